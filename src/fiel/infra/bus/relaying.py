"""From the outbox to a bus: the `publish` that a `Relay` is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fiel.infra import tracing
from fiel.infra.bus.faults import NotPublished
from fiel.infra.bus.port import EventBus, Message
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.relay import Publish
from fiel.kernel.errors import InvalidInput

MESSAGE_ID = "message-id"


def publishing_to(bus: EventBus) -> Publish:
    """Publishes outbox messages on a bus, with their id in the header `message-id`."""

    def publish(messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
        ready, failures = _ready(messages)
        try:
            bus.publish([message for _, message in ready])
        except NotPublished as error:
            failures |= {ready[position][0]: reason for position, reason in error.failures.items()}
        return failures

    return publish


def as_message(each: OutboxMessage) -> Message:
    """The message as it goes on the wire: UTF-8 key and body. Raises `InvalidInput` beyond the limits."""
    headers = [(MESSAGE_ID, each.message_id.encode())]
    if each.trace:
        with tracing.span(f"publish {each.topic}", kind="producer", parent=each.trace):
            headers.append((tracing.TRACEPARENT, (tracing.carried() or each.trace).encode()))
    return Message(each.topic, each.key.encode(), each.body.encode(), tuple(headers))


def _ready(messages: Sequence[OutboxMessage]) -> tuple[list[tuple[int, Message]], dict[int, str]]:
    """What can travel, with its position; and why the others cannot. A key stops at its first failure."""
    ready: list[tuple[int, Message]] = []
    failures: dict[int, str] = {}
    stopped: set[tuple[str, str]] = set()
    for position, each in enumerate(messages):
        if (each.topic, each.key) in stopped:
            continue
        try:
            ready.append((position, as_message(each)))
        except InvalidInput as error:
            failures[position] = str(error)
            stopped.add((each.topic, each.key))
    return ready, failures
