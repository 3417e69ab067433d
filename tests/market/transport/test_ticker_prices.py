"""The hash of last prices: custody reads what is written here."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis

from fiel.custody.ports import LastPrice
from fiel.custody.prices import RedisPrices
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.market.ticker_prices import TickerPrice, TickerPrices

AT = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
PETR4 = TickerPrice("PETR4", Decimal("38.52"), "BRL", AT)


def _write(url: str, *prices: TickerPrice) -> int:
    async def story() -> int:
        from redis.asyncio import Redis

        async with Redis.from_url(url, socket_timeout=5) as client:
            return await TickerPrices(client).write(prices)

    return asyncio.run(story())


def _read(url: str, ticker: str = "PETR4") -> Any:
    with redis.Redis.from_url(url) as client:
        return RedisPrices(client).last_prices([ticker])[ticker]


def test_custody_reads_what_was_written(redis_database: str) -> None:
    """Price, instant and currency come out as they went in."""
    assert _write(redis_database, PETR4, TickerPrice("IVVB11", Decimal("1E+2"), "BRL", AT)) == 2
    assert _read(redis_database) == LastPrice("PETR4", 38_520_000_000, "BRL", AT, "redis")
    assert _read(redis_database, "IVVB11").as_of == AT


def test_an_older_price_does_not_take_the_place_of_a_newer_one(redis_database: str) -> None:
    """Written out of order, the newest stays; one of the same instant corrects it."""
    older = replace(PETR4, price=Decimal(1), as_of=AT - timedelta(microseconds=1))
    assert [_write(redis_database, PETR4), _write(redis_database, older)] == [1, 0]
    assert _write(redis_database, replace(PETR4, price=Decimal("38.53"))) == 1
    assert _read(redis_database).as_of == AT


def test_a_price_of_another_writer_is_replaced(redis_database: str) -> None:
    """Another form of instant cannot be compared."""
    with redis.Redis.from_url(redis_database) as client:
        client.hset("ticker:price:PETR4", mapping={"price": "1", "updated_at": "2999-01-01T00:00:00"})
    assert _write(redis_database, PETR4) == 1
    assert _read(redis_database).as_of == AT


def test_a_key_of_another_type_does_not_stop_the_others(redis_database: str) -> None:
    """VALE3 holds a text: PETR4 is written all the same."""
    with redis.Redis.from_url(redis_database) as client:
        client.set("ticker:price:VALE3", "a text")
    assert _write(redis_database, replace(PETR4, ticker="VALE3"), PETR4) == 1
    assert _read(redis_database).as_of == AT


def test_a_store_that_is_down_is_unavailable() -> None:
    """Nobody listens: the error has a code, and no password."""
    with pytest.raises(Unavailable) as error:
        _write("redis://:s3cret@127.0.0.1:1/0", PETR4)
    assert error.value.code == "prices_unavailable"
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ticker", "petr4"),
        ("ticker", "A:B"),
        ("price", Decimal(0)),
        ("price", Decimal(-1)),
        ("price", Decimal("NaN")),
        ("price", 38.52),
        ("currency", "R$"),
        ("as_of", datetime(2026, 1, 1)),  # noqa: DTZ001
    ],
)
def test_what_is_no_price_is_refused(field: str, value: object) -> None:
    """Unknown is never zero, a float is never a price."""
    with pytest.raises(InvalidInput, match=field):
        replace(PETR4, **{field: value})  # type: ignore[arg-type]
