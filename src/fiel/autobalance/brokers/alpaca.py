"""Alpaca as a broker: its Trading API v2, orders under our own names.

What Alpaca refuses on the spot (403, 422) it does not keep, so any refusal is followed by the question
whether the name is known: an order that was placed before may be refused now for want of the very money
that it spent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from fiel.autobalance.brokers import alpaca_wire as wire
from fiel.autobalance.brokers.asking import Line, Question, Reply
from fiel.autobalance.brokers.wire_values import instant, text
from fiel.autobalance.orders import BrokerOrder, Execution, OrderReport, OrderState
from fiel.autobalance.ports import BrokerFees, TradingStatus
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound, Unavailable

PAPER = "https://paper-api.alpaca.markets"
CURRENCY = "USD"
#: The most that a page of activities has, and how many are read for one order.
PAGE = 100
PAGES_MAX = 50
_EARLIER = timedelta(minutes=1)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class AlpacaKeys:
    """One account's keys. The secret is in no text of this object."""

    key_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlpacaTerms:
    """`fees` are not in the API: commissions are none unless told otherwise. Whether an asset is tradable is
    asked again after `assets_for`."""

    base_url: str = PAPER
    fees: BrokerFees = field(default_factory=BrokerFees)
    assets_for: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise InvalidInput("address_not_encrypted", "keys travel over https only", field="base_url")


