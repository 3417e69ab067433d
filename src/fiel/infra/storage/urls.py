"""Which database: the URL that people write, and the embedded file when they write none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fiel.kernel.errors import InvalidInput

VARIABLE = "FIEL_DATABASE"
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def database_url(text: str) -> URL:
    """The URL with its driver: `sqlite:///file`, `sqlite://` (memory) or `postgresql://user@host/name`.

    Raises `InvalidInput` (database_url_malformed, database_unsupported); a password is never repeated.

    >>> database_url("postgresql://fiel@localhost/ledger").drivername
    'postgresql+psycopg'
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise InvalidInput(
            "database_url_malformed",
            "write the database as sqlite:///path/to/file.db or postgresql://user@host:5432/name",
            field="database",
        ) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise InvalidInput(
            "database_unsupported",
            f"{url.drivername} is not supported; use sqlite:///path/to/file.db or postgresql://...",
            field="database",
        )
    return url.set(drivername=driver)


def default_url(environment: Mapping[str, str], home: Path) -> str:
    """The database when none is named: `FIEL_DATABASE`, else the embedded file in the user's data folder.

    The folder is `$XDG_DATA_HOME/fiel`, else `~/.local/share/fiel`; nothing is created here.
    """
    named = environment.get(VARIABLE, "").strip()
    if named:
        return named
    data = environment.get("XDG_DATA_HOME", "").strip()
    folder = Path(data) if data else home / ".local" / "share"
    return URL.create("sqlite", database=str(folder / "fiel" / "fiel.db")).render_as_string()


def shown(url: URL) -> str:
    """The URL for people, with the password hidden and without the name of the driver."""
    plain = url.set(drivername=url.get_backend_name())
    return plain.render_as_string(hide_password=True)
