"""Statements and past balances, along the two times of an entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fiel.custody.accounts import AccountKey
from fiel.custody.queries import Queries
from fiel.custody.statements import Axis, Statements
from fiel.kernel.errors import InvalidInput, NotFound
from tests.custody.stories import wire
from tests.support.custody_bank import START, Bank

ANA = AccountKey("ana", "BRL")
E9 = 10**9


def _at(hour: int, day: int = 4) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def _statements(bank: Bank) -> Statements:
    return Statements(Queries(bank.database))


def _buy_late(bank: Bank) -> None:
    """Bought at 10:00 and 11:00, and the book learns of it at 15:00."""
    bank.clock.instant = _at(15)
    bank.send(
        wire(eventTimestamp="2026-05-04T10:00:00Z"),
        wire("FILLED", executedPrice="9.00", eventTimestamp="2026-05-04T11:00:00Z"),
    )


def test_a_statement_leads_from_opening_to_closing(bank: Bank) -> None:
    """Opening plus everything of the period is the closing, line by line."""
    _buy_late(bank)
    bank.custody.withdraw("ana", "100.00")
    statement = _statements(bank).statement(ANA, _at(14), _at(23), Axis.RECORDED)
    assert statement.opening == 500_000
    assert [(line.transaction.type.value, line.balance) for line in statement.lines] == [
        ("RESERVE", 500_000),
        ("SETTLEMENT", 410_000),
        ("REFUND", 410_000),
        ("WITHDRAWAL", 400_000),
    ]
    assert statement.closing == 400_000


def test_a_period_holds_its_start_and_not_its_end(bank: Bank) -> None:
    """Two periods that touch share no line and miss none."""
    bank.clock.instant = _at(15)
    bank.custody.withdraw("ana", "1.00")
    before = _statements(bank).statement(ANA, _at(14), _at(15), Axis.RECORDED)
    after = _statements(bank).statement(ANA, _at(15), _at(16), Axis.RECORDED)
    assert (len(before.lines), len(after.lines)) == (0, 1)
    assert before.closing == after.opening


def test_fault_45_the_two_times_tell_two_stories(bank: Bank) -> None:
    """By occurrence the money left at 11:00; by recording the book still had it at 14:00."""
    bank.custody.deposit("ana", "1.00", occurred_at=_at(1))
    _buy_late(bank)
    past = _statements(bank)
    assert past.account_at(ANA, _at(14), Axis.OCCURRED).balance == 500_100 - 90_000
    assert past.account_at(ANA, _at(14), Axis.RECORDED).balance == 500_100
    assert past.account_at(ANA, _at(15), Axis.RECORDED).balance == 500_100 - 90_000


def test_what_was_held_at_an_instant(bank: Bank) -> None:
    """Money and shares held for open orders are told apart from what is free."""
    _buy_late(bank)
    bank.clock.move(hours=1)
    bank.send(
        wire(orderId=2, eventTimestamp="2026-05-04T14:00:00Z"),
        wire(orderId=3, side="SELL", quantity=40, eventTimestamp="2026-05-04T14:00:00Z"),
    )
    past = _statements(bank)
    (early,) = past.account_at(ANA, _at(11)).holdings
    (late,) = past.account_at(ANA, _at(14)).holdings
    assert (early.quantity, early.reserved, early.average_price) == (100 * E9, 0, Decimal("9.000000000000"))
    assert (late.quantity, late.reserved) == (100 * E9, 40 * E9)
    at_two = past.account_at(ANA, _at(14))
    assert (at_two.blocked, at_two.available) == (100_000, 310_000)


def test_before_everything_there_is_nothing(bank: Bank) -> None:
    """The past before the first entry is empty, not an error."""
    early = _statements(bank).account_at(ANA, START - timedelta(days=365))
    assert (early.balance, early.blocked, early.holdings) == (0, 0, ())


def test_the_recorded_past_never_changes(bank: Bank) -> None:
    """A late fill changes the story by occurrence; what the book said at the time stays."""
    past = _statements(bank)
    before = past.account_at(ANA, _at(14), Axis.RECORDED)
    _buy_late(bank)
    assert past.account_at(ANA, _at(14), Axis.RECORDED) == before


def test_an_unknown_account_is_told(bank: Bank) -> None:
    """Nobody's statement is not an empty one."""
    with pytest.raises(NotFound):
        _statements(bank).statement(AccountKey("bob", "BRL"), _at(1), _at(2))
    with pytest.raises(NotFound):
        _statements(bank).account_at(AccountKey("ana", "USD"), _at(1))


def test_a_period_that_ends_before_it_starts_is_refused(bank: Bank) -> None:
    """The field at fault is named."""
    with pytest.raises(InvalidInput) as refusal:
        _statements(bank).statement(ANA, _at(2), _at(1))
    assert refusal.value.field == "to"
