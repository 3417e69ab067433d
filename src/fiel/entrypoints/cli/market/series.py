"""`fiel market series`: the rows of one series, as a table with a small chart, as CSV or as JSON."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.market import series_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.market.showing import ExplainOption, age_words, instant_words, step_words
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import parse_day

if TYPE_CHECKING:
    from fiel.market.series_answer import SeriesAnswer

ROWS_SHOWN = 12
CHART_WIDTH = 72
_BLOCKS = "▁▂▃▄▅▆▇█"

FromOption = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day (default: a year ago).")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day (default: today).")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="All rows as CSV: day, value, unit, source.")]
RenewOption = Annotated[bool, typer.Option("--renew", help="Read again what may still be revised.")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("series", epilog="Example: fiel market series cdi --from 2026-01-01 --csv")(series)


def series(
    key: Annotated[str, typer.Argument(metavar="SERIES", help="cdi, selic, selic_target, ipca, usd_ptax...")],
    *,
    start: FromOption = None,
    end: ToOption = None,
    explain: ExplainOption = False,
    renew: RenewOption = False,
    as_csv: CsvOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show a series of the Banco Central: rows with unit, source and age, and the days that are missing.

    What is held and final is never asked for again. Exit code 6 when there is no row at all.
    """
    words = words_of(lang)
    if as_csv and as_json:
        raise InvalidInput("formats_several", "give --json or --csv, not both")
    answer, now = asyncio.run(_answer(key, start, end, words, renew=renew, database=database))
    if as_json:
        write_json(series_record(answer, explain=explain))
    elif as_csv:
        write_out(_csv(answer))
    else:
        _show(answer, now, words)
        if explain:
            write_out("\n".join(f"  {step_words(step, words)}" for step in answer.trail) or "  -")
    if answer.missing:
        shown = ", ".join(day.isoformat() for day in answer.missing[:5])
        show_note(note("market_missing", words, n=len(answer.missing), days=shown), "yellow")
    if not answer.rows:
        raise typer.Exit(Exit.UNAVAILABLE)


async def _answer(
    key: str, start: str | None, end: str | None, words: Words, *, renew: bool, database: str | None
) -> tuple[SeriesAnswer, Any]:
    from fiel.bootstrap.market import open_market
    from fiel.market.offline import recorded_rows
    from fiel.market.sanitizer.context import local_day

    settings = settings_here()
    async with open_market(settings, database) as market:
        now = market.timing.clock.now()
        today = local_day(now)
        first = parse_day(start, "--from") if start else today.replace(day=1, year=today.year - 1)
        last = parse_day(end, "--to") if end else today
        if settings.market.offline:
            return recorded_rows(key, first, last, market.timing.clock), now
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        return await market.rates.get(key, first, last, renew=renew), now


def _show(answer: SeriesAnswer, now: Any, words: Words) -> None:
    spec, rows = answer.spec, answer.rows
    name = spec.name_pt if words.lang.value == "pt" else spec.name
    unit = note(f"market_unit_{spec.unit.name.lower()}", words)
    lines = [f"{name} · {unit} · SGS {spec.code}"]
    if answer.as_of is not None and answer.in_force is not None:
        age = age_words(now - answer.as_of, words)
        quality = note(f"market_quality_{answer.quality.value}", words)
        told = note("market_series_as_of", words, day=instant_words(answer.as_of, words)[:10], age=age)
        lines.append(f"{told} · {', '.join(answer.sources)} · {quality}")
    lines.append(counted("market_row", len(rows), words))
    if len(rows) > 2:
        lines.append(chart([each.row.value for each in rows]))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("day", "value", "until", "source"):
        table.add_column(note(f"market_{title}", words), justify="right" if title == "value" else "left")
    if len(rows) > ROWS_SHOWN:
        table.add_row("...", "", "", "")
    for each in rows[-ROWS_SHOWN:]:
        until = each.row.until.isoformat() if each.row.until else ""
        table.add_row(
            Text(each.row.day.isoformat()),
            Text(_number(each.row.value, words, spec.decimals)),
            Text(until),
            Text(each.source),
        )
    show(screen(), Text("\n".join(lines)), table)


def _number(value: Decimal, words: Words, published: int) -> str:
    """All decimals that there are, and as many as the service publishes."""
    exponent = value.as_tuple().exponent
    return words.decimals(value, max(-exponent if isinstance(exponent, int) else 0, published))


def chart(values: Sequence[Decimal]) -> str:
    """One line of blocks from the least to the greatest value; each block is the mean of its rows."""
    width = min(CHART_WIDTH, len(values))
    parts = [
        values[place * len(values) // width : (place + 1) * len(values) // width] for place in range(width)
    ]
    means = [sum(part, Decimal(0)) / len(part) for part in parts]
    low, high = min(means), max(means)
    if low == high:
        return _BLOCKS[3] * width
    steps = [int((mean - low) / (high - low) * (len(_BLOCKS) - 1)) for mean in means]
    return "".join(_BLOCKS[step] for step in steps)


def _csv(answer: SeriesAnswer) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("series", "day", "value", "unit", "until", "source", "fetched_at"))
    for each in answer.rows:
        until = each.row.until.isoformat() if each.row.until else ""
        found = (answer.spec.key, each.row.day, f"{each.row.value:f}", answer.unit, until, each.source)
        writer.writerow((*found, each.fetched_at.isoformat()))
    return out.getvalue()
