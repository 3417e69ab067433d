"""INSERT with ON CONFLICT, which both engines spell alike and SQLAlchemy keeps apart."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = "postgresql.Insert | sqlite.Insert"


def insert_into(table: Table, connection: Connection) -> Insert:
    """An INSERT of the connection's engine: has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
