"""Reading an archive: line by line, never more than a line in memory, and nothing believed before its end."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

from fiel.infra.storage.archive.form import (
    COLUMNS_MAX,
    LINE_BYTES_MAX,
    RATIO_MAX,
    ROWS_MAX,
    TABLES_MAX,
    UNPACKED_FREE,
    Header,
    Row,
    checked,
    damaged,
    not_ours,
    row_of,
)
from fiel.infra.storage.archive.writing import Begin
from fiel.kernel.errors import Corrupt, NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class End:
    """A table is whole, and has so many rows."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Content:
    """What an archive holds, once it was read to its end: rows by table, and the hash of its lines."""

    header: Header
    rows: dict[str, int]
    sha256: str


Piece: TypeAlias = "Header | Begin | Row | End | Content"


def verified(file: Path) -> Content:
    """Read the archive whole, and keep nothing. Raises what `pieces` raises."""
    *_, last = _last_of(file)
    return last


def _last_of(file: Path) -> Iterator[Content]:
    for piece in pieces(file):
        if isinstance(piece, Content):
            yield piece


def pieces(file: Path) -> Iterator[Piece]:
    """The header, then each table's begin, rows and end, and last, when all agrees, the content.

    Raises `NotFound` (no such file), `InvalidInput` (no archive of ours), `Corrupt` (backup_damaged,
    backup_truncated, backup_too_large). Whoever stops before the content was read knows nothing.
    """
    with _opened(file) as lines:
        reading = _Reading(file, lines)
        yield from reading.pieces()


@dataclass(slots=True)
class _Reading:
    file: Path
    lines: Iterator[bytes]
    digest: Any = field(default_factory=hashlib.sha256)
    rows: dict[str, int] = field(default_factory=dict)
    begun: Begin | None = None
    count: int = 0

    def pieces(self) -> Iterator[Piece]:
        """See `pieces`."""
        first = next(self.lines, b"")
        header = Header.of(self._content(first, first=True), self.file)
        yield header
        before = first
        for line in self.lines:
            # The last line tells the hash of those before it.
            self.digest.update(before)
            before = line
            content = self._content(line)
            if isinstance(content, dict) and content.get("whole") is True:
                yield self._whole(header, content)
                return
            yield self._piece(content)
        raise Corrupt(
            "backup_truncated",
            f"{self.file} ends before its end: it was cut off; use another copy",
            field="file",
            details={"file": str(self.file)},
        )

    def _content(self, line: bytes, *, first: bool = False) -> object:
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            raise not_ours(self.file) if first else damaged(self.file, "a line is not JSON") from None

    def _piece(self, content: object) -> Begin | Row | End:
        if isinstance(content, dict):
            return self._end(content) if "end" in content else self._begin(content)
        if self.begun is None:
            raise damaged(self.file, "rows stand outside of a table")
        self.count += 1
        if self.count > ROWS_MAX:
            raise damaged(self.file, "it has more rows than can be")
        return row_of(content, len(self.begun.columns), self.file)

    def _begin(self, content: dict[str, object]) -> Begin:
        columns = content.get("columns")
        if self.begun is not None or not isinstance(columns, list) or not 1 <= len(columns) <= COLUMNS_MAX:
            raise damaged(self.file, "a table begins where none can")
        begun = Begin(
            checked(content.get("table"), self.file), [checked(name, self.file) for name in columns]
        )
        if begun.table in self.rows or len(self.rows) >= TABLES_MAX or len(set(columns)) != len(columns):
            raise damaged(self.file, "a table or a column stands in it twice")
        self.begun, self.count = begun, 0
        return begun

    def _end(self, content: dict[str, object]) -> End:
        begun = self.begun
        if begun is None or content.get("end") != begun.table or content.get("rows") != self.count:
            raise damaged(self.file, "a table has not the rows that it should")
        self.rows[begun.table] = self.count
        self.begun = None
        return End(begun.table, self.count)

    def _whole(self, header: Header, content: dict[str, object]) -> Content:
        found = self.digest.hexdigest()
        told = (content.get("tables"), content.get("rows"), content.get("sha256"))
        if self.begun is not None or told != (len(self.rows), sum(self.rows.values()), found):
            raise damaged(self.file, "its rows are not those that were written")
        if next(self.lines, None) is not None:
            raise damaged(self.file, "something stands behind its end")
        return Content(header, dict(self.rows), found)


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[bytes]]:
    try:
        with file.open("rb") as raw:
            yield _lines(file, raw)
    except FileNotFoundError:
        raise NotFound("file_not_found", f"{file} is not there", field="file") from None
    except OSError as error:
        raise Unavailable("file_unreadable", f"{file} cannot be read ({error.strerror})") from None


def _lines(file: Path, raw: IO[bytes]) -> Iterator[bytes]:
    """The lines, bounded each and together; raises for a pack that is cut or damaged."""
    unpacked, most = 0, max(UNPACKED_FREE, RATIO_MAX * file.stat().st_size)
    if raw.read(2) != b"\x1f\x8b":
        raise not_ours(file)
    raw.seek(0)
    with gzip.GzipFile(fileobj=raw, mode="rb") as packed:
        while True:
            try:
                line = packed.readline(LINE_BYTES_MAX + 1)
            except EOFError:
                raise Corrupt(
                    "backup_truncated",
                    f"{file} ends before its end: it was cut off; use another copy",
                    field="file",
                    details={"file": str(file)},
                ) from None
            except (OSError, zlib.error):
                raise damaged(file, "it cannot be unpacked") from None
            if not line:
                return
            unpacked += len(line)
            if len(line) > LINE_BYTES_MAX or unpacked > most:
                raise Corrupt(
                    "backup_too_large",
                    f"{file} unpacks to more than a copy of a book can be; it was not written by Fiel",
                    field="file",
                    details={"file": str(file)},
                )
            yield line
