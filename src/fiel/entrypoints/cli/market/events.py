"""`fiel market events`: dividends and corporate actions of a symbol, with who told what."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.market import events_record
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.market.showing import one_line
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.market.reconciling import ReconciledCash
    from fiel.market.symbol_events import EventsStep, SymbolEvents

HeldOption = Annotated[bool, typer.Option("--held", help="Only what is held: nothing is asked.")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("events", epilog="Example: fiel market events PETR4")(events)


def events(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="PETR4, MXRF11...")],
    *,
    held: HeldOption = False,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show dividends, splits and rights of a symbol, reconciled over the sources that tell them.

    Each payment says how well it is known: sources agree, only one tells it, or they contradict each other.
    Exit code 6 when nothing could be asked and nothing is held.
    """
    words = words_of(lang)
    found, step = asyncio.run(_events(symbol, words, held=held, database=database))
    if as_json:
        write_json(events_record(found, step))
    else:
        _show(found, words, limit)
    if step is not None and step.failed:
        show_note(note("market_sync_failed", words, where=found.symbol, why=step.failed), "yellow")
    if not (found.cash or found.shares or found.subscriptions) and (step is None or step.failed):
        raise typer.Exit(Exit.UNAVAILABLE)


async def _events(
    symbol: str, words: Words, *, held: bool, database: str | None
) -> tuple[SymbolEvents, EventsStep | None]:
    from fiel.bootstrap.market import open_market

    settings = settings_here()
    async with open_market(settings, database) as market:
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        step = None
        if not (held or settings.market.offline):
            (step,) = await market.actions.sync_events([symbol])
        return await market.actions.events(symbol), step


def _show(found: SymbolEvents, words: Words, limit: int) -> None:
    cash = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("kind", "rate", "com", "pays", "standing", "source"):
        cash.add_column(note(f"market_{title}", words), justify="right" if title == "rate" else "left")
    for each in found.cash[-limit:]:
        cash.add_row(*(Text(cell) for cell in _cells(each, words)))
    show(screen(), Text(f"{found.symbol}: {note('market_cash_events', words, n=len(found.cash))}"), cash)
    for each in found.cash[-limit:]:
        for difference in each.differences:
            show_note(f"{each.event.com_date}: {one_line(difference)}", "yellow")
    for share in found.shares:
        factor = words.quantity(share.new_per_old)
        show(
            screen(),
            Text(note("market_share_event", words, day=share.com_date, label=share.label, factor=factor)),
        )
    for right in found.subscriptions:
        show(screen(), Text(note("market_right", words, day=right.com_date, label=right.label)))


def _cells(each: ReconciledCash, words: Words) -> tuple[str, ...]:
    event = each.event
    until = note("market_until_day", words) + " " if event.deadline and event.payment_date else ""
    return (
        note(f"market_cash_{event.kind.value}", words),
        f"{words.sign(event.currency)} {words.price(event.rate)}",
        "-" if event.com_date is None else event.com_date.isoformat(),
        "-" if event.payment_date is None else f"{until}{event.payment_date.isoformat()}",
        note(f"market_standing_{each.standing.value}", words),
        ", ".join(sorted({told.source for told in each.told})),
    )
