"""BRAPI: quotes, histories and dividends, in the first and the second version.

Shapes after the documentation of brapi.dev; numbers, names and remarks are simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from fiel.market.simulator.sessions import local_day
from fiel.market.simulator.talk import Json, Reply, Request, Route, json_reply
from fiel.market.simulator.view import View
from fiel.market.values import Bar, CashEvent, CashKind, EventsReading, ShareEvent, ShareKind

RANGES: Mapping[str, int] = MappingProxyType(
    {"1d": 1, "2d": 2, "5d": 7, "7d": 10, "1mo": 31, "3mo": 92, "6mo": 183, "1y": 366, "2y": 731}
    | {"5y": 1827, "10y": 3653, "ytd": 0, "max": 40_000}
)
INTERVALS = ("1m", "2m", "5m", "15m", "30m", "60m", "90m", "1h", "1d", "5d", "1wk", "1mo", "3mo")
SYMBOLS_MAX = 20
FUNDS = frozenset({"MXRF11", "HGLG11"})
_LABELS = {CashKind.DIVIDEND: "DIVIDENDO", CashKind.JCP: "JCP", CashKind.INTEREST: "RENDIMENTO"}
_LABELS |= {CashKind.FII_INCOME: "RENDIMENTO", CashKind.AMORTIZATION: "AMORTIZAÇÃO"}
_SHARE_LABELS = {ShareKind.SPLIT: "DESDOBRAMENTO", ShareKind.REVERSE_SPLIT: "GRUPAMENTO"}
_SHARE_LABELS |= {ShareKind.BONUS: "BONIFICACAO"}


def route(request: Request) -> Route | None:
    """`None` for a path that is not BRAPI's."""
    path = request.path.rstrip("/")
    if path.startswith("/api/quote/") and path != "/api/quote/list":
        tickers = path.removeprefix("/api/quote/")
        return Route("quote", tickers.upper(), tuple(tickers.upper().split(",")))
    for end, endpoint in _BY_PATH.items():
        if path == end:
            symbols = request.value("symbols")
            topic = symbols or request.value("currency")
            return Route(endpoint, topic, tuple(filter(None, symbols.split(","))))
    return None


_BY_PATH = {
    "/api/quote/list": "list",
    "/api/available": "available",
    "/api/v2/stocks/quote": "stocks_quote",
    "/api/v2/stocks/historical": "stocks_historical",
    "/api/v2/stocks/dividends": "stocks_dividends",
    "/api/v2/macro": "macro",
    "/api/v2/currency": "currency",
    "/api/v2/user/usage": "usage",
}


def respond(request: Request, where: Route, view: View) -> Reply:
    """The answer to a routed request about symbols; the other endpoints are in `brapi_tables`."""
    return _ANSWERS[where.endpoint](request, where, view)


def refusal(status: int, message: str) -> Reply:
    """An error in BRAPI's form."""
    return json_reply({"error": True, "message": message}, status=status)


def missing(symbol: str) -> Reply:
    """The answer for an unknown ticker."""
    return refusal(404, f"Não encontramos a ação {symbol}")


def _quote(request: Request, where: Route, view: View) -> Reply:
    wrong = _wrong_window(request)
    if wrong is not None:
        return wrong
    results: list[Json] = []
    for symbol in where.parts[:SYMBOLS_MAX]:
        if not view.knows(symbol):
            return missing(symbol)
        result = {"symbol": view.named(symbol), **quote_fields(symbol, view)}
        if request.value("range") or request.value("startDate"):
            result |= _history_fields(request, symbol, view)
        if request.value("dividends") == "true":
            result["dividendsData"] = _dividends(view.events(symbol))
        results.append(result)
    return _envelope([] if view.empty else results, view)


def _stocks(data: Callable[[Request, str, View], dict[str, Json]]) -> Callable[[Request, Route, View], Reply]:
    """An endpoint of the second version: each symbol with its data."""

    def answer(request: Request, where: Route, view: View) -> Reply:
        if not where.parts:
            return refusal(400, "Parâmetro 'symbols' obrigatório")
        if where.endpoint == "stocks_dividends" and FUNDS.intersection(where.parts):
            return refusal(400, "Use /api/v2/fii/dividends para fundos")
        wrong = _wrong_window(request)
        if wrong is not None:
            return wrong
        results: list[Json] = []
        for symbol in where.parts[:SYMBOLS_MAX]:
            if not view.knows(symbol):
                return missing(symbol)
            named = view.named(symbol)
            results.append(
                {
                    "requestedSymbol": symbol,
                    "symbol": named,
                    "changed": named != symbol,
                    "data": data(request, symbol, view),
                }
            )
        return _envelope([] if view.empty else results, view)

    return answer


