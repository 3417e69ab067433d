"""Traces: one from the request over the outbox to the consumer, and nothing at all while they are off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from fiel.entrypoints.http.watching import Watched
from fiel.infra import tracing
from fiel.infra.bus.consuming import Consumer, advance
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.bus.port import Batch, EventBus, Partition
from fiel.infra.bus.relaying import publishing_to
from fiel.infra.jobs.backoff import Backoff
from fiel.infra.jobs.port import Job, RetryLater
from fiel.infra.jobs.port import Pace as JobPace
from fiel.infra.jobs.relaying import as_outbox, by_topic, job_of, publishing_jobs
from fiel.infra.jobs.verdicts import attempt
from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database
from fiel.infra.storage.offsets import Assignment
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.relay import Relay
from fiel.infra.storage.schema import upgrade
from fiel.kernel.ids import SequentialIds
from tests.infra.jobs.stage import BACKOFF, at_work, eventually, open_queue
from tests.support.asked import Asked

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def exporter() -> Iterator[InMemorySpanExporter]:
    """Where the spans of this process go: OpenTelemetry takes one provider for its life."""
    found = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    trace.set_tracer_provider(provider)
    yield found
    # The provider stays; what others do after this is kept nowhere.
    found.shutdown()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[Callable[[], list[ReadableSpan]]]:
    """The spans that ended in this test."""
    exporter.clear()
    yield lambda: list(exporter.get_finished_spans())
    exporter.clear()


@pytest.fixture
def database(exporter: InMemorySpanExporter, tmp_path: Path) -> Iterator[Database]:
    """A book whose statements are watched."""
    found = Database.at(f"sqlite:///{tmp_path / 'fiel.db'}")
    upgrade(found)
    yield found
    found.close()


def _client(database: Database, topic: str) -> Asked:
    """One route, which writes a message as a change of the book does."""
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False})

    @app.post("/deposits/{user}")
    def deposit(user: str) -> dict[str, str]:
        message = OutboxMessage("m1", topic, user, "{}")
        database.transact(lambda unit: outbox.append(unit.connection, [message], at=NOW))
        return {}

    app.add_middleware(Watched, metrics=None)
    return Asked(app)


def _carried_through(database: Database, bus: EventBus, topic: str) -> None:
    """Request, outbox, bus, consumer."""
    seen: list[bytes] = []

    def handle(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        database.transact(lambda unit: advance(unit.connection, batch, places))
        seen.extend(record.value or b"" for record in batch.records)

    answer = _client(database, topic).post("/deposits/ana", headers={"traceparent": PARENT})
    assert answer.status_code == 200
    Relay(database, publishing_to(bus), SequentialIds("relay")).drain()
    consumer = Consumer(bus, database, [topic], f"{topic}-group", handle)
    try:
        for _ in range(200):
            if seen:
                break
            consumer.turn()
    finally:
        consumer.close()
    assert seen == [b"{}"]


def _of_one_trace(found: list[ReadableSpan], topic: str) -> dict[str, ReadableSpan]:
    wanted = f"{int(PARENT.split('-')[1], 16):032x}"
    ours = [each for each in found if f"{each.context.trace_id:032x}" == wanted]
    named = {each.name: each for each in ours}
    assert {"POST /deposits/{user}", f"publish {topic}", f"handle {topic}"} <= set(named)
    return named


def test_one_trace_from_the_request_to_the_consumer(
    database: Database, spans: Callable[[], list[ReadableSpan]]
) -> None:
    """The message carries the trace of its request through outbox and log; the handler continues it."""
    bus = EmbeddedBus(database)
    bus.ensure_topic("wallet", 1)
    _carried_through(database, bus, "wallet")
    found = _of_one_trace(spans(), "wallet")
    request, published, handled = (
        found[name] for name in ("POST /deposits/{user}", "publish wallet", "handle wallet")
    )
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == PARENT.split("-")[2]
    assert published.parent is not None
    assert published.parent.span_id == request.context.span_id
    assert handled.parent is not None
    assert handled.parent.span_id == published.context.span_id
    inserts = [each for each in spans() if "outbox" in str((each.attributes or {}).get("db.statement"))]
    assert any(each.context.trace_id == request.context.trace_id for each in inserts)


def test_the_same_over_a_real_kafka(
    database: Database,
    spans: Callable[[], list[ReadableSpan]],
    kafka_bootstrap: str,
    kafka_topic: Callable[[str, int], str],
) -> None:
    """The trace travels in the header of the record."""
    topic = kafka_topic("traced", 1)
    bus = KafkaBus(KafkaSettings(kafka_bootstrap))
    try:
        _carried_through(database, bus, topic)
    finally:
        bus.close()
    _of_one_trace(spans(), topic)


def test_nobody_is_named_in_a_span(database: Database, spans: Callable[[], list[ReadableSpan]]) -> None:
    """Spans have templates and statements, not the user of the path nor the values of a statement."""
    bus = EmbeddedBus(database)
    bus.ensure_topic("wallet", 1)
    _carried_through(database, bus, "wallet")
    told = " ".join(f"{each.name} {dict(each.attributes or {})}" for each in spans())
    assert "/ana" not in told
    assert "'ana'" not in told
    assert "outbox" in told


def test_a_job_continues_the_trace_of_the_change_that_made_it_due(
    database: Database, spans: Callable[[], list[ReadableSpan]]
) -> None:
    """A job that went through the outbox knows its trace; the span of its handler is of that trace."""
    with tracing.span("change"):
        job = as_outbox(Job("1", "tidy"))
        database.transact(lambda unit: outbox.append(unit.connection, [job], at=NOW))
    (claimed,) = database.transact(
        lambda unit: outbox.claim(unit.connection, "t", limit=9, lease=Backoff().steps()[0])
    )
    attempt(lambda _job: None, job_of(claimed.message), Backoff())
    named = {each.name: each for each in spans()}
    assert named["job tidy"].context.trace_id == named["change"].context.trace_id


def test_a_handler_that_fails_is_noted_in_its_span(spans: Callable[[], list[ReadableSpan]]) -> None:
    """The exception is in the span, and passes on."""
    with pytest.raises(ValueError, match="no"), tracing.span("work"):
        raise ValueError("no")
    (found,) = spans()
    assert not found.status.is_ok
    assert [event.name for event in found.events] == ["exception"]


def test_what_is_no_traceparent_is_left_alone(spans: Callable[[], list[ReadableSpan]]) -> None:
    """A header that somebody made up begins a new trace."""
    with tracing.span("work", parent="00-nonsense", links=["", "x"]):
        pass
    (found,) = spans()
    assert found.parent is None
    assert found.links == ()


def test_without_a_start_nothing_is_imported_and_nothing_is_done() -> None:
    """In a process where nobody started traces, spans are no spans, and OpenTelemetry stays unloaded."""
    script = (
        "import sys\n"
        "from fiel.infra import tracing\n"
        "with tracing.span('x') as found:\n"
        "    assert found is None and tracing.carried() is None and not tracing.is_on()\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_job_over_a_real_rabbitmq_is_of_the_trace_of_its_change(
    database: Database, spans: Callable[[], list[ReadableSpan]], rabbitmq_vhost: str
) -> None:
    """The header of the message has the change's span: the parent of the handler's, at each attempt."""
    seen: list[int] = []

    def handle(job: Job) -> None:
        seen.append(job.attempt)
        if job.attempt == 1:
            raise RetryLater("once more")

    with closing(open_queue("rabbitmq", rabbitmq_vhost)) as queue:
        with tracing.span("change"):
            job = as_outbox(Job("1", "tidy"))
            database.transact(lambda unit: outbox.append(unit.connection, [job], at=NOW))
        Relay(database, by_topic(publishing_jobs(queue), _no_bus), SequentialIds("relay")).drain()
        worker = queue.worker({"tidy": handle}, pace=JobPace(backoff=BACKOFF))
        with at_work(worker):
            eventually(lambda: _named(spans(), "job tidy")[1:], "both attempts")

    (change,) = _named(spans(), "change")
    first, second = _named(spans(), "job tidy")
    for attempted, number in ((first, 1), (second, 2)):
        assert attempted.kind is SpanKind.CONSUMER
        assert attempted.context.trace_id == change.context.trace_id
        assert attempted.parent is not None
        assert attempted.parent.span_id == change.context.span_id
        assert (attempted.attributes or {})["attempt"] == number
    assert seen == [1, 2]


def _named(found: list[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [each for each in found if each.name == name]


def _no_bus(_messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
    raise AssertionError("nothing here is an event")
