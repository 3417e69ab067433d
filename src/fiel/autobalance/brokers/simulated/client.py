"""The exchange's process as a broker, and the handle that sets its prices and opens its accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from fiel.autobalance.brokers.asking import Line, Question, Reply
from fiel.autobalance.brokers.simulated.books import Counters, Statement
from fiel.autobalance.brokers.simulated.floor import Phase
from fiel.autobalance.brokers.wire_values import (
    instant,
    order_document,
    read_report,
    text,
    whole,
    wholes,
)
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.autobalance.ports import BrokerFees, TradingStatus
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound, Rejected, Unavailable

ACCOUNTS_AT_ONCE = 5_000
_NAME = "the exchange"


class HttpBroker:
    """A `Broker` over the HTTP of `serve_exchange`. The client is the caller's, with its time-outs."""

    def __init__(self, base_url: str, client: httpx.AsyncClient) -> None:
        self._line = Line(client, base_url, _NAME)

    async def place(self, order: BrokerOrder) -> OrderReport:
        """Raises as the port says; `InvalidInput` for an order that the exchange cannot read."""
        question = Question("POST", "/v1/orders", body=order_document(order), changes=True)
        reply = await self._line.ask(question)
        if reply.status == 409:
            raise Conflict("client_order_id_reused", reply.said("message"), field="client_order_id")
        report = self._report(question, reply, order.client_order_id)
        if report is None:
            raise self._line.unanswered(question, f"status {reply.status}")
        return report

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        question = Question("GET", "/v1/order", _of_order(client_order_id, portfolio))
        return self._report(question, await self._line.ask(question), client_order_id)

    async def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        question = Question("DELETE", "/v1/order", _of_order(client_order_id, portfolio), changes=True)
        return self._report(question, await self._line.ask(question), client_order_id)

    async def positions(self, portfolio: str) -> Mapping[str, int]:
        return (await _statement(self._line, portfolio)).shares

    async def cash(self, portfolio: str) -> Decimal:
        document = await _asked(self._line, _about(portfolio, "/cash"))
        return _decimal(document, "cash")

    async def fees(self, portfolio: str) -> BrokerFees:
        document = await _asked(self._line, _about(portfolio, "/fees"))
        return BrokerFees(_decimal(document, "fixed"), _decimal(document, "rate"))

    async def trading_status(self, tickers: Collection[str]) -> Mapping[str, TradingStatus]:
        question = Question("GET", "/v1/status", tuple(("ticker", ticker) for ticker in tickers))
        document = await _asked(self._line, question)
        try:
            return {ticker: _status(document[ticker]) for ticker in tickers}
        except (KeyError, TypeError, InvalidInput):
            raise self._line.unanswered(question, "an answer that cannot be used") from None

    def _report(self, question: Question, reply: Reply, client_order_id: str) -> OrderReport | None:
        """The report, or `None` when the exchange itself says that it has no such order."""
        if reply.status == 404 and reply.said("code") == "order_unknown":
            return None
        if reply.status >= 400:
            raise _error(self._line, question, reply)
        try:
            report = read_report(reply.document)
        except (InvalidInput, AttributeError, TypeError):
            report = None
        if report is None or report.client_order_id != client_order_id:
            raise self._line.unanswered(question, "an answer that cannot be used")
        return report


