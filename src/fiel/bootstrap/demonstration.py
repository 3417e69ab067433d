"""The demonstration put together: a database of its own, stopped at the recorded day, that asks nobody."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fiel.bootstrap import OpenCustody, open_custody, stored_prices
from fiel.copilot import demo_book
from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.income.desk import IncomeDesk
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.store.remembered import CATEGORY, remember
from fiel.custody.bookings import Bookings
from fiel.custody.prices import given_price
from fiel.infra.storage.database import Database
from fiel.infra.zones import zone_of
from fiel.kernel.calendars import b3
from fiel.kernel.clock import Clock, FixedClock
from fiel.market.reconciling import reconcile
from fiel.market.store.events import StoredEvents
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.symbol_events import cash_row
from fiel.market.values import EventsReading
from fiel.market.wire import Provider
from fiel.settings import Settings

_SOURCE = Provider.RECORDED.value
#: What tax cannot tell by the ticker.
_CATEGORIES = {"BOVA11": "etf", "MXRF11": "fii", "TAEE11": "stock"}


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The open book, its clock, and settings that name its database and ask no service."""

    opened: OpenCustody
    clock: Clock
    settings: Settings


@contextmanager
def demonstration(settings: Settings) -> Iterator[Demonstration]:
    """The demonstration in a folder of its own, which is removed at the end: nothing of it meets the
    user's book. Raises `Unavailable` where no file can be written."""
    folder = Path(tempfile.mkdtemp(prefix="fiel-demo-"))
    try:
        with open_demonstration(settings, folder) as opened:
            clock = FixedClock(demo_book.demo_instant())
            yield Demonstration(opened, clock, demo_settings(settings, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def demo_settings(settings: Settings, folder: Path) -> Settings:
    """The same settings, on the demonstration's file, with no service outside."""
    return replace(
        settings,
        database_url=f"sqlite:///{(folder / 'demonstration.db').as_posix()}",
        outside=type(settings.outside)(),
        market=replace(settings.market, offline=True),
    )


def open_demonstration(settings: Settings, folder: Path) -> OpenCustody:
    """The book of the demonstration in a new file of the folder, at its own time."""
    clock = FixedClock(demo_book.demo_instant())
    opened = open_custody(demo_settings(settings, folder))
    opened = replace(opened, custody=replace(opened.custody, clock=clock))
    _put_market(opened.database, clock)
    _book(opened, clock, settings)
    return opened


def _put_market(database: Database, clock: FixedClock) -> None:
    """Closes, payments, rates and last prices, as they were known on the day."""
    now, symbols, events = clock.now(), StoredSymbols(database), StoredEvents(database)
    for name in (*demo_book.SHARES, *demo_book.FUNDS):
        symbols.replace_bars(name, _SOURCE, demo_book.demo_bars(name), at=now)
        payments = demo_book.demo_payments(name)
        if payments:
            reading = EventsReading(name, payments, requested=name)
            told = reconcile([reading], b3(), order=(_SOURCE,))
            events.save(name, [cash_row(each) for each in told], at=now)
    series = StoredSeries(database)
    for key in demo_book.SERIES:
        rows = demo_book.demo_rates(key)
        series.save(key, rows, source=_SOURCE, at=now, span=(rows[0].day, demo_book.DAY))
    stored_prices(database).put(
        [
            given_price(name, f"{price:f}", "BRL", at, source)
            for name, (price, at, source) in demo_book.demo_prices().items()
        ]
    )


def _book(opened: OpenCustody, clock: FixedClock, settings: Settings) -> None:
    database, zone = opened.database, zone_of(settings.income.zone)
    database.transact(
        lambda unit: remember(unit.connection, demo_book.WALLET, CATEGORY, _CATEGORIES, clock.now())
    )
    desk = BookingDesk(database, Bookings(opened.custody.book, clock), clock, zone)
    desk.accept(demo_book.WALLET, [demo_book.demo_file()])
    OwnPlanDesk(database, clock).save(demo_book.WALLET, demo_book.demo_targets_text())
    IncomeDesk(database, clock, settings.income.zone).reconcile_now(demo_book.WALLET)
