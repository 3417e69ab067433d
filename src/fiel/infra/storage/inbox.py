"""The inbox: which messages a consumer has handled, so that one delivered again changes nothing.

Recorded in the transaction of the message's effects: both are there, or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, text

from fiel.infra.storage.bulk import Row, Shape
from fiel.infra.storage.tables import inbox
from fiel.infra.storage.types import micros_of, storable_text
from fiel.kernel.errors import Conflict

_COLUMNS = "INSERT INTO inbox (consumer, message_id, payload_hash, received_at) "
_END = " ON CONFLICT DO NOTHING RETURNING message_id"
#: Sorted by id, so that two consumers with the same messages wait for each other and never deadlock.
_INSERT_POSTGRES = text(
    _COLUMNS + "SELECT :consumer, id, hash, :at "
    "FROM unnest(CAST(:ids AS text[]), CAST(:hashes AS text[])) AS seen (id, hash) ORDER BY id" + _END
)
_INSERT_SQLITE = text(
    _COLUMNS + "SELECT :consumer, json_extract(value, '$[0]'), json_extract(value, '$[1]'), :at "
    "FROM json_each(:rows) WHERE true" + _END
)
_HASHES_POSTGRES = text(
    "SELECT message_id, payload_hash FROM inbox "
    "WHERE consumer = :consumer AND message_id = ANY (CAST(:ids AS text[]))"
)
_HASHES_SQLITE = text(
    "SELECT message_id, payload_hash FROM inbox "
    "WHERE consumer = :consumer AND message_id IN (SELECT value FROM json_each(:ids))"
)
#: A message that was handled.
ROW = Shape.of(inbox)


class Verdict(StrEnum):
    """What a message is to a consumer: new, delivered again, or another one with a used id."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Received:
    """A message's id and the hash of its payload (`payload_hash`)."""

    message_id: str
    payload_hash: str


def payload_hash(payload: bytes | str) -> str:
    """SHA-256 of a payload, as hex."""
    return hashlib.sha256(payload.encode() if isinstance(payload, str) else payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Inbox:
    """The messages that `consumer` has handled."""

    consumer: str

    def record(
        self, connection: Connection, messages: Sequence[Received], *, at: datetime
    ) -> tuple[Verdict, ...]:
        """Mark the messages as handled at `at`; one verdict each, in their order.

        The first of an id in the batch decides: a later one is a duplicate, or a conflict when its
        hash differs. Waits for another transaction that is recording one of them.
        Raises `InvalidInput` (text_unstorable) for an id that cannot be stored.
        """
        first: dict[str, str] = {}
        for message in messages:
            first.setdefault(storable_text(message.message_id, field="message_id"), message.payload_hash)
        new = self._insert(connection, first, micros_of(at)) if first else set()
        known = first | self._hashes(connection, [key for key in first if key not in new])
        return tuple(_verdicts(messages, new, known))

    def accept(self, connection: Connection, message: Received, *, at: datetime) -> bool:
        """Whether one message is new, marking it as handled; `False` for a duplicate.

        Raises `Conflict` (message_id_reused) when the id was used by another payload.
        """
        (verdict,) = self.record(connection, [message], at=at)
        if verdict is Verdict.CONFLICT:
            raise Conflict(
                "message_id_reused",
                f"message {message.message_id} was handled before with another payload; look at its producer",
                field="message_id",
                details={"message_id": message.message_id, "consumer": self.consumer},
            )
        return verdict is Verdict.NEW

    def rows(self, handled: Iterable[tuple[str, str]], *, at: datetime) -> list[Row]:
        """Rows of `ROW` for (message id, payload hash) that the caller has looked up and found new.

        To be written in bulk; the unit raises `Conflict` (constraint_broken) when another was first.
        """
        received = micros_of(at)
        return [(self.consumer, *each, received) for each in handled]

    def has(self, connection: Connection, message_id: str) -> bool:
        """Whether a message was handled: what to ask after an unknown commit."""
        found = select(inbox.c.message_id).where(
            inbox.c.consumer == self.consumer, inbox.c.message_id == message_id
        )
        return connection.execute(found).first() is not None

    def _insert(self, connection: Connection, hashes: dict[str, str], at: int) -> set[str]:
        given: dict[str, object] = {"consumer": self.consumer, "at": at}
        if connection.dialect.name == "sqlite":
            rows = json.dumps(list(hashes.items()))
            return set(connection.execute(_INSERT_SQLITE, given | {"rows": rows}).scalars())
        given |= {"ids": list(hashes), "hashes": list(hashes.values())}
        return set(connection.execute(_INSERT_POSTGRES, given).scalars())

    def _hashes(self, connection: Connection, ids: list[str]) -> dict[str, str]:
        if not ids:
            return {}
        embedded = connection.dialect.name == "sqlite"
        statement = _HASHES_SQLITE if embedded else _HASHES_POSTGRES
        given = {"consumer": self.consumer, "ids": json.dumps(ids) if embedded else ids}
        return {row.message_id: row.payload_hash for row in connection.execute(statement, given)}


def _verdicts(messages: Sequence[Received], new: set[str], known: dict[str, str]) -> list[Verdict]:
    verdicts, fresh = [], set(new)
    for message in messages:
        if known[message.message_id] != message.payload_hash:
            verdicts.append(Verdict.CONFLICT)
        elif message.message_id in fresh:
            fresh.discard(message.message_id)
            verdicts.append(Verdict.NEW)
        else:
            verdicts.append(Verdict.DUPLICATE)
    return verdicts
