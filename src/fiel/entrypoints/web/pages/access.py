"""Acesso: owners, sessions and keys, and the log of who did what. For who rules over the whole program."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.entrypoints.http.security import Scope, about_deed, principal_of, require
from fiel.entrypoints.http.services import HttpServices
from fiel.entrypoints.web.error_texts import refusal_text
from fiel.entrypoints.web.rendering import render, texts_of
from fiel.entrypoints.web.request import FormOf, redirect, site
from fiel.entrypoints.web.views.access import SPANS_DAYS, access_view, wanted_key
from fiel.infra.access.desk import Access
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound, Rejected, Unavailable

routes = APIRouter(include_in_schema=False)
_ADMIN = [Depends(require(Scope.ADMIN))]
#: Problems of the form that the page says in its own words, with the box that they are about.
_OWN = {
    "owner_name": "nome",
    "scope_unknown": "alcance",
    "span_unknown": "prazo",
    "wallet_unknown": "carteiras",
}


@routes.get("/acesso", dependencies=_ADMIN)
def access_page(request: Request) -> Response:
    """Who may come in, by what, who is in, and the newest of the log."""
    return _show(request)


@routes.post("/acesso/chaves", dependencies=_ADMIN)
def make_key(request: Request, form: FormOf) -> Response:
    """A key, shown in this answer and never again; nothing keeps the answer.

    Raises `Conflict` (owner_first) while whoever uses this machine is let in: the first key closes the door,
    and nobody would have a password to come in by.
    """
    access, page = _access(request), site(request)
    if page.principal.via == "loopback":
        raise Conflict("owner_first", "set an owner's password first: fiel access owner set")
    typed = {name: form.text(name) for name in ("nome", "alcance", "prazo")}
    chosen = form.all("carteiras")
    try:
        wanted = wanted_key(typed["nome"], typed["alcance"], chosen, typed["prazo"], page.now)
        if not (wanted.wallets or frozenset()) <= set(page.wallets):
            raise InvalidInput("wallet_unknown", "there is no such wallet", field="carteiras")
        text, key = access.make_key(
            wanted.name, [wanted.scope], wallets=wanted.wallets, ends_at=wanted.ends_at, by=_person(request)
        )
    except Rejected as error:
        return _show(request, status=422, problem=error, typed=typed, chosen=chosen)
    about_deed(request, f"key {key.id}")
    return _show(request, made=(text, key.name))


@routes.post("/acesso/chaves/revogar", dependencies=_ADMIN)
def revoke_key(request: Request, form: FormOf) -> Response:
    """It opens nothing any more."""
    access, key_id = _access(request), form.text("chave")
    access.revoke_key(key_id, by=_person(request))
    about_deed(request, f"key {key_id}")
    return redirect("/acesso", "notice_access_revoked")


@routes.post("/acesso/sessoes/encerrar", dependencies=_ADMIN)
def end_session(request: Request, form: FormOf) -> Response:
    """Who came in by it has to sign in again. Raises `NotFound` (session_unknown)."""
    access, session = _access(request), form.text("sessao")
    if not any(each.id == session for each in access.sessions()):
        raise NotFound("session_unknown", "there is no such session", field="sessao")
    access.end_sessions(session=session, by=_person(request))
    return redirect("/acesso", "notice_access_ended")


def _show(
    request: Request,
    *,
    status: int = 200,
    problem: FielError | None = None,
    typed: dict[str, str] | None = None,
    chosen: object = (),
    made: tuple[str, str] | None = None,
) -> Response:
    access, page = _access(request), site(request)
    before = request.query_params.get("antes", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None
    answer = render(
        request,
        "access.html",
        status=status,
        view=access_view(access, page.principal, page.now, number),
        spans=SPANS_DAYS,
        scopes=tuple(Scope),
        problem=None if problem is None else _told(request, problem),
        wrong_box=None if problem is None else _OWN.get(problem.code),
        typed=typed or {"nome": "", "alcance": Scope.READ.value, "prazo": "90"},
        chosen=chosen,
        made=made,
    )
    if made is not None:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(request: Request, error: FielError) -> str:
    if error.code in _OWN:
        return texts_of(request).plain(f"access_problem_{error.code}")
    return refusal_text(request, error)


def _access(request: Request) -> Access:
    """Raises `NotFound` for who rules only over some wallets: keys and the log tell of all of them."""
    services: HttpServices = request.app.state.services
    if not principal_of(request).rules_over_all:
        raise NotFound("access_hidden", "this page is for who rules over all wallets")
    if services.access is None:
        raise Unavailable("part_missing", "this process was started without access")
    return services.access


def _person(request: Request) -> str:
    return principal_of(request).name
