"""Security of the HTTP interface, as pages and API use it.

    principal_of(request)                        who asks
    Depends(require(Scope.ADMIN))                the scope of a route; without it a GET needs read, a change
                                                 trade: see `route_rules`
    csrf_ok(request, form.text("csrf"))          the token of a form (the guard looked at it already)

Everything else happens in `guard`, before any route is reached.
"""

from __future__ import annotations

from fastapi import FastAPI

from fiel.entrypoints.http.answer_headers import CONTENT_POLICY, AnswerHeaders, protect
from fiel.entrypoints.http.guard import Guard
from fiel.entrypoints.http.identity import (
    ANYBODY,
    Required,
    about_deed,
    about_wallet,
    csrf_ok,
    drop_session,
    is_secure,
    principal_of,
    put_session,
)
from fiel.entrypoints.http.services import HttpServices
from fiel.infra.access.principals import LOCAL, Principal, Scope
from fiel.infra.system import RandomIds

__all__ = [
    "ANYBODY",
    "CONTENT_POLICY",
    "LOCAL",
    "Principal",
    "Scope",
    "about_deed",
    "about_wallet",
    "add_headers",
    "add_to",
    "csrf_ok",
    "drop_session",
    "is_secure",
    "principal_of",
    "protect",
    "put_session",
    "require",
]


def require(scope: Scope) -> Required:
    """A dependency, `Depends(require(Scope.ADMIN))`: whoever lacks the scope gets a 403."""
    return Required(scope)


def add_to(app: FastAPI, services: HttpServices) -> None:
    """Put the guard before the routes: sets `request.state.principal`, `.csrf` and `.request_id`."""
    app.add_middleware(Guard, owner=app, services=services, ids=RandomIds("req"))


def add_headers(app: FastAPI, services: HttpServices) -> None:
    """Put the protecting headers on every answer; to be added last, around everything."""
    app.add_middleware(AnswerHeaders, secure=services.secure)
