"""Requests repeated by their caller: the same key and body get the same answer, and one effect.

answer = idempotency.begin(connection, "deposit", key, body, at=now)
if answer is None:
    answer = ...                                    # the effect, in this transaction
    idempotency.finish(connection, "deposit", key, answer)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from fiel.infra.storage.tables import idempotency_keys as table
from fiel.infra.storage.types import storable_text
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput

KEY_LENGTH_MAX = 200


def begin(
    connection: Connection, scope: str, key: str, body: Mapping[str, str | int | None], *, at: datetime
) -> str | None:
    """The stored answer of a repeated request; `None` for a new one, which now has the key.

    `scope` keeps the keys of different operations and users apart. Only hashes of the body are kept.
    Waits for another transaction with the same key, and answers by how that one ended.
    Raises `Conflict` (idempotency_key_reused, field: what differs) for another body, `InvalidInput`
    for a key that is empty or beyond 200 characters, `Corrupt` when a committed request has no answer.
    """
    _check(key)
    hashes = {name: _hash(value) for name, value in sorted(body.items())}
    claimed = insert_into(table, connection).values(
        scope=scope, key=key, field_hashes=json.dumps(hashes), recorded_at=at
    )
    if connection.execute(claimed.on_conflict_do_nothing().returning(table.c.key)).first() is not None:
        return None
    asked = select(table.c.field_hashes, table.c.answer).where(table.c.scope == scope, table.c.key == key)
    row = connection.execute(asked).one()
    _same_body(key, json.loads(row.field_hashes), hashes)
    if row.answer is None:
        raise Corrupt("answer_missing", f"the request of key {key!r} was committed without its answer")
    return str(row.answer)


def finish(connection: Connection, scope: str, key: str, answer: str) -> None:
    """Keep the answer of a request begun in this transaction."""
    mine = update(table).where(table.c.scope == scope, table.c.key == key, table.c.answer.is_(None))
    done = connection.execute(mine.values(answer=answer).returning(table.c.key)).first()
    if done is None:
        raise Corrupt("answer_given", f"the request of key {key!r} has an answer already, or never began")


def _check(key: str) -> None:
    if not key or len(key) > KEY_LENGTH_MAX:
        raise InvalidInput(
            "idempotency_key",
            f"an idempotency key has 1 to {KEY_LENGTH_MAX} characters",
            field="Idempotency-Key",
        )
    storable_text(key, field="Idempotency-Key")


def _same_body(key: str, stored: Mapping[str, str], given: Mapping[str, str]) -> None:
    for name in sorted(stored.keys() | given.keys()):
        if stored.get(name) != given.get(name):
            raise Conflict(
                "idempotency_key_reused",
                f"key {key!r} was used before with another {name}; use a new key for a new request",
                field=name,
                details={"key": key},
            )


def _hash(value: str | int | None) -> str:
    """A digest that tells 1 from "1" and nothing from empty."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]
