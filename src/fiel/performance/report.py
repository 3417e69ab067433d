"""The report of a period: returns and identity at every level, shares that add up, risk and doubts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.kernel.errors import InvalidInput, NotFound, Refused
from fiel.kernel.rounding import round_half_up
from fiel.performance.aligned import Doubt, DoubtKind
from fiel.performance.attribution import POINT_DECIMALS, Share, shared_out, turns_of, weighted_gain
from fiel.performance.book import Book
from fiel.performance.explaining import TwoReturns, two_returns
from fiel.performance.identity import Identity, Made, identity_of, made_of
from fiel.performance.levels import Group, Level, groups, summed
from fiel.performance.periods import Period
from fiel.performance.quotas import QUOTA_ONE, Quotas, fraction_of, linked, quotas
from fiel.performance.risk import Drawdown, MonthReturn, Volatility, drawdown, months, volatility
from fiel.performance.xirr import RateOutcome, rates_of_units


@dataclass(frozen=True, slots=True)
class LevelReport:
    """One group in a period. `flows`: (day, in, out) in cents of BRL; the ends are worths in cents of BRL."""

    level: Level
    name: str
    identity: Identity
    #: The return of quotas, a fraction, A-12.
    time_weighted: Decimal
    period: Period
    flows: tuple[tuple[date, int, int], ...]

    @property
    def simple_gain(self) -> Decimal:
        """What was made over all that was put in, the worth at the start included; a fraction, A-12.

        Raises `Refused` when nothing was put in.
        """
        put_in = self.identity.initial + self.identity.contributions
        if put_in <= 0:
            raise Refused("no_capital", f"nothing was put into {self.name}", field=self.name)
        return round_half_up(self.identity.gain / put_in, 12)

    def money_weighted(self) -> RateOutcome:
        """The yearly rates of the money: first worth and contributions, withdrawals and last worth."""
        days = [self.period.after, *(day for day, _, _ in self.flows), self.period.until]
        cents = [-_cents(self.identity.initial), *(out - inn for _, inn, out in self.flows)]
        return rates_of_units(days, [*cents, _cents(self.identity.final)])


@dataclass(frozen=True, slots=True)
class Report:
    """How a book did in a period. `days` and `quotas` (times 10^24) go together, the reference first."""

    period: Period
    portfolio: LevelReport
    classes: tuple[LevelReport, ...]
    accounts: tuple[LevelReport, ...]
    assets: tuple[LevelReport, ...]
    asset_shares: tuple[Share, ...]
    class_shares: tuple[Share, ...]
    account_shares: tuple[Share, ...]
    days: tuple[date, ...]
    quotas: tuple[int, ...]
    months: tuple[MonthReturn, ...]
    drawdown: Drawdown
    #: `None` for fewer than two daily returns, or after a loss of everything.
    volatility: Volatility | None
    #: `None` after a loss of everything.
    two_returns: TwoReturns | None
    doubts: tuple[Doubt, ...]

    @property
    def best_month(self) -> MonthReturn | None:
        """The month with the highest return; the earliest of equals."""
        return max(self.months, key=lambda month: month.value, default=None)

    @property
    def worst_month(self) -> MonthReturn | None:
        """The month with the lowest return; the earliest of equals."""
        return min(self.months, key=lambda month: month.value, default=None)


class _Reckoning:
    """What the parts of one report share."""

    def __init__(self, book: Book, period: Period) -> None:
        self.book, self.period = book, period
        self.first, self.last = book.place_of(period.after), book.place_of(period.until)
        if self.last < 0 or not book.cells:
            raise InvalidInput("period_empty", "nothing happened up to the end of the period", field="period")
        self.own: list[list[tuple[int, int, int]]] = [[] for _ in book.cells]
        for leg in book.legs:
            self.own[leg.cell].append((leg.place, leg.inn, leg.out))
        self.made = [made_of(cell, self.own[cell.index], self.first, self.last) for cell in book.cells]

    def level(
        self, group: Group, worths: Sequence[int] | None = None, time_weighted: Decimal | None = None
    ) -> LevelReport:
        """One group's report; `worths` of every day and the return of quotas when they are known already."""
        made: list[Made] = [self.made[cell.index] for cell in group.cells]
        worths = group.worths() if worths is None else worths
        ends = tuple(worths[place] if place >= 0 else 0 for place in (self.first, self.last))
        if time_weighted is None:
            time_weighted = self._time_weighted(group, worths)
        return LevelReport(
            group.level,
            group.name,
            identity_of(group, made, (ends[0], ends[1]), self.first, self.last),
            time_weighted,
            self.period,
            tuple(
                (self.book.axis[place], *group.flows[place])
                for place in sorted(group.flows)
                if self.first < place <= self.last
            ),
        )

    def _time_weighted(self, group: Group, worths: Sequence[int]) -> Decimal:
        """The same as that of `quotas`; the days between flows are looked at only if one is below zero."""
        if min(worths[max(self.first, 0) : self.last + 1]) < 0:
            return self.quotas(group, worths).total_return
        return fraction_of(linked(worths, group.flows, self.first, self.last), QUOTA_ONE)

    def quotas(self, group: Group, worths: Sequence[int]) -> Quotas:
        """Quotas of each day of the period."""
        held = list(worths[max(self.first, 0) : self.last + 1])
        if self.first < 0:
            held.insert(0, 0)
        return quotas(held, {place - self.first: flow for place, flow in group.flows.items()})

    def shares(self, made: Quotas) -> tuple[tuple[Share, ...], tuple[Share, ...], tuple[Share, ...]]:
        """By asset, by class and by account, the points of each adding up to the return."""
        turns = turns_of(made)
        points = [
            weighted_gain(cell, self.own[cell.index], made.weights, turns, self.first)
            for cell in self.book.cells
        ]
        total = round_half_up(made.total_return, POINT_DECIMALS)
        classes = {cell.asset: cell.asset_class for cell in self.book.cells}
        by_asset = self._shared([cell.asset for cell in self.book.cells], points, total, classes)
        by_account = self._shared([cell.account for cell in self.book.cells], points, total, {})
        return by_asset, _by_class(by_asset), by_account

    def _shared(
        self, of_cells: Sequence[str], points: Sequence[int], total: Decimal, classes: Mapping[str, str]
    ) -> tuple[Share, ...]:
        """The cells put together by their names of one kind; a name without a class is its own."""
        gains: defaultdict[str, int] = defaultdict(int)
        added: defaultdict[str, int] = defaultdict(int)
        for name, made, part in zip(of_cells, self.made, points, strict=True):
            gains[name] += made.gain
            added[name] += part
        names = sorted(added)
        told = shared_out([added[name] for name in names], total)
        return tuple(
            Share(name, classes.get(name, name), _money(gains[name]), part)
            for name, part in zip(names, told, strict=True)
        )

    def session_quotas(self, made: Quotas) -> list[int]:
        """Quotas at the reference and at sessions: other days are no returns of a day."""
        places = [place - self.first for place in self.book.sessions if self.first < place <= self.last]
        return [made.units[0], *(made.units[place] for place in places)]

    def doubts(self, made: Quotas, days: Sequence[date]) -> tuple[Doubt, ...]:
        """Doubts of the period."""
        told = [
            Doubt(doubt.kind, doubt.subject, inside)
            for doubt in self.book.doubts
            if (inside := tuple(day for day in doubt.days if self.period.after <= day <= self.period.until))
        ]
        for kind, places in (
            (DoubtKind.WITHOUT_CAPITAL, made.without_capital),
            (DoubtKind.BELOW_ZERO, made.below_zero),
        ):
            if places:
                told.append(Doubt(kind, Level.PORTFOLIO.value, tuple(days[place] for place in places)))
        return tuple(told)


