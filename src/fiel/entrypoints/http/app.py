"""The HTTP application: routes, errors, limits."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

import fiel
from fiel.entrypoints.http import health, reference_page, wallet
from fiel.entrypoints.http.problems import of_error, problem
from fiel.entrypoints.http.services import HttpServices
from fiel.kernel.errors import FielError

__all__ = ["HttpServices", "create_app"]

BODY_BYTES_MAX = 1024 * 1024
URL_LENGTH_MAX = 8 * 1024
_log = logging.getLogger("fiel.http")


def create_app(services: HttpServices) -> FastAPI:
    """The application over the services given; it opens and closes nothing of its own."""
    app = FastAPI(
        title="Fiel",
        version=fiel.__version__,
        description="Custody: a wallet whose every number can be traced to its journal entries.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.services = services
    for prefix in ("/api/v1/wallet", "/api/v1/wallets"):
        app.include_router(wallet.router(prefix))
    app.include_router(health.routes)
    reference_page.add_to(app)
    _answer_errors(app, services)
    app.middleware("http")(_limited(services))
    return app


def _answer_errors(app: FastAPI, services: HttpServices) -> None:
    clock = services.clock

    async def told(request: Request, error: Exception) -> Response:
        if isinstance(error, FielError):
            answer = of_error(error, request, clock)
            if answer.status_code == 500:
                _log.error("%s on %s: %s", error.code, request.url.path, error)
            return answer
        if isinstance(error, RequestValidationError):
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"][1:])
            detail = f"{place}: {first['msg']}"
            return problem(400, "invalid_request", detail, at=clock.now(), path=request.url.path, field=place)
        if isinstance(error, HTTPException):
            detail = str(error.detail)
            answer = problem(error.status_code, "http", detail, at=clock.now(), path=request.url.path)
            answer.headers.update(error.headers or {})
            return answer
        _log.exception("defect on %s", request.url.path, exc_info=error)
        return problem(
            500, "defect", "something went wrong; it was logged", at=clock.now(), path=request.url.path
        )

    for kind in (FielError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, told)


def _limited(
    services: HttpServices,
) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    """Refuses what is too long before anything reads it."""

    async def limited(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        too_long = len(str(request.url)) > URL_LENGTH_MAX
        if too_long or not length.isdigit() or int(length) > BODY_BYTES_MAX:
            status, code = (414, "url_too_long") if too_long else (413, "body_too_large")
            return problem(
                status, code, "the request is too long", at=services.clock.now(), path=request.url.path[:200]
            )
        return await follow(request)

    return limited
