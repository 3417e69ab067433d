"""Valuation: a missing price is never zero, an old one is used and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from fiel.custody.accounts import Account, Position
from fiel.custody.ports import LastPrice, NoPrice
from fiel.custody.prices import RedisPrices
from fiel.custody.store.prices import StoredPrices
from fiel.custody.valuation import Completeness, Lack, value
from fiel.kernel.errors import Unavailable
from tests.support.custody_bank import Bank

NOW = datetime(2026, 5, 4, 20, tzinfo=UTC)
E9 = 10**9
ANA = Account("ana", balance=100_000, blocked=20_000)
PETR4 = Position("ana", "BRL", "PETR4", quantity=100 * E9)
VALE3 = Position("ana", "BRL", "VALE3", quantity=10 * E9)


def _price(ticker: str, price: int, *, hours: int = 1, currency: str = "BRL") -> LastPrice:
    return LastPrice(ticker, price, currency, NOW - timedelta(hours=hours), "test")


def test_everything_priced_is_complete() -> None:
    """Equity is cash, free and held, and every position at its price."""
    prices = {"PETR4": _price("PETR4", 38_500_000_000, hours=3), "VALE3": _price("VALE3", 60 * E9)}
    found = value(ANA, [PETR4, VALE3], prices, NOW)
    assert found.positions_value == 385_000 + 60_000
    assert found.total_equity == 100_000 + 445_000
    assert found.completeness is Completeness.COMPLETE
    assert found.oldest_price_age == timedelta(hours=3)


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        (None, "unknown"),
        (NoPrice("VALE3", "unknown"), "unknown"),
        (NoPrice("VALE3", "unusable"), "unusable"),
        (_price("VALE3", 60 * E9, currency="USD"), "currency"),
    ],
)
def test_fault_46_a_missing_price_makes_it_incomplete(price: LastPrice | NoPrice | None, reason: str) -> None:
    """The position is left out of the sum and named; it does not count as zero."""
    prices: dict[str, LastPrice | NoPrice] = {"PETR4": _price("PETR4", 38 * E9)}
    if price is not None:
        prices["VALE3"] = price
    found = value(ANA, [PETR4, VALE3], prices, NOW)
    assert found.completeness is Completeness.INCOMPLETE
    assert found.lacks == (Lack("VALE3", reason),)
    assert found.missing == ("VALE3",)
    assert found.positions[1].value is None


def test_fault_46_an_old_price_is_used_and_named() -> None:
    """Stale but right: it counts, and the valuation says that it is not complete."""
    found = value(ANA, [PETR4], {"PETR4": _price("PETR4", 38 * E9, hours=24 * 5)}, NOW)
    assert found.positions_value == 380_000
    assert (found.completeness, found.missing) == (Completeness.INCOMPLETE, ())
    assert found.lacks == (Lack("PETR4", "stale"),)


def test_a_position_of_zero_needs_no_price() -> None:
    """What was sold is not asked for."""
    found = value(ANA, [PETR4._replace(quantity=0)], {}, NOW)
    assert found.completeness is Completeness.COMPLETE


def test_half_a_cent_goes_up() -> None:
    """A position's value is rounded half up to the cent, away from zero."""
    fraction = Position("ana", "BRL", "PETR4", quantity=E9 // 2)
    assert value(ANA, [fraction], {"PETR4": _price("PETR4", 10_010_000_000)}, NOW).positions_value == 501
    short = fraction._replace(quantity=-E9 // 2)
    assert value(ANA, [short], {"PETR4": _price("PETR4", 10_010_000_000)}, NOW).positions_value == -501


def test_a_price_of_unknown_age_counts() -> None:
    """Redis tells the price alone: it is used, and its age is not made up."""
    found = value(ANA, [PETR4], {"PETR4": LastPrice("PETR4", 38 * E9, "BRL", None, "redis")}, NOW)
    assert (found.completeness, found.oldest_price_at) == (Completeness.COMPLETE, None)


@pytest.fixture
def redis_client(redis_database: str) -> Redis:
    return Redis.from_url(redis_database, socket_timeout=5)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"price": "38.52"}, 38_520_000_000),
        ({"price": "38.519999999999996"}, 38_520_000_000),
        ({"price": "0"}, "unusable"),
        ({"price": "-1"}, "unusable"),
        ({"price": "NaN"}, "unusable"),
        ({"price": "38,52"}, "unusable"),
        ({"price": ""}, "unusable"),
        ({"price": "0.0000000001"}, "unusable"),
        ({"price": "9" * 300}, "unusable"),
        ({"volume": "7"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_fault_46_prices_are_read_from_redis(
    redis_client: Redis, fields: dict[str, str], expected: int | str
) -> None:
    """The field `price` of the hash, exact; what is no price above zero is unusable or unknown."""
    if fields:
        redis_client.hset("ticker:price:PETR4", mapping=fields)  # type: ignore[arg-type]
    found = RedisPrices(redis_client).last_prices(["petr4"])["PETR4"]
    redis_client.close()
    assert (found.price if isinstance(found, LastPrice) else found.reason) == expected


def test_one_bad_key_does_not_hide_the_others(redis_client: Redis) -> None:
    """A key of another type is unusable; the other prices are read."""
    redis_client.set("ticker:price:VALE3", "60.00")
    redis_client.hset(
        "ticker:price:PETR4", mapping={"price": "38.5", "updated_at": "2026-05-04T16:00:00-03:00"}
    )
    found = RedisPrices(redis_client).last_prices(["PETR4", "VALE3"])
    redis_client.close()
    assert found["VALE3"] == NoPrice("VALE3", "unusable")
    price = found["PETR4"]
    assert isinstance(price, LastPrice)
    assert price.as_of == datetime(2026, 5, 4, 19, tzinfo=UTC)


def test_a_redis_that_is_away_is_told() -> None:
    """Prices that cannot be asked for are an outage, not unknown prices."""
    client = Redis(host="127.0.0.1", port=9, socket_timeout=1, socket_connect_timeout=1)
    with pytest.raises(Unavailable):
        RedisPrices(client).last_prices(["PETR4"])
    client.close()


def test_the_stored_price_only_gets_newer(bank: Bank) -> None:
    """A price that arrives late does not overwrite a newer one."""
    store = StoredPrices(bank.database)
    assert store.put([_price("PETR4", 38 * E9, hours=1)]) == 1
    assert store.put([_price("PETR4", 30 * E9, hours=2)]) == 0
    found = store.last_prices(["PETR4", "VALE3"])
    assert found["PETR4"] == _price("PETR4", 38 * E9, hours=1)
    assert found["VALE3"] == NoPrice("VALE3", "unknown")
