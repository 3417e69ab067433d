"""Dead letters: what no handler could take, kept whole on `<topic>.dlq` with the reason beside it.

Key and value are the bytes as they came, the original headers stay, and the headers below say why and
from where. Published before the offset moves on: a crash in between publishes the same letter again,
which its origin (topic, partition, offset) tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from fiel.infra.bus.port import HEADERS_MAX, EventBus, Headers, Message, Record
from fiel.kernel.errors import FielError

SUFFIX = ".dlq"
REASON, DETAIL = "dead-letter-reason", "dead-letter-detail"
TOPIC, PARTITION, OFFSET = "dead-letter-topic", "dead-letter-partition", "dead-letter-offset"
TIMESTAMP = "dead-letter-timestamp-ms"
_OURS = frozenset({REASON, DETAIL, TOPIC, PARTITION, OFFSET, TIMESTAMP})
_DETAIL_LENGTH_MAX = 500


def dead_letter_topic(topic: str) -> str:
    """The topic where a topic's dead letters go."""
    return topic + SUFFIX


def dead_letter(record: Record, error: Exception) -> Message:
    """The letter of a record that a handler refused with `error`: its code, or the kind of the defect."""
    reason = error.code if isinstance(error, FielError) else f"defect_{type(error).__name__}"
    detail = str(error)[:_DETAIL_LENGTH_MAX]
    ours: Headers = (
        (REASON, _text(reason)),
        (DETAIL, _text(detail)),
        (TOPIC, _text(record.partition.topic)),
        (PARTITION, _text(record.partition.number)),
        (OFFSET, _text(record.offset)),
        (TIMESTAMP, _text("" if record.timestamp_ms is None else record.timestamp_ms)),
    )
    # A letter that dies again carries its newest reason only.
    theirs = tuple(each for each in record.headers if each[0] not in _OURS)[: HEADERS_MAX - len(ours)]
    return Message(dead_letter_topic(record.partition.topic), record.key, record.value, theirs + ours)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Sends dead letters of the topics that were named at the start."""

    bus: EventBus

    def prepare(self, *topics: str, partitions: int = 1) -> None:
        """Make the dead-letter topics of these topics where they are missing. Raises `Unavailable`."""
        for topic in topics:
            self.bus.ensure_topic(dead_letter_topic(topic), partitions)

    def send(self, record: Record, error: Exception) -> None:
        """Publish the letter of a record and wait until it is durable. Raises `NotPublished`."""
        self.bus.publish([dead_letter(record, error)])


def _text(content: object) -> bytes:
    return str(content).encode("utf-8", "replace")