def quote_fields(symbol: str, view: View) -> dict[str, Json]:
    """The fields of a quote, without the symbol."""
    quote = view.quote(symbol)
    low, high = view.truth.world.year(symbol, local_day(view.at))
    return {
        "shortName": quote.symbol,
        "longName": quote.name,
        "currency": quote.currency,
        "regularMarketPrice": quote.price,
        "regularMarketDayHigh": quote.high,
        "regularMarketDayLow": quote.low,
        "regularMarketDayRange": f"{quote.low} - {quote.high}",
        "regularMarketChange": quote.change,
        "regularMarketChangePercent": quote.change_percent,
        "regularMarketTime": iso(quote.as_of or view.now),
        "regularMarketVolume": quote.volume,
        "regularMarketPreviousClose": quote.previous_close,
        "regularMarketOpen": quote.open,
        "fiftyTwoWeekLow": low,
        "fiftyTwoWeekHigh": high,
        "fiftyTwoWeekRange": f"{low} - {high}",
    }


def _history_fields(request: Request, symbol: str, view: View) -> dict[str, Json]:
    start, end, used = _window(request, local_day(view.at))
    return {
        "usedInterval": "1d",
        "usedRange": used,
        "historicalDataPrice": [_candle(bar) for bar in view.history(symbol, start, end)],
        "validRanges": list(RANGES),
        "validIntervals": list(INTERVALS),
    }


def _historical(request: Request, symbol: str, view: View) -> dict[str, Json]:
    fields = _history_fields(request, symbol, view)
    return {name: fields[name] for name in ("usedInterval", "usedRange", "historicalDataPrice")}


def _candle(bar: Bar) -> Json:
    stamp = datetime.combine(bar.day, time(13), UTC)
    return {
        "date": int(stamp.timestamp()),
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "adjustedClose": bar.close,
    }


def _dividends(events: EventsReading) -> dict[str, Json]:
    return {
        "cashDividends": [_cash(event) for event in reversed(events.cash)],
        "stockDividends": [_share(event) for event in reversed(events.shares)],
        "subscriptions": [],
    }


def _dividends_of(request: Request, symbol: str, view: View) -> dict[str, Json]:
    """Between two dates, cash is chosen by the day of payment and shares by the com date."""
    start, end = date_of(request.value("startDate")), date_of(request.value("endDate"))
    events = view.events(symbol)
    cash = tuple(event for event in events.cash if _within(event.payment_date, start, end))
    shares = tuple(event for event in events.shares if _within(event.com_date, start, end))
    return _dividends(replace(events, cash=cash, shares=shares))


def _within(day: date | None, start: date | None, end: date | None) -> bool:
    """Without bounds every day is; with one, an unknown day is not."""
    if start is None and end is None:
        return True
    return day is not None and (start or date.min) <= day <= (end or date.max)


def _cash(event: CashEvent) -> Json:
    return {
        "assetIssued": event.isin,
        "paymentDate": _stamp(event.payment_date),
        "rate": event.rate,
        "relatedTo": event.related_to,
        "approvedOn": _stamp(event.approved_on),
        "isinCode": event.isin,
        "label": _LABELS.get(event.kind, event.label),
        "lastDatePrior": _stamp(event.com_date),
        "remarks": event.remarks,
    }


def _share(event: ShareEvent) -> Json:
    one = event.kind is ShareKind.REVERSE_SPLIT
    factor = f"1 para {1 / event.new_per_old:f}" if one else f"{event.new_per_old:f} para 1"
    return {
        "assetIssued": event.isin,
        "factor": event.new_per_old,
        "completeFactor": factor.replace(".", ","),
        "approvedOn": _stamp(event.approved_on),
        "isinCode": event.isin,
        "label": _SHARE_LABELS.get(event.kind, event.label),
        "lastDatePrior": _stamp(event.com_date),
        "remarks": event.remarks,
    }


_ANSWERS: Mapping[str, Callable[[Request, Route, View], Reply]] = {
    "quote": _quote,
    "stocks_quote": _stocks(lambda _request, symbol, view: quote_fields(symbol, view)),
    "stocks_historical": _stocks(_historical),
    "stocks_dividends": _stocks(_dividends_of),
}


def _envelope(results: list[Json], view: View) -> Reply:
    return json_reply({"results": results, "requestedAt": iso(view.now), "took": 12}, comma=view.comma)


def _wrong_window(request: Request) -> Reply | None:
    asked, interval = request.value("range", "1mo"), request.value("interval", "1d")
    if asked not in RANGES:
        return refusal(400, f"Campo 'range' inválido. Ranges válidos: {', '.join(RANGES)}")
    if interval not in INTERVALS:
        return refusal(400, f"Campo 'interval' inválido. Intervals válidos: {', '.join(INTERVALS)}")
    return None


def _window(request: Request, today: date) -> tuple[date, date, str]:
    start, end = date_of(request.value("startDate")), date_of(request.value("endDate"))
    if start is not None:
        return start, end or today, "custom"
    asked = request.value("range", "1mo")
    if asked == "ytd":
        return today.replace(month=1, day=1), today, asked
    return max(today - timedelta(days=RANGES[asked]), date(1990, 1, 2)), today, asked


def iso(at: datetime) -> str:
    """An instant as BRAPI writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _stamp(day: date | None) -> str | None:
    return None if day is None else f"{day.isoformat()}T03:00:00.000Z"


def date_of(text: str) -> date | None:
    """The date at the beginning of a text; `None` when there is none."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
