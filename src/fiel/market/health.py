"""How market data is: services, series, quotes, and what was not believed. Nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fiel.infra.resilience.breaker import Snapshot, State
from fiel.infra.resilience.pipeline import Pipeline
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.market.asking import in_thread
from fiel.market.catalogue import SeriesSpec, catalogue, series_spec
from fiel.market.quotes import SYMBOLS_MAX, read_symbol
from fiel.market.sanitizer.context import local_day
from fiel.market.series_plan import Known as KnownDays
from fiel.market.series_plan import SeriesFreshness, checked_at, missing_days
from fiel.market.store.desk import Contact, Desk, Disbelieved
from fiel.market.store.series import SeriesTotals, StoredSeries
from fiel.market.store.symbols import StoredQuote, StoredSymbols
from fiel.market.wire import Provider

_CLOSED = Snapshot(State.CLOSED, 0)
QUARANTINE_MAX = 100
#: Rows that are due are looked for among those of so many days; older gaps are for `sync` to say.
_LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One service. `quota`: calls used and allowed, by period; `topics`: the breakers with trouble below the
    host's; `calls` and `failures` are of all time, as noted; `since_start` counts what happened in this
    process, by event or reason. Seconds in `limiter` are waits."""

    provider: str
    breaker: Snapshot
    topics: Mapping[str, Snapshot] = field(default_factory=dict)
    limiter: Mapping[str, float] = field(default_factory=dict)
    quota: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    calls: int = 0
    failures: int = 0
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure: str = ""
    since_start: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeriesHealth:
    """One series. `missing`: days of the last 400 whose row is due and not held; none are counted before the
    first row. `checked_at`: when the last rows were answered for; `fetched_at`: when a row was written last.
    """

    series: str
    name: str
    rows: int
    first: date | None
    last: date | None
    missing: tuple[date, ...]
    fetched_at: datetime | None
    checked_at: datetime | None
    breaker: Snapshot = _CLOSED

    @property
    def stale(self) -> bool:
        """Whether a row that is due is not held."""
        return bool(self.missing) or not self.rows


@dataclass(frozen=True, slots=True)
class QuoteHealth:
    """One symbol. `age` is that of its last believed quote; `None` when there is none."""

    symbol: str
    as_of: datetime | None = None
    age: timedelta | None = None
    source: str = ""
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class MarketHealth:
    """Everything at one instant. `away`: the database could not be asked, so that what it knows is empty."""

    at: datetime
    providers: tuple[ProviderHealth, ...]
    series: tuple[SeriesHealth, ...]
    quotes: tuple[QuoteHealth, ...]
    quarantine: tuple[Disbelieved, ...]
    keys_under_way: int
    away: bool = False


@dataclass(frozen=True, slots=True)
class _SeriesRows:
    totals: SeriesTotals
    missing: tuple[date, ...]
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class HealthDesk:
    """Puts the snapshot together."""

    pipeline: Pipeline
    desk: Desk
    series: StoredSeries
    symbols: StoredSymbols
    clock: Clock
    freshness: SeriesFreshness = field(default_factory=SeriesFreshness)

    async def health(
        self, symbols: Collection[str] = (), series: Collection[str] | None = None, *, quarantine: int = 20
    ) -> MarketHealth:
        """How everything is now; all series unless some are named. Raises `InvalidInput`, `NotFound`."""
        if not 0 <= quarantine <= QUARANTINE_MAX:
            raise InvalidInput("quarantine_count", f"0 to {QUARANTINE_MAX}", field="quarantine")
        names = sorted({read_symbol(symbol) for symbol in symbols})
        if len(names) > SYMBOLS_MAX:
            raise InvalidInput("too_many_symbols", f"at most {SYMBOLS_MAX} symbols at once", field="symbols")
        specs = [series_spec(key) for key in (catalogue() if series is None else dict.fromkeys(series))]
        now = self.clock.now()
        contacts = await in_thread(self.desk.contacts)
        disbelieved = await in_thread(lambda: self.desk.disbelieved(quarantine))
        quotes = await in_thread(lambda: self.symbols.quotes(names)) or {}
        rows = await in_thread(lambda: {spec.key: self._rows(spec, now) for spec in specs}) or {}
        snapshot = self.pipeline.snapshot()
        return MarketHealth(
            now,
            await self._providers(contacts or ()),
            tuple(self._series_health(spec, rows.get(spec.key)) for spec in specs),
            tuple(_quote_health(name, quotes.get(name), now) for name in names),
            tuple(disbelieved or ()),
            snapshot.keys_under_way,
            away=contacts is None,
        )

    async def _providers(self, contacts: Sequence[Contact]) -> tuple[ProviderHealth, ...]:
        snapshot = self.pipeline.snapshot()
        try:
            quotas = await self.pipeline.quotas.snapshot()
        except Unavailable:
            quotas = {}
        found = []
        for provider in Provider:
            name = provider.value
            if provider is Provider.RECORDED:
                continue
            breakers = dict(snapshot.breakers.get(name, {}))
            counts = {reason: count for (source, reason), count in snapshot.counts.items() if source == name}
            mine = [each for each in contacts if each.provider == name]
            failed = _latest(mine, lambda each: each.last_failure_at)
            succeeded = _latest(mine, lambda each: each.last_success_at)
            found.append(
                ProviderHealth(
                    name,
                    breakers.pop("", _CLOSED),
                    breakers,
                    snapshot.hosts.get(name, {}),
                    quotas.get(name, {}),
                    sum(each.calls for each in mine),
                    sum(each.failures for each in mine),
                    None if succeeded is None else succeeded.last_success_at,
                    None if failed is None else failed.last_failure_at,
                    "" if failed is None else f"{failed.topic}: {failed.last_failure}",
                    counts,
                )
            )
        return tuple(found)

    def _rows(self, spec: SeriesSpec, now: datetime) -> _SeriesRows:
        totals = self.series.totals(spec.key)
        if totals.first is None:
            return _SeriesRows(totals, (), None)
        today = local_day(now)
        first = max(totals.first, today - _LOOK_BACK)
        have = {each.row.day for each in self.series.between(spec.key, first, today)}
        missing = missing_days(spec, first, today, now - self.freshness.grace, have)
        spans = self.series.spans(spec.key)
        last = max((span.last for span in spans), default=first)
        return _SeriesRows(totals, missing, checked_at(last, KnownDays(have, spans)))

    def _series_health(self, spec: SeriesSpec, rows: _SeriesRows | None) -> SeriesHealth:
        breakers = self.pipeline.snapshot().breakers.get(Provider.SGS.value, {})
        breaker = breakers.get(spec.key, _CLOSED)
        if rows is None:
            return SeriesHealth(spec.key, spec.name, 0, None, None, (), None, None, breaker)
        totals = rows.totals
        return SeriesHealth(
            spec.key,
            spec.name,
            totals.rows,
            totals.first,
            totals.last,
            rows.missing,
            totals.fetched_at,
            rows.checked_at,
            breaker,
        )


def _quote_health(symbol: str, quote: StoredQuote | None, now: datetime) -> QuoteHealth:
    if quote is None:
        return QuoteHealth(symbol)
    age = max(now - quote.as_of, timedelta())
    return QuoteHealth(symbol, quote.as_of, age, quote.source, quote.fallback)


def _latest(contacts: Sequence[Contact], when: Callable[[Contact], datetime | None]) -> Contact | None:
    """The contact whose instant is the last."""
    dated = [(at, place) for place, each in enumerate(contacts) if (at := when(each)) is not None]
    return contacts[max(dated)[1]] if dated else None
