"""Jobs written in a transaction, taken by the relay to whichever queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.infra.jobs.port import Job
from fiel.infra.jobs.relaying import as_outbox, by_topic, job_of, publishing_jobs
from fiel.infra.storage import outbox
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.relay import Publish, Relay
from fiel.infra.storage.schema import open_database
from fiel.infra.system import RandomIds
from fiel.kernel.errors import InvalidInput, Unavailable
from tests.infra.jobs.stage import KIND, Seen, Stage, eventually, numbered

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


def test_jobs_of_a_committed_transaction_come_to_a_worker(stage: Stage, tmp_path: Path) -> None:
    """Appended to the outbox with the business rows, relayed, handled; nothing stays in the outbox."""
    database = open_database(f"sqlite:///{tmp_path / 'business.db'}")
    with database.unit_of_work() as unit:
        outbox.append(unit.connection, [as_outbox(job) for job in numbered(5)], at=NOW)
    relay = Relay(database, publishing_jobs(stage.queue), RandomIds("relay"))

    published, seen = relay.drain(), Seen()
    with stage.working(seen.handle):
        eventually(lambda: len(seen.done) == 5)
    with database.reading() as connection:
        left = outbox.backlog(connection).pending
    database.close()

    assert (published, left) == (5, 0)
    assert sorted(seen.done) == [job.id for job in numbered(5)]


@given(
    job_id=TEXT.filter(bool),
    payload=TEXT,
    key=st.none() | TEXT,
    run_after=st.none() | st.datetimes(timezones=st.just(UTC)),
    max_attempts=st.integers(1, 100),
)
def test_a_job_goes_through_the_outbox_whole(
    job_id: str, payload: str, key: str | None, run_after: datetime | None, max_attempts: int
) -> None:
    """What was put in comes out, in any script; the attempts are counted by the queue alone."""
    job = Job(job_id, KIND, payload, key, run_after, max_attempts)
    assert job_of(as_outbox(job)) == job
    assert job_of(as_outbox(replace(job, attempt=3))) == job


def test_jobs_without_a_key_do_not_wait_for_each_other_in_the_outbox() -> None:
    """Their id is their key there; those with a key share it."""
    assert [as_outbox(job).key for job in (Job("a", KIND), Job("b", KIND, key="k"))] == ["a", "k"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"id": 7}', "null"])
def test_a_message_that_holds_no_job_fails_alone(body: str) -> None:
    """The others of the batch are enqueued; later ones of its key are not."""
    taken: list[Job] = []

    class Queue:
        def enqueue(self, jobs: Sequence[Job]) -> None:
            taken.extend(jobs)

    bad = OutboxMessage("bad", f"jobs.{KIND}", "k", body)
    messages = [as_outbox(Job("a", KIND)), bad, as_outbox(Job("b", KIND, key="k"))]

    failures = publishing_jobs(Queue())(messages)  # type: ignore[arg-type]

    assert [job.id for job in taken] == ["a"]
    assert set(failures) == {1}
    with pytest.raises(InvalidInput, match="holds no job"):
        job_of(bad)


def test_one_outbox_serves_jobs_and_events() -> None:
    """Each message goes to its side, failures keep their positions, and an outage of one spares the other."""
    job, event = as_outbox(Job("a", KIND)), OutboxMessage("e", "wallet-events-v1", "ana", "{}")
    went: list[str] = []

    def to(name: str, failing: Mapping[int, str]) -> Publish:
        def publish(messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
            went.extend(f"{name} {message.message_id}" for message in messages)
            return failing

        return publish

    def away(messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
        raise Unavailable("queue_unavailable", "gone")

    assert by_topic(to("jobs", {0: "no"}), to("events", {1: "full"}))([event, job, event]) == {
        1: "no",
        2: "full",
    }
    assert went == ["jobs jobs.sums/a", "events e", "events e"]
    assert by_topic(away, to("events", {}))([event, job]) == {1: "gone"}
    assert by_topic(to("jobs", {}), away)([event, job]) == {0: "gone"}
    assert went[3:] == ["events e", "jobs jobs.sums/a"]
