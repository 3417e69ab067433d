"""Reading the wire: exact, in every spelling of the contract, and never by a guess."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.custody.accounts import INT64_MAX, Rejection
from fiel.custody.order_events import (
    MESSAGE_BYTES_MAX,
    EventStatus,
    LogPlace,
    OrderEvent,
    Side,
    log_identity,
    parse_order_event,
)
from tests.custody.stories import E9, event, wire

SAMPLE = (
    b'{"orderId":9007199254740993,"userId":"ana","ticker":"PETR4","quantity":100,"price":38.2,'
    b'"executedPrice":null,"side":"BUY","status":"PENDING","eventTimestamp":[2026,5,1,10,0,0,123000000]}'
)


def code(message: bytes | dict[str, Any]) -> str:
    read = parse_order_event(message if isinstance(message, bytes) else json.dumps(message).encode())
    assert isinstance(read, Rejection), read
    return read.code


def raw(field: str, text: str, status: str = "PENDING") -> bytes:
    """A message with the JSON text of one field put in as it stands."""
    return json.dumps(wire(status, **{field: "@"})).replace('"@"', text).encode()


def test_the_original_producers_message() -> None:
    """A message of the Java producer is read to the last digit, 64-bit order number included."""
    read = parse_order_event(SAMPLE)
    assert isinstance(read, OrderEvent)
    assert (read.order_id, read.quantity, read.price) == (9007199254740993, 100 * E9, 38_200_000_000)
    assert (read.side, read.status, read.currency) == (Side.BUY, EventStatus.PENDING, "BRL")
    assert read.occurred_at == datetime(2026, 5, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert read.event_id == "order:9007199254740993:PENDING:-"


@pytest.mark.parametrize("text", ["0.1", '"0.1"', "0.10000000000000", '"00.100"'])
def test_numbers_and_strings(text: str) -> None:
    """A quantity is the same as number or text, with or without zeros at its end."""
    read = parse_order_event(raw("quantity", text))
    assert isinstance(read, OrderEvent)
    assert read.quantity == 100_000_000
    assert read.payload_hash == event(quantity="0.1").payload_hash


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0", "number_not_positive"),
        ("-1", "number_not_positive"),
        ("-0.0", "number_not_positive"),
        ("NaN", "number_not_finite"),
        ("Infinity", "number_not_finite"),
        ("-Infinity", "number_not_finite"),
        ('"NaN"', "number_not_finite"),
        ("1e400", "number_with_exponent"),
        ('"1E2"', "number_with_exponent"),
        ('"1,0"', "number_malformed"),
        ('" 1"', "number_malformed"),
        ('"+1"', "number_malformed"),
        ('"\\u0661"', "number_malformed"),
        ("0.1234567891", "too_many_decimals"),
        ("9" * 200, "number_too_large"),
        ("9223372036.854775808", "number_too_large"),
        ("true", "number_type"),
        ("[1]", "number_type"),
        ("{}", "number_type"),
        ("null", "number_missing"),
        ('""', "number_missing"),
    ],
)
@pytest.mark.parametrize("field", ["quantity", "price"])
def test_fault_27_bad_numbers(field: str, text: str, reason: str) -> None:
    """Fault 27: a number that is not exact, finite and above zero is a dead letter with its reason."""
    assert code(raw(field, text)) == reason


def test_the_largest_number_that_is_kept() -> None:
    """The last quantity that fits 64 bits is read exactly."""
    assert event(quantity="9223372036.854775807").quantity == INT64_MAX


def test_a_float_in_a_decoded_mapping() -> None:
    """A float has lost its digits already and is refused, though the JSON text of it would be read."""
    read = parse_order_event(wire(quantity=0.1))
    assert isinstance(read, Rejection)
    assert read.code == "number_is_float"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ([2026, 5, 1, 10, 0, 0, 123000000], datetime(2026, 5, 1, 10, 0, 0, 123000, tzinfo=UTC)),
        ([2026, 5, 1, 10, 0, 7], datetime(2026, 5, 1, 10, 0, 7, tzinfo=UTC)),
        ([2026, 5, 1, 10, 0], datetime(2026, 5, 1, 10, 0, tzinfo=UTC)),
        ("2026-05-01T10:00:00.123456789", datetime(2026, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-05-01T10:00", datetime(2026, 5, 1, 10, 0, tzinfo=UTC)),
        ("2026-05-01T10:00:00-03:00", datetime(2026, 5, 1, 13, 0, tzinfo=UTC)),
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, 0, tzinfo=UTC)),
        (None, None),
    ],
)
def test_timestamps(written: object, meant: datetime | None) -> None:
    """Arrays with their ends left out, ISO text with and without zone, and null are read."""
    assert event(eventTimestamp=written).occurred_at == meant


def test_local_times_of_a_zone() -> None:
    """A time without zone is local time of the producer's zone."""
    read = parse_order_event(wire(quantity="1"), zone=ZoneInfo("America/Sao_Paulo"))
    assert isinstance(read, OrderEvent)
    assert read.occurred_at == datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        [2026],
        [2026, 13, 1],
        [2026, 5, 1, 10, 0, 0, 10**9],
        [2026, 5, 1.5],
        [True, 5, 1],
        [0, 1, 1],
        [],
        {},
        1777629600,
        "today",
        "2026-W18-5",
        "2026-02-30",
        "9999-12-31T23:59:59-23:00",
    ],
)
def test_bad_timestamps(written: object) -> None:
    """A time that cannot be meant is refused, not guessed."""
    assert code(wire(eventTimestamp=written)) == "timestamp_malformed"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("orderId", None, "whole_number_expected"),
        ("orderId", 2**63, "whole_number_expected"),
        ("orderId", "1.0", "whole_number_expected"),
        ("orderId", True, "whole_number_expected"),
        ("userId", "", "text_length"),
        ("userId", "u" * 101, "text_length"),
        ("userId", 5, "text_expected"),
        ("userId", "a\x00b", "text_unprintable"),
        ("userId", "\ud800", "text_unprintable"),
        ("ticker", "PETR 4", "ticker_malformed"),
        ("ticker", None, "text_expected"),
        ("side", "HOLD", "side_unknown"),
        ("side", None, "side_unknown"),
        ("status", "DONE", "status_unknown"),
        ("status", 1, "status_unknown"),
        ("currency", "REAL", "text_length"),
        ("currency", "R$1", "currency_malformed"),
        ("sequence", "x", "whole_number_expected"),
        ("eventId", "", "text_length"),
    ],
)
def test_fault_32_bad_fields(field: str, value: object, reason: str) -> None:
    """Fault 32: what is unknown or malformed is a dead letter that names the reason."""
    assert code(wire() | {field: value}) == reason


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"\xff\xfe", "message_not_utf8"),
        (b"", "message_not_json"),
        (b"{", "message_not_json"),
        (b"[]", "message_not_object"),
        (b"null", "message_not_object"),
        (b" " * (MESSAGE_BYTES_MAX + 1), "message_too_large"),
        (b"x" * 10_000_000, "message_too_large"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "message_too_deep"),
        (b"[" * 60_000, "message_too_deep"),
    ],
)
def test_fault_35_bad_bytes(message: bytes, reason: str) -> None:
    """Fault 35: bytes that are no message are refused within bounds of size and depth."""
    assert code(message) == reason


