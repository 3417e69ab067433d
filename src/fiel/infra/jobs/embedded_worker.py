"""The worker of the embedded queue: claims jobs for a lease, renews it while they are in hand.

Handlers run in a pool. One thread (`run`'s) does all the writing: what was handled meanwhile is settled,
and new jobs are claimed, in one transaction. A worker that dies, or is frozen beyond its lease, loses its
jobs to others; what it writes of them after that is refused by the claim's token. While the database is
away, what was handled stays in hand and is settled when it is back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from fiel.infra import system
from fiel.infra.jobs import embedded_rows as rows
from fiel.infra.jobs.embedded_rows import Claim
from fiel.infra.jobs.port import Handle, OnTrouble, Pace
from fiel.infra.jobs.verdicts import Verdict, attempt, spent
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.errors import Conflict, FielError, InvalidInput, Unavailable
from fiel.kernel.ids import IdSource

_RENEWALS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class EmbeddedPace:
    """How often to look for jobs, how long to wait after an outage, after what time a worker is missed."""

    look_s: float = 0.2
    outage_s: float = 1.0
    lease: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if min(self.look_s, self.outage_s, self.lease.total_seconds()) <= 0:
            raise InvalidInput("pace_not_positive", "the times of a pace are above zero")


@dataclass(slots=True)
class _Hand:
    """What is in hand, with its verdict once there is one; seen by all threads of the worker."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    held: dict[Claim, Verdict | None] = field(default_factory=dict)

    def room(self, kind: str, most: int) -> int:
        """How many more to claim; those that are settled in the same transaction make room."""
        with self.lock:
            return most - sum(
                verdict is None and claimed.job.kind == kind for claimed, verdict in self.held.items()
            )

    def claims(self) -> list[Claim]:
        with self.lock:
            return list(self.held)

    def judged(self) -> list[tuple[Claim, Verdict]]:
        with self.lock:
            return [(claimed, verdict) for claimed, verdict in self.held.items() if verdict is not None]

    def put(self, claimed: Claim, verdict: Verdict | None = None) -> None:
        with self.lock:
            self.held[claimed] = verdict

    def drop(self, claims: Iterable[Claim]) -> None:
        with self.lock:
            for claimed in claims:
                self.held.pop(claimed, None)


class EmbeddedWorker:
    """Satisfies `Worker`; made by `EmbeddedJobs.worker`."""

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        handlers: Mapping[str, Handle],
        pace: Pace,
        own_pace: EmbeddedPace,
        on_trouble: OnTrouble | None,
    ) -> None:
        self._database, self._ids, self._handlers = database, ids, dict(handlers)
        self._pace, self._own, self._on_trouble = pace, own_pace, on_trouble
        self._hand = _Hand()
        self._stop = threading.Event()
        #: Set when there may be something to claim or to stop for.
        self._wake = threading.Event()
        self._renewed_s = 0.0

    def run(self) -> None:
        """Work until `stop`."""
        futures: dict[Claim, Future[None]] = {}
        with ThreadPoolExecutor(self._pace.threads, thread_name_prefix="job") as pool:
            try:
                while not self._stop.is_set():
                    self._turn(pool, futures)
            finally:
                self._wind_up(futures)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stop.set()
        self._wake.set()

    def _turn(self, pool: ThreadPoolExecutor, futures: dict[Claim, Future[None]]) -> None:
        self._wake.clear()
        wait_s = self._own.look_s
        try:
            self._renew_if_due()
            for claimed in self._settle_and_claim():
                futures[claimed] = pool.submit(self._do, claimed)
        except Unavailable as error:
            self._tell(error)
            wait_s = self._own.outage_s
        for claimed in [each for each, future in futures.items() if future.done()]:
            # A defect of ours (never a handler's exception) ends the worker.
            futures.pop(claimed).result()
        self._wake.wait(wait_s)

    def _settle_and_claim(self) -> list[Claim]:
        room = {kind: self._hand.room(kind, self._pace.in_hand) for kind in self._handlers}
        wanted = {kind: free for kind, free in room.items() if free > 0}
        judged = self._hand.judged()
        if not judged and not (wanted and self._any_ready(wanted)):
            return []
        token = self._ids.next_id()
        lost, claims = self._database.transact(lambda unit: self._write(unit, judged, wanted, token))
        self._hand.drop(claimed for claimed, _ in judged)
        for each in lost:
            self._tell(_lost(each))
        for each in claims:
            self._hand.put(each)
        return claims

    def _write(
        self, unit: UnitOfWork, judged: list[tuple[Claim, Verdict]], wanted: Mapping[str, int], token: str
    ) -> tuple[list[Claim], list[Claim]]:
        """Settle, then claim; answers the claims that were lost, and the new ones."""
        lost = rows.settle(unit.connection, judged)
        claims = [
            each
            for kind, free in wanted.items()
            for each in rows.claim(unit.connection, kind, token, limit=free, lease=self._own.lease)
        ]
        return lost, claims

    def _any_ready(self, kinds: Iterable[str]) -> bool:
        with self._database.reading() as connection:
            return rows.any_ready(connection, kinds)

    def _do(self, claimed: Claim) -> None:
        """In a thread of the pool: one job, up to its verdict."""
        job = claimed.job
        try:
            verdict = spent(job) or attempt(self._handlers[job.kind], job, self._pace.backoff)
        except BaseException:
            # The thread is told to end: the lease runs out, and the job is handled again.
            self._hand.drop([claimed])
            raise
        else:
            self._hand.put(claimed, verdict)
        finally:
            self._wake.set()

    def _renew_if_due(self) -> None:
        now_s = system.elapsed_seconds()
        if now_s - self._renewed_s < self._own.lease.total_seconds() / _RENEWALS_PER_LEASE:
            return
        self._renew()
        self._renewed_s = now_s

    def _renew(self) -> None:
        claims = self._hand.claims()
        if claims:
            self._database.transact(lambda unit: rows.renew(unit.connection, claims, self._own.lease))

    def _wind_up(self, futures: Mapping[Claim, Future[None]]) -> None:
        """Give back what has not begun; keep the rest leased until its handlers end, and settle it."""
        unbegun = [claimed for claimed, future in futures.items() if future.cancel()]
        self._hand.drop(unbegun)
        self._safely(lambda: self._database.transact(lambda unit: rows.give_back(unit.connection, unbegun)))
        while claims := self._hand.claims():
            self._wake.clear()
            judged = self._hand.judged()
            self._safely(partial(self._finish, judged))
            if len(judged) == len(claims):
                # Nothing more to come. Unwritten: the leases run out, and others have these jobs again.
                self._hand.drop(claims)
            else:
                self._wake.wait(self._own.look_s)

    def _finish(self, judged: list[tuple[Claim, Verdict]]) -> None:
        self._renew_if_due()
        if judged:
            lost, _ = self._database.transact(lambda unit: self._write(unit, judged, {}, ""))
            self._hand.drop(claimed for claimed, _ in judged)
            for each in lost:
                self._tell(_lost(each))

    def _safely(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Unavailable as error:
            self._tell(error)

    def _tell(self, error: FielError) -> None:
        if self._on_trouble is not None:
            self._on_trouble(error)


def _lost(claimed: Claim) -> Conflict:
    return Conflict(
        "job_lost",
        f"job {claimed.job.id} took longer than its lease could be kept; another worker has it",
        details={"kind": claimed.job.kind, "job": claimed.job.id, "attempt": str(claimed.job.attempt)},
    )
