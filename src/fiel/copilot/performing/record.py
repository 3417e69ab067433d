"""A report for programs: exact numbers as text, and the id of every number that can be asked after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from fiel.copilot.number_ids import NumberId, camel
from fiel.copilot.performing.desk import PerformanceView
from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.performance.aligned import Doubt
from fiel.performance.attribution import Share
from fiel.performance.benchmarks import Benchmark
from fiel.performance.entries import CASH
from fiel.performance.identity import Identity
from fiel.performance.levels import Level
from fiel.performance.quotas import BUSINESS_DAYS_A_YEAR, DAYS_A_YEAR
from fiel.performance.report import LevelReport
from fiel.performance.risk import Drawdown, MonthReturn, Volatility
from fiel.performance.xirr import NoRate, OneRate, RateOutcome, SeveralRates

TOPIC = "performance"
#: The lines of the identity in their order.
LINES = tuple(field.name for field in fields(Identity))
DOUBT_DAYS_MAX = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One group of a level with what it added in points of the return (a fraction)."""

    told: LevelReport
    points: Decimal | None


def rows_of(view: PerformanceView, level: Level) -> list[Row]:
    """The groups of a level, the largest at the end first; without cash that there never was."""
    report = view.report
    told: dict[Level, tuple[Sequence[LevelReport], Sequence[Share]]] = {
        Level.CLASS: (report.classes, report.class_shares),
        Level.ACCOUNT: (report.accounts, view.account_shares),
        Level.ASSET: (report.assets, report.asset_shares),
    }
    if level is Level.PORTFOLIO:
        return [Row(report.portfolio, report.portfolio.time_weighted)]
    groups, shares = told[level]
    points = {share.name: share.points for share in shares}
    rows = [Row(group, points.get(group.name)) for group in groups if not _is_nothing(group)]
    return sorted(rows, key=lambda row: (-row.told.identity.final, row.told.name))


def _is_nothing(group: LevelReport) -> bool:
    """Nothing was there in the period: long sold, still to come, or the cash of an account without any."""
    told = group.identity
    is_cash = group.name == "cash" or group.name.startswith(CASH)
    flows = Decimal(0) if is_cash else told.contributions + told.withdrawals
    return not (told.initial or told.final or told.gain or told.income or told.fees or told.taxes or flows)


def number_id(view: PerformanceView, told: LevelReport, measure: str) -> NumberId:
    """The name of one number of a group."""
    name = "" if told.level is Level.PORTFOLIO else f":{told.name}"
    return NumberId(TOPIC, view.wallet, view.first, view.until, f"{told.level.value}{name}", measure)


def over_period(yearly: Decimal, days: int) -> Decimal | None:
    """A yearly rate as the return of so many days, A-12; `None` beyond any number."""
    with localcontext(finance_context()):
        if yearly <= -1:
            return None
        grown = (1 + yearly) ** (Decimal(days) / DAYS_A_YEAR) - 1
    return round_half_up(grown, 12) if grown.adjusted() < 15 else None


def downside_yearly(one: Volatility) -> Decimal:
    """The deviation of the days below the mean alone, a year of 252 of them, A-12."""
    with localcontext(finance_context()):
        return round_half_up(one.downside * Decimal(BUSINESS_DAYS_A_YEAR).sqrt(), 12)


def record_of(view: PerformanceView, *, ids: bool = False) -> dict[str, Any]:
    """The whole report."""
    told = view.report
    return {
        "userId": view.wallet,
        "from": view.first.isoformat(),
        "until": view.until.isoformat(),
        "asOf": view.until.isoformat(),
        "zone": view.zone,
        "currency": "BRL",
        "portfolio": _group(view, rows_of(view, Level.PORTFOLIO)[0], ids=ids),
        "twoReturns": _two_returns(view),
        **{
            name: [_group(view, row, ids=ids) for row in rows_of(view, level)]
            for name, level in (
                ("classes", Level.CLASS),
                ("accounts", Level.ACCOUNT),
                ("assets", Level.ASSET),
            )
        },
        "benchmarks": [_benchmark(one) for one in view.benchmarks],
        "againstCdi": _against(view),
        "inflation": _text(view.inflation),
        "realReturn": _text(view.real),
        "inflationAssumed": None
        if view.assumed is None
        else {"from": view.assumed[0].isoformat(), "percentPerMonth": f"{view.assumed[1]:f}"},
        "drawdown": _drawdown(told.drawdown),
        "volatility": _volatility(told.volatility),
        "months": [_month(one) for one in told.months],
        "bestMonth": None if told.best_month is None else _month(told.best_month),
        "worstMonth": None if told.worst_month is None else _month(told.worst_month),
        "doubts": [_doubt(one) for one in doubts_of(view)],
        "remarks": [{"code": one.code, "day": _day(one.day), **dict(one.values)} for one in view.remarks],
        "benchmarksMissing": [
            {"name": one.name, "why": one.why, "command": one.command} for one in view.lacking
        ],
        "sources": list(view.sources),
    }


