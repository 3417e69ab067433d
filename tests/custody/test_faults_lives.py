"""Order lives that go wrong, on the stored book: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from fiel.custody.ledger import Verdict
from fiel.custody.reservations import Policy
from tests.custody.stories import E9, wire
from tests.support.custody_bank import START, Bank


@pytest.mark.parametrize("batches", ["apart", "together"])
def test_fault_08_filled_before_pending(bank: Bank, batches: str) -> None:
    """Fault 8: FILLED first waits; with its PENDING the end is that of the normal order."""
    events = [wire("FILLED", executedPrice="9.00"), wire()]
    if batches == "together":
        bank.send(*events)
    else:
        assert bank.send(events[0]).verdicts == {Verdict.PARKED: 1}
        assert (bank.account().balance, len(bank.waiting())) == (500_000, 1)
        bank.send(events[1])
    account, position = bank.account(), bank.position()
    assert (account.balance, account.blocked) == (410_000, 0)
    assert (position.quantity, position.cost) == (100 * E9, 90_000)
    assert (bank.order().status, bank.waiting()) == ("FILLED", [])
    bank.adds_up()


def test_fault_09_rejected_before_pending(bank: Bank) -> None:
    """Fault 9: REJECTED first waits; then both net to zero and nothing stays blocked."""
    assert bank.send(wire("REJECTED")).verdicts == {Verdict.PARKED: 1}
    bank.send(wire())
    account = bank.account()
    assert (account.balance, account.blocked, bank.order().status) == (500_000, 0, "REJECTED")
    assert bank.waiting() == []
    bank.adds_up()


def test_fault_10_pending_never_comes(bank: Bank) -> None:
    """Fault 10: a fill whose PENDING never comes stays parked, is told of once, frees nobody's reserve."""
    bank.send(wire(orderId=1), wire("FILLED", orderId=2, executedPrice="9.00"))
    assert bank.custody.receiver.expire().alerts == 0
    bank.clock.move(hours=25)
    assert bank.custody.receiver.expire().alerts == 1
    before = bank.image()
    assert bank.custody.receiver.expire().alerts == 0
    assert bank.image() == before
    assert (bank.alerts(), len(bank.waiting())) == (["pending_never_came"], 1)
    assert [alert["orderId"] for alert in bank.told("custody-alerts-v1")] == [2]
    assert bank.account().blocked == 100_000
    bank.adds_up()


@pytest.mark.parametrize("last", ["FILLED", "REJECTED", "CANCELLED", "EXPIRED"])
def test_fault_11_pending_after_the_end(bank: Bank, last: str) -> None:
    """Fault 11: a PENDING that comes late, under an id of its own, is ignored as stale."""
    bank.send(wire(), wire(last, executedPrice="10.00"))
    before = bank.record()
    assert bank.send(wire(eventId="late")).verdicts == {Verdict.IGNORED: 1}
    assert bank.record() == before


def test_fault_12_refused_then_rejected(bank: Bank) -> None:
    """Fault 12: a refused order that is rejected releases nothing, and no other order's reserve."""
    bank.send(wire(orderId=1, quantity=400), wire(orderId=2, quantity=200))
    assert bank.order(2).status == "REFUSED"
    bank.send(wire("REJECTED", orderId=2, quantity=200))
    assert (bank.account().blocked, bank.order(2).status) == (400_000, "REJECTED")
    bank.adds_up()


def test_fault_13_refused_then_filled(bank: Bank) -> None:
    """Fault 13: filled by the broker though refused here: booked, the shortfall shown, people told."""
    bank.send(wire(quantity=600))
    bank.send(wire("FILLED", quantity=600, executedPrice="10.00"))
    account = bank.account()
    assert (account.balance, account.shortfall, bank.position().quantity) == (-100_000, 100_000, 600 * E9)
    assert bank.alerts() == ["cash_shortfall", "fill_of_refused", "order_refused"]
    assert bank.look(lambda book: book.overview()).shortfalls == 1
    bank.adds_up()


