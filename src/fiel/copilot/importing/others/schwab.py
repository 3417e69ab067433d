"""The history of Charles Schwab as CSV: US dates, dollar signs, actions in English words.

A reinvestment is two rows: the dividend, and the shares bought with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import layout
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import us_day
from fiel.copilot.importing.others.finding import has_table, records_under, table_of
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

LAYOUT = "schwab-csv"
CSV = layout(
    LAYOUT,
    [
        ("date", "Date"),
        ("action", "Action"),
        ("symbol", "Symbol"),
        ("name", "Description"),
        ("quantity", "Quantity"),
        ("price", "Price"),
        ("fees", "Fees & Comm"),
        ("value", "Amount"),
    ],
)
_KINDS: Mapping[str, RowKind] = {
    "buy": RowKind.BUY,
    "reinvest shares": RowKind.BUY,
    "sell": RowKind.SELL,
    "reinvest dividend": RowKind.DIVIDEND,
    "qual div reinvest": RowKind.DIVIDEND,
    "cash dividend": RowKind.DIVIDEND,
    "qualified dividend": RowKind.DIVIDEND,
    "non-qualified div": RowKind.DIVIDEND,
    "special dividend": RowKind.DIVIDEND,
    "credit interest": RowKind.INTEREST,
    "bank interest": RowKind.INTEREST,
    "foreign tax paid": RowKind.TAX,
    "nra tax adj": RowKind.TAX,
    "nra withholding": RowKind.TAX,
    "adr mgmt fee": RowKind.FEE,
    "service fee": RowKind.FEE,
}
_ASKED = frozenset(
    {
        "stock split",
        "reverse split",
        "stock merger",
        "cash in lieu",
        "cash/stock merger",
        "spin-off",
        "journaled shares",
        "journal",
        "moneylink transfer",
        "wire received",
        "wire sent",
        "stock plan activity",
        "security transfer",
    }
)
_TRADES = frozenset({RowKind.BUY, RowKind.SELL})
_MONEY_OUT = frozenset({RowKind.BUY, RowKind.TAX, RowKind.FEE})


def claims(source: Source) -> bool:
    """Whether the header is Schwab's."""
    return has_table(source, CSV)


def read(source: Source) -> ReadFile:
    """Rows in dollars, as the file orders them; the printed value is the fact, the price is rounded."""
    header = table_of(source, CSV)
    records = records_under(header, NumberStyle.POINT)
    collected = Collected()
    collected.each(records, lambda record: _place(collected, record), header.width)
    return collected.finished(source, LAYOUT)


def _place(collected: Collected, record: Record) -> None:
    if (record.text("date") or "").lower().endswith("total"):
        collected.skip(Row(record.number, extra=record.texts()), "total_line", "a line of totals")
        return
    action = record.text("action") or ""
    row = _row(record, _KINDS.get(action.lower()))
    value = record.amount("value")
    if action.lower() in _ASKED:
        collected.ask(row, "asked_about", f"{action}: a person decides what it books")
    elif row.kind is None:
        collected.wonder(row, "action_unknown", f"action {action[:40]!r} is not known", action)
    elif value is None or not value:
        collected.ask(row, "value_missing", "the amount is missing or zero")
    elif (row.kind in _MONEY_OUT) != (value < 0):
        collected.ask(row, "reversal", f"{action} of {value}: a reversal or correction")
    elif row.kind in _TRADES and (row.ticker is None or not row.quantity):
        collected.ask_ticker(row)
    else:
        collected.book(row)


def _row(record: Record, kind: RowKind | None) -> Row:
    said = record.text("date") or ""
    day = us_day(said)
    if day is None:
        raise InvalidInput("date_malformed", f"{said[:40]!r} is not a US date like 10/31/2023", field="date")
    value, quantity = record.amount("value"), record.amount("quantity")
    told = {"name": record.text("name") or "", "action": record.text("action") or ""}
    told["as_of"] = said.partition(" as of ")[2]
    return Row(
        row=record.number,
        kind=kind,
        day=day,
        ticker=record.text("symbol"),
        quantity=abs(quantity) if quantity is not None else None,
        price=record.amount("price"),
        amount=abs(value) if value is not None else None,
        institution="Charles Schwab",
        currency="USD",
        fees=_fees(record),
        extra={key: text for key, text in told.items() if text},
    )


def _fees(record: Record) -> Decimal | None:
    fees = record.amount("fees")
    return None if fees is None else abs(fees)


READERS = (Reader(LAYOUT, frozenset({Content.DELIMITED}), claims, read, (CSV,)),)
