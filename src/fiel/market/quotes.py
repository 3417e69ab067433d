"""Last prices: asked with care, weighed, kept, told to the other rooms, and always with their papers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from fiel.infra.resilience.attempts import Attempt, Held, How, Request, Result, Source, Step
from fiel.infra.resilience.pipeline import Pipeline
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, InvalidInput, Unavailable
from fiel.market import messages
from fiel.market.asking import Asker, Told, in_thread
from fiel.market.judgement import then
from fiel.market.ports import LastPrices, QuoteStore
from fiel.market.providers import brapi_quotes, hg_quotes
from fiel.market.quote_doubts import Aside
from fiel.market.quote_shelf import QuoteShelf, quote_key, stored_quote
from fiel.market.sanitizer.context import Context, QuoteLimits, local_day
from fiel.market.sanitizer.quotes import check_quote
from fiel.market.store.symbols import StoredQuote
from fiel.market.symbols import BatchReading
from fiel.market.values import Quality, QuoteReading, Served, ShareEvent
from fiel.market.verdicts import Kind, Verdict, accept, rejected
from fiel.market.wire import Answer, Ask, Provider

#: Shares, units, FIIs, ETFs, BDRs, and indexes with a caret.
_SYMBOL = re.compile(r"\^?[A-Z][A-Z0-9]{3}[0-9]{1,2}[BF]?|\^[A-Z]{2,8}")
SYMBOLS_MAX = 500


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """What can be served of one symbol, and everything that was tried. `served` is `None` for nothing.

    `doubts`: answers that were read and not believed, by source, with the price they gave.
    """

    symbol: str
    served: Served[QuoteReading] | None
    how: How
    trail: tuple[Step, ...] = ()
    doubts: tuple[tuple[str, str, Decimal | None], ...] = ()


@dataclass(slots=True)
class Quotes:
    """Quotes of B3 symbols. `order` names the providers to ask, the preferred first."""

    pipeline: Pipeline
    asker: Asker
    shelf: QuoteShelf
    store: QuoteStore
    clock: Clock
    last_prices: LastPrices
    events_of: Callable[[str], Sequence[ShareEvent]]
    order: Sequence[Provider] = (Provider.BRAPI, Provider.HG)
    limits: QuoteLimits = field(default_factory=QuoteLimits)
    #: Writes that failed since the start: the value was served all the same.
    writes_lost: int = 0

    async def get(self, symbol: str, *, renew: bool = False) -> QuoteAnswer:
        """The best quote that can be had now. Raises `InvalidInput` for a malformed symbol; nothing else."""
        name = read_symbol(symbol)
        held = None if renew else await self._look(quote_key(name))
        if held is not None and held.fresh:
            # Most requests end here: nothing is made ready for a call that is not due.
            return self._answer(name, Result(held.value, How.ABSENT if held.value is None else How.HELD))
        known, aside = _Known(), Aside(self.limits)
        sources = self._sources(name, known, aside)
        result = await self.pipeline.get(Request(quote_key(name), sources, _Kept(self, aside), renew=renew))
        best = aside.instead_of(result)
        if result.how not in (How.FIRST, How.FALLBACK) and best is not result and best.value is not None:
            # Found after the pipeline had given up: it has kept nothing.
            await self.shelf.put(quote_key(name), best.value, best.value.provider.value)
            await self.keep(best.value, fallback=False)
        return self._answer(name, best)

    async def _look(self, key: str) -> Held[Told[QuoteReading]] | None:
        try:
            return await self.shelf.look(key)
        except Unavailable:
            return None

    async def many(self, symbols: Collection[str], *, renew: bool = False) -> Mapping[str, QuoteAnswer]:
        """One answer for each symbol. Raises `InvalidInput` for malformed ones, or too many."""
        names = sorted({read_symbol(symbol) for symbol in symbols})
        if len(names) > SYMBOLS_MAX:
            raise InvalidInput("too_many_symbols", f"at most {SYMBOLS_MAX} symbols at once", field="symbols")
        answers = await asyncio.gather(*(self.get(name, renew=renew) for name in names))
        return {answer.symbol: answer for answer in answers}

    def _sources(
        self,
        symbol: str,
        known: _Known,
        aside: Aside,
    ) -> tuple[Source[Told[QuoteReading]], ...]:
        makers: Mapping[Provider, tuple[Callable[[Sequence[str]], Ask], _Reader]] = {
            Provider.BRAPI: (brapi_quotes.ask_quotes, brapi_quotes.read_quotes),
            Provider.HG: (hg_quotes.ask_prices, hg_quotes.read_prices),
        }

        def judge(provider: Provider, read: _Reader) -> Callable[[Answer], Verdict[QuoteReading]]:
            def judged(answer: Answer) -> Verdict[QuoteReading]:
                return self._weighed(provider, read(answer, [symbol]), symbol, known, aside)

            return judged

        found = []
        for provider in self.order:
            if provider in makers:
                ask, read = makers[provider]
                source = self.asker.source(replace(ask([symbol]), topic=symbol), judge(provider, read))
                found.append(replace(source, call=self._informed(symbol, known, source.call)))
        return tuple(found)

    def _informed(
        self, symbol: str, known: _Known, call: Callable[[], Awaitable[Attempt[Told[QuoteReading]]]]
    ) -> Callable[[], Awaitable[Attempt[Told[QuoteReading]]]]:
        """The call, after what is known of the symbol was looked up once: only who asks needs it."""

        async def informed() -> Attempt[Told[QuoteReading]]:
            if not known.read:
                quote = await in_thread(lambda: self.store.quote(symbol))
                if quote is None and (held := await self.shelf.look(quote_key(symbol))) is not None:
                    # The database may be away: what the caches hold was believed, too.
                    quote = None if held.value is None else stored_quote(held.value, fallback=False)
                known.quote = quote
                known.events = tuple(await in_thread(lambda: tuple(self.events_of(symbol))) or ())
                known.read = True
            return await call()

        return informed

    def _weighed(
        self,
        provider: Provider,
        read: Verdict[BatchReading],
        symbol: str,
        known: _Known,
        aside: Aside,
    ) -> Verdict[QuoteReading]:
        """Read and believed. An answer in doubt is remembered: a second source may speak for it."""
        now = self.clock.now()
        measure = known.quote if known.quote is not None and known.quote.confirmed else None
        context = Context(
            now,
            last_close=None if measure is None else measure.reading.price,
            last_close_day=None if measure is None else local_day(measure.as_of),
            events=known.events,
            other_price=aside.doubted,
            limits=self.limits,
        )
        reading = then(read, lambda batch: _only(batch, symbol))
        verdict = then(reading, lambda given: check_quote(given, None, context))
        verdict = aside.put(provider, reading, verdict, context)
        if verdict.taken and verdict.value is not None and verdict.value.as_of is None:
            return rejected(Kind.STALE, "a price that does not say its time is not served", place="as_of")
        return verdict

    async def keep(self, told: Told[QuoteReading], *, fallback: bool) -> None:
        """Into the database and where the other rooms look. What cannot be written is counted."""
        quote = stored_quote(told, fallback=fallback)
        if quote is None:
            return
        message = messages.quote_accepted(quote.reading, quote.as_of, quote.fetched_at, quote.source)
        try:
            await asyncio.to_thread(self.store.put_quote, quote, [message])
        except FielError:
            self.writes_lost += 1
        try:
            await self.last_prices.tell(quote)
        except FielError:
            self.writes_lost += 1

    def _answer(self, symbol: str, result: Result[Told[QuoteReading]]) -> QuoteAnswer:
        doubts = tuple(
            (source, attempt.reason, None if (told := attempt.value) is None else _price(told))
            for source, attempt in result.refused
        )
        told = result.value
        if told is None or told.verdict.value is None or told.verdict.value.as_of is None:
            return QuoteAnswer(symbol, None, result.how, result.trail, doubts)
        reading = told.verdict.value
        assert reading.as_of is not None  # noqa: S101 (said above; for the type checker)
        served = Served(
            reading,
            reading.unit,
            reading.as_of,
            told.fetched_at,
            told.provider.value,
            _QUALITY[result.how],
            told.verdict.findings,
        )
        return QuoteAnswer(symbol, served, result.how, result.trail, doubts)


@dataclass(slots=True)
class _Known:
    """What one request knows of its symbol, once somebody had to be asked."""

    quote: StoredQuote | None = None
    events: tuple[ShareEvent, ...] = ()
    read: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    """The shelf, and all that is written with it: once for every call, however many wait for it."""

    quotes: Quotes
    aside: Aside

    async def look(self, key: str) -> Held[Told[QuoteReading]] | None:
        return await self.quotes.shelf.look(key)

    async def put(self, key: str, value: Told[QuoteReading], source: str) -> None:
        best = self.aside.preferred(value)
        source = best.provider.value
        await self.quotes.shelf.put(key, best, source)
        await self.quotes.keep(best, fallback=source != self.quotes.order[0].value)

    async def put_absent(self, key: str, reason: str) -> None:
        await self.quotes.shelf.put_absent(key, reason)


_Reader = Callable[[Answer, Sequence[str]], Verdict[BatchReading]]
_QUALITY = {
    How.HELD: Quality.CACHED,
    How.FIRST: Quality.FRESH,
    How.FALLBACK: Quality.FALLBACK,
    How.STALE: Quality.STALE,
}


def is_symbol(text: str) -> bool:
    """Whether it is written like a symbol of B3."""
    return _SYMBOL.fullmatch(text) is not None


def read_symbol(text: str) -> str:
    """A symbol in capital letters. Raises `InvalidInput` naming it."""
    name = text.strip().upper()
    if not _SYMBOL.fullmatch(name):
        raise InvalidInput(
            "symbol_malformed",
            f"{text[:20]!r} is no B3 symbol; write it as PETR4, MXRF11 or ^BVSP",
            field="symbol",
        )
    return name


def _only(batch: BatchReading, symbol: str) -> Verdict[QuoteReading]:
    found = batch.of(symbol)
    if found is None or found.quote is None:
        return rejected(Kind.NO_DATA, f"no price of {symbol} in the answer", place=symbol)
    return accept(found.quote)


def _price(told: Told[QuoteReading]) -> Decimal | None:
    return None if told.verdict.value is None else told.verdict.value.price
