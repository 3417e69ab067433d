"""Why the return of the investor's money (XIRR) and that of quotas (TWR) differ, flow by flow.

Had every flow grown at the average of the quotas, both returns would be one. So the whole difference is in
what the quotas did after each flow, against their average g:

    effect_i = flow_i * (Q_end/Q_i - (1 + g)^(years_i))        in BRL at the end

Money put in before a time better than the average helps, before a worse one hurts, and the reverse for money
taken out. The effects add up to the worth that the average does not explain; the difference of the two
yearly rates is shared out over them in proportion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum

from fiel.kernel.rounding import round_half_up
from fiel.performance.quotas import DAYS_A_YEAR, Quotas
from fiel.performance.xirr import OneRate, RateOutcome

_DIGITS = 28
#: A growth a year beyond 10^12, or below 10^-12, is no rate that XIRR looks at either.
_LOG_MAX = 12 * Decimal(10).ln()
_FRACTION = 10
_CENTS = 2


class Reason(StrEnum):
    """What a flow did to the investor's return."""

    IN_BEFORE_GOOD = "in_before_good"
    IN_BEFORE_BAD = "in_before_bad"
    OUT_BEFORE_GOOD = "out_before_good"
    OUT_BEFORE_BAD = "out_before_bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class FlowEffect:
    """One day's flow and what its timing did.

    `amount` in BRL, in above zero; `after` is what the quotas made from it to the end, `average` what they
    made on average over as long (fractions, A-10). `effect` in BRL at the end; `points` of the yearly
    difference (fractions, A-10), `None` when there is not one rate.
    """

    day: date
    amount: Decimal
    after: Decimal
    average: Decimal
    effect: Decimal
    points: Decimal | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class TwoReturns:
    """Both returns side by side, per year of 365 days (fractions), and the flows that part them.

    `effects` holds every day with flows, the largest effect first; `effect` is their sum in BRL, and
    `difference` is money-weighted less time-weighted, `None` when there is not one rate.
    """

    time_weighted: Decimal
    money_weighted: RateOutcome
    difference: Decimal | None
    effect: Decimal
    effects: tuple[FlowEffect, ...]


def two_returns(
    days: Sequence[date],
    quotas: Quotas,
    flows: Sequence[tuple[int, int, int]],
    money_weighted: RateOutcome,
) -> TwoReturns | None:
    """The comparison. `days[k]` is the day of quota k (0 the reference); `flows`: (k, in, out) in cents.

    `None` when everything was lost: then there is no average growth to compare with. The same when a few
    days, taken for a year, would multiply the quota by more than 10^12: no yearly rate says anything then.
    """
    if quotas.units[-1] <= 0:
        return None
    work = Context(prec=_DIGITS)
    span = (days[-1] - days[0]).days
    log = work.ln(work.divide(Decimal(quotas.units[-1]), Decimal(quotas.units[0])))
    log_a_year = work.divide(work.multiply(log, Decimal(DAYS_A_YEAR)), Decimal(span))
    if abs(log_a_year) > _LOG_MAX:
        return None
    yearly = round_half_up(work.exp(log_a_year) - 1, 12)
    raw = [
        _raw(work, days, quotas, place, cents, log)
        for place, inn, out in flows
        for cents in (inn, -out)
        if cents
    ]
    total = sum((effect for *_, effect in raw), Decimal(0))
    difference = money_weighted.rate - yearly if isinstance(money_weighted, OneRate) else None
    slope = None if difference is None or not total else work.divide(difference, total)
    effects = sorted((_told(work, one, slope) for one in raw), key=lambda one: (-abs(one.effect), one.day))
    return TwoReturns(yearly, money_weighted, difference, round_half_up(total, _CENTS), tuple(effects))


_Raw = tuple[date, Decimal, Decimal, Decimal, Decimal]


def _raw(work: Context, days: Sequence[date], quotas: Quotas, place: int, cents: int, log: Decimal) -> _Raw:
    """(day, amount, growth after, average growth, effect) of a flow, unrounded."""
    at = quotas.units[place - 1] if cents > 0 else quotas.units[place]
    left, span = (days[-1] - days[place]).days, (days[-1] - days[0]).days
    after = work.divide(Decimal(quotas.units[-1]), Decimal(at)) if at else Decimal(1)
    average = work.exp(work.divide(work.multiply(log, Decimal(left)), Decimal(span)))
    amount = Decimal(cents).scaleb(-2)
    return (days[place], amount, after, average, work.multiply(amount, work.subtract(after, average)))


def _told(work: Context, raw: _Raw, slope: Decimal | None) -> FlowEffect:
    day, amount, after, average, effect = raw
    points = None if slope is None else round_half_up(work.multiply(effect, slope), _FRACTION)
    return FlowEffect(
        day,
        amount,
        round_half_up(after - 1, _FRACTION),
        round_half_up(average - 1, _FRACTION),
        round_half_up(effect, _CENTS),
        points,
        _reason(amount, after, average),
    )


def _reason(amount: Decimal, after: Decimal, average: Decimal) -> Reason:
    if after == average:
        return Reason.NEUTRAL
    if amount > 0:
        return Reason.IN_BEFORE_GOOD if after > average else Reason.IN_BEFORE_BAD
    return Reason.OUT_BEFORE_GOOD if after > average else Reason.OUT_BEFORE_BAD
