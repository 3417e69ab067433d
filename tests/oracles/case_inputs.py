"""What oracle adapters read from a case: dates, and fields under any of their spellings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


class AnyOf(tuple[Any, ...]):
    """Several right answers: a case that expects one of them is answered."""

    __slots__ = ()


def as_day(text: str) -> date:
    """A date written as ISO."""
    return date.fromisoformat(text)


def pick(inputs: Inputs, *names: str) -> Any:
    """The first of several spellings that the case uses."""
    for name in names:
        if name in inputs:
            return inputs[name]
    raise KeyError(f"the case gives none of {', '.join(names)}")


def given(inputs: Inputs, *names: str, otherwise: Any) -> Any:
    """The same, or `otherwise` when the case uses none of them."""
    return next((inputs[name] for name in names if name in inputs), otherwise)
