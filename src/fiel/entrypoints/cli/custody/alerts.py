"""`fiel custody alerts`: what was booked and a person must look at all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, write_json
from fiel.entrypoints.cli.custody.answers import (
    opened_book,
)
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.custody.queries import StoredAlert


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("alerts", epilog="Example: fiel custody alerts --limit 10")(alerts)


def alerts(
    *,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """List what a person must look at though it was booked, newest first."""
    words = words_of(lang)
    with opened_book(database) as opened, opened.queries.snapshot() as book:
        found = book.alerts(limit)
    if as_json:
        write_json([_record(alert) for alert in found])
        return
    for alert in found:
        order = "-" if alert.order_id is None else alert.order_id
        at = words.moment(alert.recorded_at)
        write_out(printable(f"{at}  {alert.code}  {alert.user_id}  {order}  {alert.message}"))
    if not found:
        write_out(note("alerts_none", words))


def _record(alert: StoredAlert) -> dict[str, str | None]:
    return {
        "id": alert.id,
        "code": alert.code,
        "userId": alert.user_id,
        "orderId": None if alert.order_id is None else str(alert.order_id),
        "eventId": alert.event_id,
        "message": alert.message,
        "recordedAt": moment_text(alert.recorded_at),
        "acknowledgedAt": moment_text(alert.acknowledged_at),
    }
