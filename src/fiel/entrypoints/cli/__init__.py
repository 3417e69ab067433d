"""The command line: `fiel`. One module per command; errors become exit codes in `group`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

import typer

from fiel import __version__
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.group import FielGroup
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.help import EXAMPLES

#: Which module brings which commands, in the order of `fiel --help`.
COMMANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "demo": ("demo",),
        "init": ("init",),
        "validate": ("validate",),
        "plan": ("plan",),
        "targets": ("targets",),
        "custody": ("custody",),
        "importing": ("import",),
        "book": ("book",),
        "market": ("market",),
        "bond": ("bond",),
        "income": ("income",),
        "tax": ("tax",),
        "positions": ("positions",),
        "actions": ("actions",),
        "performance": ("performance",),
        "why": ("why",),
        "autobalance": ("autobalance",),
        "simulate": ("simulate",),
        "serve": ("serve",),
        "api": ("api",),
        "worker": ("worker", "scheduler"),
        "access": ("access",),
        "keeping": ("backup", "restore", "export-user"),
        "doctor": ("doctor",),
        "notices": ("notices",),
        "db": ("db",),
        "compiling": ("compile",),
        "dev": ("dev",),
    }
)
_COMPLETE = "_FIEL_COMPLETE"


def _version_asked(wanted: bool) -> None:
    if wanted:
        write_out(f"fiel {__version__}")
        raise typer.Exit(Exit.DONE)


DebugOption = Annotated[bool, typer.Option("--debug", help="Show the details of unexpected errors.")]
VersionOption = Annotated[
    bool,
    typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version_asked),
]


def fiel(
    context: typer.Context,
    *,
    debug: DebugOption = False,  # noqa: ARG001 (read by the group, when something unexpected is raised)
    version: VersionOption = False,  # noqa: ARG001 (its callback answers)
) -> None:
    """Fiel tells exactly what to buy (or sell) to bring a portfolio back to its targets, and why."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def program(modules: Iterable[str] = COMMANDS) -> typer.Typer:
    """`fiel` with the commands of those modules."""
    app = typer.Typer(
        name="fiel",
        cls=FielGroup,
        no_args_is_help=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True, epilog=EXAMPLES)(fiel)
    for name in modules:
        import_module(f"{__name__}.{name}").register(app)
    return app


def needed(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterable[str]:
    """The module of the command that is asked for; all where none is, or a shell asks what there is.

    Who wants a page should not wait until every command was loaded.
    """
    if _COMPLETE not in environment:
        word = next((each for each in arguments if not each.startswith("-")), None)
        if word is None and "--version" in arguments:
            return ()
        for module, commands in COMMANDS.items():
            if word in commands:
                return (module,)
    return COMMANDS


def main() -> Any:
    """The program."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a bar or an accent shows a question mark rather than failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    return program(needed(sys.argv[1:], os.environ))()
