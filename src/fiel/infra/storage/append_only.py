"""Tables that only grow: triggers that refuse UPDATE and DELETE, as SQL for either engine.

Used in migrations: `for statement in append_only("journal", dialect): op.execute(statement)`. SQLite
drops a table's triggers when a migration rebuilds the table (`batch_alter_table`): emit them again.
"""

from __future__ import annotations

import re

from fiel.infra.storage.failures import APPEND_ONLY
from fiel.kernel.errors import InvalidInput

#: One function for all tables of a PostgreSQL schema; the first migration makes it.
FUNCTION = "fiel_append_only"
CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{APPEND_ONLY}: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
DROP_FUNCTION = f"DROP FUNCTION IF EXISTS {FUNCTION}()"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def append_only(table: str, dialect: str) -> list[str]:
    """The statements after which rows of `table` can be added and read, never changed nor removed.

    `dialect` is `sqlite` or `postgresql` (where emptying by TRUNCATE is refused too).
    Raises `InvalidInput` for a name that is not lower-case letters, digits and underscores.
    """
    name = _checked(table)
    if dialect == "sqlite":
        return [_sqlite_trigger(name, verb) for verb in ("UPDATE", "DELETE")]
    call = f"EXECUTE FUNCTION {FUNCTION}()"
    return [
        f"CREATE TRIGGER {name}_{APPEND_ONLY} BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW {call}",
        f"CREATE TRIGGER {name}_{APPEND_ONLY}_truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {call}",
    ]


def drop_append_only(table: str, dialect: str) -> list[str]:
    """The statements that take the triggers of `append_only` away again."""
    name = _checked(table)
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}_{APPEND_ONLY}_{verb}" for verb in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {name}_{APPEND_ONLY} ON {name}",
        f"DROP TRIGGER IF EXISTS {name}_{APPEND_ONLY}_truncate ON {name}",
    ]


def _sqlite_trigger(name: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {name}_{APPEND_ONLY}_{verb.lower()} BEFORE {verb} ON {name} "
        f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}: {verb} on {name}'); END"
    )


def _checked(table: str) -> str:
    if not _NAME.fullmatch(table):
        raise InvalidInput("table_name", "a table's name is lower-case letters, digits and underscores")
    return table
