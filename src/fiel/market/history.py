"""Sessions of symbols: asked once a session, kept by source, each in one scale.

A new answer replaces the old one whole: services divide all their prices when a share is split, and two
scales must never meet. It is believed when it agrees with what is held, up to known share events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext

from fiel.infra.resilience.attempts import How, Request, Source, Step
from fiel.infra.resilience.pipeline import Pipeline
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, InvalidInput
from fiel.kernel.rounding import finance_context
from fiel.market.asking import Asker, Told, in_thread
from fiel.market.judgement import then
from fiel.market.providers import brapi_quotes, hg_events
from fiel.market.providers.brapi_quotes import Wanted
from fiel.market.providers.fields import BRASILIA
from fiel.market.quotes import read_symbol
from fiel.market.sanitizer.bars import check_bars
from fiel.market.sanitizer.batches import check_symbol
from fiel.market.sanitizer.context import CLOSING, Context, QuoteLimits, is_session, local_day
from fiel.market.sanitizer.events import net_factor
from fiel.market.store.symbols import StoredSymbols
from fiel.market.symbols import BatchReading, SymbolReading
from fiel.market.values import Bar, PriceHistory, Quality, ShareEvent
from fiel.market.verdicts import Finding, Kind, Verdict, accept, quarantined, rejected
from fiel.market.wire import Answer, Provider

#: The ranges of BRAPI with the days that they surely reach back.
_RANGES = (("1mo", 28), ("3mo", 88), ("6mo", 178), ("1y", 363), ("2y", 728), ("5y", 1820), ("10y", 3650))
_LONGEST = "max"
#: Closes of one day told by two sources, or twice by one, differ by less: cents of small prices.
_SAME_SCALE = Decimal("0.03")
_COMMON_MIN = 3
#: A history that begins so many days after the day asked begins where it can: a holiday, or a listing.
_BEGINS = timedelta(days=10)
_AGAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class HistoryAnswer:
    """Sessions of one source in its scale, oldest first. `quality` is `stale` when later ones are due.

    `as_of`: the close of the last session; `None` without sessions.
    """

    symbol: str
    bars: tuple[Bar, ...]
    source: str
    quality: Quality
    fetched_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    trail: tuple[Step, ...] = ()

    @property
    def as_of(self) -> datetime | None:
        """The instant that the last session speaks of."""
        return datetime.combine(self.bars[-1].day, CLOSING, BRASILIA) if self.bars else None


_Reader = Callable[[Answer], Verdict[BatchReading]]


@dataclass(frozen=True, slots=True)
class _Held:
    source: str
    bars: tuple[Bar, ...]
    fetched_at: datetime | None


@dataclass(slots=True)
class Histories:
    """Price histories. `order` names the providers to ask, the preferred first."""

    pipeline: Pipeline
    asker: Asker
    store: StoredSymbols
    clock: Clock
    events_of: Callable[[str], Sequence[ShareEvent]]
    order: Sequence[Provider] = (Provider.BRAPI, Provider.HG)
    limits: QuoteLimits = field(default_factory=QuoteLimits)
    #: Writes that failed since the start: the sessions were served all the same.
    writes_lost: int = 0
    _tried: dict[str, tuple[date, datetime]] = field(default_factory=dict)

    async def history(self, symbol: str, first: date, last: date, *, renew: bool = False) -> HistoryAnswer:
        """Sessions from `first` to `last`. Raises `InvalidInput` (symbol, reversed range), nothing else."""
        name = read_symbol(symbol)
        if first > last:
            raise InvalidInput("range_reversed", f"{first} comes after {last}; swap them", field="first")
        held = await in_thread(lambda: self._held(name))
        done = last_session(self.clock.now())
        if held and not renew and self._serves(name, held, first, min(last, done)):
            return _answer(name, held, first, last, Quality.CACHED)
        return await self._ask(name, first, last, held, done)

    def _serves(self, symbol: str, held: _Held, first: date, last: date) -> bool:
        """Whether the sessions held reach from one end to the other, as far as that can be had."""
        reached, tried_at = self._tried.get(symbol, (date.max, self.clock.now() - _AGAIN))
        begins = held.bars[0].day - _BEGINS <= first or reached <= first
        lately = self.clock.now() - tried_at < _AGAIN
        return begins and (held.bars[-1].day >= last or lately)

    async def _ask(
        self, symbol: str, first: date, last: date, held: _Held | None, done: date
    ) -> HistoryAnswer:
        start = min(first, held.bars[0].day) if held else first
        events = tuple(await in_thread(lambda: tuple(self.events_of(symbol))) or ())
        result = await self.pipeline.get(
            Request(f"history:{symbol}:{start}", self._sources(symbol, start, held, events))
        )
        self._tried[symbol] = (start, self.clock.now())
        told = result.value
        if told is None or told.verdict.value is None:
            found = held or _Held("", (), None)
            return _answer(symbol, found, first, last, Quality.STALE, trail=result.trail)
        fresh = _Held(told.provider.value, told.verdict.value.bars, told.fetched_at)
        try:
            await asyncio.to_thread(
                self.store.replace_bars, symbol, fresh.source, fresh.bars, at=told.fetched_at
            )
        except FielError:
            self.writes_lost += 1
        quality = Quality.FRESH if result.how is How.FIRST else Quality.FALLBACK
        if fresh.bars[-1].day < min(last, done):
            quality = Quality.STALE
        return _answer(
            symbol, fresh, first, last, quality, findings=told.verdict.findings, trail=result.trail
        )

    def _held(self, symbol: str) -> _Held | None:
        """The sessions of the source that goes furthest; the preferred one among equals."""
        ends = self.store.sources_of(symbol)
        rank = {provider.value: place for place, provider in enumerate(self.order)}
        best = max(ends, key=lambda source: (ends[source], -rank.get(source, len(rank))), default=None)
        if best is None:
            return None
        bars = tuple(self.store.bars(symbol, best, date.min, date.max))
        return _Held(best, bars, self.store.read_at(symbol, best))

    def _sources(
        self, symbol: str, start: date, held: _Held | None, events: tuple[ShareEvent, ...]
    ) -> tuple[Source[Told[PriceHistory]], ...]:
        today = local_day(self.clock.now())

        def judge(
            read: Callable[[Answer], Verdict[BatchReading]],
        ) -> Callable[[Answer], Verdict[PriceHistory]]:
            return lambda answer: self._weighed(read(answer), symbol, held, events)

        wanted = Wanted(history=True)
        brapi = brapi_quotes.ask_quotes([symbol], range_=_range(start, today))
        makers: Mapping[Provider, Callable[[], Source[Told[PriceHistory]]]] = {
            Provider.BRAPI: lambda: self.asker.source(
                brapi, judge(lambda answer: brapi_quotes.read_quotes(answer, [symbol], wanted))
            ),
            Provider.HG: lambda: self.asker.source(
                hg_events.ask_history(symbol, start, today),
                judge(lambda answer: hg_events.read_history(answer, [symbol])),
            ),
        }
        return tuple(makers[provider]() for provider in self.order if provider in makers)

    def _weighed(
        self,
        read: Verdict[BatchReading],
        symbol: str,
        held: _Held | None,
        events: tuple[ShareEvent, ...],
    ) -> Verdict[PriceHistory]:
        context = Context(self.clock.now(), events=events, limits=self.limits)

        def believed(reading: SymbolReading) -> Verdict[PriceHistory]:
            if reading.history is None:
                return rejected(Kind.NO_DATA, f"no sessions of {symbol} in the answer", place=symbol)
            whole = PriceHistory(symbol, _finished(reading.history.bars, context.now), symbol)
            if reading.quote is None:
                return then(check_bars(whole, context), lambda bars: check_scale(bars, held_bars, events))
            # The price in the same answer betrays a scale that is wrong as a whole.
            checked = check_symbol(replace(reading, history=whole, events=None), context)
            return then(then(checked, _history_of), lambda bars: check_scale(bars, held_bars, events))

        held_bars = held.bars if held else ()
        return then(then(read, lambda batch: _only(batch, symbol)), believed)


def check_scale(
    history: PriceHistory, held: Sequence[Bar], events: Sequence[ShareEvent]
) -> Verdict[PriceHistory]:
    """Whether closes of days known before are as they were, or divided by events since then."""
    known = {bar.day: bar.close for bar in held}
    with localcontext(finance_context()):
        ratios = [known[bar.day] / bar.close for bar in history.bars if bar.day in known]
        if len(ratios) < _COMMON_MIN:
            return accept(history)
        ratio = sorted(ratios)[len(ratios) // 2]
        since = held[-1].day
        factors = [event for event in events if event.com_date is not None and event.com_date >= since]
        near = [abs(ratio / factor - 1) <= _SAME_SCALE for factor in (Decimal(1), net_factor(factors))]
        steady = sum(abs(one / ratio - 1) <= _SAME_SCALE for one in ratios) * 10 >= 9 * len(ratios)
    if any(near) and steady:
        return accept(history)
    detail = f"closes of {len(ratios)} known days are told {ratio:.4f} times smaller, and no event says why"
    return quarantined(history, Finding(Kind.INCONSISTENT, "bars", detail))


def last_session(now: datetime) -> date:
    """The last session that is over."""
    day = local_day(now)
    if now < datetime.combine(day, CLOSING, BRASILIA):
        day -= timedelta(days=1)
    while not is_session(day):
        day -= timedelta(days=1)
    return day


def _finished(bars: Sequence[Bar], now: datetime) -> tuple[Bar, ...]:
    """Without the session under way: its close is not one yet."""
    done = last_session(now)
    return tuple(bar for bar in bars if bar.day <= done or bar.day > local_day(now))


def _range(start: date, today: date) -> str:
    days = (today - start).days
    return next((name for name, reach in _RANGES if days <= reach), _LONGEST)


def _only(batch: BatchReading, symbol: str) -> Verdict[SymbolReading]:
    found = batch.of(symbol)
    if found is None:
        return rejected(Kind.NO_DATA, f"nothing of {symbol} in the answer", place=symbol)
    return accept(found)


def _history_of(reading: SymbolReading) -> Verdict[PriceHistory]:
    if reading.history is None:
        return rejected(Kind.NO_DATA, "no session is left", place="bars")
    return accept(reading.history)


def _answer(
    symbol: str,
    held: _Held,
    first: date,
    last: date,
    quality: Quality,
    *,
    findings: tuple[Finding, ...] = (),
    trail: tuple[Step, ...] = (),
) -> HistoryAnswer:
    bars = tuple(bar for bar in held.bars if first <= bar.day <= last)
    return HistoryAnswer(symbol, bars, held.source, quality, held.fetched_at, findings, trail)
