"""An import on its way: what was read of its files, and what a person decided about single rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from fiel.copilot.importing.rows import ReadFile


class DraftState(StrEnum):
    """`open`: looked at; `booked`: it is in the book; `undone`: it was, and was taken back."""

    OPEN = "open"
    BOOKED = "booked"
    UNDONE = "undone"


class Choice(StrEnum):
    """What a person says of a row: leave it out; it is meant (one of several equal ones); book it though it
    was taken back once; or book it as corrected."""

    IGNORE = "ignore"
    KEEP = "keep"
    AGAIN = "again"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice. `said`: the corrected values of a fix, by field, as exact text."""

    choice: Choice
    said: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that a person said. `rows` by key (`row_key`); `tickers` by name on a note; `openings` as
    `ASSET=QTY@AVERAGE/account`; `account` is that of rows that name none."""

    rows: Mapping[str, Decision] = field(default_factory=lambda: MappingProxyType({}))
    tickers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    openings: tuple[str, ...] = ()
    account: str | None = None
    allow_short: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a booked draft did: names and layouts of its files, ids of its rows, journal entries, alerts."""

    files: tuple[tuple[str, str], ...]
    rows: tuple[str, ...]
    entries: int
    replaced: int
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """One import. `version` grows with every change; `files` are empty once it is booked."""

    id: str
    wallet: str
    state: DraftState
    files: tuple[ReadFile, ...]
    decisions: Decisions
    version: int
    created_at: datetime
    changed_at: datetime
    outcome: Outcome | None = None


#: The lists of a file, each with the letter that it has in keys.
LISTS: Mapping[str, str] = MappingProxyType({"b": "booked", "r": "review", "u": "unknown", "n": "not_booked"})


def row_key(file: int, letter: str, index: int) -> str:
    """The name of a row within a draft: its file, its list, its place there.

    >>> row_key(0, "u", 3)
    '0u3'
    """
    return f"{file}{letter}{index}"
