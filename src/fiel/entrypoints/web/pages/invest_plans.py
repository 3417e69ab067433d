"""Plans that are kept from the page Aportar: kept as they are, shown, deleted."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.copilot.plan_view import sentences
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.pages.invest import ask_of, view_of
from fiel.entrypoints.web.rendering import render
from fiel.entrypoints.web.request import FormOf, form_of, redirect, site
from fiel.entrypoints.web.views import invest_plans
from fiel.infra.system import RandomIds
from fiel.kernel.errors import Refused

routes = APIRouter(include_in_schema=False)


@routes.post("/aportar/planos", dependencies=[Depends(require(Scope.TRADE))])
def keep_plan(request: Request, form: FormOf) -> Response:
    """Keep the answer to a question as it is now. Raises `Refused` (plan_empty) without an order."""
    page = site(request)
    query = form.text("pergunta")
    view = view_of(page, ask_of(query))
    if not view.orders:
        raise Refused("plan_empty", "a plan without orders is not kept", field="pergunta")
    plan_id = RandomIds("pl").next_id()
    title = sentences.headline(view.plan.view, Words(page.lang))
    invest_plans.keep_plan(page.database, page.wallet, plan_id, view, query, title, page.now)
    return redirect(f"/aportar/planos/{plan_id}", "notice_plan_saved")


@routes.get("/aportar/planos/{plan_id}")
def plan_page(request: Request, plan_id: str) -> Response:
    """A plan as it was kept. Raises `NotFound` (plan_unknown)."""
    page = site(request)
    kept = invest_plans.saved_plan(page.database, page.wallet, plan_id)
    return render(request, "invest_plan.html", plan=kept)


@routes.post(
    "/aportar/planos/{plan_id}/apagar", dependencies=[Depends(require(Scope.TRADE)), Depends(form_of)]
)
def remove_plan(request: Request, plan_id: str) -> Response:
    """Delete a plan. Raises `NotFound` (plan_unknown)."""
    page = site(request)
    invest_plans.saved_plan(page.database, page.wallet, plan_id)
    invest_plans.remove_plan(page.database, page.wallet, plan_id)
    return redirect("/aportar", "notice_plan_removed")
