"""What every job queue does: the same stories on SQLite, PostgreSQL and RabbitMQ."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from fiel.infra.jobs.port import ATTEMPTS_USED_UP, LOST_IN_HAND, GiveUp, Job, RetryLater
from fiel.infra.system import SystemClock
from fiel.kernel.errors import InvalidInput, NotFound
from tests.infra.jobs.stage import KIND, Seen, Stage, eventually, numbered


def test_every_job_is_handled_by_one_of_the_workers(stage: Stage) -> None:
    """Two workers share sixty jobs; none is left out, and undisturbed none is handled twice."""
    jobs, first, second = numbered(60), Seen(), Seen()

    with stage.working(first.handle), stage.working(second.handle):
        stage.queue.enqueue(jobs)
        eventually(lambda: len(first.done) + len(second.done) >= 60, "sixty jobs done")

    assert sorted(first.begun + second.begun) == sorted((job.id, 1) for job in jobs)
    assert stage.queue.depth(KIND) == 0


def test_a_job_arrives_as_it_was_enqueued(stage: Stage) -> None:
    """Payload, key and limits come through whole, in any script; the attempt is told."""
    job = Job("j\u00e1", KIND, '{"carteira": "a\u00e7\u00f5es \U0001f4c8"}', "conta/1", max_attempts=3)
    found: list[Job] = []
    stage.queue.enqueue([job])

    with stage.working(found.append):
        eventually(lambda: found)

    assert found == [Job(job.id, KIND, job.payload, job.key, None, 3, attempt=1)]


def test_an_id_given_twice_in_one_call_counts_once(stage: Stage) -> None:
    """The first job of an id is taken, the second left out."""
    seen: list[str] = []
    stage.queue.enqueue([Job("j", KIND, "first"), Job("j", KIND, "second"), Job("k", KIND, "other")])

    with stage.working(lambda job: seen.append(job.payload)):
        eventually(lambda: len(seen) >= 2)

    assert sorted(seen) == ["first", "other"]


def test_the_jobs_of_a_killed_worker_go_to_another(stage: Stage) -> None:
    """kill -9 with two jobs in hand: one is handled again, the one on its last attempt is a dead letter."""
    stage.queue.enqueue([Job("again", KIND), Job("last", KIND, max_attempts=1)])
    command = [sys.executable, "-m", "tests.infra.jobs.worker_process", stage.kind, stage.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        held = {process.stdout.readline().strip() for _ in range(2)}
        process.kill()
    assert held == {"again", "last"}

    seen = Seen()
    with stage.working(seen.handle):
        eventually(lambda: seen.done == ["again"] and stage.queue.dead_letters.list(KIND))

    assert seen.begun == [("again", 2)]
    (letter,) = stage.queue.dead_letters.list(KIND)
    assert (letter.job.id, letter.reason, letter.job.attempt) == ("last", LOST_IN_HAND, 1)


def test_poison_is_set_apart_with_its_reason_and_the_others_go_on(stage: Stage) -> None:
    """A job that always fails uses up its attempts, one given up dies at once; the rest is done."""

    def handle(job: Job) -> None:
        if job.id == "bad":
            raise ValueError("the sum does not add up")
        if job.id == "hopeless":
            raise GiveUp("wallet_unknown", "no wallet 7")

    seen, letters = Seen(), stage.queue.dead_letters
    stage.queue.enqueue([Job("bad", KIND, max_attempts=3), Job("hopeless", KIND), *numbered(10)])
    with stage.working(seen.noting(handle)):
        eventually(lambda: len(seen.done) >= 10 and len(letters.list(KIND)) >= 2)

    assert sorted(seen.done) == sorted(job.id for job in numbered(10))
    assert (seen.attempts("bad"), seen.attempts("hopeless")) == ([1, 2, 3], [1])
    found = {each.job.id: (each.reason, each.detail, each.job.attempt) for each in letters.list(KIND)}
    assert found == {
        "bad": (ATTEMPTS_USED_UP, "ValueError: the sum does not add up", 3),
        "hopeless": ("wallet_unknown", "no wallet 7", 1),
    }
    assert all(each.died_at is not None for each in letters.list(KIND))


def test_a_job_that_fails_is_tried_again_until_it_works_out(stage: Stage) -> None:
    """Three failures, each followed by another attempt; the fourth is the last."""

    def handle(job: Job) -> None:
        if job.attempt < 4:
            raise RetryLater("not yet")

    seen = Seen()
    stage.queue.enqueue([Job("j", KIND)])
    with stage.working(seen.noting(handle)):
        eventually(lambda: seen.done)

    assert seen.begun == [("j", 1), ("j", 2), ("j", 3), ("j", 4)]
    assert stage.queue.dead_letters.list(KIND) == []


def test_a_longer_wait_comes_back_later(stage: Stage) -> None:
    """Put off for longer and then for shorter: the shorter one is back first."""

    def handle(job: Job) -> None:
        if job.attempt == 1:
            raise RetryLater(after=timedelta(milliseconds=1_500 if job.id == "long" else 100))

    seen = Seen()
    stage.queue.enqueue([Job("long", KIND)])
    with stage.working(seen.noting(handle), threads=1):
        eventually(lambda: seen.attempts("long"))
        stage.queue.enqueue([Job("short", KIND)])
        eventually(lambda: len(seen.done) == 2)

    assert seen.done == ["short", "long"]


def test_a_job_waits_for_its_instant_without_using_an_attempt(stage: Stage) -> None:
    """One that is to run later lets those after it pass, and is never early, however long its wait."""
    later = SystemClock().now() + timedelta(milliseconds=1_500)
    seen, instants = Seen(), []
    stage.queue.enqueue([Job("later", KIND, run_after=later), *numbered(3)])
    with stage.working(seen.noting(lambda _: instants.append(SystemClock().now())), threads=1):
        eventually(lambda: len(seen.done) == 4)

    assert seen.begun[-1] == ("later", 1)
    assert instants[-1] >= later


def test_a_worker_takes_no_more_in_hand_than_it_may_and_gives_back_what_it_did_not_begin(
    stage: Stage,
) -> None:
    """Five in hand of twenty, two begun: the others stay in the queue; a stop gives three back untried."""
    release, seen = threading.Event(), Seen()
    stage.queue.enqueue(numbered(20))
    with stage.working(seen.noting(lambda _: _await(release)), in_hand=5, threads=2) as worker:
        eventually(lambda: len(seen.begun) == 2 and stage.queue.depth(KIND) == 15, "five in hand")
        worker.stop()
        eventually(lambda: stage.queue.depth(KIND) == 18, "three given back")
        release.set()
    assert (len(seen.begun), len(seen.done)) == (2, 2)

    with stage.working(seen.handle):
        eventually(lambda: len(seen.done) >= 20)
    assert sorted(seen.begun) == sorted((job.id, 1) for job in numbered(20))


def test_a_dead_letter_can_be_shown_replayed_and_discarded(stage: Stage) -> None:
    """Replayed it has all its attempts again; discarded it is gone; an unknown one is named."""
    letters, seen = stage.queue.dead_letters, Seen()
    stage.queue.enqueue([Job("cured", KIND, "7", max_attempts=2), Job("junk", KIND, max_attempts=1)])
    with stage.working(_fail):
        eventually(lambda: len(letters.list(KIND)) == 2)

    assert len(letters.list(KIND, limit=1)) == 1
    assert letters.show(KIND, "cured").job == Job("cured", KIND, "7", max_attempts=2, attempt=2)
    letters.discard(KIND, "junk")
    letters.replay(KIND, "cured")
    with stage.working(seen.handle):
        eventually(lambda: seen.done)

    assert seen.begun == [("cured", 1)]
    assert letters.list(KIND) == []
    for call in (letters.show, letters.replay, letters.discard):
        with pytest.raises(NotFound, match="no dead letter junk"):
            call(KIND, "junk")


def test_looking_at_dead_letters_wears_nothing_out(stage: Stage) -> None:
    """However often it is looked at, a dead letter says the same."""
    letters = stage.queue.dead_letters
    stage.queue.enqueue([Job("j", KIND, max_attempts=1)])
    with stage.working(_fail):
        eventually(lambda: letters.list(KIND))

    looks = [letters.show(KIND, "j") for _ in range(25)]

    assert set(looks) == {looks[0]}
    assert looks[0].job.attempt == 1


def test_a_worker_needs_handlers_for_kinds_with_sound_names(stage: Stage) -> None:
    """No handler, or a kind that no broker could name: refused before anything is connected."""
    with pytest.raises(InvalidInput):
        stage.queue.worker({})
    with pytest.raises(InvalidInput):
        stage.queue.worker({"No Name": _fail})


def _fail(job: Job) -> None:
    raise ValueError(f"{job.id} fails")


def _await(event: threading.Event) -> None:
    event.wait(60)
