"""The forecast and the naive rule at each past quarter end, beside what was paid in the twelve months after.

At an origin the forecast is given nothing that was approved later. What was paid is taken raw, extraordinary
payments included, in the units of the origin. The naive rule is: each payment of the last twelve months
comes again a year later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from bench.forecast.reading import Histories
from bench.forecast.share_changes import CEASED, share_changes
from fiel.income.forecast import ForecastPayment, Method, forecast
from fiel.income.forecast.history import Paid, read_history
from fiel.income.forecast.lines import SAME_SLOT_DAYS, Line, lines_of, without_announced
from fiel.income.forecast.methods import drafts_of
from fiel.income.forecast.season import YEAR, season_at
from fiel.income.values import Announcement, ShareChange
from fiel.kernel.rounding import finance_context

FIRST_YEAR, LAST_YEAR = 2013, 2023
BUCKETS = 12
#: Asset has paid for a year and on two days, and lately: else neither rule has anything to go by.
_DAYS_MIN, _OCCASIONS_MIN = 365, 2

NAIVE, OURS = "naive: last year again", "the forecast"
ALWAYS = tuple(each for each in Method if each is not Method.MONTHLY)


@dataclass(frozen=True, slots=True)
class Score:
    """One rule at one origin: the total, what was paid, and the sum of the absolute errors month by month."""

    asset: str
    origin: date
    expected: Decimal
    paid: Decimal
    months_missed: Decimal

    @property
    def missed(self) -> Decimal:
        """How far the total was off."""
        return abs(self.expected - self.paid)


@dataclass(frozen=True, slots=True)
class Walk:
    """All scores by rule, in the same order for each.

    `refused`, by reason: where there was no forecast, the naive score, and ours with only what was announced.
    `ranges`: whether the payment that came (same kind, within 45 days) lay between `low` and `high`.
    """

    scores: dict[str, list[Score]] = field(default_factory=dict)
    refused: dict[str, list[tuple[Score, Score]]] = field(default_factory=dict)
    chosen: Counter[str] = field(default_factory=Counter)
    ranges: Counter[bool] = field(default_factory=Counter)


def walk(histories: Histories) -> Walk:
    """Every asset at every origin whose following year is known."""
    last = max(each.com_date for rows in histories.values() for each in rows if each.com_date)
    found = Walk()
    with localcontext(finance_context()):
        for asset, rows in sorted(histories.items()):
            for origin in _origins(min(last, CEASED.get(asset, last))):
                _at(found, asset, rows, origin)
    return found


def _origins(last: date) -> Iterator[date]:
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
            if date(year, month, day) + timedelta(days=YEAR) <= last:
                yield date(year, month, day)


def _at(found: Walk, asset: str, rows: Sequence[Announcement], origin: date) -> None:
    changes = [each for each in share_changes(asset) if each.com_date < origin]
    known = [each for each in rows if (each.decided_on or each.com_date or origin) <= origin]
    history = read_history(asset, known, changes, origin)
    now = origin.toordinal()
    if len(history.past) < _OCCASIONS_MIN or now - history.past[0].day < _DAYS_MIN:
        return
    came = _came(asset, rows, origin)
    paid = [(each.day - now, each.amount) for each in came]
    season = season_at(history.past, now)
    naive = _amounts(lines_of(drafts_of(Method.LAST_YEAR, season), now), now)
    told = [(each.day - now, each.amount) for each in history.ahead if each.day - now <= YEAR]
    ours = forecast(asset, known, origin, changes=changes)
    if ours.method is None:
        reason = ours.reasons[0].split(":")[0]
        pair = (_score(asset, origin, naive, paid), _score(asset, origin, told, paid))
        found.refused.setdefault(reason, []).append(pair)
        return
    mine = [((each.com_date - origin).days, each.per_unit) for each in ours.payments]
    rules = {NAIVE: naive, OURS: mine + told}
    for method in ALWAYS:
        left = without_announced(lines_of(drafts_of(method, season), now), history.ahead)
        rules[f"always {method}, announced first"] = _amounts(left, now) + told
    for name, lines in rules.items():
        found.scores.setdefault(name, []).append(_score(asset, origin, lines, paid))
    found.chosen[ours.method.value] += 1
    found.ranges.update(_inside(ours.payments, came))


def _amounts(lines: Sequence[Line], now: int) -> list[tuple[int, Decimal]]:
    return [(line.day - now, line.amount) for line in lines]


def _came(asset: str, rows: Sequence[Announcement], origin: date) -> list[Paid]:
    """What was paid in the year after, in the units of the origin."""
    end = origin + timedelta(days=YEAR)
    later = [each for each in share_changes(asset) if each.com_date >= origin]
    return [
        replace(each, amount=each.amount * _units(each.day, later))
        for occasion in read_history(asset, rows, (), end).past
        for each in occasion.paid
        if origin.toordinal() < each.day
    ]


def _units(day: int, later: Sequence[ShareChange]) -> Decimal:
    units = Decimal(1)
    for each in later:
        if each.com_date.toordinal() < day:
            units *= each.new_per_old
    return units


def _score(
    asset: str, origin: date, lines: Sequence[tuple[int, Decimal]], came: Sequence[tuple[int, Decimal]]
) -> Score:
    missed = [Decimal(0)] * BUCKETS
    for sign, some in ((1, lines), (-1, came)):
        for offset, amount in some:
            missed[min(BUCKETS - 1, (offset - 1) * BUCKETS // YEAR)] += sign * amount
    return Score(
        asset,
        origin,
        sum((amount for _, amount in lines), Decimal(0)),
        sum((amount for _, amount in came), Decimal(0)),
        sum((abs(each) for each in missed), Decimal(0)),
    )


def _inside(payments: Sequence[ForecastPayment], came: Sequence[Paid]) -> Iterator[bool]:
    for each in payments:
        day = each.com_date.toordinal()
        near = {abs(one.day - day): one for one in came if one.kind is each.kind}
        if near and min(near) <= SAME_SLOT_DAYS:
            yield each.low <= near[min(near)].amount <= each.high
