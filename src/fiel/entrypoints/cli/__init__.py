"""The command line: `fiel`. One module per command; errors become exit codes in `group`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from fiel import __version__
from fiel.entrypoints.cli import (
    actions,
    bond,
    book,
    custody,
    db,
    demo,
    dev,
    importing,
    income,
    init,
    market,
    performance,
    plan,
    positions,
    serve,
    targets,
    tax,
    validate,
    why,
    worker,
)
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.group import FielGroup
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.help import EXAMPLES

app = typer.Typer(
    name="fiel",
    cls=FielGroup,
    no_args_is_help=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _version_asked(wanted: bool) -> None:
    if wanted:
        write_out(f"fiel {__version__}")
        raise typer.Exit(Exit.DONE)


DebugOption = Annotated[bool, typer.Option("--debug", help="Show the details of unexpected errors.")]
VersionOption = Annotated[
    bool,
    typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version_asked),
]


@app.callback(
    invoke_without_command=True,
    epilog=EXAMPLES,
)
def fiel(
    context: typer.Context,
    *,
    debug: DebugOption = False,  # noqa: ARG001 (read by the group, when something unexpected is raised)
    version: VersionOption = False,  # noqa: ARG001 (its callback answers)
) -> None:
    """Fiel tells exactly what to buy (or sell) to bring a portfolio back to its targets, and why."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


for module in (
    demo,
    init,
    validate,
    plan,
    targets,
    custody,
    importing,
    book,
    market,
    bond,
    income,
    tax,
    positions,
    actions,
    performance,
    why,
    serve,
    worker,
    db,
    dev,
):
    module.register(app)


def main() -> Any:
    """The program."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a bar or an accent shows a question mark rather than failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    return app()
