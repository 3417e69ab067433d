"""Dead letters: kept whole, told to the dead-letter topic, settled by a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from fiel.custody.accounts import Rejection
from fiel.custody.messages import BodyEncoding, DeadLetterRow, DeadLetterStatus
from fiel.custody.order_events.event import LogPlace
from fiel.custody.tables import dead_letters as table
from fiel.custody.topics import DEAD_LETTERS
from fiel.infra.storage import outbox
from fiel.infra.storage.upserts import insert_into


def keep(connection: Connection, letters: Sequence[DeadLetterRow]) -> None:
    """Adds dead letters; one that is there already (the message came again) stays as it is."""
    for letter in letters:
        added = insert_into(table, connection).values(_values(letter)).on_conflict_do_nothing()
        if connection.execute(added.returning(table.c.id)).first() is not None:
            message = outbox.OutboxMessage(letter.id, DEAD_LETTERS, letter.user_id or "-", _body(letter))
            outbox.append(connection, [message], at=letter.recorded_at)


def locked(connection: Connection, letter_id: str) -> DeadLetterRow | None:
    """A dead letter, nobody else's until the end of the transaction."""
    row = (
        connection.execute(select(table).where(table.c.id == letter_id).with_for_update()).mappings().first()
    )
    return None if row is None else letter_of(row)


def settle(connection: Connection, letter: DeadLetterRow) -> None:
    """Its status, attempts and reason as they are now."""
    values = _values(letter)
    changed = {
        name: values[name] for name in ("status", "attempts", "settled_at", "code", "message", "field")
    }
    connection.execute(update(table).where(table.c.id == letter.id).values(changed))


def letter_of(row: RowMapping) -> DeadLetterRow:
    """A row of the table as a value."""
    place = None if row["topic"] is None else LogPlace(row["topic"], row["partition"], row["offset"])
    return DeadLetterRow(
        id=row["id"],
        place=place,
        key=row["message_key"],
        body=row["body"],
        encoding=BodyEncoding(row["body_encoding"]),
        rejection=Rejection(row["code"], row["message"], row["field"]),
        user_id=row["user_id"],
        order_id=row["order_id"],
        event_id=row["event_id"],
        recorded_at=row["recorded_at"],
        status=DeadLetterStatus(row["status"]),
        attempts=row["attempts"],
        settled_at=row["settled_at"],
    )


def _values(letter: DeadLetterRow) -> dict[str, Any]:
    place = letter.place
    return {
        "id": letter.id,
        "topic": place.topic if place else None,
        "partition": place.partition if place else None,
        "offset": place.offset if place else None,
        "message_key": letter.key,
        "body": letter.body,
        "body_encoding": letter.encoding.value,
        "code": letter.rejection.code,
        "message": letter.rejection.message.replace("\x00", "?"),
        "field": letter.rejection.field,
        "user_id": letter.user_id,
        "order_id": letter.order_id,
        "event_id": letter.event_id,
        "recorded_at": letter.recorded_at,
        "status": letter.status.value,
        "attempts": letter.attempts,
        "settled_at": letter.settled_at,
    }


def _body(letter: DeadLetterRow) -> str:
    """What the dead-letter topic carries: the reason, the place, and the message as it is kept."""
    values = {name: value for name, value in _values(letter).items() if name not in {"settled_at", "status"}}
    return json.dumps(values | {"recorded_at": letter.recorded_at.isoformat()}, ensure_ascii=False)
