"""What RabbitMQ adds: confirms, returned jobs, foreign messages, the broker's own limit, outages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import aio_pika
import pytest

from fiel.infra import system
from fiel.infra.jobs.backoff import Backoff
from fiel.infra.jobs.faults import NotEnqueued
from fiel.infra.jobs.port import MALFORMED, Job
from fiel.infra.jobs.rabbit import RabbitJobs, RabbitSettings
from fiel.infra.jobs.rabbit_session import step_for
from fiel.infra.storage import job_runs
from fiel.infra.storage.schema import open_database
from fiel.infra.system import SystemClock
from fiel.kernel.errors import Conflict, InvalidInput, Unavailable
from tests.infra.jobs.stage import BACKOFF, KIND, Seen, Stage, Troubles, at_work, eventually, numbered

QUEUE = f"fiel.jobs.{KIND}"
NOBODY = "amqp://fiel:secret@127.0.0.1:1/"


def _on_channel(url: str, work: Callable[[Any], Awaitable[object]]) -> None:
    """Something another program does to the broker."""

    async def done() -> None:
        async with await aio_pika.connect(url) as connection:
            await work(await connection.channel())

    asyncio.run(done())


def test_a_job_that_no_queue_takes_is_an_error_and_the_next_call_repairs_it(rabbit: Stage) -> None:
    """The queue was deleted behind our back: returned, refused, then declared anew."""
    rabbit.queue.enqueue([Job("a", KIND)])
    _on_channel(rabbit.address, lambda channel: channel.queue_delete(QUEUE))

    refused: list[NotEnqueued] = []

    def refusing() -> bool:
        # For a moment the broker still takes jobs into the queue that it is deleting.
        try:
            rabbit.queue.enqueue([Job("b", KIND), Job("c", KIND)])
        except NotEnqueued as error:
            refused.append(error)
        return bool(refused)

    eventually(refusing)
    assert set(refused[0].failures) == {0, 1}
    assert "no queue for the job" in str(refused[0])

    rabbit.queue.enqueue([Job("b", KIND)])
    eventually(lambda: rabbit.queue.depth(KIND) == 1)


def test_a_full_queue_refuses_jobs(rabbitmq_vhost: str) -> None:
    """Beyond its greatest length the broker says no, and who enqueues hears of it."""
    queue = RabbitJobs(RabbitSettings(rabbitmq_vhost, waits=BACKOFF, max_length=2), SystemClock())
    with pytest.raises(NotEnqueued, match="refuses the job") as refused:
        queue.enqueue(numbered(50) + numbered(50, start=50))
    queue.close()

    # The broker stops taking a little after the limit.
    assert min(refused.value.failures) >= 2


def test_a_message_that_is_no_job_is_buried_and_the_worker_goes_on(rabbit: Stage) -> None:
    """Foreign bytes in the queue: dead letters that can be shown and discarded, jobs behind them done."""
    rabbit.queue.enqueue([])
    rabbit.queue.depth(KIND)
    bodies = (b"\xff\xfe not text", b"")

    async def publish(channel: Any) -> None:
        for body in bodies:
            await channel.default_exchange.publish(aio_pika.Message(body), QUEUE)

    _on_channel(rabbit.address, publish)
    rabbit.queue.enqueue([Job("good", KIND)])
    seen, letters = Seen(), rabbit.queue.dead_letters
    with rabbit.working(seen.handle):
        eventually(lambda: seen.done and len(letters.list(KIND)) == 2)

    found = letters.list(KIND)
    assert [each.reason for each in found] == [MALFORMED, MALFORMED]
    assert "UTF-8" in found[0].detail
    assert letters.show(KIND, found[0].job.id) == found[0]
    for each in found:
        letters.discard(KIND, each.job.id)
    assert letters.list(KIND) == []


def test_what_the_broker_hands_out_too_often_it_buries_by_itself(rabbitmq_vhost: str) -> None:
    """A consumer that never gets as far as reading the job: the delivery limit stops it."""
    queue = RabbitJobs(RabbitSettings(rabbitmq_vhost, waits=BACKOFF, delivery_limit=3), SystemClock())
    queue.enqueue([Job("j", KIND)])

    async def refuse(channel: Any) -> None:
        source = await channel.get_queue(QUEUE, ensure=False)
        while (message := await source.get(fail=False)) is not None:
            await message.nack(requeue=True)

    def buried() -> bool:
        _on_channel(rabbitmq_vhost, refuse)
        return bool(queue.dead_letters.list(KIND))

    eventually(buried)
    (letter,) = queue.dead_letters.list(KIND)
    assert (letter.job.id, letter.reason) == ("j", "delivery_limit")
    assert letter.died_at is not None

    queue.dead_letters.replay(KIND, "j")
    seen = Seen()
    with at_work(queue.worker({KIND: seen.handle})):
        eventually(lambda: seen.done)
    queue.close()
    assert seen.begun == [("j", 1)]


def test_a_job_delivered_twice_has_its_effect_once(rabbit: Stage, tmp_path: Any) -> None:
    """RabbitMQ knows no ids; the mark in the transaction of the effect does."""
    effects: list[str] = []
    database = open_database(f"sqlite:///{tmp_path / 'effects.db'}")

    def handle(job: Job) -> None:
        with database.unit_of_work() as unit:
            if job_runs.first_run(unit.connection, job.kind, job.id, at=SystemClock().now()):
                effects.append(job.id)

    seen = Seen()
    for _ in range(2):
        rabbit.queue.enqueue([Job("j", KIND)])
    with rabbit.working(seen.noting(handle)):
        eventually(lambda: len(seen.done) == 2)
    database.close()

    assert (seen.attempts("j"), effects) == ([1, 1], ["j"])


def test_a_worker_takes_up_again_when_its_queue_was_deleted(rabbit: Stage) -> None:
    """The consumer is cancelled by the broker: the worker declares the queue anew and goes on."""
    seen = Seen()
    with rabbit.working(seen.handle):
        rabbit.queue.enqueue([Job("before", KIND)])
        eventually(lambda: seen.done)
        _on_channel(rabbit.address, lambda channel: channel.queue_delete(QUEUE))
        # For a moment the broker still takes jobs into the queue that it is deleting.
        eventually(lambda: _taken(rabbit, Job("after", KIND)) and "after" in seen.done)


def test_a_queue_knows_its_workers(rabbit: Stage) -> None:
    """None before, one while it works and goes on looking, none after it stopped."""
    queue, seen = cast("RabbitJobs", rabbit.queue), Seen()
    counts = [queue.listeners(KIND)]
    with rabbit.working(seen.handle):
        eventually(lambda: queue.listeners(KIND) == 1)
        system.pause(1.5)
        queue.enqueue([Job("after a look", KIND)])
        eventually(lambda: seen.done)
        counts.append(queue.listeners(KIND))
    eventually(lambda: queue.listeners(KIND) == 0)

    assert counts == [0, 1]


def test_queues_of_other_settings_are_not_worked_on(rabbit: Stage) -> None:
    """Declared with another limit before: a conflict that says what to do, not a silent mixture."""
    rabbit.queue.enqueue([Job("j", KIND)])
    other = RabbitJobs(RabbitSettings(rabbit.address, waits=BACKOFF, delivery_limit=7), SystemClock())

    with pytest.raises(Conflict, match="use another prefix"):
        other.enqueue([Job("k", KIND)])
    other.close()


def test_a_broker_that_is_away_is_told_and_waited_for() -> None:
    """Enqueueing fails with the reason and without the password; a worker tells it, waits, and can stop."""
    queue = RabbitJobs(RabbitSettings(NOBODY, first_pause_s=0.01, longest_pause_s=0.02), SystemClock())
    with pytest.raises(NotEnqueued) as refused:
        queue.enqueue([Job("a", KIND), Job("b", KIND)])
    troubles = Troubles()
    with at_work(queue.worker({KIND: Seen().handle}, on_trouble=troubles.told.append)):
        eventually(lambda: len(troubles.told) >= 3)
    queue.close()

    assert set(refused.value.failures) == {0, 1}
    assert "secret" not in str(refused.value)
    assert set(troubles.codes) == {"queue_unavailable"}


def test_a_closed_queue_says_so(rabbit: Stage) -> None:
    """After `close` there is nothing to be had, and a second one does nothing."""
    rabbit.queue.close()
    rabbit.queue.close()

    with pytest.raises(Unavailable, match="was closed"):
        rabbit.queue.depth(KIND)


def test_a_wait_is_kept_in_the_shortest_queue_that_holds_it() -> None:
    """Waiting queues of 1, 2, 4 and 5 s; beyond them the longest, again and again."""
    settings = RabbitSettings(NOBODY, waits=Backoff(timedelta(seconds=1), timedelta(seconds=5)))

    steps = {
        wait: step_for(settings, timedelta(milliseconds=wait)) for wait in (0, 1, 1_000, 1_001, 4_500, 99_000)
    }

    assert settings.steps_ms() == (1_000, 2_000, 4_000, 5_000)
    assert {wait: step for wait, (step, _) in steps.items()} == {
        0: 1_000, 1: 1_000, 1_000: 1_000, 1_001: 2_000, 4_500: 5_000, 99_000: 5_000,
    }  # fmt: skip
    assert [expires // timedelta(milliseconds=1) for _, expires in steps.values()] == [
        1, 1, 1_000, 1_001, 4_500, 5_000,
    ]  # fmt: skip


def test_settings_are_checked() -> None:
    """Another scheme, or limits of nothing, are refused by name."""
    with pytest.raises(InvalidInput, match="url"):
        RabbitSettings("http://127.0.0.1/")
    with pytest.raises(InvalidInput, match="limits"):
        RabbitSettings(NOBODY, max_length=0)


def _taken(stage: Stage, job: Job) -> bool:
    try:
        stage.queue.enqueue([job])
    except NotEnqueued:
        return False
    return True
