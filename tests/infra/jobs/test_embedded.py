"""What the embedded queue promises beyond the port: order per key, the caller's transaction, ids for good."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from fiel.infra.jobs import embedded_rows as rows
from fiel.infra.jobs.embedded import JOBS_IN_TRANSACTION_MAX, EmbeddedJobs, enqueue_in
from fiel.infra.jobs.embedded_worker import EmbeddedWorker
from fiel.infra.jobs.port import Job, Pace
from fiel.infra.jobs.verdicts import Again, Dead, Done, Verdict
from fiel.infra.storage.database import Database
from fiel.infra.system import RandomIds, SystemClock
from fiel.kernel.errors import Conflict, InvalidInput
from tests.infra.jobs.stage import (
    BACKOFF,
    KIND,
    Seen,
    Stage,
    Troubles,
    at_work,
    embedded_pace,
    eventually,
    numbered,
)

LEASE = timedelta(seconds=30)


def _claim(database: Database, limit: int = 10) -> list[rows.Claim]:
    with database.unit_of_work() as unit:
        return rows.claim(unit.connection, KIND, "token", limit=limit, lease=LEASE)


def _settle(database: Database, claimed: rows.Claim, verdict: Done | Dead) -> bool:
    with database.unit_of_work() as unit:
        return not rows.settle(unit.connection, [(claimed, verdict)])


def _ids(claims: list[rows.Claim]) -> list[str]:
    return [claimed.job.id for claimed in claims]


@pytest.fixture
def postgres(migrated_postgres: str) -> Iterator[Database]:
    """A PostgreSQL database at the current schema."""
    database = Database.at(migrated_postgres)
    yield database
    database.close()


def test_jobs_of_one_key_are_handled_one_by_one_in_their_order(embedded: Stage) -> None:
    """Three keys, failures among them, two workers with four threads each: each key keeps its order."""
    jobs = [Job(f"k{n % 3}-{n:02}", KIND, key=f"k{n % 3}") for n in range(30)]
    at_once: Counter[str | None] = Counter()
    overlaps: list[Job] = []

    def handle(job: Job) -> None:
        at_once[job.key] += 1
        if at_once[job.key] > 1:
            overlaps.append(job)
        try:
            if job.id.endswith("4") and job.attempt < 3:
                raise ValueError("not yet")
        finally:
            at_once[job.key] -= 1

    seen = Seen()
    with embedded.working(seen.noting(handle)), embedded.working(seen.noting(handle)):
        embedded.queue.enqueue(jobs)
        eventually(lambda: len(seen.done) == 30)

    assert not overlaps
    for key in ("k0", "k1", "k2"):
        of_key = [job.id for job in jobs if job.key == key]
        assert [done for done in seen.done if done in of_key] == of_key


def test_a_job_waits_for_the_earlier_ones_of_its_key_until_they_are_over(database: Database) -> None:
    """Only the first of a key can be claimed; done or dead, the next one can."""
    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, [Job(name, KIND, key="k") for name in "abc"])

    (first,) = _claim(database)
    assert (_ids([first]), _claim(database)) == (["a"], [])
    assert _settle(database, first, Dead("poison", ""))
    (second,) = _claim(database)
    assert _settle(database, second, Done())
    assert (second.job.id, _ids(_claim(database))) == ("b", ["c"])


def test_a_replayed_job_goes_behind_what_waits_of_its_key(embedded: Stage, database: Database) -> None:
    """It lost its place when it died: the others were promised theirs."""
    embedded.queue.enqueue([Job(name, KIND, key="k") for name in "ab"])
    (first,) = _claim(database)
    _settle(database, first, Dead("poison", ""))

    embedded.queue.dead_letters.replay(KIND, "a")

    (second,) = _claim(database)
    assert second.job.id == "b"
    _settle(database, second, Done())
    (last,) = _claim(database)
    assert (last.job.id, last.job.attempt) == ("a", 1)


def test_the_database_itself_refuses_two_first_jobs_of_a_key(database: Database) -> None:
    """The order does not hang on the program alone: a unique index holds it."""
    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, [Job(name, KIND, key="k") for name in "ab"])

    with pytest.raises(Conflict, match="refuses the row"), database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE jobs SET state = 'waiting'"))


def test_jobs_of_a_transaction_are_there_exactly_if_it_commits(embedded: Stage, database: Database) -> None:
    """Rolled back, nothing waits; committed, it does."""

    def add_and_fail() -> None:
        with database.unit_of_work() as unit:
            enqueue_in(unit.connection, numbered(2))
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        add_and_fail()
    assert embedded.queue.depth(KIND) == 0

    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, numbered(2))
    assert embedded.queue.depth(KIND) == 2


def test_an_id_is_taken_for_good_until_what_is_done_is_forgotten(embedded: Stage, database: Database) -> None:
    """Enqueued again while it waits, or after it was done: nothing. Forgotten: it may return."""
    assert isinstance(embedded.queue, EmbeddedJobs)
    for _ in range(2):
        embedded.queue.enqueue([Job("j", KIND)])
    (claimed,) = _claim(database)
    _settle(database, claimed, Done())
    embedded.queue.enqueue([Job("j", KIND)])
    assert embedded.queue.depth(KIND) == 0

    now = SystemClock().now() + timedelta(minutes=5)
    assert embedded.queue.forget_done(timedelta(days=1), now=now) == 0
    assert embedded.queue.forget_done(timedelta(minutes=1), now=now) == 1
    embedded.queue.enqueue([Job("j", KIND)])
    assert embedded.queue.depth(KIND) == 1


def test_a_first_job_that_is_a_repetition_does_not_keep_its_key_waiting(database: Database) -> None:
    """A batch whose first of a key was done before: the second of it is free."""
    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, [Job("a", KIND, key="k")])
    _settle(database, _claim(database)[0], Done())

    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, [Job("a", KIND, key="k"), Job("b", KIND, key="k")])

    assert _ids(_claim(database)) == ["b"]


def test_who_lost_a_claim_can_settle_nothing(database: Database) -> None:
    """A lease that ran out and was taken by another: the first one's word does not count."""
    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, [Job("j", KIND)])
        (lost,) = rows.claim(unit.connection, KIND, "slow", limit=1, lease=timedelta(0))
    (mine,) = _claim(database)

    assert not _settle(database, lost, Dead("poison", ""))
    with database.unit_of_work() as unit:
        rows.renew(unit.connection, [lost], timedelta(0))
        rows.give_back(unit.connection, [lost])
    assert _claim(database) == []
    assert _settle(database, mine, Done())


