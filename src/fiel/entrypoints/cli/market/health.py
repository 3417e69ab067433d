"""`fiel market health`: services, budgets, series, quotes, and what was not believed."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.market.showing import age_words, instant_words, one_line
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.market.health import MarketHealth

QuarantineOption = Annotated[
    int, typer.Option("--quarantine", min=0, max=100, help="How many answers that were not believed to list.")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("health", epilog="Example: fiel market health --json")(health)


def health(
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="[SYMBOL]...", help="Quotes to look at.")
    ] = None,
    *,
    quarantine: QuarantineOption = 5,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show how market data is: each service with its breaker, limits, budget, last success and last error;
    each series with its rows, its age and what is missing; and what was not believed. Nothing is asked.
    """
    words = words_of(lang)
    found = asyncio.run(_health(symbols or [], quarantine, database))
    if found.away:
        show_note(note("market_away", words), "yellow")
    if as_json:
        write_json(_plain(found))
        return
    _show_services(found, words)
    _show_series(found, words)
    _show_rest(found, words)


async def _health(symbols: list[str], quarantine: int, database: str | None) -> MarketHealth:
    from fiel.bootstrap.market import open_market

    settings = settings_here()
    async with open_market(settings, database) as market:
        return await market.health.health(symbols or settings.market.tickers, quarantine=quarantine)


def _table(words: Words, *titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(note(f"market_{title}", words), justify="right" if title == "row_count" else "left")
    return table


def _show_services(found: MarketHealth, words: Words) -> None:
    table = _table(words, "source", "breaker", "quota", "last_success", "calls", "last_failure")
    for each in found.providers:
        used = ", ".join(f"{period}: {used}/{most}" for period, (used, most) in each.quota.items())
        cells = (
            each.provider,
            each.breaker.state.value,
            used or "-",
            _ago(each.last_success_at, found.at, words),
            f"{each.calls} ({each.failures})",
            f"{_ago(each.last_failure_at, found.at, words)} {one_line(each.last_failure)[:60]}".strip(),
        )
        table.add_row(*(Text(cell) for cell in cells))
    show(screen(), table)


def _show_series(found: MarketHealth, words: Words) -> None:
    table = _table(words, "series", "row_count", "first", "last", "missing_days", "checked")
    for each in found.series:
        cells = (
            each.series,
            str(each.rows),
            _day(each.first),
            _day(each.last),
            str(len(each.missing)) if each.rows else "-",
            _ago(each.checked_at, found.at, words),
        )
        table.add_row(*(Text(cell) for cell in cells))
    show(screen(), Text(""), table)


def _show_rest(found: MarketHealth, words: Words) -> None:
    if found.quotes:
        table = _table(words, "symbol", "as_of", "age", "source")
        for each in found.quotes:
            known = each.as_of is not None and each.age is not None
            moment = instant_words(each.as_of, words) if each.as_of is not None else "-"
            age = age_words(each.age, words) if known and each.age is not None else "-"
            table.add_row(*(Text(cell) for cell in (each.symbol, moment, age, each.source or "-")))
        show(screen(), Text(""), table)
    for doubt in found.quarantine:
        told = f"{doubt.provider} {doubt.topic} · {doubt.kind} · {doubt.times}x · {one_line(doubt.detail)}"
        show_note(told, "yellow")


def _ago(at: datetime | None, now: datetime, words: Words) -> str:
    return "-" if at is None else note("market_ago", words, age=age_words(max(now - at, now - now), words))


def _day(day: date | None) -> str:
    return "-" if day is None else day.isoformat()


def _plain(value: Any) -> Any:
    """Dataclasses and instants as JSON can hold them."""
    from dataclasses import fields, is_dataclass
    from datetime import timedelta
    from enum import Enum

    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
