"""`fiel custody`: the book from the command line. One module per family of verbs, each with `register`."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.custody import (
    alerts,
    cash,
    checking,
    dead_letters,
    export,
    income,
    past,
    reconciling,
    replay,
    sealing,
    shares,
)
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.custody import CUSTODY_EXAMPLES

#: In the order of the help.
FAMILIES = (cash, income, shares, replay, export, past, checking, sealing, reconciling, dead_letters, alerts)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(
        name="custody", invoke_without_command=True, callback=_custody, epilog=CUSTODY_EXAMPLES
    )
    for family in FAMILIES:
        family.register(group)
    app.add_typer(group)


def _custody(context: typer.Context) -> None:
    """The book of what is owned: accounts, orders, money in and out."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
