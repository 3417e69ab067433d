"""Trading on paper: what it costs, and which prices it believes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fiel.autobalance.brokers.paper import MarketPrice, Opening, PaperBroker, PaperTerms
from fiel.autobalance.orders import BrokerOrder, OrderState
from fiel.autobalance.saga.model import saga_of
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import Conflict, InvalidInput
from tests.support.autobalance.brokers import CASH, CLOCK, NOW, PORTFOLIO, PRICE, SHARES, TICKER, UNIT, money


class Market:
    """Prices and an opening that a test may change."""

    def __init__(self, terms: PaperTerms | None = None, batch_of: Callable[[str], str] | None = None) -> None:
        self.quotes = {TICKER: MarketPrice(PRICE, NOW)}
        self.opening = Opening(CASH, {TICKER: SHARES})
        self.openings = 0
        self.broker = PaperBroker(self._prices, self._opening, CLOCK, terms, batch_of=batch_of)

    async def _prices(self, tickers: Collection[str]) -> Mapping[str, MarketPrice]:
        return {each: self.quotes[each] for each in tickers if each in self.quotes}

    async def _opening(self, portfolio: str) -> Opening:
        self.openings += 1
        await asyncio.sleep(0)
        return self.opening

    def quote(self, price: int, at: datetime = NOW) -> None:
        """The ticker's price."""
        self.quotes[TICKER] = MarketPrice(price, at)


def order(name: str, side: Side = Side.BUY, quantity: int = UNIT, limit: int = PRICE * 2) -> BrokerOrder:
    """An order of the portfolio."""
    return BrokerOrder(name, PORTFOLIO, TICKER, side, quantity, limit)


def play(story: Callable[[Market], Awaitable[None]], terms: PaperTerms | None = None) -> None:
    """On a loop of its own."""

    async def played() -> None:
        await story(Market(terms))

    asyncio.run(played())


def test_trading_costs_half_the_spread_and_the_slippage() -> None:
    """A buy pays more than the price and a sale gets less, never to the order's advantage by rounding."""

    async def story(market: Market) -> None:
        market.quote(PRICE + 1)
        buy = await market.broker.place(order("b"))
        sale = await market.broker.place(order("s", Side.SELL, limit=1))
        # 0.1 % and 0.05 %: 30.045000001 up, 29.955000000 down.
        assert buy.executions[0].price == 30_045_000_002
        assert sale.executions[0].price == 29_955_000_000

    play(story, PaperTerms(spread_ppm=2_000, slippage_ppm=500))


def test_an_old_price_is_no_price() -> None:
    """An order at an old price is rejected with the reason, and the ticker does not trade."""

    async def story(market: Market) -> None:
        market.quote(PRICE, NOW - timedelta(minutes=16))
        report = await market.broker.place(order("b"))
        assert (report.state, report.reason) == (OrderState.REJECTED, "no price that is fresh enough")
        status = await market.broker.trading_status([TICKER])
        assert not status[TICKER].is_open
        market.quote(PRICE, NOW - timedelta(minutes=15))
        assert (await market.broker.place(order("c"))).state is OrderState.FILLED

    play(story)


def test_an_open_order_waits_while_prices_are_old() -> None:
    """A question executes an open order only at a fresh price."""

    async def story(market: Market) -> None:
        await market.broker.place(order("b", limit=PRICE // 2))
        market.quote(PRICE // 4, NOW - timedelta(hours=1))
        waiting = await market.broker.query("b", PORTFOLIO)
        assert waiting is not None
        assert waiting.state is OrderState.OPEN
        market.quote(PRICE // 4)
        filled = await market.broker.query("b", PORTFOLIO)
        assert filled is not None
        assert filled.state is OrderState.FILLED

    play(story)


def test_the_books_open_once_as_custody_has_them() -> None:
    """Many questions at once open one account, with what custody said."""

    async def story(market: Market) -> None:
        told = await asyncio.gather(*(market.broker.cash(PORTFOLIO) for _ in range(5)))
        assert told == [money(CASH)] * 5
        assert await market.broker.positions(PORTFOLIO) == {TICKER: SHARES}
        assert market.openings == 1

    play(story)


def test_a_portfolio_is_opened_again_between_batches() -> None:
    """Deposits and the user's own trades are taken over; not while open orders hold what went."""

    async def story(market: Market) -> None:
        await market.broker.place(order("b", quantity=100 * UNIT, limit=PRICE // 2))
        market.opening = Opening(1, {"VALE3": UNIT})
        with pytest.raises(Conflict):
            await market.broker.reopen(PORTFOLIO)
        await market.broker.cancel("b", PORTFOLIO)
        await market.broker.reopen(PORTFOLIO)
        assert await market.broker.cash(PORTFOLIO) == money(1)
        assert await market.broker.positions(PORTFOLIO) == {"VALE3": UNIT}

    play(story)


@pytest.mark.parametrize(
    ("name", "value"), [("spread_ppm", -1), ("slippage_ppm", 600_000), ("oldest", timedelta())]
)
def test_terms_are_bounded(name: str, value: object) -> None:
    """What cannot be meant is refused, by its name."""
    with pytest.raises(InvalidInput) as refused:
        PaperTerms(**{name: value})  # type: ignore[arg-type]
    assert refused.value.field == name


def test_each_batch_begins_with_what_custody_has_by_then() -> None:
    """A deposit between two batches can be spent by the second; within a batch nothing is taken over."""

    async def story() -> None:
        market = Market(batch_of=saga_of)
        market.opening = Opening(0, {})
        poor = await market.broker.place(order("one.1.f"))
        market.opening = Opening(CASH, {})
        same = await market.broker.place(order("one.2.f"))
        richer = await market.broker.place(order("two.1.f"))
        assert [each.state for each in (poor, same, richer)] == [
            OrderState.REJECTED,
            OrderState.REJECTED,
            OrderState.FILLED,
        ]
        assert market.openings == 2

    asyncio.run(story())


def test_a_name_used_again_leaves_the_first_order_known() -> None:
    """An order of a name that another ticker's order has is refused; the first one is followed as before."""

    async def story(market: Market) -> None:
        market.quotes["OTHER3"] = MarketPrice(PRICE, NOW)
        assert (await market.broker.place(order("a", limit=PRICE // 2))).state is OrderState.OPEN
        with pytest.raises(Conflict):
            await market.broker.place(replace(order("a"), ticker="OTHER3"))
        market.quote(PRICE // 4)
        report = await market.broker.query("a", PORTFOLIO)
        assert report is not None
        assert report.state is OrderState.FILLED

    play(story)
