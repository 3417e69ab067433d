"""Alpaca's own ways: its grid of prices, its refusals, fills that come late, and who may be believed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest

from fiel.autobalance.brokers.alpaca import AlpacaBroker, AlpacaKeys, AlpacaTerms
from fiel.autobalance.brokers.alpaca_wire import limit_for, order_body
from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Fate
from fiel.autobalance.brokers.simulated.floor import Phase
from fiel.autobalance.orders import BrokerOrder, OrderState
from fiel.autobalance.ports import OutcomeUnknown
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees
from fiel.kernel.errors import InvalidInput, NotFound, Unavailable
from tests.support.autobalance.brokers import (
    CLOCK,
    PORTFOLIO,
    PRICE,
    TICKER,
    UNIT,
    OpenFates,
    exchange,
)  # fmt: skip
from tests.support.autobalance.fake_alpaca import FakeAlpaca, serving


@dataclass(slots=True)
class Desk:
    """The adapter, and the server that it talks to."""

    broker: AlpacaBroker
    fake: FakeAlpaca
    behind: Exchange
    fates: OpenFates


@contextlib.asynccontextmanager
async def desk(key: str = "AKTEST") -> AsyncIterator[Desk]:
    """A fake Alpaca on loopback."""
    behind, fates = exchange("USD", Fees()), OpenFates()
    fake = FakeAlpaca(behind, fates, PORTFOLIO)
    with serving(fake.app()) as url:
        async with httpx.AsyncClient() as client:
            keys = {PORTFOLIO: AlpacaKeys(key, fake.secret)}
            yield Desk(AlpacaBroker(client, keys, CLOCK, AlpacaTerms(url)), fake, behind, fates)


def play(story: Callable[[Desk], Awaitable[None]], key: str = "AKTEST") -> None:
    """On a loop of its own."""

    async def played() -> None:
        async with desk(key) as one:
            await story(one)

    asyncio.run(played())


def order(
    name: str, side: Side = Side.BUY, quantity: int = UNIT, limit: int = PRICE, currency: str = "USD"
) -> BrokerOrder:
    """An order of the portfolio."""
    return BrokerOrder(name, PORTFOLIO, TICKER, side, quantity, limit, currency)


@pytest.mark.parametrize(
    ("side", "limit", "expected"),
    [
        (Side.BUY, 30_123_456_789, 30_120_000_000),
        (Side.SELL, 30_123_456_789, 30_130_000_000),
        (Side.BUY, 1_000_000_000, 1_000_000_000),
        (Side.BUY, 1_000_100_000, 1_000_000_000),
        (Side.BUY, 999_999_999, 999_900_000),
        (Side.SELL, 999_999_999, 1_000_000_000),
        (Side.SELL, 123_400_000, 123_400_000),
        (Side.BUY, 99_999, 0),
        (Side.SELL, 1, 100_000),
    ],
)
def test_limits_lie_on_the_grid_and_never_against_us(side: Side, limit: int, expected: int) -> None:
    """Two decimals from a dollar up, four below; a buy's limit goes down, a sale's up."""
    assert limit_for(order("a", side, limit=limit)) == expected


def test_an_order_is_sent_as_documented() -> None:
    """Numbers as text, nine decimals, a day order under our name."""
    assert order_body(order("sg_1.1.f", Side.SELL, 1_234_567_891, 5 * 10**8)) == {
        "symbol": TICKER,
        "qty": "1.234567891",
        "side": "sell",
        "type": "limit",
        "time_in_force": "day",
        "limit_price": "0.5",
        "client_order_id": "sg_1.1.f",
    }


def test_what_alpaca_cannot_trade_is_rejected_without_asking() -> None:
    """Another currency, or a limit below its smallest price."""

    async def story(one: Desk) -> None:
        for bad in (order("a", currency="BRL"), order("b", limit=99_999)):
            report = await one.broker.place(bad)
            assert (report.state, bool(report.reason)) == (OrderState.REJECTED, True)
        assert one.fake.asked == []

    play(story)


def test_an_end_without_all_its_fills_is_not_told_as_an_end() -> None:
    """While the activities lag, the order is OPEN with what is known; nothing is invented."""

    async def story(one: Desk) -> None:
        one.fates.script["a"] = [Fate(Handling(first_ppm=400_000, rest_after=1))]
        one.fake.hidden_fills = 1
        first = await one.broker.place(order("a"))
        assert (first.state, first.executions) == (OrderState.OPEN, ())
        second = await one.broker.query("a", PORTFOLIO)
        assert second is not None
        assert (second.state, second.filled) == (OrderState.OPEN, 400_000_000)
        one.fake.hidden_fills = 0
        last = await one.broker.query("a", PORTFOLIO)
        assert last is not None
        assert (last.state, last.filled) == (OrderState.FILLED, UNIT)
        assert last.executions[0] == second.executions[0]

    play(story)


def test_fills_are_found_on_later_pages() -> None:
    """An account with many fills: those of the order are on the third page."""

    async def story(one: Desk) -> None:
        for number in range(230):
            earlier = order(f"o{number}", Side.SELL, UNIT // 10)
            one.behind.place(earlier)
            one.fake.ids[earlier.client_order_id] = f"id of {number}"
        report = await one.broker.place(order("a", Side.SELL))
        assert report.filled == UNIT
        assert sum("activities" in each for each in one.fake.asked) == 3

    play(story)


def test_wrong_keys_place_nothing() -> None:
    """401 is no doubt about an order."""

    async def story(one: Desk) -> None:
        with pytest.raises(Unavailable, match="keys") as refused:
            await one.broker.place(order("a"))
        assert refused.value.code == "broker_unauthorised"
        for ask in (one.broker.query("a", PORTFOLIO), one.broker.cash(PORTFOLIO)):
            with pytest.raises(Unavailable):
                await ask
        assert one.behind.counters().orders == 0

    play(story, key="other")


def test_a_refusal_that_cannot_be_looked_into_is_a_doubt() -> None:
    """After a 403 the name is asked for; if that fails, nobody knows whether it was placed before."""

    async def story(one: Desk) -> None:
        one.fake.failing["GET /v2/orders:by_client_order_id"] = 500
        with pytest.raises(OutcomeUnknown):
            await one.broker.place(order("a", quantity=10**6 * UNIT))

    play(story)


def test_a_placed_order_whose_fills_cannot_be_read_is_a_doubt() -> None:
    """It was taken; what of it was executed is not known until the activities answer."""

    async def story(one: Desk) -> None:
        one.fake.failing["GET /v2/account/activities"] = 500
        with pytest.raises(OutcomeUnknown):
            await one.broker.place(order("a"))
        with pytest.raises(Unavailable):
            await one.broker.query("a", PORTFOLIO)
        one.fake.failing.clear()
        found = await one.broker.query("a", PORTFOLIO)
        assert found is not None
        assert found.state is OrderState.FILLED

    play(story)


@pytest.mark.parametrize("status", ["replaced", "something new"])
def test_a_status_that_says_nothing_is_no_answer(status: str) -> None:
    """An order that a person replaced, or a status of tomorrow, stays in doubt."""

    async def story(one: Desk) -> None:
        await one.broker.place(order("a", limit=PRICE - UNIT))
        one.fake.statuses["a"] = status
        with pytest.raises(Unavailable, match="cannot be read"):
            await one.broker.query("a", PORTFOLIO)

    play(story)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("new", OrderState.OPEN),
        ("pending_cancel", OrderState.OPEN),
        ("done_for_day", OrderState.OPEN),
        ("expired", OrderState.EXPIRED),
        ("canceled", OrderState.CANCELLED),
        ("rejected", OrderState.REJECTED),
    ],
)
def test_statuses_are_understood(status: str, state: OrderState) -> None:
    """What may still execute is OPEN; the rest is final."""

    async def story(one: Desk) -> None:
        await one.broker.place(order("a", limit=PRICE - UNIT))
        one.fake.statuses["a"] = status
        found = await one.broker.query("a", PORTFOLIO)
        assert found is not None
        assert found.state is state

    play(story)


def test_assets_are_asked_once_an_hour() -> None:
    """Tradable or not is remembered; the clock is asked each time."""

    async def story(one: Desk) -> None:
        one.behind.set_phase(TICKER, Phase.CLOSED)
        for _ in range(3):
            found = await one.broker.trading_status([TICKER])
            assert (found[TICKER].is_open, found[TICKER].reason) == (False, "not tradable")
        assert one.fake.asked.count("GET /v2/clock") == 3
        assert one.fake.asked.count(f"GET /v2/assets/{TICKER}") == 1

    play(story)


def test_keys_are_shown_nowhere_and_travel_encrypted() -> None:
    """No text of the keys holds the secret; plain http is for loopback only."""
    assert "hush" not in repr(AlpacaKeys("id", "hush"))
    with pytest.raises(InvalidInput, match="https"):
        AlpacaTerms("http://api.alpaca.markets")
    assert AlpacaTerms("https://api.alpaca.markets").base_url


def test_a_portfolio_without_keys_is_not_found() -> None:
    """It has no account here."""

    async def story(one: Desk) -> None:
        with pytest.raises(NotFound, match="keys"):
            await one.broker.cash("nobody")

    play(story)
