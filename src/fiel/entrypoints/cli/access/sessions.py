"""`fiel access sessions`: who is signed in."""

from __future__ import annotations

from typing import Annotated

import typer

from fiel.entrypoints.cli.access.answers import opened_access, session_record, show_rows, when
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    sessions = typer.Typer(name="sessions", invoke_without_command=True, callback=_sessions)
    sessions.command("list", epilog="Example: fiel access sessions list")(list_)
    sessions.command("end", epilog="Example: fiel access sessions end --owner ana")(end)
    group.add_typer(sessions)


def _sessions(context: typer.Context) -> None:
    """Who is signed in."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def list_(*, as_json: JsonOption = False, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """List the sessions, newest first."""
    words = words_of(lang)
    with opened_access(database) as access:
        found = access.sessions()
    if as_json:
        write_json([session_record(each) for each in found])
        return
    if not found:
        write_out(note("access_no_session", words))
        return
    rows = [
        (
            each.id,
            each.owner,
            each.address,
            when(each.begun_at, words),
            when(each.seen_at, words),
            each.agent[:40],
        )
        for each in found
    ]
    titles = ("access_id", "access_name", "access_address", "access_begun", "access_seen", "access_agent")
    show_rows(titles, rows, words)


def end(
    session: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The session's id, as `sessions list` shows it.")
    ] = None,
    *,
    owner: Annotated[str | None, typer.Option("--owner", help="All sessions of this owner.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All sessions of everybody.")] = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """End sessions: whoever had them has to sign in again."""
    words = words_of(lang)
    if (session is not None) + (owner is not None) + everybody != 1:
        raise InvalidInput("sessions_which", "name one session, an --owner, or --all", field="ID")
    with opened_access(database) as access:
        count = access.end_sessions(owner=owner, session=session)
    write_out(note("access_sessions_ended", words, n=count))
