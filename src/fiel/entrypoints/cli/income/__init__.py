"""`fiel income`: what is paid and when. One module per family of verbs."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.income import calendar, forecast, jobs, reconciling, titles
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.income import INCOME_EXAMPLES

#: In the order of the help.
FAMILIES = (calendar, reconciling, forecast, titles, jobs)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="income", invoke_without_command=True, callback=_income, epilog=INCOME_EXAMPLES)
    for family in FAMILIES:
        family.register(group)
    app.add_typer(group)


def _income(context: typer.Context) -> None:
    """Dividends, interest and every other payment: received, confirmed, announced or estimated, and why."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
