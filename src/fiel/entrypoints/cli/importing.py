"""`fiel import`: what files of B3, brokers, banks and trackers hold; compared with the book, and booked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.booking import file_record
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_failure, show_note
from fiel.entrypoints.cli.file_rows import show_read
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.importing import IMPORT_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import FielError, InvalidInput, NotFound

if TYPE_CHECKING:
    from fiel.copilot.importing.reader import Reader
    from fiel.copilot.importing.rows import ReadFile

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Reports, brokerage notes, statements, exports.")
]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept/--preview", help="Book what is new, or only show it (the default)."),
]
PasswordOption = Annotated[
    str | None,
    typer.Option("--password", metavar="TEXT", help="Of a protected brokerage note; it is not kept."),
]
JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="One JSON object per file and line, numbers as exact text.")
]
MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="Which column is what, for a table that is not known."),
]
UserOption = Annotated[
    str | None,
    typer.Option("--user", metavar="USER", help="Whose book; compares with it (default: the only user)."),
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", metavar="NAME", help="The account of rows that name no institution."),
]
TickerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ticker", metavar="NAME=TICKER", help="What a name on a note is; remembered. May be repeated."
    ),
]
OpeningOption = Annotated[
    list[str] | None,
    typer.Option(
        "--opening",
        metavar="ASSET=QTY@AVERAGE",
        help="Held before the first row, at this average price; /NAME for the account. May be repeated.",
    ),
]
OpeningDayOption = Annotated[
    str | None,
    typer.Option("--opening-day", metavar="DATE", help="Since when (default: the day before its first row)."),
]
ShortOption = Annotated[
    bool, typer.Option("--short", help="Book sales of more than is held: sold short, or bought elsewhere.")
]
FILES_MAX = 200


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("import", epilog=IMPORT_EXAMPLES)(import_files)


def import_files(
    files: FilesArgument,
    *,
    accept: AcceptOption = False,
    user: UserOption = None,
    account: AccountOption = None,
    ticker: TickerOption = None,
    opening: OpeningOption = None,
    opening_day: OpeningDayOption = None,
    short: ShortOption = False,
    mapping: MappingOption = None,
    password: PasswordOption = None,
    as_json: JsonLinesOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what files hold, and with --accept book what is new: all of it, or nothing.

    Every data row is in one of four lists, with its reason. With --user the files are compared with the book:
    what it has already is not booked again. Exit code 2 when a file cannot be read; the others are shown all
    the same, and nothing is booked.
    """
    words = words_of(lang)
    if len(files) > FILES_MAX:
        raise InvalidInput("too_many_files", f"at most {FILES_MAX} files at once", field="FILE")
    read, failed = _read_all(files, password, mapping, words)
    if not (accept or user or account or ticker or opening or opening_day or short):
        for each in read:
            _show_alone(each, words, as_json=as_json)
    elif not failed:
        from fiel.entrypoints.cli.booking import Ask, book_files

        ask = Ask(user, account, ticker or (), opening or (), opening_day, short, accept)
        book_files(read, ask, words, as_json=as_json, database=database)
    if failed:
        raise typer.Exit(Exit.INVALID)


def _read_all(
    files: list[Path], password: str | None, mapping: Path | None, words: Words
) -> tuple[list[ReadFile], bool]:
    """Every file that can be read, and whether one could not; what was wrong with it is shown."""
    readers = None if mapping is None else _readers_with(mapping)
    read, failed = [], False
    for file in files:
        try:
            read.append(_read(file, password, readers))
        except FielError as error:
            if file.name not in f"{error.message} {error.field}":
                show_note(note("import_unread", words, file=printable(file.name)), "red")
            show_failure(error, words)
            failed = True
    return read, failed


def _readers_with(mapping: Path) -> list[Reader]:
    """The one reader that a mapping file describes: what it maps is read by nobody else."""
    from fiel.copilot.files.source import read_text
    from fiel.copilot.importing.others.mapping import mapped_reader, read_mapping

    return [mapped_reader(read_mapping(read_text(mapping, bytes_max=100_000), mapping.name))]


def _read(file: Path, password: str | None, readers: list[Reader] | None) -> ReadFile:
    """The file, read. Its size is looked at before its bytes are."""
    from fiel.copilot.importing.limits import DEFAULT_LIMITS, too_large
    from fiel.copilot.importing.reading import read_file

    try:
        size = file.stat().st_size
        if size > DEFAULT_LIMITS.bytes_max:
            raise too_large("bytes", f"{size:,}", DEFAULT_LIMITS.bytes_max, file.name)
        data = file.read_bytes()
    except FileNotFoundError:
        raise NotFound("file_not_found", f"there is no file {file}", field=str(file)) from None
    except OSError as error:
        raise InvalidInput(
            "file_unreadable", f"{file} cannot be read ({error.strerror})", field=str(file)
        ) from None
    return read_file(file.name, data, password=password, readers=readers)


def _show_alone(read: ReadFile, words: Words, *, as_json: bool) -> None:
    if as_json:
        write_out(json.dumps(file_record(read), ensure_ascii=True))
    else:
        show_read(read, words)
