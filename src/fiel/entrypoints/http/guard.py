"""The guard at the door: who asks, may that one, did our own page ask, and what is written down about it.

Everything is closed unless it is listed here as open to anybody. A wallet of someone else does not exist.
A change is written into the log before it is tried, and again with its status when it was answered.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from fiel.entrypoints.http.identity import (
    ANYBODY,
    csrf_ok,
    scope_missing,
    session_token,
    visit_cookie,
    visit_token,
)
from fiel.entrypoints.http.problems import of_error
from fiel.entrypoints.http.route_rules import SAFE, WALLET_QUERIES, Asked, Rule, asked_of, rules_of
from fiel.entrypoints.http.same_site import FormPeek, asked_elsewhere, says_where
from fiel.entrypoints.http.services import HttpServices
from fiel.infra.access.desk import Access
from fiel.infra.access.principals import LOCAL, Principal, Scope
from fiel.infra.access.records import Deed
from fiel.infra.access.tokens import form_token, new_token
from fiel.infra.listening import is_loopback
from fiel.infra.system import RandomIds
from fiel.kernel.errors import FielError, NotFound, Refused, Unavailable

SIGN_IN, SIGN_OUT = "/entrar", "/sair"
#: Open to anybody: nothing of anybody's is told there.
OPEN_PATHS = frozenset(
    {
        SIGN_IN,
        SIGN_OUT,
        "/actuator/health",
        "/docs",
        "/favicon.ico",
        "/healthz",
        "/openapi.json",
        "/preferencias",
        "/readyz",
    }
)
OPEN_PREFIXES = ("/estatico/",)
#: Asked by machines that know this one by its address only.
ANY_HOST = frozenset({"/actuator/health", "/healthz", "/readyz"})
API_PREFIXES = ("/api/", "/actuator/", "/metrics", "/healthz", "/readyz", "/openapi.json")
#: A program in between says so; on an open door nobody may come through one.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_log = logging.getLogger("fiel.http.guard")


@dataclass(frozen=True)
class Guard:
    """ASGI. Without `services.access` (a program that guards the door itself) everybody is `LOCAL`."""

    app: ASGIApp
    owner: FastAPI
    services: HttpServices
    ids: RandomIds
    #: The rules by the number of routes that they were read from.
    read: dict[int, tuple[Rule, ...]] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The routes, read when a request comes, and again when there are more of them."""
        count = len(self.owner.routes)
        if self.read.get(count) is None:
            self.read[count] = rules_of(self.owner)
        return self.read[count]

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = self.ids.next_id()
        request.state.secure = self.services.secure or scope["scheme"] == "https"
        request.state.principal = ANYBODY
        request.state.csrf = ""
        visit = _Visit(request, send)
        try:
            await self._admit(request, visit)
            peek = FormPeek(receive)
            await self._ask_page(request, peek)
        except FielError as error:
            answer = await self._refusal(request, error)
            await answer(scope, receive, visit.send)
            return
        if self._access is None or not self._changes(request):
            await self.app(scope, peek.receive, visit.send)
        else:
            await self._logged(self._access, request, peek.receive, visit)

    def _changes(self, request: Request) -> bool:
        """Whether to log it. Strangers change nothing but their own cookies, and signing in is logged where
        it is done; a POST that declares that it wants to read only asks.
        """
        if request.method in SAFE or request.state.principal == ANYBODY or request.url.path == SIGN_IN:
            return False
        return self._asked(request).scope is not Scope.READ

    @property
    def _access(self) -> Access | None:
        found: Access | None = self.services.access
        return found

    async def _admit(self, request: Request, visit: _Visit) -> None:
        """Says who asks. Raises what refuses him."""
        access = self._access
        if access is None:
            request.state.principal = LOCAL
            return
        _check_host(request, access)
        principal = await run_in_threadpool(_principal, request, access)
        path = request.url.path
        visit.bind()
        if principal is None:
            if not _is_open(path):
                raise Refused("not_signed_in", "sign in, or send a key as `Authorization: Bearer fiel_...`")
            return
        request.state.principal = principal
        if not _is_open(path):
            _check_rights(request, principal, self._asked(request))

    async def _ask_page(self, request: Request, peek: FormPeek) -> None:
        """Refuses a change that no page of ours asked for: `Refused` (asked_elsewhere, form_expired)."""
        if request.method in SAFE:
            return
        if asked_elsewhere(request):
            raise Refused("asked_elsewhere", "another site asked for this; do it on a page of Fiel")
        if self._access is None:
            return
        if request.url.path.startswith(API_PREFIXES):
            by_cookie = request.state.principal.via == "session"
            if by_cookie and not says_where(request) and not await self._has_token(request, peek):
                raise Refused("asked_elsewhere", "with a session's cookie, send Origin or X-CSRF-Token")
            return
        if not await self._has_token(request, peek):
            raise Refused(
                "form_expired",
                "this form is of another session; open the page again and repeat",
                field="csrf",
            )

    async def _has_token(self, request: Request, peek: FormPeek) -> bool:
        return csrf_ok(request, await peek.token(request))

    def _asked(self, request: Request) -> Asked:
        return asked_of(self.rules, request.method, request.url.path)

    async def _logged(self, access: Access, request: Request, receive: Receive, visit: _Visit) -> None:
        """Without a row in the log nothing is changed; the second row says how it ended."""
        deed = _deed(access, request, self._asked(request))
        try:
            await run_in_threadpool(access.record, deed)
        except Exception as error:  # noqa: BLE001 (whatever it is, nothing is changed without its row)
            _log.exception("%s (%s) was refused: it cannot be logged", deed.action, deed.request)
            lost = Unavailable("log_unavailable", "what is asked cannot be logged, so it was not done")
            answer = await self._refusal(request, error if isinstance(error, FielError) else lost)
            await answer(request.scope, receive, visit.send)
            return
        try:
            await self.app(request.scope, receive, visit.send)
        finally:
            await self._note_end(access, request, deed, visit.status or 500)

    async def _note_end(self, access: Access, request: Request, deed: Deed, status: int) -> None:
        principal: Principal = request.state.principal
        wallet = getattr(request.state, "deed_wallet", deed.wallet)
        about = getattr(request.state, "deed_about", "")
        at, action, id_ = access.clock.now(), deed.action, deed.request
        ended = Deed(at, principal.name, principal.via, action, id_, wallet, status, about)
        try:
            await run_in_threadpool(access.record, ended)
        except Exception as error:  # noqa: BLE001 (the answer is out: nothing else can be done about it)
            _log.error("the end of %s (%s, status %d) was not logged: %s", action, id_, status, error)

    async def _refusal(self, request: Request, error: FielError) -> Response:
        path = request.url.path
        answer = of_error(error, request, self.services.clock)
        if answer.status_code == 401:
            if not path.startswith(API_PREFIXES):
                return _to_sign_in(request)
            answer.headers["WWW-Authenticate"] = 'Bearer realm="fiel"'
        page: Callable[[Request, Exception, Response], Awaitable[Response | None]] | None = getattr(
            self.owner.state, "error_page", None
        )
        shown = await page(request, error, answer) if page is not None else None
        return answer if shown is None else shown