def test_brackets_inside_text_are_not_depth() -> None:
    """A flat message with many brackets in a field that nobody reads is not too deep."""
    assert event(note="[" * 100).order_id == 1


def test_case_and_unknown_fields() -> None:
    """Side and status are read in any case, and fields of others are ignored."""
    read = event("pending", side="sElL", note={"deep": [1, 2.5]})
    assert (read.side, read.status) == (Side.SELL, EventStatus.PENDING)
    assert event("canceled").status is EventStatus.CANCELLED


def test_fills_need_their_price() -> None:
    """A fill without price, or a partial one without its cumulative quantity, is no fill."""
    assert code(wire("FILLED")) == "number_missing"
    assert code(wire("PARTIALLY_FILLED", executedPrice=1)) == "number_missing"
    assert event("FILLED", executedPrice=1).upto == 100 * E9


def test_identity_in_three_steps() -> None:
    """The producer's id goes first, then order with status and sequence or quantity, last the log."""
    assert event(eventId="abc", sequence=4).event_id == "producer:abc"
    assert event(sequence=4).event_id == "order:1:PENDING:s4"
    part = event("PARTIALLY_FILLED", filledQuantity="0.5", executedPrice=1)
    assert part.event_id == "order:1:PARTIALLY_FILLED:q500000000"
    assert log_identity(LogPlace("order-events-v1", 3, 77)) == "log:order-events-v1:3:77"


def test_hash_is_of_the_claims() -> None:
    """Another spelling or time of the same claims hashes the same; another claim does not."""
    assert event(price=10).payload_hash == event(price="10.000", eventTimestamp=None).payload_hash
    assert event(price=10).payload_hash != event(price=11).payload_hash


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes(message: bytes) -> None:
    """No bytes whatever make the reader raise."""
    assert isinstance(parse_order_event(message), Rejection)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*wire(), "eventId", "filledQuantity", "sequence", "currency"]), _json)
def test_any_value_in_any_field(field: str, value: object) -> None:
    """Any JSON in any field gives an event or a refusal, and the event's numbers fit 64 bits."""
    read = parse_order_event(json.dumps(wire("FILLED", executedPrice=1) | {field: value}).encode())
    if isinstance(read, OrderEvent):
        assert 0 < read.quantity <= INT64_MAX
        assert read.user_id.encode()
