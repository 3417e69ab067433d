"""How variables of the environment are read: with a default, and with their name in every refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from fiel.kernel.errors import InvalidInput

#: Events and orders older than a year are nobody's business to wait for.
WAIT_MIN, WAIT_MAX = timedelta(seconds=1), timedelta(days=366)

Value = TypeVar("Value")

_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of an environment."""

    environment: Mapping[str, str]

    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """The variable's value; an error of its reader gets the name as its field."""
        text = self.environment.get(name, "").strip()
        if not text:
            return default
        try:
            return reader(text)
        except InvalidInput as refusal:
            raise named(refusal, name) from None


def named(refusal: InvalidInput, name: str) -> InvalidInput:
    """The same refusal, of a variable: in its text, its field and its details."""
    details = {**refusal.details, "variable": name}
    return InvalidInput(refusal.code, f"{name}: {refusal.message}", field=name, details=details)


def duration(text: str) -> timedelta:
    """A time between a second and a year, such as 90s, 30m, 12h or 5d. Raises `InvalidInput`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidInput("duration_malformed", "write a number and a unit: 90s, 30m, 12h or 5d")
    try:
        found = timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        found = timedelta.max
    if not WAIT_MIN <= found <= WAIT_MAX:
        raise InvalidInput("duration_out_of_range", "write a time between 1s and 366d")
    return found
