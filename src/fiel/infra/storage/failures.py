"""What a driver says, in the words of the error tree. Both engines come out alike.

| it happened                                         | raised          | code                   | try again |
|-----------------------------------------------------|-----------------|------------------------|-----------|
| the database cannot be reached, or went away        | `Unavailable`   | `database_unavailable` | yes       |
| busy, lock time-out, deadlock, serialization failure| `Contended`     | `database_busy`        | yes       |
| disk full, read-only, out of memory                 | `Unavailable`   | `database_halted`      | no: look  |
| the connection died while committing                | `CommitUnknown` | `commit_unknown`       | look first|
| a history table was to be changed                   | `Conflict`      | `append_only`          | no        |
| a unique key, check or foreign key said no          | `Conflict`      | `constraint_broken`    | no        |
| the file is not a database, or is damaged           | `Corrupt`       | `database_corrupt`     | no        |
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fiel.kernel.errors import Conflict, Corrupt, FielError, Unavailable

APPEND_ONLY = "append_only"

#: SQLSTATE of PostgreSQL: serialization failure, deadlock, lock not available.
_CONTENDED = frozenset({"40001", "40P01", "55P03"})
#: Classes: connection, operator intervention (shutdown, crash), resources (connections, disk, memory).
_AWAY_CLASSES = ("08", "57P")
_HALTED_CLASSES = ("53", "58", "25006")
_CORRUPT_CLASSES = ("XX001", "XX002")
_TOO_MANY_CONNECTIONS = "53300"

_SQLITE_CONTENDED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_HALTED = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_IOERR}
)
_SQLITE_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Contended(Unavailable):
    """Another transaction stood in the way; this one was rolled back whole and may be run again."""


class CommitUnknown(Unavailable):
    """The connection died between sending COMMIT and hearing of it: it may have been done or not.

    Never run the work again blindly: look the message up in the inbox (or the idempotency key) first.
    """


def translated(error: StatementError | PoolTimeout) -> FielError | None:
    """The house's error for a driver's error; `None` when it is a defect of the statement itself.

    A column that refused a value (`types`) said it in the house's words already.
    """
    if isinstance(error, PoolTimeout):
        return Unavailable("database_unavailable", "every connection to the database is in use; try later")
    if not isinstance(error, DBAPIError):
        return error.orig if isinstance(error.orig, FielError) else None
    told = _first_line(error)
    if isinstance(error, IntegrityError):
        return _broken_constraint(told)
    kind = _kind(error)
    if kind == "contended":
        return Contended("database_busy", f"another transaction holds what this one needs ({told})")
    if kind == "away":
        return Unavailable("database_unavailable", f"the database cannot be reached ({told}); is it up?")
    if kind == "halted":
        return Unavailable(
            "database_halted", f"the database cannot write ({told}); check its disk and rights"
        )
    if kind == "corrupt":
        return Corrupt("database_corrupt", f"this is not a sound database ({told}); restore a copy")
    return None


def translated_commit(error: DBAPIError) -> FielError | None:
    """The house's error for a COMMIT that failed: known not to be done, or unknown.

    The database refusing the commit (deferred constraint, serialization failure, busy) or a statement
    that was sent with it is a known "no", which may have no name (`None`: a defect of ours); a connection
    lost or an I/O error on the way says nothing about what was written.
    """
    sqlite_code = _sqlite_code(error)
    refused = (
        sqlite_code in _SQLITE_CONTENDED or sqlite_code == sqlite3.SQLITE_FULL
        if sqlite_code is not None
        else _sqlstate(error) != "" and not _is_away(error)
    )
    known = translated(error) if refused or isinstance(error, IntegrityError) else None
    if known is None and refused and sqlite_code is None and _kind(error) == "defect":
        return None
    return known or CommitUnknown(
        "commit_unknown",
        f"the database did not say whether it committed ({_first_line(error)}); look before trying again",
    )


def _kind(error: DBAPIError) -> str:
    sqlite_code = _sqlite_code(error)
    if sqlite_code is not None:
        return _sqlite_kind(sqlite_code)
    state = _sqlstate(error)
    if state in _CONTENDED:
        return "contended"
    if _is_away(error) or state == _TOO_MANY_CONNECTIONS:
        return "away"
    if state.startswith(_HALTED_CLASSES):
        return "halted"
    return "corrupt" if state in _CORRUPT_CLASSES else "defect"


def _sqlite_kind(code: int) -> str:
    if code in _SQLITE_CONTENDED:
        return "contended"
    if code == sqlite3.SQLITE_CANTOPEN:
        return "away"
    if code in _SQLITE_HALTED:
        return "halted"
    return "corrupt" if code in _SQLITE_CORRUPT else "defect"


def _is_away(error: DBAPIError) -> bool:
    state = _sqlstate(error)
    lost = error.connection_invalidated or (not state and type(error.orig).__name__ == "OperationalError")
    return state.startswith(_AWAY_CLASSES) or lost


def _broken_constraint(told: str) -> Conflict:
    if APPEND_ONLY in told:
        return Conflict("append_only", f"history only grows; book a correction instead ({told})")
    return Conflict("constraint_broken", f"the database refuses the row ({told})")


def _sqlite_code(error: DBAPIError) -> int | None:
    """The primary result code of SQLite, without the byte that refines it."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).splitlines() or [""])[0][:200]
