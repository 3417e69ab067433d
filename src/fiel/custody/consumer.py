"""The consumer of `order-events-v1`: records of the bus into the book, offsets in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fiel.custody.events import Alert, AlertCode
from fiel.custody.messages import Message
from fiel.custody.order_events.event import LogPlace
from fiel.custody.receiving import BATCH_MAX, Progress, Received
from fiel.custody.service import Custody
from fiel.infra.bus.port import Batch, Partition, Record
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import FielError

GROUP = "custody"
#: So many full batches are polled at once: while the database works on one, the next is read.
PARTS = 4


def polled(batch: int) -> int:
    """How many records to poll for transactions of at most `batch`: several parts of full ones."""
    return batch if batch < BATCH_MAX else PARTS * BATCH_MAX


#: Told of every committed batch: how many records it had, and what became of them.
OnBatch = Callable[[int, Received], None]


@dataclass(frozen=True, slots=True)
class OrderEventsHandler:
    """Handles a batch of the consumer (`infra.bus.consuming.Handle`)."""

    custody: Custody
    on_batch: OnBatch | None = None

    def __call__(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """Everything of the batch in the book, or (`Unavailable`, `Conflict`) nothing of what is left."""
        messages = [message_of(record) for record in batch.records]
        progress = [Progress(places[each], upto) for each, upto in batch.next_offsets.items()]
        received = self.custody.receive(messages, progress)
        if self.on_batch is not None:
            self.on_batch(len(messages), received)


def message_of(record: Record) -> Message:
    """A record as custody reads it. A missing value stays unreadable: it is dead-lettered, not skipped."""
    place = LogPlace(record.partition.topic, record.partition.number, record.offset)
    key = None if record.key is None else record.key.decode("utf-8", "replace")
    return Message(record.value or b"", place, key)


def alert_stopped(custody: Custody, group: str, error: FielError) -> None:
    """People are told, once per cause, that a consumer stopped and waits for them. Raises `Unavailable`."""
    cause = ":".join(
        ("consumer", group, error.code, *(error.details[name] for name in sorted(error.details)))
    )
    alert = Alert(AlertCode.CONSUMER_STOPPED, "", None, cause, str(error))
    custody.book.transact(lambda unit: unit.alert([alert], custody.clock.now()))