class AlpacaBroker:
    """A `Broker` over Alpaca accounts, one per portfolio. The client is the caller's, with its time-outs."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        keys: Mapping[str, AlpacaKeys],
        clock: Clock,
        terms: AlpacaTerms | None = None,
    ) -> None:
        if not keys:
            raise InvalidInput("keys_missing", "at least one account's keys are needed", field="keys")
        self._terms, self._clock = terms or AlpacaTerms(), clock
        self._lines = {
            portfolio: Line(
                client,
                self._terms.base_url,
                "Alpaca",
                {"APCA-API-KEY-ID": each.key_id, "APCA-API-SECRET-KEY": each.secret},
            )
            for portfolio, each in keys.items()
        }
        self._assets: dict[str, tuple[datetime, str | None]] = {}

    async def place(self, order: BrokerOrder) -> OrderReport:
        """Raises as the port says. The limit goes to Alpaca's grid of prices, never to our disadvantage."""
        line = self._line(order.portfolio)
        if order.currency != CURRENCY:
            return _rejected(order, f"Alpaca trades in {CURRENCY}")
        if not wire.limit_for(order):
            return _rejected(order, "the limit is below the smallest price")
        question = Question("POST", "/v2/orders", body=wire.order_body(order), changes=True)
        reply = await line.ask(question)
        if reply.status < 300:
            return await self._report_after(line, question, _read(line, question, reply.document))
        if reply.status == 401:
            raise _unauthorised(reply)
        if reply.status not in {400, 403, 404, 422}:
            raise line.unanswered(question, f"status {reply.status}")
        found = await self._known_after_refusal(line, question, order.client_order_id)
        if found is None:
            return _rejected(order, reply.said("message") or f"status {reply.status}")
        if not wire.is_same(order, found):
            raise Conflict(
                "client_order_id_reused",
                f"{order.client_order_id} is the name of an order with other terms",
                field="client_order_id",
            )
        return await self._report_after(line, question, found)

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        line = self._line(portfolio)
        found = await self._find(line, client_order_id)
        return await self._report(line, found) if found is not None else None

    async def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Raises as the port says; OPEN while Alpaca is still at it."""
        line = self._line(portfolio)
        found = await self._find(line, client_order_id)
        if found is None or found.state.is_final:
            return await self._report(line, found) if found is not None else None
        question = Question("DELETE", f"/v2/orders/{quote(found.id, safe='')}", changes=True)
        reply = await line.ask(question)
        # 422: not to be cancelled any more. Whatever it said, the order says where it stands.
        if reply.status not in {200, 204, 404, 422}:
            raise line.unanswered(question, f"status {reply.status}")
        after = await self._known_after_refusal(line, question, client_order_id)
        return await self._report_after(line, question, after or found)

    async def positions(self, portfolio: str) -> Mapping[str, int]:
        line, question = self._line(portfolio), Question("GET", "/v2/positions")
        rows = await _asked(line, question)
        try:
            return {text(row, "symbol"): wire.nanos(row, "qty") for row in rows}
        except (InvalidInput, TypeError, AttributeError):
            raise line.unanswered(question, "an answer that cannot be used") from None

    async def cash(self, portfolio: str) -> Decimal:
        line, question = self._line(portfolio), Question("GET", "/v2/account")
        document = await _asked(line, question)
        try:
            return wire.decimal(document, "cash")
        except (InvalidInput, AttributeError):
            raise line.unanswered(question, "an answer that cannot be used") from None

    async def fees(self, portfolio: str) -> BrokerFees:
        self._line(portfolio)
        return self._terms.fees

    async def trading_status(self, tickers: Collection[str]) -> Mapping[str, TradingStatus]:
        """The market's clock, and whether each asset is tradable and can be held in fractions."""
        line, question = next(iter(self._lines.values())), Question("GET", "/v2/clock")
        clock = await _asked(line, question)
        try:
            is_open = clock["is_open"] is True
            name = "next_close" if is_open else "next_open"
            market = TradingStatus(is_open, instant(text(clock, name), name), None if is_open else "closed")
        except (InvalidInput, KeyError, TypeError):
            raise line.unanswered(question, "an answer that cannot be used") from None
        hindrances = await asyncio.gather(*(self._hindrance(line, ticker) for ticker in tickers))
        return {
            ticker: TradingStatus(is_open=False, reason=why) if why else market
            for ticker, why in zip(tickers, hindrances, strict=True)
        }

    async def _hindrance(self, line: Line, ticker: str) -> str | None:
        """Why a ticker cannot be traded here, if it cannot."""
        known, now = self._assets.get(ticker), self._clock.now()
        if known is not None and now < known[0] + self._terms.assets_for:
            return known[1]
        question = Question("GET", f"/v2/assets/{quote(ticker, safe='')}")
        reply = await line.ask(question)
        why: str | None = None
        if reply.status == 404:
            why = "unknown ticker"
        elif reply.status >= 300 or not isinstance(reply.document, dict):
            raise line.unanswered(question, f"status {reply.status}")
        elif reply.document.get("tradable") is not True:
            why = "not tradable"
        elif reply.document.get("fractionable") is not True:
            why = "not traded in fractions"
        self._assets[ticker] = (now, why)
        return why

    async def _find(self, line: Line, client_order_id: str) -> wire.AlpacaOrder | None:
        question = Question("GET", "/v2/orders:by_client_order_id", (("client_order_id", client_order_id),))
        reply = await line.ask(question)
        if reply.status == 404:
            return None
        if reply.status >= 300:
            raise (
                _unauthorised(reply)
                if reply.status == 401
                else line.unanswered(question, f"status {reply.status}")
            )
        return _read(line, question, reply.document)

    async def _known_after_refusal(
        self, line: Line, question: Question, client_order_id: str
    ) -> wire.AlpacaOrder | None:
        """The order under the name, asked within something that changes: no answer is no outcome."""
        try:
            return await self._find(line, client_order_id)
        except Unavailable as error:
            failure = line.unanswered(question, f"then no answer about the order ({error.message})")
        raise failure

    async def _report_after(self, line: Line, question: Question, found: wire.AlpacaOrder) -> OrderReport:
        """The report, within something that changes: if its fills cannot be read, nobody knows."""
        try:
            return await self._report(line, found)
        except Unavailable as error:
            failure = line.unanswered(question, f"then no answer about its fills ({error.message})")
        raise failure

    async def _report(self, line: Line, found: wire.AlpacaOrder) -> OrderReport:
        """Where the order stands. An end of which not every execution can be told yet is still OPEN."""
        executions = await self._executions(line, found) if found.filled else ()
        told = sum(each.quantity for each in executions)
        state = found.state if told >= found.filled else OrderState.OPEN
        if told > found.filled and state.is_final and state is not OrderState.FILLED:
            state = OrderState.OPEN
        reason = "rejected by Alpaca" if state is OrderState.REJECTED else None
        return OrderReport(found.client_order_id, state, executions, reason)

    async def _executions(self, line: Line, found: wire.AlpacaOrder) -> tuple[Execution, ...]:
        """From the account's fills since shortly before the order, page by page, as far as needed."""
        since = (found.created_at - _EARLIER).isoformat().replace("+00:00", "Z")
        fixed = (("after", since), ("direction", "asc"), ("page_size", str(PAGE)))
        fills: list[dict[str, Any]] = []
        token: str | None = None
        for _ in range(PAGES_MAX):
            parameters = (*fixed, ("page_token", token)) if token else fixed
            question = Question("GET", "/v2/account/activities/FILL", parameters)
            page = await _asked(line, question)
            try:
                fills.extend(each for each in page if each.get("order_id") == found.id)
                executions = wire.executions_of(found.id, fills)
                if len(page) < PAGE or sum(each.quantity for each in executions) >= found.filled:
                    return executions
                token = text(page[-1], "id")
            except (InvalidInput, TypeError, AttributeError, KeyError):
                raise line.unanswered(question, "an answer that cannot be used") from None
        return executions

    def _line(self, portfolio: str) -> Line:
        line = self._lines.get(portfolio)
        if line is None:
            raise NotFound("account_unknown", f"there are no Alpaca keys for {portfolio}", field="portfolio")
        return line


async def _asked(line: Line, question: Question) -> Any:
    reply = await line.ask(question)
    if reply.status == 401:
        raise _unauthorised(reply)
    if reply.status >= 300:
        raise line.unanswered(question, f"status {reply.status}")
    return reply.document


def _read(line: Line, question: Question, document: object) -> wire.AlpacaOrder:
    try:
        return wire.read_order(document)
    except InvalidInput as error:
        failure = line.unanswered(question, f"an order that cannot be read ({error})")
    raise failure


def _rejected(order: BrokerOrder, reason: str) -> OrderReport:
    return OrderReport(order.client_order_id, OrderState.REJECTED, reason=reason[:300])


def _unauthorised(reply: Reply) -> FielError:
    return Unavailable(
        "broker_unauthorised", f"Alpaca does not accept the keys ({reply.said('message')}); check them"
    )
