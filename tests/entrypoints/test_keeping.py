"""`fiel backup`, `fiel restore` and `fiel export-user`: the book comes back whole, or nothing changes."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.bootstrap.belongings import BELONGINGS, OF_NOBODY
from fiel.entrypoints.answers import keeping
from fiel.entrypoints.cli.everything import app
from fiel.infra.storage import schema
from fiel.infra.storage.archive import form
from fiel.infra.storage.archive.loading import restore
from fiel.infra.storage.archive.reading import verified
from fiel.infra.storage.archive.selecting import tables
from fiel.infra.storage.archive.writing import LEFT_OUT, free_sequences, sequences
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Conflict, Corrupt, FielError, InvalidInput, NotFound, Unavailable

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def fiel(*arguments: str, database: str = "") -> Result:
    """Run a command, in English, on one database."""
    named = ["--database", database] if database else []
    environment = {"COLUMNS": "400", "FIEL_LANG": "en"}
    return CliRunner().invoke(app, [*arguments, *named], env=environment)


def _file(place: Path) -> str:
    return f"sqlite:///{place}"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book of two users and three sealed entries, and a copy of it."""
    folder = tmp_path_factory.mktemp("kept")
    url = _file(folder / "book.db")
    for user, amount in (("ana", "1000.00"), ("bia", "50.00"), ("ana", "3.00")):
        assert fiel("custody", "deposit", user, amount, database=url).exit_code == 0
    assert fiel("custody", "seal", database=url).exit_code == 0
    done = fiel("backup", str(folder / "book.fiel"), "--json", database=url)
    assert json.loads(done.stdout)["sound"] is True
    return folder


@pytest.fixture
def book(made_once: Path, tmp_path: Path) -> str:
    """That book, for the test alone."""
    return _file(Path(shutil.copy2(made_once / "book.db", tmp_path)))


@pytest.fixture
def archive(made_once: Path, tmp_path: Path) -> Path:
    """The copy of that book."""
    return Path(shutil.copy2(made_once / "book.fiel", tmp_path))


def _rows(url: str) -> dict[str, list[Any]]:
    """Every row of a database, by table."""
    database = Database.at(url)
    try:
        with database.reading() as connection:
            names = sorted(set(inspect(connection).get_table_names()) - LEFT_OUT)
            found = {}
            for name in names:
                columns = sorted(column["name"] for column in inspect(connection).get_columns(name))
                listed = ", ".join(f'"{each}"' for each in columns)
                rows = connection.execute(text(f'SELECT {listed} FROM "{name}"'))  # noqa: S608
                found[name] = sorted((tuple(row) for row in rows), key=repr)
            return found
    finally:
        database.close()


def test_a_book_comes_back_as_it_was(book: str, archive: Path, tmp_path: Path) -> None:
    """Every row of every table is there again, and the book goes on from where it was."""
    twin = _file(tmp_path / "twin.db")
    restored = fiel("restore", str(archive), database=twin)
    assert restored.exit_code == 0, restored.stderr
    assert "restored and proved" in restored.stdout
    assert _rows(twin) == _rows(book)
    assert "1,008.00" in fiel("custody", "deposit", "ana", "5.00", database=twin).stdout
    assert fiel("custody", "check", database=twin).exit_code == 0


def test_it_goes_from_one_engine_to_the_other_and_back(
    book: str, archive: Path, tmp_path: Path, postgres_database: str
) -> None:
    """A copy of a file fills PostgreSQL, a copy of that fills a file, and nothing was lost or added."""
    assert fiel("restore", str(archive), database=postgres_database).exit_code == 0
    assert _rows(postgres_database) == _rows(book)
    assert fiel("custody", "deposit", "ana", "5.00", database=postgres_database).exit_code == 0
    again = tmp_path / "server.fiel"
    assert fiel("backup", str(again), database=postgres_database).exit_code == 0
    twin = _file(tmp_path / "twin.db")
    assert fiel("restore", str(again), database=twin).exit_code == 0
    assert _rows(twin) == _rows(postgres_database)


def test_a_server_gives_no_number_twice(archive: Path, postgres_database: str, tmp_path: Path) -> None:
    """Counters are restored too, those of rows that are gone and those that no column owns."""
    database = Database.at(postgres_database)
    schema.upgrade(database)
    with database.unit_of_work() as unit:
        unit.connection.execute(text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), 77)"))
        unit.connection.execute(text("SELECT setval('journal_seq', 91)"))
    database.close()
    copy = tmp_path / "counters.fiel"
    assert fiel("backup", str(copy), database=postgres_database).exit_code == 0
    assert fiel("restore", str(copy), "--force", database=postgres_database).exit_code == 0
    database = Database.at(postgres_database)
    with database.reading() as connection:
        found = sequences(connection)
        assert free_sequences(connection) == ["journal_seq"]
    database.close()
    assert (found["outbox"], found["journal_seq"]) == (77, 91)


