"""Market data with its provenance: quotes, series and events, each with age, source and how it was had."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from fiel.bootstrap.market import OpenMarket
from fiel.entrypoints.answers.market import events_record, finding_record, series_record, step_record
from fiel.entrypoints.answers.values import moment_text, number_text
from fiel.entrypoints.http.api.answering import reads, reply
from fiel.entrypoints.http.api.desk import READ, At, Desk, day_in
from fiel.entrypoints.http.api.models import Day, Decimal, Instant, Money, Page, Shape, money
from fiel.entrypoints.http.api.paging import Cursor, cursor_of, place_of
from fiel.entrypoints.http.api.transactions import From, To
from fiel.infra.resilience.attempts import How
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.catalogue import catalogue, series_spec
from fiel.market.offline import recorded_answer, recorded_rows, recorded_symbol_events
from fiel.market.quotes import QuoteAnswer, read_symbol
from fiel.market.series_answer import SeriesAnswer
from fiel.market.symbol_events import SymbolEvents

routes = APIRouter(prefix="/api/v1/market", tags=["market"], dependencies=[READ])
SYMBOLS_MAX = 100
#: Rows of one page of a series: ten years of business days.
ROWS_MAX = 2_600


class Finding(Shape):
    """What an inspection found."""

    kind: str
    place: str
    detail: str
    repair: str


class Step(Shape):
    """What was tried, and what came of it."""

    source: str
    event: str
    at: Instant
    reason: str
    detail: str
    attempt: int
    milliseconds: int


class Doubt(Shape):
    """An answer that was not believed."""

    source: str
    reason: str
    price: Decimal | None


class Quote(Shape):
    """A last price. `how`: fresh, cached, stale, fallback or none; without any, `price` is null."""

    symbol: str
    price: Money | None
    unit: str | None
    as_of: Instant | None
    age_seconds: int | None
    fetched_at: Instant | None
    source: str | None
    how: str
    quality: str | None
    previous_close: Money | None
    findings: list[Finding]
    trail: list[Step]
    doubts: list[Doubt]


class Quotes(Shape):
    """Quotes in the order asked."""

    quotes: list[Quote]


class SeriesName(Shape):
    """A series that is known. `code` is that of the Banco Central (SGS)."""

    series: str
    name: str
    code: int
    unit: str
    periodicity: str


class SeriesList(Shape):
    """All of them."""

    series: list[SeriesName]


class SeriesRow(Shape):
    """One row; `until` where it holds for a span of days."""

    day: Day
    value: Decimal
    source: str
    until: Day | None


class Series(Page):
    """Rows with unit and source, and the days that are missing."""

    series: str
    code: int
    unit: str
    from_: Day = Field(alias="from")
    to: Day
    as_of: Instant | None
    quality: str
    sources: list[str]
    missing: list[Day]
    rows: list[SeriesRow]
    findings: list[Finding]
    trail: list[Step]


class Event(Shape):
    """A dividend, split or right, with who told it and where they differ."""

    model_config = ConfigDict(extra="allow")


class Events(Shape):
    """What is known of a symbol's dividends, splits and rights."""

    symbol: str
    source: Literal["market", "recorded"]
    cash: list[Event]
    shares: list[Event]
    subscriptions: list[Event]


Symbol = Annotated[str, Path(min_length=1, max_length=20, examples=["PETR4"])]
Renew = Annotated[bool, Query(description="Ask the services even when what is held is still fresh.")]


@routes.get(
    "/quotes",
    summary="Last prices",
    operation_id="listQuotes",
    responses=reads(Quotes, "Each with age, source and what was tried"),
)
def quotes(
    request: Request,
    desk: At,
    symbols: Annotated[
        str, Query(min_length=1, max_length=2_000, description="With commas.", examples=["PETR4,VALE3"])
    ],
    renew: Renew = False,
) -> Response:
    """Believed only after inspection; what nobody can give now is served from what is held, with its age."""
    names = list(dict.fromkeys(read_symbol(each.strip()) for each in symbols.split(",")))
    if len(names) > SYMBOLS_MAX:
        raise InvalidInput("too_many_symbols", f"at most {SYMBOLS_MAX} at once", field="symbols")
    found = _quotes(desk, names, renew=renew)
    return reply(request, {"quotes": [_quote(desk, found[name]) for name in names]})


@routes.get(
    "/quotes/{symbol}",
    summary="A last price",
    operation_id="getQuote",
    responses=reads(Quote, "With age, source and what was tried"),
)
def quote(request: Request, symbol: Symbol, desk: At, renew: Renew = False) -> Response:
    """One symbol; nobody knowing a price is an answer, too: `price` is null."""
    name = read_symbol(symbol)
    return reply(request, _quote(desk, _quotes(desk, [name], renew=renew)[name]))


