"""Which database: the URL that people write, and the one of an embedded file."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fiel.kernel.errors import InvalidInput

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


def embedded_url(file: Path) -> str:
    """The URL of an embedded file, whatever characters its name has.

    >>> embedded_url(Path("/data x/what?.db"))
    'sqlite:////data x/what%3F.db'
    """
    return URL.create("sqlite", database=str(file)).render_as_string()


def shown(url: URL) -> str:
    """The URL for people, with the password hidden and without the name of the driver."""
    plain = url.set(drivername=url.get_backend_name())
    return plain.render_as_string(hide_password=True)
