"""A server that follows Alpaca's documented orders API, over an exchange of ours, with faults on demand.

Written from the published reference (orders, account activities, positions, clock, assets), not from the
adapter: status codes, field names and what is kept after a refusal are the reference's.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from fiel.autobalance.brokers.simulated.desk import Desk
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Fates
from fiel.autobalance.orders import BrokerOrder, OrderReport, OrderState
from fiel.autobalance.ports import OutcomeUnknown
from fiel.custody.order_events.event import Side
from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import Unavailable

_AT = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
_STATUSES = {
    OrderState.FILLED: "filled",
    OrderState.CANCELLED: "canceled",
    OrderState.EXPIRED: "expired",
    OrderState.REJECTED: "rejected",
}
_PAGE_MAX = 100


@dataclass(slots=True)
class FakeAlpaca:
    """One account. `hidden_fills` is how many of the latest fills the activities do not show yet; `statuses`
    overrides the status of an order by its client id; `asked` are the requests so far."""

    exchange: Exchange
    fates: Fates
    portfolio: str
    key_id: str = "AKTEST"
    secret: str = "a secret"  # noqa: S105 - of no use anywhere
    hidden_fills: int = 0
    statuses: dict[str, str] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    taken: dict[str, BrokerOrder] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """The API."""
        app = FastAPI()
        desk = Desk(self.exchange, self.fates, FixedClock(_AT))

        @app.middleware("http")
        async def keys(request: Request, follow: Any) -> Response:
            self.asked.append(f"{request.method} {request.url.path}")
            for start, status in self.failing.items():
                if f"{request.method} {request.url.path}".startswith(start):
                    return _refused(status, 0, "failing on demand")
            told = (request.headers.get("apca-api-key-id"), request.headers.get("apca-api-secret-key"))
            if told != (self.key_id, self.secret):
                return _refused(401, 40110000, "unauthorized.")
            answer: Response = await follow(request)
            return answer

        self._add_orders(app, desk)
        self._add_account(app)
        return app

    def _add_orders(self, app: FastAPI, desk: Desk) -> None:
        @app.post("/v2/orders")
        async def create(request: Request) -> Response:
            body = await request.json()
            malformed = _malformed(body)
            if malformed:
                return _refused(422, 42210000, malformed)
            order = self._order(body)
            try:
                return self._created(desk, order)
            except Unavailable:
                return _refused(429, 42910000, "too many requests.")
            except OutcomeUnknown:
                return _refused(504, 0, "gateway time-out")

        @app.get("/v2/orders:by_client_order_id")
        async def by_name(client_order_id: str) -> Response:
            if client_order_id not in self.ids:
                return _refused(404, 40410000, f"order not found for {client_order_id}")
            try:
                report = desk.query(client_order_id, self.portfolio)
            except Unavailable:
                return _refused(503, 0, "service unavailable")
            assert report is not None
            return JSONResponse(self._document(self.taken[client_order_id], report))

        @app.delete("/v2/orders/{order_id}")
        async def delete(order_id: str) -> Response:
            name = next((name for name, each in self.ids.items() if each == order_id), None)
            if name is None:
                return _refused(404, 40410000, "order not found")
            before = self.exchange.query(name, self.portfolio)
            assert before is not None
            if before.state.is_final:
                return _refused(422, 42210000, 'order is already in "filled" state')
            try:
                desk.cancel(name, self.portfolio)
            except OutcomeUnknown:
                return _refused(504, 0, "gateway time-out")
            return Response(status_code=204)

    def _created(self, desk: Desk, order: BrokerOrder) -> Response:
        fate = desk.arrive(order)
        wrong = self.exchange.price(order.ticker) is None
        if wrong:
            return _refused(422, 42210000, f'asset "{order.ticker}" not found')
        probe = self._would_refuse(order)
        if probe is not None and fate.handling.reject is None:
            # Which of the two is looked at first is not documented; this order is the harder one.
            return _refused(403, 40310000, probe)
        if order.client_order_id in self.ids:
            return _refused(422, 40010001, "client_order_id must be unique")
        if not fate.lost:
            self.ids[order.client_order_id] = str(uuid.uuid5(uuid.NAMESPACE_URL, order.client_order_id))
            self.taken[order.client_order_id] = order
        report = desk.take(order, fate)
        return JSONResponse(self._document(order, report))

    def _would_refuse(self, order: BrokerOrder) -> str | None:
        """Alpaca keeps nothing of an order that the account cannot afford."""
        now = self.exchange.statement(self.portfolio)
        if order.side is Side.BUY:
            free = Decimal(now.cash - now.held_cash)
            cost = Decimal(order.limit) * order.quantity / 10**16
            return "insufficient buying power" if cost > free else None
        free_shares = now.shares.get(order.ticker, 0) - now.held_shares.get(order.ticker, 0)
        return "insufficient qty available for order" if order.quantity > free_shares else None

    def _add_account(self, app: FastAPI) -> None:
        @app.get("/v2/account/activities/FILL")
        async def fills(
            after: str, direction: str, page_size: int, page_token: str | None = None
        ) -> Response:
            if direction != "asc" or page_size > _PAGE_MAX:
                return _refused(422, 42210000, "not of this fake")
            rows = [row for row in self._fills() if row["transaction_time"] > after]
            start = 0
            if page_token is not None:
                start = 1 + next(n for n, row in enumerate(rows) if row["id"] == page_token)
            return JSONResponse(rows[start : start + page_size])

        @app.get("/v2/positions")
        async def positions() -> Response:
            held = self.exchange.positions(self.portfolio)
            rows = [
                {"symbol": each, "qty": _text(quantity), "side": "long"} for each, quantity in held.items()
            ]
            return JSONResponse(rows)

        @app.get("/v2/account")
        async def account() -> Response:
            cash = str(self.exchange.cash(self.portfolio))
            return JSONResponse({"id": "1", "currency": "USD", "cash": cash, "buying_power": cash})

        @app.get("/v2/clock")
        async def clock() -> Response:
            later = (_AT + timedelta(hours=4)).isoformat()
            return JSONResponse(
                {"timestamp": _AT.isoformat(), "is_open": True, "next_open": later, "next_close": later}
            )

        @app.get("/v2/assets/{symbol}")
        async def asset(symbol: str) -> Response:
            if self.exchange.price(symbol) is None:
                return _refused(404, 40410000, f"asset not found for {symbol}")
            open_now = self.exchange.trading_status([symbol])[symbol].is_open
            return JSONResponse(
                {"symbol": symbol, "status": "active", "tradable": open_now, "fractionable": True}
            )

    def _fills(self) -> list[dict[str, str]]:
        rows = []
        for order, report in self.exchange.orders():
            upto = 0
            for each in report.executions:
                upto += each.quantity
                rows.append(
                    {
                        "id": f"20260105140000000::{uuid.uuid5(uuid.NAMESPACE_URL, f'{order}{upto}')}",
                        "activity_type": "FILL",
                        "order_id": self.ids[order.client_order_id],
                        "symbol": order.ticker,
                        "side": order.side.value.lower(),
                        "price": _text(each.price),
                        "qty": _text(each.quantity),
                        "cum_qty": _text(upto),
                        "leaves_qty": _text(order.quantity - upto),
                        "transaction_time": each.at.isoformat().replace("+00:00", "Z"),
                        "type": "fill" if upto == order.quantity else "partial_fill",
                    }
                )
        return rows[: len(rows) - self.hidden_fills]

    def _order(self, body: Mapping[str, Any]) -> BrokerOrder:
        return BrokerOrder(
            body["client_order_id"],
            self.portfolio,
            body["symbol"],
            Side(body["side"].upper()),
            _nanos(body["qty"]),
            _nanos(body["limit_price"]),
            "USD",
        )

    def _document(self, order: BrokerOrder, report: OrderReport) -> dict[str, object]:
        status = _STATUSES.get(report.state) or ("partially_filled" if report.filled else "new")
        return {
            "id": self.ids[order.client_order_id],
            "client_order_id": order.client_order_id,
            "created_at": _AT.isoformat().replace("+00:00", "Z"),
            "symbol": order.ticker,
            "qty": _text(order.quantity),
            "filled_qty": _text(report.filled),
            "filled_avg_price": None,
            "type": "limit",
            "side": order.side.value.lower(),
            "time_in_force": "day",
            "limit_price": _text(order.limit),
            "status": self.statuses.get(order.client_order_id, status),
        }


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application at a real server on loopback, in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def _malformed(body: Mapping[str, Any]) -> str | None:
    """What the reference calls unprocessable."""
    if body.get("type") != "limit" or body.get("time_in_force") != "day":
        return "fractional orders must be DAY orders"
    if len(body.get("client_order_id", "")) > 128:
        return "client_order_id must be no more than 128 characters"
    price, quantity = Decimal(body["limit_price"]), Decimal(body["qty"])
    if -quantity.as_tuple().exponent > 9 or quantity <= 0:  # type: ignore[operator]
        return "qty can have at most 9 decimals"
    if -price.normalize().as_tuple().exponent > (2 if price >= 1 else 4):  # type: ignore[operator]
        return f"invalid limit_price {price}. sub-penny increment does not fulfill minimum pricing criteria"
    return None


def _refused(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status)


def _nanos(told: str) -> int:
    return int(Decimal(told).scaleb(9))


def _text(nanos: int) -> str:
    return f"{Decimal(nanos).scaleb(-9).normalize():f}"
