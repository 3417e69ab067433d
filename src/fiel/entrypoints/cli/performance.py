"""`fiel performance`: how a wallet did, to the cent, with both returns, yardsticks, risk and doubts."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.income.opening import opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, WidthOption, screen, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.cli.tax.options import IdsOption, UserOption
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.performance import PERFORMANCE_EXAMPLES
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.copilot.performing.asked import Yardstick
    from fiel.copilot.performing.desk import PerformanceDesk
    from fiel.performance.levels import Level

#: Closes and rates are asked for from so long before the first day.
_BEFORE = timedelta(days=30)
#: Symbols asked for by one command; those that are kept up to the last session are not asked again.
FETCH_MAX = 200

PeriodOption = Annotated[
    str,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="What to look at: ytd, month, 12m, all, 2025, 2025-03 or 2025-01-01..2025-06-30.",
    ),
]
BenchmarkOption = Annotated[
    list[str] | None,
    typer.Option(
        "--benchmark",
        metavar="NAME",
        help="A yardstick: cdi, 110% cdi, selic, ipca, ipca+6, ibov, a symbol, or a mix such as "
        "'60% cdi + 40% BOVA11'. May be repeated (default: cdi).",
    ),
]
LevelOption = Annotated[
    str,
    typer.Option(
        "--level", metavar="LEVEL", help="What the table is by: portfolio, class, account or asset."
    ),
]
FetchOption = Annotated[
    bool,
    typer.Option(
        "--fetch",
        help="First ask the services for the closes, events and series that are not kept yet.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("performance", epilog=PERFORMANCE_EXAMPLES)(performance)


def performance(
    *,
    user: UserOption = None,
    period: PeriodOption = "ytd",
    benchmark: BenchmarkOption = None,
    level: LevelOption = "class",
    fetch: FetchOption = False,
    as_json: JsonOption = False,
    ids: IdsOption = False,
    width: WidthOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show how the wallet did: its worth to the cent, both returns and why they differ, benchmarks, risk.

    All amounts are in reais (R$), as of the last day shown. Only --fetch writes: what the services tell.
    """
    from fiel.copilot.performing.asked import CDI, read_yardstick
    from fiel.copilot.performing.desk import PerformanceDesk
    from fiel.copilot.performing.record import record_of
    from fiel.entrypoints.cli.performance_showing import show_view

    words, by = words_of(lang), _level(level)
    wanted = [read_yardstick(text) for text in dict.fromkeys(benchmark or [CDI])]
    with opened_income(database) as opened:
        desk = PerformanceDesk(opened.database)
        wallet, now = user_of(opened, user), opened.clock.now()
        if fetch:
            asyncio.run(_fetch(desk, wallet, wanted, now, words, database))
        view = desk.view(wallet, period, wanted, now)
    if as_json:
        write_json(record_of(view, ids=ids))
        return
    show_view(view, by, words, screen(width), ids=ids)


def _level(text: str) -> Level:
    from fiel.performance.levels import Level

    try:
        return Level(text.strip().lower())
    except ValueError:
        raise InvalidInput(
            "level_unknown",
            f"{text[:20]!r} is no level; use one of: {', '.join(Level)}",
            field="--level",
        ) from None


async def _fetch(
    desk: PerformanceDesk,
    wallet: str,
    yardsticks: list[Yardstick],
    now: Any,
    words: Words,
    database: str | None,
) -> None:
    """Ask for what is not kept; what cannot be had is told, and stops nothing."""
    from fiel.bootstrap.market import open_market
    from fiel.copilot.performing.yardsticks import needed
    from fiel.market.sanitizer.context import local_day

    settings = settings_here()
    held, first = desk.symbols(wallet, now)
    if first is None or settings.market.offline:
        return
    keys, marks = needed(yardsticks)
    async with open_market(settings, database) as market:
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        report = await market.rates.sync(keys, first - _BEFORE)
        for step in report.failed:
            show_note(note("market_sync_failed", words, where=step.series, why=step.failed), "yellow")
        symbols = list(dict.fromkeys((*held, *marks)))[:FETCH_MAX]
        for one in await market.actions.sync_events([each for each in symbols if each[0] != "^"]):
            if one.failed:
                show_note(note("market_sync_failed", words, where=one.symbol, why=one.failed), "yellow")
        for symbol in symbols:
            await _history(market, symbol, first - _BEFORE, local_day(now), words)


async def _history(market: Any, symbol: str, first: date, last: date, words: Words) -> None:
    answer = await market.histories.history(symbol, first, last)
    if not answer.bars:
        why = answer.trail[-1].detail or answer.trail[-1].reason if answer.trail else "-"
        show_note(note("market_sync_failed", words, where=symbol, why=why), "yellow")
