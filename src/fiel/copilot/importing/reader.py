"""What knows one format: how its files are recognised, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.headers import Layout
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.importing.source import Source


@dataclass(frozen=True, slots=True)
class Reader:
    """What one program writes, and how it is read.

    `claims` looks at content only (signature, header), cheaply and without raising; `read` may raise
    `Rejected`. `layouts` are the tables it knows, to say what differs when no reader claims a file.
    """

    format: str
    contents: frozenset[Content]
    claims: Callable[[Source], bool]
    read: Callable[[Source], ReadFile]
    layouts: tuple[Layout, ...] = ()
