"""What every broker does, as stories: run by `test_contract` at each adapter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.fates import Fate, Outage
from fiel.autobalance.orders import OrderState
from fiel.autobalance.ports import OutcomeUnknown
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import Conflict, Unavailable
from tests.support.autobalance.brokers import CASH, NOW, PORTFOLIO, PRICE, SHARES, TICKER, UNIT, Stand, money

Story = Callable[[Stand], Awaitable[None]]


async def a_buy_is_filled_at_the_price_and_not_at_the_limit(stand: Stand) -> None:
    order = stand.order("b1", limit=PRICE * 11 // 10)
    report = await stand.broker.place(order)
    assert report.state is OrderState.FILLED
    assert [each[:3] for each in report.executions] == [(1, 10 * UNIT, PRICE)]
    # 300.00, and fees of 1.00 and 0.09.
    paid = 30_000 + (109 if stand.charges else 0)
    assert await stand.broker.cash(PORTFOLIO) == money(CASH - paid)
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES + 10 * UNIT}


async def a_sale_of_a_fraction_is_filled(stand: Stand) -> None:
    report = await stand.broker.place(stand.order("s1", Side.SELL, 1_234_567_891))
    assert report.state is OrderState.FILLED
    assert report.filled == 1_234_567_891
    # 37.03703673 is 37.04; fees of 1.00 and 0.01.
    brought = 3_704 - (101 if stand.charges else 0)
    assert await stand.broker.cash(PORTFOLIO) == money(CASH + brought)
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES - 1_234_567_891}


async def a_price_beyond_the_limit_leaves_it_open_until_it_comes(stand: Stand) -> None:
    report = await stand.broker.place(stand.order("b1", limit=PRICE - UNIT))
    assert (report.state, report.executions) == (OrderState.OPEN, ())
    stand.quote(PRICE - 2 * UNIT)
    after = await stand.broker.query("b1", PORTFOLIO)
    assert after is not None
    assert (after.state, after.executions[0].price) == (OrderState.FILLED, PRICE - 2 * UNIT)


async def a_cancelled_order_executes_nothing_more(stand: Stand) -> None:
    await stand.broker.place(stand.order("b1", limit=PRICE - UNIT))
    report = await stand.broker.cancel("b1", PORTFOLIO)
    assert report is not None
    assert (report.state, report.executions) == (OrderState.CANCELLED, ())
    stand.quote(PRICE - 2 * UNIT)
    assert await stand.broker.query("b1", PORTFOLIO) == report
    assert await stand.broker.cancel("b1", PORTFOLIO) == report
    assert await stand.broker.cash(PORTFOLIO) == money(CASH)


async def cancelling_what_is_filled_tells_that_it_is_filled(stand: Stand) -> None:
    placed = await stand.broker.place(stand.order("b1"))
    assert await stand.broker.cancel("b1", PORTFOLIO) == placed


async def a_buy_without_the_money_is_rejected_with_a_reason(stand: Stand) -> None:
    report = await stand.broker.place(stand.order("b1", quantity=334 * UNIT))
    assert (report.state, report.executions) == (OrderState.REJECTED, ())
    assert report.reason is not None
    assert "insufficient" in report.reason
    assert await stand.broker.cash(PORTFOLIO) == money(CASH)


async def a_sale_of_more_than_there_is_is_rejected(stand: Stand) -> None:
    report = await stand.broker.place(stand.order("s1", Side.SELL, SHARES + 1))
    assert report.state is OrderState.REJECTED
    assert report.reason is not None
    assert "insufficient" in report.reason


async def an_open_buy_holds_its_money(stand: Stand) -> None:
    await stand.broker.place(stand.order("b1", quantity=300 * UNIT, limit=PRICE - UNIT))
    report = await stand.broker.place(stand.order("b2", quantity=100 * UNIT))
    assert report.state is OrderState.REJECTED


async def an_open_sale_holds_its_shares(stand: Stand) -> None:
    await stand.broker.place(stand.order("s1", Side.SELL, 60 * UNIT, limit=PRICE + UNIT))
    report = await stand.broker.place(stand.order("s2", Side.SELL, 60 * UNIT))
    assert report.state is OrderState.REJECTED


async def an_unknown_ticker_is_rejected(stand: Stand) -> None:
    report = await stand.broker.place(stand.order("b1", ticker="NADA3"))
    assert report.state is OrderState.REJECTED


async def an_unknown_name_is_none(stand: Stand) -> None:
    assert await stand.broker.query("nobody", PORTFOLIO) is None
    assert await stand.broker.cancel("nobody", PORTFOLIO) is None


async def the_same_order_again_is_the_same_order(stand: Stand) -> None:
    order = stand.order("b1")
    first = await stand.broker.place(order)
    assert await stand.broker.place(order) == first
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES + 10 * UNIT}


async def the_same_order_again_is_known_even_when_its_money_is_spent(stand: Stand) -> None:
    order = stand.order("b1", quantity=300 * UNIT)
    first = await stand.broker.place(order)
    assert first.state is OrderState.FILLED
    assert await stand.broker.place(order) == first


async def the_same_name_with_other_terms_is_a_conflict(stand: Stand) -> None:
    placed = await stand.broker.place(stand.order("b1"))
    assert (placed.state, placed.reason) == (OrderState.FILLED, None)
    for other in (stand.order("b1", quantity=11 * UNIT), stand.order("b1", Side.SELL)):
        with pytest.raises(Conflict, match="other terms"):
            await stand.broker.place(other)
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES + 10 * UNIT}


async def fees_are_told(stand: Stand) -> None:
    fees = await stand.broker.fees(PORTFOLIO)
    expected = (Decimal("1.00"), Decimal("0.0003")) if stand.charges else (0, 0)
    assert (fees.fixed, fees.rate) == expected


async def what_trades_is_told(stand: Stand) -> None:
    found = await stand.broker.trading_status([TICKER, "NADA3"])
    assert found[TICKER].is_open
    assert not found["NADA3"].is_open
    assert found["NADA3"].reason


async def a_part_executes_first_and_the_rest_later(stand: Stand) -> None:
    stand.partly("b1", 400_000, rest_after=2)
    report = await stand.broker.place(stand.order("b1"))
    assert (report.state, report.filled) == (OrderState.OPEN, 4 * UNIT)
    stand.quote(PRICE - UNIT)
    for _ in range(4):
        last = await stand.broker.query("b1", PORTFOLIO)
    assert last is not None
    assert last.state is OrderState.FILLED
    expected = [(1, 4 * UNIT, PRICE), (2, 6 * UNIT, PRICE - UNIT)]
    assert [each[:3] for each in last.executions] == expected


async def a_part_is_kept_when_the_rest_is_cancelled(stand: Stand) -> None:
    stand.partly("s1", 250_000)
    await stand.broker.place(stand.order("s1", Side.SELL))
    report = await stand.broker.cancel("s1", PORTFOLIO)
    assert report is not None
    assert (report.state, report.filled) == (OrderState.CANCELLED, 2_500_000_000)
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES - 2_500_000_000}


async def an_order_taken_without_an_answer_is_found_by_its_name(stand: Stand) -> None:
    stand.fated("b1", Fate(unanswered=True), Fate())
    with pytest.raises(OutcomeUnknown):
        await stand.broker.place(stand.order("b1"))
    found = await stand.broker.query("b1", PORTFOLIO)
    assert found is not None
    assert found.state is OrderState.FILLED
    assert await stand.broker.place(stand.order("b1")) == found
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES + 10 * UNIT}


async def an_order_that_was_lost_is_unknown_and_can_be_sent_again(stand: Stand) -> None:
    stand.fated("b1", Fate(lost=True), Fate())
    with pytest.raises(OutcomeUnknown):
        await stand.broker.place(stand.order("b1"))
    assert await stand.broker.query("b1", PORTFOLIO) is None
    assert (await stand.broker.place(stand.order("b1"))).state is OrderState.FILLED
    assert await stand.broker.positions(PORTFOLIO) == {TICKER: SHARES + 10 * UNIT}


async def an_order_turned_away_was_not_taken(stand: Stand) -> None:
    stand.fated("b1", Fate(unavailable=True), Fate())
    with pytest.raises(Unavailable):
        await stand.broker.place(stand.order("b1"))
    assert await stand.broker.query("b1", PORTFOLIO) is None


async def a_question_without_an_answer_says_nothing_of_the_order(stand: Stand) -> None:
    stand.fated("b1", Fate(silent_queries=1))
    placed = await stand.broker.place(stand.order("b1"))
    with pytest.raises(Unavailable):
        await stand.broker.query("b1", PORTFOLIO)
    assert await stand.broker.query("b1", PORTFOLIO) == placed


async def a_cancel_without_an_answer_may_have_been_done(stand: Stand) -> None:
    stand.fated("b1", Fate(cancel_unanswered=True))
    await stand.broker.place(stand.order("b1", limit=PRICE - UNIT))
    with pytest.raises(OutcomeUnknown):
        await stand.broker.cancel("b1", PORTFOLIO)
    found = await stand.broker.query("b1", PORTFOLIO)
    assert found is not None
    assert found.state is OrderState.CANCELLED


async def a_broker_that_rejects_says_so_in_a_report(stand: Stand) -> None:
    stand.fated("b1", Fate(Handling(reject="not today")))
    report = await stand.broker.place(stand.order("b1"))
    assert (report.state, report.filled) == (OrderState.REJECTED, 0)
    assert report.reason


async def in_an_outage_nothing_is_taken_and_nothing_told(stand: Stand) -> None:
    stand.fates.out.append(Outage(NOW, NOW + timedelta(seconds=1)))
    with pytest.raises(Unavailable):
        await stand.broker.place(stand.order("b1"))
    stand.fates.out.clear()
    assert await stand.broker.query("b1", PORTFOLIO) is None


#: What every broker does.
EVERYWHERE: tuple[Story, ...] = (
    a_buy_is_filled_at_the_price_and_not_at_the_limit,
    a_sale_of_a_fraction_is_filled,
    a_price_beyond_the_limit_leaves_it_open_until_it_comes,
    a_cancelled_order_executes_nothing_more,
    cancelling_what_is_filled_tells_that_it_is_filled,
    a_buy_without_the_money_is_rejected_with_a_reason,
    a_sale_of_more_than_there_is_is_rejected,
    an_open_buy_holds_its_money,
    an_open_sale_holds_its_shares,
    an_unknown_ticker_is_rejected,
    an_unknown_name_is_none,
    the_same_order_again_is_the_same_order,
    the_same_order_again_is_known_even_when_its_money_is_spent,
    the_same_name_with_other_terms_is_a_conflict,
    fees_are_told,
    what_trades_is_told,
)
#: What needs a market that can be told to misbehave.
WITH_FAULTS: tuple[Story, ...] = (
    a_part_executes_first_and_the_rest_later,
    a_part_is_kept_when_the_rest_is_cancelled,
    an_order_taken_without_an_answer_is_found_by_its_name,
    an_order_that_was_lost_is_unknown_and_can_be_sent_again,
    an_order_turned_away_was_not_taken,
    a_question_without_an_answer_says_nothing_of_the_order,
    a_cancel_without_an_answer_may_have_been_done,
    a_broker_that_rejects_says_so_in_a_report,
    in_an_outage_nothing_is_taken_and_nothing_told,
)
