"""The consumer: polls, hands batches to a handler, and keeps in the group while the handler works.

The handler runs in a thread of its own and commits everything of a batch in ONE transaction: its
effects and `advance(connection, batch, places)`. (Or in several, each with the offsets of its part, when it
passes over a part that was committed before.) So a crash before the commit redelivers the batch, a
crash after it does not, and a consumer that lost a partition without noticing is refused by its epoch, whole.

While the handler takes longer than `Pace.patience_s` (a slow database), the bus is polled with every
partition paused: the group sees a live member and does not rebalance. Nothing is read meanwhile.

| the handler raises            | then                                                                    |
|-------------------------------|-------------------------------------------------------------------------|
| `Unavailable`                 | the same batch again after a pause (doubling), as long as it is ours    |
| `Conflict` (epoch_lost)       | what was lost is dropped, the rest of the batch again; none lost: rejoin|
| anything else                 | `run` raises it: stop and look (`isolating` keeps poison from that)     |
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import TypeAlias

from fiel.infra import tracing
from fiel.infra.about import about
from fiel.infra.bus import topic_identities
from fiel.infra.bus.port import RECORDS_MAX, Batch, EventBus, Partition, Subscription
from fiel.infra.storage import offsets
from fiel.infra.storage.database import Database, Session, UnitOfWork
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import Conflict, FielError, InvalidInput, Unavailable

#: Handles a batch and commits it together with its offsets, by the assignment of each partition.
Handle: TypeAlias = Callable[[Batch, Mapping[Partition, Assignment]], None]
#: Told of what passes by itself (an outage, a lost partition), for logs and metrics. Must not raise.
OnTrouble: TypeAlias = Callable[[FielError], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How much and how often. Seconds; a batch is at most `max_records`.

    `patience_s` is far below any group's poll interval, and above what a batch takes: pausing throws
    away what was fetched ahead.
    """

    max_records: int = 500
    poll_s: float = 0.5
    patience_s: float = 2.0
    keep_alive_s: float = 0.2
    first_pause_s: float = 0.1
    longest_pause_s: float = 10.0

    def __post_init__(self) -> None:
        if not 1 <= self.max_records <= RECORDS_MAX:
            raise InvalidInput("batch_size", f"a batch is 1 to {RECORDS_MAX} records", field="max_records")
        if min(self.poll_s, self.patience_s, self.keep_alive_s, self.first_pause_s) <= 0:
            raise InvalidInput("pace_not_positive", "the times of a pace are above zero")

    def pause_after(self, attempts: int) -> float:
        """Seconds to wait after failure number `attempts` of the same batch."""
        return min(self.first_pause_s * (1 << min(attempts - 1, 30)), self.longest_pause_s)


