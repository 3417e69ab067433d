"""Rows put in their list as they are read, so that none is in two lists and none in none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fiel.copilot.importing.limits import DEFAULT_LIMITS, too_large
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row

NO_TICKER = "no ticker: a person must choose"


@dataclass(slots=True)
class Collected:
    """The four lists of a file while it is read."""

    booked: list[Row] = field(default_factory=list)
    not_booked: list[Reasoned] = field(default_factory=list)
    review: list[Reasoned] = field(default_factory=list)
    unknown: list[Reasoned] = field(default_factory=list)

    def book(self, row: Row) -> None:
        """A row that books one entry."""
        self.booked.append(row)

    def skip(self, row: Row, reason: str) -> None:
        """A row that is understood and books nothing."""
        self.not_booked.append(Reasoned(row, reason))

    def ask(self, row: Row, reason: str, accept: str = "") -> None:
        """A row that a person decides about."""
        self.review.append(Reasoned(row, reason, accept))

    def wonder(self, row: Row, reason: str, text: str = "") -> None:
        """A row that is not understood, with its text."""
        kept = replace(row, extra={**row.extra, "text": text[:500]}) if text else row
        self.unknown.append(Reasoned(kept, reason))

    def file(
        self,
        name: str,
        data: bytes,
        *,
        format: str,  # noqa: A002 - the name of the field
        layout: str,
        facts: Mapping[str, str] | None = None,
    ) -> ReadFile:
        """All that was read."""
        return ReadFile(
            name=name,
            sha256=hashlib.sha256(data).hexdigest(),
            format=format,
            layout=layout,
            booked=tuple(self.booked),
            not_booked=tuple(self.not_booked),
            review=tuple(self.review),
            unknown=tuple(self.unknown),
            facts=dict(facts or {}),
        )


def check_size(name: str, data: bytes) -> None:
    """Raises `InvalidInput` `file_too_large` before anything is read."""
    if len(data) > DEFAULT_LIMITS.bytes_max:
        raise too_large("bytes", f"the file has {len(data):,}", DEFAULT_LIMITS.bytes_max, name)
