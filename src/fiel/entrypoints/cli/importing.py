"""`fiel import`: what the files of B3, brokers, banks and other trackers hold, row by row, before booking."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import show_failure
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.words.importing import IMPORT_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import FielError, InvalidInput, NotFound

if TYPE_CHECKING:
    from fiel.copilot.importing.rows import ReadFile, Reasoned, Row

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Reports, brokerage notes, statements, exports.")
]
PreviewOption = Annotated[
    bool, typer.Option("--preview", help="Show what would be booked; nothing is written (the only mode yet).")
]
PasswordOption = Annotated[
    str | None,
    typer.Option("--password", metavar="TEXT", help="Of a protected brokerage note; it is not kept."),
]
JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="One JSON object per file and line, numbers as exact text.")
]
FILES_MAX = 200


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("import", epilog=IMPORT_EXAMPLES)(import_files)


def import_files(
    files: FilesArgument,
    *,
    preview: PreviewOption = True,  # noqa: ARG001 (nothing else can be asked for yet)
    password: PasswordOption = None,
    as_json: JsonLinesOption = False,
    lang: LangOption = "pt",
) -> None:
    """Show what files hold: what would be booked, what books nothing, what is asked first, what is unknown.

    Every data row is in one of the four lists, with its reason. Nothing is written. Exit code 2 when a file
    cannot be read; the others are shown all the same.
    """
    words = words_of(lang)
    if len(files) > FILES_MAX:
        raise InvalidInput("too_many_files", f"at most {FILES_MAX} files at once", field="FILE")
    failed = False
    for file in files:
        try:
            read = _read(file, password)
        except FielError as error:
            show_failure(error, words)
            failed = True
            continue
        if as_json:
            write_out(_line(file, read))
        else:
            _show(read, words)
    if failed:
        raise typer.Exit(Exit.INVALID)


def _read(file: Path, password: str | None) -> ReadFile:
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
    return read_file(file.name, data, password=password)


def _line(file: Path, read: ReadFile) -> str:
    from fiel.copilot.importing.record import as_record

    return json.dumps({"file": file.name, "sha256": read.sha256, **as_record(read)}, ensure_ascii=True)


def _show(read: ReadFile, words: Words) -> None:
    head = {"file": printable(read.name), "format": read.layout}
    write_out(note("import_file", words, **head, sha=read.sha256[:12]))
    kinds = Counter(row.kind.value for row in read.booked if row.kind is not None)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "-"
    write_out(note("import_booked", words, n=len(read.booked), kinds=told))
    show(screen(), _rows(read.booked, words))
    for name, listed in (("not_booked", read.not_booked), ("review", read.review), ("unknown", read.unknown)):
        write_out(note(f"import_{name}", words, n=len(listed)))
        for each in listed:
            write_out(_reasoned(each))
    for name, table in (("positions", read.positions), ("provisioned", read.provisioned)):
        if table:
            write_out(note(f"import_{name}", words, n=len(table)))


def _rows(rows: tuple[Row, ...], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("row", "day", "kind", "ticker", "quantity", "price", "amount", "institution"):
        right = name in {"row", "quantity", "price", "amount"}
        table.add_column(note(f"import_{name}", words), justify="right" if right else "left")
    for row in rows:
        cells = (
            str(row.row),
            "-" if row.day is None else row.day.isoformat(),
            "-" if row.kind is None else row.kind.value,
            row.ticker or row.raw_ticker or "-",
            "-" if row.quantity is None else words.quantity(row.quantity),
            "-" if row.price is None else words.price(row.price),
            "-" if row.amount is None else words.money(row.amount, row.currency or "BRL"),
            row.institution or "-",
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _reasoned(each: Reasoned) -> str:
    row = each.row
    parts = (row.ticker or row.raw_ticker or "", *row.extra.values())
    what = " ".join(part for part in parts if part)[:80]
    return printable(f"  {row.row}: {each.text or each.reason}  {what}")
