"""Last prices for the other services: the hash `ticker:price:{TICKER}` in Redis, which custody reads.

Fields: `price` (plain decimal, above zero), `updated_at` (the instant it speaks of, UTC), `currency`. An
older price never takes the place of a newer one that was written in the same form.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from fiel.kernel.clock import in_utc
from fiel.kernel.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

KEY = "ticker:price:{ticker}"
_TICKER = re.compile(r"[A-Z0-9^.=-]{1,20}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PRICE_MAX = Decimal(10**9)
#: ISO instants of one length in UTC sort as text; another writer's form is simply replaced.
_SCRIPT = """
local held = redis.call('HGET', KEYS[1], 'updated_at')
if held and #held == #ARGV[2] and string.sub(held, -1) == 'Z' and held > ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'price', ARGV[1], 'updated_at', ARGV[2], 'currency', ARGV[3])
return 1
"""


@dataclass(frozen=True, slots=True)
class TickerPrice:
    """The price of one unit, true at `as_of`. Raises `InvalidInput`: no float, none at or below zero."""

    ticker: str
    price: Decimal
    currency: str
    as_of: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_of", in_utc(self.as_of, field="as_of"))
        if not _TICKER.fullmatch(self.ticker):
            raise InvalidInput("ticker_malformed", "a ticker in capital letters is needed", field="ticker")
        if not _CURRENCY.fullmatch(self.currency):
            raise InvalidInput("currency_malformed", "three capital letters, as BRL", field="currency")
        price: object = self.price
        if not isinstance(price, Decimal) or not price.is_finite():
            raise InvalidInput("price_not_exact", "an exact, finite decimal is needed", field="price")
        if not 0 < price <= _PRICE_MAX:
            raise InvalidInput("price_out_of_range", f"above zero, up to {_PRICE_MAX}", field="price")


class TickerPrices:
    """Writes last prices. `client` is a redis.asyncio client with time-outs."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def write(self, prices: Collection[TickerPrice]) -> int:
        """How many were newer than what was there. Raises `Unavailable` (prices_unavailable)."""
        from redis.exceptions import RedisError

        if not prices:
            return 0
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for one in prices:
                    updated_at = f"{one.as_of:%Y-%m-%dT%H:%M:%S.%fZ}"
                    key = KEY.format(ticker=one.ticker)
                    pipeline.eval(_SCRIPT, 1, key, f"{one.price:f}", updated_at, one.currency)
                # A key of another type must not keep the others from being written.
                written = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(
                "prices_unavailable", f"prices cannot be written ({type(error).__name__})"
            ) from error
        refused = [one for one in written if isinstance(one, Exception) and "WRONGTYPE" not in str(one)]
        if refused:
            raise Unavailable("prices_unavailable", f"{len(refused)} prices were refused by the store")
        return sum(1 for one in written if one == 1)
