"""One kind of message on one topic or queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fiel.entrypoints.contracts.shapes import Schema, envelope


class Carrier(StrEnum):
    """What carries a channel: the log (Kafka, or the database's own), or the job queue (RabbitMQ, or it)."""

    TOPIC = "topic"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class MessageContract:
    """One kind of message on one channel. `sends`: Fiel writes it; `receives`: Fiel reads it."""

    name: str
    version: int
    channel: str
    carrier: Carrier
    key: str
    about: str
    schema: Schema
    sends: bool
    receives: bool
    example: dict[str, Any]

    @property
    def file(self) -> str:
        """The name of its schema's file."""
        return f"{self.name}.v{self.version}.json"


def enveloped(
    name: str,
    kind: str,
    channel: str,
    about: str,
    key: str,
    payload: Schema,
    example: dict[str, Any],
    *,
    read: bool,
) -> MessageContract:
    """A message of a topic in Fiel's envelope."""
    whole_example = {
        "id": f"{name}_1",
        "type": kind,
        "version": 1,
        "key": key.rsplit(" such as ", maxsplit=1)[-1],
        "occurredAt": "2026-05-04T13:00:00+00:00",
        "recordedAt": "2026-05-04T13:00:01+00:00",
        "payload": example,
    }
    schema = envelope(kind, 1, key, payload)
    version = 1
    return MessageContract(
        name,
        version,
        channel,
        Carrier.TOPIC,
        key.split(",", maxsplit=1)[0],
        about,
        schema,
        sends=True,
        receives=read,
        example=whole_example,
    )