class Consumer:
    """One member of the group `group`, whose offsets are kept in `database` under the same name.

    `run` until told to stop, or `turn` by turn; then `close`. For one thread, which polls; the handler
    has another one, so a SQLite database in memory does not do.
    """

    def __init__(
        self,
        bus: EventBus,
        database: Database,
        topics: Sequence[str],
        group: str,
        handle: Handle,
        *,
        pace: Pace | None = None,
        on_trouble: OnTrouble | None = None,
    ) -> None:
        self._bus, self._database = bus, database
        self._topics, self.group = tuple(topics), group
        self._handle, self._pace = handle, pace or Pace()
        self._on_trouble = on_trouble
        self._places: dict[Partition, Assignment] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=f"consumer-{group}")
        self._stop = threading.Event()
        self._troubles = 0
        self._subscription: Subscription | None = None

    def run(self) -> None:
        """Consume until `stop`; the batch in hand is finished first. Leaves the group at the end.

        Raises what is not to be passed over: `OffsetOutOfRange`, `TopicReplaced`, `Corrupt`, and what
        the handler raises beyond outages.
        """
        try:
            while not self._stop.is_set():
                self.turn()
        finally:
            self.close()

    def stop(self) -> None:
        """Ask `run` to end after the batch in hand; from any thread or signal handler."""
        self._stop.set()

    def turn(self) -> int:
        """Poll once and handle what came; how many records were committed."""
        try:
            batch = self._joined().poll(self._pace.max_records, self._pace.poll_s)
        except Unavailable as error:
            self._tell(error)
            self._troubles += 1
            self._stop.wait(self._pace.pause_after(self._troubles))
            return 0
        self._troubles = 0
        return self._work_off(batch) if batch.records else 0

    def assigned(self) -> Mapping[Partition, Assignment]:
        """The partitions that are ours, as far as is known, with their epochs."""
        return dict(self._places)

    @property
    def subscription(self) -> Subscription | None:
        """The membership in the group, for its lag; `None` before the first turn and after the end."""
        return self._subscription

    def close(self) -> None:
        """Leave the group; others take over at once. A second call does nothing."""
        self._stop.set()
        self._worker.shutdown()
        self._leave()

    def _joined(self) -> Subscription:
        if self._subscription is None:
            self._subscription = self._bus.subscribe(
                self._topics, self.group, on_assigned=self._assigned, on_revoked=self._revoked
            )
        return self._subscription

    def _leave(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            subscription.close()
        self._places.clear()

    def _assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """Raise the epochs and read the stored offsets, in one transaction."""
        identities = {each.topic: "" for each in partitions}
        for topic in identities:
            identities[topic] = self._bus.topic_identity(topic)

        def take(unit: UnitOfWork) -> dict[Partition, Assignment]:
            for topic, identity in sorted(identities.items()):
                topic_identities.confirm(unit.connection, self.group, topic, identity)
            return {
                each: offsets.assign(unit.connection, self.group, each.topic, each.number)
                for each in sorted(partitions)
            }

        taken = self._database.transact(take)
        self._places |= taken
        return {each: place.next_offset for each, place in taken.items()}

    def _revoked(self, partitions: Sequence[Partition]) -> None:
        for each in partitions:
            self._places.pop(each, None)

    def _work_off(self, batch: Batch) -> int:
        """Handle a batch until it is committed, lost, or to be left because of `stop`."""
        places = {each: self._places[each] for each in batch.next_offsets}
        failures = 0
        while batch.records:
            error = self._attempt(batch, places)
            if error is None:
                self._hint(batch)
                return len(batch)
            self._tell(error)
            kept = {each: place for each, place in places.items() if self._places.get(each) == place}
            if isinstance(error, Unavailable):
                failures += 1
                if self._interrupted(self._pace.pause_after(failures)):
                    break
            elif len(kept) == len(places):
                # Someone raised our epochs and the group says nothing of it: an operator, or a zombie's end.
                self._leave()
                break
            batch, places = batch.only(kept), kept
        return 0

    def _attempt(self, batch: Batch, places: Mapping[Partition, Assignment]) -> FielError | None:
        """One try in the worker's thread; `None`, or what passes by itself. Raises everything else."""
        working = self._worker.submit(self._handled, batch, places)
        self._stay_while(working)
        try:
            working.result()
        except Unavailable as error:
            return error
        except Conflict as error:
            if not epoch_lost(error):
                raise
            self._keep_alive()
            return error
        return None

    def _handled(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """The handler, with the batch named in the log and in the trace that it continues."""
        if not tracing.is_on():
            with about({"batch": _named(batch)}):
                self._handle(batch, places)
            return
        parents = dict.fromkeys(
            content.decode("ascii", "replace")
            for record in batch.records
            for name, content in record.headers
            if name == tracing.TRACEPARENT and content
        )
        # One parent continues its trace; of several, the batch is of none, and linked to all.
        parent, links = (next(iter(parents)), ()) if len(parents) == 1 else (None, tuple(parents))
        name = f"handle {', '.join(self._topics)}"
        facts = {"group": self.group, "records": len(batch)}
        with (
            about({"batch": _named(batch)}),
            tracing.span(name, kind="consumer", parent=parent, links=links, **facts),
        ):
            self._handle(batch, places)

    def _stay_while(self, working: Future[None]) -> None:
        wait_for([working], timeout=self._pace.patience_s)
        while not working.done():
            self._keep_alive()
            wait_for([working], timeout=self._pace.keep_alive_s)

    def _keep_alive(self) -> None:
        if self._subscription is None:
            return
        try:
            self._subscription.keep_alive()
        except Unavailable as error:
            self._tell(error)

    def _interrupted(self, pause_s: float) -> bool:
        """Let `pause_s` pass as a member of the group; whether `stop` came."""
        left = pause_s
        while left > 0 and not self._stop.wait(min(left, self._pace.keep_alive_s)):
            self._keep_alive()
            left -= self._pace.keep_alive_s
        return self._stop.is_set()

    def _hint(self, batch: Batch) -> None:
        if self._subscription is not None:
            self._subscription.commit_hint(batch.next_offsets)

    def _tell(self, error: FielError) -> None:
        if self._on_trouble is not None:
            self._on_trouble(error)


def _named(batch: Batch) -> str:
    """Where the batch begins, and how many more there are: enough to find it again."""
    first = batch.records[0]
    return f"{first.partition}@{first.offset}+{len(batch) - 1}"


def advance(connection: Session, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
    """Store how far a batch goes, in the handler's transaction. Raises `Conflict` (epoch_lost)."""
    for partition, upto in batch.next_offsets.items():
        offsets.advance(connection, places[partition], upto)


def epoch_lost(error: BaseException) -> bool:
    """Whether a partition was given to another consumer meanwhile."""
    return isinstance(error, Conflict) and error.code == "epoch_lost"
