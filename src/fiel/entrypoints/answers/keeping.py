"""Copies of the book: made, proved, restored; and everything of one user as files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiel import __version__
from fiel.kernel.csv_cells import CsvCell, csv_line
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput, NotFound

if TYPE_CHECKING:
    from fiel.custody.proving import Proof
    from fiel.infra.storage.archive.loading import Restored
    from fiel.infra.storage.archive.writing import Written
    from fiel.infra.storage.database import Database, Session

ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The archive, and whether the book that it was taken of is sound (`None`: not looked at)."""

    written: Written
    proof: Proof | None


def back_up(
    database: Database, file: Path, at: datetime, *, overwrite: bool = False, prove: bool = True
) -> BackedUp:
    """Write an archive, read it back whole, and prove the book. A book that is unsound is kept all the same.

    Raises what `write_archive` raises, and `Corrupt` when the file does not hold what was written.
    """
    from fiel.custody.proving import proof_of
    from fiel.infra.storage.archive.reading import verified
    from fiel.infra.storage.archive.writing import write_archive

    written = write_archive(database, file, at, __version__, overwrite=overwrite)
    if verified(file).sha256 != written.sha256:
        raise Corrupt("backup_damaged", f"{file} does not hold what was written; look at the disk")
    return BackedUp(written, proof_of(database) if prove else None)


def restore(
    file: Path, url: str, at: datetime, *, overwrite: bool = False, even_if_unsound: bool = False
) -> Restored:
    """Restore an archive into the database of `url`; proved by the checker and the chain before it is there.

    Raises what `loading.restore` raises, and `Corrupt` (book_unsound).
    """
    from fiel.custody.proving import require_sound
    from fiel.infra.storage.archive.loading import restore as restored

    return restored(file, url, at, _unproved if even_if_unsound else require_sound, overwrite=overwrite)


def _unproved(_database: Database) -> None:
    """Asked for: somebody wants to look at a book that is unsound."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of an export, with their rows."""

    folder: Path
    rows: dict[str, int]


def export_user(database: Database, user: str, folder: Path, at: datetime) -> Exported:
    """Everything of one user, as of one instant: a `.json` and a `.csv` per table, and `about.json`.

    The folder is made; one that is there must be empty. Raises `NotFound` (user_unknown), `Conflict`
    (folder_not_empty), `InvalidInput` (file_not_writable).
    """
    from fiel.bootstrap.belongings import BELONGINGS, names_of
    from fiel.infra.storage.archive.selecting import selected, units

    exporting = _Exporting(folder)
    with database.reading() as connection:
        names = names_of(connection, user)
        _require_known(connection, user, names)
        _make(folder)
        for table, about in sorted(BELONGINGS.items()):
            exporting.table(table, selected(connection, table, about, names), units(table))
    exporting.about(user, names, at)
    return Exported(folder, exporting.rows)


def _require_known(connection: Session, user: str, names: Sequence[str]) -> None:
    """Before a file is written for nobody."""
    from fiel.bootstrap.belongings import BELONGINGS
    from fiel.infra.storage.archive.selecting import selected

    for table, about in BELONGINGS.items():
        if next(selected(connection, table, about, names), None) is not None:
            return
    raise NotFound("user_unknown", f"the book has no user {user}", field="user", details={"user": user})


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise _unwritable(folder, error) from None
    if taken:
        raise Conflict("folder_not_empty", f"{folder} is not empty; name another folder", field="folder")


def _unwritable(place: Path, error: OSError) -> InvalidInput:
    reason = error.strerror or "it cannot be written"
    return InvalidInput("file_not_writable", f"{place} cannot be written: {reason}", field="folder")


class _Exporting:
    """Writes the files of each table, and remembers their hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows = folder, dict[str, int]()
        self._hashes: dict[str, str] = {}
        self._units: dict[str, dict[str, str]] = {}

    def table(self, name: str, rows: Iterator[dict[str, Any]], units: dict[str, str]) -> None:
        """Two files, row by row; none for a table without rows."""
        first = next(rows, None)
        if first is None:
            return
        json_file, csv_file = self.folder / f"{name}.json", self.folder / f"{name}.csv"
        try:
            with _Private(json_file) as plain, _Private(csv_file) as sheet:
                self.rows[name] = _write_rows(first, rows, plain, sheet)
        except OSError as error:
            raise _unwritable(json_file, error) from None
        self._hashes |= {each.name: each.digest for each in (plain, sheet)}
        if units:
            self._units[name] = units

    def about(self, user: str, names: Sequence[str], at: datetime) -> None:
        """What the folder is; last, so that a folder without it is not whole."""
        content = {
            "user": user,
            "names_in_the_book": list(names),
            "made_at": at.isoformat(),
            "program": f"fiel {__version__}",
            "rows": self.rows,
            "sha256": self._hashes,
            "units": self._units,
            "notes": "Instants are UTC. Quantities of custody are in billionths, its money in minor units.",
        }
        with _Private(self.folder / ABOUT) as stream:
            stream.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _write_rows(
    first: dict[str, Any], rows: Iterator[dict[str, Any]], plain: _Private, sheet: _Private
) -> int:
    count = 0
    sheet.write(csv_line(list(first)))
    row: dict[str, Any] | None = first
    while row is not None:
        plain.write("[\n" if count == 0 else ",\n")
        plain.write(json.dumps(row, ensure_ascii=False))
        sheet.write(csv_line([_cell(value) for value in row.values()]))
        count += 1
        row = next(rows, None)
    plain.write("\n]\n")
    return count


def _cell(value: Any) -> CsvCell:
    """What a table has no form for stands in it as in the `.json`."""
    if value is None or (isinstance(value, (str, int)) and not isinstance(value, bool)):
        return value
    return json.dumps(value, ensure_ascii=False)


class _Private:
    """A new file that only its owner reads, hashed as it is written."""

    def __init__(self, file: Path) -> None:
        self.name, self._file, self._hash = file.name, file, hashlib.sha256()

    def __enter__(self) -> _Private:
        self._stream = self._file.open("xb")
        self._file.chmod(0o600)
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, text: str) -> None:
        """Add text, in UTF-8."""
        coded = text.encode()
        self._hash.update(coded)
        self._stream.write(coded)

    @property
    def digest(self) -> str:
        """The hash of what was written, in hex."""
        return self._hash.hexdigest()
