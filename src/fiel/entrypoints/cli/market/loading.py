"""`fiel market load`: figures at hand put into the store, without asking anybody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.market import LOAD_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.market.loading import Loaded

FileArgument = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Closes of your own: symbol,date,close in each line.")
]
RecordedOption = Annotated[
    bool, typer.Option("--recorded", help="The real figures recorded in the package, with their last day.")
]
TickersOption = Annotated[
    str | None,
    typer.Option("--tickers", metavar="SYMBOL,...", help="Only these of the recorded symbols."),
]
SeriesOption = Annotated[
    str | None, typer.Option("--series", metavar="KEY,...", help="Only these of the recorded series.")
]
#: The largest file of closes that is read, in bytes.
BYTES_MAX = 32_000_000


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("load", epilog=LOAD_EXAMPLES)(load)


def load(
    file: FileArgument = None,
    *,
    recorded: RecordedOption = False,
    tickers: TickersOption = None,
    series: SeriesOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Put prices and rates that are at hand into the store: nobody is asked, and each keeps its source."""
    words = words_of(lang)
    if recorded == (file is not None):
        raise InvalidInput(
            "source_missing", "say what to load: --recorded, or a file of closes (one of them)", field="FILE"
        )
    done = asyncio.run(_load(file, _named(tickers), _named(series), database))
    if as_json:
        write_json(
            {"sessions": dict(done.sessions), "payments": dict(done.payments), "rows": dict(done.rows)}
        )
        return
    told = {"symbols": len(done.sessions), "sessions": sum(done.sessions.values())}
    counts = {"payments": sum(done.payments.values()), "series": len(done.rows)}
    write_out(note("market_loaded", words, **told, **counts, rows=sum(done.rows.values())))


async def _load(
    file: Path | None, symbols: list[str] | None, keys: list[str] | None, database: str | None
) -> Loaded:
    from fiel.bootstrap.market import open_market
    from fiel.copilot.files.source import read_text
    from fiel.market.loading import Loader, read_closes

    told = None if file is None else read_closes(read_text(file, bytes_max=BYTES_MAX), file.name)
    async with open_market(settings_here(), database) as market:
        loader = Loader(market.symbols, market.events, market.rates.book, market.timing.clock)
        if told is None or file is None:
            return await loader.recorded(symbols, keys)
        return loader.closes(told, f"file:{file.name}")


def _named(text: str | None) -> list[str] | None:
    return None if text is None else [each.strip() for each in text.split(",") if each.strip()]
