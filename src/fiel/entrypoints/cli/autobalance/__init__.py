"""`fiel autobalance`: portfolios that are kept near their targets. One module per family of verbs."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.autobalance import deciding, dry_run, enrolling, history, running, status
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.autobalance_desk import AUTOBALANCE_EXAMPLES

#: In the order of the help.
FAMILIES = (enrolling, dry_run, running, status, history, deciding)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(
        name="autobalance", invoke_without_command=True, callback=_autobalance, epilog=AUTOBALANCE_EXAMPLES
    )
    for family in FAMILIES:
        family.register(group)
    app.add_typer(group)


def _autobalance(context: typer.Context) -> None:
    """Keep portfolios near their targets: whose, when, through which broker; what was done, and why not."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
