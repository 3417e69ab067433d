"""Verdicts on series joined: what was thought of the body, then of its rows, then of their truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from fiel.market.judgement import together
from fiel.market.verdicts import Finding, Keep, Kind, Outcome, Reaction, Verdict, accept

Value = TypeVar("Value")
Other = TypeVar("Other")

#: The service answered, and says that there is nothing: asking again at once will not help.
NOTHING_THERE = Reaction(retry=False, fallback=False, breaker_failure=False, keep=Keep.NEGATIVE_SHORT)
_WORSE = MappingProxyType({outcome: rank for rank, outcome in enumerate(Outcome)})


def said_empty(value: Value, detail: str) -> Verdict[Value]:
    """Accepted: the service says that it has nothing."""
    return replace(accept(value, Finding(Kind.NO_DATA, "", detail)), reaction=NOTHING_THERE)


def and_then(first: Verdict[Value], step: Callable[[Value], Verdict[Other]]) -> Verdict[Other]:
    """The next step upon a value that was taken, joined with what was found before it."""
    if first.value is None or not first.taken:
        return Verdict(first.outcome, first.kind, None, first.reaction, first.findings, first.wait)
    return chained(first, step(first.value))


def chained(first: Verdict[Value], second: Verdict[Other]) -> Verdict[Other]:
    """The value of the second; the outcome, kind and reaction of the worse, the first on a tie.

    Two partial verdicts want what either wants, and keep what both would keep.
    """
    second_is_worse = _WORSE[second.outcome] > _WORSE[first.outcome]
    chief: Verdict[Value] | Verdict[Other] = second if second_is_worse else first
    other: Verdict[Value] | Verdict[Other] = first if second_is_worse else second
    reaction = chief.reaction
    if first.outcome is second.outcome:
        reaction = together((first.reaction, second.reaction))
    return Verdict(
        chief.outcome,
        chief.kind or other.kind,
        second.value,
        reaction,
        (*chief.findings, *other.findings),
        first.wait or second.wait,
    )
