"""From the outbox to a job queue: jobs written in the transaction that makes them due.

    outbox.append(unit.connection, [as_outbox(job)], at=now)
    Relay(database, by_topic(publishing_jobs(queue), publishing_to(bus)), ids)

An outbox message is a job when its topic is `jobs.<kind>`. A job without a key has an order of its own:
its id is the outbox's key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from fiel.infra.jobs.faults import NotEnqueued
from fiel.infra.jobs.port import Job, JobQueue
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.relay import Publish
from fiel.kernel.errors import InvalidInput, Unavailable

TOPICS = "jobs."


def as_outbox(job: Job) -> OutboxMessage:
    """The message that a relay turns into the job; one per kind and id."""
    body = {
        "id": job.id,
        "payload": job.payload,
        "key": job.key,
        "run_after": None if job.run_after is None else job.run_after.isoformat(),
        "max_attempts": job.max_attempts,
    }
    topic = TOPICS + job.kind
    return OutboxMessage(f"{topic}/{job.id}", topic, job.key or job.id, json.dumps(body, ensure_ascii=False))


def job_of(message: OutboxMessage) -> Job:
    """The job in an outbox message. Raises `InvalidInput` for one that `as_outbox` did not make."""
    try:
        body = json.loads(message.body)
        after = body["run_after"]
        return Job(
            body["id"],
            message.topic.removeprefix(TOPICS),
            body["payload"],
            body["key"],
            None if after is None else datetime.fromisoformat(after),
            body["max_attempts"],
            trace=message.trace,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidInput(
            "job_malformed", f"outbox message {message.message_id} holds no job; write it with as_outbox"
        ) from None


def publishing_jobs(queue: JobQueue) -> Publish:
    """Enqueues the jobs in outbox messages; again, if need be, under the same ids."""

    def publish(messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
        jobs: list[tuple[int, Job]] = []
        failures: dict[int, str] = {}
        stopped: set[tuple[str, str]] = set()
        for position, message in enumerate(messages):
            if (message.topic, message.key) in stopped:
                continue
            try:
                jobs.append((position, job_of(message)))
            except InvalidInput as error:
                failures[position] = str(error)
                stopped.add((message.topic, message.key))
        try:
            queue.enqueue([job for _, job in jobs])
        except NotEnqueued as error:
            failures |= {jobs[place][0]: reason for place, reason in error.failures.items()}
        return failures

    return publish


def by_topic(jobs: Publish, others: Publish) -> Publish:
    """One relay for one outbox: topics `jobs.*` to `jobs`, all the rest to `others`.

    When one of them is down, what it should have had is put off, and the other one still gets its own.
    """

    def publish(messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
        failures: dict[int, str] = {}
        for target, wanted in ((jobs, True), (others, False)):
            places = [n for n, each in enumerate(messages) if each.topic.startswith(TOPICS) is wanted]
            failures |= _published(target, messages, places)
        return failures

    return publish


def _published(target: Publish, messages: Sequence[OutboxMessage], places: list[int]) -> dict[int, str]:
    if not places:
        return {}
    try:
        failed = target([messages[place] for place in places])
    except Unavailable as error:
        return dict.fromkeys(places, error.message)
    return {places[position]: reason for position, reason in failed.items()}
