"""The day's jobs: handed out once per wallet and day, done once, whoever does them and however often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fiel.copilot.income.jobs import KIND, Schedule, WalletDay, handling, job_id
from fiel.copilot.store import income as store
from fiel.infra.jobs.port import ID_BYTES_MAX, GiveUp, Job, JobQueue, Worker
from fiel.infra.jobs.rabbit import RabbitJobs, RabbitSettings
from fiel.infra.system import SystemClock
from fiel.kernel.errors import Corrupt, Unavailable
from fiel.settings import Settings
from tests.infra.jobs.stage import at_work, eventually
from tests.support.income_wallets import MORNING, TODAY, Pays, Town, bodies, open_town

COM, PAID = date(2026, 7, 1), date(2026, 7, 14)


class Heap:
    """A queue that only keeps what it is given."""

    def __init__(self, *, fails_after: int | None = None) -> None:
        self.jobs: list[Job] = []
        self._left = fails_after

    def enqueue(self, jobs: list[Job]) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Unavailable("queue_unavailable", "away")
        self.jobs += jobs


def _schedule(town: Town, queue: object) -> Schedule:
    opened = town.opened
    taken: Any = queue
    return Schedule(opened.database, taken, town.clock, "America/Sao_Paulo", opened.schedule.at)


def _users(town: Town, count: int) -> list[str]:
    users = [f"user-{number:04d}" for number in range(count)]
    for user in users:
        town.opened.custody.open_account(user)
    return users


def test_each_wallet_gets_one_job_a_day(town: Town) -> None:
    """One job per user of the book; a second look of the same day hands out nothing."""
    users, heap = _users(town, 3), Heap()
    schedule = _schedule(town, heap)

    (done,) = schedule.turn()

    assert (done.jobs, done.day) == (3, TODAY)
    assert [WalletDay.of(job) for job in heap.jobs] == [WalletDay(user, TODAY) for user in users]
    assert schedule.turn() == []


def test_not_before_the_day_has_begun(town: Town) -> None:
    """At half past five nothing is due; at six it is, and on the next day again."""
    _users(town, 1)
    schedule = _schedule(town, Heap())
    town.clock.at = datetime(2026, 7, 15, 8, 30, tzinfo=UTC)
    assert schedule.turn() == []
    town.clock.at += timedelta(minutes=30)
    assert [each.day for each in schedule.turn()] == [TODAY]
    town.clock.at += timedelta(days=1)
    assert [each.day for each in schedule.turn()] == [TODAY + timedelta(days=1)]


def test_a_wallets_day_is_that_of_its_zone(town: Town) -> None:
    """When São Paulo's day begins Tokyo's is nearly over: each wallet gets the day of its own zone."""
    _users(town, 2)
    town.opened.desk.set_zone("user-0001", "Asia/Tokyo")
    town.clock.at = datetime(2026, 7, 15, 22, 0, tzinfo=UTC)
    heap = Heap()

    _schedule(town, heap).turn()

    days = {WalletDay.of(job).wallet: WalletDay.of(job).day for job in heap.jobs}
    assert days == {"user-0000": TODAY, "user-0001": TODAY + timedelta(days=1)}


def test_two_schedulers_do_not_double_the_day(town: Town) -> None:
    """Both look at the same moment; what is handed out twice has the same ids, and is done once."""
    _users(town, 5)
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    heaps = Heap(), Heap()
    threads = [threading.Thread(target=_schedule(town, heap).turn) for heap in heaps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    handed = [job for heap in heaps for job in heap.jobs]
    assert {job.id for job in handed} == {job_id(f"user-{n:04d}", TODAY) for n in range(5)}
    done = [
        town.opened.desk.reconcile_day(each.wallet, each.day, MORNING) for each in map(WalletDay.of, handed)
    ]
    assert sum(each is not None for each in done) == 5


def test_a_scheduler_that_died_is_gone_on_from(town: Town) -> None:
    """The queue fails in the middle of the pages: the next turn hands out the rest, and no more."""
    _users(town, 2_500)
    broken = Heap(fails_after=1)
    with pytest.raises(Unavailable):
        _schedule(town, broken).turn()
    heap = Heap()

    (done,) = _schedule(town, heap).turn()

    assert (len(broken.jobs), done.jobs, len(heap.jobs)) == (1_000, 1_500, 1_500)
    assert len({job.id for job in broken.jobs + heap.jobs}) == 2_500


def test_a_day_is_done_once(town: Town) -> None:
    """The same job again, or one of an earlier day, changes nothing and says so."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    desk = town.opened.desk
    assert desk.reconcile_day("ana", TODAY, MORNING) is not None
    before = bodies(town.opened.database)

    assert desk.reconcile_day("ana", TODAY, MORNING) is None
    assert desk.reconcile_day("ana", TODAY - timedelta(days=1), MORNING) is None
    assert bodies(town.opened.database) == before


