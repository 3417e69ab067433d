"""From ticks to requests: the registry fed by prices, by custody's events and by enrolments.

Wrong for a moment at most, and only ever asks: whoever plans looks at the book itself. A request that is
lost is made again, because a portfolio that stays out of band is asked for again and again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.enrolment import Enrolment, Enrolments, pages
from fiel.autobalance.registry import Enrolled, Registry, shard_of
from fiel.autobalance.triggers import strategy_of
from fiel.autobalance.wire import Request, Tick, latest, read_tick, request_message
from fiel.custody.accounts import PRICE_SCALE, AccountKey, CashMode
from fiel.custody.ports import LastPrice, PriceSource
from fiel.custody.queries import Queries
from fiel.infra.bus.consuming import advance
from fiel.infra.bus.port import Batch, EventBus, Partition, Record
from fiel.infra.storage.database import Database
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.rebalancing.problem import StrategyKind

Read = TypeVar("Read")

_log = logging.getLogger("fiel.autobalance")
PAGE = 1_000
#: Between the time that a change tells and the moment in which others can see it.
LATE_MAX = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PriceSink(Protocol):
    """Where last prices are kept for everybody (`custody.store.prices`, Redis)."""

    def put(self, prices: Collection[LastPrice]) -> int:
        """Keep those that are newer than what is there; how many were."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Which part of the portfolios is watched here: number `index` of `count`."""

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count <= 10_000:
            raise InvalidInput("shard_out_of_range", "write a shard as 0/4 to 3/4", field="shard")

    def has(self, portfolio: str) -> bool:
        """Whether a portfolio is of this shard."""
        return self.count == 1 or shard_of(portfolio, self.count) == self.index

    def __str__(self) -> str:
        return f"{self.index}-of-{self.count}"


@dataclass
class Watcher:
    """Owns a registry. Its handlers are called by the threads of consumers, one at a time by its lock."""

    registry: Registry
    enrolments: Enrolments
    queries: Queries
    prices: PriceSource
    sink: PriceSink
    clock: Clock
    config: AutobalanceConfig
    shard: Shard = field(default_factory=Shard)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _changed_upto: datetime = EPOCH
    _dated: set[str] = field(default_factory=set)
    _seen: dict[str, datetime] = field(default_factory=dict)

    def rebuild(self) -> int:
        """Everybody who is active, as the book has them, at the prices at hand. How many are watched."""
        with self._lock:
            self._changed_upto, self._dated, self._seen = self.clock.now(), set(), {}
            self.registry.load(self._everybody())
            self._load_prices()
            return len(self.registry)

    def refresh(self) -> int:
        """Take up what people enrolled, changed, paused or cleared since the last look; how many."""
        with self._lock:
            mine = [each for each in self._changed() if self.shard.has(each.portfolio)]
            for each in mine:
                if not each.is_active:
                    self.registry.remove(each.portfolio)
                    self._dated.discard(each.portfolio)
            self.registry.add(self._enrolled([each for each in mine if each.is_active]))
            if mine:
                self._load_prices()
            return len(mine)

    def _changed(self) -> list[Enrolment]:
        """What changed since the last look. A change tells its time before it is committed, by the clock of
        whoever makes it: so the last minute is always looked at again, and what is known is left out.
        """
        since = self._changed_upto - LATE_MAX
        found: list[Enrolment] = []
        while True:
            page = self.enrolments.changed_since(since, PAGE)
            found += [each for each in page if self._seen.get(each.portfolio) != each.updated_at]
            self._seen |= {each.portfolio: each.updated_at for each in page}
            if len(page) < PAGE or page[-1].updated_at == since:
                break
            since = page[-1].updated_at
        self._changed_upto = max([self._changed_upto, *(each.updated_at for each in found)])
        oldest = self._changed_upto - LATE_MAX
        self._seen = {name: at for name, at in self._seen.items() if at >= oldest}
        return found

    def take_ticks(self, ticks: Iterable[Tick]) -> list[Request]:
        """The latest price of each ticker, for everybody to read; who is out of band by them."""
        fresh = latest(ticks)
        if not fresh:
            return []
        self.sink.put([_last_price(tick) for tick in fresh.values() if tick.price is not None])
        now = self.clock.now()
        with self._lock:
            self.registry.forget_prices(now - self.config.price_age_max)
            prices: dict[str, Decimal | None] = {tick.ticker: tick.price for tick in fresh.values()}
            out = self.registry.ticks(prices, now)
        return [Request(portfolio, "band", now) for portfolio in out]

    def due(self) -> list[Request]:
        """Who is out of band and was not told of for a while, at the prices as they are."""
        now = self.clock.now()
        with self._lock:
            self.registry.forget_prices(now - self.config.price_age_max)
            return [Request(portfolio, "band", now) for portfolio in self.registry.ticks({}, now)]

    def take_changes(self, users: Collection[str]) -> None:
        """These accounts moved: what they hold now is read again."""
        with self._lock:
            known = [user for user in users if self._watches(user)]
            for start in range(0, len(known), PAGE):
                part = known[start : start + PAGE]
                for user, (quantities, cash) in self._holdings(part, self._currencies(part)).items():
                    self.registry.replace(user, quantities, cash)

    def on_dates(self) -> list[Request]:
        """Those whose strategy looks at the calendar: planning decides whether their day has come."""
        now = self.clock.now()
        with self._lock:
            return [Request(portfolio, "date", now) for portfolio in sorted(self._dated)]

    def lost(self, requests: Iterable[Request]) -> None:
        """These requests were not published: tell them again with the next ticks."""
        with self._lock:
            self.registry.ask_again(request.portfolio for request in requests)

    def _watches(self, user: str) -> bool:
        try:
            self.registry.state(user)
        except NotFound:
            return False
        return True

    def _everybody(self) -> Iterator[Enrolled]:
        for page in pages(self.enrolments, PAGE):
            yield from self._enrolled([e for e in page if e.is_active and self.shard.has(e.portfolio)])

    def _enrolled(self, found: Sequence[Enrolment]) -> list[Enrolled]:
        models = self.enrolments.models({each.model for each in found})
        held = self._holdings([e.portfolio for e in found], {e.portfolio: e.currency for e in found})
        listed = []
        for each in found:
            model = models[each.model]
            strategy = strategy_of(each.policy, model, self.config.threshold)
            if strategy.kind in {StrategyKind.CALENDAR, StrategyKind.HYBRID}:
                self._dated.add(each.portfolio)
            quantities, cash = held[each.portfolio]
            listed.append(Enrolled(each.portfolio, model, strategy, quantities, cash, each.currency))
        return listed

    def _currencies(self, users: Collection[str]) -> dict[str, str]:
        return {name: each.currency for name, each in self.enrolments.named(users).items()}

    def _holdings(
        self, users: Sequence[str], currencies: Mapping[str, str]
    ) -> dict[str, tuple[dict[str, int], int]]:
        """Billionths by ticker and minor units of cash, by user."""
        with self.queries.snapshot() as book:
            accounts, positions = book.accounts_of(users), book.positions_of(users)
        found: dict[str, tuple[dict[str, int], int]] = {}
        for user, currency in currencies.items():
            key = AccountKey(user, currency)
            cash = sum(a.balance for a in accounts[user] if a.key == key and a.cash_mode is CashMode.TRACKED)
            held = {p.ticker: p.quantity for p in positions[user] if p.currency == currency and p.quantity}
            found[user] = (held, cash)
        return found

    def _load_prices(self) -> None:
        """The last prices that are kept, so that a start does not wait for a tick of each."""
        tickers = sorted(self.registry.tickers())
        now = self.clock.now()
        for start in range(0, len(tickers), PAGE):
            found = self.prices.last_prices(tickers[start : start + PAGE])
            fresh: dict[str, Decimal | None] = {
                each.ticker: Decimal(each.price) / PRICE_SCALE
                for each in found.values()
                if isinstance(each, LastPrice)
                and each.as_of is not None
                and now - each.as_of <= self.config.price_age_max
            }
            if fresh:
                out = self.registry.ticks(fresh, now)
                # Nobody was told: they are due at the next tick.
                self.registry.ask_again(out)


