"""Who reads which partition of an embedded log: leases, so that a dead consumer's share is taken over.

Each member of a group holds a numbered seat of a topic; there are as many seats as partitions. The
members that hold seats now, in the order of their seats, share the partitions out in turn; each takes
the lease of a partition that is its own as soon as it is free. Everything by the database's clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, select

from fiel.infra.bus.port import Partition
from fiel.infra.storage import leases
from fiel.infra.storage.instants import DatabaseNow
from fiel.infra.storage.leases import Lease
from fiel.infra.storage.tables import leases as leases_table
from fiel.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class Member:
    """One consumer of `group`; its leases last `time_to_live` unless renewed."""

    group: str
    name: str
    time_to_live: timedelta


@dataclass(frozen=True, slots=True)
class Holding:
    """What a member holds: a seat in each topic where one was free, and partitions."""

    seats: dict[str, tuple[int, Lease]] = field(default_factory=dict)
    partitions: dict[Partition, Lease] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """After a look at the group: what is still held, and what should be."""

    holding: Holding
    wanted: frozenset[Partition]


def look(connection: Connection, member: Member, holding: Holding, counts: dict[str, int]) -> Share:
    """Renew what is held, sit down where a seat is free, and see what the share is.

    `counts` has the partitions of each topic. What ran out is gone from the answer.
    """
    kept = Holding(
        {
            topic: (number, lease)
            for topic, (number, old) in holding.seats.items()
            if (lease := _renewed(connection, member, old)) is not None
        },
        {
            partition: lease
            for partition, old in holding.partitions.items()
            if (lease := _renewed(connection, member, old)) is not None
        },
    )
    wanted: set[Partition] = set()
    for topic, count in sorted(counts.items()):
        if topic not in kept.seats:
            seat = _sit_down(connection, member, topic, count)
            if seat is None:
                continue
            kept.seats[topic] = seat
        taken = _taken_seats(connection, member, topic, count)
        if kept.seats[topic][0] not in taken:
            # It ran out between two statements: the next look takes another.
            continue
        place = taken.index(kept.seats[topic][0])
        wanted |= {Partition(topic, number) for number in range(place, count, len(taken))}
    return Share(kept, frozenset(wanted))


def take(connection: Connection, member: Member, partitions: Collection[Partition]) -> dict[Partition, Lease]:
    """The leases of those of the partitions that are free."""
    found = {
        each: leases.take(connection, _partition_name(member, each), member.name, member.time_to_live)
        for each in sorted(partitions)
    }
    return {each: lease for each, lease in found.items() if lease is not None}


def give_back(connection: Connection, held: Sequence[Lease]) -> None:
    """Free leases for others at once."""
    for lease in held:
        leases.release(connection, lease)


def _renewed(connection: Connection, member: Member, lease: Lease) -> Lease | None:
    try:
        return leases.renew(connection, lease, member.time_to_live)
    except Conflict:
        return None


def _sit_down(connection: Connection, member: Member, topic: str, count: int) -> tuple[int, Lease] | None:
    for number in range(count):
        name = _seat_name(member, topic, number)
        lease = leases.take(connection, name, member.name, member.time_to_live)
        if lease is not None:
            return number, lease
    return None


def _taken_seats(connection: Connection, member: Member, topic: str, count: int) -> list[int]:
    """The seats that are held now, in order; one's own is among them."""
    names = {_seat_name(member, topic, number): number for number in range(count)}
    held = select(leases_table.c.name).where(
        leases_table.c.name.in_(sorted(names)), leases_table.c.expires_at > DatabaseNow()
    )
    return sorted(names[name] for name in connection.execute(held).scalars())


def _seat_name(member: Member, topic: str, number: int) -> str:
    return f"bus/{member.group}/{topic}/seat/{number}"


def _partition_name(member: Member, partition: Partition) -> str:
    return f"bus/{member.group}/{partition.topic}/partition/{partition.number}"
