"""The screen of a command: its language, its width, its colours; and the options that set them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from fiel.copilot.plan_view.words import Lang, Words
from fiel.kernel.errors import InvalidInput

WIDTH_MIN, WIDTH_MAX = 60, 1000
LANG_VARIABLE = "FIEL_LANG"

LangOption = Annotated[
    str,
    typer.Option(
        "--lang", envvar=LANG_VARIABLE, help="Language of what is shown: pt or en.", metavar="pt|en"
    ),
]
WidthOption = Annotated[
    int | None,
    typer.Option("--width", min=WIDTH_MIN, max=WIDTH_MAX, help="Columns to use (default: the terminal's)."),
]
ColorOption = Annotated[bool, typer.Option("--no-color", help="No colours (NO_COLOR=1 does the same).")]


def screen(width: int | None = None, *, no_color: bool = False, stderr: bool = False) -> Console:
    """A console without surprises: text is never markup, emoji codes stay text, no line is re-coloured."""
    return Console(
        width=width,
        no_color=no_color or None,
        stderr=stderr,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
    )


def show(console: Console, *blocks: RenderableType) -> None:
    """Print blocks; into a file or a pipe without the blanks that fill the lines of a terminal."""
    if console.is_terminal:
        for block in blocks:
            console.print(block)
        return
    with console.capture() as captured:
        for block in blocks:
            console.print(block)
    write_out("\n".join(line.rstrip() for line in captured.get().splitlines()))


def write_out(text: str) -> None:
    """Data for another program: to standard output as it is, one line break at the end."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def words_of(lang: str) -> Words:
    """The words of the language asked for. Raises `InvalidInput` when it is not one of ours."""
    return Words(Lang.parse(lang))


def chosen_lang(arguments: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """The language of help and errors, known before the arguments are read; Portuguese when in doubt."""
    text = environment.get(LANG_VARIABLE) or Lang.PT.value
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            text = arguments[place + 1]
        elif argument.startswith("--lang="):
            text = argument.removeprefix("--lang=")
    try:
        return Lang.parse(text)
    except InvalidInput:
        return Lang.PT
