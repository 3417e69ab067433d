"""Values at and beyond the edge, and names nobody knows, on the stored book: on SQLite and PostgreSQL."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from fiel.custody.ledger import Verdict
from fiel.kernel.errors import InvalidInput
from tests.custody.stories import E9, wire
from tests.support.custody_bank import Bank

_RAW = (
    '{"orderId":1,"userId":"ana","ticker":"PETR4","quantity":%s,"price":%s,"side":"BUY","status":"PENDING"}'
)
_BAD = (
    "0",
    "-1",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    '"1,0"',
    "0.0000000001",
    "9" * 200,
    "true",
    "null",
    "1e-400",
    '""',
    '"\u0661"',
    "[]",
)


def test_fault_27_numbers_that_are_none(bank: Bank) -> None:
    """Fault 27: each bad quantity and price is a dead letter that changes and stops nothing."""
    before = bank.record()
    messages = [(_RAW % (bad, "10")).encode() for bad in _BAD] + [
        (_RAW % ("1", bad)).encode() for bad in _BAD
    ]
    assert bank.send(*messages).verdicts == {Verdict.DEAD_LETTER: len(messages)}
    assert bank.record() == before
    assert bank.send(wire()).verdicts == {Verdict.APPLIED: 1}
    assert len(bank.told("order-events-v1.dlq")) == len(messages)


@pytest.mark.parametrize(
    "amount", ["0", "-1", "NaN", "Infinity", "1e3", "1,0", "0.001", "9" * 200, True, None]
)
def test_fault_27_amounts_that_are_none(bank: Bank, amount: Any) -> None:
    """Fault 27: what is no amount is neither deposited nor withdrawn; the refusal names the field."""
    before = bank.image()
    for command in (bank.custody.deposit, bank.custody.withdraw):
        with pytest.raises(InvalidInput) as refusal:
            command("ana", amount, key="k")
        assert refusal.value.field == "amount"
    assert bank.image() == before


def test_fault_28_overflow(bank: Bank) -> None:
    """Fault 28: the largest quantity at the largest price is refused before 64 bits wrap."""
    huge = "9223372036.854775807"
    before = bank.record()
    assert bank.send(wire(quantity=huge, price=huge)).verdicts == {Verdict.DEAD_LETTER: 1}
    assert (bank.dead(), bank.record()) == (["amount_overflow"], before)
    for _ in range(91):
        bank.custody.deposit("ana", "999999999999999.99")
    bank.custody.deposit("ana", "999999999999999.99")
    balance = bank.account().balance
    assert balance > 9 * 10**18
    with pytest.raises(Exception, match="hold"):
        bank.custody.deposit("ana", "999999999999999.99")
    assert bank.account().balance == balance
    bank.adds_up()


def test_fault_29_rounding_does_not_drift(bank: Bank) -> None:
    """Fault 29: 2,000 fills of a third of a unit: postings sum to zero, the money is exact to half a cent."""
    count, third, price = 2_000, Fraction(333_333_333, E9), Fraction("0.07")
    terms = {"quantity": f"{count * third.numerator / third.denominator:.6f}", "price": "0.07"}
    bank.send(wire(**terms))
    fills = []
    for number in range(1, count):
        upto = 333_333_333 * number
        filled = f"{upto // E9}.{upto % E9:09d}"
        fills.append(wire("PARTIALLY_FILLED", **terms, filledQuantity=filled, executedPrice="0.07"))
    for start in range(0, len(fills), 500):
        bank.send(*fills[start : start + 500])
    exact = third * (count - 1) * price * 100
    assert abs(Fraction(500_000 - bank.account().balance) - exact) <= Fraction(1, 2)
    assert bank.position().cost == 500_000 - bank.account().balance
    sums: dict[str, int] = {}
    for posting in bank.record().postings:
        sums[posting.asset] = sums.get(posting.asset, 0) + posting.amount
    assert set(sums.values()) == {0}
    bank.adds_up()


def test_fault_31_currency_mismatch(bank: Bank) -> None:
    """Fault 31: an event in a currency without an account, or not the order's, is a dead letter."""
    bank.send(wire())
    before = bank.record()
    bank.send(wire(orderId=2, currency="USD"))
    assert (bank.dead(), bank.record()) == (["currency_mismatch"], before)
    bank.custody.deposit("ana", "100.00", "USD")
    bank.send(wire("FILLED", currency="USD", executedPrice="1", eventId="x"))
    assert bank.dead() == ["currency_mismatch", "order_mismatch"]
    assert (bank.account().blocked, bank.account(currency="USD").balance) == (100_000, 10_000)
    bank.adds_up()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"userId": "nobody"}, "account_unknown"),
        ({"ticker": "??"}, "ticker_malformed"),
        ({"status": "SETTLED"}, "status_unknown"),
        ({"side": "SHORT"}, "side_unknown"),
        ({"orderId": "abc"}, "whole_number_expected"),
        ({"eventTimestamp": [2026, 13, 1]}, "timestamp_malformed"),
    ],
)
def test_fault_32_names_that_nobody_knows(bank: Bank, fields: dict[str, Any], code: str) -> None:
    """Fault 32: an unknown account, symbol, status or side is a dead letter; the partition moves on."""
    received = bank.send(wire(orderId=1), wire(orderId=2) | fields, wire(orderId=3))
    assert received.verdicts == {Verdict.APPLIED: 2, Verdict.DEAD_LETTER: 1}
    assert bank.dead() == [code]
    assert bank.account().blocked == 200_000


def test_fault_32_unknown_fields_and_other_users(bank: Bank) -> None:
    """Fault 32: a later schema's fields are ignored; a user with odd letters is kept exactly."""
    odd = "josé 'x' \\ \"y\" 😀"
    bank.custody.deposit(odd, "1000.00")
    bank.send(wire(userId=odd, schemaVersion=9, more={"deep": [1]}))
    assert bank.account(odd).blocked == 100_000
    assert bank.told("wallet-events-v1")[-1]["userId"] == odd
