"""The account statement of Avenue as CSV ("CSV BR"): everything is in the words of `Descrição`.

The running balance is checked on every row; a row where it breaks is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import layout
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import needed_day, times
from fiel.copilot.importing.others.finding import has_table, records_under, table_of
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

LAYOUT = "avenue-csv-br"
CSV = layout(
    LAYOUT,
    [
        ("date", "Data"),
        ("time", "Hora"),
        ("settles", "Liquidação"),
        ("text", "Descrição"),
        ("value", "Valor (U$)"),
        ("balance", "Saldo da conta (U$)"),
    ],
)
_TICKER = r"(?P<ticker>[A-Z][A-Z0-9./-]{0,11}?)"
_TRADE = re.compile(
    rf"(?P<side>Compra|Venda) de (?P<quantity>\d+(?:\.\d+)?) {_TICKER} a \$ ?(?P<price>\d+(?:\.\d+)?)"
)
_EXCHANGE = re.compile(r"C[âa]mbio (?:Padr[ãa]o|Instant[âa]neo) ?: ?-?R\$ ?(?P<brl>\d+(?:\.\d+)?)")
_OF_TICKER = (
    (re.compile(rf"Reten[çc][ãa]o Impostos sobre Dividendos {_TICKER}\. .*"), RowKind.TAX),
    (re.compile(rf"Estorno Impostos sobre Dividendos {_TICKER}\. .*"), RowKind.TAX_REFUND),
    (re.compile(rf"Dividendos {_TICKER}\. .*"), RowKind.DIVIDEND),
    (re.compile(rf"Corretagem {_TICKER}"), RowKind.FEE),
    (re.compile(rf"ADR Taxa {_TICKER}(?:\. .*)?"), RowKind.FEE),
)
_MONEY_IN = frozenset({RowKind.DIVIDEND, RowKind.TAX_REFUND})
_ASKED = ("AJUSTE", "Desdobramento", "Grupamento", "Câmbio")
_CENT = Decimal("0.01")


def claims(source: Source) -> bool:
    """Whether the header is Avenue's."""
    return has_table(source, CSV)


def read(source: Source) -> ReadFile:
    """Rows in dollars; decimal points. `facts.balance_check` says whether the running balance holds."""
    header = table_of(source, CSV)
    records = records_under(header, NumberStyle.POINT)
    breaks = _breaks(records)
    collected = Collected()
    collected.each(records, lambda record: _place(collected, record, breaks), header.width)
    return collected.finished(
        source, LAYOUT, {"balance_check": f"breaks on {len(breaks)} rows" if breaks else "holds"}
    )


def _breaks(records: Sequence[Record]) -> frozenset[int]:
    """Rows whose balance is not the one before plus their value, in whichever order fits better."""
    ways = [frozenset(_breaks_in(way)) for way in (records, tuple(reversed(records)))]
    return min(ways, key=len)


def _breaks_in(records: Iterable[Record]) -> list[int]:
    found: list[int] = []
    before: Decimal | None = None
    for record in records:
        try:
            value, after = record.amount("value"), record.amount("balance")
        except InvalidInput:
            value = after = None
        if value is not None and after is not None and before is not None and before + value != after:
            found.append(record.number)
        before = after
    return found


def _place(collected: Collected, record: Record, breaks: frozenset[int]) -> None:
    text = record.text("text") or ""
    value = record.amount("value")
    if value is None:
        raise InvalidInput("number_malformed", "the value is missing", field="value")
    row = _row(record, text, value)
    wrong = _wrong(row, value)
    if row.kind is None and text.startswith(_ASKED):
        collected.ask(row, "asked_about", f"{text.split()[0]}: a person decides what it books")
    elif row.kind is None:
        collected.wonder(row, "text_unknown", "this description is not known", text)
    elif wrong:
        collected.ask(row, "figures_differ", wrong)
    elif record.number in breaks:
        collected.ask(row, "balance_breaks", "the running balance does not follow from the row before")
    else:
        collected.book(row)


def _row(record: Record, text: str, value: Decimal) -> Row:
    row = Row(
        row=record.number,
        day=needed_day(record.text("date")),
        amount=abs(value),
        institution="Avenue",
        currency="USD",
        extra={"description": text},
    )
    if found := _EXCHANGE.fullmatch(text):
        kind = RowKind.FX_IN if value > 0 else None
        return replace(row, kind=kind, extra={**row.extra, "brl": found["brl"]})
    if found := _TRADE.fullmatch(text):
        return replace(
            row,
            kind=RowKind.BUY if found["side"] == "Compra" else RowKind.SELL,
            ticker=found["ticker"],
            quantity=Decimal(found["quantity"]),
            price=Decimal(found["price"]),
        )
    for shape, kind in _OF_TICKER:
        if found := shape.fullmatch(text):
            return replace(row, kind=kind, ticker=found["ticker"])
    return row


def _wrong(row: Row, value: Decimal) -> str:
    """What in the row contradicts itself: the sign, or quantity x price against the value."""
    if not value:
        return "the value is zero"
    comes_in = row.kind in _MONEY_IN or row.kind in {RowKind.SELL, RowKind.FX_IN}
    if comes_in != (value > 0):
        return f"the sign of {value} does not fit the description"
    if row.quantity is not None and row.price is not None:
        product = times(row.quantity, row.price)
        if abs(product - abs(value)) > _CENT:
            return f"quantity x price is {product}, the value {abs(value)}"
    return ""


READERS = (Reader(LAYOUT, frozenset({Content.DELIMITED}), claims, read, (CSV,)),)
