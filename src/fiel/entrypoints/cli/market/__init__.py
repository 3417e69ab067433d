"""`fiel market`: quotes, series and events, with their age and source. One module per family of verbs."""

from __future__ import annotations

import typer

from fiel.entrypoints.cli.market import events, health, loading, quotes, series, syncing
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.market import MARKET_EXAMPLES

#: In the order of the help.
FAMILIES = (quotes, series, events, syncing, loading, health)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(name="market", invoke_without_command=True, callback=_market, epilog=MARKET_EXAMPLES)
    for family in FAMILIES:
        family.register(group)
    app.add_typer(group)


def _market(context: typer.Context) -> None:
    """Prices, rates and dividends of BRAPI, HG Brasil and the Banco Central, weighed before use."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())
