"""Prices laid over the days of a book: the last known one is carried, and every day it was is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fiel.performance.entries import QUANTITY_DECIMALS, PriceSeries


class DoubtKind(StrEnum):
    """What was done where something was not known."""

    #: No price on a day it was due: the last known one was carried.
    PRICE_CARRIED = "price_carried"
    #: No price yet: valued at the price of the last trade.
    PRICE_OF_TRADE = "price_of_trade"
    #: Neither a price nor a trade: counted as worth nothing, and to be looked at.
    WORTH_UNKNOWN = "worth_unknown"
    #: The same for an exchange rate.
    RATE_CARRIED = "rate_carried"
    #: A gain or loss on a day with no capital under it: left out of the quota, kept in the money.
    WITHOUT_CAPITAL = "without_capital"
    #: The whole was worth less than nothing: the quota stood still.
    BELOW_ZERO = "below_zero"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Days on which something was not known, of what (an asset, a currency, a level), and what was done."""

    kind: DoubtKind
    subject: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A unit price for every day of the axis, in 10^-decimals; `carried` and `of_trade` are places on it."""

    units: list[int]
    decimals: int
    carried: frozenset[int]
    of_trade: frozenset[int]
    unknown: frozenset[int]


def align(
    series: PriceSeries | None,
    axis: Sequence[date],
    trades: Mapping[int, tuple[int, int]],
    ratios: Mapping[int, tuple[int, int]],
) -> Aligned:
    """Prices for the axis. `trades`: (cents, 10^-9 units) by place; `ratios`: (new, old) by place."""
    if series is not None and series.days == axis and None not in series.units:
        return _complete(series.units, series.decimals)
    decimals = max(series.decimals if series else 0, 6)
    found = _known(series, axis, 10 ** (decimals - series.decimals) if series else 1)
    if None not in found:
        return _complete(found, decimals)
    return _filled(found, decimals, trades, ratios, _before(series, axis, decimals))


def _complete(units: Sequence[int | None], decimals: int) -> Aligned:
    """Nothing is missing."""
    known = [unit for unit in units if unit is not None]
    return Aligned(known, decimals, frozenset(), frozenset(), frozenset())


def _known(series: PriceSeries | None, axis: Sequence[date], scale: int) -> list[int | None]:
    if series is None:
        return [None] * len(axis)
    at = dict(zip(series.days, series.units, strict=True)).get
    if scale == 1:
        return [at(day) for day in axis]
    return [None if unit is None else unit * scale for unit in map(at, axis)]


def _before(series: PriceSeries | None, axis: Sequence[date], decimals: int) -> int | None:
    """The last price known before the axis begins."""
    if series is None or not axis:
        return None
    past = zip(series.days, series.units, strict=True)
    earlier = [unit for day, unit in past if day < axis[0] and unit is not None]
    return earlier[-1] * 10 ** (decimals - series.decimals) if earlier else None


def _filled(
    found: list[int | None],
    decimals: int,
    trades: Mapping[int, tuple[int, int]],
    ratios: Mapping[int, tuple[int, int]],
    last: int | None,
) -> Aligned:
    """Each hole takes the last price, in the scale of its day; where there was none, that of a trade."""
    units: list[int] = []
    carried: set[int] = set()
    of_trade: set[int] = set()
    unknown: set[int] = set()
    is_traded = False
    for place, unit in enumerate(found):
        if place in ratios and last is not None:
            new, old = ratios[place]
            last = (2 * last * old + new) // (2 * new)
        if unit is not None:
            last, is_traded = unit, False
        elif place in trades and (last is None or is_traded):
            cents, quantity = trades[place]
            last, is_traded = cents * 10 ** (decimals + QUANTITY_DECIMALS - 2) // quantity, True
        if unit is None:
            (unknown if last is None else of_trade if is_traded else carried).add(place)
        units.append(last or 0)
    return Aligned(units, decimals, frozenset(carried), frozenset(of_trade), frozenset(unknown))
