"""`fiel backup`, `fiel restore` and `fiel export-user`: the book kept elsewhere, and brought back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption, settings_here
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.operations import BACKUP_EXAMPLES, RESTORE_EXAMPLES

if TYPE_CHECKING:
    from fiel.copilot.plan_view.words import Words
    from fiel.entrypoints.answers.keeping import BackedUp
    from fiel.infra.storage.archive.loading import Restored

FileToWrite = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as book.fiel.")]
FileToRead = Annotated[Path, typer.Argument(metavar="FILE", help="A file that `fiel backup` wrote.")]
QuickOption = Annotated[bool, typer.Option("--quick", help="Do not add the book up again.")]
OverwriteOption = Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists already.")]
ReplaceOption = Annotated[
    bool, typer.Option("--force", help="Replace what is there; it is kept beside under another name.")
]
UnsoundOption = Annotated[
    bool, typer.Option("--even-if-unsound", help="Restore a book that does not add up, to look at it.")
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Only read the file to its end and say what it holds.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("backup", epilog=BACKUP_EXAMPLES)(backup)
    app.command("restore", epilog=RESTORE_EXAMPLES)(restore)
    app.command("export-user", epilog="Example: fiel export-user ana ana-data")(export_user)


def backup(
    file: FileToWrite,
    *,
    quick: QuickOption = False,
    force: OverwriteOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Copy the whole database, as of one instant and while others go on writing, into one compressed file.

    The file is read back, and the book is added up again; exit code 1 when the book is unsound (the copy
    is kept). Who is signed in is not in it; passwords and keys are, as hashes.
    """
    from fiel.bootstrap import database_at
    from fiel.entrypoints.answers.keeping import back_up
    from fiel.infra.system import SystemClock

    words, opened = words_of(lang), database_at(settings_here(), database)
    try:
        done = back_up(opened, file, SystemClock().now(), overwrite=force, prove=not quick)
    finally:
        opened.close()
    if as_json:
        _write_backup(file, done)
    else:
        _show_backup(file, done, words)
    if done.proof is not None and not done.proof.sound:
        raise typer.Exit(Exit.UNEXPECTED)


def _write_backup(file: Path, done: BackedUp) -> None:
    written = done.written
    sound = None if done.proof is None else done.proof.sound
    sizes = {"tables": written.tables, "rows": written.rows, "bytes": written.size}
    write_json({"file": str(file), **sizes, "sha256": written.sha256, "sound": sound})


def _show_backup(file: Path, done: BackedUp, words: Words) -> None:
    written, proof = done.written, done.proof
    facts = {"tables": written.tables, "rows": written.rows, "size": written.size}
    write_out(note("backup_done", words, file=file, sha256=written.sha256, **facts))
    if proof is None:
        return
    if proof.sound:
        write_out(note("backup_sound", words, accounts=proof.accounts, entries=proof.entries))
    else:
        count = len(proof.findings) + (proof.chain.broken is not None)
        show_note(note("backup_unsound", words, count=count), "bold red")


def restore(
    file: FileToRead,
    *,
    check: CheckOption = False,
    force: ReplaceOption = False,
    even_if_unsound: UnsoundOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Restore a copy into an empty database, PostgreSQL or SQLite, whichever it was taken of.

    It is filled beside, added up again and its chain counted, and only then put there in one step;
    whatever stops it, the database is as it was before.
    """
    words = words_of(lang)
    if check:
        _check(file, words, as_json=as_json)
        return
    from fiel.entrypoints.answers.keeping import restore as restored
    from fiel.infra.storage.urls import database_url, shown
    from fiel.infra.system import SystemClock

    url = database or settings_here().database_url
    done = restored(file, url, SystemClock().now(), overwrite=force, even_if_unsound=even_if_unsound)
    where = shown(database_url(url))
    if as_json:
        write_json({"database": where, **_record(done), "proved": not even_if_unsound})
        return
    key = "restore_unproved" if even_if_unsound else "restore_done"
    facts = {"tables": done.tables, "rows": done.rows, "schema": done.schema}
    write_out(note(key, words, database=where, **facts))
    if done.kept is not None:
        write_out(note("restore_kept", words, kept=done.kept, database=where))


def _record(done: Restored) -> dict[str, object]:
    return {
        "made_at": done.header.made_at.isoformat(),
        "tables": done.tables,
        "rows": done.rows,
        "schema": done.schema,
        "kept": done.kept,
    }


def _check(file: Path, words: Words, *, as_json: bool) -> None:
    from fiel.infra.storage.archive.reading import verified

    content = verified(file)
    header, rows = content.header, sum(content.rows.values())
    if as_json:
        facts = {"file": str(file), "schema": header.schema, "made_at": header.made_at.isoformat()}
        write_json({**facts, "engine": header.engine, "rows": content.rows, "sha256": content.sha256})
        return
    told = {"schema": header.schema, "at": header.made_at.isoformat(), "engine": header.engine}
    write_out(note("backup_holds", words, file=file, tables=len(content.rows), rows=rows, **told))


def export_user(
    user: Annotated[str, typer.Argument(help="Whose data: a wallet, or a user of the book.")],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to write; it must be new or empty.")
    ],
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Write everything that the database has about one user into a folder, as JSON and CSV."""
    from fiel.bootstrap import open_custody
    from fiel.entrypoints.answers.keeping import export_user as exported
    from fiel.infra.system import SystemClock

    words = words_of(lang)
    with open_custody(settings_here(), database) as opened:
        done = exported(opened.database, user, folder, SystemClock().now())
    if as_json:
        write_json({"folder": str(folder), "rows": done.rows})
        return
    write_out(
        note("export_user_done", words, folder=folder, rows=sum(done.rows.values()), tables=len(done.rows))
    )
