"""`/rentabilidade`: how the wallet really did, against what, and where it came from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.entrypoints.web.csv_answers import csv_answer, csv_form
from fiel.entrypoints.web.error_texts import refusal_text
from fiel.entrypoints.web.reckoned import performance_of
from fiel.entrypoints.web.rendering import numbers_of, render, texts_of
from fiel.entrypoints.web.request import Site, site
from fiel.entrypoints.web.views.charts import lines_chart, steps_chart
from fiel.entrypoints.web.views.performance import (
    OFFERED,
    PerformanceAsk,
    PerformancePage,
    Span,
    Step,
    TableRow,
    performance_page,
    read_ask,
)
from fiel.entrypoints.web.views.performance_years import folded, one_year
from fiel.kernel.csv_cells import CsvCell, csv_text
from fiel.kernel.errors import InvalidInput, NotFound, Refused, Rejected
from fiel.kernel.rounding import round_half_up
from fiel.performance.aligned import Doubt
from fiel.performance.entries import CASH
from fiel.performance.levels import Level
from fiel.performance.xirr import NoRate, OneRate, SeveralRates

routes = APIRouter(include_in_schema=False)
_PAGE = "performance.html"
_DAYS_NAMED = 3


@routes.get("/rentabilidade")
def performance(request: Request) -> Response:
    """The page; a period that cannot be told leaves the form there and says why."""
    page = site(request)
    usual = read_ask({}, (), chosen=False)
    try:
        ask = _ask(request)
        shown = _page(page, ask)
    except (InvalidInput, Refused) as refusal:
        ask = usual if isinstance(refusal, InvalidInput) else ask
        return _refused(request, ask, refusal)
    return render(
        request,
        _PAGE,
        page=shown,
        folded=folded(shown),
        ask=ask,
        refusal=None,
        year_address=lambda year: _address(ask, path="/rentabilidade/ano", ano=year),
        label=lambda row: _label(request, row),
        address=lambda **changes: _address(ask, **changes),
        rate_kind=_rate_kind(shown),
        simple_gain=_simple_gain(shown),
        doubt=lambda one: _doubt(request, one),
        remark=lambda one: _remark(request, one.code, one.day, dict(one.values)),
        **_charts(request, shown),
        **_form(ask),
    )


@routes.get("/rentabilidade/ano")
def performance_year(request: Request) -> Response:
    """One year of a long period in full; a script puts its points where the row of the year stood."""
    ask, asked = _ask(request), request.query_params.get("ano", "")
    if len(asked) != 4 or not asked.isdecimal():
        raise NotFound("year_unknown", "a year has four digits", field="ano")
    shown = _page(site(request), ask)
    return render(
        request,
        "performance_year.html",
        block="rows",
        page=shown,
        year=one_year(shown, int(asked)),
        address=lambda: _address(ask),
    )


@routes.get("/rentabilidade/linhas.csv")
def lines_csv(request: Request) -> Response:
    """Every day of the quota in percent, and the yardsticks on the days of the chart."""
    shown = _page(site(request), _ask(request))
    told, lines = shown.view.report, shown.lines
    known = {day: place for place, day in enumerate(lines.days)}
    others = [one for one in lines.series if not one.is_wallet]
    base = told.quotas[0]
    rows: list[tuple[CsvCell, ...]] = []
    for day, quota in zip(told.days, told.quotas, strict=True):
        place = known.get(day)
        beside = [None if place is None else one.values[place] for one in others]
        rows.append((day, round_half_up(Decimal(quota) * 100 / base - 100, 4), *beside))
    heads = ("day", "wallet_percent", *(one.name for one in others))
    return csv_answer("rentabilidade.csv", csv_text(heads, rows, csv_form(request)))


def _ask(request: Request) -> PerformanceAsk:
    query = request.query_params
    return read_ask(query, [*query.getlist("comparar"), query.get("outra", "")], chosen="enviado" in query)


def _page(page: Site, ask: PerformanceAsk) -> PerformancePage:
    return performance_page(performance_of(page, ask.period, ask.compared), ask)


def _refused(request: Request, ask: PerformanceAsk, refusal: Rejected) -> Response:
    status = 422 if isinstance(refusal, InvalidInput) else 200
    is_empty = refusal.code == "nothing_happened"
    return render(
        request,
        _PAGE,
        status=status,
        page=None,
        ask=ask,
        refusal=None if is_empty else refusal_text(request, refusal),
        address=lambda **changes: _address(ask, **changes),
        **_form(ask),
    )


def _form(ask: PerformanceAsk) -> dict[str, Any]:
    others = [name for name in ask.compared if name not in OFFERED]
    return {"spans": tuple(Span), "offered": OFFERED, "others": others}


def _rate_kind(page: PerformancePage) -> str:
    match page.money_weighted:
        case OneRate():
            return "one"
        case SeveralRates():
            return "several"
        case NoRate(reason):
            return f"none_{reason.value}"


def _simple_gain(page: PerformancePage) -> Decimal | None:
    """Over what was put in; nothing when nothing was."""
    try:
        return page.view.report.portfolio.simple_gain
    except Refused:
        return None


def _doubt(request: Request, one: Doubt) -> str:
    """What was not known, of what, and on how many days."""
    texts, numbers = texts_of(request), numbers_of(request)
    days = ", ".join(numbers.day(day) for day in one.days[:_DAYS_NAMED])
    if len(one.days) > _DAYS_NAMED:
        first, last = numbers.day(one.days[0]), numbers.day(one.days[-1])
        days = texts.plain("perf_days_span", n=len(one.days), first=first, last=last)
    return texts.plain(f"perf_doubt_{one.kind.value}", subject=one.subject, days=days)


def _charts(request: Request, page: PerformancePage) -> dict[str, Any]:
    texts, hidden = texts_of(request), site(request).prefs.hidden
    names = [_step_name(request, one) for one in page.steps]
    own, moves = texts.plain("perf_yours"), texts.plain("perf_moves")
    return {
        "lines": lines_chart(page.lines, own, moves, hidden=hidden),
        "steps": steps_chart(page.steps, names, hidden=hidden),
        "step_names": names,
        "line_sentence": _sentence(request, page),
    }


def _sentence(request: Request, page: PerformancePage) -> str:
    """What the lines say: where each of them ended."""
    texts, numbers = texts_of(request), numbers_of(request)
    told = []
    for one in page.lines.series:
        last = next((value for value in reversed(one.values) if value is not None), None)
        shown = texts.plain("no_data") if last is None else numbers.percent(last / 100, 2, signed=True)
        told.append(f"{texts.plain('perf_yours') if one.is_wallet else one.name} {shown}")
    return texts.plain("perf_line_answer", first=numbers.day(page.view.first), told=", ".join(told))


def _step_name(request: Request, step: Step) -> str:
    if step.is_class:
        return class_name(request, step.key)
    return texts_of(request).plain(f"perf_step_{step.key}")


def class_name(request: Request, name: str) -> str:
    """What people call a class of assets."""
    texts = texts_of(request)
    return texts.plain(f"perf_class_{name}") if texts.knows(f"perf_class_{name}") else name


def _label(request: Request, row: TableRow) -> str:
    """A class by its word, cash by its currency, the wallet's own account by a word; else the name itself."""
    texts = texts_of(request)
    if row.label == Level.CLASS.value:
        return class_name(request, row.name)
    if row.name.startswith(CASH):
        return texts.plain("perf_cash", currency=row.name.removeprefix(CASH).strip(":") or "BRL")
    return row.name


def _remark(request: Request, code: str, day: Any, values: dict[str, str]) -> str:
    """What must be said beside the numbers."""
    texts, numbers = texts_of(request), numbers_of(request)
    told: dict[str, str] = dict(values)
    if day is not None:
        told["day"] = numbers.day(day)
    if site(request).prefs.hidden and "amount" in told:
        told["amount"] = "•••"
    key = f"perf_remark_{code}"
    return texts.plain(key, **told) if texts.knows(key) else code


def _address(ask: PerformanceAsk, **changes: object) -> str:
    """The page with something of the question changed."""
    level = {Level.CLASS: "", Level.ASSET: "ativo", Level.ACCOUNT: "conta"}[ask.level]
    query: dict[str, object] = {
        "periodo": "" if ask.span is Span.TWELVE else ask.span.value,
        "de": ask.since if ask.span is Span.DAYS else "",
        "ate": ask.until if ask.span is Span.DAYS else "",
        "comparar": ask.compared,
        "por": level,
        "enviado": "1",
    }
    told = {name: value for name, value in {**query, **changes}.items() if value not in ("", None, ())}
    path = str(told.pop("path", "/rentabilidade"))
    return f"{path}?{urlencode(told, doseq=True)}"
