"""Oracle topics of positions and of periods: cost, gain, splits, payouts and what a period is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fiel.performance.book import Book, CashMode, value_book
from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries
from fiel.performance.identity import Identity
from fiel.performance.payouts import periodicity, yield_on_cost
from fiel.performance.periods import Period
from fiel.performance.report import report
from fiel.portfolio.corporate_actions import Split, apply_action
from fiel.portfolio.holdings import Holding
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick
from tests.oracles.performance_lots import as_decimal, first_in_first_out

#: Trackers keep fractions of cents: here a cent is their millionth of one.
_FINER = 10**6
_NAMES = ("quantity", "shares", "units")
_IN, _OUT = ("buy", "delivery_in", "inbound_delivery"), ("sell", "delivery_out", "outbound_delivery")


def number(row: Inputs, *names: str) -> Decimal:
    """A number of a row under any of its names, zero when it has none."""
    return Decimal(str(given(row, *names, otherwise=0)))


def _kind(row: Inputs) -> str:
    return str(pick(row, "type", "kind", "side")).lower()


def _amount(row: Inputs) -> Decimal:
    """What a trade moved: its amount, or quantity times price."""
    told = given(row, "amount", "value", "net_amount", "total", otherwise=None)
    return number(row, *_NAMES) * number(row, "price", "unit_price") if told is None else Decimal(str(told))


def _after(held: Holding, row: Inputs) -> Holding:
    quantity = number(row, *_NAMES)
    return held.plus(quantity, _amount(row)) if _kind(row) in _IN else held.minus(quantity)


# Positions


def _cost_basis(inputs: Inputs) -> Answer:
    rows = sorted(pick(inputs, "trades", "transactions"), key=lambda row: str(row["date"]))
    rows = [row for row in rows if _kind(row) in (*_IN, *_OUT)]
    held, realised = Holding("asset"), Decimal(0)
    for row in rows:
        before, held = held, _after(held, row)
        if _kind(row) in _OUT:
            realised += _amount(row) - ((before.cost or 0) - (held.cost or 0))
    plain = [("buy" if _kind(row) in _IN else "sell", number(row, *_NAMES), _amount(row)) for row in rows]
    lots = first_in_first_out(plain)
    worth = held.quantity * number(inputs, "last_price", "price")
    return {
        "quantity": held.quantity,
        "shares": held.quantity,
        "fifo_cost": lots.cost,
        "moving_average_cost": held.cost,
        "average_cost": held.average_cost,
        "realized_gain_fifo": as_decimal(lots.realised),
        "realized_gain_moving_average": realised,
        "unrealized_gain_fifo": worth - lots.cost,
        "unrealized_gain_moving_average": worth - (held.cost or 0),
        "market_value": worth,
    }


def _split(inputs: Inputs) -> Answer:
    """Splits come before the trades of their day."""
    trades = pick(inputs, "trades_before_adjustment", "trades", "activities")
    splits = pick(inputs, "splits", "split_events")
    rows = sorted([*splits, *trades], key=lambda row: (str(row["date"]), "numerator" not in row))
    held = Holding("asset")
    for row in rows:
        if "numerator" in row:
            split = Split("split", as_day(row["date"]), "asset", *_ratio(row), whole=False)
            held = next(iter(apply_action({"asset": held}, split).changed), held)
        else:
            held = _after(held, row)
    return {"quantity": held.quantity, "cost": held.cost, "average_price": held.average_cost}


def _ratio(row: Inputs) -> tuple[Decimal, Decimal]:
    return number(row, "numerator"), number(row, "denominator")


def _position_gain(inputs: Inputs) -> Answer:
    until = as_day(pick(inputs, "as_of", "end"))
    rows = [row for row in pick(inputs, "activities", "trades") if as_day(row["date"]) <= until]
    rows.sort(key=lambda row: str(row["date"]))
    held = Holding("asset")
    for row in rows:
        held = _after(held, row)
    first = as_day(rows[0]["date"])
    book = _tracker_book(inputs, rows, until)
    whole = report(book, Period(first - timedelta(days=1), until)).portfolio.identity
    net, fees, average = whole.gain / _FINER, whole.fees / _FINER, _average_investment(rows, until)
    answer = {
        "quantity": held.quantity,
        "average_price": held.average_cost,
        "cost": held.cost,
        "market_value": whole.final / _FINER,
        "gross_gain": net + fees,
        "net_gain": net,
        "fees": fees,
        "gross_return": (net + fees) / average,
        "net_return": net / average,
        "net_gain_max": net,
    }
    return answer | _gains_since(book, until)


def _tracker_book(inputs: Inputs, rows: list[Any], until: date) -> Book:
    closes = {as_day(day): Decimal(str(price)) * _FINER for day, price in inputs["closing_prices"].items()}
    entries = [
        Entry(
            as_day(row["date"]),
            EntryKind.BUY if _kind(row) in _IN else EntryKind.SELL,
            "account",
            "asset",
            (_amount(row) * _FINER).quantize(Decimal("0.01")),
            number(row, *_NAMES),
            fees=(number(row, "fee", "fees") * _FINER).quantize(Decimal("0.01")),
        )
        for row in rows
    ]
    prices = {"asset": PriceSeries.of(closes, "the case")}
    sessions = sorted({*closes, until})
    return value_book([Asset("asset", "asset")], entries, prices, sessions, cash=CashMode.OUTSIDE)


def _gains_since(book: Book, until: date) -> Answer:
    """Net gains after the close of a day before."""
    starts = {
        "net_gain_1d": until - timedelta(days=1),
        "net_gain_week_to_date": until - timedelta(days=until.weekday() + 1),
        "net_gain_month_to_date": until.replace(day=1) - timedelta(days=1),
        "net_gain_year_to_date": date(until.year - 1, 12, 31),
        "net_gain_1y": until - timedelta(days=365),
        "net_gain_5y": until - timedelta(days=5 * 365),
    }
    return {
        name: report(book, Period(start, until)).portfolio.identity.gain / _FINER
        for name, start in starts.items()
    }


def _average_investment(rows: list[Any], until: date) -> Decimal:
    """The cost of what was held, as the mean over the days on which something was."""
    held, total, days = Holding("asset"), Decimal(0), 0
    for place, row in enumerate(rows):
        held = _after(held, row)
        following = as_day(rows[place + 1]["date"]) if place + 1 < len(rows) else until
        if held.quantity:
            span = (following - as_day(row["date"])).days
            total, days = total + (held.cost or 0) * span, days + span
    return total / days if days else _amount(rows[0])


# Payouts


def _periodicity(inputs: Inputs) -> Answer:
    days = [as_day(day) for day in pick(inputs, "payment_dates", "dates")]
    amounts = given(inputs, "amounts", otherwise=None)
    told = periodicity(days, None if amounts is None else [Decimal(str(one)) for one in amounts])
    return {"periodicity": told.value, "events": len(days)}


def _yield_on_cost(inputs: Inputs) -> Answer:
    payments = [(as_day(row["date"]), str(row["amount"])) for row in inputs["dividends"]]
    yearly = yield_on_cost(payments, str(pick(inputs["buy"], "cost", "amount")))
    return {"rate_of_return_per_year": yearly, "yield_on_cost": yearly}


# Periods

_KINDS = {
    "deposit": EntryKind.CONTRIBUTION,
    "withdrawal": EntryKind.WITHDRAWAL,
    "removal": EntryKind.WITHDRAWAL,
    "buy": EntryKind.BUY,
    "sell": EntryKind.SELL,
    "interest": EntryKind.INCOME,
    "dividend": EntryKind.INCOME,
    "interest_charge": EntryKind.FEE,
    "fee": EntryKind.FEE,
    "fees": EntryKind.FEE,
    "tax": EntryKind.TAX,
    "taxes": EntryKind.TAX,
    "delivery_in": EntryKind.DELIVERY_IN,
    "delivery_out": EntryKind.DELIVERY_OUT,
}
_TRADED = (EntryKind.BUY, EntryKind.SELL, EntryKind.DELIVERY_IN, EntryKind.DELIVERY_OUT)


def _entry(row: Inputs) -> Entry:
    """Amounts of trades are told with fees and taxes in them; entries have them apart."""
    kind = _KINDS[_kind(row)]
    fees, taxes = number(row, "fee", "fees"), number(row, "tax", "taxes")
    told = given(row, "amount", "net_amount", otherwise=None)
    amount = None if told is None else Decimal(str(told))
    if "gross_amount" in row:
        amount = number(row, "gross_amount")
    elif amount is not None and kind in (EntryKind.SELL, EntryKind.INCOME):
        amount += fees + taxes
    elif amount is not None and kind is EntryKind.BUY:
        amount -= fees + taxes
    named = given(row, "security", "asset", otherwise="asset" if kind in _TRADED or "shares" in row else None)
    shares = number(row, *_NAMES) if kind in _TRADED else Decimal(0)
    return Entry(as_day(row["date"]), kind, "account", named, amount, shares, fees, taxes)


def _period_attribution(inputs: Inputs) -> Answer:
    period = Period(as_day(inputs["start"]), as_day(inputs["end"]))
    entries = [_entry(row) for row in inputs["events"]]
    prices = _prices(given(inputs, "prices", otherwise=[]))
    names = {entry.asset for entry in entries if entry.asset} | prices.keys()
    days = {period.after, period.until, *(day for series in prices.values() for day in series.days)}
    book = value_book([Asset(name, "security") for name in sorted(names)], entries, prices, sorted(days))
    told = report(book, period)
    unrealised = sum(
        (_unrealised(book, name, entries, period, told.portfolio.identity) for name in names), Decimal(0)
    )
    return _told(told.portfolio.identity, unrealised, entries, period)


def _told(whole: Identity, unrealised: Decimal, entries: list[Entry], period: Period) -> Answer:
    return {
        "initial_value": whole.initial,
        "unrealized_gains": unrealised,
        "realized_gains": whole.price_gain - unrealised,
        "capital_gains": whole.price_gain,
        "earnings": whole.income,
        "fees": whole.fees,
        "taxes": whole.taxes,
        "currency_gains": whole.currency,
        "net_transfers": whole.contributions - whole.withdrawals,
        "final_value": whole.final,
        "delta": whole.gain,
    }


def _unrealised(book: Book, name: str, entries: list[Entry], period: Period, _: Identity) -> Decimal:
    """The worth at the end less what is left, first in first out, of the worth at the start and of buys."""
    cell = next((cell for cell in book.cells if cell.asset == name), None)
    if cell is None:
        return Decimal(0)
    first, last = book.place_of(period.after), book.place_of(period.until)
    trades = [entry for entry in entries if entry.asset == name and entry.kind in _TRADED]
    before = sum((_signed(one) for one in trades if one.day <= period.after), Decimal(0))
    rows = [("buy", before, Decimal(cell.values[first]) / 100)] if before else []
    inside = [one for one in trades if period.after < one.day <= period.until]
    for one in sorted(inside, key=lambda one: one.day):
        amount = _worth(book, cell.index, one) if one.amount is None else one.amount
        rows.append(("buy" if _signed(one) > 0 else "sell", one.quantity, amount))
    return Decimal(cell.values[last]) / 100 - first_in_first_out(rows).cost


def _worth(book: Book, cell: int, entry: Entry) -> Decimal:
    place = book.place_of(entry.day)
    legs = [leg for leg in book.legs if leg.cell == cell and leg.place == place]
    return Decimal(sum(leg.inn + leg.out for leg in legs)) / 100


def _signed(entry: Entry) -> Decimal:
    return entry.quantity if entry.kind in (EntryKind.BUY, EntryKind.DELIVERY_IN) else -entry.quantity


def _prices(told: Any) -> dict[str, PriceSeries]:
    """One list of [day, price], or lists by security."""
    lists = told if isinstance(told, Mapping) else {"asset": told}
    return {
        name: PriceSeries.of({as_day(day): str(price) for day, price in rows}, "the case")
        for name, rows in lists.items()
        if rows
    }


KINDS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        "cost_basis": _cost_basis,
        "split": _split,
        "reverse_split": _split,
        "position_gain": _position_gain,
        "dividend_periodicity": _periodicity,
        "dividend_yield_on_cost": _yield_on_cost,
        "period_attribution": _period_attribution,
    }
)
