"""A wallet of 50 assets and 5,000 entries over ten years, drawn by a seed: for pages under a real load."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from fiel.bootstrap import OpenCustody, open_custody, stored_prices
from fiel.copilot import demo_book
from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.booking.typed import typed_file
from fiel.copilot.importing.rows import Row, RowKind
from fiel.copilot.income.desk import IncomeDesk
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.store.remembered import CATEGORY, remember
from fiel.custody.bookings import Bookings
from fiel.custody.prices import given_price
from fiel.infra.zones import zone_of
from fiel.kernel.calendars import anbima, b3
from fiel.kernel.clock import FixedClock
from fiel.market.providers.recorded import closing_instant
from fiel.market.reconciling import reconcile
from fiel.market.store.events import StoredEvents
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.symbol_events import cash_row
from fiel.market.values import Bar, CashEvent, CashKind, EventsReading, Observation
from fiel.settings import Settings

WALLET = "grande"
FIRST, LAST = date(2014, 1, 2), demo_book.DAY
ENTRIES = 5_000
STOCKS = tuple(f"{chr(65 + at)}BCD3" for at in range(20))
FUNDS = tuple(f"{chr(65 + at)}EFG11" for at in range(25))
ETFS = tuple(f"{chr(65 + at)}HIJ11" for at in range(5))
ASSETS = (*STOCKS, *FUNDS, *ETFS)
_SOURCE = "drawn"


def open_large(settings: Settings, folder: Path) -> OpenCustody:
    """The book in a new file of the folder, at the demonstration's time."""
    clock = FixedClock(demo_book.demo_instant())
    url = f"sqlite:///{(folder / 'large.db').as_posix()}"
    opened = open_custody(replace(settings, database_url=url))
    opened = replace(opened, custody=replace(opened.custody, clock=clock))
    story = _Story(random.Random(11))
    story.tell()
    _put_market(opened, story, clock)
    _put_book(opened, story, clock, settings)
    return opened


