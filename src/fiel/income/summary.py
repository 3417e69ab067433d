"""Sums over the calendar: received, confirmed, announced and estimated stacked, capital apart from income.

Every total is the sum of its parts to the cent, because nothing is rounded here but percents. Currencies
are never added together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from fiel.income.calendar import CalendarEntry, month_of
from fiel.income.values import State
from fiel.kernel.rounding import round_half_up

_ZERO = Decimal("0.00")
_PERCENT_DECIMALS = 4
_MONTHS = 12


class By(StrEnum):
    """What a summary is cut by."""

    DAY = "day"
    MONTH = "month"
    ASSET = "asset"
    CLASS = "class"


class Layer(StrEnum):
    """The layers of a stacked bar, the surest at the bottom."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    ANNOUNCED = "announced"
    ESTIMATED = "estimated"


_LAYERS = {
    State.RECEIVED: Layer.RECEIVED,
    State.CORRECTED: Layer.RECEIVED,
    State.CONFIRMED: Layer.CONFIRMED,
    State.DUE: Layer.CONFIRMED,
    State.LATE: Layer.CONFIRMED,
    State.MISSING: Layer.CONFIRMED,
    State.ANNOUNCED: Layer.ANNOUNCED,
    State.ESTIMATED: Layer.ESTIMATED,
}


def layer_of(state: State) -> Layer:
    """The layer in which a payment of that state counts. Raises `KeyError` for one that lapsed.

    >>> layer_of(State.LATE).value
    'confirmed'
    """
    return _LAYERS[state]


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money with 2 decimals: `gross - withheld == net`."""

    gross: Decimal = _ZERO
    withheld: Decimal = _ZERO
    net: Decimal = _ZERO

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.gross + other.gross, self.withheld + other.withheld, self.net + other.net)


_NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Stack:
    """Amounts by layer. Confirmed holds what is due, late and missing, too."""

    received: Amounts = _NOTHING
    confirmed: Amounts = _NOTHING
    announced: Amounts = _NOTHING
    estimated: Amounts = _NOTHING

    @property
    def total(self) -> Amounts:
        """All layers together."""
        return self.received + self.confirmed + self.announced + self.estimated

    def __add__(self, other: Stack) -> Stack:
        return Stack(
            self.received + other.received,
            self.confirmed + other.confirmed,
            self.announced + other.announced,
            self.estimated + other.estimated,
        )


_EMPTY = Stack()


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bar. `key`: ISO day, "YYYY-MM", asset or class; empty when the entries have none."""

    key: str
    currency: str
    income: Stack = _EMPTY
    capital: Stack = _EMPTY


@dataclass(frozen=True, slots=True)
class Summary:
    """Buckets by currency and key (the empty key last); `totals`: one for each currency, key empty."""

    by: By
    buckets: tuple[Bucket, ...]
    totals: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True)
class Yields:
    """Net income received in the twelve months up to `as_of`, and what it is of cost and value, in percent.

    `None` when it cannot be said, and `reasons` tell why: `cost_unknown`, `cost_not_positive`,
    `value_unknown`, `value_not_positive`.
    """

    as_of: date
    received: Decimal
    on_cost: Decimal | None
    on_value: Decimal | None
    reasons: tuple[str, ...] = ()


def summarize(entries: Iterable[CalendarEntry], by: By) -> Summary:
    """The entries as stacked bars, one for each key and currency that occurs."""
    key_of = _KEYS[by]
    bars: dict[tuple[str, str], _Bar] = {}
    for entry in entries:
        key = (entry.currency, key_of(entry))
        bar = bars.get(key)
        if bar is None:
            bar = bars[key] = _Bar()
        bar.add(entry)
    ordered = sorted(bars, key=lambda key: (key[0], not key[1], key[1]))
    buckets = tuple(bars[key].bucket(key[1], key[0]) for key in ordered)
    return Summary(by, buckets, _totals(buckets))


