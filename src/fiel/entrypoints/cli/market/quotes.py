"""`fiel market quote`: last prices with their age and source; `--explain` shows everything that was tried."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.market import quote_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.market.showing import ExplainOption, age_words, instant_words, step_words
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.market.quotes import QuoteAnswer

WATCH_MAX = 86_400.0

SymbolsArgument = Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="PETR4, MXRF11, ^BVSP...")]
RenewOption = Annotated[bool, typer.Option("--renew", help="Ask even when what is held is still fresh.")]
WatchOption = Annotated[
    float | None,
    typer.Option("--watch", min=0.1, max=WATCH_MAX, metavar="SECONDS", help="Again and again, until Ctrl-C."),
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("quote", epilog="Example: fiel market quote PETR4 MXRF11 --explain")(quote)


def quote(
    symbols: SymbolsArgument,
    *,
    explain: ExplainOption = False,
    renew: RenewOption = False,
    watch: WatchOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the last price of symbols: value, instant, age, source, and how it was had.

    Prices come from BRAPI, then HG Brasil, and are believed only after inspection; what nobody can give now
    is served from what is held, with its age. Exit code 6 when a symbol has no price at all.
    """
    words = words_of(lang)
    missing = asyncio.run(_quote(symbols, words, explain, renew, watch, as_json, database))
    if missing:
        raise typer.Exit(Exit.UNAVAILABLE)


async def _quote(
    symbols: Sequence[str],
    words: Words,
    explain: bool,
    renew: bool,
    watch: float | None,
    as_json: bool,
    database: str | None,
) -> bool:
    """Ask and show, once or again and again; whether the last round lacked a price."""
    from fiel.bootstrap.market import open_market
    from fiel.market.offline import recorded_answer

    settings = settings_here()
    async with open_market(settings, database) as market:
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        while True:
            clock = market.timing.clock
            if settings.market.offline:
                answers = {symbol.upper(): recorded_answer(symbol, clock) for symbol in symbols}
            else:
                answers = dict(await market.quotes.many(symbols, renew=renew))
            now = clock.now()
            if as_json:
                write_json([quote_record(answer, now, explain=explain) for answer in answers.values()])
            else:
                _show(list(answers.values()), now, words, explain=explain)
            # Whoever follows a pipe sees each round when it happens.
            sys.stdout.flush()
            if watch is None:
                return any(answer.served is None for answer in answers.values())
            await asyncio.sleep(watch)


def _show(answers: Sequence[QuoteAnswer], now: datetime, words: Words, *, explain: bool) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("symbol", "price", "as_of", "age", "source", "quality"):
        table.add_column(note(f"market_{key}", words), justify="right" if key == "price" else "left")
    for answer in answers:
        table.add_row(*(Text(cell) for cell in _cells(answer, now, words)))
    show(screen(), table)
    for answer in answers:
        if answer.served is None:
            show_note(note("market_nothing", words, symbol=answer.symbol), "bold red")
        if explain:
            write_out(_explained(answer, words))


def _cells(answer: QuoteAnswer, now: datetime, words: Words) -> tuple[str, ...]:
    served = answer.served
    if served is None:
        return (answer.symbol, "-", "-", "-", "-", note("market_quality_none", words))
    price = words.price(served.value.price)
    return (
        answer.symbol,
        f"{words.sign(served.value.currency)} {price}",
        instant_words(served.as_of, words),
        age_words(served.age(now), words),
        served.source,
        note(f"market_quality_{served.quality.value}", words),
    )


def _explained(answer: QuoteAnswer, words: Words) -> str:
    lines = [f"{answer.symbol}:"]
    lines += [f"  {step_words(step, words)}" for step in answer.trail]
    lines += [
        f"  {note('market_doubt', words, source=source, price=f'{price:f}')} {reason}"
        for source, reason, price in answer.doubts
        if price is not None
    ]
    if answer.served is not None:
        lines += [
            f"  {finding.kind.value} · {finding.place} · {finding.detail}"
            for finding in answer.served.findings
        ]
    if len(lines) == 1:
        lines.append(f"  {note('market_held', words)}")
    return "\n".join(lines)