def test_a_batch_settles_what_is_held_and_names_what_was_lost(database: Database) -> None:
    """Done, dead, to be tried again and lost, written together: each has its own outcome."""
    with database.unit_of_work() as unit:
        enqueue_in(unit.connection, numbered(4))
    claims = _claim(database)
    gone = replace(claims[3], token="older")  # noqa: S106 (a claim's token, no secret)
    verdicts: list[Verdict] = [Done(), Dead("poison", "x"), Again(timedelta(0), "later"), Done()]

    with database.unit_of_work() as unit:
        lost = rows.settle(unit.connection, list(zip([*claims[:3], gone], verdicts, strict=True)))

    assert lost == [gone]
    with database.reading() as connection:
        found = connection.execute(text("SELECT job_id, state, claim, attempts FROM jobs ORDER BY job_id"))
        assert [tuple(row) for row in found] == [
            ("j0", "done", None, 1),
            ("j1", "dead", None, 1),
            ("j2", "waiting", None, 1),
            ("j3", "waiting", "token", 1),
        ]


def test_a_job_that_outlasts_its_lease_is_kept_by_renewing_it(embedded: Stage, database: Database) -> None:
    """The handler returns only after another worker has looked for longer than a lease: it got nothing."""
    slow, other, release = Seen(), Seen(), threading.Event()
    embedded.queue.enqueue([Job("j", KIND)])
    with embedded.working(slow.noting(lambda _: _await(release))):
        eventually(lambda: slow.begun)
        first = _not_before(database)
        with embedded.working(other.handle):
            eventually(lambda: _not_before(database) > first + 1_500_000, "renewed beyond the first lease")
        release.set()
        eventually(lambda: slow.done)

    assert other.begun == []


def test_a_worker_whose_job_was_taken_says_so(embedded: Stage, database: Database) -> None:
    """The claim is gone when the handler returns: told as job_lost, and the worker goes on."""
    troubles, seen = Troubles(), Seen()

    def handle(job: Job) -> None:
        if job.id == "taken":
            with database.unit_of_work() as unit:
                unit.connection.execute(text("UPDATE jobs SET claim = 'another' WHERE job_id = 'taken'"))

    embedded.queue.enqueue([Job("taken", KIND), Job("next", KIND)])
    worker = EmbeddedWorker(
        database,
        RandomIds("claim"),
        {KIND: seen.noting(handle)},
        Pace(1, 1, BACKOFF),
        embedded_pace(),
        troubles.told.append,
    )
    with at_work(worker):
        eventually(lambda: "next" in seen.done)

    assert troubles.codes == ["job_lost"]


def test_a_transaction_takes_a_bounded_number_of_jobs_and_a_call_any_number(
    embedded: Stage, database: Database
) -> None:
    """Too many in the caller's transaction are refused; `enqueue` splits them up."""
    jobs = [Job(f"j{n}", KIND, key=f"k{n % 7}") for n in range(JOBS_IN_TRANSACTION_MAX + 1)]
    with pytest.raises(InvalidInput, match="at most 1000 jobs"), database.unit_of_work() as unit:
        enqueue_in(unit.connection, jobs)

    embedded.queue.enqueue(jobs)

    assert embedded.queue.depth(KIND) == len(jobs)


def test_claims_pass_over_what_another_is_claiming(postgres: Database) -> None:
    """PostgreSQL: two open transactions claim four jobs without waiting for each other."""
    with postgres.unit_of_work() as unit:
        enqueue_in(unit.connection, numbered(4))

    with postgres.unit_of_work() as one, postgres.unit_of_work() as two:
        first = rows.claim(one.connection, KIND, "one", limit=2, lease=LEASE)
        second = rows.claim(two.connection, KIND, "two", limit=10, lease=LEASE)

    assert (_ids(first), _ids(second)) == (["j0", "j1"], ["j2", "j3"])


def test_jobs_of_a_key_stand_in_the_order_of_the_commits(postgres: Database) -> None:
    """PostgreSQL: who adds to a key waits for the open transaction that added to it before."""
    added = threading.Event()

    def add_second() -> None:
        with postgres.unit_of_work() as unit:
            enqueue_in(unit.connection, [Job("second", KIND, key="k")])
        added.set()

    thread = threading.Thread(target=add_second)
    with postgres.unit_of_work() as unit:
        enqueue_in(unit.connection, [Job("first", KIND, key="k")])
        thread.start()
        eventually(lambda: _waiting_for_locks(postgres) == 1, "the second waits")
        assert not added.is_set()
    thread.join()

    (head,) = _claim(postgres)
    _settle(postgres, head, Done())
    assert (head.job.id, _ids(_claim(postgres))) == ("first", ["second"])


def _waiting_for_locks(database: Database) -> int:
    with database.reading() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return int(connection.execute(waiting).scalar_one())


def _not_before(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(text("SELECT not_before FROM jobs")).scalar_one())


def _await(event: threading.Event) -> None:
    event.wait(60)
