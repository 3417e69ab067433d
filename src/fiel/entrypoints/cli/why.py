"""`fiel why`: the journal entries behind a number that was printed with --ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Lang, Words
from fiel.custody.accounts import money_of, units_of
from fiel.entrypoints.answers.values import quantity_text
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.booking import account_words
from fiel.entrypoints.cli.income.opening import opened_income, zone_here
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.why import WHY_EXAMPLES, WHY_WORDS

if TYPE_CHECKING:
    from fiel.copilot.behind import Behind
    from fiel.custody.events import BookedEntry

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER-ID", help="As a report prints it with --ids.")]
#: Entries shown on a terminal; the record for programs has all.
SHOWN_MAX = 500


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("why", epilog=WHY_EXAMPLES)(why)


def why(
    number: NumberArgument,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what a printed number is made of: the entries of the journal, and the file row behind each."""
    from fiel.copilot.behind import behind
    from fiel.copilot.number_ids import NumberId

    words = words_of(lang)
    with opened_income(database) as opened:
        found = behind(opened.database, NumberId.parse(number), zone_here())
    if as_json:
        write_json(_record(found))
        return
    asked = found.number
    scope = f"{_words(asked.level, words)} {asked.name}".strip()
    told = {"measure": _words(asked.measure, words), "scope": printable(scope)}
    told["wallet"] = printable(asked.wallet)
    days = {"first": day_words(asked.first, words), "until": day_words(asked.until, words)}
    write_out(note("why_of", words, **told, **days, n=len(found.entries)))
    show(screen(), _table(found, words))
    if len(found.entries) > SHOWN_MAX:
        write_out(note("import_more", words, n=len(found.entries) - SHOWN_MAX))


def _words(name: str, words: Words) -> str:
    """A measure or a level as people call it; what has no word, as it is."""
    portuguese, english = WHY_WORDS.get(name, (name, name))
    return portuguese if words.lang is Lang.PT else english


def _table(found: Behind, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in (
        "day",
        "kind",
        "ticker",
        "quantity",
        "cash",
        "fee",
        "withheld",
        "account",
        "source",
        "entry",
    ):
        right = name in {"quantity", "cash", "fee", "withheld"}
        table.add_column(note(f"why_{name}", words), justify="right" if right else "left")
    for entry in found.entries[:SHOWN_MAX]:
        cells = (
            entry.occurred_at.date().isoformat(),
            entry.kind.value,
            entry.ticker or "-",
            words.quantity(units_of(entry.quantity)) if entry.quantity else "-",
            *(_money(entry, minor, words) for minor in (entry.gross, entry.fee, entry.withheld)),
            account_words(entry.user_id, found.number.wallet),
            _source(found, entry),
            entry.id.removeprefix("entry_")[:8],
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _money(entry: BookedEntry, minor: int, words: Words) -> str:
    return words.money(money_of(minor, entry.currency), entry.currency) if minor else "-"


def _source(found: Behind, entry: BookedEntry) -> str:
    """The row that a file or a person told; else the cause, as it stands in the journal."""
    row = found.rows.get(entry.id)
    if row is None:
        return entry.cause[:40]
    return f"{row.family.removeprefix('b3-')} {row.row}"


def _record(found: Behind) -> dict[str, Any]:
    asked = found.number
    return {
        "number": str(asked),
        "wallet": asked.wallet,
        "first": asked.first.isoformat(),
        "until": asked.until.isoformat(),
        "scope": asked.scope,
        "measure": asked.measure,
        "entries": [_entry(found, entry) for entry in found.entries],
    }


def _entry(found: Behind, entry: BookedEntry) -> dict[str, Any]:
    row = found.rows.get(entry.id)
    return {
        "id": entry.id,
        "account": entry.user_id,
        "currency": entry.currency,
        "kind": entry.kind.value,
        "cause": entry.cause,
        "occurredAt": entry.occurred_at.isoformat(),
        "asset": entry.ticker,
        "quantity": quantity_text(entry.quantity),
        "cash": f"{money_of(entry.gross, entry.currency):f}",
        "fee": f"{money_of(entry.fee, entry.currency):f}",
        "withheld": f"{money_of(entry.withheld, entry.currency):f}",
        "row": None if row is None else {"id": row.id, "file": row.sha256 or None, "row": row.row},
    }
