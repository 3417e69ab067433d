"""Brokerage notes in PDF: the SINACOR family (Clear, Rico, XP, Inter) and NuInvest."""

from __future__ import annotations

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.notes.reading import FORMAT, looks_like, read_note
from fiel.copilot.importing.reader import Reader

READERS: tuple[Reader, ...] = (
    Reader(
        FORMAT,
        frozenset({Content.PDF}),
        lambda source: looks_like(source.data),
        lambda source: read_note(source.name, source.data, source.password),
    ),
)