def test_a_new_wallet_gets_its_whole_past(town: Town) -> None:
    """The first job of a wallet that was brought in later finds every payment since its first trade."""
    town.announce(*(Pays("ITUB4", "0.10", date(2026, m, 1), date(2026, m, 20)) for m in range(1, 7)))
    town.holds("ana", "ITUB4", "100", since=date(2026, 2, 10))

    done = town.opened.desk.reconcile_day("ana", TODAY, MORNING)

    assert done is not None
    assert [each.com_date for each in done.reconciliation.records] == [date(2026, m, 1) for m in range(3, 7)]


@pytest.mark.parametrize("payload", ["", "{}", "[]", '{"wallet": "ana", "day": "soon"}'])
def test_a_job_that_cannot_be_read_is_given_up(payload: str) -> None:
    """Trying again would not help: it is a dead letter at once."""
    with pytest.raises(GiveUp):
        handling(lambda *_: None, SystemClock())(Job("x", KIND, payload))


def test_damage_is_no_matter_of_trying_again() -> None:
    """A record that cannot be read is a dead letter with its reason; an outage is tried again."""

    def damaged(*_: object) -> None:
        raise Corrupt("stored_record", "cannot be read")

    def away(*_: object) -> None:
        raise Unavailable("database_unavailable", "away")

    with pytest.raises(GiveUp) as given_up:
        handling(damaged, SystemClock())(WalletDay("ana", TODAY).job())
    assert given_up.value.code == "stored_record"
    with pytest.raises(Unavailable):
        handling(away, SystemClock())(WalletDay("ana", TODAY).job())


def test_ids_of_jobs_fit_any_user() -> None:
    """A user's name of a hundred letters with accents still gives an id that the queue takes."""
    assert len(job_id("ã" * 100, TODAY).encode()) <= ID_BYTES_MAX
    assert job_id("ã" * 100, TODAY) != job_id("ã" * 99, TODAY)


@pytest.fixture(params=["embedded", "rabbitmq"])
def queue(request: pytest.FixtureRequest, town: Town) -> Iterator[JobQueue]:
    """The queue of the same database, and a real RabbitMQ."""
    if request.param == "embedded":
        yield town.opened.jobs
        return
    rabbit = RabbitJobs(RabbitSettings(str(request.getfixturevalue("rabbitmq_vhost"))), SystemClock())
    yield rabbit
    rabbit.close()


@contextmanager
def _working(town: Town, queue: JobQueue, count: int) -> Iterator[list[Worker]]:
    handle = handling(town.opened.desk.reconcile_day, town.clock)
    workers = [queue.worker({KIND: handle}) for _ in range(count)]
    with at_work(workers[0]) if count == 1 else _both(workers):
        yield workers


@contextmanager
def _both(workers: list[Worker]) -> Iterator[None]:
    with at_work(workers[0]), at_work(workers[1]):
        yield


def _done(town: Town) -> int:
    with town.opened.database.reading() as connection:
        return store.progress(connection, TODAY).done


@pytest.mark.parametrize("count", [1, 2])
def test_from_schedule_to_records(town: Town, queue: JobQueue, count: int) -> None:
    """The scheduler hands out, workers do: every wallet has its record, and no job is left."""
    for number in range(12):
        town.holds(f"user-{number:04d}", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    _schedule(town, queue).turn()

    with _working(town, queue, count):
        eventually(lambda: _done(town) == 12, "all twelve wallets")

    assert len(bodies(town.opened.database)) == 12
    assert queue.dead_letters.list(KIND) == []


def test_a_wallet_that_cannot_be_read_stops_no_other(town: Town, queue: JobQueue) -> None:
    """One damaged record becomes a dead letter with its reason; put right and retried, it is done."""
    from sqlalchemy import text

    for user in ("ana", "bia"):
        town.holds(user, "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    town.opened.desk.reconcile_day("ana", TODAY - timedelta(days=1), MORNING)
    with town.opened.database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE income_records SET body = 'torn'"))
    _schedule(town, queue).turn()

    with _working(town, queue, 1):
        eventually(lambda: queue.dead_letters.list(KIND), "the dead letter")
        eventually(lambda: _done(town) == 1, "the other wallet")
        (letter,) = queue.dead_letters.list(KIND)
        assert (letter.reason, WalletDay.of(letter.job).wallet) == ("stored_record", "ana")
        with town.opened.database.unit_of_work() as unit:
            unit.connection.execute(text("DELETE FROM income_records WHERE wallet = 'ana'"))
        queue.dead_letters.replay(KIND, letter.job.id)
        eventually(lambda: _done(town) == 2, "the mended wallet")


def test_two_desks_write_what_one_writes(settings: Settings, town: Town, database_url: str) -> None:
    """Two processes' desks take turns over the same wallets: the records are those of one desk alone."""
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    for number in range(4):
        town.holds(f"user-{number:04d}", "ITUB4", "100")
    other = open_town(settings, database_url)
    try:
        for number in range(4):
            for desk in (town.opened.desk, other.opened.desk):
                desk.reconcile_day(f"user-{number:04d}", TODAY, MORNING)
    finally:
        other.opened.close()

    assert len(bodies(town.opened.database)) == 4
