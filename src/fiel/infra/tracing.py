"""Traces through HTTP, SQL, the outbox, the bus and the queue, when OpenTelemetry is there and was started.

    start("http://collector:4318/v1/traces", "fiel-serve")     # once, by who owns the process
    with span("reconcile", wallets=3): ...
    carried()                                                   # the present span, as a header has it

Otherwise everything here does nothing and costs a look into a table: nothing is imported. A span has counts
and names of our own (routes, topics, statements without their values), never whom it is about.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from fiel.kernel.errors import Unavailable

TRACEPARENT = "traceparent"
STATEMENT_MAX = 200
LINKS_MAX = 32
_NAME = "fiel"
_SPAN = "fiel_span"


def start(target: str, service: str) -> None:
    """Send spans to an OTLP collector over http; `1`: where OTEL_EXPORTER_OTLP_ENDPOINT says.

    Raises `Unavailable` (driver_missing) without the extra. A collector that is away loses spans, and
    holds nothing up.
    """
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        raise Unavailable(
            "driver_missing", "traces need OpenTelemetry; install it with `pip install 'fiel[otel]'`"
        ) from None
    exporter = OTLPSpanExporter() if target == "1" else OTLPSpanExporter(endpoint=target)
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def is_on() -> bool:
    """Whether spans go anywhere in this process."""
    sdk, api = sys.modules.get("opentelemetry.sdk.trace"), sys.modules.get("opentelemetry.trace")
    return sdk is not None and api is not None and isinstance(api.get_tracer_provider(), sdk.TracerProvider)


@contextmanager
def span(
    name: str, *, kind: str = "internal", parent: str | None = None, links: Collection[str] = (), **about: Any
) -> Iterator[Any]:
    """A span around the block: of the present one, or of `parent` (a traceparent from elsewhere).

    An exception is noted and passes on. Gives the span, or `None` while traces are off.
    """
    if not is_on():
        yield None
        return
    from opentelemetry import trace

    tracer = trace.get_tracer(_NAME)
    context = _context_of(parent) if parent else None
    linked = [trace.Link(found) for each in list(links)[:LINKS_MAX] if (found := _span_context(each))]
    with tracer.start_as_current_span(
        name, context, kind=getattr(trace.SpanKind, kind.upper()), attributes=about, links=linked
    ) as found:
        yield found


def carried() -> str | None:
    """The present span as a `traceparent`, for what goes to another process; `None` when there is none."""
    if not is_on():
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT)


def watch_sql(engine: Any) -> None:
    """Spans around the statements of an engine, when traces are on: the words, never the values."""
    if not is_on():
        return
    from opentelemetry import trace
    from sqlalchemy import event

    tracer = trace.get_tracer(_NAME)

    def before(_c: Any, _cursor: Any, statement: str, _given: Any, context: Any, _many: bool) -> None:
        if context is not None:
            told = {"db.system": engine.dialect.name, "db.statement": statement[:STATEMENT_MAX]}
            first = statement.split(None, 1)[0] if statement.strip() else "SQL"
            found = tracer.start_span(f"SQL {first}", kind=trace.SpanKind.CLIENT, attributes=told)
            setattr(context, _SPAN, found)

    def after(_c: Any, _cursor: Any, _statement: str, _given: Any, context: Any, _many: bool) -> None:
        found = getattr(context, _SPAN, None)
        if found is not None:
            found.end()

    def failed(error: Any) -> None:
        found = getattr(error.execution_context, _SPAN, None)
        if found is not None:
            found.set_status(trace.StatusCode.ERROR, type(error.original_exception).__name__)
            found.end()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)


def _context_of(parent: str) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({TRACEPARENT: parent})


def _span_context(parent: str) -> Any:
    """`None` for what is no traceparent."""
    from opentelemetry import trace

    found = trace.get_current_span(_context_of(parent)).get_span_context()
    return found if found.is_valid else None
