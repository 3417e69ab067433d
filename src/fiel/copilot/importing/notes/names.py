"""Which ticker a title on a note means: printed in it, or by trading name and class at that date.

Names are reused and renamed, so the table is dated and small: it has only names read on notes or in B3's
daily quotation file, and where it ends the person is asked. Funds and BDRs without a printed ticker are
always asked.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

IN_THE_TEXT = "in the text"
BY_NAME = "name and class"
ASK = "name only: a person must choose"
_SUFFIX: Mapping[str, str] = {"ON": "3", "PN": "4", "PNA": "5", "PNB": "6", "UNT": "11"}
_OTHER_CLASSES = frozenset({"CI", "DR1", "DR2", "DR3", "DRN", "DRE"})
_SEGMENTS = frozenset({"NM", "N1", "N2", "MA", "MB", "M2"})
_EX_MARKS = frozenset({"ED", "EJ", "EB", "ER", "EX", "EG", "ES", "EC", "EJS", "EDJ", "EDB", "EDR", "EBG"})
_TICKER = re.compile(r"([A-Z][A-Z0-9]{3}(?:3[1-59]|1[1-8]|[1-9]|10))F?")


@dataclass(frozen=True, slots=True)
class Named:
    """A ticker without the F of the fractional market, or `None`; and how it is known."""

    ticker: str | None
    known_from: str


@dataclass(frozen=True, slots=True)
class _TradingName:
    name: str
    root: str
    classes: frozenset[str]
    since: date
    until: date


def ticker_of(title: str, day: date) -> Named:
    """The ticker that a title means on that day.

    >>> ticker_of("FII VINCI SC VISC11 CI", date(2022, 3, 28))
    Named(ticker='VISC11', known_from='in the text')
    >>> ticker_of("ON N2 TAESA", date(2023, 7, 20)).ticker
    'TAEE3'
    """
    words = title.split()
    printed = {found[1] for word in words if (found := _TICKER.fullmatch(word))} - _SEGMENTS
    if len(printed) == 1:
        return Named(printed.pop(), IN_THE_TEXT)
    if printed:
        return Named(None, ASK)
    name, share = _name_and_class(words)
    found_names = {
        row.root
        for row in _table()
        if row.name == name and share in row.classes and row.since <= day <= row.until
    }
    if len(found_names) != 1:
        return Named(None, ASK)
    return Named(found_names.pop() + _SUFFIX[share], BY_NAME)


def _name_and_class(words: list[str]) -> tuple[str, str]:
    """Trading name and class, whichever stands first; marks and segments are left out at the ends only."""
    if words and words[0] in _SUFFIX.keys() | _OTHER_CLASSES:
        rest = words[1:]
        while rest and rest[0] in _SEGMENTS | _EX_MARKS:
            rest = rest[1:]
        return " ".join(rest), words[0]
    rest = words[:]
    while rest and rest[-1] in _SEGMENTS | _EX_MARKS:
        rest.pop()
    share = rest.pop() if rest else ""
    return " ".join(rest), share


@cache
def _table() -> tuple[_TradingName, ...]:
    text = files(__package__).joinpath("trading-names.csv").read_text("utf-8")
    return tuple(
        _TradingName(
            row["name"],
            row["root"],
            frozenset(row["classes"].split()),
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["until"]),
        )
        for row in csv.DictReader(text.splitlines())
    )
