"""`fiel book`: what no file tells, typed by hand; what was booked, and taking it back."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.book import listing, typing, undoing
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.importing import BOOK_EXAMPLES


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="book", invoke_without_command=True, callback=_book, epilog=BOOK_EXAMPLES)
    for module in (typing, listing, undoing):
        module.register(group)
    app.add_typer(group)


def _book(context: typer.Context) -> None:
    """Type what no file tells, see what was booked, and take it back."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
