"""The form of an archive: gzip of lines of JSON, so that any tool can look inside.

| line                                   | says                                                             |
|----------------------------------------|------------------------------------------------------------------|
| `{"fiel_backup": 1, "schema": ...}`    | first: the version of the schema, when, from what                |
| `{"table": ..., "columns": [...]}`     | the rows of a table follow                                       |
| `[1, "text", null, {"b": "aGk="}]`     | a row, in the order of the columns; bytes in base64              |
| `{"end": ..., "rows": n}`              | the table is whole                                               |
| `{"whole": true, "rows": n, "sha256"}` | last: the hash of every line before it                           |

A file that was cut, or changed, has no sound last line.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from fiel.kernel.errors import Corrupt, InvalidInput

FORM = 1
#: The largest cell is a message of 16 MiB; in base64, with its row, it stays below this.
LINE_BYTES_MAX = 32 * 1024 * 1024
TABLES_MAX = 500
COLUMNS_MAX = 200
ROWS_MAX = 10_000_000_000
#: Beyond this many unpacked bytes an archive may not be more than `RATIO_MAX` times its own size.
UNPACKED_FREE = 256 * 1024 * 1024
RATIO_MAX = 200

Cell: TypeAlias = "int | str | bytes | None"
Row: TypeAlias = tuple[Cell, ...]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VERSION = re.compile(r"[0-9]{4,10}")


@dataclass(frozen=True, slots=True)
class Header:
    """What an archive says of itself: the schema's version, the instant, the program, the counters.

    `sequences`: how far the row numbers of a table were given out, so that none is given twice.
    """

    schema: str
    made_at: datetime
    program: str
    engine: str
    sequences: Mapping[str, int]

    def line(self) -> str:
        """The first line."""
        content = {
            "fiel_backup": FORM,
            "schema": self.schema,
            "made_at": self.made_at.isoformat(),
            "program": self.program,
            "engine": self.engine,
            "sequences": dict(self.sequences),
        }
        return json.dumps(content)

    @classmethod
    def of(cls, content: object, file: Path) -> Header:
        """The way back. Raises `InvalidInput` (backup_unknown) for what is no archive of ours."""
        if not isinstance(content, dict) or "fiel_backup" not in content:
            raise not_ours(file)
        if content["fiel_backup"] != FORM:
            raise InvalidInput(
                "backup_form_unknown",
                f"{file} has another form than this program reads ({FORM}); install a newer Fiel",
                field="file",
            )
        try:
            made_at = datetime.fromisoformat(content["made_at"])
            counters = content["sequences"]
            sequences = {checked(name, file): _count(counters[name], file) for name in counters}
            schema = content["schema"]
            if not isinstance(schema, str) or not _VERSION.fullmatch(schema):
                raise damaged(file, "its first line names no version of the schema")
            return cls(schema, made_at, str(content["program"])[:100], str(content["engine"])[:20], sequences)
        except (KeyError, TypeError, ValueError):
            raise damaged(file, "its first line is not whole") from None


def row_line(row: Sequence[object]) -> str:
    """A row as a line."""
    return json.dumps([_plain(cell) for cell in row], ensure_ascii=False, separators=(",", ":"))


def row_of(content: object, columns: int, file: Path) -> Row:
    """The way back. Raises `Corrupt` (backup_damaged)."""
    if not isinstance(content, list) or len(content) != columns:
        raise damaged(file, f"a row has not the {columns} cells of its table")
    return tuple(_cell(cell, file) for cell in content)


def checked(name: object, file: Path) -> str:
    """A table's or a column's name: it goes into a statement. Raises `Corrupt` (backup_damaged)."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise damaged(file, "it names a table or a column as none is named")
    return name


def damaged(file: Path, why: str) -> Corrupt:
    """The error for an archive that is not as it was written."""
    return Corrupt(
        "backup_damaged",
        f"{file} is damaged: {why}; use another copy",
        field="file",
        details={"file": str(file), "reason": why},
    )


def not_ours(file: Path) -> InvalidInput:
    """The error for a file that is something else."""
    return InvalidInput("backup_unknown", f"{file} is not a file that `fiel backup` wrote", field="file")


def _plain(cell: object) -> object:
    if cell is None or type(cell) is int or type(cell) is str:
        return cell
    if isinstance(cell, bytes | memoryview):
        return {"b": base64.b64encode(cell).decode()}
    raise Corrupt("stored_kind", f"the database holds a {type(cell).__name__} where none can be")


def _cell(cell: object, file: Path) -> Cell:
    if cell is None or type(cell) is int or type(cell) is str:
        return cell
    if isinstance(cell, dict) and list(cell) == ["b"] and isinstance(cell["b"], str):
        try:
            return base64.b64decode(cell["b"], validate=True)
        except (binascii.Error, ValueError):
            pass
    raise damaged(file, "a cell is neither a whole number nor text nor bytes")


def _count(value: object, file: Path) -> int:
    if type(value) is not int or not 0 <= value <= 2**63 - 1:
        raise damaged(file, "its counters are no numbers")
    return value
