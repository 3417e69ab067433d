"""Flex queries of Interactive Brokers as CSV: trades, and cash. The person chooses the columns of a query.

Commissions are negative when paid. Without a symbol the ISIN alone does not say the ticker: asked. A trade
without ISIN and symbol is a conversion of currencies.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import Header, layout
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import at_least_cents, needed_day, times
from fiel.copilot.importing.others.finding import find_among, records_under
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

TRADES_LAYOUT, CASH_LAYOUT = "ibkr-trades", "ibkr-cash"
TRADES = layout(
    TRADES_LAYOUT,
    [
        ("side", "Buy/Sell"),
        ("date", "TradeDate"),
        ("quantity", "Quantity"),
        ("price", "TradePrice"),
        ("currency", "CurrencyPrimary"),
        ("commission", "IBCommission"),
    ],
    [
        ("isin", "ISIN"),
        ("symbol", "Symbol"),
        ("value", "TradeMoney"),
        ("commission_currency", "IBCommissionCurrency"),
        ("taxes", "Taxes"),
        ("trade_id", "TradeID"),
        ("asset_class", "AssetClass"),
        ("name", "Description"),
        ("settles", "SettleDateTarget"),
    ],
)
CASH = layout(
    CASH_LAYOUT,
    [
        ("type", "Type"),
        ("date", "SettleDate"),
        ("text", "Description"),
        ("value", "Amount"),
        ("currency", "CurrencyPrimary"),
    ],
    [("isin", "ISIN"), ("symbol", "Symbol")],
)
_SIDES = {"BUY": RowKind.BUY, "SELL": RowKind.SELL}
_SHARES = frozenset({"", "STK", "FUND"})
_SYMBOL = re.compile(r"([A-Z0-9][A-Z0-9. ]{0,15})\(")
_PAID_OUT = frozenset({"Dividends", "Payment In Lieu Of Dividends"})
_INTEREST = frozenset({"Broker Interest Received", "Bond Interest Received"})
_FEES = frozenset({"Other Fees", "Broker Interest Paid", "Commission Adjustments"})


def claims_trades(source: Source) -> bool:
    """Whether the needed columns of the query of trades are there."""
    return _found(source, trades=True) is not None


def claims_cash(source: Source) -> bool:
    """Whether the needed columns of the query of cash are there."""
    return _found(source, trades=False) is not None


def _found(source: Source, *, trades: bool) -> Header | None:
    return find_among(source.sheets[0], TRADES if trades else CASH) if source.sheets else None


def read_trades(source: Source) -> ReadFile:
    """Trades in their own currency; `fees` positive when paid. Columns that are not used are in `facts`."""
    collected = Collected()
    header = _found(source, trades=True)
    if header is None:
        raise InvalidInput("format_not_recognised", "no columns of IBKR trades", field=source.name)
    records = records_under(header, NumberStyle.POINT)
    collected.each(records, lambda record: _place_trade(collected, record))
    return collected.finished(
        source, TRADES_LAYOUT, {"columns_not_used": str(header.width - len(header.places))}
    )


def _place_trade(collected: Collected, record: Record) -> None:
    row = _trade(record)
    asset_class = record.text("asset_class") or ""
    if row.kind is None:
        collected.wonder(row, "side_unknown", f"side {(record.text('side') or '')[:40]!r} is not known")
    elif asset_class == "CASH" or not (row.ticker or record.text("isin")):
        collected.ask(row, "currency_conversion", "no ISIN: a conversion of currencies")
    elif asset_class not in _SHARES:
        collected.ask(row, "asset_class", f"asset class {asset_class[:20]} is not booked by itself")
    elif wrong := _wrong(record, row):
        collected.ask(row, "figures_differ", wrong)
    elif record.text("commission_currency") not in {None, row.currency}:
        collected.ask(row, "fee_in_other_currency", "the commission is in another currency")
    elif row.ticker is None:
        collected.ask_ticker(row)
    else:
        collected.book(row)


def _trade(record: Record) -> Row:
    quantity, price, commission = (record.amount(name) for name in ("quantity", "price", "commission"))
    if quantity is None or price is None:
        raise InvalidInput("number_malformed", "quantity or price is missing")
    value = record.amount("value")
    told = {name: record.text(name) or "" for name in ("isin", "trade_id", "name", "settles")}
    return Row(
        row=record.number,
        kind=_SIDES.get((record.text("side") or "").upper()),
        day=needed_day(record.text("date")),
        ticker=record.text("symbol"),
        quantity=abs(quantity),
        price=price,
        amount=times(abs(quantity), price) if value is None else at_least_cents(abs(value)),
        institution="Interactive Brokers",
        currency=record.text("currency"),
        fees=None if commission is None else _positive(-commission),
        taxes=None if record.amount("taxes") is None else abs(record.amount("taxes") or Decimal(0)),
        extra={key: said for key, said in told.items() if said},
    )


def _positive(value: Decimal) -> Decimal:
    """Without the sign of zero."""
    return value if value else abs(value)


def _wrong(record: Record, row: Row) -> str:
    """Quantity and side against each other, quantity x price against the printed value (1 cent)."""
    quantity, value = record.amount("quantity") or Decimal(0), record.amount("value")
    if (row.kind is RowKind.BUY) != (quantity > 0):
        return f"a {row.kind.value if row.kind else ''} of {quantity}"
    if value is None or row.quantity is None or row.price is None:
        return ""
    product = times(row.quantity, row.price)
    return (
        f"quantity x price is {product}, the value {value}"
        if abs(product - abs(value)) > Decimal("0.01")
        else ""
    )


def read_cash(source: Source) -> ReadFile:
    """Dividends, taxes withheld and given back, interest and fees; amounts are positive."""
    collected = Collected()
    header = _found(source, trades=False)
    if header is None:
        raise InvalidInput("format_not_recognised", "no columns of IBKR cash", field=source.name)
    records = records_under(header, NumberStyle.POINT)
    collected.each(records, lambda record: _place_cash(collected, record))
    return collected.finished(
        source, CASH_LAYOUT, {"columns_not_used": str(header.width - len(header.places))}
    )


def _place_cash(collected: Collected, record: Record) -> None:
    value, text, said = record.amount("value"), record.text("text") or "", record.text("type") or ""
    if value is None:
        raise InvalidInput("number_malformed", "the amount is missing", field="value")
    symbol = record.text("symbol") or (found[1].strip() if (found := _SYMBOL.match(text)) else None)
    row = Row(
        row=record.number,
        day=needed_day(record.text("date")),
        ticker=symbol,
        amount=abs(value),
        institution="Interactive Brokers",
        currency=record.text("currency"),
        extra={"description": text, "type": said} | ({"isin": isin} if (isin := record.text("isin")) else {}),
    )
    kind = _cash_kind(said, text, value)
    if kind is not None:
        collected.book(replace(row, kind=kind))
    elif said in _PAID_OUT | _INTEREST | _FEES or not value:
        collected.ask(row, "reversal", f"{said} of {value}: a reversal or correction")
    else:
        collected.wonder(row, "type_unknown", f"type {said[:40]!r} is not known", text)


def _cash_kind(said: str, text: str, value: Decimal) -> RowKind | None:
    if said == "Withholding Tax" and value:
        return RowKind.TAX if value < 0 else RowKind.TAX_REFUND
    if said == "Deposits/Withdrawals" and value:
        return RowKind.DEPOSIT if value > 0 else RowKind.WITHDRAWAL
    if said in _FEES and value < 0:
        return RowKind.FEE
    if value <= 0:
        return None
    if said in _PAID_OUT:
        return RowKind.CAPITAL_RETURN if "return of capital" in text.lower() else RowKind.DIVIDEND
    return RowKind.INTEREST if said in _INTEREST else None


READERS = (
    Reader(TRADES_LAYOUT, frozenset({Content.DELIMITED}), claims_trades, read_trades, (TRADES,)),
    Reader(CASH_LAYOUT, frozenset({Content.DELIMITED}), claims_cash, read_cash, (CASH,)),
)