def _last_price(tick: Tick) -> LastPrice:
    assert tick.price is not None  # noqa: S101 (the caller left those out)
    return LastPrice(tick.ticker, int(tick.price * PRICE_SCALE), tick.currency, tick.at, "tick")


@dataclass(frozen=True, slots=True)
class TicksHandler:
    """`price-ticks-v1` into the registry; requests are published before the offsets are stored."""

    watcher: Watcher
    bus: EventBus
    database: Database
    on_batch: Callable[[int, int], None] = lambda _ticks, _requests: None

    def __call__(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """Raises `Unavailable`: the batch comes again, and with it the requests."""
        ticks = readable(batch.records, read_tick, "tick")
        requests = self.watcher.take_ticks(ticks)
        publish_requests(self.bus, self.watcher, requests)
        self.database.transact(lambda unit: advance(unit.connection, batch, places))
        self.on_batch(len(ticks), len(requests))


@dataclass(frozen=True, slots=True)
class WalletEventsHandler:
    """`wallet-events-v1` into the registry: whose account moved."""

    watcher: Watcher
    database: Database

    def __call__(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """Raises `Unavailable`."""
        users = {record.key.decode("utf-8", "replace") for record in batch.records if record.key}
        self.watcher.take_changes(sorted(users))
        self.database.transact(lambda unit: advance(unit.connection, batch, places))


def readable(records: Iterable[Record], read: Callable[[bytes], Read], what: str) -> list[Read]:
    """What can be read of records; the others are logged and passed over."""
    found = []
    for record in records:
        try:
            found.append(read(record.value or b""))
        except InvalidInput as error:
            _log.warning("a %s at %s/%d is passed over: %s", what, record.partition, record.offset, error)
    return found


def publish_requests(bus: EventBus, watcher: Watcher, requests: Sequence[Request]) -> None:
    """Raises `Unavailable` when they could not all be published; they are then asked for again."""
    if not requests:
        return
    try:
        bus.publish([request_message(request) for request in requests])
    except BaseException:
        watcher.lost(requests)
        raise
