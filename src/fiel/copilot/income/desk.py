"""Reconciling a wallet: what was announced x what was held x what came, in one transaction.

Whoever runs it, and however often, leaves the same records: the reconciliation is a pure function of
the book, the announcements and the day, and its records are unique by wallet and event.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from fiel.copilot.income.announced import AnnouncedEvents, AnnouncedOf
from fiel.copilot.income.booked_changes import settle
from fiel.copilot.income.wallet import WalletBook, asset_of, read_wallet
from fiel.copilot.store import income as store
from fiel.copilot.store.accounts import users_of
from fiel.copilot.store.income import Visited
from fiel.copilot.wallets import first_wallets, is_known
from fiel.custody.queries import Snapshot
from fiel.income.lifecycle import IncomePolicy
from fiel.income.reconciling import Reconciliation, reconcile
from fiel.income.values import IncomeRecord
from fiel.infra.storage.database import Database, Session, UnitOfWork
from fiel.infra.zones import zone_of
from fiel.kernel.clock import Clock
from fiel.market import queries


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation of a wallet gave: all of it, and what is new or other than before.

    `known`: the events of which there was a record before.
    """

    wallet: str
    day: date
    zone: str
    reconciliation: Reconciliation
    changed: tuple[IncomeRecord, ...]
    known: frozenset[str]
    book: WalletBook
    announced: dict[str, AnnouncedOf] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayProgress:
    """How far a day is: wallets ever visited, those that are done, and the ones that lag most."""

    day: date
    visited: int
    done: int
    lagging: tuple[Visited, ...]


@dataclass(slots=True)
class IncomeDesk:
    """The income of any number of wallets; for any number of threads."""

    database: Database
    clock: Clock
    default_zone: str
    policy: IncomePolicy = field(default_factory=IncomePolicy)
    announced: AnnouncedEvents = field(default_factory=AnnouncedEvents)

    def reconcile_day(self, wallet: str, day: date, at: datetime) -> Reconciled | None:
        """The work of a day's job; `None` when that day, or a later one, was done before.

        Raises `Unavailable` (try again), `Corrupt`, `InvalidInput`.
        """

        def work(unit: UnitOfWork) -> Reconciled | None:
            visited = store.lock_wallet(unit.connection, wallet, self.default_zone)
            if visited.done_day is not None and visited.done_day >= day:
                return None
            return self._reconciled(unit.connection, visited, day, at)

        return self.database.transact(work)

    def reconcile_now(self, wallet: str) -> Reconciled:
        """As of now, in the wallet's zone, whatever was done before. Raises like `reconcile_day`."""
        at = self.clock.now()

        def work(unit: UnitOfWork) -> Reconciled:
            visited = store.lock_wallet(unit.connection, wallet, self.default_zone)
            day = at.astimezone(zone_of(visited.zone)).date()
            return self._reconciled(unit.connection, visited, day, at)

        return self.database.transact(work)

    def look(self, wallet: str) -> Reconciled:
        """What `reconcile_now` would give; nothing is written."""
        at = self.clock.now()
        with self.database.reading() as connection:
            visited = store.wallet_visited(connection, wallet)
            zone = self.default_zone if visited is None else visited.zone
            day = at.astimezone(zone_of(zone)).date()
            return self._weighed(connection, wallet, zone, day)

    def link(self, wallet: str, receipt_id: str, record_id: str) -> None:
        """A person says which payment a receipt was of."""
        at = self.clock.now()
        self.database.transact(
            lambda unit: store.save_link(unit.connection, wallet, receipt_id, record_id, at=at)
        )

    def records(self, wallet: str) -> tuple[IncomeRecord, ...]:
        """What was written last, by payment date."""
        with self.database.reading() as connection:
            return store.records_of(connection, wallet)

    def users(self, limit: int) -> list[str]:
        """The first wallets of the book: its users, and of accounts the wallet that they are of."""
        with self.database.reading() as connection:
            return first_wallets(connection, limit)

    def knows(self, user: str) -> bool:
        """Whether the book has an account of that wallet."""
        with self.database.reading() as connection:
            return is_known(connection, user)

    def held(self, wallet: str) -> frozenset[str]:
        """The assets that the wallet holds now."""
        with self.database.reading() as connection:
            book = Snapshot(connection)
            positions = [one for user in users_of(connection, wallet) for one in book.positions(user)]
        return frozenset(asset_of(each.ticker) for each in positions if each.quantity)

    def announced_assets(self, assets: Collection[str]) -> frozenset[str]:
        """Those of the assets of which some event is kept."""
        with self.database.reading() as connection:
            return frozenset(queries.event_versions(connection, assets))

    def progress(self, limit: int) -> DayProgress:
        """How far today is, by the clock of the default zone."""
        day = self.clock.now().astimezone(zone_of(self.default_zone)).date()
        with self.database.reading() as connection:
            seen = store.progress(connection, day, limit=limit)
        return DayProgress(day, seen.visited, seen.done, seen.lagging)

    def set_zone(self, wallet: str, zone: str) -> None:
        """In which zone the wallet's days begin. Raises `InvalidInput` (zone_unknown)."""
        zone_of(zone)
        self.database.transact(lambda unit: store.set_zone(unit.connection, wallet, zone))

    def _reconciled(self, connection: Session, visited: Visited, day: date, at: datetime) -> Reconciled:
        done = self._weighed(connection, visited.wallet, visited.zone, day)
        store.save_records(connection, done.changed, done.known, at=at)
        records, changed = len(done.reconciliation.records), len(done.changed)
        store.mark_done(connection, visited.wallet, day, at=at, records=records, changed=changed)
        return done

    def _weighed(self, connection: Session, wallet: str, zone: str, day: date) -> Reconciled:
        book = read_wallet(connection, wallet, zone_of(zone), store.links_of(connection, wallet))
        known = store.records_of(connection, wallet)
        assets = book.assets | {each.asset for each in known}
        book, announced = settle(book, self.announced.of(connection, assets))
        first = book.first_day
        done = reconcile(
            wallet,
            [
                payment
                for each in announced.values()
                for payment in each.payments
                # Nothing can be owed for a day before the first trade; a com date that is unknown may be.
                if first is not None and (payment.com_date is None or payment.com_date >= first)
            ],
            book.movements,
            [change for each in announced.values() for change in each.changes],
            book.receipts,
            known,
            day,
            self.policy,
        )
        before = {each.event_id: each for each in known}
        changed = tuple(each for each in done.records if before.get(each.event_id) != each)
        return Reconciled(wallet, day, zone, done, changed, frozenset(before), book, announced)
