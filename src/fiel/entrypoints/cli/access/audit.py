"""`fiel access audit`: who did what, when, in which wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.access.answers import deed_record, opened_access, show_rows, when
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, write_json
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.infra.access.records import Deed


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("audit", epilog="Example: fiel access audit --wallet ana --limit 20")(audit)


def audit(
    *,
    wallet: Annotated[str | None, typer.Option("--wallet", help="Only about this wallet.")] = None,
    who: Annotated[str | None, typer.Option("--who", help="Only by this owner or key.")] = None,
    before: Annotated[
        int | None, typer.Option("--before", min=1, help="Only rows before this number: the next page.")
    ] = None,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the log of who did what, newest first; it only grows.

    A change has two rows: when it was asked for, and how it ended (an HTTP status). One that has only the
    first was cut off.
    """
    words = words_of(lang)
    with opened_access(database) as access:
        found = access.deeds(limit=limit, before=before, wallet=wallet, who=who)
    if as_json:
        write_json([deed_record(each) for each in found])
        return
    if not found:
        write_out(note("access_no_deed", words))
        return
    rows = [
        (
            str(each.id),
            when(each.at, words),
            f"{each.who} ({each.via})",
            each.action,
            each.wallet or "-",
            _status(each, words),
            each.about,
        )
        for each in found
    ]
    titles = ("access_number", "access_at", "access_who", "access_action", "access_wallet", "access_status")
    show_rows((*titles, "access_about"), rows, words)


def _status(deed: Deed, words: Words) -> str:
    if deed.status is not None:
        return str(deed.status)
    # Only what came over HTTP has two rows.
    return note("access_asked", words) if " /" in deed.action else "-"
