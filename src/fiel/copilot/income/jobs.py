"""One job per wallet and day: handed out by the scheduler, done by any number of workers.

Handing out goes through all wallets of a zone in pages. A page is confirmed by the queue before it is
marked, so a scheduler that dies in between hands that page out again; the work itself is done once,
because it is marked in the wallet's own transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from fiel.copilot.store import income as store
from fiel.copilot.store.accounts import owners
from fiel.custody.queries import Snapshot
from fiel.infra.jobs.port import ID_BYTES_MAX, GiveUp, Job, JobQueue
from fiel.infra.storage import job_runs
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.zones import zone_of
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Corrupt, InvalidInput, Refused
from fiel.kernel.ids import deterministic_id

KIND = "income-wallet"
SCHEDULE = "income-schedule"
PAGE = 1_000
ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class WalletDay:
    """What a job is about."""

    wallet: str
    day: date

    def job(self) -> Job:
        """The job; its id is the same however often it is handed out."""
        body = json.dumps({"wallet": self.wallet, "day": self.day.isoformat()}, ensure_ascii=False)
        return Job(job_id(self.wallet, self.day), KIND, body, key=None, max_attempts=ATTEMPTS)

    @classmethod
    def of(cls, job: Job) -> WalletDay:
        """The way back. Raises `GiveUp`: a job that cannot be read will never be."""
        try:
            body = json.loads(job.payload)
            return cls(str(body["wallet"]), date.fromisoformat(body["day"]))
        except (ValueError, KeyError, TypeError) as error:
            raise GiveUp("job_malformed", f"no wallet and day in {job.payload[:80]!r}") from error


def job_id(wallet: str, day: date) -> str:
    """The id of the job of a wallet and a day; a long wallet id is told by its digest."""
    name = f"{day.isoformat()}/{wallet}"
    if len(name.encode()) <= ID_BYTES_MAX:
        return name
    return f"{day.isoformat()}/{deterministic_id('wallet', wallet)}"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What a turn of the scheduler did: jobs per zone and day that began now."""

    zone: str
    day: date
    jobs: int


@dataclass(slots=True)
class Schedule:
    """Hands out the jobs of each zone's day, once, however many schedulers there are."""

    database: Database
    queue: JobQueue
    clock: Clock
    default_zone: str
    at: time

    def turn(self, stopping: Callable[[], bool] = lambda: False) -> list[HandedOut]:
        """Hand out what is due now. Raises `NotEnqueued`, `Unavailable`; what was marked stays marked."""
        done = []
        for zone in self._zones():
            local = self.clock.now().astimezone(zone_of(zone))
            if local.time() >= self.at and not stopping():
                jobs = self._hand_out(zone, local.date(), stopping)
                if jobs is not None:
                    done.append(HandedOut(zone, local.date(), jobs))
        return done

    def _zones(self) -> list[str]:
        with self.database.reading() as connection:
            return sorted({self.default_zone, *store.zones_in_use(connection)})

    def _hand_out(self, zone: str, day: date, stopping: Callable[[], bool]) -> int | None:
        """All wallets of the zone that are not marked yet; `None` when all were."""
        if self._outcome(f"{day}/{zone}") is not None:
            return None
        jobs, page, after = 0, 0, ""
        while not stopping():
            mark = f"{day}/{zone}/{page}"
            last = self._outcome(mark)
            if last is None:
                users, mine = self._page(zone, after)
                if not users:
                    self._mark(f"{day}/{zone}", str(jobs))
                    return jobs
                self.queue.enqueue([WalletDay(wallet, day).job() for wallet in mine])
                last = users[-1]
                self._mark(mark, last)
                jobs += len(mine)
            after, page = last, page + 1
        return jobs

    def _page(self, zone: str, after: str) -> tuple[Sequence[str], Collection[str]]:
        """The next users of the book, and the wallets among them whose day is this zone's.

        The accounts of a wallet stand for it, once; one that began on the page before was handed out there.
        """
        with self.database.reading() as connection:
            users = Snapshot(connection).user_ids(after, PAGE)
            of = owners(connection, [*users, after])
            wallets = dict.fromkeys(of.get(each, each) for each in users)
            wallets.pop(of.get(after, after), None)
            zones = store.zones(connection, wallets)
        return users, [each for each in wallets if zones.get(each, self.default_zone) == zone]

    def _outcome(self, key: str) -> str | None:
        with self.database.reading() as connection:
            return job_runs.outcome_of(connection, SCHEDULE, key)

    def _mark(self, key: str, outcome: str) -> None:
        now = self.clock.now()

        def write(unit: UnitOfWork) -> None:
            job_runs.first_run(unit.connection, SCHEDULE, key, at=now, outcome=outcome)

        self.database.transact(write)


def handling(reconcile: Callable[[str, date, datetime], object], clock: Clock) -> Callable[[Job], None]:
    """What a worker does with a job. Damage and refusals are no matter of trying again."""

    def handle(job: Job) -> None:
        asked = WalletDay.of(job)
        try:
            reconcile(asked.wallet, asked.day, clock.now())
        except (Corrupt, InvalidInput, Refused) as error:
            raise GiveUp(error.code, error.message) from error

    return handle