def test_fault_15_three_parts_and_the_whole(bank: Bank) -> None:
    """Fault 15: three parts and the whole: cash, quantity and cost exact, nothing left reserved."""
    bank.send(wire(quantity="0.9", price="33.33"))
    for upto, price in (("0.3", "33.33"), ("0.6", "33.32"), ("0.8", "33.31")):
        bank.send(
            wire(
                "PARTIALLY_FILLED",
                quantity="0.9",
                price="33.33",
                filledQuantity=upto,
                executedPrice=price,
            )
        )
        bank.adds_up()
    bank.send(wire("FILLED", quantity="0.9", price="33.33", executedPrice="33.30"))
    # 0.3 x 33.33 + 0.3 x 33.32 + 0.2 x 33.31 + 0.1 x 33.30 = 29.987
    account, position = bank.account(), bank.position()
    assert (account.balance, account.blocked) == (500_000 - 2999, 0)
    assert (position.quantity, position.cost) == (9 * E9 // 10, 2999)
    bank.adds_up()


@pytest.mark.parametrize("last", ["CANCELLED", "REJECTED", "EXPIRED"])
def test_fault_16_part_then_the_end(bank: Bank, last: str) -> None:
    """Fault 16: a part filled, then the end: the part stays, the rest is released."""
    bank.send(wire(), wire("PARTIALLY_FILLED", filledQuantity=30, executedPrice="9.00"), wire(last))
    account = bank.account()
    assert (account.balance, account.blocked) == (500_000 - 27_000, 0)
    assert (bank.position().quantity, bank.order().status) == (30 * E9, last)
    bank.adds_up()


def test_fault_17_overfill(bank: Bank) -> None:
    """Fault 17: more filled than ordered is booked and told, never silent."""
    bank.send(wire(), wire("FILLED", filledQuantity=120, executedPrice="10.00"))
    assert (bank.position().quantity, bank.account().balance) == (120 * E9, 380_000)
    assert bank.alerts() == ["overfilled"]
    bank.adds_up()


def test_fault_18_fill_above_the_limit(bank: Bank) -> None:
    """Fault 18: a dearer fill takes the difference from what is available, else shows the shortfall."""
    bank.send(wire(), wire("FILLED", executedPrice="11.00"))
    assert (bank.account().balance, bank.alerts()) == (390_000, [])
    bank.send(wire(orderId=2, quantity=390), wire("FILLED", orderId=2, quantity=390, executedPrice="11.00"))
    assert (bank.account().shortfall, bank.alerts()) == (39_000, ["cash_shortfall"])
    bank.adds_up()


def test_fault_19_fill_below_the_limit(bank: Bank) -> None:
    """Fault 19: what the limit held too much is released."""
    bank.send(wire(), wire("FILLED", executedPrice="8.00"))
    assert bank.wallet()[1:] == [("RESERVE", 100_000), ("SETTLEMENT", -80_000), ("REFUND", 20_000)]
    assert (bank.account().available, bank.account().blocked) == (420_000, 0)
    bank.adds_up()


def test_fault_20_the_same_fill_by_another_way(bank: Bank) -> None:
    """Fault 20: a fill told again under another id (by reconciliation) is the same fill: not doubled."""
    fill = wire("PARTIALLY_FILLED", filledQuantity=40, executedPrice="9.00")
    bank.send(wire(), fill)
    before = bank.record()
    assert bank.send(fill | {"eventId": "statement-7"}).verdicts == {Verdict.IGNORED: 1}
    assert bank.record() == before


def test_fault_21_bust_and_correction(bank: Bank) -> None:
    """Fault 21: a fill taken back by a reversing entry: lots, money and average price as if never told."""
    bank.send(wire(), wire("FILLED", executedPrice="9.00"))
    bank.send(wire(orderId=2), wire("FILLED", orderId=2, executedPrice="7.00"))
    entries = len(bank.record().entries)
    assert bank.custody.correct_fill(2, "ana", 100 * E9, None, key="bust-1")
    position, account = bank.position(), bank.account()
    assert (position.quantity, position.cost, position.average_price) == (100 * E9, 90_000, Decimal(9))
    assert (account.balance, account.blocked) == (410_000, 0)
    assert len(bank.record().entries) == entries + 1
    bank.adds_up()
    before = bank.image()
    assert not bank.custody.correct_fill(2, "ana", 100 * E9, None, key="bust-1")
    assert bank.image() == before
    bank.custody.correct_fill(1, "ana", 100 * E9, 8 * E9, key="price-1")
    assert (bank.position().cost, bank.account().balance) == (80_000, 420_000)
    bank.adds_up()


def test_fault_22_amend(bank: Bank) -> None:
    """Fault 22: terms changed up or down re-compute the reserve; a refused change keeps the old one."""
    bank.send(wire(sequence=1), wire(sequence=2, quantity=200, price="12.00"))
    assert bank.account().blocked == 240_000
    bank.send(wire(sequence=3, quantity=50))
    assert bank.account().blocked == 50_000
    before = bank.record()
    bank.send(wire(sequence=4, quantity=5000))
    after = bank.record()
    assert (after.accounts, after.orders, after.postings) == (before.accounts, before.orders, before.postings)
    assert bank.alerts() == ["order_refused"]
    assert bank.send(wire(sequence=2, quantity=70, eventId="old")).verdicts == {Verdict.IGNORED: 1}
    bank.adds_up()


def test_fault_23_sell_holds_shares(bank: Bank) -> None:
    """Fault 23: a SELL holds shares and no cash; selling more than is free is refused."""
    bank.custody.bring_shares("ana", "PETR4", 100, "800.00")
    bank.send(wire(side="SELL", quantity=60), wire(orderId=2, side="SELL", quantity=41))
    assert (bank.account().blocked, bank.position().reserved) == (0, 60 * E9)
    assert (bank.order(2).status, bank.order(2).refusal) == ("REFUSED", "shares_not_available")
    bank.adds_up()


def test_fault_24_sell_filled(bank: Bank) -> None:
    """Fault 24: a SELL filled credits the cash, takes the shares, and realises exactly the profit."""
    bank.custody.bring_shares("ana", "PETR4", 100, "800.00", occurred_at=START - timedelta(days=30))
    bank.send(wire(side="SELL", quantity=60), wire("FILLED", side="SELL", quantity=60, executedPrice="10.50"))
    position = bank.position()
    assert bank.account().balance == 500_000 + 63_000
    assert (position.quantity, position.reserved, position.cost) == (40 * E9, 0, 32_000)
    assert position.realised == 63_000 - 48_000
    bank.adds_up()


def test_fault_30_the_cost_is_zero_at_zero(bank: Bank) -> None:
    """Fault 30: bought, sold to zero and bought again: the cost is exactly zero between, and starts anew."""
    lives: list[tuple[int, str, str]] = [(1, "BUY", "3.33"), (2, "SELL", "4.01"), (3, "BUY", "5.55")]
    costs = []
    for number, side, price in lives:
        terms: dict[str, Any] = {"orderId": number, "side": side, "quantity": 3, "price": price}
        when = [2026, 5, 4, 10, number]
        bank.send(
            wire(**terms, eventTimestamp=when),
            wire("FILLED", **terms, executedPrice=price, eventTimestamp=when),
        )
        costs.append((bank.position().quantity // E9, bank.position().cost))
        bank.adds_up()
    assert costs == [(3, 999), (0, 0), (3, 1665)]
    assert bank.position().realised == 1203 - 999


def test_a_reservation_runs_out_of_time(open_bank: Callable[..., Bank]) -> None:
    """A silent order's reservation is released after its time; a late fill is still booked."""
    bank = open_bank(policy=Policy(reserve_for=timedelta(hours=2)))
    bank.custody.deposit("ana", "5000.00")
    bank.send(wire())
    bank.clock.move(hours=2)
    bank.custody.receiver.expire()
    assert (bank.account().blocked, bank.order().status) == (0, "TIMED_OUT")
    assert bank.custody.receiver.expire().verdicts == {}
    bank.send(wire("FILLED", executedPrice="10.00"))
    assert (bank.account().balance, bank.order().status) == (400_000, "FILLED")
    bank.adds_up()


def test_an_order_runs_out_of_time_again(open_bank: Callable[..., Bank]) -> None:
    """Timed out, revived by a fill and amended, an order holds cash again, and can run out of time again."""
    bank = open_bank(policy=Policy(reserve_for=timedelta(hours=2)))
    bank.custody.deposit("ana", "5000.00")
    bank.send(wire(sequence=1))
    bank.clock.move(hours=2)
    bank.custody.receiver.expire()
    bank.send(wire("PARTIALLY_FILLED", filledQuantity=40, executedPrice="10.00"))
    bank.send(wire(sequence=2, quantity=200))
    assert bank.account().blocked == 160_000
    bank.clock.move(hours=3)
    bank.custody.receiver.expire()
    assert (bank.account().blocked, bank.account().balance) == (0, 460_000)
    bank.adds_up()
