"""Every request counted, timed and told in the log, by the template of its route: never by what it names."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fiel.infra import system, tracing
from fiel.infra.about import about

_log = logging.getLogger("fiel.http.requests")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked every few seconds by machines: counted, and not told.
_QUIET = frozenset({"/metrics", "/healthz", "/readyz", "/actuator/health"})
_STATIC = "/estatico/"
_HEADER_MAX = 100
#: A page that takes longer is told as a warning.
SLOW_S = 2.0


class HttpMetrics:
    """What the doors did; all names begin with `fiel_http_`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels: Collection[str] = ("method", "route", "status")
        self.requests = Counter("fiel_http_requests", "Requests answered.", labels, registry=registry)
        self.seconds = Histogram(
            "fiel_http_request_seconds",
            "Time to the end of the answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.open = Gauge("fiel_http_requests_open", "Requests being answered now.", registry=registry)


class Watched:
    """ASGI, around everything else. Without `metrics` requests are told in the log only."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics | None) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The guard puts the request's id in here.
        state: dict[str, Any] = scope.setdefault("state", {})
        begun, seen = system.elapsed_seconds(), _Seen(send)
        if self._metrics is not None:
            self._metrics.open.inc()
        parent = _header(scope, tracing.TRACEPARENT) if tracing.is_on() else None
        with about(state), tracing.span("request", kind="server", parent=parent) as traced:
            try:
                await self._app(scope, receive, seen.send)
            finally:
                if self._metrics is not None:
                    self._metrics.open.dec()
                self._tell(scope, seen.status, system.elapsed_seconds() - begun)
                if traced is not None:
                    traced.update_name(f"{scope['method']} {_route(scope)}")
                    traced.set_attribute("http.response.status_code", seen.status)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = _route(scope), scope["method"] if scope["method"] in _METHODS else "OTHER"
        if self._metrics is not None:
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
        if status < 500 and (scope["path"] in _QUIET or scope["path"].startswith(_STATIC)):
            return
        level = logging.WARNING if status >= 500 or seconds > SLOW_S else logging.INFO
        _log.log(level, "%s %s %d in %.0f ms", method, route, status, seconds * 1000)


class _Seen:
    """Notes the status on its way out; 500 when there was none."""

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def _header(scope: Scope, name: str) -> str | None:
    """One header, as far as it is short and plain."""
    found = next((value for key, value in scope["headers"] if key == name.encode()), b"")
    return found.decode("ascii", "replace") if 0 < len(found) <= _HEADER_MAX else None


def _route(scope: Scope) -> str:
    """The template; one label for all that no route took, or a scan would fill the registry."""
    route = scope.get("route")
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(template) if template else "(none)"
