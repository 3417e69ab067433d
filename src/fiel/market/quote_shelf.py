"""What is held of quotes: memory, then Redis, then the database, each allowed to be away.

The envelope (value, as_of, fetched_at, source) travels whole through every layer, so that a value from a
cache can never pass for a new one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from fiel.infra.caching.layered import Found, Layered
from fiel.infra.caching.port import Entry
from fiel.infra.resilience.attempts import Held
from fiel.kernel.clock import Clock
from fiel.market.asking import Told, in_thread
from fiel.market.freshness import Freshness
from fiel.market.ports import QuoteStore
from fiel.market.quote_codec import quote_fields, quote_of
from fiel.market.store.symbols import StoredQuote
from fiel.market.values import QuoteReading
from fiel.market.verdicts import Finding, Kind, Verdict, accept
from fiel.market.wire import Provider

#: Served, and to be confirmed as soon as another source answers.
UNCONFIRMED = Finding(
    Kind.UNCONFIRMED, "price", "the first price of this symbol, and one source alone tells it"
)


@dataclass(frozen=True, slots=True)
class QuoteShelf:
    """Satisfies the pipeline's `Shelf`; writing to the database is the service's own step."""

    layers: Layered
    store: QuoteStore
    clock: Clock
    freshness: Freshness

    async def look(self, key: str) -> Held[Told[QuoteReading]] | None:
        """The best that any layer has; older than `freshness.stale` is nothing."""
        found = (await self.layers.look([_cache_key(key)])).get(_cache_key(key))
        if found is not None and found.entry.negative and found.fresh:
            return Held(None, fresh=True)
        held = _quote_in(found)
        if held is None or not (found is not None and found.fresh):
            stored = await in_thread(lambda: self.store.quote(_symbol(key)))
            if stored is not None and (held is None or stored.fetched_at > held.fetched_at):
                held = stored
                if self._usable(held):
                    await self.layers.put({_cache_key(key): self._entry(held)})
        if held is None or not self._usable(held):
            return None
        fresh = self.clock.now() < self.freshness.fresh_until(held.as_of, held.fetched_at)
        return Held(_as_told(held), fresh=fresh)

    async def put(self, key: str, value: Told[QuoteReading], source: str) -> None:  # noqa: ARG002
        """Into memory and Redis. A reading without a time is not kept."""
        quote = stored_quote(value, fallback=False)
        if quote is not None:
            await self.layers.put({_cache_key(key): self._entry(quote)})

    async def put_absent(self, key: str, reason: str) -> None:
        """That nobody knows the symbol, for a few minutes; not when it is known that there is one."""
        if await in_thread(lambda: self.store.quote(_symbol(key))) is not None:
            return
        until = self.clock.now() + self.freshness.absent
        entry = Entry(reason.encode(), until, until, negative=True)
        await self.layers.put({_cache_key(key): entry})

    def _usable(self, quote: StoredQuote) -> bool:
        return self.clock.now() - quote.as_of <= self.freshness.stale

    def _entry(self, quote: StoredQuote) -> Entry:
        fresh_until = self.freshness.fresh_until(quote.as_of, quote.fetched_at)
        return Entry(_packed(quote), fresh_until, max(fresh_until, quote.as_of + self.freshness.stale))


def stored_quote(told: Told[QuoteReading], *, fallback: bool) -> StoredQuote | None:
    """What is kept of an answer that was taken; nothing of a price that does not say its time."""
    reading = told.verdict.value
    if reading is None or reading.as_of is None:
        return None
    confirmed = not any(each.kind is Kind.UNCONFIRMED for each in told.verdict.findings)
    return StoredQuote(reading, reading.as_of, told.fetched_at, told.provider.value, fallback, confirmed)


def quote_key(symbol: str) -> str:
    """The key of a symbol in the pipeline."""
    return f"quote:{symbol}"


def _symbol(key: str) -> str:
    return key.partition(":")[2]


def _cache_key(key: str) -> str:
    return f"fiel:market:{key}"


def _quote_in(found: Found | None) -> StoredQuote | None:
    """The quote of an entry; another version's bytes are like none."""
    if found is None or found.entry.negative:
        return None
    try:
        return _unpacked(found.entry.body)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return None


def _as_told(quote: StoredQuote) -> Told[QuoteReading]:
    verdict: Verdict[QuoteReading] = accept(quote.reading, *(() if quote.confirmed else (UNCONFIRMED,)))
    return Told(verdict, Provider(quote.source), quote.fetched_at)


def _packed(quote: StoredQuote) -> bytes:
    reading = quote.reading
    body = quote_fields(reading) | {
        "symbol": reading.symbol,
        "price": f"{reading.price:f}",
        "currency": reading.currency,
        "as_of": quote.as_of.isoformat(),
        "fetched_at": quote.fetched_at.isoformat(),
        "source": quote.source,
        "fallback": quote.fallback,
        "confirmed": quote.confirmed,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


# Memory hands out the same bytes again and again until there is a newer quote.
@lru_cache(maxsize=4_096)
def _unpacked(body: bytes) -> StoredQuote:
    given = json.loads(body)
    as_of = datetime.fromisoformat(given["as_of"])
    if as_of.tzinfo is None:
        raise ValueError("an envelope without zone")
    reading = quote_of(given["symbol"], given["price"], given["currency"], as_of, given)
    fetched_at = datetime.fromisoformat(given["fetched_at"])
    Provider(given["source"])
    confirmed = given["confirmed"] is True
    return StoredQuote(reading, as_of, fetched_at, given["source"], bool(given["fallback"]), confirmed)