@routes.get(
    "/series",
    summary="Which series there are",
    operation_id="listSeries",
    responses=reads(SeriesList, "By name"),
)
def series_names(request: Request) -> Response:
    """CDI, Selic, IPCA, exchange rates and others of the Banco Central."""
    found = [
        {
            "series": spec.key,
            "name": spec.name,
            "code": spec.code,
            "unit": spec.unit.value,
            "periodicity": spec.periodicity.value,
        }
        for spec in catalogue().values()
    ]
    return reply(request, {"series": found})


@routes.get(
    "/series/{key}",
    summary="The rows of a series",
    operation_id="getSeries",
    responses=reads(Series, "Rows, sources and missing days"),
)
def series(
    request: Request,
    key: Annotated[str, Path(min_length=1, max_length=40, examples=["cdi"])],
    desk: At,
    first: From = None,
    last: To = None,
    cursor: Cursor = None,
) -> Response:
    """By default the last year. What is held and final is never asked for again."""
    series_spec(key)
    place = place_of(cursor, str)
    until = day_in(last, "to") or desk.today
    since = (
        day_in(None if place is None else place[0], "cursor") or day_in(first, "from") or _year_before(until)
    )
    if since > until:
        raise InvalidInput("dates_reversed", "from is after to", field="from")
    found = _series(desk, key, since, until)
    record = series_record(found, explain=True)
    rows = [{"until": None} | row for row in record["rows"]]
    more = len(rows) > ROWS_MAX
    body = {
        "series": record["series"],
        "code": record["code"],
        "unit": record["unit"],
        "from": record["from"],
        "to": record["to"],
        "asOf": record["as_of"],
        "quality": record["quality"],
        "sources": record["sources"],
        "missing": record["missing"],
        "rows": rows[:ROWS_MAX],
        "findings": record["findings"],
        "trail": record["trail"],
        "nextCursor": cursor_of(rows[ROWS_MAX]["day"]) if more else None,
    }
    return reply(request, body)


@routes.get(
    "/events/{symbol}",
    summary="Dividends, splits and rights",
    operation_id="getMarketEvents",
    responses=reads(Events, "As the sources tell them, reconciled"),
)
def events(request: Request, symbol: Symbol, desk: At) -> Response:
    """What is held; where the market told nothing, the package's recorded payments."""
    name = read_symbol(symbol)

    async def ask(market: OpenMarket) -> SymbolEvents:
        return await market.actions.events(name)

    found, source = desk.market.ask(ask), "market"
    if not (found.cash or found.shares or found.subscriptions):
        found, source = recorded_symbol_events(name), "recorded"
    record = events_record(found, None)
    told = {part: record[part] for part in ("symbol", "cash", "shares", "subscriptions")}
    return reply(request, told | {"source": source})


def _quotes(desk: Desk, names: list[str], *, renew: bool) -> dict[str, QuoteAnswer]:
    if desk.settings.market.offline:
        return {name: _recorded(desk, name) for name in names}

    async def ask(market: OpenMarket) -> dict[str, QuoteAnswer]:
        return dict(await market.quotes.many(names, renew=renew))

    return desk.market.ask(ask)


def _recorded(desk: Desk, name: str) -> QuoteAnswer:
    try:
        return recorded_answer(name, desk.services.clock)
    except NotFound:
        return QuoteAnswer(name, None, How.NONE)


def _quote(desk: Desk, answer: QuoteAnswer) -> dict[str, Any]:
    served = answer.served
    reading = None if served is None else served.value
    currency = "BRL" if reading is None else reading.currency
    return {
        "symbol": answer.symbol,
        "price": money(None if reading is None else reading.price, currency),
        "unit": None if served is None else str(served.unit),
        "asOf": None if served is None else moment_text(served.as_of),
        "ageSeconds": None if served is None else int(served.age(desk.now).total_seconds()),
        "fetchedAt": None if served is None else moment_text(served.fetched_at),
        "source": None if served is None else served.source,
        "how": answer.how.value,
        "quality": None if served is None else served.quality.value,
        "previousClose": money(None if reading is None else reading.previous_close, currency),
        "findings": [] if served is None else [finding_record(each) for each in served.findings],
        "trail": [step_record(step) for step in answer.trail],
        "doubts": [
            {"source": source, "reason": reason, "price": number_text(price)}
            for source, reason, price in answer.doubts
        ],
    }


def _series(desk: Desk, key: str, first: date, last: date) -> SeriesAnswer:
    if desk.settings.market.offline:
        return recorded_rows(key, first, last, desk.services.clock)

    async def ask(market: OpenMarket) -> SeriesAnswer:
        return await market.rates.get(key, first, last)

    return desk.market.ask(ask)


def _year_before(day: date) -> date:
    return day - timedelta(days=365) if day > date(1900, 1, 1) else day
