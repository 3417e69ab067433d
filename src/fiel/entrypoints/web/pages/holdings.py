"""`/carteira`, `/carteira/{ativo}` and `/por-que`: what is held, step by step, down to the journal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from fiel.copilot.actions.desk import ActionsDesk
from fiel.copilot.behind import behind
from fiel.copilot.booking.looking import Looking
from fiel.copilot.number_ids import NumberId
from fiel.copilot.taxes.remarks import Remark
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.csv_answers import csv_answer, csv_form
from fiel.entrypoints.web.desks import booking_desk, own_plan_desk
from fiel.entrypoints.web.fresh_prices import fetch_prices
from fiel.entrypoints.web.rendering import numbers_of, render, texts_of
from fiel.entrypoints.web.request import FormOf, Site, redirect, site
from fiel.entrypoints.web.views.entries import entry_rows
from fiel.entrypoints.web.views.holdings import HoldingsView, asset_view, holdings_view
from fiel.entrypoints.web.views.whys import why_view
from fiel.infra.zones import zone_of
from fiel.kernel.csv_cells import csv_text
from fiel.kernel.errors import FielError, NotFound

routes = APIRouter(include_in_schema=False)
_TRADE = [Depends(require(Scope.TRADE))]
#: Entries of an asset that its page shows.
ENTRIES_SHOWN = 20
_STEP_KINDS = frozenset({"Opening", "Renamed", "Split", "Bonus", "Amortisation", "Left"})


@routes.get("/carteira")
def holdings(request: Request) -> Response:
    """What is held, and what once was."""
    page = site(request)
    if page.wallet_or_none is None:
        return render(request, "holdings_empty.html")
    tab = "encerradas" if request.query_params.get("ver") == "encerradas" else "abertas"
    view = _view(page)
    return render(
        request,
        "holdings.html",
        view=view,
        tab=tab,
        online=not page.settings.market.offline,
        average=_average(request),
        number=lambda asset, measure: number_of(page, f"asset:{asset}", measure),
        remarks=[remark_words(request, one) for one in view.remarks],
        actions=_open_actions(page),
    )


@routes.get("/carteira.csv")
def holdings_csv(request: Request) -> Response:
    """The same table as a file."""
    heads = ("asset", "quantity", "average_cost", "cost", "price", "price_as_of", "value", "share", "result")
    rows = [
        (
            row.asset,
            row.quantity,
            row.average_cost,
            row.cost,
            row.price,
            None if row.age.at is None else row.age.at.isoformat(),
            row.value,
            row.share,
            row.result,
        )
        for row in _view(site(request)).rows
    ]
    return csv_answer("carteira.csv", csv_text(heads, rows, csv_form(request)))


@routes.post("/carteira/eventos", dependencies=_TRADE)
def accept_action(request: Request, form: FormOf) -> Response:
    """Book a corporate action that the market tells."""
    page = site(request)
    _actions(page).accept(page.wallet, [form.text("evento")])
    return redirect("/carteira", "notice_hold_action")


@routes.post("/carteira/precos", dependencies=_TRADE)
def fetch(request: Request, form: FormOf) -> Response:  # noqa: ARG001 (its token)
    """Ask the market for the prices of what is held."""
    page = site(request)
    done = fetch_prices(page, (row.asset for row in _view(page).rows))
    return redirect("/carteira", "notice_hold_prices" if done else "notice_hold_prices_failed")


@routes.get("/carteira/{asset}")
def one_asset(request: Request, asset: str) -> Response:
    """One asset: its average cost step by step, its lots, its entries."""
    page = site(request)
    held, name = _view(page), asset.upper()[:40]
    view = asset_view(own_plan_desk(page), held, name, page.today)
    rows = Looking(page.database).rows(page.wallet, asset=name)
    return render(
        request,
        "holding.html",
        view=view,
        average=_average(request),
        kind_of=_step_kind,
        number=lambda measure: number_of(page, f"asset:{name}", measure),
        remarks=[remark_words(request, one) for one in view.remarks],
        entries=entry_rows(rows[-ENTRIES_SHOWN:][::-1], page.wallet),
        entries_total=len(rows),
    )


@routes.get("/por-que")
def why(request: Request) -> Response:
    """The journal entries behind a number; of a wallet that is not theirs nobody is told anything."""
    page = site(request)
    number = NumberId.parse(request.query_params.get("numero", ""))
    if not page.principal.may_see(number.wallet):
        raise NotFound("wallet_unknown", "there is no such number", field="numero")
    found = behind(page.database, number, zone_of(page.settings.income.zone))
    return render(request, "why.html", view=why_view(found))


def number_of(page: Site, scope: str, measure: str) -> str:
    """The address of what is behind a number of today's holdings."""
    named = NumberId("positions", page.wallet, page.today, page.today, scope, measure)
    return f"/por-que?{urlencode({'numero': str(named)})}"


def remark_words(request: Request, one: Remark) -> str:
    """A remark in words."""
    t, n = texts_of(request), numbers_of(request)
    key = f"hold_remark_{one.code}"
    values: dict[str, Any] = dict(one.values)
    if one.day is not None:
        values["day"] = n.day(one.day)
    try:
        return t.plain(key, **values)
    except KeyError:
        return f"{one.code} {values.get('asset', '')}".strip()


def _average(request: Request) -> Callable[[Decimal | None], str]:
    """An average cost as it is shown: four decimals, half-even."""
    t, n = texts_of(request), numbers_of(request)
    return lambda cost: t.plain("no_data") if cost is None else f"R$\N{NO-BREAK SPACE}{n.number(cost, 4)}"


def _step_kind(one: object) -> str:
    name = type(one).__name__
    return name if name in _STEP_KINDS else "other"


def _view(page: Site) -> HoldingsView:
    minute = page.now.replace(second=0, microsecond=0)
    key = ("holdings", page.wallet, page.version(), page.today, minute)
    return page.memo.get(
        key,
        lambda: holdings_view(
            page.database, own_plan_desk(page), page.services.prices, page.wallet, page.today, page.now
        ),
    )


def _actions(page: Site) -> ActionsDesk:
    desk = booking_desk(page)
    return ActionsDesk(desk.database, desk.bookings, desk.clock, desk.zone)


def _open_actions(page: Site) -> tuple[Any, ...]:
    """What the market tells and the book lacks; the page holds without it."""
    key = ("actions", page.wallet, page.version(), page.today)
    try:
        return page.memo.get(key, lambda: _actions(page).open(page.wallet))
    except FielError:
        return ()
