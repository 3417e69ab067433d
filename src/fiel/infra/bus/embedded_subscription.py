"""A member of a group on the embedded log."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from fiel.infra import system
from fiel.infra.bus import embedded_log, embedded_seats
from fiel.infra.bus.embedded_log import Bounds
from fiel.infra.bus.embedded_seats import Holding, Member, Share
from fiel.infra.bus.faults import OffsetOutOfRange
from fiel.infra.bus.port import Batch, Lag, OnAssigned, OnRevoked, Partition, Record, checked_poll, start_at
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.leases import Lease
from fiel.kernel.errors import NotFound, Unavailable

#: Leases are renewed, and the group looked at, so many times in the life of a lease.
_LOOKS_PER_LEASE = 4


class Bell(Protocol):
    """Wakes the consumers of this process."""

    def heard(self) -> int:
        """How often it rang so far."""

    def wait(self, heard: int, timeout_s: float) -> None:
        """Until it rings again after `heard`, or the time has passed."""


class EmbeddedSubscription:
    """See `Subscription`."""

    def __init__(
        self,
        database: Database,
        member: Member,
        counts: dict[str, int],
        bell: Bell,
        on_assigned: OnAssigned,
        on_revoked: OnRevoked,
        *,
        look_s: float,
        fetch_bytes_max: int,
    ) -> None:
        self._database, self._member, self._counts, self._bell = database, member, counts, bell
        self._on_assigned, self._on_revoked = on_assigned, on_revoked
        self._look_s, self._fetch_bytes_max = look_s, fetch_bytes_max
        self._group_look_s = member.time_to_live.total_seconds() / _LOOKS_PER_LEASE
        self._next_look = 0.0
        self._holding = Holding()
        #: What is read, with the next offset of each; in the order of whose turn it is.
        self._next: dict[Partition, int] = {}
        self._turns: deque[Partition] = deque()
        self._paused: set[Partition] = set()
        self._closed = False

    def poll(self, max_records: int, timeout_s: float) -> Batch:
        """See `Subscription.poll`."""
        checked_poll(max_records, timeout_s)
        deadline = system.elapsed_seconds() + timeout_s
        while True:
            heard = self._bell.heard()
            self._look_at_group()
            self._take_up()
            records = self._fetch(max_records)
            left = deadline - system.elapsed_seconds()
            if records or left <= 0:
                return Batch(tuple(records))
            self._bell.wait(heard, min(left, self._look_s))

    def keep_alive(self) -> None:
        """See `Subscription.keep_alive`."""
        self._look_at_group()

    def commit_hint(self, next_offsets: Mapping[Partition, int]) -> None:
        """Nothing to do: the log is in the consumer's database."""

    def seek(self, partition: Partition, offset: int) -> None:
        """See `Subscription.seek`."""
        if partition not in self._next:
            raise NotFound("partition_not_assigned", f"{partition} is not ours now", field="partition")
        self._next[partition] = offset

    def pause(self, partitions: Iterable[Partition]) -> None:
        """See `Subscription.pause`."""
        self._paused |= set(partitions) & set(self._next)

    def resume(self, partitions: Iterable[Partition]) -> None:
        """See `Subscription.resume`."""
        self._paused -= set(partitions)

    def assigned(self) -> frozenset[Partition]:
        """See `Subscription.assigned`."""
        return frozenset(self._next)

    def lag(self, timeout_s: float = 5.0) -> Mapping[Partition, Lag]:  # noqa: ARG002
        """See `Subscription.lag`; the database's own time-outs apply."""
        with self._database.reading() as connection:
            bounds = embedded_log.bounds_of(connection, list(self._next))
        return {each: Lag(offset, bounds[each].high) for each, offset in sorted(self._next.items())}

    def close(self) -> None:
        """See `Subscription.close`; with the database away the leases run out by themselves."""
        if self._closed:
            return
        self._closed = True
        self._drop(list(self._next))
        held = [lease for _, lease in self._holding.seats.values()] + list(self._holding.partitions.values())
        self._holding = Holding()
        try:
            self._database.transact(lambda unit: embedded_seats.give_back(unit.connection, held))
        except Unavailable:
            return

    def _look_at_group(self) -> None:
        """When it is time: renew the leases, give back what others should have, take what is free."""
        now = system.elapsed_seconds()
        if now < self._next_look:
            return
        holding, counts, member = self._holding, self._counts, self._member

        def look(unit: UnitOfWork) -> Share:
            return embedded_seats.look(unit.connection, member, holding, counts)

        share = self._database.transact(look)
        self._holding = share.holding
        # Read, but lost or to be given away.
        ours = share.wanted & share.holding.partitions.keys()
        self._drop([each for each in self._next if each not in ours])
        self._exchange(share)
        self._next_look = now + self._group_look_s

    def _exchange(self, share: Share) -> None:
        held = share.holding.partitions
        unwanted = {each: lease for each, lease in held.items() if each not in share.wanted}
        missing = share.wanted - held.keys()
        if not unwanted and not missing:
            return

        def exchange(unit: UnitOfWork) -> dict[Partition, Lease]:
            embedded_seats.give_back(unit.connection, list(unwanted.values()))
            return embedded_seats.take(unit.connection, self._member, missing)

        taken = self._database.transact(exchange)
        kept = {each: lease for each, lease in held.items() if each not in unwanted}
        self._holding = Holding(share.holding.seats, kept | taken)

    def _take_up(self) -> None:
        """Start reading what was leased, from where the consumer's database says. Safe to be tried again."""
        given = sorted(self._holding.partitions.keys() - self._next.keys())
        if not given:
            return
        stored = self._on_assigned(given)
        with self._database.reading() as connection:
            bounds = embedded_log.bounds_of(connection, given)
        starts = {each: start_at(each, stored[each], *self._limits(bounds, each)) for each in given}
        self._next |= starts
        self._turns.extend(given)

    def _fetch(self, max_records: int) -> list[Record]:
        """The next records, partitions in turn, within the limits; each is given once."""
        found: list[Record] = []
        size = 0
        awake = [each for each in self._turns if each not in self._paused]
        if not awake:
            return found
        with self._database.reading() as connection:
            bounds = embedded_log.bounds_of(connection, awake)
            for each in awake:
                low, high = self._limits(bounds, each)
                if not low <= self._next[each] <= high:
                    raise OffsetOutOfRange(each.topic, each.number, self._next[each], low, high)
                room, space = max_records - len(found), self._fetch_bytes_max - size
                if self._next[each] == high or room <= 0 or (found and space <= 0):
                    continue
                records = embedded_log.read(
                    connection, each, self._next[each], max_records=room, max_bytes=max(space, 1)
                )
                found += records
                size += sum(len(record.value or b"") for record in records)
        for record in found:
            self._next[record.partition] = record.offset + 1
        self._turns.rotate(-1)
        return found

    def _limits(self, bounds: Mapping[Partition, Bounds], partition: Partition) -> tuple[int, int]:
        if partition not in bounds:
            raise embedded_log.unknown_topic(partition.topic)
        return bounds[partition].low, bounds[partition].high

    def _drop(self, partitions: Collection[Partition]) -> None:
        """Read no more of these, and tell."""
        gone = sorted(set(partitions) & self._next.keys())
        for each in gone:
            del self._next[each]
            self._turns.remove(each)
            self._paused.discard(each)
        if gone:
            self._on_revoked(gone)
