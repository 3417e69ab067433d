"""`fiel db`: the schema's version from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.entrypoints.cli.everything import app
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import version_of


def fiel(*arguments: str, lang: str = "pt", **environment: str) -> Result:
    """Run a command, wide enough for a path on one line."""
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400", "FIEL_LANG": lang, **environment})


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'fiel.db'}"


def _run(url: str, statement: str) -> None:
    database = Database.at(url)
    with database.unit_of_work() as unit:
        unit.connection.execute(text(statement))
    database.close()


def _wanted(url: str) -> str:
    return version_of(Database.at(url)).wanted


def test_from_nothing_to_sound(url: str, tmp_path: Path) -> None:
    """An empty database is told as such, refused by check, brought up by upgrade, and then sound."""
    assert f"vazio (banco: -, programa: {_wanted(url)})" in fiel("db", "current", "--database", url).stdout
    assert list(tmp_path.iterdir()) == []
    refused = fiel("db", "check", "--database", url)
    assert refused.exit_code == 5
    assert f"fiel db upgrade --database {url}" in refused.stderr
    assert fiel("db", "upgrade", "--database", url).stdout == f"{url}: esquema {_wanted(url)}.\n"
    assert "atual" in fiel("db", "current", "--database", url).stdout
    assert fiel("db", "check", "--database", url).exit_code == 0


def test_the_variable_names_the_database(url: str) -> None:
    """Without --database, FIEL_DATABASE_URL decides."""
    assert fiel("db", "upgrade", FIEL_DATABASE_URL=url).exit_code == 0
    assert (
        fiel("db", "check", lang="en", FIEL_DATABASE_URL=url).stdout
        == f"{url}: at the right version, and sound.\n"
    )


def test_a_newer_database_is_refused_in_both_languages(url: str) -> None:
    """An older program on a newer schema stops with exit code 5 and says what to install."""
    fiel("db", "upgrade", "--database", url)
    _run(url, "UPDATE alembic_version SET version_num = '9999'")
    for lang, told in (("pt", "Instale o Fiel mais novo"), ("en", "install the newer Fiel")):
        for command in ("upgrade", "check"):
            done = fiel("db", command, "--database", url, lang=lang)
            assert done.exit_code == 5
            assert told in done.stderr
    assert "newer than the program" in fiel("db", "current", "--database", url, lang="en").stdout


def test_a_changed_database_is_corrupt(url: str) -> None:
    """Tables that are not the program's end with exit code 7, and the difference is named."""
    fiel("db", "upgrade", "--database", url)
    _run(url, "DROP TABLE job_runs")
    done = fiel("db", "check", "--database", url)
    assert done.exit_code == 7
    assert "add_table job_runs" in done.stderr


def test_a_url_that_cannot_be_used_is_invalid() -> None:
    """Exit code 2, and the password is not repeated."""
    done = fiel("db", "current", "--database", "mysql://ana:secret@host/name")
    assert done.exit_code == 2
    assert "secret" not in done.stderr


def test_without_a_command_the_help_is_shown() -> None:
    """`fiel db` alone lists its commands, in Portuguese."""
    done = fiel("db")
    assert done.exit_code == 0
    assert "upgrade" in done.stdout
    assert "Comandos" in done.stdout
