"""`fiel doctor`: each fault is named, with what it means and what to do, and nothing secret is shown."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.answers import doctor, doctor_services
from fiel.entrypoints.answers.finding import Finding, Verdict
from fiel.entrypoints.cli.doctor import answer
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.words.doctor import MEANINGS, REMEDIES
from fiel.infra.storage.looking import DatabaseLook
from fiel.infra.storage.outbox import Backlog
from fiel.settings import Settings


class _Clock:
    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


def _real_now() -> datetime:
    from fiel.infra.system import SystemClock

    return SystemClock().now()


def examine(folder: Path, *, ahead: timedelta = timedelta(), **environment: str) -> dict[str, Finding]:
    """The findings by code, of an environment; `ahead`: how far this machine's clock is."""
    clock = _Clock(_real_now() + ahead)
    variables = {"FIEL_DATA_DIR": str(folder), **environment}
    found = doctor.examine(doctor.Patient(variables, folder, "linux", clock))
    return {each.code: each for each in found}


def fiel(folder: Path, *arguments: str, **environment: str) -> Result:
    """Run a command, in English."""
    named = {"COLUMNS": "400", "FIEL_LANG": "en", "FIEL_DATA_DIR": str(folder), **environment}
    return CliRunner().invoke(app, list(arguments), env=named)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with a book of one account."""
    assert fiel(tmp_path, "custody", "deposit", "ana", "10.00").exit_code == 0
    return tmp_path


def test_a_sound_book_has_no_failures(book: Path) -> None:
    """Everything is looked at, nothing fails, and the exit code is 0."""
    done = fiel(book, "doctor", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0, done.stdout
    parts = {each["part"] for each in told["findings"]}
    wanted = "settings database clock disk outbox jobs book kafka rabbitmq redis data market autobalance"
    assert parts == set(wanted.split())
    assert told["verdict"] == "ok"


def test_a_book_that_is_not_there_yet_is_no_failure(tmp_path: Path) -> None:
    """Before the first use there is nothing to repair: a warning says what to run, and no file is made."""
    found = examine(tmp_path)
    assert found["schema_empty"].verdict is Verdict.WARN
    assert list(tmp_path.iterdir()) == []


def test_a_variable_that_cannot_be_used_is_named(book: Path) -> None:
    """The one variable that is wrong is named, and nothing else is guessed at."""
    found = examine(book, FIEL_CUSTODY_ZONE="Mars")
    assert found["settings_wrong"].verdict is Verdict.FAIL
    assert found["settings_wrong"].values["variable"] == "FIEL_CUSTODY_ZONE"
    assert set(found) == {"settings_wrong"}


def test_a_variable_that_nobody_reads_is_named_with_the_one_meant(book: Path) -> None:
    """A slip of the pen in a name does not go unnoticed."""
    found = examine(book, FIEL_DATABSE_URL="sqlite:///x.db", FIEL_TEST_ANY="1")
    assert dict(found["variable_unknown"].values) == {
        "variable": "FIEL_DATABSE_URL",
        "near": "FIEL_DATABASE_URL",
    }


@pytest.mark.parametrize(
    ("seconds", "code", "verdict"),
    [(1, "clock_agrees", Verdict.OK), (10, "clock_apart", Verdict.WARN), (60, "clock_apart", Verdict.FAIL)],
)
def test_clocks_that_differ_are_told(book: Path, seconds: int, code: str, verdict: Verdict) -> None:
    """A clock some seconds off is a warning, half a minute off a failure."""
    found = examine(book, ahead=timedelta(seconds=seconds))
    assert found[code].verdict is verdict
    assert float(str(found[code].values["seconds"])) == pytest.approx(-seconds, abs=0.9)


def test_messages_that_nobody_publishes_are_told(book: Path) -> None:
    """The deposit's event waits in the outbox: after a minute a warning, after fifteen a failure."""
    assert examine(book)["outbox_flows"].values["pending"] == 1
    assert examine(book, ahead=timedelta(seconds=100))["outbox_waits"].verdict is Verdict.WARN
    assert examine(book, ahead=timedelta(hours=1))["outbox_stuck"].verdict is Verdict.FAIL


def test_a_book_that_does_not_add_up_fails(book: Path) -> None:
    """A balance that somebody changed is found, and the exit code is 1."""
    with closing(sqlite3.connect(book / "fiel.db")) as database, database:
        database.execute("UPDATE accounts SET balance = balance + 1")
    assert examine(book)["book_unsound"].verdict is Verdict.FAIL
    assert fiel(book, "doctor").exit_code == 1


