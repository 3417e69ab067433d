"""`Idempotency-Key`: the same request again gets the same answer, and has one effect.

The answer is kept once the effect is there. What was begun and never answered is done again, which is why
only effects that may be repeated go through here: rows of the book are known by what they tell, targets and
states are set and not added to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Header, Request
from starlette.responses import Response

from fiel.entrypoints.http.api.answering import reply, text_of
from fiel.entrypoints.http.api.desk import Desk
from fiel.infra.storage import idempotency
from fiel.infra.storage.database import UnitOfWork

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=idempotency.KEY_LENGTH_MAX,
        pattern=r"^[!-~]+$",
        description="Names the request through all its retries: the same key and body have one effect and "
        "one answer; another body is a 409.",
        examples=["2026-05-04-first-purchase"],
    ),
]


@dataclass(frozen=True, slots=True)
class Done:
    """What a request answers."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class _New(Exception):
    """The key is not known: nothing is kept of having asked."""


def once(desk: Desk, request: Request, key: str | None, body: Any, effect: Callable[[], Done]) -> Response:
    """The effect and its answer, or the answer that it had. Raises `Conflict` (idempotency_key_reused)."""
    if key is None:
        done = effect()
        return reply(request, done.body, status=done.status, headers=done.headers)
    scope = f"api {request.method} {desk.principal.name} {hashed(request.url.path)}"
    asked: dict[str, str | int | None] = {"body": hashed(text_of(body))}
    kept = _kept(desk, scope, key, asked)
    if kept is None:
        done = effect()
        kept = _keep(desk, scope, key, asked, done)
        if kept is None:
            return reply(request, done.body, status=done.status, headers=done.headers)
    again = {**kept.headers, "Idempotent-Replayed": "true"}
    return reply(request, kept.body, status=kept.status, headers=again)


def hashed(text: str) -> str:
    """A short name of a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _kept(desk: Desk, scope: str, key: str, asked: dict[str, str | int | None]) -> Done | None:
    def look(unit: UnitOfWork) -> str:
        known = idempotency.begin(unit.connection, scope, key, asked, at=desk.now)
        if known is None:
            raise _New
        return known

    try:
        return _read(desk.database.transact(look))
    except _New:
        return None


def _keep(desk: Desk, scope: str, key: str, asked: dict[str, str | int | None], done: Done) -> Done | None:
    """Nothing, or the answer of another who was quicker."""
    text = text_of({"body": done.body, "status": done.status, "headers": dict(done.headers)})

    def keep(unit: UnitOfWork) -> str | None:
        known = idempotency.begin(unit.connection, scope, key, asked, at=desk.now)
        if known is None:
            idempotency.finish(unit.connection, scope, key, text)
        return known

    known = desk.database.transact(keep)
    return None if known is None else _read(known)


def _read(text: str) -> Done:
    found = json.loads(text)
    return Done(found["body"], found["status"], found["headers"])
