"""`/entrar` and `/sair`: signing in with a password, and out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fiel.entrypoints.http import security
from fiel.entrypoints.http.services import HttpServices
from fiel.entrypoints.web.rendering import render
from fiel.entrypoints.web.request import FormOf, redirect
from fiel.infra.access.desk import Access
from fiel.infra.access.records import Deed
from fiel.kernel.errors import Refused

routes = APIRouter(include_in_schema=False)

_PATH_MAX = 2_000


@routes.get("/entrar")
def asked(request: Request) -> Response:
    """The form; whoever is in already goes on to where he wanted to."""
    access = _access(request)
    if access is None or security.principal_of(request).via in {"session", "loopback"}:
        return RedirectResponse(back_path(request.query_params.get("para", "/")), status_code=303)
    return _form(request, back_path(request.query_params.get("para", "/")))


@routes.post("/entrar")
def sign_in(request: Request, form: FormOf) -> Response:
    """A fresh session for the right password; the same words for a wrong name and a wrong password."""
    access, back = _access(request), back_path(form.text("para", "/"))
    if access is None:
        return RedirectResponse(back, status_code=303)
    name = form.text("nome") or _only_name(access)
    address = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")
    old = getattr(request.state, "session", None)
    # Not `form.text`: blanks belong to a password.
    password = (form.all("senha") or [""])[0]
    try:
        signed = access.sign_in(name, password, address=address, agent=agent, old=old)
    except Refused as error:
        if error.code == "credentials_wrong":
            _note(request, access, "-", "sign in: wrong", address)
        status = 429 if error.code == "too_many_attempts" else 422
        seconds = error.details.get("seconds", "")
        answer = _form(request, back, status=status, problem=error.code, seconds=seconds)
        if seconds:
            answer.headers["Retry-After"] = seconds
        return answer
    _note(request, access, signed.session.owner, "sign in", address)
    went = RedirectResponse(back, status_code=303, headers={"Cache-Control": "no-store"})
    seconds_left = int(access.policy.absolute.total_seconds())
    security.put_session(went, signed.token, secure=security.is_secure(request), seconds=seconds_left)
    return went


@routes.post("/sair")
def sign_out(request: Request, form: FormOf) -> Response:  # noqa: ARG001 (the form's token was checked)
    """The session ends, here and in the database."""
    access = _access(request)
    token = getattr(request.state, "session", None)
    if access is not None and token is not None:
        access.sign_out(token)
    went = redirect("/entrar", "notice_signed_out")
    security.drop_session(went, secure=security.is_secure(request))
    # What the browser kept of the pages goes as well.
    went.headers["Clear-Site-Data"] = '"cache"'
    went.headers["Cache-Control"] = "no-store"
    return went


def back_path(text: str) -> str:
    """A path of this site to go back to; the first page for anything else.

    >>> [back_path(each) for each in ("/aportar?valor=10", "//evil.example", "https://x", "/\\\\evil", "")]
    ['/aportar?valor=10', '/', '/', '/', '/']
    """
    fits = text.startswith("/") and not text.startswith(("//", "/\\")) and len(text) <= _PATH_MAX
    if not fits or not text.isprintable() or text.startswith(("/entrar", "/sair")):
        return "/"
    return text


def _form(
    request: Request, back: str, *, status: int = 200, problem: str | None = None, seconds: str = ""
) -> Response:
    answer = render(
        request, "signing_in.html", status=status, back=back, problem=problem, seconds=seconds or "0"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _access(request: Request) -> Access | None:
    services: HttpServices = request.app.state.services
    return services.access


def _only_name(access: Access) -> str:
    """Where there is one owner, nobody has to write his name."""
    found = access.owners()
    return found[0].name if len(found) == 1 else ""


def _note(request: Request, access: Access, who: str, action: str, address: str) -> None:
    access.record(
        Deed(
            access.clock.now(),
            who,
            "password",
            action,
            request.state.request_id,
            about=f"from {address}"[:100],
        )
    )
