"""HG Brasil: prices and currencies (first version, errors inside status 200), events and history (second)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from fiel.market.providers.recorded import BRASILIA
from fiel.market.simulator.sessions import CLOSING, OPENING, local_day
from fiel.market.simulator.talk import Json, Reply, Request, Route, json_reply
from fiel.market.simulator.view import View
from fiel.market.values import Bar, CashEvent, CashKind, ShareEvent, ShareKind

SYMBOLS_MAX = 20
_TYPES = {CashKind.DIVIDEND: "dividend", CashKind.JCP: "interest_on_equity", CashKind.INTEREST: "income"}
_TYPES |= {CashKind.FII_INCOME: "income", CashKind.AMORTIZATION: "amortization"}
_BY_PATH = {
    "/finance": "quotations",
    "/finance/quotations": "quotations",
    "/finance/stock_price": "stock_price",
    "/v2/finance/dividends": "dividends",
    "/v2/finance/splits": "splits",
    "/v2/finance/history": "history",
    "/v2/finance/historical": "history",
}


def route(request: Request) -> Route | None:
    """`None` for a path that is not HG's."""
    endpoint = _BY_PATH.get(request.path.rstrip("/"))
    if endpoint is None:
        return None
    asked = request.value("symbol") or request.value("tickers") or request.value("symbols")
    parts = tuple(part for part in asked.upper().split(",") if part)[:SYMBOLS_MAX]
    return Route(endpoint, ",".join(part.removeprefix("B3:") for part in parts), parts)


def respond(_request: Request, where: Route, view: View) -> Reply:
    """The answer to a routed request."""
    return _ANSWERS[where.endpoint](_request, where, view)


def refused_key(where: Route) -> Reply:
    """The answer to a wrong key: status 200."""
    if where.endpoint in ("dividends", "splits", "history"):
        error: Json = {"code": "INVALID_API_KEY", "message": "Chave de API inválida.", "help": ""}
        return json_reply({"metadata": _metadata("invalid"), "results": [], "errors": [error]})
    body: Json = {"error": True, "message": "Consulta não permitida sem uma chave válida."}
    return json_reply({"by": "symbol", "valid_key": False, "results": body, **_TIMES})


_TIMES: Mapping[str, Json] = {"execution_time": Decimal("0.0"), "from_cache": False}


def _stock_price(_request: Request, where: Route, view: View) -> Reply:
    results: dict[str, Json] = {}
    for symbol in where.parts:
        if view.knows(symbol):
            results[view.named(symbol)] = _price(symbol, view)
        else:
            text = f"Error to get Stock for #{symbol}: Erro 852 - Símbolo não encontrado"
            results[symbol] = {"error": True, "message": text}
    shown: Json = {} if view.empty else results
    return json_reply({"by": "symbol", "valid_key": True, "results": shown, **_TIMES}, comma=view.comma)


def _price(symbol: str, view: View) -> Json:
    quote = view.quote(symbol)
    told = (quote.as_of or view.now).astimezone(BRASILIA)
    return {
        "kind": "fii" if symbol in ("MXRF11", "HGLG11") else "stock",
        "symbol": quote.symbol,
        "name": quote.name,
        "company_name": quote.name,
        "region": "Brazil/Sao Paulo",
        "currency": quote.currency,
        "market_time": {"open": f"{OPENING:%H:%M}", "close": f"{CLOSING:%H:%M}", "timezone": -3},
        "market_cap": None,
        "price": quote.price,
        "change_percent": quote.change_percent,
        "change_price": quote.change,
        "volume": quote.volume,
        "updated_at": f"{told:%Y-%m-%d %H:%M:%S}",
    }


def _quotations(_request: Request, _where: Route, view: View) -> Reply:
    today = local_day(view.at)
    rows = view.rows("usd_ptax", today - timedelta(days=15), today)
    currencies: dict[str, Json] = {"source": "BRL"}
    if rows:
        sell = rows[-1].value
        currencies["USD"] = {
            "name": "Dollar",
            "buy": sell - Decimal("0.0006"),
            "sell": sell,
            "variation": Decimal("0.000"),
        }
    results: Json = {"currencies": currencies, "stocks": {}, "available_sources": ["BRL"], "taxes": []}
    return json_reply({"by": "default", "valid_key": True, "results": results, **_TIMES}, comma=view.comma)