@pytest.mark.parametrize("force", [False, True])
def test_nothing_is_overwritten_unasked(book: str, archive: Path, tmp_path: Path, *, force: bool) -> None:
    """A database with a book in it is refused; with --force it is replaced, and kept under another name."""
    other = _file(tmp_path / "other.db")
    assert fiel("custody", "deposit", "eva", "7.00", database=other).exit_code == 0
    before = _rows(other)
    done = fiel("restore", str(archive), *(["--force"] if force else []), database=other)
    if not force:
        assert done.exit_code == 5
        assert "--force" in done.stderr
        assert _rows(other) == before
        return
    assert done.exit_code == 0, done.stderr
    assert _rows(other) == _rows(book)
    (kept,) = tmp_path.glob("other.db.before-restore-*")
    assert _rows(_file(kept)) == before


def test_a_file_that_is_open_is_not_replaced(archive: Path, tmp_path: Path) -> None:
    """While somebody reads the old book, --force stops and says what to stop; the old book stays."""
    other = tmp_path / "other.db"
    assert fiel("custody", "deposit", "eva", "7.00", database=_file(other)).exit_code == 0
    database = Database.at(_file(other))
    with database.reading() as connection:
        connection.execute(text("SELECT count(*) FROM journal"))
        with pytest.raises(Unavailable, match="is open somewhere") as refused:
            keeping.restore(archive, _file(other), NOW, overwrite=True)
        assert connection.execute(text("SELECT user_id FROM accounts")).scalar_one() == "eva"
    database.close()
    assert refused.value.code == "database_in_use"
    assert [each.name for each in tmp_path.glob(".other*")] == []


def _cut(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])


def _cut_cleanly(file: Path) -> None:
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:-1])))


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x40
    file.write_bytes(bytes(content))


def _forge(file: Path) -> None:
    content = gzip.decompress(file.read_bytes())
    assert b'"ana"' in content
    file.write_bytes(gzip.compress(content.replace(b'"ana"', b'"eva"', 1)))


def _append(file: Path) -> None:
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()) + b'{"table": "x"}\n'))


def _other(file: Path) -> None:
    file.write_text("not a copy of a book", encoding="utf-8")


def _name(file: Path) -> None:
    content = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(content.replace(b'"table": "accounts"', b'"table": "x; DROP"', 1)))


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (_cut, {"backup_truncated", "backup_damaged"}),
        (_cut_cleanly, {"backup_truncated"}),
        (_flip, {"backup_damaged", "backup_truncated", "backup_unknown"}),
        (_forge, {"backup_damaged"}),
        (_append, {"backup_damaged"}),
        (_other, {"backup_unknown"}),
        (_name, {"backup_damaged"}),
    ],
)
def test_a_spoilt_copy_is_refused_and_leaves_nothing(
    archive: Path, tmp_path: Path, spoil: Callable[[Path], None], codes: set[str]
) -> None:
    """Cut, flipped, forged, lengthened or something else: an error that says so, and no database."""
    spoil(archive)
    for tried in (
        lambda: verified(archive),
        lambda: keeping.restore(archive, _file(tmp_path / "new.db"), NOW),
    ):
        with pytest.raises(FielError) as refused:
            tried()
        assert refused.value.code in codes
        assert archive.name in refused.value.message
    assert sorted(each.name for each in tmp_path.iterdir() if "new" in each.name) == []


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    """A line, or a whole file, that unpacks to more than can be is not read on."""
    file = tmp_path / "bomb.fiel"
    file.write_bytes(gzip.compress(b" " * (form.LINE_BYTES_MAX + 10)))
    with pytest.raises(Corrupt) as refused:
        verified(file)
    assert refused.value.code == "backup_too_large"
    assert file.stat().st_size < 100_000


def test_an_unsound_book_is_not_called_good(archive: Path, tmp_path: Path, book: str) -> None:
    """A copy of a book that does not add up restores only for who asks for it by name."""
    database = Database.at(book)
    with database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE accounts SET balance = balance + 1 WHERE user_id = 'ana'"))
    database.close()
    file, target = tmp_path / "unsound.fiel", _file(tmp_path / "new.db")
    made = fiel("backup", str(file), database=book)
    assert made.exit_code == 1
    assert "2 findings" in made.stderr
    refused = fiel("restore", str(file), database=target)
    assert refused.exit_code == 7
    assert not (tmp_path / "new.db").exists()
    asked = fiel("restore", str(file), "--even-if-unsound", database=target)
    assert asked.exit_code == 0
    assert "WITHOUT proof" in asked.stdout


