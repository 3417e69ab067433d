"""Health as the existing services ask for it, and metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.entrypoints.http.exact_json import ExactResponse
from fiel.entrypoints.http.services import HttpServices
from fiel.kernel.errors import FielError

routes = APIRouter(tags=["operations"])


@routes.get("/actuator/health", summary="Whether everything answers", response_class=ExactResponse)
def health(request: Request) -> Response:
    """`UP` with 200 when every component answers, else `DOWN` with 503 and which does not."""
    services: HttpServices = request.app.state.services
    components: dict[str, Any] = {}
    for name, probe in sorted(services.probes.items()):
        try:
            probe()
        except FielError as error:
            components[name] = {"status": "DOWN", "details": {"error": error.code}}
        else:
            components[name] = {"status": "UP"}
    up = all(component["status"] == "UP" for component in components.values())
    body = {"status": "UP" if up else "DOWN", "components": components}
    return ExactResponse(body, status_code=200 if up else 503)


@routes.get("/metrics", summary="Metrics for Prometheus")
def metrics(request: Request) -> Response:
    """The Prometheus text format."""
    services: HttpServices = request.app.state.services
    text = services.metrics() if services.metrics else b""
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
