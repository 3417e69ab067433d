"""The methods: what a season says of the next year. All of them are linear in the amounts, and see no future.

With P the sum of the slots by how often they repeat, L the sum of the last twelve months, B that of the
twelve before, and M the median of the last (up to four) yearly sums:

    last_year     L, each occasion of the last year again
    slots         P: a slot counts whole when the last year paid in it and the one before last did too,
                  3/4 when two years running did, 1/2 when only the last did, and not at all otherwise
    slot_median   each slot the weighted median of its years, 3 : 2 : 1
    trailing      L, spread as P
    trend         L * sqrt(L / B), the ratio held within 0.67 and 1.50, spread as P
    blend         1.04 * (0.40 P + 0.45 L + 0.15 M), spread as P
    monthly       twelve times the median of the last three payments

Those that rest on P add half of a slot that two years running paid at this time of the year and that is late.

The weights of `slots` are near the shares in which such slots paid again (92, 72 and 52 of 100 in the
packaged history); 1.04 is a year's growth of amounts in reais, under the median growth found there (7 %).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.income.forecast.history import Occasion
from fiel.income.forecast.months import add_months
from fiel.income.forecast.results import Method
from fiel.income.forecast.season import SLOT_YEARS, YEAR, Season, Slot

WHOLE, NONE = Decimal(1), Decimal(0)
#: Paid in the last year, the year before, the one before that -> how much of it is believed.
REPEATS: Mapping[tuple[bool, bool, bool], Decimal] = MappingProxyType(
    {
        (True, True, True): WHOLE,
        (True, False, True): WHOLE,
        (True, True, False): Decimal("0.75"),
        (True, False, False): Decimal("0.50"),
    }
)
#: A slot that came at most so many days more than a year ago, and not since, is late: half of it is believed
#: (39 of 100 such came within the next seven weeks), three weeks from now.
LATE_DAYS, LATE_BELIEF, LATE_OFFSET = 45, Decimal("0.50"), 21
MEDIAN_WEIGHTS = (3, 2, 1)
GROWTH = Decimal("1.04")
OF_SLOTS, OF_LAST_YEAR, OF_MEDIAN = Decimal("0.40"), Decimal("0.45"), Decimal("0.15")
TREND_MIN, TREND_MAX = Decimal("0.67"), Decimal("1.50")
#: From so many of the last twelve months on, an asset pays monthly.
MONTHS_PAID_MIN = 10
#: The sum of its year is its middle payment times their number, give or take this share.
MONTHLY_EVEN = Decimal("0.25")
#: The last payments whose median is the next, when it pays monthly.
MONTHLY_LAST = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """An occasion expected `offset` days after the origin. `like`: what it takes its kinds from."""

    offset: int
    amount: Decimal
    like: Occasion
    #: Year by year, the newest first: the occasions that it rests on, `None` where a year left it out.
    basis: tuple[Occasion | None, ...]


def drafts_of(method: Method, season: Season, shape: Sequence[Draft] | None = None) -> tuple[Draft, ...]:
    """The next 365 days by a method, the earliest first; those that come to nothing are left out.

    `shape` is that of the season, when it is at hand already.
    """
    slots = shape_of(season) if shape is None else shape
    late = _late(season) if method in _ADDS_LATE else ()
    found = (each for each in (*_METHODS[method](season, slots), *late) if each.amount > 0)
    return tuple(sorted(found, key=lambda each: each.offset))


def shape_of(season: Season) -> tuple[Draft, ...]:
    """Each slot with what the last year paid in it, as far as it is believed: P of the formulae."""
    return tuple(
        _draft(slot, slot.amount(0) * _belief(slot, season.years)) for slot in season.slots if slot.years[0]
    )


def months_paid(season: Season) -> int:
    """How many different months of the last 365 days had a payment."""
    days = (each.day for each in season.past if each.day > season.origin - YEAR)
    return len({(date.fromordinal(day).year, date.fromordinal(day).month) for day in days})


def pays_monthly(season: Season) -> bool:
    """Whether it pays about as much in nearly every month: the sum of the last year is that of its middle."""
    year = [each.total for each in season.past if each.day > season.origin - YEAR]
    if months_paid(season) < MONTHS_PAID_MIN:
        return False
    usual, total = median(year) * len(year), sum(year, NONE)
    return abs(total - usual) <= usual * MONTHLY_EVEN


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle one, or half-way between the middle two. `values` is not empty."""
    ranked = sorted(values)
    middle = len(ranked) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2


