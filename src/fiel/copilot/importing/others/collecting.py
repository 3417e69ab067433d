"""Rows put in their list as they are read, so that none is in two lists and none in none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fiel.copilot.importing.columns import Sorting
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row
from fiel.copilot.importing.source import Source

TEXT_MAX = 500


@dataclass(slots=True)
class Collected(Sorting):
    """The lists of a file while it is read."""

    def book(self, row: Row) -> None:
        """A row that books one entry."""
        self.booked.append(row)

    def skip(self, row: Row, reason: str, text: str) -> None:
        """A row that is understood and books nothing."""
        self.not_booked.append(Reasoned(row, reason, text=text))

    def ask(self, row: Row, reason: str, text: str, accept: str = "") -> None:
        """A row that a person decides about."""
        self.review.append(Reasoned(row, reason, accept, text))

    def wonder(self, row: Row, reason: str, text: str, said: str = "") -> None:
        """A row that is not understood; `said` is its own text."""
        kept = replace(row, extra={**row.extra, "text": said[:TEXT_MAX]}) if said else row
        self.unknown.append(Reasoned(kept, reason, text=text))

    def ask_ticker(self, row: Row) -> None:
        """A trade or payment of something that the file names, but not by a ticker."""
        self.ask(row, "ticker_missing", "no ticker: a person must choose", "booked under the ticker chosen")

    def finished(self, source: Source, layout: str, facts: Mapping[str, str] | None = None) -> ReadFile:
        """All that was read."""
        return self.file(source, layout, layout, facts or {})
