"""The book as a database: units of work that load a batch under lock and save what it decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from fiel.custody.accounts import AccountKey, PositionKey
from fiel.custody.events import Alert, BookedEntry
from fiel.custody.ledger.batch import Batch
from fiel.custody.messages import DeadLetterRow
from fiel.custody.order_events.event import OrderEvent
from fiel.custody.reservations import Policy
from fiel.custody.store import dead_letters, entries, loading, saving, waiting
from fiel.custody.store.numbers import Numbers
from fiel.custody.wallet_events import WalletEvents
from fiel.infra.storage import idempotency
from fiel.infra.storage.database import Database
from fiel.infra.storage.instants import database_now
from fiel.infra.storage.types import instant_of
from fiel.kernel.errors import Conflict

Result = TypeVar("Result")

#: Rows that another transaction wrote first (a new order, a new account) are read again this often.
_TWINS_MAX = 3


@dataclass(frozen=True, slots=True)
class Book:
    """The ledger's tables in `database`; `wire` says how wallet events are written."""

    database: Database
    policy: Policy = field(default_factory=Policy)
    wire: WalletEvents = field(default_factory=WalletEvents)

    def transact(self, work: Callable[[BookUnit], Result]) -> Result:
        """`work` in one transaction, committed at its end; run again when another stood in the way."""
        for _ in range(_TWINS_MAX - 1):
            try:
                return self._once(work)
            except Conflict as conflict:
                # Somebody else has just opened the same account or taken the same event: look again.
                if conflict.code != "constraint_broken":
                    raise
        return self._once(work)

    def _once(self, work: Callable[[BookUnit], Result]) -> Result:
        return self.database.transact(
            lambda unit: work(BookUnit(unit.connection, self.policy, self.wire, unit.flight))
        )


@dataclass(slots=True)
class BookUnit:
    """One transaction on the book. What is loaded is locked until its end."""

    connection: Connection
    policy: Policy
    wire: WalletEvents
    #: Where what is sent together with COMMIT is left; without one, everything is waited for.
    flight: ExitStack | None = None
    stored: saving.Stored | None = None
    numbers: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = Numbers(self.connection)

    def load_events(
        self,
        events: Sequence[OrderEvent],
        moves: Sequence[loading.Move] = (),
        flight: ExitStack | None = None,
    ) -> Batch:
        """Whatever the events can touch. `moves` are offsets to advance on the same way: `Conflict`
        (epoch_lost) when a partition is another's now. With a `flight`, only `saving` may follow.
        """
        batch = loading.load_for_events(self.connection, self.policy, events, self.numbers, moves, flight)
        self.stored = saving.Stored.of(batch)
        return batch

    def load(
        self, user_id: str, *, tickers: Collection[PositionKey] = (), order_ids: Collection[int] = ()
    ) -> Batch:
        """All accounts of a user, with the named orders and positions."""
        batch = Batch(self.policy)
        loading.lock_accounts(self.connection, batch, {user_id})
        loading.load_orders(self.connection, batch, order_ids)
        of_orders = {PositionKey(o.user_id, o.currency, o.ticker) for o in batch.orders.values()}
        loading.load_positions(self.connection, batch, {*tickers, *of_orders})
        self.stored = saving.Stored.of(batch)
        return batch

    def load_many(self, users: Collection[str], tickers: Collection[PositionKey]) -> Batch:
        """All accounts of several users, with the named positions."""
        batch = Batch(self.policy)
        loading.lock_accounts(self.connection, batch, set(users))
        loading.load_positions(self.connection, batch, set(tickers))
        self.stored = saving.Stored.of(batch)
        return batch

    def load_entries(
        self, ids: Collection[str], users: Collection[str] = (), tickers: Collection[PositionKey] = ()
    ) -> tuple[Batch, list[BookedEntry]]:
        """The entries of these names that there are, with what they touched and what else is named."""
        touched = entries.heads_by_id(self.connection, ids)
        owners = {entry.user_id for entry in touched.values()}
        held = {PositionKey(e.user_id, e.currency, e.ticker) for e in touched.values() if e.ticker}
        batch = self.load_many({*users, *owners}, {*tickers, *held})
        # What they moved never changes; what their lots are is known once the accounts are locked.
        found = entries.with_lots(self.connection, touched)
        lots = frozenset(lot.id for entry in found.values() for lot in entry.lots)
        self.stored = replace(saving.Stored.of(batch), lots=lots)
        return batch, [found[name] for name in ids if name in found]

    def entries_known(self, ids: Collection[str]) -> dict[str, AccountKey]:
        """Of the names, those of entries that are booked, with the account each is of."""
        return entries.owners_of(self.connection, ids)

    def load_renaming(self, key: PositionKey, new: str) -> Batch:
        """A position under its old and new ticker, and the open orders on it."""
        loading.lock_accounts(self.connection, Batch(self.policy), {key.user_id})
        ids = waiting.open_orders_on(self.connection, key)
        return self.load(key.user_id, tickers={key, key._replace(ticker=new)}, order_ids=ids)

    def save(self, batch: Batch, at: datetime) -> None:
        """Everything the batch decided."""
        with self.saving(batch, at) as writer:
            writer.finish()

    def saving(self, batch: Batch, at: datetime) -> saving.Saving:
        """The same for a batch that is still to grow: `ahead` now and then, `finish` at its end."""
        assert self.stored is not None, "load before saving"  # noqa: S101 - programmer error
        return saving.Saving(self.numbers, batch, self.stored, wire=self.wire, at=at)

    def keep_dead_letters(self, letters: Sequence[DeadLetterRow]) -> None:
        """Adds dead letters, each once, and tells the dead-letter topic."""
        dead_letters.keep(self.connection, letters)

    def dead_letter(self, letter_id: str) -> DeadLetterRow | None:
        """A dead letter, locked."""
        return dead_letters.locked(self.connection, letter_id)

    def settle_dead_letter(self, letter: DeadLetterRow) -> None:
        """Writes its status, attempts and reason."""
        dead_letters.settle(self.connection, letter)

    def alert(self, alerts: Collection[Alert], at: datetime) -> None:
        """Alerts, each once per cause."""
        saving.save_alerts(self.connection, alerts, at)

    def database_now(self) -> datetime:
        """The present instant by the database's clock."""
        return instant_of(database_now(self.connection))

    def expiring(self, now: datetime, limit: int) -> list[tuple[str, int]]:
        """(user, order) of reservations whose time is over."""
        return waiting.expiring(self.connection, now, limit)

    def overdue(self, now: datetime, limit: int) -> list[waiting.Overdue]:
        """Parked events whose deadline is over and of which nobody was told."""
        return waiting.overdue(self.connection, now, limit)

    def mark_alerted(self, found: Sequence[waiting.Overdue], at: datetime) -> None:
        """Remember that people were told."""
        waiting.mark_alerted(self.connection, found, at)

    def begin_request(
        self, scope: str, key: str, body: dict[str, str | int | None], at: datetime
    ) -> str | None:
        """The stored answer of a repeated request, or `None` for a new one."""
        return idempotency.begin(self.connection, scope, key, body, at=at)

    def finish_request(self, scope: str, key: str, answer: str) -> None:
        """Keep the answer."""
        idempotency.finish(self.connection, scope, key, answer)
