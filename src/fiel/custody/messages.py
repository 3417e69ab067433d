"""A message of the log on its way into the book, and one that did not get in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fiel.custody.accounts import Rejection
from fiel.custody.order_events.event import LogPlace, OrderEvent
from fiel.kernel.ids import deterministic_id

#: Text that both databases can hold is kept as it came; everything else in base64.
_KEPT_BYTES_MAX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """A value as it came (bytes, text, or already decoded), its key, and where it stands in the log."""

    value: bytes | str | Mapping[str, object]
    place: LogPlace | None = None
    key: str | None = None


class BodyEncoding(StrEnum):
    """How a dead letter keeps its message; EVENT is a parked event, whose message was read long ago."""

    TEXT = "text"
    BASE64 = "base64"
    EVENT = "event"
    CUT = "cut"


class DeadLetterStatus(StrEnum):
    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """A message that was not applied: why, and all of it, so that it can be handled again.

    `id` is a function of its place in the log (without one: of its content; of an event that had waited:
    of the event), so that a message delivered again is one dead letter still.
    """

    id: str
    place: LogPlace | None
    key: str | None
    body: str
    encoding: BodyEncoding
    rejection: Rejection
    user_id: str | None
    order_id: int | None
    event_id: str | None
    recorded_at: datetime
    status: DeadLetterStatus = DeadLetterStatus.OPEN
    attempts: int = 1
    settled_at: datetime | None = None


def dead_letter(
    message: Message, rejection: Rejection, at: datetime, event: OrderEvent | None = None
) -> DeadLetterRow:
    """The dead letter of a message; what is known of it comes from `event` when it could be read."""
    body, encoding = kept(message.value)
    return DeadLetterRow(
        id=_identity(message.place, body, rejection),
        place=message.place,
        key=None if message.key is None else _storable(message.key),
        body=body,
        encoding=encoding,
        rejection=rejection,
        user_id=event.user_id if event else None,
        order_id=event.order_id if event else None,
        event_id=event.event_id if event else None,
        recorded_at=at,
    )


def _identity(place: LogPlace | None, body: str, rejection: Rejection) -> str:
    if place is not None:
        return deterministic_id("dead", place.topic, place.partition, place.offset)
    return deterministic_id("dead", body, rejection.code)


def kept(value: bytes | str | Mapping[str, object]) -> tuple[str, BodyEncoding]:
    """A message's value as text that any database holds, and how. Very long ones are cut."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=True, sort_keys=True, default=str), BodyEncoding.TEXT
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    if len(raw) > _KEPT_BYTES_MAX:
        return base64.b64encode(raw[:_KEPT_BYTES_MAX]).decode("ascii"), BodyEncoding.CUT
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii"), BodyEncoding.BASE64
    if "\x00" in text:
        return base64.b64encode(raw).decode("ascii"), BodyEncoding.BASE64
    return text, BodyEncoding.TEXT


def _storable(text: str) -> str:
    return text.replace("\x00", "\\0").encode("utf-8", "replace").decode("utf-8")