def next_twelve_months(entries: Iterable[CalendarEntry], as_of: date) -> Summary:
    """What is to come, by month: the month of `as_of` and the eleven after it, empty ones too.

    What came already is left out. What is overdue is counted in the month of `as_of`, when it can come at
    the earliest; what has no date has the empty key.
    """
    months = _months_from(as_of)
    coming = [entry for entry in entries if _LAYERS[entry.state] is not Layer.RECEIVED]
    currencies = sorted({entry.currency for entry in coming} | {"BRL"})
    bars = {(currency, month): _Bar() for currency in currencies for month in months}
    for entry in coming:
        month = max(entry.month, months[0]) if entry.month else ""
        if not month or month <= months[-1]:
            bars.setdefault((entry.currency, month), _Bar()).add(entry)
    ordered = sorted(bars, key=lambda key: (key[0], not key[1], key[1]))
    buckets = tuple(bars[key].bucket(key[1], key[0]) for key in ordered)
    return Summary(By.MONTH, buckets, _totals(buckets))


def yields(
    entries: Iterable[CalendarEntry],
    as_of: date,
    cost: Decimal | None,
    value: Decimal | None,
    currency: str = "BRL",
) -> Yields:
    """Yield of the entries of one asset, class or wallet on its `cost` and its `value`.

    Net income received after the same day a year before, up to `as_of`; capital does not count. Percent,
    half up to 4 decimals. An unknown or non-positive base gives `None`, never zero.
    """
    since = _year_before(as_of)
    received = sum(
        (
            entry.net
            for entry in entries
            if entry.currency == currency
            and not entry.kind.is_capital
            and _LAYERS[entry.state] is Layer.RECEIVED
            and entry.day is not None
            and since < entry.day <= as_of
        ),
        _ZERO,
    )
    reasons = tuple(_base_problems("cost", cost) + _base_problems("value", value))
    return Yields(as_of, received, _percent(received, cost), _percent(received, value), reasons)


_KEYS: dict[By, Callable[[CalendarEntry], str]] = {
    By.DAY: lambda entry: entry.day.isoformat() if entry.day else "",
    By.MONTH: lambda entry: entry.month,
    By.ASSET: lambda entry: entry.asset,
    By.CLASS: lambda entry: entry.asset_class,
}


class _Bar:
    """A bucket that is being filled: [gross, withheld, net] of each layer, of income and of capital."""

    __slots__ = ("capital", "income")

    def __init__(self) -> None:
        self.income = {layer: [_ZERO, _ZERO, _ZERO] for layer in Layer}
        self.capital = {layer: [_ZERO, _ZERO, _ZERO] for layer in Layer}

    def add(self, entry: CalendarEntry) -> None:
        side = self.capital if entry.kind.is_capital else self.income
        sums = side[_LAYERS[entry.state]]
        sums[0] += entry.gross
        sums[1] += entry.withheld
        sums[2] += entry.net

    def bucket(self, key: str, currency: str) -> Bucket:
        return Bucket(key, currency, _stack(self.income), _stack(self.capital))


def _stack(layers: dict[Layer, list[Decimal]]) -> Stack:
    return Stack(*(Amounts(*layers[layer]) for layer in Layer))


def _totals(buckets: Iterable[Bucket]) -> tuple[Bucket, ...]:
    totals: dict[str, Bucket] = {}
    for one in buckets:
        so_far = totals.get(one.currency, Bucket("", one.currency))
        totals[one.currency] = Bucket(
            "", one.currency, so_far.income + one.income, so_far.capital + one.capital
        )
    return tuple(totals[currency] for currency in sorted(totals))


def _months_from(as_of: date) -> list[str]:
    first = as_of.year * _MONTHS + as_of.month - 1
    return [
        month_of(date(number // _MONTHS, number % _MONTHS + 1, 1)) for number in range(first, first + _MONTHS)
    ]


def _year_before(day: date) -> date:
    """The same day a year before; 29 February stands for the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return (day - timedelta(days=1)).replace(year=day.year - 1)


def _base_problems(name: str, base: Decimal | None) -> list[str]:
    if base is None:
        return [f"{name}_unknown"]
    return [] if base > 0 else [f"{name}_not_positive"]


def _percent(received: Decimal, base: Decimal | None) -> Decimal | None:
    return round_half_up(received * 100 / base, _PERCENT_DECIMALS) if base is not None and base > 0 else None
