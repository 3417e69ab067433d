"""The return of quotas (time-weighted): what one unit of the whole did, however much came in or went out.

    q_t = q_(t-1) * (worth_t + out_t) / (worth_(t-1) + in_t)

Money that comes in buys quotas at the quota before it (the close of the day before), money that goes out
sells them at the close of its day: then taking everything out leaves no return undefined. A day on which
there was nothing keeps its quota, and the quota goes on from there when money comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import exact_context, finance_context, round_half_up

#: A quota of 1, in whole numbers; each day is cut down at this scale.
QUOTA_ONE = 10**24
#: Weights of gains have 4 digits more.
WEIGHT_SCALE = 10**4
RETURN_DECIMALS = 12
DAYS_A_YEAR = 365
BUSINESS_DAYS_A_YEAR = 252
_NO_FLOW = (0, 0)

#: (in, out) in whole units by place.
Flows = Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True, repr=False)
class Quotas:
    """Quotas times 10^24: the first is the reference of 1, then one for each day.

    `weights[k]` is what one unit of gain on day k + 1 adds to the quota, times 10^28. `without_capital` and
    `below_zero` are days (from 1) that could not count.
    """

    units: tuple[int, ...]
    weights: tuple[int, ...]
    without_capital: tuple[int, ...]
    below_zero: tuple[int, ...]

    @property
    def total_return(self) -> Decimal:
        """Of the whole stretch, a fraction, A-12."""
        return fraction_of(self.units[-1], self.units[0])


def quotas(worths: Sequence[int], flows: Flows) -> Quotas:
    """Quotas of `worths`, the first of which is the reference; `flows` by place in it, from 1 on.

    >>> made = quotas([1000, 1100, 1210, 0, 500, 550], {2: (110, 0), 3: (0, 1210), 4: (500, 0)})
    >>> made.total_return
    Decimal('0.210000000000')
    """
    quota, before = QUOTA_ONE, worths[0]
    units, weights = [quota], []
    without: list[int] = []
    below: list[int] = []
    for place in range(1, len(worths)):
        worth = worths[place]
        inn, out = flows.get(place, _NO_FLOW)
        base, end = before + inn, worth + out
        if base > 0 and end >= 0:
            weights.append(quota * WEIGHT_SCALE // base)
            quota = quota * end // base
        else:
            weights.append(0)
            if base != end:
                (without if base == 0 else below).append(place)
        units.append(quota)
        before = worth
    return Quotas(tuple(units), tuple(weights), tuple(without), tuple(below))


def linked(worths: Sequence[int], flows: Flows, first: int, last: int) -> int:
    """The last of `quotas`, by the days with flows alone: between them returns are quotients of worths.

    For stretches that are never below zero. `first` is the place of the reference, -1 before all days.
    """
    quota, since = QUOTA_ONE, worths[first] if first >= 0 else 0
    for place in sorted(place for place in flows if first < place <= last):
        before, worth = worths[place - 1] if place > 0 else 0, worths[place]
        if since > 0:
            quota = quota * before // since
        inn, out = flows[place]
        if before + inn > 0:
            quota = quota * (worth + out) // (before + inn)
        since = worth
    return quota * worths[last] // since if since > 0 else quota


def time_weighted(days: Sequence[tuple[DecimalInput, DecimalInput, DecimalInput]]) -> tuple[Decimal, ...]:
    """The cumulative return after each day (fractions, A-12), of (in, out, worth at the close) in any money.

    The first row is the reference, and returns 0.

    >>> time_weighted([(0, 0, "10000"), (0, 0, "10230"), ("200", 0, "10630")])[-1]
    Decimal('0.042616490892')
    """
    if not days:
        raise InvalidInput("no_days", "give at least the reference day", field="days")
    rows = [tuple(parse_decimal(number, field="days") for number in row) for row in days]
    scaled = [tuple(int(exact_context().scaleb(number, 12)) for number in row) for row in rows]
    worths = [worth for _, _, worth in scaled]
    flows = {place: (inn, out) for place, (inn, out, _) in enumerate(scaled) if inn or out}
    units = quotas(worths, flows).units
    return tuple(fraction_of(unit, units[0]) for unit in units)


def fraction_of(quota: int, reference: int, decimals: int = RETURN_DECIMALS) -> Decimal:
    """quota/reference - 1, A-`decimals`."""
    with localcontext(finance_context()):
        return round_half_up(Decimal(quota) / reference - 1, decimals)


def annual_return(total: DecimalInput, days: int, basis: int = DAYS_A_YEAR) -> Decimal:
    """A return (fraction) of `days` as a fraction per year of `basis` days, A-12.

    Basis 365 counts calendar days, 252 business days: say which beside the figure.
    Raises `Refused` for a return below -100 %.

    >>> annual_return("0.3", 730)
    Decimal('0.140175425099')
    """
    number = parse_decimal(total, field="total")
    if type(days) is not int or days < 1:
        raise InvalidInput("days_out_of_range", "a period has at least one day", field="days")
    if number < -1:
        raise Refused("return_below_everything", "more than everything cannot be lost a year", field="total")
    with localcontext(finance_context()):
        return round_half_up((1 + number) ** (Decimal(basis) / days) - 1, RETURN_DECIMALS)


def modified_dietz(
    initial: DecimalInput,
    final: DecimalInput,
    flows: Sequence[tuple[int, DecimalInput]],
    days: int,
) -> Decimal:
    """Gain over the money that was there on average, a fraction, A-12. `flows`: (day from 0, in > 0 > out).

    (final - initial - F) / (initial + sum of F_i * (days - day_i)/days).
    Raises `Refused` when on average no money was there.

    >>> modified_dietz(1000, 1200, [(15, 100)], 30)
    Decimal('0.095238095238')
    """
    amounts = [(day, parse_decimal(amount, field="flows")) for day, amount in flows]
    start, end = parse_decimal(initial, field="initial"), parse_decimal(final, field="final")
    with localcontext(finance_context()):
        average = start + sum((amount * (days - day) / days for day, amount in amounts), Decimal(0))
        if average <= 0:
            raise Refused("no_capital", "on average no money was there to earn a return", field="flows")
        gain = end - start - sum((amount for _, amount in amounts), Decimal(0))
        return round_half_up(gain / average, RETURN_DECIMALS)