def test_a_damaged_file_fails_with_what_to_do(book: Path) -> None:
    """Pages that were overwritten are damage, and the advice is to restore."""
    file = book / "fiel.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[8192:65536] = b"\xff" * (65536 - 8192)
    file.write_bytes(bytes(content))
    done = fiel(book, "doctor")
    assert done.exit_code == 1
    assert "damaged" in done.stdout
    assert "fiel restore" in done.stdout


def test_an_older_schema_fails_with_the_command_to_run(tmp_path: Path) -> None:
    """A database of an older Fiel is not worked on; the finding says how to bring it up."""
    from fiel.infra.storage import schema
    from fiel.infra.storage.database import Database

    database = Database.at(f"sqlite:///{tmp_path / 'fiel.db'}")
    schema.upgrade(database, schema.known_versions()[1])
    database.close()
    assert examine(tmp_path)["schema_older"].verdict is Verdict.FAIL
    assert "fiel db upgrade" in fiel(tmp_path, "doctor").stdout


def test_nothing_secret_is_shown(book: Path) -> None:
    """Passwords in addresses and tokens appear neither in the table nor in the JSON."""
    secret = "pass-w0rd-of-somebody"  # noqa: S105
    environment = {
        "FIEL_DATABASE_URL": f"postgresql://fiel:{secret}@127.0.0.1:1/fiel",
        "FIEL_RABBITMQ": f"amqp://fiel:{secret}@127.0.0.1:1/",
        "FIEL_REDIS_URL": f"redis://:{secret}@127.0.0.1:1/0",
        "FIEL_BRAPI_TOKEN": secret,
        "FIEL_ALERT_WEBHOOK": f"https://hooks.example.org/{secret}",
    }
    for arguments in (["doctor", "--all"], ["doctor", "--json"]):
        done = fiel(book, *arguments, **environment)
        assert done.exit_code == 1
        assert secret not in done.stdout + done.stderr


def _look(**places: int) -> DatabaseLook:
    return DatabaseLook(
        "SQLite 3",
        timedelta(),
        Backlog(0, None, 0),
        0,
        0,
        MappingProxyType({(group, "t", 0): place for group, place in places.items()}),
        MappingProxyType({("t", 0): 50_000}),
    )


def test_a_group_that_does_not_follow_is_named(tmp_path: Path) -> None:
    """How far each group is behind is counted from its own offsets; the slow one is named."""
    settings = Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, "linux")
    found = doctor_services.kafka(settings, _look(quick=49_990, slow=10))
    (late,) = [each for each in found if each.code == "groups_behind"]
    assert dict(late.values) == {"group": "slow", "count": 49_990}


def _findings() -> Iterator[Finding]:
    """One finding of every code, each value filled with a mark."""
    for code, texts in MEANINGS.items():
        names = re.findall(r"{(\w+)", texts[0])
        verdict = Verdict.WARN if code in REMEDIES else Verdict.OK
        yield Finding("part", code, verdict, MappingProxyType(dict.fromkeys(names, "7")))


@pytest.mark.parametrize("lang", list(Lang))
def test_every_finding_has_its_texts(lang: Lang) -> None:
    """Both languages name the same values; what is wrong has advice."""
    told: dict[str, Any] = answer(list(_findings()), Words(lang))
    assert all(each["means"] and "{" not in each["means"] for each in told["findings"])
    assert set(REMEDIES) <= set(MEANINGS)
    for portuguese, english in MEANINGS.values():
        assert sorted(re.findall(r"{(\w+)", portuguese)) == sorted(re.findall(r"{(\w+)", english))


def test_every_code_that_is_found_is_explained() -> None:
    """Each code in the examining modules has a meaning, and each that warns or fails has advice."""
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in (doctor, doctor_services)]
    calls = re.findall(r"\b(ok|warn|fail|told)\(\s*\"\w+\",\s*\"(\w+)\"", "\n".join(sources))
    assert len(calls) > 30
    assert {code for _, code in calls} <= set(MEANINGS)
    assert {code for kind, code in calls if kind in {"warn", "fail"}} <= set(REMEDIES)


def test_every_command_that_is_advised_exists() -> None:
    """Advice that names a command names one that there is."""
    from scripts.generate_cli_reference import commands
    from typer.main import get_command

    known = {name for name, _ in commands(get_command(app), "fiel")}
    advised = set()
    for texts in REMEDIES.values():
        for text in texts:
            advised |= {found.strip() for found in re.findall(r"\bfiel(?: [a-z][a-z-]+)+", text)}
    assert len(advised) > 10
    for command in advised:
        words = command.split()
        assert any(" ".join(words[:length]) in known for length in (3, 2) if length <= len(words)), command


def test_the_clock_of_the_tests_is_aware() -> None:
    """The examination is given an instant with its zone."""
    assert _real_now().tzinfo is UTC
