"""`fiel book undo`: rows are taken back by reversing entries; nothing is ever deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.booking import desk_on
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.income.opening import opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import UserOption
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput, NotFound

RowsArgument = Annotated[
    list[str], typer.Argument(metavar="ROW...", help="Ids of `fiel book list`, or their first letters.")
]
ROWS_MAX = 1_000
_LETTERS_MIN = 4


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("undo", epilog="Example: fiel book undo 3f2a9c0d1e")(undo)


def undo(
    rows: RowsArgument,
    *,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Take rows back: what each booked is reversed on its day, all of them or none.

    The rows stay in the record. The same row of a file is not booked again.
    """
    from fiel.copilot.booking.looking import Looking

    words = words_of(lang)
    if len(rows) > ROWS_MAX:
        raise InvalidInput("too_many_rows", f"at most {ROWS_MAX} rows at once", field="ROW")
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        known = [row.id for row in Looking(opened.database).rows(wallet)]
        ids = list(dict.fromkeys(named(each, known) for each in rows))
        done = desk_on(opened).take_back(wallet, ids)
    if as_json:
        write_json({"wallet": wallet, "rows": ids, "entries": dict(done.entries)})
        return
    write_out(note("book_undone", words, n=len(ids), wallet=printable(wallet)))
    for text in done.alerts:
        show_note(note("import_alert", words, text=printable(text)), "yellow")


def named(start: str, known: list[str]) -> str:
    """The one row whose id begins so.

    Raises `NotFound` (row_unknown), `InvalidInput` (row_ambiguous; row_too_short).
    """
    if len(start) < _LETTERS_MIN:
        raise InvalidInput(
            "row_too_short", f"write at least {_LETTERS_MIN} letters of a row's id", field="ROW"
        )
    found = [each for each in known if each.startswith(start)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            "row_unknown", f"no booked row begins with {start!r}; see `fiel book list`", field="ROW"
        )
    raise InvalidInput(
        "row_ambiguous", f"{len(found)} rows begin with {start!r}; write more of it", field="ROW"
    )
