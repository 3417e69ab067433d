"""The answers of all own cases, spoiled anywhere: every reader of every service has a verdict on them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.market.reading import read_url
from fiel.market.symbols import BatchReading, RatesReading
from fiel.market.values import EventsReading, SeriesReading
from fiel.market.verdicts import Outcome
from fiel.market.wire import Answer
from tests.bad_payloads.cases import Case, load

TODAY = date(2026, 11, 21)
CASES = tuple(
    case
    for case in load(Path(__file__).parent / "own_cases.json")
    if case.body[:1] in (b"{", b"[") and len(case.body) < 4000
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.lists(st.none() | st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
    | st.sampled_from(
        (
            "0",
            "-1",
            "1e-30",
            "1e30",
            "99999999999999999999999999",
            "0001-01-01",
            "9999-12-31",
            "2026-02-30",
            "1 / 0",
            "0 para 0",
            "1969-12-31T23:59:59Z",
            "NaN",
            "-0.0",
        )
    )
)


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += _places(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            found += _places(inner, (*path, position))
    return found


def _put(value: Any, path: tuple[str | int, ...], leaf: object) -> None:
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = leaf


def _sound(value: object) -> bool:
    """Whether nothing that is served is a price, rate or factor that cannot be."""
    if isinstance(value, BatchReading):
        prices = [one.quote.price for one in value.symbols if one.quote]
        prices += [bar.close for one in value.symbols if one.history for bar in one.history.bars]
        return all(map(_positive, prices)) and all(_sound(one.events) for one in value.symbols)
    if isinstance(value, EventsReading):
        return all(_positive(one.rate) for one in value.cash) and all(
            _positive(one.new_per_old) for one in value.shares
        )
    if isinstance(value, RatesReading):
        told = [one for rate in value.currencies for one in (rate.buy, rate.sell)]
        return all(one is None or _positive(one) for one in told)
    if isinstance(value, SeriesReading):
        return all(row.value.is_finite() for row in value.rows)
    return True


def _positive(value: Decimal) -> bool:
    return value.is_finite() and value > 0


def _judged(case: Case, body: bytes) -> None:
    verdict = read_url(case.provider, case.request, Answer(case.status, body), today=TODAY)
    assert (verdict.value is None) == (verdict.outcome is Outcome.REJECT)
    assert not verdict.taken or _sound(verdict.value)


@settings(deadline=None)  # the first one makes the calendar
@given(st.sampled_from(CASES), st.data())
def test_any_field_may_be_anything(case: Case, data: st.DataObject) -> None:
    """One to three parts of an answer replaced: no reader fails, nothing unsound is served."""
    try:
        value = json.loads(case.body)
    except ValueError:
        return
    for _ in range(data.draw(st.integers(1, 3))):
        places = _places(value)
        if places:
            _put(value, data.draw(st.sampled_from(places)), data.draw(LEAVES))
    _judged(case, json.dumps(value).encode())


@settings(deadline=None)  # the first one makes the calendar
@given(st.sampled_from(CASES), st.data())
def test_any_byte_may_be_anything(case: Case, data: st.DataObject) -> None:
    """Bytes changed, cut out or doubled: no reader fails, nothing unsound is served."""
    body = bytearray(case.body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(body) - 1, 0)))
        change = data.draw(st.sampled_from(("set", "cut", "double")))
        if change == "set" and body:
            body[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del body[at : at + data.draw(st.integers(1, 30))]
        else:
            body[at:at] = body[at : at + 20]
    _judged(case, bytes(body))
