"""Performance: how a portfolio did, both returns, yardsticks, risk, and what is doubtful."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict
from starlette.responses import Response

from fiel.copilot.performing.asked import CDI, YARDSTICKS_MAX, read_yardstick
from fiel.copilot.performing.desk import PerformanceDesk
from fiel.copilot.performing.record import record_of
from fiel.entrypoints.http.api.answering import reads, reply
from fiel.entrypoints.http.api.desk import READ, At, Wallet
from fiel.entrypoints.http.api.memo import kept
from fiel.entrypoints.http.api.models import Currency, Day, Decimal, Month, Remark, Shape

routes = APIRouter(
    prefix="/api/v1/portfolios/{wallet}/performance", tags=["performance"], dependencies=[READ]
)


class Rate(Shape):
    """A yearly rate (a fraction); several, or none with the reason, where the flows have no single one."""

    outcome: Literal["one", "several", "none"]
    yearly: list[Decimal]
    reason: str | None = None


class Group(Shape):
    """A portfolio, class, account or asset: initial + contributions - withdrawals + gain = final."""

    model_config = ConfigDict(extra="allow")

    level: str
    name: str
    initial: Decimal
    final: Decimal
    gain: Decimal
    time_weighted: Decimal
    money_weighted: Rate
    points: Decimal | None = None


class Drawdown(Shape):
    """The deepest fall (a fraction) and its days."""

    depth: Decimal
    peak: Day | None
    trough: Day | None
    recovered: Day | None


class Volatility(Shape):
    """Deviation of daily returns, yearly (252 days)."""

    yearly: Decimal
    downside_yearly: Decimal
    days: int


class Benchmark(Shape):
    """A yardstick with the same flows."""

    name: str
    source: str
    value: Decimal
    time_weighted: Decimal
    money_weighted: Rate
    ran_out_on: Day | None
    drawdown: Drawdown
    volatility: Volatility | None


class MonthReturn(Shape):
    """The time-weighted return of a month."""

    model_config = ConfigDict(extra="allow")

    month: Month


class Doubt(Shape):
    """What was not known, of what, on which days."""

    kind: str
    subject: str
    days: list[Day]


class Lacking(Shape):
    """A yardstick that cannot be told, and why."""

    name: str
    why: str
    command: str


class Performance(Shape):
    """How a portfolio did, amounts in `currency`, returns as fractions."""

    model_config = ConfigDict(extra="allow")

    user_id: str
    until: Day
    as_of: Day
    zone: str
    currency: Currency
    portfolio: Group
    two_returns: dict[str, Any] | None
    classes: list[Group]
    accounts: list[Group]
    assets: list[Group]
    benchmarks: list[Benchmark]
    against_cdi: dict[str, Decimal | None] | None
    inflation: Decimal | None
    real_return: Decimal | None
    drawdown: Drawdown
    volatility: Volatility | None
    months: list[MonthReturn]
    best_month: MonthReturn | None
    worst_month: MonthReturn | None
    doubts: list[Doubt]
    remarks: list[Remark]
    benchmarks_missing: list[Lacking]
    sources: list[str]


@routes.get(
    "",
    summary="How it did",
    operation_id="getPerformance",
    responses=reads(Performance, "Worth to the cent, both returns, benchmarks, risk, doubts", 422),
)
def shown(
    request: Request,
    wallet: Wallet,
    desk: At,
    period: Annotated[
        str,
        Query(
            max_length=30,
            description="ytd, month, 12m, all, 2025, 2025-03 or 2025-01-01..2025-06-30.",
            examples=["ytd"],
        ),
    ] = "ytd",
    benchmark: Annotated[
        list[str] | None,
        Query(
            max_length=YARDSTICKS_MAX,
            description="cdi, 110% cdi, selic, ipca, ipca+6, ibov, a symbol, or a mix (default: cdi).",
            examples=[["cdi", "ibov"]],
        ),
    ] = None,
    ids: Annotated[bool, Query(description="Also the id of each number, for `fiel why`.")] = False,
) -> Response:
    """Valued day by day; the same document as `fiel performance --json`."""
    wanted = [read_yardstick(text[:200]) for text in dict.fromkeys(benchmark or [CDI])]
    name, yardsticks = desk.known(wallet), tuple(wanted)

    def make() -> dict[str, Any]:
        return record_of(PerformanceDesk(desk.database).view(name, period, yardsticks, desk.now), ids=ids)

    return reply(request, kept(request, desk, make, "performance", name, period, yardsticks, ids))
