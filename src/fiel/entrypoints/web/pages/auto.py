"""Rebalanceamento automático: whether it is on, what it did, what it would do; and what people decide."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response, StreamingResponse

from fiel.autobalance.portfolios import PortfolioStatus
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.balance_words import strategy_words, verdict_words
from fiel.entrypoints.answers.enrolling import Text, enrol
from fiel.entrypoints.answers.failures import told
from fiel.entrypoints.answers.policy import Said
from fiel.entrypoints.http.security import Scope, require
from fiel.entrypoints.web.rendering import render, texts_of
from fiel.entrypoints.web.request import Form, FormOf, Site, redirect, site
from fiel.entrypoints.web.typed_numbers import typed_number
from fiel.entrypoints.web.views.auto import AutoView, auto_view, running_batch
from fiel.kernel.errors import FielError, InvalidInput, NotFound

routes = APIRouter(include_in_schema=False)
TRADES = [Depends(require(Scope.TRADE))]
#: Brokers whose orders stay on this machine: the only ones that the page turns on.
SIMULATED = ("paper", "exchange")
CALENDARS = ("", "weekly", "monthly", "quarterly", "yearly")
#: Between two looks at a batch under way, and how many looks one stream takes at most.
LOOK_S, LOOKS_MAX = 0.7, 850
#: A comment keeps proxies from closing a quiet stream.
QUIET_LOOKS = 20


@routes.get("/automatico")
def auto_page(request: Request) -> Response:
    """How the wallet stands, what it would do, what it did."""
    return _show(request)


@routes.get("/automatico/andamento")
def progress(request: Request) -> Response:
    """The batch that runs, or that nothing runs; the history with it, and how the batch `de` ended."""
    page = site(request)
    found = auto_view(page.autobalance, page.wallet)
    seen, batches = request.query_params.get("de"), () if found is None else found.batches
    return render(
        request,
        "auto_progress_answer.html",
        view=found,
        running=None if found is None else found.running,
        ended=next((each for each in batches if each.id == seen and not each.is_running), None),
    )


@routes.get("/automatico/eventos")
async def events(request: Request) -> Response:
    """The steps of the batch that runs, each time they change; ends with `fim`."""
    page = site(request)
    parts, wallet = page.autobalance, await asyncio.to_thread(lambda: page.wallet)
    await asyncio.to_thread(parts.portfolios.status, wallet)

    async def stream() -> AsyncIterator[str]:
        before, quiet = "", 0
        for number in range(LOOKS_MAX):
            batch = await asyncio.to_thread(running_batch, parts, wallet)
            if batch is None or not batch.is_running or await request.is_disconnected():
                break
            shown = bytes(render(request, "auto_batch.html", batch=batch).body).decode()
            quiet = 0 if shown != before else quiet + 1
            if shown != before:
                yield f"id: {number}\n" + "".join(f"data: {line}\n" for line in shown.splitlines()) + "\n"
            elif quiet % QUIET_LOOKS == 0:
                yield ": \n\n"
            before = shown
            await asyncio.sleep(LOOK_S)
        yield "event: fim\ndata: fim\n\n"

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@routes.post("/automatico/ligar", dependencies=TRADES)
def turn_on(request: Request, form: FormOf) -> Response:
    """Enrol the wallet, or change its rules, with a simulated broker. Real orders are refused here."""
    page = site(request)
    broker = form.text("corretora", "paper")
    try:
        if broker not in SIMULATED:
            raise InvalidInput(
                "broker_unknown", "only simulated brokers are turned on here", field="corretora"
            )
        _confirmed(page, form)
        said = Said(threshold=_points(form.text("faixa")), calendar=form.text("datas") or None)
        parts = page.autobalance
        enrol(
            parts, page.wallet, "BRL", said, targets=Text("alvos"), broker=broker, lot=None, by=_person(page)
        )
    except FielError as error:
        return _show(request, problem=error, status=422)
    return redirect("/automatico", "notice_auto_on")


@routes.post("/automatico/pausar", dependencies=TRADES)
def pause(request: Request, form: FormOf) -> Response:
    """Begin no more batches of this wallet."""
    page = site(request)
    reason = form.text("motivo") or texts_of(request).plain("auto_reason_default")
    try:
        page.autobalance.portfolios.pause(page.wallet, reason=reason, by=_person(page))
    except FielError as error:
        return _show(request, problem=error, status=422)
    return redirect("/automatico", "notice_auto_paused")


@routes.post("/automatico/pausar-tudo", dependencies=TRADES)
def pause_all(request: Request, form: FormOf) -> Response:
    """Pause every active wallet that the person may see."""
    page = site(request)
    reason = form.text("motivo") or texts_of(request).plain("auto_reason_default")
    portfolios, done = page.autobalance.portfolios, 0
    for each in list(portfolios.all(PortfolioStatus.ACTIVE)):
        if page.principal.may_see(each.portfolio):
            portfolios.pause(each.portfolio, reason=reason, by=_person(page))
            done += 1
    return redirect("/automatico", "notice_auto_paused_all", n=str(done))


@routes.post("/automatico/retomar", dependencies=TRADES)
def resume(request: Request, form: FormOf) -> Response:
    """Balance a paused wallet again; with real orders only after its name was typed."""
    page = site(request)
    reason = form.text("motivo") or texts_of(request).plain("auto_reason_resume")
    try:
        _confirmed(page, form)
        page.autobalance.portfolios.resume(page.wallet, reason=reason, by=_person(page))
    except FielError as error:
        return _show(request, problem=error, status=422)
    return redirect("/automatico", "notice_auto_resumed")


@routes.post("/automatico/liberar", dependencies=TRADES)
def clear_stale(request: Request, form: FormOf) -> Response:
    """A person looked: balance it again. The reason is required and kept for ever."""
    page = site(request)
    try:
        reason = form.text("motivo")
        if not reason:
            raise InvalidInput("reason_missing", "write the reason", field="motivo")
        _confirmed(page, form)
        page.autobalance.portfolios.clear_stale(page.wallet, reason=reason, by=_person(page))
    except FielError as error:
        return _show(request, problem=error, status=422)
    return redirect("/automatico", "notice_auto_cleared")


def _confirmed(page: Site, form: Form) -> None:
    """Raises `InvalidInput` (confirm_wrong) when orders are real and the wallet's name was not typed."""
    try:
        broker = page.autobalance.portfolios.status(page.wallet).portfolio.broker
    except NotFound:
        return
    if broker not in SIMULATED and form.text("confirmar") != page.wallet:
        raise InvalidInput("confirm_wrong", "type the name of the wallet", field="confirmar")


