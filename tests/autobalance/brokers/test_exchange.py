"""The exchange's books: conserved, never negative, and equal to custody's to the cent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from random import Random

import pytest

from fiel.autobalance import order_events
from fiel.autobalance.brokers.simulated.books import PLAIN, Handling
from fiel.autobalance.brokers.simulated.exchange import Capacity, Exchange
from fiel.autobalance.brokers.simulated.floor import Phase
from fiel.autobalance.orders import BrokerOrder, OrderReport, OrderState
from fiel.autobalance.ports import TradingStatus
from fiel.custody.events import AlertCode
from fiel.custody.order_events import OrderEvent, parse_order_event
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees, Policy
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from tests.custody.stories import E9, Book
from tests.support.autobalance.brokers import (
    CASH,
    CLOCK,
    FEES,
    NOW,
    PORTFOLIO,
    PRICE,
    SHARES,
    TICKER,
    UNIT,
    exchange,
)

TICKERS = ("AAAA3", "BBBB4", "CCCC11")


def order(name: str, side: Side = Side.BUY, quantity: int = UNIT, limit: int = PRICE) -> BrokerOrder:
    """An order of the portfolio."""
    return BrokerOrder(name, PORTFOLIO, TICKER, side, quantity, limit)


class Told:
    """A book of custody that hears what the exchange tells, as soon as it is told."""

    def __init__(self, fees: Fees) -> None:
        self.fees, self.book = fees, Book(Policy(fees))
        self.events: list[Mapping[str, object]] = []

    def __call__(self, portfolio: str, event: Mapping[str, object]) -> None:
        assert event["userId"] == portfolio
        self.events.append(event)
        read = parse_order_event(json.dumps(event))
        assert isinstance(read, OrderEvent), read
        self.book.batch.take(read, self.book.tick())


def wild_days(seed: int) -> Iterator[tuple[Exchange, Told]]:
    """An exchange after each of 120 random things, with custody's book beside it."""
    draw = Random(seed)
    fees = Fees(draw.choice([0, 0, 1, 490]), draw.choice([0, 1, 300, 25_000]))
    told = Told(fees)
    found = Exchange(CLOCK, fees, told=told)
    found.set_prices({ticker: draw.randint(1, 200) * 10**8 + draw.randint(0, 10**8) for ticker in TICKERS})
    for name in ("ana", "bia"):
        cash = draw.randint(0, 500_000)
        found.open_account(name, cash, dict.fromkeys(TICKERS, 50 * E9))
        if cash:
            told.book.deposit(cash, name)
        for ticker in TICKERS:
            told.book.bring(50, 1, ticker, name)
    sent: list[BrokerOrder] = []
    for step in range(120):
        _something(draw, found, told, sent, step)
        yield found, told


