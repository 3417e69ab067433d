"""`fiel init`: write a commented example to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of
from fiel.entrypoints.cli.writing import write_new, write_whole
from fiel.entrypoints.words.notes import note


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("init", epilog="Example: fiel init carteira.toml")(init)


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("carteira.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
    lang: LangOption = "pt",
) -> None:
    """Write an example portfolio file, commented, ready to edit."""
    from fiel.copilot.files.template import template

    words = words_of(lang)
    (write_whole if force else write_new)(file, template())
    show_note(note("init_done", words, file=file))
