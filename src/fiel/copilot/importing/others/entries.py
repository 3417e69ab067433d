"""What an entry needs before it can be booked, whichever table or document it was written in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from fiel.copilot.importing.numbers import product_holds
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import price_of, times
from fiel.copilot.importing.rows import Row, RowKind
from fiel.kernel.errors import InvalidInput

_TRADES = frozenset({RowKind.BUY, RowKind.SELL, RowKind.SUBSCRIPTION, RowKind.DELIVERY_IN})
_SHARES_ONLY = frozenset({RowKind.BONUS, RowKind.SPLIT, RowKind.FRACTION_OUT, RowKind.TRANSFER})
_WITHOUT_TICKER = frozenset(
    {
        RowKind.INTEREST,
        RowKind.CUSTODY_FEE,
        RowKind.FEE,
        RowKind.TAX,
        RowKind.TAX_REFUND,
        RowKind.DEPOSIT,
        RowKind.WITHDRAWAL,
        RowKind.FX_IN,
    }
)


def place_entry(collected: Collected, row: Row) -> None:
    """Book a complete entry, a price or amount worked out from the other; ask about one that is not.

    Raises `InvalidInput` when date, kind or a needed figure is missing, or a figure is negative.
    """
    _check(row)
    if row.kind not in _WITHOUT_TICKER and row.ticker is None:
        collected.ask_ticker(row)
        return
    whole = _worked_out(row)
    if differs := _differs(whole):
        collected.ask(whole, "figures_differ", differs)
    else:
        collected.book(whole)


def _differs(row: Row) -> str:
    if row.quantity is None or row.price is None or row.amount is None:
        return ""
    if product_holds(row.quantity, row.price, row.amount):
        return ""
    return f"quantity x price is {times(row.quantity, row.price):f}, the amount {row.amount:f}"


def _check(row: Row) -> None:
    if row.day is None:
        raise InvalidInput("date_missing", "the date is missing", field="date")
    if row.kind is None:
        raise InvalidInput("kind_missing", "the kind is missing", field="kind")
    for name in ("quantity", "price", "amount", "fees", "taxes"):
        value: Decimal | None = getattr(row, name)
        if value is not None and value < 0:
            raise InvalidInput("number_negative", f"{name} is negative: the kind says the side", field=name)
    if row.kind in _TRADES | _SHARES_ONLY and not row.quantity:
        raise InvalidInput("quantity_missing", "the quantity is missing or zero", field="quantity")
    if row.kind in _TRADES and row.price is None and row.amount is None:
        raise InvalidInput("price_missing", "price and amount are both missing", field="price")
    if row.kind not in _TRADES | _SHARES_ONLY and not row.amount:
        raise InvalidInput("amount_missing", "the amount is missing or zero", field="amount")


def _worked_out(row: Row) -> Row:
    if row.kind not in _TRADES or row.quantity is None:
        return row
    if row.amount is None and row.price is not None:
        return replace(row, amount=times(row.quantity, row.price))
    if row.price is None and row.amount is not None:
        return replace(row, price=price_of(row.amount, row.quantity))
    return row