@dataclass
class _Story:
    """Prices that wander, a deposit a month, purchases of what is cheap, payments on what is held."""

    drawn: random.Random
    held: dict[str, int] = field(default_factory=dict)
    past: dict[str, list[tuple[date, int]]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    bars: dict[str, list[Bar]] = field(default_factory=dict)
    events: dict[str, list[CashEvent]] = field(default_factory=dict)
    cash: int = 0

    def tell(self) -> None:
        """All of it, by months."""
        sessions = b3().sessions(FIRST, LAST)
        for name in ASSETS:
            self._prices(name, sessions)
        months: dict[tuple[int, int], list[date]] = {}
        for day in sessions:
            months.setdefault((day.year, day.month), []).append(day)
        for days in months.values():
            self._month(days)
        paid = [one for events in self.events.values() for one in events]
        room = ENTRIES - len(self.rows)
        received = [row for one in paid if (row := self._payment(one)) is not None]
        received.sort(key=lambda row: (row.day or LAST, row.ticker or ""), reverse=True)
        self.rows += received[:room]
        self.rows.sort(key=lambda row: row.day or LAST)
        if len(self.rows) != ENTRIES:
            raise AssertionError(f"{len(self.rows)} entries were drawn, {ENTRIES} are wanted")

    def price(self, name: str, day: date) -> int:
        """The close in cents, of the day or the last one before it."""
        bars = self.bars[name]
        return int(bars[bisect_right(bars, day, key=lambda bar: bar.day) - 1].close * 100)

    def _prices(self, name: str, sessions: Sequence[date]) -> None:
        cents, bars = self.drawn.randint(1_500, 6_000), []
        for day in sessions:
            cents = max(300, cents + round(cents * self.drawn.gauss(0.0003, 0.014)))
            bars.append(Bar(day, Decimal(cents).scaleb(-2)))
        self.bars[name] = bars

    def _month(self, days: Sequence[date]) -> None:
        self.cash += 600_000
        self._row(RowKind.DEPOSIT, days[0], None, amount=Decimal(6000))
        for at in range(14):
            day = days[min(at, len(days) - 1)]
            name = self.drawn.choice(ASSETS)
            cents = self.price(name, day)
            if self.drawn.random() < 0.08 and self.held.get(name, 0) > 20:
                self._trade(RowKind.SELL, name, day, -self.held[name] // 3, cents)
            elif (count := min(self.cash, 90_000) // cents) > 0:
                self._trade(RowKind.BUY, name, day, count, cents)
        for name in ASSETS:
            pays = name in FUNDS or (name in STOCKS and days[0].month % 3 == 2)
            if pays and self.held.get(name):
                self._announce(name, days[-1])

    def _trade(self, kind: RowKind, name: str, day: date, count: int, cents: int) -> None:
        self.held[name] = self.held.get(name, 0) + count
        self.past.setdefault(name, []).append((day, self.held[name]))
        self.cash -= count * cents
        price = Decimal(cents).scaleb(-2)
        self.rows.append(Row(0, kind, day, name, quantity=Decimal(abs(count)), price=price))

    def _announce(self, name: str, day: date) -> None:
        rate = Decimal(self.price(name, day)).scaleb(-2) * Decimal("0.0073")
        at = day + timedelta(days=14)
        kind = CashKind.DIVIDEND if name in STOCKS else CashKind.FII_INCOME
        rate = rate.quantize(Decimal("0.000001"))
        event = CashEvent(name, kind, kind.value, rate, day, at, _SOURCE, approved_on=day)
        self.events.setdefault(name, []).append(event)

    def _payment(self, event: CashEvent) -> Row | None:
        day, com = event.payment_date, event.com_date
        if day is None or com is None or day > LAST:
            return None
        held = next((count for at, count in reversed(self.past[event.symbol]) if at <= com), 0)
        amount = (held * event.rate).quantize(Decimal("0.01"))
        kind = RowKind.DIVIDEND if event.symbol in STOCKS else RowKind.RENDIMENTO
        return Row(0, kind, day, event.symbol, amount=amount) if amount else None

    def _row(self, kind: RowKind, day: date, asset: str | None, amount: Decimal | None = None) -> None:
        self.rows.append(Row(0, kind, day, asset, amount=amount))


def _put_market(opened: OpenCustody, story: _Story, clock: FixedClock) -> None:
    database, now = opened.database, clock.now()
    symbols, events, series = StoredSymbols(database), StoredEvents(database), StoredSeries(database)
    for name in ASSETS:
        symbols.replace_bars(name, _SOURCE, story.bars[name], at=now)
        if name in story.events:
            reading = EventsReading(name, tuple(story.events[name]), requested=name)
            told = reconcile([reading], b3(), order=(_SOURCE,))
            events.save(name, [cash_row(each) for each in told], at=now)
    days = anbima(LAST).sessions(FIRST, LAST)
    rates = [Observation(day, Decimal("0.040168")) for day in days]
    series.save("cdi", rates, source=_SOURCE, at=now, span=(days[0], LAST))
    stored_prices(database).put(
        [
            given_price(name, f"{story.price(name, LAST) / 100:.2f}", "BRL", closing_instant(LAST), _SOURCE)
            for name in ASSETS
        ]
    )


def _put_book(opened: OpenCustody, story: _Story, clock: FixedClock, settings: Settings) -> None:
    database, zone = opened.database, zone_of(settings.income.zone)
    categories = {**dict.fromkeys(FUNDS, "fii"), **dict.fromkeys(ETFS, "etf")}
    database.transact(lambda unit: remember(unit.connection, WALLET, CATEGORY, categories, clock.now()))
    rows = [replace(row, row=at) for at, row in enumerate(story.rows, start=1)]
    desk = BookingDesk(database, Bookings(opened.custody.book, clock), clock, zone)
    desk.accept(WALLET, [typed_file(rows)])
    OwnPlanDesk(database, clock).save(WALLET, targets_text())
    IncomeDesk(database, clock, settings.income.zone).reconcile_now(WALLET)


def targets_text() -> str:
    """Three groups, each with its assets in equal parts."""
    lines = ['schema = "fiel-portfolio/1"', f'name = "{WALLET}"', "[strategy]", 'kind = "threshold"']
    lines += ['absolute = "3"', 'relative = "20"']
    for names, kind in ((FUNDS, "fii"), (ETFS, "etf")):
        lines += [line for name in names for line in (f"[assets.{name}]", f'kind = "{kind}"')]
    for group, weight, names in (("acoes", 45, STOCKS), ("fiis", 40, FUNDS), ("etfs", 15, ETFS)):
        lines += [f"[targets.{group}]", f'weight = "{weight}"']
        lines += [f'{name} = "{100 // len(names)}"' for name in names]
    return "\n".join(lines) + "\n"
