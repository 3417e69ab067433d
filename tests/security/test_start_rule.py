"""Where a server may listen, who is kept as its owner, and what its settings say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiel.bootstrap.access import open_access
from fiel.infra.access.principals import Scope
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import open_database
from fiel.kernel.errors import InvalidInput, Refused
from fiel.settings import Settings
from tests.support.access import PASSWORD
from tests.support.custody_homes import ready_made

LOOPBACK = ("127.0.0.1", "::1", "localhost", "127.8.8.8")
REACHED = ("0.0.0.0", "::", "192.168.0.10", "fiel.example.org", "")  # noqa: S104


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty book."""
    opened = open_database(f"sqlite:///{ready_made(tmp_path / 'book.db')}")
    yield opened
    opened.close()


def _settings(folder: Path, **environment: str) -> Settings:
    return Settings.read({"FIEL_DATA_DIR": str(folder), **environment}, folder, "linux")


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_server_for_this_machine_starts_open(database: Database, tmp_path: Path, host: str) -> None:
    """Nothing has to be set up to try it."""
    access = open_access(_settings(tmp_path), database, host)
    assert access.open_on_loopback
    assert not access.guarded()


@pytest.mark.parametrize("host", REACHED)
def test_a_server_that_others_reach_does_not_start_without_an_owner(
    database: Database, tmp_path: Path, host: str
) -> None:
    """The refusal names everything that helps."""
    with pytest.raises(Refused) as told:
        open_access(_settings(tmp_path), database, host)
    assert told.value.code == "owner_missing"
    for way in ("fiel access owner set", "FIEL_OWNER_PASSWORD_FILE", "fiel access keys add", "127.0.0.1"):
        assert way in told.value.message


@pytest.mark.parametrize("host", REACHED)
def test_an_owner_or_a_key_lets_it_start(database: Database, tmp_path: Path, host: str) -> None:
    """And the door is not open for that."""
    settings = _settings(tmp_path)
    open_access(settings, database, "127.0.0.1").make_key("orders", [Scope.READ])
    access = open_access(settings, database, host)
    assert access.guarded()
    assert not access.open_on_loopback


def test_a_revoked_key_does_not(database: Database, tmp_path: Path) -> None:
    """A door that nobody can pass is of no use, and one that is thought shut is worse."""
    settings = _settings(tmp_path)
    local = open_access(settings, database, "127.0.0.1")
    _, key = local.make_key("orders", [Scope.READ])
    local.revoke_key(key.id)
    with pytest.raises(Refused):
        open_access(settings, database, REACHED[0])


def test_the_owner_of_a_password_file_is_made_and_followed(database: Database, tmp_path: Path) -> None:
    """As containers are given secrets: the first line, without its end."""
    file = tmp_path / "secret"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    settings = _settings(tmp_path, FIEL_OWNER_PASSWORD_FILE=str(file), FIEL_OWNER_NAME="dona")
    access = open_access(settings, database, REACHED[0])
    assert access.sign_in("dona", PASSWORD, address="192.0.2.1").session.owner == "dona"
    file.write_text("another good password", encoding="utf-8")
    changed = _settings(tmp_path, FIEL_OWNER_PASSWORD_FILE=str(file), FIEL_OWNER_NAME="dona")
    again = open_access(changed, database, REACHED[0])
    assert again.sessions() == []
    assert again.sign_in("dona", "another good password", address="192.0.2.1").token


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FIEL_OWNER_PASSWORD_FILE", "/nonexistent/secret"),
        ("FIEL_OWNER_NAME", "a b"),
        ("FIEL_ALLOWED_HOSTS", "https://fiel.example.org"),
        ("FIEL_ALLOWED_HOSTS", "fiel.example.org:443"),
        ("FIEL_TRUSTED_PROXIES", "*"),
        ("FIEL_TRUSTED_PROXIES", "proxy.example.org"),
        ("FIEL_SESSION_IDLE", "1s"),
        ("FIEL_SESSION_IDLE", "400d"),
        ("FIEL_SESSION_MAX", "soon"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    """And nothing starts with half of it."""
    with pytest.raises(InvalidInput) as told:
        _settings(tmp_path, **{name: text})
    assert told.value.field == name


def test_a_session_cannot_be_idle_longer_than_it_lasts(tmp_path: Path) -> None:
    """Two settings that contradict each other."""
    with pytest.raises(InvalidInput, match="FIEL_SESSION_IDLE"):
        _settings(tmp_path, FIEL_SESSION_IDLE="2d", FIEL_SESSION_MAX="1d")


def test_settings_of_access_reach_the_desk(database: Database, tmp_path: Path) -> None:
    """Names and spans."""
    settings = _settings(
        tmp_path,
        FIEL_ALLOWED_HOSTS="Fiel.Example.org, 10.0.0.5",
        FIEL_SESSION_IDLE="30m",
        FIEL_SESSION_MAX="1d",
    )
    access = open_access(settings, database, "127.0.0.1")
    assert access.hosts == {"fiel.example.org", "10.0.0.5"}
    assert (access.policy.idle.total_seconds(), access.policy.absolute.days) == (1800, 1)


def test_an_empty_password_file_is_refused(tmp_path: Path) -> None:
    """It would be an owner whom anybody is."""
    file = tmp_path / "secret"
    for content in ("", "\n", "x" * 5000):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(InvalidInput, match="first line"):
            _settings(tmp_path, FIEL_OWNER_PASSWORD_FILE=str(file))
