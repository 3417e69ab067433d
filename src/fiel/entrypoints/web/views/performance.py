"""What `/rentabilidade` shows: both returns and why they differ, yardsticks, risk, where the gain came from.

Amounts in reais of the last day of the period; returns are fractions of the period unless said otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from fiel.copilot.performing.asked import CDI, IBOV, IPCA, YARDSTICKS_MAX, Yardstick, read_yardstick
from fiel.copilot.performing.desk import PerformanceView
from fiel.copilot.performing.record import Row, doubts_of, over_period, rows_of
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import round_half_up
from fiel.performance.aligned import Doubt
from fiel.performance.entries import PriceSeries
from fiel.performance.explaining import FlowEffect, TwoReturns
from fiel.performance.identity import Identity
from fiel.performance.levels import Level
from fiel.performance.risk import MonthReturn
from fiel.performance.xirr import OneRate, RateOutcome

#: Offered with one click; others are typed.
OFFERED = (CDI, IPCA, IBOV)
DAILY_MAX, WEEKLY_MAX = 70, 800
_CHART_DECIMALS = 2
_ZERO = Decimal("0.00")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Span(StrEnum):
    """The periods that are offered, in the words of the address."""

    MONTH = "mes"
    YEAR = "ano"
    TWELVE = "12m"
    ALL = "tudo"
    DAYS = "datas"


_WORD_OF = {Span.MONTH: "month", Span.YEAR: "ytd", Span.TWELVE: "12m", Span.ALL: "all"}
_LEVEL_OF = {"classe": Level.CLASS, "ativo": Level.ASSET, "conta": Level.ACCOUNT}


@dataclass(frozen=True, slots=True)
class PerformanceAsk:
    """What the address asks for. `period` in the words of the desk; `compared` as they were written."""

    span: Span
    period: str
    since: str
    until: str
    compared: tuple[str, ...]
    yardsticks: tuple[Yardstick, ...]
    level: Level


def read_ask(query: Mapping[str, str], compared: Sequence[str], *, chosen: bool) -> PerformanceAsk:
    """From periodo, de, ate, comparar (any number) and por. `chosen`: the form was sent, so that no yardstick
    at all is what is wanted; else CDI and IBOV. Raises `InvalidInput` naming what is wrong.
    """
    try:
        span = Span(query.get("periodo", "") or Span.TWELVE.value)
    except ValueError:
        raise InvalidInput(
            "period_malformed", f"periodo is one of: {', '.join(Span)}", field="periodo"
        ) from None
    level = _LEVEL_OF.get(query.get("por", "") or "classe")
    if level is None:
        raise InvalidInput("level_unknown", f"por is one of: {', '.join(_LEVEL_OF)}", field="por")
    since, until = query.get("de", "")[:10], query.get("ate", "")[:10]
    names = tuple(dict.fromkeys(text.strip().lower() for text in compared if text.strip()))
    if not names and not chosen:
        names = (CDI, IBOV)
    if len(names) > YARDSTICKS_MAX:
        raise InvalidInput("too_many_benchmarks", f"at most {YARDSTICKS_MAX} at once", field="comparar")
    return PerformanceAsk(
        span, _period(span, since, until), since, until, names, tuple(map(read_yardstick, names)), level
    )


def _period(span: Span, since: str, until: str) -> str:
    if span is not Span.DAYS:
        return _WORD_OF[span]
    for name, text in (("de", since), ("ate", until)):
        if not _DAY.fullmatch(text):
            raise InvalidInput("day_malformed", f"{name} is a day like 2026-01-31", field=name)
    return f"{since}..{until}"


@dataclass(frozen=True, slots=True)
class LineSeries:
    """One line: percent (12.35) by day of `Lines.days`; `None` where its level is not known."""

    name: str
    values: tuple[Decimal | None, ...]
    is_wallet: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the chart and of the table under it. `every`: "day", "week" or "month" of the points.

    `moves`: (day, BRL) of each day with money in or out, in above zero.
    """

    days: tuple[date, ...]
    series: tuple[LineSeries, ...]
    moves: tuple[tuple[date, Decimal], ...]
    every: str


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall. `key` of its words, or the name of a class; a total stands on zero."""

    key: str
    value: Decimal
    is_total: bool = False
    is_class: bool = False
    is_flow: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table by class, asset or account: what it made, and in what parts."""

    name: str
    label: str
    identity: Identity
    time_weighted: Decimal
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """The returns of the twelve months of a year (`None` outside the period), and of the year, fractions."""

    year: int
    months: tuple[Decimal | None, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class PerformancePage:
    """Everything on the page."""

    view: PerformanceView
    ask: PerformanceAsk
    money_weighted: RateOutcome
    money_over_period: Decimal | None
    biggest: FlowEffect | None
    lines: Lines
    steps: tuple[Step, ...]
    rows: tuple[TableRow, ...]
    years: tuple[YearRow, ...]
    doubts: tuple[Doubt, ...]
    begins_late: bool

    @property
    def identity(self) -> Identity:
        """Of the whole."""
        return self.view.report.portfolio.identity

    @property
    def two(self) -> TwoReturns | None:
        """Both returns a year, and the flows that part them."""
        return self.view.report.two_returns


def performance_page(view: PerformanceView, ask: PerformanceAsk) -> PerformancePage:
    """The page of a report."""
    told = view.report
    outcome = told.portfolio.money_weighted()
    whole = over_period(outcome.rate, told.period.days) if isinstance(outcome, OneRate) else None
    effects = () if told.two_returns is None else told.two_returns.effects
    return PerformancePage(
        view,
        ask,
        outcome,
        whole,
        next((one for one in effects if one.effect), None),
        lines_of(view),
        steps_of(view),
        tuple(_table_row(row) for row in rows_of(view, ask.level)),
        years_of(told.months),
        doubts_of(view),
        _begins_late(view, ask),
    )


def _begins_late(view: PerformanceView, ask: PerformanceAsk) -> bool:
    """Whether the period asked for began before the wallet did."""
    if ask.span is Span.ALL:
        return False
    first = view.first
    if ask.span is Span.DAYS:
        return first > date.fromisoformat(ask.since)
    started = {
        Span.MONTH: view.today.replace(day=1),
        Span.YEAR: date(view.today.year, 1, 1),
        Span.TWELVE: view.today - timedelta(days=364),
    }[ask.span]
    return first > started


def years_of(months: Iterable[MonthReturn]) -> tuple[YearRow, ...]:
    """A row for each year; what its months make together is rounded to 12 decimals."""
    by_year: dict[int, dict[int, Decimal]] = {}
    for one in months:
        by_year.setdefault(one.year, {})[one.month] = one.value
    found = []
    for year, values in by_year.items():
        total = Decimal(1)
        for value in values.values():
            total *= 1 + value
        row = tuple(values.get(month) for month in range(1, 13))
        found.append(YearRow(year, row, round_half_up(total - 1, 12)))
    return tuple(found)


def lines_of(view: PerformanceView) -> Lines:
    """The wallet and its yardsticks in percent since the day before the first; thinned, never bent.

    Up to 70 days every day, up to 800 the last of each week, beyond the last of each month; the first and
    last day, the top and the bottom of the deepest fall are always there.
    """
    told = view.report
    days, every = _thinned(told.days, (told.drawdown.peak, told.drawdown.trough))
    places = {day: place for place, day in enumerate(told.days)}
    own = tuple(_percent(told.quotas[places[day]], told.quotas[0]) for day in days)
    series = [LineSeries("", own, is_wallet=True)]
    series += [LineSeries(one.name, _levels(one.series, days)) for one in view.levels]
    moves = tuple(
        (day, Decimal(inn - out).scaleb(-2)) for day, inn, out in told.portfolio.flows if inn != out
    )
    return Lines(days, tuple(series), moves, every)


def _thinned(days: Sequence[date], kept: Iterable[date | None]) -> tuple[tuple[date, ...], str]:
    if len(days) <= DAILY_MAX:
        return tuple(days), "day"
    every = "week" if len(days) <= WEEKLY_MAX else "month"
    ends = {
        day
        for day, other in pairwise(days)
        if (_week(day) != _week(other) if every == "week" else _month(day) != _month(other))
    }
    ends |= {days[0], days[-1], *(day for day in kept if day is not None)}
    return tuple(sorted(ends)), every


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _percent(level: int, base: int) -> Decimal:
    return round_half_up(Decimal(level) * 100 / base - 100, _CHART_DECIMALS)


def _levels(series: PriceSeries, days: Sequence[date]) -> tuple[Decimal | None, ...]:
    """The last level known on each day, over the first of them; nothing before the first one known."""
    known = [(day, unit) for day, unit in zip(series.days, series.units, strict=True) if unit]
    found: list[Decimal | None] = []
    place, level, base = 0, None, None
    for day in days:
        while place < len(known) and known[place][0] <= day:
            level = known[place][1]
            place += 1
        base = base or level
        found.append(None if level is None or base is None else _percent(level, base))
    return tuple(found)


def steps_of(view: PerformanceView) -> tuple[Step, ...]:
    """From the worth at the start to that at the end; the changes add up to it to the cent.

    The gain of prices by class, the largest first; what is nothing is left out, the two ends never are.
    """
    told = view.report.portfolio.identity
    by_class = [Step(one.name, one.identity.price_gain, is_class=True) for one in view.report.classes]
    rest = told.price_gain - sum((one.value for one in by_class), _ZERO)
    changes = [
        Step("contributions", told.contributions, is_flow=True),
        Step("withdrawals", -told.withdrawals, is_flow=True),
        *sorted(by_class, key=lambda one: -one.value),
        Step("price_rest", rest),
        Step("income", told.income),
        Step("currency", told.currency),
        Step("fees", -told.fees),
        Step("taxes", -told.taxes),
    ]
    ends = Step("initial", told.initial, is_total=True), Step("final", told.final, is_total=True)
    return (ends[0], *(one for one in changes if one.value), ends[1])


def _table_row(row: Row) -> TableRow:
    told = row.told
    return TableRow(told.name, told.level.value, told.identity, told.time_weighted, row.points)
