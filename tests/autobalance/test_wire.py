"""Ticks and requests on the bus: as market writes them, and as an exchange of ours does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from fiel.autobalance.topics import PRICE_TICKS, REBALANCE_REQUESTS
from fiel.autobalance.wire import (
    Request,
    Tick,
    latest,
    read_request,
    read_tick,
    request_message,
    tick_message,
)
from fiel.kernel.errors import InvalidInput
from fiel.market.messages import TICKS, quote_accepted
from fiel.market.values import QuoteReading

NOON = datetime(2026, 5, 4, 14, tzinfo=UTC)


def _changed(**payload: Any) -> bytes:
    body = json.loads(tick_message("PETR4", 38_500_000_000, NOON, "test").body or b"")
    body["payload"] |= payload
    return json.dumps(body).encode()


def test_what_market_accepted_is_read() -> None:
    """The price, its currency and the time it is of: of the message as the room of market writes it."""
    reading = QuoteReading("PETR4", Decimal("38.52"), "BRL", NOON, "PETR4")
    told = quote_accepted(reading, NOON, NOON + timedelta(seconds=9), "brapi")
    assert told.topic == TICKS == PRICE_TICKS
    assert read_tick(told.body.encode()) == Tick("PETR4", Decimal("38.52"), NOON, "BRL")


def test_an_exchange_tells_prices_alike() -> None:
    """Keyed by ticker, exact to the billionth, in UTC."""
    here = NOON.astimezone(timezone(timedelta(hours=-3)))
    told = tick_message("ABEV3", 1, here, "exchange")
    assert (told.topic, told.key) == (PRICE_TICKS, b"ABEV3")
    assert read_tick(told.body or b"") == Tick("ABEV3", Decimal("0.000000001"), NOON)


@pytest.mark.parametrize("price", ["0", "-1", "1000000001"])
def test_fault_46_a_price_that_is_none_is_gone(price: str) -> None:
    """Zero, negative or absurd: the ticker has no price any more."""
    assert read_tick(_changed(price=price)).price is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{" * 50_000,
        b'{"type":"QuoteAccepted","version":1}',
        _changed(price=None),
        _changed(price="1,5"),
        _changed(price=1.5),
        _changed(price="NaN"),
        _changed(ticker=""),
        _changed(currency="reais"),
        _changed(price="1" * 30_000),
        (tick_message("A", 1, NOON, "x").body or b"").replace(b"QuoteAccepted", b"QuoteRejected"),
        (tick_message("A", 1, NOON, "x").body or b"").replace(b"+00:00", b""),
    ],
)
def test_what_is_no_tick_is_refused(body: bytes) -> None:
    """Whatever comes over the bus, it is a tick or an `InvalidInput`."""
    with pytest.raises(InvalidInput):
        read_tick(body)


def test_of_a_batch_the_last_price_counts() -> None:
    """By its own time; one that comes late does not replace a newer one."""
    ticks = [Tick("A", Decimal(n), NOON + timedelta(seconds=at)) for n, at in ((1, 0), (3, 2), (2, 1))]
    same = Tick("A", Decimal(4), NOON + timedelta(seconds=2))
    other = Tick("B", None, NOON)
    assert latest([*ticks, other]) == {"A": ticks[1], "B": other}
    assert latest([*ticks, same])["A"] == same


def test_a_request_travels() -> None:
    """Keyed by portfolio; the same request twice has one name."""
    request = Request("ana@corretora", "band", NOON)
    told = request_message(request)
    assert (told.topic, told.key) == (REBALANCE_REQUESTS, b"ana@corretora")
    assert read_request(told.body or b"") == request
    assert Request("ana@corretora", "band", NOON).id == request.id != Request("ana", "band", NOON).id
    with pytest.raises(InvalidInput):
        read_request((told.body or b"").replace(b"band", b""))
