"""Bank statements in OFX, as Brazilian banks write them."""

from __future__ import annotations

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.ofx.reading import FORMAT, looks_like, read_ofx
from fiel.copilot.importing.reader import Reader

READERS: tuple[Reader, ...] = (
    Reader(
        FORMAT,
        frozenset({Content.OFX}),
        lambda source: looks_like(source.data),
        lambda source: read_ofx(source.name, source.data, source.password),
    ),
)
