"""Errors on the wire: problem+json (RFC 9457), with the members that callers of the old wallet read.

| error                    | status                                       |
|--------------------------|----------------------------------------------|
| InvalidInput             | 400                                          |
| NotFound                 | 404; on the wallet routes 400, as they had it|
| Conflict                 | 409                                          |
| Refused                  | 422                                          |
| Unavailable              | 503, with Retry-After                        |
| of the guard (by code)   | 401, 403, 404, 421, 429                      |
| Corrupt, and any defect  | 500                                          |
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fiel.entrypoints.http.exact_json import exact_json
from fiel.kernel.clock import Clock
from fiel.kernel.errors import (
    Conflict,
    FielError,
    InvalidInput,
    InvalidInputs,
    NotFound,
    Refused,
    Unavailable,
)

_log = logging.getLogger("fiel.http")
WALLET_PREFIXES = ("/api/v1/wallet/", "/api/v1/wallets/")
RETRY_AFTER_S = 1
#: What desks call an option is a member or parameter here.
_OPTION = re.compile(r"--[a-z]+(?:-[a-z]+)*")
_STATUSES: tuple[tuple[type[FielError], int], ...] = (
    (InvalidInput, 400),
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 422),
    (Unavailable, 503),
)
#: What the guard says: it is about who asks, and not about what was asked.
_OF_THE_GUARD: Mapping[str, int] = MappingProxyType(
    {
        "not_signed_in": 401,
        "scope_missing": 403,
        "asked_elsewhere": 403,
        "form_expired": 403,
        "proxy_without_owner": 403,
        "wallet_hidden": 404,
        "host_unknown": 421,
        "too_many_attempts": 429,
    }
)


def status_of(error: FielError, path: str) -> int:
    """The status of an error on a route."""
    if error.code in _OF_THE_GUARD:
        return _OF_THE_GUARD[error.code]
    if isinstance(error, NotFound) and path.startswith(WALLET_PREFIXES):
        return 400
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def problem(
    status: int, code: str, detail: str, *, at: datetime, path: str, field: str | None = None, **more: Any
) -> Response:
    """A problem document; `error` repeats the detail for callers of the old wallet."""
    body: dict[str, Any] = {
        "type": f"urn:fiel:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        "code": code,
        "error": detail,
        "timestamp": at.isoformat(),
    }
    if field is not None:
        body["field"] = field
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    content = exact_json(body | more).encode("utf-8", "backslashreplace")
    return Response(content, status, headers, media_type="application/problem+json")


def of_error(error: FielError, request: Request, clock: Clock) -> Response:
    """The answer to an error of the tree. What a defect says stays in the log."""
    path = request.url.path
    status = status_of(error, path)
    if status == 500:
        _log.error("%s on %s: %s", error.code, path, error)
    more: dict[str, Any] = {}
    if isinstance(error, InvalidInputs):
        more["problems"] = [
            {"code": each.code, "detail": each.message, "field": each.field} for each in error.problems
        ]
    told = status < 500 or isinstance(error, Unavailable)
    detail = (
        _OPTION.sub(lambda found: str(named(found[0])), error.message) if told else "the book needs attention"
    )
    return problem(status, error.code, detail, at=clock.now(), path=path, field=named(error.field), **more)


def named(field: str | None) -> str | None:
    """A field as HTTP has it: what desks know as the option `--max-price-age` is `maxPriceAge` here."""
    if field is None or not field.startswith("--"):
        return field
    head, *rest = field.removeprefix("--").split("-")
    return head + "".join(part.title() for part in rest)


def allowed(request: Request) -> str:
    """The methods of an address, all of its routes together: each route knows its own alone."""
    path = request.url.path
    found = {
        method
        for route in request.app.routes
        if (pattern := getattr(route, "path_regex", None)) is not None and pattern.match(path)
        for method in getattr(route, "methods", None) or ()
    }
    return ", ".join(sorted(found))
