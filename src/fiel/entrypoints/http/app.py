"""The HTTP application: routes, errors, limits."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

import fiel
from fiel.entrypoints.http import health, reference_page, security, wallet
from fiel.entrypoints.http.handlers import Bounded
from fiel.entrypoints.http.later import Completed, Later, Part, is_of_api
from fiel.entrypoints.http.limits import BODY_BYTES_MAX, URL_LENGTH_MAX, Limited
from fiel.entrypoints.http.problems import allowed, of_error, problem
from fiel.entrypoints.http.services import HttpServices
from fiel.entrypoints.http.watching import Watched
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError

__all__ = ["BODY_BYTES_MAX", "URL_LENGTH_MAX", "HttpServices", "create_app"]

_GZIP_FROM_BYTES, _GZIP_LEVEL = 512, 5
_log = logging.getLogger("fiel.http")


def create_app(services: HttpServices, *, rest_later: bool = False) -> FastAPI:
    """The application over the services given; it opens and closes nothing of its own.

    `rest_later`: the routes of the API, and those of all pages but the first, are made when they are first
    asked for (`app.state.later.add()`).
    """
    app = FastAPI(
        title="Fiel",
        version=fiel.__version__,
        description="Custody: a wallet whose every number can be traced to its journal entries.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # Its own spans would name the path, and so the wallet: `watching` makes ours. (Older ones ignore it.)
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.services = services
    for prefix in ("/api/v1/wallet", "/api/v1/wallets"):
        app.include_router(wallet.router(prefix))
    app.include_router(health.routes)
    reference_page.add_to(app)
    later = app.state.later = Later(app, _parts(app, services))
    if not rest_later:
        later.add()
    _answer_errors(app, services.clock)
    # The last one added is the first one asked.
    security.add_to(app, services)
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES, compresslevel=_GZIP_LEVEL)
    app.add_middleware(Limited, clock=services.clock)
    security.add_headers(app, services)
    app.add_middleware(Completed, later=later)
    app.add_middleware(Watched, metrics=services.watch)
    app.add_middleware(Bounded)
    return app


def _parts(app: FastAPI, services: HttpServices) -> Sequence[Part]:
    parts = [] if services.opened is None else [Part(is_of_api, _add_api)]
    return parts if services.pages is None else [services.pages(app), *parts]


def _add_api(app: FastAPI) -> None:
    from fiel.entrypoints.http.api import add_api

    add_api(app)


def _answer_errors(app: FastAPI, clock: Clock) -> None:
    async def told(request: Request, error: Exception) -> Response:
        answer = _problem_of(request, error, clock)
        page: Callable[[Request, Exception, Response], Awaitable[Response | None]] | None = getattr(
            app.state, "error_page", None
        )
        shown = await page(request, error, answer) if page is not None else None
        final = answer if shown is None else shown
        # A defect is answered outside of every layer that would add them.
        security.protect(final.headers, secure=security.is_secure(request))
        return final

    for kind in (FielError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, told)


def _problem_of(request: Request, error: Exception, clock: Clock) -> Response:
    path = request.url.path
    if isinstance(error, FielError):
        return of_error(error, request, clock)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        return problem(
            400, "invalid_request", f"{place}: {first['msg']}", at=clock.now(), path=path, field=place
        )
    if isinstance(error, HTTPException):
        answer = problem(error.status_code, "http", str(error.detail), at=clock.now(), path=path)
        answer.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = allowed(request)
        return answer
    _log.exception("defect on %s", path, exc_info=error)
    return problem(500, "defect", "something went wrong; it was logged", at=clock.now(), path=path)
