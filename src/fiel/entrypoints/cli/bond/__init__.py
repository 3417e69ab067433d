"""`fiel bond`: price, rate and payments of a fixed-income title, with the working. One module per verb."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.bond import compare, flows, price, rate
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.bond import BOND_EXAMPLES

#: In the order of the help.
FAMILIES = (price, rate, flows, compare)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="bond", invoke_without_command=True, callback=_bond, epilog=BOND_EXAMPLES)
    for family in FAMILIES:
        family.register(group)
    app.add_typer(group)


def _bond(context: typer.Context) -> None:
    """Prices, rates and payments of Tesouro, CDB, LCI, LCA, CRI, CRA, debentures and savings, to the cent."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
