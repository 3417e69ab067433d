"""The schema's version: which one a database has, and the ways up and down its one history.

A database that is not exactly at this program's version is never worked on: an older program on a
newer schema (or the reverse) writes wrong rows without noticing. Only an empty embedded file is
migrated by itself; everything else waits for `fiel db upgrade`. An upgrade is one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from fiel.infra.storage import registry
from fiel.infra.storage.database import Database, Retry, UnitOfWork, named_errors, unit_on
from fiel.infra.storage.engines import foreign_keys_off, in_memory
from fiel.kernel.errors import Conflict, Corrupt

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
_VERSIONS = Path(__file__).with_name("migrations") / "versions"
#: A version is one module there: `v0012_traces` is 0012.
_VERSION_NAME = re.compile(r"v(\d{4})_")
#: Any number, the same in every version of the program: two upgrades at once wait for each other.
_UPGRADE_LOCK = 7_263_519_840


class SchemaState(StrEnum):
    """How a database's schema stands to this program's."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The version a database has (`None`: none) and the one this program works with."""

    state: SchemaState
    found: str | None
    wanted: str


def open_database(url: str, *, retry: Retry | None = None) -> Database:
    """The database, ready to work with: an empty embedded one is migrated, any other must be current.

    Raises `Conflict` (database_empty, database_older, database_newer, database_unknown) with the command to
    run, `InvalidInput` for the URL, `Unavailable` and `Corrupt` for the database.
    """
    database = Database.at(url, retry)
    try:
        if database.embedded and version_of(database).state is SchemaState.EMPTY:
            upgrade(database)
        require_current(database)
    except BaseException:
        database.close()
        raise
    return database


def version_of(database: Database) -> SchemaVersion:
    """The version of the schema. A missing embedded file is empty, and is not made by asking."""
    known = known_versions()
    if database.embedded and not in_memory(database.url) and not Path(str(database.url.database)).exists():
        return SchemaVersion(SchemaState.EMPTY, None, known[0])
    with database.reading() as connection:
        names = set(inspect(connection).get_table_names())
        recorded = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608
        found = sorted(connection.execute(recorded).scalars()) if VERSION_TABLE in names else []
    state = state_of(found, names - {VERSION_TABLE}, known)
    return SchemaVersion(state, ", ".join(found) or None, known[0])


def known_versions() -> list[str]:
    """The versions that this program knows, newest first; by their names: Alembic takes long to load."""
    named = (_VERSION_NAME.match(each.name) for each in iter_modules([str(_VERSIONS)]))
    return sorted((match[1] for match in named if match is not None), reverse=True)


def require_current(database: Database) -> None:
    """Raises `Conflict`, with the command to run, unless the schema is this program's."""
    version = version_of(database)
    told = _TOLD.get(version.state)
    if told is None:
        return
    advice = told.format(found=version.found, wanted=version.wanted, database=database.shown)
    raise Conflict(
        f"database_{version.state}",
        advice,
        details={
            "database": database.shown,
            "found": version.found or "-",
            "wanted": version.wanted,
        },
    )


def upgrade(database: Database, to: str = "head") -> SchemaVersion:
    """Bring an empty or older schema up, in one transaction; a current one stays as it is.

    Raises `Conflict` for a newer or unknown schema: there is no way from there.
    """
    if version_of(database).state in {SchemaState.NEWER, SchemaState.UNKNOWN}:
        require_current(database)
    from alembic import command

    _migrate(database, lambda config: command.upgrade(config, to))
    return version_of(database)


def downgrade(database: Database, to: str = "base") -> SchemaVersion:
    """Take the schema back to an older version (`base`: nothing), with the rows of what is dropped.

    Raises `Conflict` for a newer or unknown schema.
    """
    if version_of(database).state in {SchemaState.NEWER, SchemaState.UNKNOWN}:
        require_current(database)
    from alembic import command

    _migrate(database, lambda config: command.downgrade(config, to))
    return version_of(database)


def differences(database: Database) -> list[str]:
    """What the database has otherwise than the program's tables; nothing when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        # Alembic takes a list of catalogues as well as one.
        found = compare_metadata(context, list(registry.catalogues()))  # type: ignore[arg-type]
    return [_described(difference) for difference in found]


def check(database: Database) -> None:
    """Raises `Conflict` for a wrong version, `Corrupt` for tables that are not as they should be."""
    require_current(database)
    found = differences(database)
    if database.embedded:
        with database.reading() as connection:
            found += _damage(connection)
    if found:
        raise Corrupt(
            "database_differs",
            f"{database.shown} says it is current, but: {'; '.join(found)}; restore a copy",
            details={"database": database.shown, "differences": "; ".join(found)},
        )


_TOLD = {
    SchemaState.EMPTY: "{database} has no tables yet; run `fiel db upgrade --database {database}`",
    SchemaState.OLDER: (
        "{database} is at schema {found} and this program needs {wanted}; make a copy of it, "
        "then run `fiel db upgrade --database {database}`"
    ),
    SchemaState.NEWER: (
        "{database} is at schema {found}, made by a newer Fiel, and this program knows up to {wanted}; "
        "install the newer Fiel (`fiel db current --database {database}` shows the versions)"
    ),
    SchemaState.UNKNOWN: (
        "{database} has tables that are not of a version that Fiel knows ({found}); name another database, "
        "or restore a copy (`fiel db current --database {database}` shows the versions)"
    ),
}


def state_of(found: Collection[str], tables: Collection[str], known: Sequence[str]) -> SchemaState:
    """How recorded versions and other tables stand to the versions a program knows, newest first.

    Versions are numbers, so one that is not known yet can be told from one that is not of ours.
    """
    if not found:
        return SchemaState.UNKNOWN if tables else SchemaState.EMPTY
    (version, *more) = found
    if more:
        return SchemaState.UNKNOWN
    if version in known:
        return SchemaState.CURRENT if version == known[0] else SchemaState.OLDER
    newer = version.isdigit() and int(version) > int(known[0])
    return SchemaState.NEWER if newer else SchemaState.UNKNOWN


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "fiel.infra.storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _migrate(database: Database, step: Callable[[Config], None]) -> None:
    """Take steps in one transaction, one program at a time."""
    with _rebuilding(database) if database.embedded else _locked(database) as unit:
        config = _config()
        config.attributes["connection"] = unit.connection
        step(config)


@contextmanager
def _locked(database: Database) -> Iterator[UnitOfWork]:
    with database.unit_of_work() as unit:
        unit.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        yield unit


@contextmanager
def _rebuilding(database: Database) -> Iterator[UnitOfWork]:
    """SQLite rebuilds a table by dropping it: references are left alone meanwhile, and checked at the end."""
    with (
        named_errors(),
        database.engine.connect() as connection,
        foreign_keys_off(connection),
        unit_on(connection) as unit,
    ):
        yield unit
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            raise Corrupt("foreign_key_broken", f"the migration would orphan rows of {orphans[0][0]}")


def _damage(connection: Connection) -> list[str]:
    verdicts = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    found = [str(verdict) for verdict in verdicts if verdict != "ok"]
    return found + [f"a row of {orphan[0]} refers to nothing" for orphan in orphans[:5]]


def _described(difference: object) -> str:
    """One difference in words: the operation that would repair it, and what it is about."""
    first = difference[0] if isinstance(difference, list) else difference
    if not isinstance(first, tuple):
        return str(first)
    names = [
        getattr(part, "name", part) for part in first[1:] if isinstance(part, str) or hasattr(part, "name")
    ]
    return f"{first[0]} {' '.join(str(name) for name in names if name)}".strip()
