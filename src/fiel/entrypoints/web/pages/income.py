"""`/proventos`: what came, what is to come, and booking what is late."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.copilot.income.accepting import accept
from fiel.copilot.income.ignoring import Ignored
from fiel.copilot.income.worth import worth_of
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.web.csv_answers import csv_answer, csv_form
from fiel.entrypoints.web.numbers import Numbers
from fiel.entrypoints.web.reckoned import income_of
from fiel.entrypoints.web.rendering import numbers_of, render, texts_of
from fiel.entrypoints.web.request import FormOf, Site, redirect, site
from fiel.entrypoints.web.views.charts import income_chart
from fiel.entrypoints.web.views.income import BRL, CHECKS_SHOWN, IncomePage, Kept, income_page, payment_of
from fiel.entrypoints.web.views.income_ask import PAST_DEFAULT, IncomeAsk, Status, read_ask
from fiel.entrypoints.words.income_reasons import reasons_text
from fiel.income.values import ProposalKind
from fiel.kernel.csv_cells import csv_text
from fiel.kernel.errors import NotFound

routes = APIRouter(include_in_schema=False)
#: Reasons with figures of money, which hidden values hide too.
_OF_MONEY = ("range", "received", "received_partly", "amount_differs", "gross_received", "expected_net")
_FLOWS_SHOWN = 24


@routes.get("/proventos")
def income(request: Request) -> Response:
    """The page, or the part below the chart when only the list changes."""
    page, ask = site(request), read_ask(request.query_params)
    shown = _page(page, ask)
    return render(
        request,
        "income.html",
        block="payments",
        page=shown,
        chart=_chart(request, shown),
        why=_why(request),
        address=lambda **changes: _address(ask, **changes),
        statuses=tuple(Status),
        checks_shown=CHECKS_SHOWN,
        flows=_kept(page).plan.flows[:_FLOWS_SHOWN],
        flows_left=_kept(page).plan.flows[_FLOWS_SHOWN:],
    )


@routes.get("/proventos/meses.csv")
def months_csv(request: Request) -> Response:
    """The table under the chart."""
    ask = read_ask(request.query_params)
    bars = _page(site(request), ask).bars
    heads = ("month", "received", "confirmed", "announced", "estimated", "total", "capital", "basis")
    basis = "gross" if ask.gross else "net"
    rows = [
        (one.month, one.received, one.confirmed, one.announced, one.estimated, one.total, one.capital, basis)
        for one in bars
    ]
    return csv_answer("proventos-por-mes.csv", csv_text(heads, rows, csv_form(request)))


@routes.get("/proventos/pagamentos/{record_id}")
def payment(request: Request, record_id: str) -> Response:
    """One payment and everything behind it."""
    found = payment_of(_kept(site(request)), record_id)
    return render(request, "income_payment.html", payment=found, why=_why(request))


@routes.post("/proventos/registrar")
def book(request: Request, form: FormOf) -> Response:
    """Accept one proposal: the money is booked, or the receipt linked, as `fiel income accept` does."""
    page = site(request)
    opened = page.income
    try:
        (done,) = accept(opened.desk, opened.custody, page.wallet, [form.text("proposta")])
    except NotFound as error:
        if error.code != "proposal_unknown":
            raise
        return redirect("/proventos", "notice_income_gone")
    told = done.proposal
    if told.kind is ProposalKind.LINK:
        return redirect("/proventos", "notice_income_linked")
    numbers = numbers_of(request)
    amount, day = numbers.money(told.amount, told.currency), numbers.day(told.day)
    return redirect("/proventos", "notice_income_booked", amount=amount, asset=told.asset, day=day)


@routes.post("/proventos/ignorar")
def ignore(request: Request, form: FormOf) -> Response:
    """Do not ask about a payment any more, or ask again."""
    page = site(request)
    record = payment_of(_kept(page), form.text("pagamento")).record
    is_ignored = form.text("voltar") != "1"
    opened = page.income
    Ignored(opened.database, opened.clock).put(page.wallet, record.record_id, ignored=is_ignored)
    return redirect("/proventos", "notice_income_ignored" if is_ignored else "notice_income_asked")


def _page(page: Site, ask: IncomeAsk) -> IncomePage:
    kept = _kept(page)
    key = ("income page", page.wallet, page.version(), page.today, kept.ignored, kept.worth, ask)
    return page.memo.get(key, lambda: income_page(kept, page.income.forecasts, ask))


def _kept(page: Site) -> Kept:
    """What everything rests on."""
    opened, wallet, ground = page.income, page.wallet, income_of(page)
    ignored = Ignored(opened.database, opened.clock).of(wallet)
    with opened.database.reading() as connection:
        worth = worth_of(connection, page.services.prices, wallet, page.now)
    return Kept(ground.seen, ground.plan, worth, ignored)


def _chart(request: Request, page: IncomePage) -> dict[str, Any]:
    """The data of the chart, and its sentence."""
    texts, numbers, hidden = texts_of(request), numbers_of(request), site(request).prefs.hidden
    now = f"{page.view.as_of:%Y-%m}"
    data = income_chart(page.bars, now, texts.plain, hidden=hidden)
    if hidden:
        return {"data": data, "sentence": texts.plain("inc_hidden_chart")}
    received = sum((one.received for one in page.bars), page.coming.total * 0)
    sentence = texts.plain(
        "inc_chart_answer",
        first=page.bars[0].month,
        last=page.bars[-1].month,
        received=numbers.money(received, BRL),
        coming=numbers.money(page.coming.total, BRL),
    )
    return {"data": data, "sentence": sentence}


def _why(request: Request) -> Any:
    """Reasons as sentences in the language of the page."""
    page = site(request)
    words, hidden, numbers = Words(page.lang), page.prefs.hidden, numbers_of(request)

    def told(reasons: tuple[str, ...]) -> str:
        kept = tuple(one for one in reasons if not (hidden and one.partition(":")[0] in _OF_MONEY))
        return reasons_text(tuple(_error_as_percent(one, numbers) for one in kept), words)

    return told


def _error_as_percent(reason: str, numbers: Numbers) -> str:
    """The measured error of an estimate is kept as a fraction; people read percent."""
    name, _, value = reason.partition(":")
    try:
        return f"{name}:{numbers.percent(Decimal(value), 0)}" if name == "error" else reason
    except InvalidOperation:
        return reason


def _address(ask: IncomeAsk, **changes: object) -> str:
    """The page with something of the question changed; what is usual is left out."""
    query: dict[str, object] = {
        "situacao": ask.status.value,
        "valores": "bruto" if ask.gross else "",
        "visao": "calendario" if ask.calendar else "",
        "mes": ask.month,
        "antes": ask.past if ask.past != PAST_DEFAULT else "",
    }
    told = urlencode({name: value for name, value in {**query, **changes}.items() if value not in ("", None)})
    return f"/proventos?{told}" if told else "/proventos"