def doubts_of(view: PerformanceView) -> tuple[Doubt, ...]:
    """What was not known, of the wallet and of the yardsticks."""
    return (*view.report.doubts, *(one.doubt for one in view.benchmarks if one.doubt is not None))


def _group(view: PerformanceView, row: Row, *, ids: bool) -> dict[str, Any]:
    told = row.told
    numbers = {name: f"{getattr(told.identity, name):f}" for name in LINES}
    numbers |= {"gain": f"{told.identity.gain:f}", "time_weighted": f"{told.time_weighted:f}"}
    if row.points is not None:
        numbers["points"] = f"{row.points:f}"
    with suppress(Refused):
        numbers["simple_gain"] = f"{told.simple_gain:f}"
    found: dict[str, Any] = {"level": told.level.value, "name": told.name}
    found |= {camel(name): text for name, text in numbers.items()}
    found["moneyWeighted"] = _rate(told.money_weighted())
    if ids:
        found["ids"] = {
            camel(name): str(number_id(view, told, name)) for name in (*numbers, "money_weighted")
        }
    return found


def _rate(outcome: RateOutcome) -> dict[str, Any]:
    """The yearly rates that there are, or why there is none."""
    match outcome:
        case OneRate(rate):
            return {"outcome": "one", "yearly": [f"{rate:f}"]}
        case SeveralRates(rates):
            return {"outcome": "several", "yearly": [f"{rate:f}" for rate in rates]}
        case NoRate(reason):
            return {"outcome": "none", "yearly": [], "reason": reason.value}


def _two_returns(view: PerformanceView) -> dict[str, Any] | None:
    both = view.report.two_returns
    if both is None:
        return None
    return {
        "timeWeightedYearly": f"{both.time_weighted:f}",
        "moneyWeighted": _rate(both.money_weighted),
        "difference": _text(both.difference),
        "effect": f"{both.effect:f}",
        "effects": [
            {
                "day": one.day.isoformat(),
                "amount": f"{one.amount:f}",
                "after": f"{one.after:f}",
                "average": f"{one.average:f}",
                "effect": f"{one.effect:f}",
                "points": _text(one.points),
                "reason": one.reason.value,
            }
            for one in both.effects
        ],
    }


def _benchmark(one: Benchmark) -> dict[str, Any]:
    return {
        "name": one.name,
        "source": one.source,
        "value": f"{one.value:f}",
        "timeWeighted": f"{one.time_weighted:f}",
        "moneyWeighted": _rate(one.money_weighted),
        "ranOutOn": _day(one.ran_out_on),
        "drawdown": _drawdown(one.drawdown),
        "volatility": _volatility(one.volatility),
    }


def _against(view: PerformanceView) -> dict[str, Any] | None:
    if view.against is None:
        return None
    return {
        "percentOfPeriod": _text(view.against.of_period),
        "percentOfDays": _text(view.against.of_days),
        "spread": f"{view.against.spread:f}",
    }


def _drawdown(one: Drawdown) -> dict[str, Any]:
    days = {"peak": one.peak, "trough": one.trough, "recovered": one.recovered}
    return {"depth": f"{one.depth:f}"} | {name: _day(day) for name, day in days.items()}


def _volatility(one: Volatility | None) -> dict[str, Any] | None:
    if one is None:
        return None
    downside = f"{downside_yearly(one):f}"
    return {"yearly": f"{one.yearly:f}", "downsideYearly": downside, "days": one.days}


def _month(one: MonthReturn) -> dict[str, Any]:
    return {"month": f"{one.year:04d}-{one.month:02d}", "return": f"{one.value:f}"}


def _doubt(one: Doubt) -> dict[str, Any]:
    return {"kind": one.kind.value, "subject": one.subject, "days": _days(one.days)}


def _days(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
