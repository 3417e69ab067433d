"""What was bought or sold of a plan, as it is typed, and as rows of the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fiel.copilot.booking.typed import typed_file, typed_row
from fiel.copilot.importing.rows import ReadFile, Row
from fiel.copilot.own_plan.kinds import book_asset
from fiel.entrypoints.web.typed_numbers import number_box, price_box, typed_number
from fiel.entrypoints.web.views.invest import InvestView
from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.plan import Side

LINES_MAX = 500
NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of the form: texts as they stand in its boxes. `asset` is the book's name of it."""

    asset: str
    side: str
    quantity: str
    price: str
    fees: str
    account: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The form read. `rows` are those with a quantity; `problems` by field (`preco.3`)."""

    lines: tuple[BoughtLine, ...]
    day: str
    file: ReadFile | None
    problems: Mapping[str, InvalidInput]

    @property
    def count(self) -> int:
        """Rows that would be booked."""
        return 0 if self.file is None else len(self.file.booked)


def lines_of(view: InvestView) -> tuple[BoughtLine, ...]:
    """The orders of a plan as they were planned; a sale is proposed from the account that holds most."""
    return tuple(
        BoughtLine(
            book_asset(one.row.asset),
            "sell" if one.row.side is Side.SELL else "buy",
            number_box(one.row.quantity),
            price_box(one.row.price),
            number_box(one.row.fee, 2) if one.row.fee else "",
            max(one.parts, key=lambda part: part[1])[0] if one.parts else "",
        )
        for one in view.orders
    )


def read_typed(fields: Mapping[str, Sequence[str]], today: date) -> Typed:
    """The form: parallel lists `ativo`, `lado`, `quantidade`, `preco`, `custos`, `conta`, and one `dia`.

    What cannot be read is told by field; nothing is guessed.
    """
    names = ("ativo", "lado", "quantidade", "preco", "custos", "conta")
    columns = [list(fields.get(name, ())) for name in names]
    length = len(columns[0])
    problems: dict[str, InvalidInput] = {}
    if any(len(column) != length for column in columns) or length > LINES_MAX:
        raise InvalidInput("form_malformed", "the form is not whole; open the page again", field="ativo")
    lines = tuple(
        BoughtLine(*(text.strip()[:NAME_MAX] for text in texts)) for texts in zip(*columns, strict=True)
    )
    said = next(iter(fields.get("dia", ())), "").strip()
    day = _day(said, today, problems)
    rows: list[Row] = []
    for at, line in enumerate(lines):
        numbers = {
            name: _number(text, f"{name}.{at}", decimals, problems)
            for name, text, decimals in (
                ("quantidade", line.quantity, 9),
                ("preco", line.price, 9),
                ("custos", line.fees, 2),
            )
        }
        if f"quantidade.{at}" in problems or not numbers["quantidade"]:
            continue
        if not numbers["preco"] and f"preco.{at}" not in problems:
            problems[f"preco.{at}"] = InvalidInput("number_missing", "say the price", field=f"preco.{at}")
        if line.side not in {"buy", "sell"}:
            raise InvalidInput("kind_unknown", "a line is bought or sold", field="lado")
        if day is not None and numbers["preco"]:
            row = typed_row(
                line.side,
                day,
                line.asset,
                quantity=_text(numbers["quantidade"]),
                price=_text(numbers["preco"]),
                fees=_text(numbers["custos"]),
                account=line.account if line.account not in {"", "-"} else None,
            )
            rows.append(replace(row, row=len(rows) + 1))
    file = None if problems or not rows else typed_file(rows)
    return Typed(lines, said or today.isoformat(), file, problems)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _number(text: str, field: str, decimals: int, problems: dict[str, InvalidInput]) -> Decimal | None:
    if not text:
        return None
    try:
        return typed_number(text, field, decimals_max=decimals)
    except InvalidInput as problem:
        problems[field] = problem
        return None


def _day(text: str, today: date, problems: dict[str, InvalidInput]) -> date | None:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        problems["dia"] = InvalidInput("date_malformed", "choose a day", field="dia")
        return None
    if day > today:
        problems["dia"] = InvalidInput("future", "the day has not come yet", field="dia")
        return None
    return day
