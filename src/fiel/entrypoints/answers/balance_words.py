"""How the auto-balancer's facts are said, on the command line and on the pages alike."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.rebalancing.problem import Strategy

_SECOND = timedelta(seconds=1)


def span_words(span: timedelta, words: Words) -> str:
    """A time in its largest whole unit."""
    seconds = span // _SECOND
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return counted_of(unit, seconds // size, words)
    return counted_of("second", seconds, words)


def counted_of(unit: str, number: int, words: Words) -> str:
    """`2 minutes`."""
    return note(unit if number == 1 else f"{unit}s", words, n=number)


def percent_words(fraction: Decimal, words: Words) -> str:
    """A fraction as percent, with two decimals and no sign."""
    return words.percent(fraction * 100)


def verdict_words(code: str, detail: str, words: Words) -> str:
    """Why nothing was done, with its detail, which is in English."""
    from fiel.entrypoints.words.autobalance_desk import WHY_NOT

    known = f"ab_why_{code}"
    text = note(known, words) if code in WHY_NOT else code
    return printable(f"{text} ({detail})" if detail else text)


def strategy_words(strategy: Strategy, words: Words) -> str:
    """When a strategy acts, as a clause."""
    parts = []
    band = strategy.band
    if band.absolute is not None:
        parts.append(note("ab_band_absolute", words, points=percent_words(band.absolute, words)))
    if band.relative is not None:
        parts.append(note("ab_band_relative", words, percent=percent_words(band.relative, words)))
    width = note("ab_or", words).join(parts) or note("ab_band_nodes", words)
    often = "" if strategy.frequency is None else note(f"ab_{strategy.frequency}", words)
    return note(f"ab_strategy_{strategy.kind}", words, width=width, often=often)
