"""What must be said beside the numbers: a code and its values; the words are the entrypoint's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Remark:
    """`code` such as `bonus_without_cost`, its `day` if it has one, and (name, text) of its sentence."""

    code: str
    day: date | None = None
    values: tuple[tuple[str, str], ...] = ()


def remark(code: str, day: date | None = None, **values: object) -> Remark:
    """A remark with its values as text.

    >>> remark("bonus_without_cost", asset="ITUB4").values
    (('asset', 'ITUB4'),)
    """
    return Remark(code, day, tuple((name, str(value)) for name, value in values.items()))


def between(remarks: Iterable[Remark], first: date, last: date) -> tuple[Remark, ...]:
    """Those of no day, and those of the days from `first` to `last`; each once."""
    kept = (one for one in remarks if one.day is None or first <= one.day <= last)
    return tuple(dict.fromkeys(kept))
