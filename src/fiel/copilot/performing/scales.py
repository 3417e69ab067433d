"""Closes in the scale of their day: what a source divided for later splits is multiplied again.

Services divide all their closes by a split once it is done. Whether one did so is seen in its own closes: an
undivided series falls by the factor on the first session of the event. Events too small to be seen there are
taken to be treated like the others of that source.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from fiel.copilot.performing.share_changes import Event
from fiel.kernel.errors import Corrupt
from fiel.market.queries import StoredCloses
from fiel.performance.entries import PriceSeries

#: A factor nearer to 1 than this drowns in the market's own moves.
_SEEN = Fraction(13, 10)
#: Decimals of prices that are kept; more are cut off.
_DECIMALS_MAX = 9
#: Decimals more for prices that are multiplied by a factor that is no whole number.
_FINER = 4
#: Sessions this far apart around an event say nothing of it.
_AROUND = timedelta(days=10)


class Traded(NamedTuple):
    """`prices` as traded on their days, and `levels` of what one share became, splits held: a yardstick."""

    prices: PriceSeries
    levels: PriceSeries


def as_traded(closes: StoredCloses, events: Sequence[Event]) -> Traded:
    """The closes of a source as traded. Raises `Corrupt` for a price that cannot be read."""
    units, decimals = _units(closes)
    within = [event for event in events if closes.days[0] < event.day <= max(closes.days[-1], closes.read_on)]
    divided = _divided(closes.days, units, within)
    as_told = (closes.days, tuple(units), decimals, closes.source)
    if not within:
        series = PriceSeries(*as_told)
        return Traded(series, series)
    prices, levels = [], []
    scale = 10**_FINER
    for (start, end), back, forth in _stretches(closes.days, within, divided):
        prices += [round(unit * back * scale) for unit in units[start:end]]
        levels += [round(unit * forth * scale) for unit in units[start:end]]
    told = (decimals + _FINER, closes.source)
    return Traded(
        PriceSeries(closes.days, tuple(prices), *told), PriceSeries(closes.days, tuple(levels), *told)
    )


def _stretches(
    days: Sequence[date], events: Sequence[Event], divided: Sequence[bool]
) -> list[tuple[tuple[int, int], Fraction, Fraction]]:
    """Stretches of days between events, with what their closes are multiplied by for prices and levels."""
    cuts = sorted({bisect_left(days, event.day) for event in events} - {0, len(days)})
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(days)], strict=True):
        back = forth = Fraction(1)
        for event, is_divided in zip(events, divided, strict=True):
            if is_divided and days[start] < event.day:
                back *= event.ratio
            elif not is_divided and days[start] >= event.day:
                forth *= event.ratio
        found.append(((start, end), back, forth))
    return found


def _divided(days: Sequence[date], units: Sequence[int], events: Sequence[Event]) -> list[bool]:
    """Of each event, whether the closes before it were divided."""
    seen = [_is_divided(days, units, event) for event in events]
    votes = [one for one in seen if one is not None]
    usual = votes.count(True) >= votes.count(False)
    return [usual if one is None else one for one in seen]


def _is_divided(days: Sequence[date], units: Sequence[int], event: Event) -> bool | None:
    """What the closes around an event say; `None` when they cannot."""
    place = bisect_left(days, event.day)
    if place in (0, len(days)) or days[place] - days[place - 1] > _AROUND:
        return None
    ratio = max(event.ratio, 1 / event.ratio)
    if ratio < _SEEN or not units[place] or not units[place - 1]:
        return None
    moved = Fraction(units[place - 1], units[place])
    if event.ratio < 1:
        moved = 1 / moved
    # Nearer to 1 than to the factor, on the scale of logarithms.
    return moved * moved < ratio


def _units(closes: StoredCloses) -> tuple[list[int], int]:
    """Prices as whole units of one power of ten. Each text is read once: prices of a share repeat."""
    together = "\n".join(closes.closes)
    decimals = _decimals(closes.closes[0])
    if 0 < decimals <= _DECIMALS_MAX and re.fullmatch(
        rf"(?:[0-9]+\.[0-9]{{{decimals}}}\n)+", f"{together}\n"
    ):
        return list(map(int, together.replace(".", "").split("\n"))), decimals
    texts = set(closes.closes)
    decimals = min(max(map(_decimals, texts)), _DECIMALS_MAX)
    try:
        known = {text: _unit(text, decimals) for text in texts}
    except ValueError as error:
        raise Corrupt("stored_close", f"a stored close of {closes.symbol} cannot be read") from error
    return list(map(known.__getitem__, closes.closes)), decimals


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _unit(text: str, decimals: int) -> int:
    """Text of digits as whole units, without a float."""
    head, _, tail = text.partition(".")
    return int(head + tail[:decimals].ljust(decimals, "0"))
