"""What the verbs of custody share: the open book, its options, and how its numbers are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.answers import moment_of
from fiel.entrypoints.cli.surroundings import settings_here

if TYPE_CHECKING:
    from fiel.bootstrap import OpenCustody

UserArgument = Annotated[str, typer.Argument(help="Whose account it is.")]
CurrencyOption = Annotated[str, typer.Option("--currency", help="The account's currency, three letters.")]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", help="Names the request: repeated with the same key, it is done only once."),
]
OccurredOption = Annotated[
    str | None,
    typer.Option("--occurred-at", metavar="INSTANT", help="When it happened, with its zone (default: now)."),
]


@contextmanager
def opened_book(database: str | None) -> Iterator[OpenCustody]:
    """The book that the command is about. Raises what `fiel.bootstrap.open_custody` does."""
    from fiel.bootstrap import open_custody

    with open_custody(settings_here(), database) as opened:
        yield opened


def occurred_of(text: str | None) -> datetime | None:
    """The instant of `OccurredOption`. Raises `InvalidInput` (moment_malformed)."""
    return None if text is None else moment_of(text, "--occurred-at")