def _something(draw: Random, found: Exchange, told: Told, sent: list[BrokerOrder], step: int) -> None:
    what = draw.random()
    if what < 0.2:
        moved = {ticker: max(10**7, (found.price(ticker) or 0) * draw.randint(20, 300) // 100)
                 for ticker in TICKERS}  # fmt: skip
        found.set_prices(moved)
    elif what < 0.65 or not sent:
        ticker = draw.choice(TICKERS)
        limit = max(1, (found.price(ticker) or 0) * draw.randint(80, 120) // 100)
        side = draw.choice([Side.BUY, Side.SELL])
        quantity = draw.randint(1, 40 * E9)
        new = BrokerOrder(f"o{step}", draw.choice(["ana", "bia"]), ticker, side, quantity, limit)
        sent.append(new)
        told(new.portfolio, order_events.pending(new, NOW))
        found.place(new, _handling(draw))
    elif what < 0.75:
        found.place(draw.choice(sent))
    elif what < 0.9:
        asked = draw.choice(sent)
        found.query(asked.client_order_id, asked.portfolio)
    elif what < 0.98:
        asked = draw.choice(sent)
        found.cancel(asked.client_order_id, asked.portfolio)
    else:
        found.end_day()


def _handling(draw: Random) -> Handling:
    if draw.random() < 0.5:
        return PLAIN
    return Handling(
        reject="no" if draw.random() < 0.1 else None,
        first_ppm=draw.choice([0, 1, 333_333, 999_999]),
        rest_after=draw.choice([None, 1, 2]),
        published_twice=draw.random() < 0.3,
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_books_are_those_of_custody_to_the_cent(seed: int) -> None:
    """Told every event, custody has the same cash, shares and reservations after each step, and adds up."""
    for found, told in wild_days(seed):
        for name in ("ana", "bia"):
            now, account = found.statement(name), told.book.account(name)
            assert (now.cash, now.held_cash) == (account.balance, account.blocked)
            for ticker in TICKERS:
                position = told.book.position(ticker, name)
                mine = (now.shares.get(ticker, 0), now.held_shares.get(ticker, 0))
                assert mine == (position.quantity, position.reserved)
    told.book.adds_up()
    # Orders that the exchange rejects too; nothing short, overfilled or filled after its end.
    assert told.book.alerts() <= {AlertCode.ORDER_REFUSED}
    assert not told.book.dead()


@pytest.mark.parametrize("seed", range(40, 60))
def test_nothing_is_made_or_lost_and_nothing_is_negative(seed: int) -> None:
    """Cash and shares follow from the reports alone, with fractions, and never fall below what is held."""
    opened: dict[str, int] = {}
    for found, told in wild_days(seed):
        fees = told.fees
        for name in ("ana", "bia"):
            now = found.statement(name)
            opened.setdefault(name, now.cash - _flow(found, name, fees))
            assert now.cash == opened[name] + _flow(found, name, fees)
            assert 0 <= now.held_cash <= now.cash
            for ticker in TICKERS:
                held = now.shares.get(ticker, 0)
                assert held == 50 * E9 + _bought(found, name, ticker)
                assert 0 <= now.held_shares.get(ticker, 0) <= held
    assert found.counters().duplicate_orders == 0


def _flow(found: Exchange, name: str, fees: Fees) -> int:
    """What the orders of a portfolio brought or took, in cents, from their reports."""
    total = 0
    for each, report in found.orders():
        if each.portfolio == name and report.executions:
            exact = Fraction(sum(one.price * one.quantity for one in report.executions), 10**16)
            gross = int(exact + Fraction(1, 2))
            fee = fees.fixed + int(Fraction(gross * fees.rate_ppm, 10**6) + Fraction(1, 2)) if gross else 0
            total += (gross if each.side is Side.SELL else -gross) - fee
    return total


def _bought(found: Exchange, name: str, ticker: str) -> int:
    return sum(
        report.filled if each.side is Side.BUY else -report.filled
        for each, report in found.orders()
        if (each.portfolio, each.ticker) == (name, ticker)
    )


def test_an_execution_never_breaks_its_limit() -> None:
    """Buys at or below the limit, sales at or above, always at the price of the moment."""
    *_, (found, _) = wild_days(99)
    executed = 0
    for each, report in found.orders():
        for one in report.executions:
            executed += 1
            assert one.price <= each.limit if each.side is Side.BUY else one.price >= each.limit
    assert executed > 20


def test_a_careless_exchange_counts_the_orders_that_were_sent_twice() -> None:
    """Where the broker does not look at names, sending twice shows in `duplicate_orders`."""
    found = Exchange(CLOCK, FEES, deduplicates=False)
    found.open_account(PORTFOLIO, CASH, {})
    found.set_prices({TICKER: PRICE})
    found.place(order("a"))
    assert found.counters().duplicate_orders == 0
    found.place(order("a"))
    assert found.counters().duplicate_orders == 1
    assert found.positions(PORTFOLIO) == {TICKER: 2 * UNIT}


def test_the_same_name_twice_is_counted_and_refused() -> None:
    """A careful exchange counts repeated names, and executes once."""
    found = exchange()
    found.place(order("a"))
    found.place(order("a"))
    counters = found.counters()
    assert (counters.orders, counters.duplicates_refused, counters.duplicate_orders) == (1, 1, 0)


def test_a_halted_ticker_takes_orders_and_a_closed_one_does_not() -> None:
    """Halted orders wait and execute on reopening; closed ones are rejected."""
    found = exchange()
    found.set_phase(TICKER, Phase.HALTED)
    assert found.place(order("a")).state is OrderState.OPEN
    assert not found.trading_status([TICKER])[TICKER].is_open
    found.set_phase(TICKER, Phase.OPEN)
    assert _report(found, "a").state is OrderState.FILLED
    found.set_phase(TICKER, Phase.CLOSED)
    refused = found.place(order("b"))
    assert (refused.state, refused.reason) == (OrderState.REJECTED, "market closed")


def test_outside_trading_hours_orders_are_rejected() -> None:
    """The market's hours hold for every ticker, and say until when."""
    until = NOW + timedelta(hours=1)
    found = Exchange(CLOCK, hours=lambda at: TradingStatus(is_open=at >= until, until=until))
    found.open_account(PORTFOLIO, CASH, {})
    found.set_prices({TICKER: PRICE})
    assert found.place(order("a")).reason == "market closed"
    assert found.trading_status([TICKER])[TICKER] == TradingStatus(is_open=False, until=until)


def test_the_end_of_the_day_expires_what_is_open() -> None:
    """Open orders expire and hold nothing any more."""
    found = exchange()
    found.place(order("a", limit=PRICE // 2))
    assert found.statement(PORTFOLIO).held_cash > 0
    found.end_day()
    assert _report(found, "a").state is OrderState.EXPIRED
    assert found.statement(PORTFOLIO).held_cash == 0


def test_a_sale_whose_fees_cost_more_than_it_brings_is_rejected_without_money() -> None:
    """Cash never goes below zero for a fee."""
    found = Exchange(CLOCK, Fees(fixed=500))
    found.open_account(PORTFOLIO, 0, {TICKER: UNIT})
    found.set_prices({TICKER: PRICE})
    refused = found.place(order("a", Side.SELL, UNIT // 100))
    assert refused.reason == "proceeds do not cover the fees"
    assert found.place(order("b", Side.SELL)).state is OrderState.FILLED


def test_halves_of_a_cent_are_rounded_up() -> None:
    """The value of an order, and then its fees, as custody rounds them."""
    found = Exchange(CLOCK, Fees(rate_ppm=500_000))
    found.open_account(PORTFOLIO, 100, {TICKER: 10 * UNIT})
    found.set_prices({TICKER: 5_000_000})
    # 0.005 is 0.01, and half of 0.01 is 0.01.
    found.place(order("a", limit=5_000_000))
    assert found.statement(PORTFOLIO).cash == 98
    # 0.015 is 0.02, and half of 0.02 is 0.01.
    found.place(order("b", Side.SELL, 3 * UNIT, 1))
    assert found.statement(PORTFOLIO).cash == 99


def test_a_part_that_would_not_pay_its_fees_waits_for_the_rest() -> None:
    """A tenth of a sale would leave cash below zero; the whole of it does not."""
    found = Exchange(CLOCK, Fees(fixed=500))
    found.open_account(PORTFOLIO, 0, {TICKER: UNIT})
    found.set_prices({TICKER: PRICE})
    waiting = found.place(order("a", Side.SELL), Handling(first_ppm=100_000, rest_after=1))
    assert (waiting.state, waiting.executions) == (OrderState.OPEN, ())
    assert _report(found, "a").state is OrderState.FILLED
    assert found.statement(PORTFOLIO).cash == 2_500


def test_orders_of_others_are_not_told() -> None:
    """A name is looked up within its portfolio."""
    found = exchange()
    found.place(order("a"))
    assert found.query("a", "somebody") is None
    assert found.cancel("a", "somebody") is None


def test_the_other_refusals_have_their_reasons() -> None:
    """Unknown account, other currency, and sizes beyond what a book can hold."""
    found = exchange()
    stranger = BrokerOrder("x", "nobody", TICKER, Side.BUY, UNIT, PRICE)
    assert found.place(stranger).reason == "unknown account"
    dollars = BrokerOrder("y", PORTFOLIO, TICKER, Side.BUY, UNIT, PRICE, "USD")
    assert found.place(dollars).reason == "the account is in BRL"
    assert found.place(order("z", quantity=2**62, limit=2**62)).reason == "order too large"


def test_bad_openings_prices_and_moves_are_refused_whole() -> None:
    """What is refused changes nothing."""
    found = exchange()
    before = found.statement(PORTFOLIO)
    with pytest.raises(Conflict):
        found.open_account(PORTFOLIO, 1)
    with pytest.raises(InvalidInput):
        found.open_account("new", -1)
    with pytest.raises(InvalidInput):
        found.set_prices({TICKER: PRICE + 1, "BBBB3": 0})
    with pytest.raises(Conflict):
        found.move(PORTFOLIO, 0, {TICKER: -1, "BBBB3": -1})
    with pytest.raises(NotFound):
        found.cash("nobody")
    assert found.statement(PORTFOLIO) == before
    assert found.price(TICKER) == PRICE


def test_moves_leave_what_open_orders_hold() -> None:
    """A withdrawal takes free money only."""
    found = exchange()
    found.place(order("a", quantity=100 * UNIT, limit=PRICE - UNIT))
    held = found.statement(PORTFOLIO).held_cash
    with pytest.raises(Conflict):
        found.move(PORTFOLIO, -(CASH - held) - 1)
    found.move(PORTFOLIO, -(CASH - held), {TICKER: -SHARES})
    assert found.statement(PORTFOLIO).cash == held


def test_a_full_exchange_says_so() -> None:
    """Beyond its capacity nothing more is kept."""
    found = Exchange(CLOCK, capacity=Capacity(accounts=1, tickers=1, orders=1))
    found.open_account(PORTFOLIO, CASH)
    found.set_prices({TICKER: PRICE})
    found.place(order("a"))
    for fill in (
        lambda: found.open_account("b", 1),
        lambda: found.set_prices({"BBBB3": 1}),
        lambda: found.place(order("b")),
    ):
        with pytest.raises(Unavailable, match="keeps at most"):
            fill()
    found.set_prices({TICKER: PRICE + 1})


def test_events_of_the_exchange_and_of_a_report_are_the_same_events() -> None:
    """Whoever tells them, custody takes an order's events once."""
    told = Told(FEES)
    found = Exchange(CLOCK, FEES, told=told)
    found.open_account(PORTFOLIO, CASH)
    found.set_prices({TICKER: PRICE})
    partly = Handling(first_ppm=300_000, published_twice=True)
    new = order("a", quantity=10 * UNIT)
    found.place(new, partly)
    found.cancel("a", PORTFOLIO)
    again = order_events.of_report(new, _report(found, "a"), NOW + timedelta(hours=1))
    names = [each["eventId"] for each in told.events]
    assert names == ["a:fill:1", "a:fill:1", "a:closed", "a:closed"]
    assert [each["eventId"] for each in again] == ["a:fill:1", "a:closed"]


def _report(found: Exchange, name: str) -> OrderReport:
    report = found.query(name, PORTFOLIO)
    assert report is not None
    return report
