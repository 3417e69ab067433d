"""`fiel db`: the version of a database's schema, and the way up to this program's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.help import DB_EXAMPLES
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.infra.storage.database import Database

DropOption = Annotated[bool, typer.Option("--drop", help="Drop it; there is no way back.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(name="db", invoke_without_command=True, callback=_db, epilog=DB_EXAMPLES)
    group.command("upgrade")(upgrade)
    group.command("current")(current)
    group.command("check")(check)
    group.command("kept")(kept)
    app.add_typer(group)


def _db(context: typer.Context) -> None:
    """The version of the database, and its upgrades."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def upgrade(database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Bring the database up to the version of this program, in one transaction."""
    from fiel.infra.storage import schema

    words, opened = words_of(lang), _at(database)
    try:
        version = schema.upgrade(opened)
        write_out(note("db_upgraded", words, database=opened.shown, found=version.found))
    finally:
        opened.close()


def current(database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Show the version of the database beside the one of this program."""
    from fiel.infra.storage import schema

    words, opened = words_of(lang), _at(database)
    try:
        version = schema.version_of(opened)
        told = note(f"db_{version.state}", words)
        facts = {"database": opened.shown, "found": version.found or "-", "wanted": version.wanted}
        write_out(note("db_current_line", words, state=told, **facts))
    finally:
        opened.close()


def check(database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Check that the database has this program's version, and sound tables of its shape."""
    from fiel.infra.storage import schema

    words, opened = words_of(lang), _at(database)
    try:
        schema.check(opened)
        write_out(note("db_sound", words, database=opened.shown))
    finally:
        opened.close()


def kept(*, drop: DropOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Show what `fiel restore --force` replaced here and keeps; with --drop it is gone for good."""
    from fiel.infra.storage.archive.places import place_of
    from fiel.infra.storage.urls import database_url, shown
    from fiel.infra.system import SystemClock

    words, url = words_of(lang), database or settings_here().database_url
    place = place_of(url, SystemClock().now())
    found = place.drop_kept() if drop else place.kept()
    for each in found:
        write_out(note("db_kept_dropped" if drop else "db_kept", words, kept=each))
    if not found:
        write_out(note("db_kept_none", words, database=shown(database_url(url))))


def _at(url: str | None) -> Database:
    from fiel.bootstrap import database_at

    return database_at(settings_here(), url)