@pytest.mark.parametrize("engine", ["file", "server"])
def test_a_restore_that_stops_half_way_leaves_nothing(
    archive: Path, tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    """Whatever stops it after all rows are in, the place is empty, and the next restore goes through."""
    url = _file(tmp_path / "new.db") if engine == "file" else request.getfixturevalue("postgres_database")

    def stopped(_database: Database) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(archive, url, NOW, stopped)
    database = Database.at(url)
    assert schema.version_of(database).state is schema.SchemaState.EMPTY
    database.close()
    assert [each.name for each in tmp_path.glob(".new*")] == []
    assert keeping.restore(archive, url, NOW).tables == len(verified(archive).rows)


def test_an_older_copy_is_brought_up(book: str, tmp_path: Path) -> None:
    """The rows of an archive of an older version of the schema are loaded as they were, and migrated."""
    older = _file(tmp_path / "older.db")
    database = Database.at(older)
    versions = schema.known_versions()
    schema.upgrade(database, versions[1])
    database.close()
    file = tmp_path / "older.fiel"
    lines = [form.Header(versions[1], NOW, "fiel 0", "sqlite", {}).line()]
    packed = _whole(lines)
    file.write_bytes(packed)
    done = keeping.restore(file, _file(tmp_path / "new.db"), NOW)
    assert done.schema == versions[0]


def _whole(lines: list[str]) -> bytes:
    """An archive with a sound end."""
    import hashlib

    body = "".join(f"{line}\n" for line in lines)
    found = hashlib.sha256(body.encode()).hexdigest()
    return gzip.compress(f'{body}{{"whole": true, "tables": 0, "rows": 0, "sha256": "{found}"}}\n'.encode())


def test_a_newer_copy_is_refused_with_what_to_install(tmp_path: Path) -> None:
    """An archive of a schema that this program does not know is not guessed at."""
    file = tmp_path / "newer.fiel"
    file.write_bytes(_whole([form.Header("9999", NOW, "fiel 9", "sqlite", {}).line()]))
    with pytest.raises(Conflict, match="newer") as refused:
        keeping.restore(file, _file(tmp_path / "new.db"), NOW)
    assert refused.value.code == "backup_newer"


def test_a_copy_is_private_and_not_overwritten(book: str, archive: Path) -> None:
    """Only its owner reads it; a second copy of that name needs --force."""
    assert archive.stat().st_mode & 0o777 == 0o600
    before = archive.read_bytes()
    assert fiel("backup", str(archive), database=book).exit_code == 5
    assert archive.read_bytes() == before
    assert fiel("backup", str(archive), "--force", "--quick", database=book).exit_code == 0


def test_memory_is_no_place_to_restore_to(archive: Path) -> None:
    """A database in memory would be gone with the command."""
    with pytest.raises(InvalidInput) as refused:
        keeping.restore(archive, "sqlite://", NOW)
    assert refused.value.code == "database_in_memory"


def test_a_user_gets_all_that_is_theirs_and_nothing_of_others(book: str, tmp_path: Path) -> None:
    """The export has every row about the user in JSON and in CSV, with hashes, and no other user's name."""
    folder = tmp_path / "ana"
    assert fiel("export-user", "ana", str(folder), database=book).exit_code == 0
    journal = json.loads((folder / "journal.json").read_text(encoding="utf-8"))
    assert [(row["seq"], row["user_id"]) for row in journal] == [(1, "ana"), (3, "ana")]
    with (folder / "journal.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["id"] for row in csv.DictReader(stream)] == [row["id"] for row in journal]
    assert len(json.loads((folder / "postings.json").read_text(encoding="utf-8"))) == 4
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    assert set(about["sha256"]) == {each.name for each in folder.iterdir()} - {"about.json"}
    assert not any("bia" in each.read_text(encoding="utf-8") for each in folder.iterdir())


def test_an_export_for_nobody_writes_nothing(book: str, tmp_path: Path) -> None:
    """An unknown user is not found, and a folder with something in it is left alone."""
    database = Database.at(book)
    with pytest.raises(NotFound):
        keeping.export_user(database, "zoe", tmp_path / "zoe", NOW)
    assert not (tmp_path / "zoe").exists()
    with pytest.raises(Conflict, match="not empty"):
        keeping.export_user(database, "ana", tmp_path, NOW)
    database.close()


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    """Text that begins like a formula gets an apostrophe; what has no form of its own stands as in JSON."""
    rows = [{"note": "=1+1", "n": -5, "is": True, "of": ["a", "b"], "none": None}]
    exporting = keeping._Exporting(tmp_path)
    exporting.table("things", iter(rows), {})
    told = (tmp_path / "things.csv").read_text()
    assert told == 'note,n,is,of,none\n\'=1+1,-5,true,"[""a"", ""b""]",\n'


def test_every_table_is_somebodys_or_nobodys() -> None:
    """A new table must be said to be about a user or not, so that no export forgets it."""
    assert set(tables()) == set(BELONGINGS) | OF_NOBODY
    assert set(BELONGINGS) & OF_NOBODY == set()
