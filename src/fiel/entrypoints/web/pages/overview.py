"""The overview: how much, on plan or not, what to do now; in an empty book, how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.copilot.income.view import Span, view_of
from fiel.copilot.income.view import Worth as NoWorth
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.performing.desk import PerformanceView
from fiel.entrypoints.web.preferences import DEMO
from fiel.entrypoints.web.reckoned import income_of, performance_of
from fiel.entrypoints.web.rendering import numbers_of, render, texts_of
from fiel.entrypoints.web.request import FormOf, Site, redirect, site
from fiel.entrypoints.web.views.charts import lines_chart
from fiel.entrypoints.web.views.overview import (
    Coming,
    Gained,
    Pending,
    Standing,
    coming_of,
    gained_of,
    pendings_of,
    standing,
)
from fiel.entrypoints.web.views.performance import Lines, lines_of
from fiel.income.summary import By
from fiel.income.values import State
from fiel.kernel.errors import FielError, NotFound, Refused

routes = APIRouter(include_in_schema=False)
_PERIOD, _YARDSTICKS = "12m", ("cdi", "ibov")
_SPAN = Span(12, 0)
_DEMO_S = 12 * 3600
_LATE = frozenset({State.LATE, State.MISSING})


@dataclass(frozen=True, slots=True)
class _Shown:
    """Everything of the page that is kept until the book, a price or the day changes."""

    now: Standing
    gained: Gained | None
    lines: Lines | None
    lacking: tuple[str, ...]
    coming: tuple[Coming, ...]
    late: int
    proposals: int
    income_failed: str | None


@routes.get("/")
def overview(request: Request) -> Response:
    """The first page: the answers, or how to begin."""
    page = site(request)
    if page.wallet_or_none is None:
        return _first_visit(request)
    key = ("overview", page.wallet, page.version(), page.today)
    shown = page.memo.get(key, lambda: _read(page))
    if shown.now.is_empty:
        return _first_visit(request)
    return render(
        request,
        "overview.html",
        shown=shown,
        worth=shown.now.worth,
        tree=shown.now.tree,
        pendings=_pendings(shown),
        **_chart(request, shown),
    )


@routes.post("/demonstracao")
def demonstration(request: Request, form: FormOf) -> Response:
    """Look at the demonstration, or leave it. The book is not touched: the pages are of another file."""
    services = request.app.state.services
    if form.text("sair") == "1":
        answer = redirect("/", "notice_demo_left")
        answer.delete_cookie(DEMO)
        return answer
    if services.demonstration is None:
        raise NotFound("demo_unknown", "this process has no demonstration to show", field="demonstracao")
    services.demonstration()
    answer = redirect("/")
    answer.set_cookie(DEMO, "1", max_age=_DEMO_S, httponly=True, samesite="lax", secure=services.secure)
    return answer


def _first_visit(request: Request) -> Response:
    has_demo = request.app.state.services.demonstration is not None
    return render(request, "first_visit.html", has_demo=has_demo)


def _read(page: Site) -> _Shown:
    now = standing(
        OwnPlanDesk(page.database, page.services.clock),
        page.services.prices,
        page.wallet,
        page.now,
        page.today,
    )
    view = _performance(page)
    coming, late, proposals, failed = _income(page)
    return _Shown(
        now,
        None if view is None else gained_of(view),
        None if view is None else lines_of(view),
        () if view is None else tuple(one.name for one in view.lacking),
        coming,
        late,
        proposals,
        failed,
    )


def _performance(page: Site) -> PerformanceView | None:
    """The report of twelve months; none where nothing can be told yet."""
    try:
        return performance_of(page, _PERIOD, _YARDSTICKS)
    except Refused:
        return None


def _income(page: Site) -> tuple[tuple[Coming, ...], int, int, str | None]:
    """What is coming, how many payments are late, and how many wait for a person; or why nobody can say."""
    try:
        ground = income_of(page)
        view = view_of(
            ground.seen, page.income.forecasts, _SPAN, by=By.MONTH, plan=ground.plan, worth=NoWorth()
        )
    except FielError as error:
        return (), 0, 0, error.message
    late = sum(one.state in _LATE for one in ground.seen.reconciliation.records)
    return coming_of(view, page.today), late, len(ground.seen.reconciliation.proposals), None


def _pendings(shown: _Shown) -> Sequence[Pending]:
    return pendings_of(shown.now, shown.late, shown.proposals, shown.lacking)


def _chart(request: Request, shown: _Shown) -> dict[str, Any]:
    texts, numbers, hidden = texts_of(request), numbers_of(request), site(request).prefs.hidden
    if shown.lines is None or shown.gained is None:
        return {"chart": None, "sentence": ""}
    chart = lines_chart(shown.lines, texts.plain("ov_wallet_line"), texts.plain("ov_moves"), hidden=hidden)
    gained = shown.gained
    sentence = texts.plain(
        "ov_line_answer",
        day=numbers.day(gained.first),
        twr=numbers.percent(gained.time_weighted, signed=True),
        cdi=texts.plain("no_data") if gained.cdi is None else numbers.percent(gained.cdi, signed=True),
    )
    return {"chart": chart, "sentence": sentence}
