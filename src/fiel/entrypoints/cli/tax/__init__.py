"""`fiel tax`: what the month owes on gains, and what the annual return asks for."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.cli.tax import month, year
from fiel.entrypoints.words.tax import TAX_EXAMPLES


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="tax", invoke_without_command=True, callback=_tax, epilog=TAX_EXAMPLES)
    month.register(group)
    year.register(group)
    app.add_typer(group)


def _tax(context: typer.Context) -> None:
    """Tax on gains from the custody book: the month's DARF and the year's forms. Not tax advice."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
