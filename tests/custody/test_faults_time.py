"""Clocks that jump, times far away, and names that change, on the stored book: on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fiel.custody.accounts import PositionKey
from fiel.custody.reservations import Policy, TickerChange
from fiel.custody.service import Custody
from fiel.kernel.errors import FielError
from fiel.kernel.ids import SequentialIds
from tests.custody.stories import E9, wire
from tests.support.custody_bank import START, Bank


@pytest.mark.parametrize("jump", [-1, 1])
def test_fault_44_the_clock_jumps(bank: Bank, jump: int) -> None:
    """Fault 44: the clock an hour off in mid-stream: the book follows the log's order, not the clock."""
    bank.send(wire(), wire("PARTIALLY_FILLED", filledQuantity=30, executedPrice="9.00"))
    bank.clock.move(hours=jump)
    bank.send(wire("PARTIALLY_FILLED", filledQuantity=60, executedPrice="9.50"), wire("CANCELLED"))
    assert bank.account().balance == 500_000 - 30 * 900 - 30 * 950
    assert (bank.account().blocked, bank.order().status) == (0, "CANCELLED")
    numbers = [entry.recorded_at for entry in bank.record().entries]
    assert sorted(numbers) == (numbers if jump > 0 else sorted(numbers))
    bank.adds_up()


def test_fault_44_a_leap_day_and_the_end_of_summer_time(bank: Bank) -> None:
    """Fault 44: a leap day, and an hour that happens twice, are instants; the first of two is meant."""
    local = Custody(bank.custody.book, bank.clock, SequentialIds("zone"), ZoneInfo("America/Sao_Paulo"))
    bank.custody = local
    bank.send(wire(orderId=1, eventTimestamp=[2024, 2, 29, 21, 0]))
    bank.send(wire(orderId=2, eventTimestamp=[2018, 2, 17, 23, 30]))
    occurred = {entry.order_id: entry.occurred_at for entry in bank.record().entries if entry.order_id}
    assert occurred == {
        1: datetime(2024, 3, 1, 0, 0, tzinfo=UTC),
        2: datetime(2018, 2, 18, 1, 30, tzinfo=UTC),
    }


def test_fault_44_time_outs_wait_for_the_clock(open_bank: Callable[..., Bank]) -> None:
    """Fault 44: a clock set back frees no reservation, one set forward frees it once."""
    bank = open_bank(policy=Policy(reserve_for=timedelta(hours=1)))
    bank.custody.deposit("ana", "5000.00")
    bank.send(wire())
    bank.clock.move(hours=-1)
    bank.custody.receiver.expire()
    assert bank.account().blocked == 100_000
    bank.clock.move(hours=2)
    for _ in range(2):
        bank.custody.receiver.expire()
    assert (bank.account().blocked, bank.alerts()) == (0, ["reservation_timed_out"])
    bank.adds_up()


def test_fault_44_one_clock_ahead_lets_no_time_run_out(open_bank: Callable[..., Bank]) -> None:
    """Fault 44: our clock years ahead of the database's releases nothing."""
    bank = open_bank(policy=Policy(reserve_for=timedelta(hours=1)))
    bank.custody.deposit("ana", "5000.00")
    bank.send(wire())
    bank.clock.instant = datetime(2999, 1, 1, tzinfo=UTC)
    # The order's patience ended in 2026; one that was reserved by the wrong clock ends with that clock.
    bank.send(wire(orderId=2, quantity=1))
    bank.custody.receiver.expire()
    assert bank.order(2).held_cash == 1_000
    bank.adds_up()


def test_one_order_that_cannot_be_released_stops_no_other(open_bank: Callable[..., Bank]) -> None:
    """A damaged row raises its error at the end; the other reservations run out."""
    bank = open_bank(policy=Policy(reserve_for=timedelta(hours=1)))
    bank.custody.deposit("ana", "5000.00")
    bank.custody.deposit("bob", "5000.00")
    bank.send(wire(), wire(orderId=2, userId="bob"))
    with bank.database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("UPDATE accounts SET blocked = 0 WHERE user_id = 'ana'")
    bank.clock.move(hours=2)
    with pytest.raises(FielError):
        bank.custody.receiver.expire()
    assert (bank.account("bob").blocked, bank.order(2).status) == (0, "TIMED_OUT")
    assert bank.order(1).held_cash == 100_000


