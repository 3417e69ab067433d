"""What the commands of access share: the open desk, options, and rows for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.cli.screen import screen, show
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from fiel.infra.access.desk import Access
    from fiel.infra.access.principals import Scope
    from fiel.infra.access.records import Deed, Key, Owner, Session

ScopesOption = Annotated[
    str, typer.Option("--scopes", metavar="SCOPES", help="read, trade (which reads too) or admin (all).")
]
WalletsOption = Annotated[
    list[str] | None,
    typer.Option("--wallet", metavar="WALLET", help="Only this wallet; may be repeated (default: all)."),
]


@contextmanager
def opened_access(database: str | None) -> Iterator[Access]:
    """The desk over the database of the settings, or of a URL."""
    from fiel.bootstrap import open_custody
    from fiel.bootstrap.access import access_of

    settings = settings_here()
    with open_custody(settings, database) as opened:
        yield access_of(settings, opened.database)


def scopes_of(text: str) -> list[Scope]:
    """Scopes with commas. Raises `InvalidInput` (scope_unknown)."""
    from fiel.infra.access.principals import Scope

    try:
        return [Scope(each.strip().lower()) for each in text.split(",") if each.strip()]
    except ValueError:
        raise InvalidInput("scope_unknown", "the scopes are read, trade and admin", field="scopes") from None


def owner_record(owner: Owner) -> dict[str, Any]:
    """An owner for programs."""
    return {
        "name": owner.name,
        "scopes": sorted(owner.scopes),
        "wallets": None if owner.wallets is None else sorted(owner.wallets),
        "createdAt": moment_text(owner.created_at),
        "changedAt": moment_text(owner.changed_at),
    }


def key_record(key: Key) -> dict[str, Any]:
    """A key for programs, without its secret, which nobody has."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "wallets": None if key.wallets is None else sorted(key.wallets),
        "madeBy": key.made_by,
        "madeAt": moment_text(key.made_at),
        "endsAt": moment_text(key.ends_at),
        "revokedAt": moment_text(key.revoked_at),
        "usedAt": moment_text(key.used_at),
    }


def session_record(session: Session) -> dict[str, Any]:
    """A session for programs."""
    return {
        "id": session.id,
        "owner": session.owner,
        "address": session.address,
        "agent": session.agent,
        "begunAt": moment_text(session.begun_at),
        "seenAt": moment_text(session.seen_at),
        "endsAt": moment_text(session.ends_at),
    }


def deed_record(deed: Deed) -> dict[str, Any]:
    """A row of the log for programs."""
    return {
        "id": deed.id,
        "at": moment_text(deed.at),
        "who": deed.who,
        "via": deed.via,
        "action": deed.action,
        "wallet": deed.wallet,
        "request": deed.request,
        "status": deed.status,
        "about": deed.about,
    }


def rights(scopes: frozenset[Scope], wallets: frozenset[str] | None, words: Words) -> tuple[str, str]:
    """The widest scope and the wallets, for people."""
    from fiel.infra.access.principals import widest

    return widest(scopes).value, note("access_all", words) if wallets is None else ", ".join(sorted(wallets))


def when(moment: datetime | None, words: Words) -> str:
    """An instant for people; nothing is a dash."""
    return "-" if moment is None else words.moment(moment)


def show_rows(titles: Sequence[str], rows: Sequence[Sequence[str]], words: Words) -> None:
    """A table; a cell that is cut short would be of no use in the next command, so they fold."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(note(title, words), overflow="fold")
    for row in rows:
        table.add_row(*(printable(cell) for cell in row))
    show(screen(), table)
