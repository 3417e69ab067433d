"""The exchange's HTTP: JSON with whole numbers (money in minor units, the rest in billionths)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from fiel.autobalance.brokers.simulated.books import Statement
from fiel.autobalance.brokers.simulated.client import ACCOUNTS_AT_ONCE
from fiel.autobalance.brokers.simulated.desk import Desk
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.floor import Phase
from fiel.autobalance.brokers.simulated.publishing import Outgoing
from fiel.autobalance.brokers.simulated.record import RecordedExchange
from fiel.autobalance.brokers.wire_values import (
    one_of,
    parsed,
    read_order,
    report_document,
    text,
    whole,
    wholes,
    written,
)
from fiel.autobalance.orders import OrderReport
from fiel.autobalance.ports import OutcomeUnknown
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound, Rejected, Unavailable
from fiel.kernel.money import currency_decimals

BODY_BYTES_MAX = 16 * 1024 * 1024
_TICKERS_MAX = 2_000
_log = logging.getLogger("fiel.exchange")
#: By the first kind that fits. 504: taken or not, nobody answers; 503: nothing was done.
_STATUSES: tuple[tuple[type[FielError], int], ...] = (
    (OutcomeUnknown, 504),
    (Conflict, 409),
    (NotFound, 404),
    (Rejected, 400),
    (Unavailable, 503),
)
#: Failures of the exchange itself after which nobody can say what was done.
_DOUBTFUL = frozenset({"exchange_log_broken"})


def create_app(desk: Desk, outgoing: Outgoing) -> FastAPI:
    """The application over one desk; one event loop serves it, so that calls never overlap."""
    exchange = desk.exchange

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        recorded = exchange if isinstance(exchange, RecordedExchange) else None
        task = asyncio.create_task(outgoing.run(recorded))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    app = FastAPI(title="Fiel's exchange", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    _add_orders(app, desk)
    _add_accounts(app, exchange)
    _add_market(app, desk, outgoing)
    app.add_exception_handler(FielError, _told)
    app.add_exception_handler(Exception, _defect)
    return app


def _add_orders(app: FastAPI, desk: Desk) -> None:
    @app.post("/v1/orders")
    async def place(request: Request) -> Response:
        order = read_order(await _body(request))
        fate = desk.arrive(order)
        if not fate.latency_s:
            return _reported(desk.take(order, fate))
        await asyncio.sleep(fate.latency_s / 2)
        try:
            return _reported(desk.take(order, fate))
        finally:
            await asyncio.sleep(fate.latency_s / 2)

    @app.get("/v1/order")
    async def query(request: Request) -> Response:
        return _reported(desk.query(*_named(request)))

    @app.delete("/v1/order")
    async def cancel(request: Request) -> Response:
        return _reported(desk.cancel(*_named(request)))


def _add_accounts(app: FastAPI, exchange: Exchange) -> None:
    @app.post("/v1/accounts")
    async def open_accounts(request: Request) -> Response:
        rows = (await _body(request)).get("accounts")
        if not isinstance(rows, list) or not 0 < len(rows) <= ACCOUNTS_AT_ONCE:
            raise InvalidInput("accounts_malformed", f"1 to {ACCOUNTS_AT_ONCE} accounts", field="accounts")
        for row in rows:
            if not isinstance(row, dict):
                raise InvalidInput("accounts_malformed", "each is an object", field="accounts")
            exchange.open_account(
                text(row, "portfolio"),
                whole(row, "cash"),
                wholes(row, "shares"),
                text(row, "currency", "BRL"),
            )
        return _json({"opened": len(rows)}, 201)

    @app.post("/v1/account/moves")
    async def move(request: Request) -> Response:
        body = await _body(request)
        portfolio = text(body, "portfolio")
        exchange.move(portfolio, whole(body, "cash", 0), wholes(body, "shares"))
        return _json(_statement(exchange.statement(portfolio)))

    @app.get("/v1/account")
    async def statement(request: Request) -> Response:
        portfolio = text(dict(request.query_params), "portfolio")
        return _json(_statement(exchange.statement(portfolio)))

    @app.get("/v1/account/cash")
    async def cash(request: Request) -> Response:
        portfolio = text(dict(request.query_params), "portfolio")
        currency = exchange.statement(portfolio).currency
        return _json({"cash": f"{exchange.cash(portfolio):.{currency_decimals(currency)}f}"})

    @app.get("/v1/account/fees")
    async def fees(request: Request) -> Response:
        portfolio = text(dict(request.query_params), "portfolio")
        told = exchange.fees(portfolio)
        return _json({"fixed": f"{told.fixed:f}", "rate": f"{told.rate:f}"})

    @app.get("/v1/statements")
    async def statements(request: Request) -> Response:
        start, count = _count(request, "start", 10**9), _count(request, "count", ACCOUNTS_AT_ONCE)
        some = exchange.portfolios()[start : start + count]
        return _json({"statements": [_statement(exchange.statement(each)) for each in some]})


def _add_market(app: FastAPI, desk: Desk, outgoing: Outgoing) -> None:
    exchange = desk.exchange

    @app.put("/v1/prices")
    async def prices(request: Request) -> Response:
        told = wholes(await _body(request), "prices")
        exchange.set_prices(told)
        return _json({"set": len(told)})

    @app.put("/v1/phases")
    async def phases(request: Request) -> Response:
        body = await _body(request)
        exchange.set_phase(text(body, "ticker"), one_of(Phase, body, "phase"))
        return _json({})

    @app.post("/v1/days/end")
    async def end_day() -> Response:
        exchange.end_day()
        return _json({})

    @app.get("/v1/status")
    async def status(request: Request) -> Response:
        desk.check_open()
        tickers = request.query_params.getlist("ticker")
        if len(tickers) > _TICKERS_MAX:
            raise InvalidInput("too_many_tickers", f"at most {_TICKERS_MAX}", field="ticker")
        found = exchange.trading_status(tickers)
        return _json(
            {
                ticker: {
                    "is_open": each.is_open,
                    "until": each.until.isoformat() if each.until else None,
                    "reason": each.reason,
                }
                for ticker, each in found.items()
            }
        )

    @app.get("/v1/counters")
    async def counters() -> Response:
        return _json(exchange.counters()._asdict() | {"unpublished": len(outgoing)})

    @app.get("/v1/health")
    async def health() -> Response:
        return _json({"status": "ok"})


async def _body(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise InvalidInput("body_too_large", f"at most {BODY_BYTES_MAX} bytes", field="body")
    return parsed(bytes(body))


def _named(request: Request) -> tuple[str, str]:
    asked = dict(request.query_params)
    return text(asked, "client_order_id"), text(asked, "portfolio")


def _count(request: Request, name: str, highest: int) -> int:
    told = request.query_params.get(name, "0")
    if not told.isascii() or not told.isdigit() or int(told[:12]) > highest:
        raise InvalidInput("number_malformed", f"from 0 to {highest}", field=name)
    return int(told)


def _reported(report: OrderReport | None) -> Response:
    if report is None:
        raise NotFound("order_unknown", "there is no such order", field="client_order_id")
    return _json(report_document(report))


def _statement(statement: Statement) -> dict[str, object]:
    return dict(statement._asdict())


def _json(document: dict[str, object], status: int = 200) -> Response:
    return Response(written(document), status, media_type="application/json")


async def _told(_: Request, error: Exception) -> Response:
    if not isinstance(error, FielError):  # pragma: no cover - the handler is for them only
        raise error
    status = next((number for kind, number in _STATUSES if isinstance(error, kind)), 500)
    document: dict[str, object] = {"code": error.code, "message": error.message, "field": error.field}
    if status == 503 and error.code not in _DOUBTFUL:
        document = {"taken": False, **document}
    return _json(document, status)


async def _defect(request: Request, error: Exception) -> Response:
    _log.exception("defect on %s", request.url.path, exc_info=error)
    return _json({"code": "defect", "message": "something went wrong; it was logged"}, 500)
