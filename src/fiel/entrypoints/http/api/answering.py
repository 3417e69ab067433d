"""Answers: JSON with a weak ETag made of the content, 304 for what the caller has, and what may go wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from fiel.entrypoints.http.api.models import Problem

#: Members that change by the clock alone: they make no other answer.
_CLOCK = frozenset({"asOf", "ageSeconds", "age_seconds", "askedAt"})
_PROBLEMS: Mapping[int, str] = {
    400: "A value is missing or malformed: `field` names it",
    401: "Nobody is signed in, or the key is not known",
    403: "The key may not do this: `scope` is missing",
    404: "It is not there, or not yours",
    409: "Somebody was there before, or the Idempotency-Key was used with another body",
    412: "It is not what If-Match says it is: read it again",
    413: "More than is taken at once",
    414: "The address is too long",
    415: "The body is not of the kind that is read here",
    422: "It was understood, and refused: `code` says why",
    429: "Too many requests: wait as long as Retry-After says",
    503: "Something that is needed does not answer now; nothing was done",
}
STATUSES = tuple(_PROBLEMS)
#: What any route may answer.
ALWAYS = (400, 401, 403, 404, 413, 414, 429, 503)


def problems(*more: int) -> dict[int | str, dict[str, Any]]:
    """Problem documents of a route, for its OpenAPI."""
    return {
        status: {
            "model": Problem,
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"example": example_of(status)}},
        }
        for status in sorted({*ALWAYS, *more})
    }


def example_of(status: int) -> dict[str, Any]:
    """A problem of a status."""
    code, detail = _EXAMPLES[status]
    return {
        "type": f"urn:fiel:error:{code}",
        "title": _TITLES[status],
        "status": status,
        "detail": detail,
        "instance": "/api/v1/portfolios/ana",
        "code": code,
        "error": detail,
        "timestamp": "2026-05-04T13:00:00+00:00",
    }


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
_EXAMPLES = {
    400: ("day_malformed", "'2026-13-01' is not a day; write it like 2026-01-31"),
    401: ("unauthenticated", "send a key: Authorization: Bearer fiel_..."),
    403: ("scope_missing", "this needs the scope trade"),
    404: ("user_unknown", "the book has no user ana"),
    409: ("idempotency_key_reused", "key 'a1' was used before with another body"),
    412: ("precondition_failed", "the targets are not the ones of If-Match; read them again"),
    413: ("body_too_large", "the request is too long"),
    414: ("url_too_long", "the request is too long"),
    415: ("media_type", "send application/json"),
    422: ("targets_missing", "ana has no targets yet"),
    429: ("too_many_requests", "wait 30 s"),
    503: ("database_unavailable", "the database does not answer"),
}


def answered(
    model: Any, about: str, *, status: int = 200, headers: Iterable[str] = ()
) -> dict[int | str, dict[str, Any]]:
    """A successful answer, for the OpenAPI of a route."""
    told = {name: {"schema": {"type": "string"}, "description": _HEADERS[name]} for name in headers}
    shape = {} if model is None else {"model": model}
    return {status: shape | {"description": about} | ({"headers": told} if told else {})}


_HEADERS = {
    "ETag": "Changes with the content; send it back as If-None-Match",
    "Location": "Where it is",
    "Idempotent-Replayed": "`true` when this is the answer of an earlier request with the same key",
}


def reads(model: type[BaseModel] | Any, about: str, *more: int) -> dict[int | str, dict[str, Any]]:
    """What a GET may answer."""
    unchanged = {304: {"description": "What the caller has is still so"}}
    return answered(model, about, headers=["ETag"]) | unchanged | problems(*more)


def writes(
    model: type[BaseModel] | Any, about: str, *more: int, status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """What a POST may answer."""
    return answered(model, about, status=status, headers=["Idempotent-Replayed"]) | problems(
        409, 415, 422, *more
    )


def text_of(body: Any) -> str:
    """An answer as JSON text. Floats are a defect: raises `TypeError`."""
    return json.dumps(body, ensure_ascii=False, default=_never, separators=(",", ":"))


def _never(value: object) -> object:
    raise TypeError(f"a {type(value).__name__} has no exact JSON")


def reply(
    request: Request,
    body: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    etag: str | None = None,
) -> Response:
    """The answer; to a GET with the tag of what the caller has, 304 without a body."""
    more = {"Cache-Control": "private, no-cache"} | dict(headers or {})
    if request.method in {"GET", "HEAD"}:
        more["ETag"] = etag or tag_of(body)
        if matches(request.headers.get("if-none-match"), more["ETag"]):
            return Response(None, 304, more)
    return Response(
        text_of(body).encode("utf-8", "backslashreplace"), status, more, media_type="application/json"
    )


def tag_of(body: Any) -> str:
    """A weak tag of the content, whatever the clock says."""
    return f'W/"{hashlib.sha256(text_of(_still(body)).encode("utf-8", "replace")).hexdigest()[:32]}"'


def matches(wanted: str | None, tag: str) -> bool:
    """Whether a tag is among those of If-Match or If-None-Match; weak and strong are the same here."""
    if wanted is None:
        return False
    given = [each.strip() for each in wanted.split(",")]
    return "*" in given or tag.removeprefix("W/") in {each.removeprefix("W/") for each in given}


def _still(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {key: _still(value) for key, value in body.items() if key not in _CLOCK}
    if isinstance(body, list | tuple):
        return [_still(each) for each in body]
    return body
