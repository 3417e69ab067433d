"""From a plan to the book: what was really executed, corrected by a person, then booked in one go."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.copilot.booking.preparing import Prepared
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.failures import told
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.desks import booking_desk, own_plan_desk
from fiel.entrypoints.web.pages.invest import ask_of, named_wallet, view_of
from fiel.entrypoints.web.rendering import render, texts_of
from fiel.entrypoints.web.request import FormOf, redirect, site
from fiel.entrypoints.web.views.bought import Typed, lines_of, read_typed
from fiel.entrypoints.web.views.invest_page import query_text
from fiel.kernel.errors import FielError, InvalidInput, Refused

routes = APIRouter(include_in_schema=False)


@routes.get("/aportar/comprado")
def bought_page(request: Request) -> Response:
    """The orders of a plan, to be corrected to what was executed. Raises what planning raises."""
    page = site(request)
    ask = ask_of(request.url.query)
    view = view_of(page, ask)
    typed = Typed(lines_of(view), page.today.isoformat(), None, {})
    return _show(request, typed, query_text(ask, named_wallet(request)))


@routes.post("/aportar/comprado", dependencies=[Depends(require(Scope.TRADE))])
def book_bought(request: Request, form: FormOf) -> Response:
    """Book what was typed, all of it or nothing; the same rows again are not booked twice."""
    page = site(request)
    query = form.text("pergunta")
    typed = read_typed(form.fields, page.today)
    texts, words = texts_of(request), Words(page.lang)
    if typed.file is None:
        told_ = [] if typed.problems else [texts.plain("bought_none")]
        return _show(request, typed, query, status=422, problems=told_)
    desk, wallet = booking_desk(page), page.wallet
    try:
        prepared = desk.prepare(wallet, [typed.file])
        if waiting := _waiting(prepared, request):
            return _show(request, typed, query, status=422, problems=waiting)
        accepted = desk.accept(wallet, [typed.file])
    except Refused as error:
        short = texts.plain("bought_short", assets=error.details.get("told", ""))
        problem = short if error.code == "shares_missing" else told(error, words)
        return _show(request, typed, query, status=422, problems=[problem])
    except InvalidInput as error:
        return _show(request, typed, query, status=422, problems=[told(error, words)])
    new, known = accepted.rows, typed.count - accepted.rows
    if not new:
        return redirect("/lancamentos", "notice_bought_none")
    return redirect("/lancamentos", "notice_bought", new=str(new), known=str(known))


def _waiting(prepared: Prepared, request: Request) -> list[str]:
    """Rows that cannot be booked, each with its reason."""
    texts = texts_of(request)
    return [
        texts.plain("bought_waiting", asset=each.row.ticker or "", why=each.text or each.reason)
        for checked in prepared.files
        for each in checked.waiting
    ]


def _show(
    request: Request, typed: Typed, query: str, *, status: int = 200, problems: list[str] | None = None
) -> Response:
    page = site(request)
    texts, words = texts_of(request), Words(page.lang)

    def problem(error: InvalidInput) -> str:
        if error.code == "number_ambiguous":
            return texts.plain("invest_ambiguous", **error.details)
        if error.code in {"number_malformed", "number_missing"}:
            return texts.plain("invest_bad_number")
        return told(error, words)

    context: dict[str, Any] = {
        "typed": typed,
        "query": query,
        "problems": problems or [],
        "field_problems": {name: problem(error) for name, error in typed.problems.items()},
        "accounts": _accounts(request),
        "today": page.today.isoformat(),
    }
    return render(request, "invest_bought.html", status=status, **context)


def _accounts(request: Request) -> list[str]:
    """The labels of the wallet's accounts, to choose from; none where the book cannot be read now."""
    page = site(request)
    try:
        labels = own_plan_desk(page).look(page.wallet).labels
    except FielError:
        return []
    return sorted(label for user, label in labels.items() if user != page.wallet)
