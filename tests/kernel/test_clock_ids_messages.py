"""Injected time and identity, and the envelope of messages."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import SequentialIds, deterministic_id
from fiel.kernel.messages import Envelope

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
parts = st.lists(st.text(max_size=8) | st.integers(), min_size=1, max_size=4)


def envelope(**changes: Any) -> Envelope:
    """A good message, with changes."""
    fields: dict[str, Any] = {
        "id": "event_1",
        "type": "QuoteAccepted",
        "version": 1,
        "key": "PETR4",
        "occurred_at": NOON,
        "recorded_at": NOON + timedelta(seconds=2),
        "payload": {"price": "38.20", "tags": ["a", {"b": None}]},
        "trace_id": None,
    }
    return Envelope(**(fields | changes))


def test_a_fixed_clock_tells_its_instant_in_utc() -> None:
    """An instant of São Paulo is told in UTC, always the same."""
    clock = FixedClock(datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-3))))

    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_an_instant_without_time_zone_is_refused() -> None:
    """A naive instant would be a guess, for clocks and for messages."""
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(InvalidInput, match="no time zone"):
        FixedClock(naive)
    with pytest.raises(InvalidInput) as caught:
        envelope(recorded_at=naive)
    assert caught.value.field == "recorded_at"


def test_sequential_ids_never_repeat_and_start_where_told() -> None:
    """Ids count up with their prefix; two sources do not share their count."""
    ids, others = SequentialIds("order"), SequentialIds("order", first=7)

    assert [ids.next_id(), ids.next_id(), others.next_id()] == ["order-1", "order-2", "order-7"]


def test_a_deterministic_id_is_the_same_for_ever() -> None:
    """The id of known parts is a constant: changing the recipe would rename every stored row."""
    assert deterministic_id("order", "plan-7", 1) == "order_c894ef52902c37c21429c59fcf8454f0"


@given(parts, parts)
def test_different_parts_have_different_ids(left: list[str | int], right: list[str | int]) -> None:
    """Ids are equal only for parts equal in kind, order and boundaries."""
    same = [(type(part), part) for part in left] == [(type(part), part) for part in right]

    assert (deterministic_id("x", *left) == deterministic_id("x", *right)) == same


def test_kind_and_boundaries_of_parts_count() -> None:
    """1 is not "1", ("ab", "c") is not ("a", "bc"), and namespaces are apart."""
    ids = {
        deterministic_id("x", 1),
        deterministic_id("x", "1"),
        deterministic_id("x", "ab", "c"),
        deterministic_id("x", "a", "bc"),
        deterministic_id("x", "abc"),
        deterministic_id("y", "abc"),
    }
    assert len(ids) == 6


@pytest.mark.parametrize(
    ("namespace", "id_parts"),
    [("", ["a"]), ("Order", ["a"]), ("a-b", ["a"]), ("x", []), ("x", [1.5]), ("x", [True]), ("x", [None])],
)
def test_an_id_of_doubtful_parts_is_refused(namespace: str, id_parts: list[Any]) -> None:
    """Bad namespaces, no parts, floats and flags have no id."""
    with pytest.raises(InvalidInput):
        deterministic_id(namespace, *id_parts)


def test_an_envelope_is_frozen_all_the_way_down() -> None:
    """Neither the message nor its payload can change, even through what it was made from."""
    source: dict[str, Any] = {"price": "38.20", "tags": ["a", {"b": None}]}
    message = envelope(payload=source)
    source["price"] = "0"
    source["tags"].append("later")

    assert message == envelope()
    assert message.payload["tags"][1]["b"] is None  # type: ignore[index, call-overload]
    with pytest.raises(TypeError):
        message.payload["price"] = "1"  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.key = "VALE3"  # type: ignore[misc]
    assert len({message, envelope()}) == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id": ""}, "message_field_missing", "id"),
        ({"type": ""}, "message_field_missing", "type"),
        ({"key": ""}, "message_field_missing", "key"),
        ({"version": 0}, "message_version", "version"),
        ({"version": True}, "message_version", "version"),
        ({"payload": {"price": 38.2}}, "payload_type", "payload.price"),
        ({"payload": {"a": [1, {"b": NOON}]}}, "payload_type", "payload.a[1].b"),
        ({"payload": {1: "a"}}, "payload_key", "payload"),
    ],
)
def test_a_broken_message_is_refused_where_it_breaks(changes: dict[str, Any], code: str, field: str) -> None:
    """Empty names, bad versions and floats in the payload are refused with their place."""
    with pytest.raises(InvalidInput) as caught:
        envelope(**changes)

    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_payload_nested_without_end_is_refused() -> None:
    """Depth is bounded, so that a hostile message cannot exhaust the stack."""
    nested: Any = "x"
    for _ in range(40):
        nested = {"a": nested}
    with pytest.raises(InvalidInput, match="32 levels"):
        envelope(payload=nested)
