"""Whether the process lives, whether it can work, health as the existing services ask for it, and metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from fiel.entrypoints.http.exact_json import ExactResponse
from fiel.entrypoints.http.services import HttpServices
from fiel.kernel.errors import FielError

routes = APIRouter(tags=["operations"])


@routes.get("/healthz", operation_id="getLiveness", summary="Whether the process lives")
async def alive(request: Request) -> Response:  # noqa: ARG001 (asks nothing of anybody)
    """Always 200 while requests are answered at all. Nothing else is asked: a process that only waits for
    its database is not to be killed for that.
    """
    return ExactResponse({"status": "UP"})


@routes.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Whether requests can be answered",
    responses={503: {"description": "A component does not answer; which one stands in the body."}},
)
def ready(request: Request) -> Response:
    """200 when every component answers, else 503 with those that do not, for whoever hands out requests."""
    components = _components(request.app.state.services)
    down = sorted(name for name, told in components.items() if told["status"] != "UP")
    body = {"status": "DOWN" if down else "UP", "down": down}
    return ExactResponse(body, status_code=503 if down else 200)


@routes.get(
    "/actuator/health",
    operation_id="getHealth",
    summary="Whether everything answers",
    responses={503: {"description": "A component does not answer; which one stands in the body."}},
)
def health(request: Request) -> Response:
    """`UP` with 200 when every component answers, else `DOWN` with 503 and which does not."""
    components = _components(request.app.state.services)
    up = all(component["status"] == "UP" for component in components.values())
    body = {"status": "UP" if up else "DOWN", "components": components}
    return ExactResponse(body, status_code=200 if up else 503)


def _components(services: HttpServices) -> dict[str, Any]:
    components: dict[str, Any] = {}
    for name, probe in sorted(services.probes.items()):
        try:
            probe()
        except FielError as error:
            components[name] = {"status": "DOWN", "details": {"error": error.code}}
        else:
            components[name] = {"status": "UP"}
    return components


@routes.get(
    "/metrics", operation_id="getMetrics", summary="Metrics for Prometheus", response_class=PlainTextResponse
)
def metrics(request: Request) -> Response:
    """The Prometheus text format."""
    services: HttpServices = request.app.state.services
    text = services.metrics() if services.metrics else b""
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
