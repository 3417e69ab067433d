"""Every method tried on the asset's own past: at past quarters, the year that followed, with no look ahead.

At an origin only what had been announced by then is known; payments announced then with the com date to
come count first, as they do in the forecast itself. The year that followed is taken as it was, with
whatever extraordinary it paid.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fiel.income.forecast.history import Occasion, Paid
from fiel.income.forecast.lines import lines_of, without_announced
from fiel.income.forecast.methods import Draft, drafts_of, median, shape_of
from fiel.income.forecast.results import Method, Trial
from fiel.income.forecast.season import YEAR, Season, season_at
from fiel.kernel.rounding import round_half_up

#: Past days tried: a quarter apart, from a year ago back.
QUARTER = 91
ORIGINS_MAX = 20
#: Fewer tell nothing of the error.
ORIGINS_MIN = 4
#: At an origin, the asset must have paid for a year and on two days.
_DAYS_MIN, _OCCASIONS_MIN = YEAR, 2
_ERROR_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class _Origin:
    season: Season
    shape: Sequence[Draft]
    ahead: tuple[Paid, ...]
    paid: Decimal


def tried(past: Sequence[Occasion], today: int, methods: Sequence[Method]) -> Mapping[Method, Trial]:
    """Each method's errors on this asset. `past` by day, none after `today` (an ordinal)."""
    origins = _origins(past, today)
    return {method: _trial(method, origins) for method in methods}


def _expected(method: Method, at: _Origin) -> Decimal:
    """What a method expects of the 365 days after the origin, announced payments first."""
    drafts = drafts_of(method, at.season, at.shape)
    if not at.ahead:
        return sum((each.amount for each in drafts), Decimal(0))
    lines = without_announced(lines_of(drafts, at.season.origin), at.ahead)
    told = sum((each.amount for each in at.ahead), Decimal(0))
    return sum((each.amount for each in lines), told)


def _announced_at(past: Sequence[Occasion], origin: int) -> tuple[Paid, ...]:
    """What was known at an origin of the year after it."""
    first = bisect_right(past, origin, key=_day)
    last = bisect_right(past, origin + YEAR, key=_day)
    return tuple(each for occasion in past[first:last] for each in occasion.paid if each.known <= origin)


def _known_at(past: Sequence[Occasion], origin: int) -> Sequence[Occasion]:
    """The occasions whose com date had come by an origin, and that were known by then."""
    return [each for each in past[: bisect_right(past, origin, key=_day)] if each.known <= origin]


def _origins(past: Sequence[Occasion], today: int) -> list[_Origin]:
    found = []
    for number in range(ORIGINS_MAX):
        origin = today - YEAR - QUARTER * number
        known = _known_at(past, origin)
        if len(known) < _OCCASIONS_MIN or origin - known[0].day < _DAYS_MIN:
            break
        first, last = (bisect_right(past, day, key=_day) for day in (origin, origin + YEAR))
        paid = sum((each.total for each in past[first:last]), Decimal(0))
        season = season_at(known, origin)
        found.append(_Origin(season, shape_of(season), _announced_at(past, origin), paid))
    return found


def _trial(method: Method, origins: Sequence[_Origin]) -> Trial:
    missed = [abs(_expected(method, each) - each.paid) for each in origins]
    paid = sum((each.paid for each in origins), Decimal(0))
    if len(origins) < ORIGINS_MIN or not paid:
        return Trial(method, len(origins), None, None)
    shares = [miss / each.paid for miss, each in zip(missed, origins, strict=True) if each.paid]
    return Trial(
        method,
        len(origins),
        round_half_up(sum(missed, Decimal(0)) / paid, _ERROR_DECIMALS),
        round_half_up(median(shares), _ERROR_DECIMALS),
    )


def _day(occasion: Occasion) -> int:
    return occasion.day
