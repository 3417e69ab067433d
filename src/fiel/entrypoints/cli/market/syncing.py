"""`fiel market sync`: fill the history of series, and prices and events of symbols; can be interrupted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, screen, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import Refused
from fiel.kernel.months import parse_day

if TYPE_CHECKING:
    from fiel.market.series import SyncReport

SeriesOption = Annotated[
    str | None,
    typer.Option(
        "--series", metavar="KEY,...", help="Series to fill, or all (default: all when no tickers)."
    ),
]
TickersOption = Annotated[
    str | None,
    typer.Option("--tickers", metavar="SYMBOL,...", help="Symbols whose quotes and events are fetched."),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="YYYY-MM-DD", help="From this day on (default: where a series begins)."),
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("sync", epilog="Example: fiel market sync --series cdi,ipca --since 2015-01-01")(sync)


def sync(
    *,
    series: SeriesOption = None,
    tickers: TickersOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Fetch what is not held yet, in windows that the services answer, and keep it for good.

    Interrupted, the same command goes on where it stopped; repeated, it asks for nothing that is final.
    Exit code 6 when something could not be had: what was had is kept.
    """
    words = words_of(lang)
    if asyncio.run(_sync(series, tickers, since, words, as_json=as_json, database=database)):
        raise typer.Exit(Exit.UNAVAILABLE)


async def _sync(
    series: str | None,
    tickers: str | None,
    since: str | None,
    words: Words,
    *,
    as_json: bool,
    database: str | None,
) -> bool:
    """Whether something is still to be had."""
    from fiel.bootstrap.market import open_market
    from fiel.market.catalogue import catalogue, series_spec

    settings = settings_here()
    if settings.market.offline:
        raise Refused(
            "market_offline", "FIEL_MARKET_OFFLINE is set: nothing is asked", field="FIEL_MARKET_OFFLINE"
        )
    symbols = [each.strip() for each in (tickers or "").split(",") if each.strip()]
    wanted = series if series is not None else ("" if symbols else "all")
    keys = (
        list(catalogue()) if wanted == "all" else [each.strip() for each in wanted.split(",") if each.strip()]
    )
    first = min((series_spec(key).first_day for key in keys), default=None)
    start = parse_day(since, "--since") if since else first
    async with open_market(settings, database) as market:
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        with _progress() as progress:
            report = None
            if keys and start is not None:
                report = await market.rates.sync(keys, start, on_progress=_follow(progress))
            lacking = await _symbols(market, symbols, progress) if symbols else []
    _tell(report, symbols, lacking, words, as_json=as_json)
    return bool(lacking) or bool(report is not None and report.failed)


def _progress() -> Progress:
    """A bar on a terminal, nothing in a pipe."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=screen(stderr=True),
        transient=True,
    )


def _follow(progress: Progress) -> Any:
    task = progress.add_task("", total=None)

    def step(done: Any) -> None:
        described = f"{done.series} {done.window.first}..{done.window.last}"
        progress.update(task, description=described, completed=done.done, total=done.total)

    return step


async def _symbols(market: Any, symbols: list[str], progress: Progress) -> list[str]:
    """Quotes, then events; the symbols of which something is missing."""
    task = progress.add_task("", total=len(symbols))
    lacking = []
    for symbol in symbols:
        progress.update(task, description=symbol)
        answer = await market.quotes.get(symbol)
        (step,) = await market.actions.sync_events([symbol])
        if answer.served is None or step.failed:
            lacking.append(answer.symbol)
        progress.advance(task)
    return lacking


def _tell(
    report: SyncReport | None, symbols: list[str], lacking: list[str], words: Words, *, as_json: bool
) -> None:
    failed = report.failed if report is not None else ()
    rows, calls = (report.rows, report.calls) if report is not None else (0, 0)
    if as_json:
        steps = [
            {
                "series": each.series,
                "from": str(each.window.first),
                "to": str(each.window.last),
                "why": each.failed,
            }
            for each in failed
        ]
        write_json({"rows": rows, "calls": calls, "failed": steps, "symbols": symbols, "lacking": lacking})
        return
    if report is not None:
        write_out(note("market_synced", words, rows=rows, calls=calls, windows=len(report.steps)))
    if symbols:
        write_out(note("market_synced_symbols", words, n=len(symbols) - len(lacking), of=len(symbols)))
    for each in failed:
        where = f"{each.series} {each.window.first}..{each.window.last}"
        show_note(note("market_sync_failed", words, where=where, why=each.failed), "yellow")
    for symbol in lacking:
        show_note(note("market_sync_failed", words, where=symbol, why="-"), "yellow")
