"""What commands share: answers for programs, how many to list, and instants as they are written."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any

import typer

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.cli.screen import write_out
from fiel.kernel.errors import InvalidInput

JsonOption = Annotated[bool, typer.Option("--json", help="The answer as JSON, numbers as exact text.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many to list at most.")]


def write_json(answer: Any) -> None:
    """An answer for programs; ASCII, so that no terminal's encoding can change it."""
    write_out(json.dumps(answer, indent=1))


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


def day_words(day: date, words: Words) -> str:
    """A day as people write it: 31/03/2026, or 2026-03-31."""
    return f"{day:%d/%m/%Y}" if words.lang is Lang.PT else day.isoformat()
