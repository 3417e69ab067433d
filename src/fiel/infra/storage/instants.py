"""The present instant by the database's own clock, as SQL: whole microseconds since 1970 in UTC.

Leases and back-offs compare with it, so that a worker whose clock is wrong cannot take what is not free.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Connection, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement


class DatabaseNow(ColumnElement[int]):
    """The instant at which the statement (not the transaction) runs."""

    type = BigInteger()
    inherit_cache = True


@compiles(DatabaseNow, "sqlite")
def _sqlite_now(_element: DatabaseNow, _compiler: Any, **_: Any) -> str:
    # Milliseconds are what SQLite's clock has. Text, not julianday: a float would lose them.
    return (
        "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
        " + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000)"
    )


@compiles(DatabaseNow, "postgresql")
def _postgres_now(_element: DatabaseNow, _compiler: Any, **_: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"


def database_now(connection: Connection) -> int:
    """The present instant by the database's clock, in microseconds since 1970."""
    return int(connection.execute(select(DatabaseNow())).scalar_one())
