"""How market data is shown: ages, instants of Brasilia, where a value is from and how it was had."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.words.notes import counted, note

if TYPE_CHECKING:
    from fiel.infra.resilience.attempts import Step

ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Also what was tried, what was refused, and why.")
]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def age_words(age: timedelta, words: Words) -> str:
    """`3 minutos`, `2 horas`, `115 dias`: the largest whole unit."""
    seconds = int(age.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return counted(unit, seconds // size, words)
    return counted("second", seconds, words)


def instant_words(at: datetime, words: Words) -> str:
    """Day and time in Brasilia."""
    from fiel.market.providers.fields import BRASILIA

    local = at.astimezone(BRASILIA)
    return f"{local:%d/%m/%Y %H:%M}" if words.lang.value == "pt" else f"{local:%Y-%m-%d %H:%M} BRT"


def step_words(step: Step, words: Words) -> str:
    """One line of `--explain`: what was tried, and what came of it."""
    told = note(f"market_step_{step.event.value}", words)
    parts = [step.source or "-", told]
    if step.attempt:
        parts.append(note("market_attempt", words, n=step.attempt))
    if step.reason and step.reason != step.event.value:
        parts.append(step.reason)
    if step.detail:
        parts.append(one_line(step.detail))
    if step.seconds:
        parts.append(f"{step.seconds * 1000:.0f} ms")
    return " · ".join(parts)


def one_line(text: str) -> str:
    """Other people's words, without what could move a terminal's cursor."""
    return _CONTROL.sub(" ", text)[:300]
