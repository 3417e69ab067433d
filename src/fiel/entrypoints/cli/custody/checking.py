"""`fiel custody check`: the whole book added up again, by code that shares nothing with what wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.answers.custody import finding_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.custody.answers import (
    opened_book,
)
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import counted, note

if TYPE_CHECKING:
    pass


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("check", epilog="Example: fiel custody check")(check)


def check(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Add the book up again from its journal and name every row that does not agree; exit code 1 then.

    Amounts are in minor units (cents), quantities in billionths.
    """
    from fiel.custody.ledger.checker import check as findings_of

    words = words_of(lang)
    with opened_book(database) as opened, opened.queries.snapshot() as book:
        record = book.record()
        found = findings_of(record)
    sizes = {"accounts": len(record.accounts), "orders": len(record.orders), "entries": len(record.entries)}
    if as_json:
        write_json({"sound": not found, **sizes, "findings": [finding_record(finding) for finding in found]})
    elif not found:
        write_out(note("check_sound", words, **sizes))
    else:
        for finding in found:
            shown = finding._replace(row=printable(finding.row))
            write_out(note("check_finding", words, **shown._asdict()))
        show_note(counted("check_wrong", len(found), words), "bold red")
    if found:
        raise typer.Exit(Exit.UNEXPECTED)