class _Visit:
    """The answer on its way out: its status, its id, and the cookie that a visit without a session gets."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request, self._send = request, send
        self._fresh: str | None = None
        self.status: int | None = None

    def bind(self) -> None:
        """Ties the forms of this request to its session, or to its visit."""
        request = self._request
        token = getattr(request.state, "session", None) or visit_token(request)
        if token is None:
            token = self._fresh = new_token()
        request.state.bound_to = token
        request.state.csrf = form_token(token)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Request-Id", self._request.state.request_id)
            if self._fresh is not None and headers.get("content-type", "").startswith("text/html"):
                cookie = visit_cookie(self._fresh, secure=self._request.state.secure)
                headers.append("Set-Cookie", cookie)
        await self._send(message)


def _principal(request: Request, access: Access) -> Principal | None:
    """By the key, by the session, or because the door stands open to this machine. Asks the database."""
    given = request.headers.get("authorization")
    if given is not None:
        kind, _, key = given.partition(" ")
        return access.of_key(key.strip()) if kind.lower() == "bearer" else None
    token = session_token(request)
    if token is not None:
        principal = access.of_session(token)
        if principal is not None:
            request.state.session = token
            return principal
    if not access.open_on_loopback or access.guarded():
        return None
    if not is_loopback(request.client.host if request.client else ""):
        return None
    if any(name in request.headers for name in _FORWARDED):
        raise Refused(
            "proxy_without_owner",
            "this came through a proxy, and nobody has set a password: run `fiel access owner set`",
        )
    return LOCAL


def _check_host(request: Request, access: Access) -> None:
    """Against a name of a stranger that leads to this machine (DNS rebinding). Raises `Refused`."""
    if request.url.path in ANY_HOST:
        return
    known = access.hosts | (_LOOPBACK_NAMES if access.open_on_loopback else frozenset())
    if not known or (not access.open_on_loopback and not access.hosts):
        return
    try:
        name = (urlsplit(f"//{request.headers.get('host', '')}").hostname or "").lower()
    except ValueError:
        name = ""
    if name not in known:
        raise Refused("host_unknown", "this server does not answer to that name; see FIEL_ALLOWED_HOSTS")


def _check_rights(request: Request, principal: Principal, asked: Asked) -> None:
    """Raises `NotFound` for a wallet of someone else, `Refused` (scope_missing)."""
    named = [*asked.wallets]
    for name in WALLET_QUERIES:
        named += request.query_params.getlist(name)
    if not all(principal.may_see(each) for each in named):
        raise NotFound("wallet_hidden", "there is no such wallet")
    if not principal.may(asked.scope):
        raise scope_missing(asked.scope)


def _deed(access: Access, request: Request, asked: Asked) -> Deed:
    principal: Principal = request.state.principal
    wallets = asked.wallets or tuple(request.query_params.getlist("carteira"))
    return Deed(
        access.clock.now(),
        principal.name,
        principal.via,
        f"{request.method} {asked.template}"[:200],
        request.state.request_id,
        wallets[0][:100] if wallets else None,
    )


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


def _to_sign_in(request: Request) -> Response:
    """To the sign-in page, and back from there to where a page was asked for."""
    back = "/"
    if request.method in {"GET", "HEAD"}:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = f"{SIGN_IN}?para={quote(back, safe='')}" if back != "/" else SIGN_IN
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": to, "Cache-Control": "no-store"})
    return RedirectResponse(to, status_code=303, headers={"Cache-Control": "no-store"})
