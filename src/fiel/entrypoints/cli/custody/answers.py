"""What the verbs of custody share: the option for JSON, the open book, and how its numbers are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.cli.surroundings import settings_here

if TYPE_CHECKING:
    from fiel.bootstrap import OpenCustody

JsonOption = Annotated[bool, typer.Option("--json", help="The answer as JSON, numbers as exact text.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many to list at most.")]


@contextmanager
def opened_book(database: str | None) -> Iterator[OpenCustody]:
    """The book that the command is about. Raises what `fiel.bootstrap.open_custody` does."""
    from fiel.bootstrap import open_custody

    with open_custody(settings_here(), database) as opened:
        yield opened


def write_json(answer: Any) -> None:
    """An answer for programs; ASCII, so that no terminal's encoding can change it."""
    write_out(json.dumps(answer, indent=1))


def amount_of(minor: int, currency: str) -> Decimal:
    """Minor units as the amount they are."""
    from fiel.kernel.money import Money

    return Money.from_minor(minor, currency).amount


def moment_text(moment: datetime | None) -> str | None:
    """An instant for programs: ISO 8601 in UTC."""
    return None if moment is None else moment.isoformat()
