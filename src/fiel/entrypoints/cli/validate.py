"""`fiel validate`: every problem of a portfolio file at once, each with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note, told
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import InvalidInput, InvalidInputs, Rejected


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("validate", epilog="Example: fiel validate carteira.toml")(validate)


def validate(
    file: Annotated[Path, typer.Argument(help="The portfolio file (TOML).")],
    lang: LangOption = "pt",
) -> None:
    """Check a portfolio file and list every problem with its line; exit code 2 when there is one."""
    from fiel.copilot.files.portfolio_file import read_portfolio

    words = words_of(lang)
    try:
        portfolio = read_portfolio(file)
    except InvalidInput as error:
        problems: Sequence[Rejected] = error.problems if isinstance(error, InvalidInputs) else (error,)
        for problem in problems:
            write_out(_line(file, problem, words))
        show_note(counted("problem", len(problems), words), "bold red")
        raise typer.Exit(Exit.INVALID) from None
    nodes = sum(1 for _ in portfolio.targets.walk()) - 1
    write_out(note("validate_done", words, file=file, assets=len(portfolio.assets), nodes=nodes))


def _line(file: Path, problem: Rejected, words: Words) -> str:
    """The form that editors jump to: file:line: place: text [code]."""
    line = problem.details.get("line")
    where = f"{file}:{line}" if line else f"{file}"
    place = f"{problem.field}: " if problem.field and problem.field != str(file) else ""
    return f"{where}: {place}{told(problem, words)} [{problem.code}]"