def _last_year(season: Season, _: Sequence[Draft]) -> Sequence[Draft]:
    return [_draft(slot, slot.amount(0)) for slot in season.slots]


def _slots(_: Season, shape: Sequence[Draft]) -> Sequence[Draft]:
    return shape


def _slot_median(season: Season, _: Sequence[Draft]) -> Sequence[Draft]:
    return [
        _draft(slot, _weighted_median([slot.amount(i) for i in range(len(slot.years))]))
        for slot in season.slots
    ]


def _trailing(season: Season, shape: Sequence[Draft]) -> Sequence[Draft]:
    return _spread(shape, season.annual[0])


def _trend(season: Season, shape: Sequence[Draft]) -> Sequence[Draft]:
    last = season.annual[0]
    before = season.annual[1] if season.years > 1 else NONE
    if not before:
        return _spread(shape, last)
    moved = min(TREND_MAX, max(TREND_MIN, last / before))
    return _spread(shape, last * moved.sqrt())


def _blend(season: Season, shape: Sequence[Draft]) -> Sequence[Draft]:
    level = OF_SLOTS * _sum(shape) + OF_LAST_YEAR * season.annual[0] + OF_MEDIAN * median(season.annual)
    return _spread(shape, GROWTH * level)


def _monthly(season: Season, _: Sequence[Draft]) -> Sequence[Draft]:
    """On the usual day of each month after the last payment; months that were missed are not made up for."""
    last = tuple(reversed(season.past[-MONTHLY_LAST:]))
    amount = median([each.total for each in last])
    begin = _usual_day(season)
    days = (add_months(begin, month).toordinal() - season.origin for month in range(1, 14))
    return [Draft(offset, amount, last[0], last) for offset in days if 0 < offset <= YEAR]


def _usual_day(season: Season) -> date:
    """In the month of the last payment, the middle one of the days of the month of the last twelve."""
    days = [date.fromordinal(each.day) for each in season.past[-12:]]
    usual = sorted(each.day for each in days)[len(days) // 2]
    first = days[-1].replace(day=1)
    return first.replace(day=min(usual, monthrange(first.year, first.month)[1]))


def _late(season: Season) -> Sequence[Draft]:
    """What the two years before paid at this time and the last one did not: it may still come."""
    edge = season.origin - YEAR - LATE_DAYS
    return [
        Draft(LATE_OFFSET, slot.amount(1) * LATE_BELIEF, slot.newest, slot.years)
        for slot in season.slots
        if len(slot.years) == SLOT_YEARS
        and not slot.years[0]
        and all(slot.years[1:])
        and slot.newest.day > edge
    ]


_ADDS_LATE = frozenset({Method.SLOTS, Method.TRAILING, Method.TREND, Method.BLEND})
_METHODS: Mapping[Method, Callable[[Season, Sequence[Draft]], Sequence[Draft]]] = MappingProxyType(
    {
        Method.LAST_YEAR: _last_year,
        Method.SLOTS: _slots,
        Method.SLOT_MEDIAN: _slot_median,
        Method.TRAILING: _trailing,
        Method.TREND: _trend,
        Method.BLEND: _blend,
        Method.MONTHLY: _monthly,
    }
)


def _draft(slot: Slot, amount: Decimal) -> Draft:
    return Draft(slot.offset, amount, slot.newest, slot.years)


def _belief(slot: Slot, years: int) -> Decimal:
    """How much of a slot is believed; before there are three years, all of what the last one paid."""
    if years < SLOT_YEARS:
        return WHOLE
    last, before, first = (each is not None for each in slot.years)
    return REPEATS.get((last, before, first), NONE)


def _spread(shape: Sequence[Draft], level: Decimal) -> Sequence[Draft]:
    """`level` over the slots in their proportions."""
    total = _sum(shape)
    if not total:
        return ()
    times = level / total
    return [Draft(each.offset, times * each.amount, each.like, each.basis) for each in shape]


def _sum(drafts: Sequence[Draft]) -> Decimal:
    return sum((each.amount for each in drafts), NONE)


def _weighted_median(amounts: Sequence[Decimal]) -> Decimal:
    """The amount at half of the weight, or half-way to the next when the half falls between two."""
    ranked = sorted(zip(amounts, MEDIAN_WEIGHTS, strict=False))
    total = sum(weight for _, weight in ranked)
    seen = 0
    for index, (amount, weight) in enumerate(ranked):
        seen += weight
        if 2 * seen > total:
            return amount
        if 2 * seen == total:
            return (amount + ranked[index + 1][0]) / 2
    raise AssertionError("unreachable: the weights sum to the total")
