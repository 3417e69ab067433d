"""kill -9 of the broker and of the database while jobs are being done: nothing is lost."""

from __future__ import annotations

import threading

import pytest

from fiel.infra import system
from fiel.infra.jobs.faults import NotEnqueued
from fiel.infra.jobs.port import Job, Pace
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from tests.infra.jobs.stage import KIND, Seen, Troubles, at_work, closing_queue, eventually, open_queue
from tests.services.running import Services

SERVICES = {
    "rabbitmq": ("rabbitmq", "FIEL_TEST_RABBITMQ_URL"),
    "postgresql": ("postgres", "FIEL_TEST_POSTGRES_URL"),
}
#: A quorum queue killed within a second of its declaration can stay without a leader (RabbitMQ 3.10).
_SETTLED_S = 5.0


def _url(services: Services, kind: str) -> str:
    name, variable = SERVICES[kind]
    url = services.up(name)[variable]
    if kind == "postgresql":
        database = Database.at(url)
        schema.upgrade(database)
        database.close()
    return url


@pytest.mark.parametrize("kind", SERVICES)
def test_no_job_is_lost_when_the_queue_is_killed_in_the_middle(kind: str, private_services: Services) -> None:
    """Some done, some in hand, some put off, most waiting: after the restart all are done, poison apart."""
    url = _url(private_services, kind)
    queue, seen, troubles, hold = open_queue(kind, url), Seen(), Troubles(), threading.Event()

    def handle(job: Job) -> None:
        if int(job.id) >= 20:
            hold.wait(120)
        if int(job.id) % 10 == 7 and job.attempt == 1:
            raise ValueError("once more")

    queue.enqueue([Job(f"{number}", KIND) for number in range(200)])
    if kind == "rabbitmq":
        system.pause(_SETTLED_S)
    worker = queue.worker(
        {KIND: seen.noting(handle)}, pace=Pace(in_hand=8, threads=4), on_trouble=troubles.told.append
    )
    with closing_queue(queue), at_work(worker):
        eventually(lambda: len(seen.begun) >= 20, "the first twenty")
        private_services.kill9(SERVICES[kind][0])
        with pytest.raises(NotEnqueued):
            queue.enqueue([Job("while-away", KIND)])
        hold.set()
        # Not before the worker has felt it too, or a quick restart passes unnoticed.
        eventually(lambda: troubles.told, "the worker's trouble")
        private_services.restart(SERVICES[kind][0])
        eventually(lambda: len(set(seen.done)) == 200, "all two hundred")
        eventually(lambda: queue.depth(KIND) == 0)
        assert queue.dead_letters.list(KIND) == []

    assert set(troubles.codes) >= {"queue_unavailable" if kind == "rabbitmq" else "database_unavailable"}
