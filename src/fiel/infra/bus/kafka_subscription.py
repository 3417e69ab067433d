"""A member of a Kafka group: cooperative rebalances, explicit places, bounded memory.

The rebalance callback does nothing but note what was given; the partitions are taken up in the next
`poll`, outside of it, because asking a database in there could hold up the whole group. Until then
nothing is read from them. What librdkafka fetches ahead is bounded by its queue; what is not polled
stays on the broker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fiel.infra import system
from fiel.infra.bus.faults import OffsetOutOfRange
from fiel.infra.bus.kafka_errors import UNKNOWN_TOPIC, confluent_kafka, is_out_of_range, named
from fiel.infra.bus.port import Batch, Lag, OnAssigned, OnRevoked, Partition, Record, checked_poll, start_at
from fiel.kernel.errors import FielError, NotFound

#: One wait for a first record: short, so that what a rebalance gave is taken up soon.
_SLICE_S = 0.1


class KafkaSubscription:
    """See `Subscription`. Closes the consumer it was given."""

    def __init__(
        self,
        consumer: Any,
        topics: Sequence[str],
        on_assigned: OnAssigned,
        on_revoked: OnRevoked,
        *,
        request_timeout_s: float,
    ) -> None:
        self._consumer = consumer
        self._on_assigned, self._on_revoked = on_assigned, on_revoked
        self._request_timeout_s = request_timeout_s
        #: Given by the group and not read yet; read, with the next offset of each; not read for now.
        self._given: list[Partition] = []
        self._next: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self._quiet = self._closed = False
        self._error: FielError | None = None
        consumer.subscribe(
            list(topics), on_assign=self._note_given, on_revoke=self._note_gone, on_lost=self._note_gone
        )

    def poll(self, max_records: int, timeout_s: float) -> Batch:
        """See `Subscription.poll`."""
        checked_poll(max_records, timeout_s)
        self._raise_noted()
        self._wake_up()
        deadline = system.elapsed_seconds() + timeout_s
        while True:
            self._take_up()
            left = deadline - system.elapsed_seconds()
            found = self._consumer.consume(1, max(min(left, _SLICE_S), 0))
            if found:
                # A consume waits until it is full: the rest is what lies ready.
                found += self._consumer.consume(max_records - 1, 0) if max_records > 1 else []
                batch = self._kept(found)
                if batch.records:
                    return batch
                self._raise_noted()
            if left <= 0:
                return Batch()

    def keep_alive(self) -> None:
        """See `Subscription.keep_alive`; errors are told by the next poll."""
        if not self._quiet:
            self._quiet = True
            self._pause_at_broker(set(self._next) - self._paused)
        slipped = self._kept(self._consumer.consume(1, 0)).records
        for record in slipped:
            self.seek(record.partition, record.offset)

    def commit_hint(self, next_offsets: Mapping[Partition, int]) -> None:
        """See `Subscription.commit_hint`."""
        wanted = [_place(each, offset) for each, offset in next_offsets.items() if each in self._next]
        try:
            if wanted:
                self._consumer.commit(offsets=wanted, asynchronous=True)
        except confluent_kafka.KafkaException:
            # A hint: the database knows.
            return

    def seek(self, partition: Partition, offset: int) -> None:
        """See `Subscription.seek`."""
        self._must_have(partition)
        # Taking it anew works in every state; librdkafka's own seek does not while it looks for offsets.
        self._consumer.incremental_unassign([_place(partition)])
        self._consumer.incremental_assign([_place(partition, offset)])
        self._next[partition] = offset
        if self._quiet or partition in self._paused:
            self._pause_at_broker({partition})

    def pause(self, partitions: Iterable[Partition]) -> None:
        """See `Subscription.pause`."""
        wanted = set(partitions) & set(self._next)
        self._pause_at_broker(wanted - self._paused)
        self._paused |= wanted

    def resume(self, partitions: Iterable[Partition]) -> None:
        """See `Subscription.resume`."""
        wanted = set(partitions) & self._paused
        self._paused -= wanted
        if wanted and not self._quiet:
            self._consumer.resume([_place(each) for each in sorted(wanted)])

    def assigned(self) -> frozenset[Partition]:
        """See `Subscription.assigned`."""
        return frozenset(self._next)

    def lag(self, timeout_s: float = 5.0) -> Mapping[Partition, Lag]:
        """See `Subscription.lag`."""
        return {
            each: Lag(offset, self._bounds(each, timeout_s)[1]) for each, offset in sorted(self._next.items())
        }

    def close(self) -> None:
        """See `Subscription.close`."""
        if self._closed:
            return
        self._closed = True
        self._consumer.close()

    def _note_given(self, consumer: Any, places: Sequence[Any]) -> None:
        """Called inside a consume. The empty answer says that we know; the reading starts in `_take_up`."""
        self._given += [_partition(each) for each in places]
        consumer.incremental_assign([])

    def _note_gone(self, consumer: Any, places: Sequence[Any]) -> None:
        """Called inside a consume or close: partitions were given back, or were lost before we knew."""
        gone = [_partition(each) for each in places]
        self._given = [each for each in self._given if each not in gone]
        read = [each for each in gone if each in self._next]
        for each in read:
            del self._next[each]
            self._paused.discard(each)
        consumer.incremental_unassign([_place(each) for each in read])
        if read:
            self._on_revoked(read)

    def _take_up(self) -> None:
        """Start reading what was given, from where the consumer's database says. Safe to be tried again."""
        if not self._given:
            return
        given = list(self._given)
        stored = self._on_assigned(given)
        starts = {each: start_at(each, stored[each], *self._bounds(each)) for each in given}
        self._consumer.incremental_assign([_place(each, offset) for each, offset in starts.items()])
        # What was taken from us while it was paused, and comes back, would be paused still, and never read.
        self._consumer.resume([_place(each) for each in starts])
        self._given = []
        self._next |= starts

    def _bounds(self, partition: Partition, timeout_s: float | None = None) -> tuple[int, int]:
        """The first offset and the one after the last, asked anew. Raises `Unavailable`."""
        try:
            low, high = self._consumer.get_watermark_offsets(
                _place(partition), timeout=timeout_s or self._request_timeout_s, cached=False
            )
        except confluent_kafka.KafkaException as error:
            raise named(error.args[0], str(partition)) from error
        return low, high

    def _wake_up(self) -> None:
        if not self._quiet:
            return
        self._quiet = False
        awake = sorted(set(self._next) - self._paused)
        if awake:
            self._consumer.resume([_place(each) for each in awake])

    def _pause_at_broker(self, partitions: set[Partition]) -> None:
        if partitions:
            self._consumer.pause([_place(each) for each in sorted(partitions)])

    def _kept(self, found: Sequence[Any]) -> Batch:
        """The records of what we read; errors are noted, those that pass by themselves are not."""
        known: dict[tuple[str, int], Partition] = {(each.topic, each.number): each for each in self._next}
        records = []
        for each in found:
            error = each.error()
            if error is not None:
                self._note(each, error)
                continue
            partition = known.get((each.topic(), each.partition()))
            # What a rebalance took away in this very call is not ours to handle any more.
            if partition is not None:
                records.append(_record(partition, each))
        for record in records:
            self._next[record.partition] = record.offset + 1
        return Batch(tuple(records))

    def _note(self, message: Any, error: Any) -> None:
        if is_out_of_range(error):
            partition = Partition(message.topic(), message.partition())
            if partition in self._next:
                wanted = self._next[partition]
                self._error = OffsetOutOfRange(*_parts(partition), wanted, *self._bounds(partition))
        elif error.code() in UNKNOWN_TOPIC or error.fatal():
            self._error = named(error, f"the topic {message.topic()}")

    def _raise_noted(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _must_have(self, partition: Partition) -> None:
        if partition not in self._next:
            raise NotFound("partition_not_assigned", f"{partition} is not ours now", field="partition")


def _place(partition: Partition, offset: int | None = None) -> Any:
    if offset is None:
        return confluent_kafka.TopicPartition(partition.topic, partition.number)
    return confluent_kafka.TopicPartition(partition.topic, partition.number, offset)


def _partition(place: Any) -> Partition:
    return Partition(place.topic, place.partition)


def _parts(partition: Partition) -> tuple[str, int]:
    return partition.topic, partition.number


def _record(partition: Partition, message: Any) -> Record:
    kind, timestamp = message.timestamp()
    headers = message.headers()
    return Record(
        partition,
        message.offset(),
        message.key(),
        message.value(),
        timestamp if kind != confluent_kafka.TIMESTAMP_NOT_AVAILABLE else None,
        tuple((name, content or b"") for name, content in headers) if headers else (),
    )
