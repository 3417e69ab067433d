"""The tags of an OFX file in order. SGML with unclosed leaves and XML read alike; entities never grow."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fiel.copilot.importing.bytes_in import decoded

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]{0,31})>([^<]*)")
_TEXT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Tag:
    """`name` in capitals; `text` between it and the next tag, trimmed, entities replaced."""

    name: str
    closes: bool
    text: str


def text_of(data: bytes, name: str) -> str:
    """The text of the file. UTF-8 when it is that, whatever the header says; else the Windows code page.

    Banks declare one and write the other, so bytes that are valid UTF-8 are believed before the header.
    """
    return decoded(data, name)


def tags_of(text: str) -> Iterator[Tag]:
    """Every tag, in order; texts longer than any field of a bank are cut."""
    start = max(text.upper().find("<OFX>"), 0)
    for found in _TAG.finditer(text, start):
        said = " ".join(html.unescape(found[3][:_TEXT_MAX]).split())
        yield Tag(found[2].upper(), bool(found[1]), said)