def _second(
    fields: Callable[[Request, str, View], dict[str, Json]],
) -> Callable[[Request, Route, View], Reply]:
    """An endpoint of the second version: results and errors side by side."""

    def answer(request: Request, where: Route, view: View) -> Reply:
        results: list[Json] = []
        errors: list[Json] = []
        for ticker in where.parts:
            symbol = ticker.removeprefix("B3:")
            if view.knows(symbol):
                named = view.named(symbol)
                head = {"ticker": f"B3:{named}", "unit": "share", "currency": "BRL", "symbol": named}
                results.append({**head, **fields(request, symbol, view), "source": {"full_name": "B3"}})
            else:
                error = {"code": "INVALID_TICKER", "message": "Ticker inválido.", "help": ""}
                errors.append({**error, "details": {"symbol": ticker}})
        body: dict[str, Json] = {"metadata": _metadata("valid"), "results": [] if view.empty else results}
        return json_reply({**body, **({"errors": errors} if errors else {})}, comma=view.comma)

    return answer


def _metadata(status: str) -> Json:
    return {"key_status": status, "cached": False, "response_time_ms": Decimal("0.0"), "language": "pt-br"}


def _dividends(_request: Request, symbol: str, view: View) -> dict[str, Json]:
    today = local_day(view.at)
    return {
        "summary": {"yield_12m_percent": None, "yield_12m_cash": None},
        "series": [_cash(event, today) for event in reversed(view.events(symbol).cash)],
    }


def _cash(event: CashEvent, today: date) -> Json:
    paid = event.payment_date is not None and event.payment_date <= today
    return {
        "type": _TYPES.get(event.kind, event.label),
        "category": "cash",
        "amount": event.rate,
        "approval_date": _iso(event.approved_on),
        "com_date": _iso(event.com_date),
        "payment_date": _iso(event.payment_date),
        "status": "paid" if paid else "approved",
    }


def _splits(_request: Request, symbol: str, view: View) -> dict[str, Json]:
    return {"events": [_share(event) for event in reversed(view.events(symbol).shares)]}


def _share(event: ShareEvent) -> Json:
    grouped = event.kind is ShareKind.REVERSE_SPLIT
    return {
        "type": "reverse_split" if grouped else "split",
        "factor_from": 1 / event.new_per_old if grouped else Decimal(1),
        "factor_to": Decimal(1) if grouped else event.new_per_old,
        "ratio": event.new_per_old,
        "com_date": _iso(event.com_date),
        "effective_date": _iso(event.effective_date),
        "status": "confirmed",
    }


def _history(request: Request, symbol: str, view: View) -> dict[str, Json]:
    start, end = _window(request, local_day(view.at))
    return {"samples": [_sample(bar) for bar in view.history(symbol, start, end)]}


def _sample(bar: Bar) -> Json:
    return {
        "date": f"{bar.day.isoformat()}T00:00:00.000000Z",
        "open": bar.open,
        "close": bar.close,
        "high": bar.high,
        "low": bar.low,
        "volume": bar.volume,
    }


def _window(request: Request, today: date) -> tuple[date, date]:
    one, days = _date(request.value("date")), request.value("days_ago")
    if one is not None:
        return one, one
    if days.isascii() and days.isdigit() and len(days) < 6:
        return today - timedelta(days=int(days)), today
    start, end = _date(request.value("start_date") or request.value("start")), request.value("end_date")
    return start or today - timedelta(days=30), _date(end or request.value("end")) or today


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


_ANSWERS: Mapping[str, Callable[[Request, Route, View], Reply]] = {
    "quotations": _quotations,
    "stock_price": _stock_price,
    "dividends": _second(_dividends),
    "splits": _second(_splits),
    "history": _second(_history),
}