def test_fault_45_times_far_away_are_recorded_on_both_axes(bank: Bank) -> None:
    """Fault 45: ten years ago or ahead: each entry keeps when it happened and when we learned of it."""
    bank.clock.move(minutes=5)
    bank.send(wire(orderId=1, eventTimestamp=[2016, 1, 2, 3, 4]))
    bank.clock.move(minutes=5)
    bank.send(wire(orderId=2, quantity=1, eventTimestamp=[2036, 1, 2]))
    bank.send(wire(orderId=3, quantity=1, eventTimestamp=None))
    axes = {entry.order_id: (entry.occurred_at, entry.recorded_at) for entry in bank.record().entries}
    later = START + timedelta(minutes=10)
    assert axes[1] == (datetime(2016, 1, 2, 3, 4, tzinfo=UTC), START + timedelta(minutes=5))
    assert axes[2] == (datetime(2036, 1, 2, tzinfo=UTC), later)
    assert axes[3] == (later, later)
    bank.adds_up()


def test_fault_45_the_average_follows_execution(bank: Bank) -> None:
    """Fault 45: a purchase that becomes known after a later sale is counted before it."""
    lives = [
        (3, "SELL", 50, "12.00", [2026, 5, 3]),
        (1, "BUY", 100, "6.00", [2026, 5, 1]),
        (2, "BUY", 100, "8.00", [2026, 5, 2]),
    ]
    bank.custody.bring_shares("ana", "PETR4", 100, "1000.00", occurred_at=datetime(2020, 1, 1, tzinfo=UTC))
    for number, side, quantity, price, when in lives:
        terms: dict[str, Any] = {"orderId": number, "side": side, "quantity": quantity, "price": price}
        bank.send(
            wire(**terms, eventTimestamp=when),
            wire("FILLED", **terms, executedPrice=price, eventTimestamp=when),
        )
        bank.adds_up()
    position = bank.position()
    assert (position.quantity, position.cost) == (250 * E9, 200_000)
    assert position.realised == 60_000 - 40_000


def test_fault_63_renamed_between_reservation_and_fill(open_bank: Callable[..., Bank]) -> None:
    """Fault 63: renamed under an open order: shares, reserve and cost go over; the fill finds them."""
    policy = Policy(ticker_changes=(TickerChange("PETR4", "PTRB4", date(2026, 5, 5)),))
    bank = open_bank(policy=policy)
    bank.custody.bring_shares("ana", "PETR4", 100, "900.00", occurred_at=START - timedelta(days=9))
    bank.send(wire(side="SELL", quantity=40))
    for _ in range(2):
        bank.custody.rename(
            PositionKey("ana", "BRL", "PETR4"),
            "PTRB4",
            command_key="2026-05-05",
            occurred_at=datetime(2026, 5, 5, tzinfo=UTC),
        )
    moved = bank.position("PTRB4")
    assert (moved.quantity, moved.reserved, moved.cost) == (100 * E9, 40 * E9, 90_000)
    assert (bank.position("PETR4").quantity, bank.position("PETR4").cost) == (0, 0)
    bank.adds_up()
    when = [2026, 5, 6, 10]
    bank.send(wire("FILLED", side="SELL", quantity=40, executedPrice="10.00", eventTimestamp=when))
    bank.send(wire(orderId=2, quantity=10, eventTimestamp=when))
    bank.send(wire("FILLED", orderId=2, quantity=10, executedPrice="9.00", eventTimestamp=when))
    position = bank.position("PTRB4")
    assert (position.quantity, position.reserved, position.cost) == (70 * E9, 0, 54_000 + 9_000)
    assert position.realised == 40_000 - 36_000
    bank.adds_up()
