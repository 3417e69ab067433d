"""The table of trades of a note: one line each, told apart by the columns of its head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fiel.copilot.importing.notes.amounts import money, quantity
from fiel.copilot.importing.notes.wording import plain
from fiel.copilot.importing.notes.words import Line, Word

_EXPIRY = re.compile(r"\d{2}/\d{2}(?:/\d{2,4})?")
_MARGIN = 3.0
_WORDS_MIN = 7
_NOT_TRADES = ("subtotal", "continua")


@dataclass(frozen=True, slots=True)
class Trade:
    """One execution as printed: price per share and value in reais, `debit` when the client pays."""

    line: str
    buys: bool
    market: str
    expiry: str
    title: str
    marks: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    debit: bool

    @property
    def multiplies(self) -> bool:
        """Whether quantity times price is the value, to the cent (prices may have more decimals)."""
        return abs(self.quantity * self.price - self.amount) < Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns begin, in points."""

    market: float
    expiry: float | None
    title: float
    marks: float


@dataclass(frozen=True, slots=True)
class TradeTable:
    """What was read, and the lines within the table that are no trade and nothing else that is known."""

    trades: tuple[Trade, ...]
    not_understood: tuple[str, ...]


def columns_of(line: Line) -> Columns | None:
    """The columns, when this line is the head of the table of trades."""
    text = plain(line.text)
    if "c/v" not in text or "quantidade" not in text or "obs" not in text:
        return None
    title = _left(line.words, "especificacao")
    marks = _left(line.words, "obs")
    market = _left(line.words, "tipo", "c/vtipo")
    if title is None or marks is None or market is None:
        return None
    return Columns(market, _left(line.words, "prazo"), title, marks)


def _left(words: Iterable[Word], *starts: str) -> float | None:
    return next((word.left for word in words if plain(word.text).startswith(starts)), None)


def read_table(lines: Iterable[Line], columns: Columns) -> TradeTable:
    """The trades of lines that stand under the head and above the summary."""
    trades: list[Trade] = []
    others: list[str] = []
    for line in lines:
        trade = read_trade(line, columns)
        if trade is not None:
            trades.append(trade)
        elif not plain(line.text).startswith(_NOT_TRADES):
            others.append(line.text)
    return TradeTable(tuple(trades), tuple(others))


def read_trade(line: Line, columns: Columns) -> Trade | None:
    """One trade, or `None` when the line is not exactly one."""
    words = line.words
    if len(words) < _WORDS_MIN:
        return None
    count, price, amount = quantity(words[-4].text), money(words[-3].text), money(words[-2].text)
    side = _side(words)
    if count is None or price is None or amount is None or side is None or words[-1].text not in {"C", "D"}:
        return None
    between = words[side + 1 : -4]
    expiry = tuple(word for word in between if _is_expiry(word, columns))
    rest = tuple(word for word in between if word not in expiry)
    return Trade(
        line=line.text,
        buys=words[side].text == "C",
        market=_joined(word for word in rest if word.left < columns.title - _MARGIN),
        expiry=_joined(expiry),
        title=_joined(
            word for word in rest if columns.title - _MARGIN <= word.left < columns.marks - _MARGIN
        ),
        marks=_joined(word for word in rest if word.left >= columns.marks - _MARGIN).replace(" ", ""),
        quantity=count,
        price=price,
        amount=amount,
        debit=words[-1].text == "D",
    )


def _side(words: tuple[Word, ...]) -> int | None:
    """The place of C (compra) or V (venda): the first such word after the exchange."""
    return next((at for at, word in enumerate(words[1:-4], start=1) if word.text in {"C", "V"}), None)


def _is_expiry(word: Word, columns: Columns) -> bool:
    if columns.expiry is None or not _EXPIRY.fullmatch(word.text):
        return False
    return columns.expiry - _MARGIN <= word.left < columns.title - _MARGIN


def _joined(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)