def report(book: Book, period: Period) -> Report:
    """How the book did in the period, at every level. Worths outside the book's days are those of its last.

    Raises `InvalidInput` when nothing had happened by the end of the period.
    """
    reckoning = _Reckoning(book, period)
    whole = groups(book, Level.PORTFOLIO)[0]
    by_account = groups(book, Level.ACCOUNT)
    parts = [group.worths() for group in by_account]
    worths = summed(parts)
    made = reckoning.quotas(whole, worths)
    days = (period.after, *book.axis[reckoning.first + 1 : reckoning.last + 1])
    portfolio = reckoning.level(whole, worths, made.total_return)
    by_asset, by_class, by_account_shares = reckoning.shares(made)
    return Report(
        period,
        portfolio,
        tuple(reckoning.level(group, group.worths()) for group in groups(book, Level.CLASS)),
        tuple(
            reckoning.level(group, part, reckoning.quotas(group, part).total_return)
            for group, part in zip(by_account, parts, strict=True)
        ),
        tuple(reckoning.level(group) for group in groups(book, Level.ASSET)),
        by_asset,
        by_class,
        by_account_shares,
        days,
        made.units,
        months(days, made.units),
        drawdown(days, made.units),
        _volatility(reckoning.session_quotas(made)),
        _two_returns(reckoning, whole, made, days, portfolio),
        reckoning.doubts(made, days),
    )


def quota_series(book: Book, period: Period, level: Level, name: str) -> tuple[tuple[date, ...], Quotas]:
    """The days of a period, the reference first, and the quotas of one group, for a chart of its own.

    Raises `NotFound` when the level has no group of that name.
    """
    reckoning = _Reckoning(book, period)
    group = next((group for group in groups(book, level) if group.name == name), None)
    if group is None:
        raise NotFound("group_unknown", f"no {level.value} is called {name}", field="name")
    days = (period.after, *book.axis[reckoning.first + 1 : reckoning.last + 1])
    return days, reckoning.quotas(group, group.worths())


def _two_returns(
    reckoning: _Reckoning, whole: Group, made: Quotas, days: tuple[date, ...], portfolio: LevelReport
) -> TwoReturns | None:
    """Both returns, and the flows that part them. The last quota counts at the end of the period."""
    first, last = reckoning.first, reckoning.last
    flows = [(place - first, *whole.flows[place]) for place in sorted(whole.flows) if first < place <= last]
    dated = (*days[:-1], max(days[-1], reckoning.period.until)) if len(days) > 1 else days
    return two_returns(dated, made, flows, portfolio.money_weighted()) if len(dated) > 1 else None


def _volatility(units: Sequence[int]) -> Volatility | None:
    return None if len(units) < 3 or min(units) <= 0 else volatility(units)


def _by_class(shares: Sequence[Share]) -> tuple[Share, ...]:
    """Sums of the assets' shares, which already add up."""
    gains: defaultdict[str, Decimal] = defaultdict(Decimal)
    points: defaultdict[str, Decimal] = defaultdict(Decimal)
    for share in shares:
        gains[share.asset_class] += share.gain
        points[share.asset_class] += share.points
    return tuple(Share(name, name, gains[name], points[name]) for name in sorted(gains))


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _cents(amount: Decimal) -> int:
    return int(amount.scaleb(2))
