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
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.bootstrap import OpenCustody

JsonOption = Annotated[bool, typer.Option("--json", help="The answer as JSON, numbers as exact text.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many to list at most.")]
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


def write_json(answer: Any) -> None:
    """An answer for programs; ASCII, so that no terminal's encoding can change it."""
    write_out(json.dumps(answer, indent=1))


def amount_of(minor: int, currency: str) -> Decimal:
    """Minor units as the amount they are."""
    from fiel.kernel.money import Money

    return Money.from_minor(minor, currency).amount


def quantity_of(units: int) -> Decimal:
    """Billionths as the quantity they are."""
    from fiel.kernel.rounding import exact_context

    return exact_context().scaleb(Decimal(units), Decimal(-9))


def quantity_text(units: int) -> str:
    """Billionths as a quantity for programs: plain decimal text."""
    from fiel.custody.accounts import QUANTITY_SCALE, units_text

    return units_text(units, QUANTITY_SCALE)


def moment_of(text: str, field: str) -> datetime:
    """An instant with its zone, from ISO 8601. Raises `InvalidInput` (moment_malformed)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise InvalidInput(
            "moment_malformed",
            f"{text!r} is not an instant with its zone; write it like 2026-01-31T17:00:00-03:00",
            field=field,
        )
    return moment


def occurred_of(text: str | None) -> datetime | None:
    """The instant of `OccurredOption`. Raises `InvalidInput` (moment_malformed)."""
    return None if text is None else moment_of(text, "--occurred-at")


def moment_text(moment: datetime | None) -> str | None:
    """An instant for programs: ISO 8601 in UTC."""
    return None if moment is None else moment.isoformat()
