"""Income: the calendar of what was paid and will be, what came, what may come, and what to accept."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fiel.bootstrap.market import OpenMarket
from fiel.copilot.bonds.series import SeriesTold
from fiel.copilot.income.accepting import accept
from fiel.copilot.income.announced import announced_of
from fiel.copilot.income.titles import Planned, planned, spans_of
from fiel.copilot.income.view import MONTHS_MAX, PAST_MAX, Span, Worth, income_view
from fiel.copilot.income.worth import worth_of
from fiel.copilot.income_record_text import record_fields
from fiel.entrypoints.answers.income import calendar_record, forecast_record, reconciled_record
from fiel.entrypoints.http.api.answering import reads, reply, writes
from fiel.entrypoints.http.api.desk import READ, TRADE, At, Desk, Wallet, day_in
from fiel.entrypoints.http.api.income_shapes import (
    Accepted,
    Accepting,
    Calendar,
    Forecast,
    Received,
    Reconciliation,
)
from fiel.entrypoints.http.api.memo import kept
from fiel.entrypoints.http.api.paging import Cursor, Limit, cursor_of, part, place_of
from fiel.entrypoints.http.api.repeating import Done, Key, once
from fiel.entrypoints.http.api.transactions import From, To
from fiel.income.summary import By
from fiel.kernel.clock import Clock
from fiel.kernel.errors import NotFound
from fiel.market.offline import recorded_rows, recorded_symbol_events
from fiel.market.quotes import read_symbol
from fiel.market.series_answer import SeriesAnswer
from fiel.market.symbol_events import SymbolEvents

routes = APIRouter(prefix="/api/v1", tags=["income"], dependencies=[READ])


@routes.get(
    "/portfolios/{wallet}/income/calendar",
    summary="What was paid and what will be",
    operation_id="getIncomeCalendar",
    responses=reads(Calendar, "Every payment and the bars", 422),
)
def calendar(
    request: Request,
    wallet: Wallet,
    desk: At,
    months: Annotated[int, Query(ge=1, le=MONTHS_MAX, description="From this month on.")] = 12,
    past: Annotated[int, Query(ge=0, le=PAST_MAX, description="Whole months before this one.")] = 3,
    by: Annotated[Literal["month", "day", "asset", "class"], Query(description="What a bar is.")] = "month",
) -> Response:
    """Received, confirmed, announced or estimated, gross and net; estimates are never shown as announced."""
    name, income = desk.known(wallet), desk.income

    # Prices may be kept elsewhere, and so in no version of the book: what they make of it is asked each time.
    span, worth = Span(months, past), _worth(desk, name)

    def make() -> dict[str, Any]:
        plan = _plan(desk, name)
        return calendar_record(
            income_view(income.desk, income.forecasts, name, span, by=By(by), plan=plan, worth=worth)
        )

    return reply(request, kept(request, desk, make, "calendar", name, span, by, worth))


@routes.get(
    "/portfolios/{wallet}/income/received",
    summary="Payments that came",
    operation_id="listReceivedIncome",
    responses=reads(Received, "The latest first", 422),
)
def received(
    request: Request,
    wallet: Wallet,
    desk: At,
    first: From = None,
    last: To = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """As of now: what was announced and came, with the receipts that belong to it."""
    name, place = desk.known(wallet), place_of(cursor, str, str)
    since, until = day_in(first, "from") or date.min, day_in(last, "to") or date.max
    found = [
        (day.isoformat(), each.record_id, each)
        for each in desk.income.desk.look(name).reconciliation.records
        if each.received is not None and (day := each.received_on or each.payment_date) is not None
        if since <= day <= until
    ]
    rows = sorted(found, key=lambda row: row[:2], reverse=True)
    if place is not None:
        rows = [row for row in rows if row[:2] < place]
    shown, more = part(rows, limit)
    end = cursor_of(*shown[-1][:2]) if more else None
    return reply(request, {"payments": [record_fields(row[2]) for row in shown], "nextCursor": end})


@routes.get(
    "/portfolios/{wallet}/income/reconciliation",
    summary="What was expected against what came",
    operation_id="getReconciliation",
    responses=reads(Reconciliation, "Records, bookings to accept, and money that belongs to nothing", 422),
)
def reconciliation(request: Request, wallet: Wallet, desk: At) -> Response:
    """Only looked at; nothing is written."""
    return reply(request, reconciled_record(desk.income.desk.look(desk.known(wallet))))


@routes.post(
    "/portfolios/{wallet}/income/accept",
    summary="Book what a reconciliation proposes",
    operation_id="acceptIncome",
    dependencies=[TRADE],
    responses=writes(Accepted, "They are booked"),
)
def accepted(request: Request, wallet: Wallet, asked: Accepting, desk: At, key: Key = None) -> Response:
    """Money that came, a receipt that belongs, a difference. One that is not open any more is a 404."""
    name = desk.known(wallet)

    def effect() -> Done:
        done = accept(desk.income.desk, desk.income.custody, name, asked.proposals)
        return Done(
            {
                "accepted": [
                    {
                        "proposalId": each.proposal.proposal_id,
                        "recordId": each.proposal.record_id or None,
                        "state": None if each.record is None else each.record.state.value,
                    }
                    for each in done
                ]
            }
        )

    return once(desk, request, key, asked.model_dump(), effect)


@routes.get(
    "/income/forecasts/{asset}",
    summary="What an asset may pay",
    operation_id="getForecast",
    responses=reads(Forecast, "Estimates per unit, the method and its measured error", 422),
)
def forecast(
    request: Request,
    asset: Annotated[str, Path(min_length=1, max_length=20, examples=["TAEE11"])],
    desk: At,
    months: Annotated[int, Query(ge=1, le=MONTHS_MAX, description="How far ahead.")] = 12,
) -> Response:
    """From the asset's history: the method is the one that would have done best in the past. Where the market
    told nothing, the package's recorded payments stand in, looked at from their last day."""
    events, source = _events(desk, read_symbol(asset))
    found, today = announced_of(events), desk.today
    if not found.payments:
        raise NotFound("events_unknown", f"no payment of {events.symbol} is known", field="asset")
    if source == "recorded":
        today = max(each.com_date for each in found.payments if each.com_date is not None)
    made = desk.income.forecasts.of(found, today, months)
    return reply(request, forecast_record(made) | {"source": source})


