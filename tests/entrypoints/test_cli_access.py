"""`fiel access`: owners, keys, sessions and the log from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.access import PASSWORD
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.entrypoints.cli.everything import app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the data are."""
    return tmp_path


def fiel(home: Path, *arguments: str, given: str = "", lang: str = "pt") -> Result:
    """Run `fiel access ...` over a new embedded database."""
    environment = {"COLUMNS": "400", "FIEL_LANG": lang, "FIEL_DATA_DIR": str(home)}
    return CliRunner().invoke(app, ["access", *arguments], input=given, env=environment)


def _json(home: Path, *arguments: str) -> list[dict[str, object]]:
    answer = fiel(home, *arguments, "--json")
    assert answer.exit_code == 0, answer.stderr
    found: list[dict[str, object]] = json.loads(answer.stdout)
    return found


def test_an_owner_gets_a_password_from_standard_input(home: Path) -> None:
    """It is no argument, which other programs could read, and it is not shown."""
    told = fiel(home, "owner", "set", "ana", "--scopes", "trade", "--wallet", "ana", given=f"{PASSWORD}\n")
    assert told.stdout == "ana entra com a nova senha. Pode: trade; carteiras: ana.\n"
    (owner,) = _json(home, "owner", "list")
    assert (owner["name"], owner["scopes"], owner["wallets"]) == ("ana", ["read", "trade"], ["ana"])
    assert PASSWORD not in fiel(home, "owner", "list").stdout


def test_an_owner_gets_a_password_from_a_file(home: Path) -> None:
    """The first line of it; what cannot be read is named."""
    file = home / "secret"
    file.write_text(f"{PASSWORD}\nmore\n", encoding="utf-8")
    assert fiel(home, "owner", "set", "--password-file", str(file)).exit_code == 0
    missing = fiel(home, "owner", "set", "--password-file", str(home / "none"))
    assert (missing.exit_code, "--password-file" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        (("owner", "set"), "short\n", "password_weak"),
        (("owner", "set", "a b"), f"{PASSWORD}\n", "owner_name"),
        (("owner", "set", "--scopes", "all"), f"{PASSWORD}\n", "scope_unknown"),
        (("keys", "add", "x", "--expires", "soon"), "", "duration_malformed"),
        (("keys", "add", "x", "--scopes", ","), "", "scopes_missing"),
        (("sessions", "end"), "", "sessions_which"),
        (("sessions", "end", "--all", "--owner", "ana"), "", "sessions_which"),
    ],
)
def test_what_cannot_be_done_is_told_by_its_code(
    home: Path, arguments: tuple[str, ...], given: str, code: str
) -> None:
    """With exit code 2, in Portuguese, and without the password."""
    told = fiel(home, *arguments, given=given)
    assert (told.exit_code, f"código: {code}" in told.stderr) == (2, True)
    assert not given or given.strip() not in told.stderr


def test_a_key_is_shown_once(home: Path) -> None:
    """Alone on the last line, for a program to take; the list knows its id only."""
    made = fiel(home, "keys", "add", "orders", "--scopes", "trade", "--expires", "90d")
    text = made.stdout.splitlines()[-1]
    assert text.startswith("fiel_")
    (key,) = _json(home, "keys", "list")
    assert text.split("_")[1] == key["id"]
    assert text[-43:] not in fiel(home, "keys", "list").stdout
    assert key["endsAt"] is not None


def test_a_revoked_key_is_listed_as_shut(home: Path) -> None:
    """And cannot be revoked again."""
    made = json.loads(fiel(home, "keys", "add", "orders", "--json").stdout)
    assert fiel(home, "keys", "revoke", made["id"]).exit_code == 0
    assert "não abre" in fiel(home, "keys", "list").stdout
    assert fiel(home, "keys", "revoke", made["id"]).exit_code == 4


def test_the_log_says_what_was_done(home: Path) -> None:
    """In both forms, newest first."""
    fiel(home, "owner", "set", "ana", given=f"{PASSWORD}\n")
    fiel(home, "sessions", "end", "--all")
    fiel(home, "owner", "remove", "ana")
    told = [each["action"] for each in _json(home, "audit")]
    assert told == ["owner removed", "sessions ended", "owner set"]
    assert "owner removed" in fiel(home, "audit", "--limit", "1").stdout
    assert fiel(home, "audit", "--who", "nobody").stdout == "Nada no registro.\n"


def test_empty_lists_say_so(home: Path) -> None:
    """In the language asked for."""
    assert fiel(home, "owner", "list", lang="en").stdout == "No owner. Make one with: fiel access owner set\n"
    assert fiel(home, "keys", "list", lang="en").stdout == "No keys.\n"
    assert fiel(home, "sessions", "list", lang="en").stdout == "Nobody is signed in.\n"


def test_removing_nobody_is_not_found(home: Path) -> None:
    """Exit code 4."""
    assert fiel(home, "owner", "remove", "ana").exit_code == 4
