"""Settings from the environment, and the book that they open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fiel.bootstrap import database_at, open_custody
from fiel.custody.accounts import AccountKey
from fiel.custody.reservations import Fees, Policy
from fiel.infra.storage.urls import database_url
from fiel.kernel.errors import InvalidInput
from fiel.settings import Settings

HOME = Path("/home/ana")
#: The offices' winter and summer hours, when there still were any.
SUMMER_2018 = datetime(2018, 12, 1, 12, 0, tzinfo=UTC)
WINTER_2026 = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def read(platform: str = "linux", /, **environment: str) -> Settings:
    """The settings of an environment with nothing else in it."""
    return Settings.read(environment, HOME, platform)


def test_without_variables_everything_has_its_default() -> None:
    """The embedded file in the user's folder, no fees, a day of patience with events, no end with orders."""
    settings = read()
    assert settings.data_folder == HOME / ".local/share/fiel"
    assert database_url(settings.database_url).database == "/home/ana/.local/share/fiel/fiel.db"
    assert settings.custody.policy == Policy(Fees(), timedelta(hours=24), None)


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"XDG_DATA_HOME": "/data x"}, "/data x/fiel"),
        ("linux", {"XDG_DATA_HOME": "relative"}, "/home/ana/.local/share/fiel"),
        ("darwin", {}, "/home/ana/Library/Application Support/fiel"),
        ("win32", {}, "/home/ana/AppData/Local/fiel"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/fiel"),
        ("linux", {"FIEL_DATA_DIR": "/srv/fiel", "XDG_DATA_HOME": "/x"}, "/srv/fiel"),
        ("linux", {"FIEL_DATA_DIR": "~/fiel"}, "/home/ana/fiel"),
        ("linux", {"FIEL_DATA_DIR": "  "}, "/home/ana/.local/share/fiel"),
    ],
)
def test_the_data_folder_is_where_the_system_keeps_data(
    platform: str, environment: dict[str, str], folder: str
) -> None:
    """FIEL_DATA_DIR wins; else each system's own place for a user's data. The database lies in it."""
    settings = read(platform, **environment)
    assert settings.data_folder == Path(folder)
    assert database_url(settings.database_url).database == f"{folder}/fiel.db"


def test_the_orders_times_are_those_of_sao_paulo_unless_set() -> None:
    """The default follows the zone's history; a name, UTC or a fixed offset may be set in its place."""
    default = read().custody.zone
    assert SUMMER_2018.astimezone(default).utcoffset() == timedelta(hours=-2)
    assert WINTER_2026.astimezone(default).utcoffset() == timedelta(hours=-3)
    for text, hours in (("UTC", 0), ("-03:00", -3), ("+05:30", 5.5), ("Europe/Lisbon", 1)):
        zone = read(FIEL_CUSTODY_ZONE=text).custody.zone
        assert WINTER_2026.astimezone(zone).utcoffset() == timedelta(hours=hours)


def test_fees_and_patience_are_read_exactly() -> None:
    """Money to the cent, percent to four decimals, times with their unit."""
    settings = read(
        FIEL_CUSTODY_FEE_FIXED="4.90",
        FIEL_CUSTODY_FEE_PERCENT="0.0325",
        FIEL_CUSTODY_PARK_FOR="90m",
        FIEL_CUSTODY_RESERVE_FOR="30d",
    )
    assert settings.custody.policy == Policy(Fees(490, 325), timedelta(minutes=90), timedelta(days=30))
    assert read(FIEL_CUSTODY_RESERVE_FOR="forever").custody.reserve_for is None


@pytest.mark.parametrize(
    ("variable", "text", "code"),
    [
        ("FIEL_DATA_DIR", "data", "folder_not_absolute"),
        ("FIEL_DATABASE_URL", "mysql://ana:secret@host/name", "database_unsupported"),
        ("FIEL_DATABASE_URL", "fiel.db", "database_url_malformed"),
        ("FIEL_CUSTODY_ZONE", "Mars/Olympus", "zone_unknown"),
        ("FIEL_CUSTODY_ZONE", "../../etc/passwd", "zone_unknown"),
        ("FIEL_CUSTODY_ZONE", "-15:00", "zone_unknown"),
        ("FIEL_CUSTODY_ZONE", "-03:75", "zone_unknown"),
        ("FIEL_CUSTODY_FEE_FIXED", "4,90", "number_malformed"),
        ("FIEL_CUSTODY_FEE_FIXED", "-1", "number_below_minimum"),
        ("FIEL_CUSTODY_FEE_FIXED", "0.001", "too_many_decimals"),
        ("FIEL_CUSTODY_FEE_PERCENT", "0.00001", "too_many_decimals"),
        ("FIEL_CUSTODY_FEE_PERCENT", "101", "number_above_maximum"),
        ("FIEL_CUSTODY_PARK_FOR", "forever", "duration_malformed"),
        ("FIEL_CUSTODY_PARK_FOR", "1 day", "duration_malformed"),
        ("FIEL_CUSTODY_PARK_FOR", "0s", "duration_out_of_range"),
        ("FIEL_CUSTODY_RESERVE_FOR", "999999999d", "duration_out_of_range"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(variable: str, text: str, code: str) -> None:
    """The refusal names the variable and says what to write; a password is never repeated."""
    with pytest.raises(InvalidInput) as refusal:
        read(**{variable: text})
    assert (refusal.value.code, refusal.value.field) == (code, variable)
    assert variable in refusal.value.message
    assert "secret" not in str(refusal.value)


def test_a_password_is_not_in_the_representation() -> None:
    """Settings may be logged."""
    assert "secret" not in repr(read(FIEL_DATABASE_URL="postgresql://ana:secret@host/name"))


def test_an_open_book_follows_the_settings(tmp_path: Path) -> None:
    """Fees and the wire's zone reach the book; a new embedded file is made, in a folder of its own."""
    settings = read(
        FIEL_DATA_DIR=str(tmp_path / "new"), FIEL_CUSTODY_FEE_FIXED="5", FIEL_CUSTODY_ZONE="-05:00"
    )
    with open_custody(settings) as opened:
        opened.custody.deposit("ana", "100.00")
        assert opened.custody.book.policy.fees == Fees(fixed=500)
        assert opened.custody.zone == opened.custody.book.wire.zone == settings.custody.zone
    assert (tmp_path / "new/fiel.db").is_file()
    with open_custody(settings) as again, again.queries.snapshot() as book:
        assert book.account(AccountKey("ana", "BRL")).balance == 10_000


def test_the_database_named_wins_over_that_of_the_settings(tmp_path: Path) -> None:
    """What the command line says comes before what the environment says."""
    settings = read(FIEL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    file = tmp_path / "other.db"
    open_custody(settings, f"sqlite:///{file}").close()
    assert file.is_file()
    database = database_at(settings, "sqlite:///other.db")
    assert database.shown == "sqlite:///other.db"
    database.close()
