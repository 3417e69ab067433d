"""`fiel custody export`: the book as one document that another book's can be compared with."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fiel.entrypoints.cli.custody.answers import (
    opened_book,
)
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.writing import whole_file
from fiel.entrypoints.words.notes import note


class Format(StrEnum):
    """What the document may be written in."""

    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="The form of the document.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="File to write (default: standard output).")
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("export", epilog="Example: fiel custody export --output book.json")(export)


def export(
    form: FormatOption = Format.JSON,  # noqa: ARG001 (one form so far)
    output: OutputOption = None,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Write what the book holds; equal books give equal bytes, whatever order their events came in."""
    from fiel.custody.export import write_export

    words = words_of(lang)
    with opened_book(database) as opened, opened.queries.snapshot() as book:
        if output is None:
            write_export(book, sys.stdout.write)
            return
        with whole_file(output) as stream:
            write_export(book, stream.write)
    show_note(note("export_done", words, file=output))