def _events(desk: Desk, symbol: str) -> tuple[SymbolEvents, str]:
    async def ask(market: OpenMarket) -> SymbolEvents:
        return await market.actions.events(symbol)

    held = desk.market.ask(ask)
    return (held, "market") if held.cash else (recorded_symbol_events(symbol), "recorded")


def _worth(desk: Desk, wallet: str) -> Worth:
    with desk.database.reading() as connection:
        return worth_of(connection, desk.services.prices, wallet, desk.now)


def _plan(desk: Desk, wallet: str) -> Planned:
    """The payments to come of the wallet's titles, from the series that they need."""
    titles = desk.income.titles.of(wallet, desk.today)
    told = [_series(desk, key, first) for key, first in spans_of(titles).items()]
    return planned(titles, tuple(told), desk.today)


def _series(desk: Desk, key: str, first: date) -> SeriesTold:
    clock: Clock = desk.services.clock
    if desk.settings.market.offline:
        answer = recorded_rows(key, first, desk.today, clock)
    else:

        async def ask(market: OpenMarket) -> SeriesAnswer:
            return await market.rates.get(key, first, desk.today)

        answer = desk.market.ask(ask)
    rows = tuple((row.day, row.value) for row in answer.observations)
    return SeriesTold(key, rows, tuple(f"{source}, SGS {answer.spec.code}" for source in answer.sources))