def _points(text: str) -> str | None:
    """The band of the form as the policy takes it: percent with a point."""
    if not text:
        return None
    return f"{typed_number(text, 'faixa', decimals_max=4, maximum=100):f}"


def _person(page: Site) -> str:
    return page.principal.name


def _show(request: Request, *, problem: FielError | None = None, status: int = 200) -> Response:
    page, t, words = site(request), texts_of(request), Words(site(request).lang)
    found = auto_view(page.autobalance, page.wallet)
    return render(
        request,
        "auto.html",
        status=status,
        **_sentences(found, words),
        view=found,
        running=None if found is None else found.running,
        problem=None if problem is None else _problem(problem, request),
        calendars=CALENDARS,
        brokers=_brokers(page),
        confirm=t.plain("auto_confirm", wallet=page.wallet) if found is not None and found.is_real else "",
    )


def _brokers(page: Site) -> tuple[str, ...]:
    """Those that are there: the simulated exchange only where the settings say where it is."""
    config = page.settings.autobalance.broker
    return SIMULATED if config.kind.value == "exchange" else SIMULATED[:1]


def _sentences(found: AutoView | None, words: Words) -> dict[str, Any]:
    if found is None or found.would is None:
        return {"acts": "", "why_not": "", "cannot_look": "" if found is None else _away(found, words)}
    would = found.would
    why_not = "" if would.why_not is None else verdict_words(*would.why_not, words)
    return {"acts": strategy_words(would.looked.strategy, words), "why_not": why_not, "cannot_look": ""}


def _away(found: AutoView, words: Words) -> str:
    return "" if found.problem is None else told(found.problem, words)


def _problem(error: FielError, request: Request) -> str:
    t = texts_of(request)
    own = {"confirm_wrong": "auto_confirm_wrong", "reason_missing": "auto_reason_missing"}
    own |= {"targets_missing": "auto_no_targets", "number_ambiguous": "invest_ambiguous"}
    if error.code == "broker_unknown":
        return t.plain("auto_real_only_cli")
    if error.code in own:
        return t.plain(own[error.code], **(error.details if error.code == "number_ambiguous" else {}))
    return told(error, Words(site(request).lang))
