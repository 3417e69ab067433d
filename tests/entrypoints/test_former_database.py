"""What `fiel restore --force` replaced: one former database is kept, named, and dropped when asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.command_line import run_fiel
from typer.testing import Result

from fiel.infra.storage.database import Database


def fiel(*arguments: object, database: str) -> Result:
    """Run a command, in English, on one database."""
    return run_fiel(*arguments, "--database", database, columns=400)


def _done(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a book of ana's."""
    folder = tmp_path_factory.mktemp("ana")
    url = f"sqlite:///{folder / 'book.db'}"
    _done(fiel("custody", "deposit", "ana", "1000.00", database=url))
    _done(fiel("backup", folder / "book.fiel", database=url))
    return folder / "book.fiel"


@pytest.fixture(params=["sqlite", "postgresql"])
def eva(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a book of eva's, on either engine."""
    server = request.param == "postgresql"
    url = str(request.getfixturevalue("postgres_database")) if server else f"sqlite:///{tmp_path}/eva.db"
    _done(fiel("db", "upgrade", database=url))
    _done(fiel("custody", "deposit", "eva", "7.00", database=url))
    return url


def _whose(url: str) -> list[str]:
    """Whose book it is."""
    database = Database.at(url)
    try:
        with database.reading() as connection:
            asked = text("SELECT DISTINCT user_id FROM accounts ORDER BY user_id")
            return list(connection.execute(asked).scalars())
    finally:
        database.close()


def _kept(eva: str, told: str) -> str:
    """The URL of what is kept, from what was told."""
    if eva.startswith("sqlite"):
        (file,) = re.findall(r"/\S+before-restore-\d{14}", told)
        return f"sqlite:///{file}"
    (schema,) = re.findall(r"before_restore_\d{14}", told)
    return f"{eva}?options=-csearch_path%3D{schema}"


def test_the_former_book_is_kept_whole_and_named_with_what_drops_it(eva: str, archive: Path) -> None:
    """Where it is can be asked again; once dropped, the book that was restored is untouched."""
    assert "nothing is kept" in _done(fiel("db", "kept", database=eva))
    told = _done(fiel("restore", archive, "--force", database=eva))
    assert "To drop it: fiel db kept --drop --database" in told
    assert (_whose(eva), _whose(_kept(eva, told))) == (["ana"], ["eva"])

    (listed,) = _done(fiel("db", "kept", database=eva)).splitlines()
    assert _kept(eva, listed) == _kept(eva, told)
    assert _done(fiel("db", "kept", "--drop", database=eva)).startswith("Dropped: ")
    assert "nothing is kept" in _done(fiel("db", "kept", database=eva))
    assert _whose(eva) == ["ana"]


def test_no_second_one_is_kept_and_the_first_is_not_lost(eva: str, archive: Path) -> None:
    """Whoever restores the wrong copy, and then another one, still has what stood there first."""
    told = _done(fiel("restore", archive, "--force", database=eva))
    refused = fiel("restore", archive, "--force", database=eva)
    assert refused.exit_code == 5
    assert "former_kept" in refused.stderr
    assert "fiel db kept --drop" in refused.stderr
    assert _whose(_kept(eva, told)) == ["eva"]

    _done(fiel("db", "kept", "--drop", database=eva))
    _done(fiel("restore", archive, "--force", database=eva))
    assert len(_done(fiel("db", "kept", database=eva)).splitlines()) == 1


def test_what_only_has_a_like_name_is_left_alone(tmp_path: Path, postgres_database: str) -> None:
    """A file or a schema that we did not name is neither listed nor dropped."""
    database = Database.at(postgres_database)
    with database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("CREATE SCHEMA before_restore_notes")
    notes = tmp_path / "book.db.before-restore-notes"
    notes.write_text("mine")
    for url in (postgres_database, f"sqlite:///{tmp_path / 'book.db'}"):
        assert "nothing is kept" in _done(fiel("db", "kept", "--drop", database=url))
    assert notes.read_text() == "mine"
    with database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("DROP SCHEMA before_restore_notes")
    database.close()
