"""The relay: takes messages from the outbox to the bus, at least once, in order per key.

It claims a batch (one transaction), publishes it (no transaction open), and settles it (another). A
relay that dies in between leaves its claim to run out; another relay then publishes the batch again,
so consumers must know messages by their id. Any number of relays may run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.outbox import Claimed, OutboxMessage
from fiel.kernel.errors import Unavailable
from fiel.kernel.ids import IdSource

#: Publishes in the order given and answers the failures: reason by position in what it was given. After
#: a failure it must not send a later message of the same key. Raises `Unavailable` when the bus is down.
Publish: TypeAlias = Callable[[Sequence[OutboxMessage]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class RelayPolicy:
    """How much at once, for how long, and how long to wait after a failure (doubling up to a limit)."""

    batch: int = 500
    lease: timedelta = timedelta(seconds=30)
    first_wait: timedelta = timedelta(milliseconds=500)
    longest_wait: timedelta = timedelta(minutes=1)

    def wait_after(self, attempts: int) -> timedelta:
        """The wait after failure number `attempts` of a message."""
        return min(self.first_wait * (1 << min(attempts - 1, 30)), self.longest_wait)


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one turn did. Nothing claimed: nothing is free to be published now."""

    claimed: int
    published: int
    failed: int


@dataclass(frozen=True, slots=True)
class Relay:
    """Moves messages of one database to one bus."""

    database: Database
    publish: Publish
    ids: IdSource
    policy: RelayPolicy = RelayPolicy()

    def turn(self) -> Relayed:
        """Claim, publish and settle one batch.

        Raises `Unavailable` when the database is away; the bus being away is counted as failures.
        What else `publish` raises is a defect and passes through; the claim then runs out by itself.
        """
        token = self.ids.next_id()
        batch = self.database.transact(lambda unit: self._claim(unit, token))
        if not batch:
            return Relayed(0, 0, 0)
        try:
            failures = dict(self.publish([each.message for each in batch]))
        except Unavailable as error:
            failures = dict.fromkeys(range(len(batch)), error.message)
        settled = _settlement(batch, failures)
        self.database.transact(lambda unit: self._settle(unit, token, settled))
        return Relayed(len(batch), len(settled.published), len(settled.failed))

    def drain(self, turns_max: int = 10_000) -> int:
        """Turn until nothing is free; how many were published."""
        published = 0
        for _ in range(turns_max):
            done = self.turn()
            published += done.published
            if not done.claimed:
                break
        return published

    def _claim(self, unit: UnitOfWork, token: str) -> list[Claimed]:
        return outbox.claim(unit.connection, token, limit=self.policy.batch, lease=self.policy.lease)

    def _settle(self, unit: UnitOfWork, token: str, settled: _Settlement) -> None:
        waits = {each.id: self.policy.wait_after(each.attempts) for each in settled.failed}
        outbox.remove_published(unit.connection, token, settled.published)
        outbox.give_back(unit.connection, token, settled.held_back)
        outbox.put_off(unit.connection, token, settled.reasons, waits)


@dataclass(frozen=True, slots=True)
class _Settlement:
    published: list[int]
    failed: list[Claimed]
    reasons: dict[int, str]
    held_back: list[int]


def _settlement(batch: Sequence[Claimed], failures: Mapping[int, str]) -> _Settlement:
    """The first failure of a key holds its later messages back, even those that the bus took: order first."""
    settled = _Settlement([], [], {}, [])
    stopped: set[tuple[str, str]] = set()
    for position, each in enumerate(batch):
        key = (each.message.topic, each.message.key)
        if key in stopped:
            settled.held_back.append(each.id)
        elif position in failures:
            stopped.add(key)
            settled.failed.append(each)
            settled.reasons[each.id] = failures[position]
        else:
            settled.published.append(each.id)
    return settled
