"""The two boxes under the trades: sums by kind of operation, and what is paid and received.

Every line of the right box that ends with an amount is taken: `Líquido para` and totals by their names, all
others as fees (money out is positive). So a fee with a label never seen before still has to fit the net.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fiel.copilot.importing.notes.amounts import day, money
from fiel.copilot.importing.notes.wording import plain
from fiel.copilot.importing.notes.words import Line, Word

_ZERO = Decimal(0)
_SUMS = {
    "debentures": "debentures",
    "vendas a vista": "sells",
    "compras a vista": "buys",
    "opcoes - compras": "option_buys",
    "opcoes - vendas": "option_sells",
    "operacoes a termo": "forwards",
}
FEES = (
    ("taxa de liquidacao", "settlement_fee"),
    ("taxa de registro", "registration_fee"),
    ("taxa de termo", "option_fee"),
    ("taxa de opcoes", "option_fee"),
    ("taxa a.n.a", "ana_fee"),
    ("emolumentos", "emoluments"),
    ("taxa de transf", "transfer_fee"),
    ("clearing", "brokerage"),
    ("corretagem", "brokerage"),
    ("taxa operacional", "brokerage"),
    ("execucao", "brokerage"),
    ("taxa de custodia", "custody_fee"),
    ("iss", "iss"),
    ("impostos", "taxes"),
    ("outr", "others"),
)
"""Starts of labels, in the order tried; the right box only."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the boxes, in reais. `fees` by name, positive when paid; what is absent is `None`.

    `operations` and `net` are positive when the client receives. `withheld` (IRRF) is printed and is not
    part of the net; `withheld_base` is what it is counted on.
    """

    sums: Mapping[str, Decimal]
    fees: Mapping[str, Decimal]
    operations: Decimal | None = None
    net: Decimal | None = None
    settles: date | None = None
    withheld: Decimal | None = None
    withheld_base: Decimal | None = None
    unnamed: tuple[str, ...] = ()

    @property
    def fees_paid(self) -> Decimal:
        return sum(self.fees.values(), _ZERO)


@dataclass(slots=True)
class _Boxes:
    sums: dict[str, Decimal] = field(default_factory=dict)
    fees: dict[str, Decimal] = field(default_factory=dict)
    operations: Decimal | None = None
    net: Decimal | None = None
    settles: date | None = None
    withheld: Decimal | None = None
    withheld_base: Decimal | None = None
    unnamed: list[str] = field(default_factory=list)


def starts_summary(line: Line) -> bool:
    """Whether the table of trades ends here."""
    return plain(line.text).startswith("resumo dos negocios")


def middle_of(line: Line) -> float | None:
    """Where the right box begins: at the second `Resumo` of its head line."""
    places = [word.left for word in line.words if plain(word.text) == "resumo"]
    return places[1] if len(places) == 2 else None


def read_summary(lines: Iterable[Line], middle: float) -> Summary:
    """The boxes of lines that stand under `Resumo dos Negócios`; figures absent on inner pages stay so."""
    boxes = _Boxes()
    for line in lines:
        _left_line(boxes, tuple(word for word in line.words if word.left < middle - 2))
        _right_line(boxes, tuple(word for word in line.words if word.left >= middle - 2))
    return Summary(
        boxes.sums,
        boxes.fees,
        boxes.operations,
        boxes.net,
        boxes.settles,
        boxes.withheld,
        boxes.withheld_base,
        tuple(boxes.unnamed),
    )


def _left_line(boxes: _Boxes, words: tuple[Word, ...]) -> None:
    label, figures = _parted(words)
    name = _SUMS.get(plain(label))
    if name is not None and len(figures) == 1:
        boxes.sums[name] = figures[0]


def _right_line(boxes: _Boxes, words: tuple[Word, ...]) -> None:
    letter = words[-1].text if words and words[-1].text in {"C", "D"} else ""
    label, figures = _parted(words[:-1] if letter else words)
    text = plain(label)
    if not figures:
        return
    paid = _paid(figures[-1], letter, signed=_is_result(text))
    if text.startswith("liquido para"):
        boxes.net, boxes.settles = -paid, day(label)
    elif text.startswith("valor liquido das operacoes"):
        boxes.operations = -paid
    elif text.startswith(("i.r.r.f", "irrf")):
        boxes.withheld = (boxes.withheld or _ZERO) + abs(figures[-1])
        boxes.withheld_base = figures[0] if len(figures) > 1 else boxes.withheld_base
    elif not text.startswith("total"):
        _fee(boxes, text, label, paid)


def _is_result(text: str) -> bool:
    return text.startswith(("liquido para", "valor liquido das operacoes"))


def _paid(figure: Decimal, letter: str, *, signed: bool) -> Decimal:
    """Money out is positive. With a letter D is out; with a minus sign the minus is out.

    Without either a fee is out and a result is in (a signed layout prints it bare).
    """
    if letter:
        return figure if letter == "D" else -figure
    if figure < 0 or signed:
        return -figure
    return figure


def _fee(boxes: _Boxes, text: str, label: str, paid: Decimal) -> None:
    name = next((name for start, name in FEES if text.startswith(start)), None)
    if name is None:
        if paid:
            boxes.unnamed.append(label)
        name = "unnamed"
    boxes.fees[name] = boxes.fees.get(name, _ZERO) + paid


def _parted(words: tuple[Word, ...]) -> tuple[str, tuple[Decimal, ...]]:
    """The label, and the figures at its end; a base glued to `R$` is a figure too."""
    figures: list[Decimal] = []
    at = len(words)
    while at:
        figure = money(words[at - 1].text.removeprefix("R$"))
        if figure is None:
            break
        figures.insert(0, figure)
        at -= 1
    return " ".join(word.text for word in words[:at]).rstrip(": "), tuple(figures)
