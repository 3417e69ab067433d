"""`fiel access`: who may come in, and who did what. One module per family of verbs, each with `register`."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.access import audit, keys, owner, sessions
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.access import ACCESS_EXAMPLES

#: In the order of the help.
FAMILIES = (owner, keys, sessions, audit)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="access", invoke_without_command=True, callback=_access, epilog=ACCESS_EXAMPLES)
    for family in FAMILIES:
        family.register(group)
    app.add_typer(group)


def _access(context: typer.Context) -> None:
    """Who may come in over HTTP: owners, keys and sessions; and the log of who did what."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
