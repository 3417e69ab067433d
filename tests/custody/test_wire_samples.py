"""The contract's JSON, written out: what the order service sends, in every spelling that must be read.

Each sample is text as it stands on the wire. It is read, taken into a book, and told again by
`wallet-events-v1` with all its digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fiel.custody.messages import Message
from fiel.custody.order_events import OrderEvent, parse_order_event
from fiel.custody.order_events.event import EventStatus, LogPlace, Side
from fiel.custody.store.rows import event_of, event_text
from tests.support.custody_bank import E9, Bank
from tests.support.custody_homes import FileHome

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TEN = datetime(2026, 5, 1, 13, 0, tzinfo=UTC)

#: A PENDING as the Java producer writes it: the time as an array, numbers as numbers.
PENDING = (
    b'{"orderId":9007199254740993,"userId":"user-1","ticker":"PETR4","quantity":100,"price":38.20,'
    b'"executedPrice":null,"side":"BUY","status":"PENDING","eventTimestamp":[2026,5,1,10,0,0,123000000]}'
)
FILLED = (
    b'{"orderId":9007199254740993,"userId":"user-1","ticker":"PETR4","quantity":100,"price":38.20,'
    b'"executedPrice":38.15,"side":"BUY","status":"FILLED","eventTimestamp":[2026,5,1,10,0,1]}'
)
REJECTED = (
    b'{"orderId":2,"userId":"user-1","ticker":"VALE3","quantity":1,"price":61.07,"executedPrice":null,'
    b'"side":"SELL","status":"REJECTED","eventTimestamp":[2026,5,1,10,0]}'
)
#: Ours: parts with the cumulative quantity, an id of the producer, another currency, a number in order.
PARTIAL = (
    b'{"eventId":"e-77","orderId":3,"userId":"user-1","ticker":"AAPL","quantity":"2.5","price":"187.4321",'
    b'"executedPrice":"187.40","filledQuantity":1.25,"side":"buy","status":"PARTIALLY_FILLED",'
    b'"eventTimestamp":"2026-05-01T10:00:00","currency":"USD","sequence":2}'
)

#: The same event in other spellings of single fields.
SPELLINGS: dict[str, list[bytes]] = {
    '"orderId":9007199254740993': [b'"orderId":"9007199254740993"'],
    '"quantity":100': [b'"quantity":100.0', b'"quantity":"100"', b'"quantity":"100.000000000"'],
    '"price":38.20': [b'"price":38.2', b'"price":"38.20"', b'"price": "38.200000000"'],
    '"executedPrice":null,': [b'"executedPrice":0,', b'"executedPrice":"",', b""],
    '"side":"BUY"': [b'"side":"buy"', b'"side":"Buy"', b'"side":"bUY"'],
    '"status":"PENDING"': [b'"status":"pending"', b'"status":"Pending"'],
    '"ticker":"PETR4"': [b'"ticker":"petr4"'],
    '"userId":"user-1"': [b'"userId":"user-1","note":{"deep":[1,2.5,null]},"venue":"B3","lot":1e400'],
}

#: How ten in the morning in Sao Paulo may be written, with what is left after the second.
TIMES: list[tuple[bytes, timedelta]] = [
    (b"[2026,5,1,10,0,0,123000000]", timedelta(milliseconds=123)),
    (b"[2026,5,1,10,0,0,123456789]", timedelta(microseconds=123456)),
    (b"[2026,5,1,10,0,7]", timedelta(seconds=7)),
    (b"[2026,5,1,10,0]", timedelta()),
    (b'"2026-05-01T10:00:00"', timedelta()),
    (b'"2026-05-01T10:00"', timedelta()),
    (b'"2026-05-01T10:00:00.123"', timedelta(milliseconds=123)),
    (b'"2026-05-01T10:00:00.123456789"', timedelta(microseconds=123456)),
    (b'"2026-05-01 10:00:07"', timedelta(seconds=7)),
    (b'"2026-05-01T13:00:00Z"', timedelta()),
    (b'"2026-05-01T10:00:00-03:00"', timedelta()),
]


def read(sample: bytes) -> OrderEvent:
    """The event of a sample; fails with the reason when it cannot be read."""
    event = parse_order_event(sample, zone=SAO_PAULO)
    assert isinstance(event, OrderEvent), event
    return event


def test_the_sample_of_the_contract_is_read_to_the_last_digit() -> None:
    """A number beyond what a binary float holds, a price, and the local time with its nanoseconds."""
    event = read(PENDING)
    assert event[2:7] == (9007199254740993, "user-1", "PETR4", Side.BUY, EventStatus.PENDING)
    assert (event.quantity, event.price) == (100 * E9, 38_200_000_000)
    assert (event.executed_price, event.upto, event.currency) == (None, None, "BRL")
    assert event.occurred_at == TEN + timedelta(milliseconds=123)


def test_a_fill_completes_its_order_unless_it_says_how_far() -> None:
    """FILLED alone means the whole quantity; a part tells its cumulative quantity."""
    assert (read(FILLED).executed_price, read(FILLED).upto) == (38_150_000_000, 100 * E9)
    part = read(PARTIAL)
    assert (part.upto, part.quantity) == (1_250_000_000, 2_500_000_000)
    assert (part.executed_price, part.price) == (187_400_000_000, 187_432_100_000)
    assert (part.currency, part.sequence, part.event_id) == ("USD", 2, "producer:e-77")


@pytest.mark.parametrize(
    ("written", "other"), [(written, other) for written, others in SPELLINGS.items() for other in others]
)
def test_every_spelling_is_the_same_event(written: str, other: bytes) -> None:
    """Numbers as text, any case, fields nobody knows: the same values, identity and hash of its claims."""
    assert written.encode() in PENDING
    assert read(PENDING.replace(written.encode(), other)) == read(PENDING)


@pytest.mark.parametrize(("text", "after"), TIMES)
def test_every_way_to_write_a_time_is_read(text: bytes, after: timedelta) -> None:
    """Arrays without their trailing zeros, ISO texts with and without a zone: local unless they say so."""
    event = read(PENDING.replace(b"[2026,5,1,10,0,0,123000000]", text))
    assert event.occurred_at == TEN + after


@pytest.mark.parametrize("text", [b"null", b""])
def test_a_time_may_be_missing(text: bytes) -> None:
    """Null, or no field at all: the event is read, and its time is not made up."""
    whole = b',"eventTimestamp":[2026,5,1,10,0,0,123000000]'
    sample = PENDING.replace(whole, b',"eventTimestamp":' + text if text else b"")
    assert read(sample).occurred_at is None


@pytest.mark.parametrize("sample", [PENDING, FILLED, REJECTED, PARTIAL])
def test_a_sample_that_waits_in_the_book_comes_out_the_same(sample: bytes) -> None:
    """What is kept of a parked event is all of it, to the digit."""
    event = read(sample)._replace(place=LogPlace("order-events-v1", 3, 41))
    assert event_of(event_text(event)) == event


@pytest.mark.parametrize("sample", [PENDING, FILLED, REJECTED, PARTIAL])
def test_a_sample_written_again_by_another_program_is_the_same_event(sample: bytes) -> None:
    """Decoded with exact decimals, encoded as text and read once more: nothing was lost on the way."""
    decoded = json.loads(sample, parse_float=Decimal)
    assert read(json.dumps(decoded, default=str).encode()) == read(sample)


@pytest.fixture
def bank(book_file: FileHome) -> Iterator[Bank]:
    """A bank where user-1 has R$ 5,000.00."""
    found = Bank(book_file.copy())
    found.custody.deposit("user-1", "5000.00")
    yield found
    found.close()


def test_the_samples_go_through_the_book_and_out_with_their_digits(bank: Bank) -> None:
    """PENDING and FILLED give the three wallet events of the contract, amounts as plain JSON numbers."""
    bank.custody.receive([Message(PENDING, key="user-1"), Message(FILLED, key="user-1")])
    told = [json.loads(json.dumps(each), parse_float=Decimal) for each in bank.told("wallet-events-v1")]
    assert [(each["transactionType"], each["amount"]) for each in told] == [
        ("DEPOSIT", Decimal("5000.0")),
        ("RESERVE", Decimal("3820.0")),
        ("SETTLEMENT", Decimal("-3815.0")),
        ("REFUND", Decimal("5.0")),
    ]
    settled = told[2]
    assert (settled["orderId"], settled["ticker"], settled["userId"]) == (9007199254740993, "PETR4", "user-1")
    required = {
        "eventId", "userId", "transactionType", "amount", "ticker", "orderId",
        "balanceAfter", "blockedBalanceAfter", "eventTimestamp",
    }  # fmt: skip
    assert all(required <= each.keys() for each in told)


def test_other_spellings_in_the_book_are_duplicates(bank: Bank) -> None:
    """The same order published by another library, or with its time stamped anew, is applied once."""
    samples: list[Any] = [PENDING]
    samples += [
        PENDING.replace(written.encode(), other) for written, each in SPELLINGS.items() for other in each
    ]
    samples += [PENDING.replace(b"[2026,5,1,10,0,0,123000000]", text) for text, _ in TIMES]
    verdicts = bank.send(*samples).verdicts
    assert {verdict.value: number for verdict, number in verdicts.items()} == {
        "applied": 1,
        "duplicate": len(samples) - 1,
    }