class ExchangeControl:
    """What whoever runs the exchange may do to it from elsewhere."""

    def __init__(self, base_url: str, client: httpx.AsyncClient) -> None:
        self._line = Line(client, base_url, _NAME)

    async def open_accounts(self, accounts: Sequence[tuple[str, int, Mapping[str, int]]]) -> None:
        """(portfolio, cash in minor units, shares in billionths) each. Raises `Conflict` (account_exists)."""
        for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
            some = [
                {"portfolio": portfolio, "cash": cash, "shares": dict(shares)}
                for portfolio, cash, shares in accounts[start : start + ACCOUNTS_AT_ONCE]
            ]
            await self._change("POST", "/v1/accounts", {"accounts": some})

    async def move(
        self, portfolio: str, cash_minor: int = 0, shares: Mapping[str, int] | None = None
    ) -> None:
        """As `Exchange.move`."""
        body = {"portfolio": portfolio, "cash": cash_minor, "shares": dict(shares or {})}
        await self._change("POST", "/v1/account/moves", body)

    async def set_prices(self, prices: Mapping[str, int]) -> None:
        """As `Exchange.set_prices`."""
        await self._change("PUT", "/v1/prices", {"prices": dict(prices)})

    async def set_phase(self, ticker: str, phase: Phase) -> None:
        """As `Exchange.set_phase`."""
        await self._change("PUT", "/v1/phases", {"ticker": ticker, "phase": phase.value})

    async def end_day(self) -> None:
        """As `Exchange.end_day`."""
        await self._change("POST", "/v1/days/end", {})

    async def statement(self, portfolio: str) -> Statement:
        """As `Exchange.statement`."""
        return await _statement(self._line, portfolio)

    async def statements(self, start: int = 0, count: int = ACCOUNTS_AT_ONCE) -> tuple[Statement, ...]:
        """`count` statements in the order of opening, from the `start`-th (from 0) on."""
        question = Question("GET", "/v1/statements", (("start", str(start)), ("count", str(count))))
        document = await _asked(self._line, question)
        return tuple(_read_statement(row) for row in document["statements"])

    async def counters(self) -> Counters:
        """As `Exchange.counters`."""
        document = await _asked(self._line, Question("GET", "/v1/counters"))
        return Counters(**{name: whole(document, name) for name in Counters._fields})

    async def unpublished(self) -> int:
        """Order events that the bus has not got yet."""
        return whole(await _asked(self._line, Question("GET", "/v1/counters")), "unpublished")

    async def _change(self, method: str, path: str, body: Mapping[str, object]) -> None:
        question = Question(method, path, body=body, changes=True)
        reply = await self._line.ask(question)
        if reply.status >= 400:
            raise _error(self._line, question, reply)


async def _asked(line: Line, question: Question) -> dict[str, Any]:
    reply = await line.ask(question)
    if reply.status >= 400:
        raise _error(line, question, reply)
    if not isinstance(reply.document, dict):
        raise line.unanswered(question, "an answer that cannot be used")
    return reply.document


async def _statement(line: Line, portfolio: str) -> Statement:
    return _read_statement(await _asked(line, _about(portfolio)))


def _read_statement(document: Mapping[str, Any]) -> Statement:
    return Statement(
        text(document, "portfolio"),
        text(document, "currency"),
        whole(document, "cash"),
        wholes(document, "shares"),
        whole(document, "held_cash"),
        wholes(document, "held_shares"),
    )


def _status(document: Mapping[str, Any]) -> TradingStatus:
    until: datetime | None = None
    if document.get("until") is not None:
        until = instant(text(document, "until"), "until")
    if type(document["is_open"]) is not bool:
        raise InvalidInput("choice_unknown", "true or false", field="is_open")
    return TradingStatus(document["is_open"], until, document.get("reason"))


def _decimal(document: Mapping[str, Any], name: str) -> Decimal:
    try:
        return Decimal(text(document, name))
    except (InvalidOperation, InvalidInput):
        raise Unavailable("broker_unavailable", f"{_NAME} told {name} in a way that cannot be read") from None


_ERRORS: Mapping[int, type[FielError]] = {400: InvalidInput, 404: NotFound, 409: Conflict, 413: Rejected}


def _error(line: Line, question: Question, reply: Reply) -> FielError:
    """What the exchange refused, as the error that it was there."""
    kind, code = _ERRORS.get(reply.status), reply.said("code")
    if kind is None or not code:
        return line.unanswered(question, f"status {reply.status}")
    return kind(code, reply.said("message"), field=reply.said("field") or None)


def _about(portfolio: str, what: str = "") -> Question:
    return Question("GET", f"/v1/account{what}", (("portfolio", portfolio),))


def _of_order(client_order_id: str, portfolio: str) -> tuple[tuple[str, str], ...]:
    return (("client_order_id", client_order_id), ("portfolio", portfolio))
