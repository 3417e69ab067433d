"""Last prices: from Redis, as the other services write them, or from the embedded table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from fiel.custody.accounts import PRICE_SCALE
from fiel.custody.names import read_currency, read_label, read_ticker
from fiel.custody.ports import LastPrice, NoPrice
from fiel.kernel.clock import in_utc
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from redis import Redis

KEY = "ticker:price:{ticker}"
TICKERS_MAX = 10_000
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}(Z|[+-][0-9]{2}:[0-9]{2})?")


class RedisPrices:
    """The hash `ticker:price:{TICKER}`: field `price`, and `updated_at` where the writer gives it.

    A price that is no number above zero is unusable, not zero. `client` is a redis-py client with time-outs.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        """One round trip for all. Raises `Unavailable` (prices_unavailable)."""
        from redis.exceptions import RedisError

        wanted = sorted({ticker.upper() for ticker in tickers})[:TICKERS_MAX]
        if not wanted:
            return {}
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for ticker in wanted:
                    pipeline.hmget(KEY.format(ticker=ticker), "price", "updated_at", "currency")
                # One hash of another type must not hide the others.
                found = pipeline.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            raise Unavailable("prices_unavailable", f"the price store cannot be asked ({error})") from error
        return {ticker: _read(ticker, fields) for ticker, fields in zip(wanted, found, strict=True)}


def given_price(
    ticker: object, price: object, currency: object, as_of: datetime, source: object
) -> LastPrice:
    """A price that a person gives, as exact text above zero with at most nine decimals.

    Raises `InvalidInput` naming ticker, price, currency, as_of or source.
    """
    number = parse_decimal(price, field="price", decimals_max=9, maximum=10**9)
    if number <= 0:
        raise InvalidInput("last_price_not_positive", "the price must be above zero", field="price")
    return LastPrice(
        read_ticker(ticker),
        int(number * PRICE_SCALE),
        read_currency(currency),
        in_utc(as_of, field="as_of"),
        read_label(source, "source"),
    )


def _read(ticker: str, fields: Any) -> LastPrice | NoPrice:
    if isinstance(fields, Exception):
        return NoPrice(ticker, "unusable")
    price, updated_at, currency = (_text(field) for field in fields)
    if price is None:
        return NoPrice(ticker, "unknown")
    try:
        number = parse_decimal(price)
    except InvalidInput:
        return NoPrice(ticker, "unusable")
    if not 0 < number <= Decimal(10**9):
        return NoPrice(ticker, "unusable")
    # Some writers keep binary fractions (38.519999999999996): nine decimals are kept, half to even.
    scaled = int((number * PRICE_SCALE).to_integral_value(ROUND_HALF_EVEN))
    if not scaled:
        return NoPrice(ticker, "unusable")
    return LastPrice(ticker, scaled, (currency or "BRL").upper(), _instant(updated_at), "redis")


def _text(field: bytes | str | None) -> str | None:
    return field.decode("utf-8", "replace") if isinstance(field, bytes) else field


def _instant(text: str | None) -> datetime | None:
    """An ISO instant; one without a zone or that cannot be read says nothing of its age."""
    if text is None or not _ISO.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
