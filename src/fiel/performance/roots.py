"""Every growth at which dated amounts are worth nothing together, found with proof.

One root is looked for by its sign change. When the balance at that root stays on one side, it is the only
one (see `PresentValue.stays_on_one_side`); so it is for every investor who never owed anything. All others
are searched by halving: over a stretch of growths the positive and the negative amounts, and the slope, have
bounds; a stretch is dropped when the sum cannot be zero in it, and kept as one root when it has one sign
change and only rises or only falls.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from fiel.performance.present_value import DAYS_A_YEAR, LOG_BITS, LOG_ONE, PresentValue, Sums

#: |ln(1 + r)| looked at: 1 + r from 10^-12 to 10^12.
LOG_LIMIT = 27_631_021_116 * LOG_ONE // 10**9
#: Stretches narrower than this are a root that only touches zero.
_NARROW = 1 << (LOG_BITS - 44)
#: A root is told to 2^-60 of its logarithm.
_FINE = 1 << (LOG_BITS - 60)
#: Terms summed up in one search: some ten seconds.
_WORK_MAX = 10_000_000
_START = LOG_ONE // 8
#: Terms of the rough copy.
_ROUGH = 100


class TooHard(Exception):
    """The search did not end within its limit of work."""


def roots(value: PresentValue) -> list[int]:
    """The logarithms of all growths between 10^-12 and 10^12 that make the terms worth zero, ascending."""
    quick = _around(value) or _nearest(value)
    if quick is not None:
        root = refined(value.at, *quick)
        if value.stays_on_one_side(root):
            return [root]
    found = [*_half(value, -1), *_half(value, 1)]
    if value.at(0) == 0 and 0 not in found:
        found.append(0)
    return _distinct(found)


def _around(value: PresentValue) -> tuple[int, int] | None:
    """A narrow stretch with a sign change, by the root of a rough copy of many terms; `None` without luck."""
    rough = value.terms.gathered(_ROUGH) if len(value.terms.days) > 4 * _ROUGH else None
    copy = None if rough is None else PresentValue(rough)
    found = None if copy is None else _nearest(copy)
    if copy is None or found is None:
        return None
    guess = refined(copy.at, *found)
    for bits in (16, 12, 8):
        low, high = guess - (LOG_ONE >> bits), guess + (LOG_ONE >> bits)
        # The sum is scaled otherwise on each side of zero: a stretch stays on one side.
        if low < 0 < high:
            return None
        if (value.at(low) > 0) != (value.at(high) > 0):
            return (low, high)
    return None


def _nearest(value: PresentValue) -> tuple[int, int] | None:
    """A stretch with a sign change, looked for from zero in widening steps on the side that promises one."""
    at_zero = value.at(0)
    if at_zero == 0:
        return (0, 0)
    ends_like_first = (value.terms.amounts[0] > 0) == (at_zero > 0)
    low = 0
    step = -_START if ends_like_first else _START
    while abs(low) < LOG_LIMIT:
        high = max(-LOG_LIMIT, min(LOG_LIMIT, low + step))
        if (value.at(high) > 0) != (at_zero > 0):
            return (min(low, high), max(low, high))
        low, step = high, step * 2
    return None


def refined(function: Callable[[int], int], low: int, high: int) -> int:
    """The zero of a function between two places where its sign differs, to 2^-60 (Illinois, then halves)."""
    if low == high:
        return low
    at_low, at_high = function(low), function(high)
    kept = 0
    for _ in range(400):
        if high - low <= _FINE or not at_low or not at_high:
            break
        middle = low + (high - low) * at_low // (at_low - at_high)
        middle = min(max(middle, low + _FINE // 2), high - _FINE // 2)
        at_middle = function(middle)
        if (at_middle > 0) == (at_low > 0):
            low, at_low = middle, at_middle
            at_high, kept = (at_high // 2 or at_high, 1) if kept == 1 else (at_high, 1)
        else:
            high, at_high = middle, at_middle
            at_low, kept = (at_low // 2 or at_low, -1) if kept == -1 else (at_low, -1)
    if not at_low or not at_high:
        return high if not at_high else low
    return (low + high) // 2


def _half(value: PresentValue, sign: int) -> list[int]:
    """The roots with y of one sign; y is taken away from zero."""
    known: dict[int, Sums] = {}

    def sums(place: int) -> Sums:
        if place not in known:
            known[place] = value.sums(sign * place if place or sign > 0 else -1)
        return known[place]

    found: list[int] = []
    edges = [0, *(LOG_LIMIT * part // 16 for part in (1, 2, 4, 8, 16))]
    stretches = list(pairwise(edges))
    while stretches:
        if len(known) * len(value.terms.days) > _WORK_MAX:
            raise TooHard
        low, high = stretches.pop()
        verdict = _verdict(sums(low), sums(high), high - low)
        if verdict is None and high - low > _NARROW:
            middle = (low + high) // 2
            stretches += [(low, middle), (middle, high)]
        elif verdict is not False:
            found.append(sign * refined(lambda place: value.at(sign * place or sign), low, high))
    return found


def _verdict(low: Sums, high: Sums, width: int) -> bool | None:
    """Exactly one root in the stretch (True), none (False), or not known yet (None)."""
    if low.positive < high.negative or low.negative < high.positive:
        return False
    # The slope, times 365 * 2^64, lies between these two everywhere in the stretch.
    least = high.negative_days - low.positive_days
    most = low.negative_days - high.positive_days
    changes = (low.net > 0) != (high.net > 0)
    if least >= 0 or most <= 0:
        return changes
    if changes:
        return None
    # Two straight lines, down from one end and up to the other, bound the sum away from zero.
    falls, rises = (least, most) if low.net > 0 else (-most, -least)
    bound = (rises * abs(low.net) - falls * abs(high.net)) * (DAYS_A_YEAR * LOG_ONE) + falls * rises * width
    return False if bound > 0 else None


def _distinct(found: list[int]) -> list[int]:
    """Roots closer than what is told apart are one: a root on the edge of two stretches."""
    kept: list[int] = []
    for root in sorted(found):
        if not kept or root - kept[-1] > 4 * _NARROW:
            kept.append(root)
    return kept
