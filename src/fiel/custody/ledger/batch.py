"""Folding a stream over rows that were loaded: each event decides alone, in the order given.

A `Batch` is filled with the rows that its events name, takes the events, and then holds what is to be
written. It reads and writes nothing by itself, so that one transaction can wrap loading, folding
and saving. Rows are replaced in its dictionaries, never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from fiel.custody.accounts import Account, AccountKey, CashMode, Lot, Position, PositionKey, Rejection
from fiel.custody.events import (
    Alert,
    AlertCode,
    Change,
    Command,
    Ignored,
    LedgerEvent,
    Parked,
    Receive,
    State,
)
from fiel.custody.ledger.deciding import Decision, decide
from fiel.custody.ledger.evolving import evolve
from fiel.custody.ledger.journal import JournalEntry, Posting, WalletTransaction, journal_rows
from fiel.custody.ledger.positions import restated
from fiel.custody.ledger.requests import rename_ticker
from fiel.custody.order_events.event import EventStatus, OrderEvent
from fiel.custody.reservations import Order, Policy


class Verdict(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    DEAD_LETTER = "dead_letter"


class DeadLetter(NamedTuple):
    event: OrderEvent
    rejection: Rejection


@dataclass(slots=True)
class Batch:
    """The rows loaded, by key, and what has to be written.

    `accounts` must hold every account of the users named, `positions` the named tickers, `parked` the
    waiting events of the named orders, `seen` the inbox: event id to payload hash.
    """

    policy: Policy
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    positions: dict[PositionKey, Position] = field(default_factory=dict)
    parked: dict[int, tuple[Parked, ...]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    # To be written, beside the rows above that are named in `touched_*`:
    touched_accounts: set[AccountKey] = field(default_factory=set)
    touched_orders: set[int] = field(default_factory=set)
    touched_positions: set[PositionKey] = field(default_factory=set)
    inbox: list[OrderEvent] = field(default_factory=list)
    lots: dict[str, Lot] = field(default_factory=dict)
    entries: list[JournalEntry] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    transactions: list[WalletTransaction] = field(default_factory=list)
    newly_parked: list[Parked] = field(default_factory=list)
    unparked: list[Parked] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    def open_account(self, key: AccountKey, cash_mode: CashMode = CashMode.TRACKED) -> Account:
        """The account, made when it is new."""
        if key not in self.accounts:
            self.accounts[key] = Account(key.user_id, key.currency, cash_mode)
            self.touched_accounts.add(key)
        return self.accounts[key]

    def take(self, event: OrderEvent, at: datetime) -> Verdict:
        """One event of the log. Duplicates do nothing; the same id with another payload is a dead letter."""
        known = self.seen.get(event.event_id)
        if known == event.payload_hash:
            return Verdict.DUPLICATE
        if known is not None:
            return self._reused(event)
        verdict = self._received(event, at)
        if verdict is not Verdict.DEAD_LETTER:
            self.seen[event.event_id] = event.payload_hash
            self.inbox.append(event)
        return verdict

    def run(self, key: AccountKey, command: Command, order_id: int | None = None) -> Decision:
        """A command to an account that is loaded; what it decided is already in the rows."""
        order = self.orders.get(order_id) if order_id is not None else None
        ticker = order.ticker if order else getattr(command, "ticker", None)
        state = self._state(self.accounts[key], order, ticker)
        decision = decide(state, command, self.policy)
        if not isinstance(decision, Rejection):
            self._accept(state, decision)
        return decision

    def rename(
        self, key: PositionKey, new: str, *, command_id: str, occurred_at: datetime, at: datetime
    ) -> None:
        """A position and the loaded orders on it go over to a new ticker, cost kept.

        The orders that hold shares of it must be loaded.
        """
        account, old = self.accounts[AccountKey(key.user_id, key.currency)], self.positions[key]
        for change in rename_ticker(account, old, new, command_id=command_id, occurred_at=occurred_at, at=at):
            self._accept(self._state(account, None, change.ticker), (change,))
        for order in [*self.orders.values()]:
            same = (order.user_id, order.currency, order.ticker) == tuple(key)
            if same and order.is_open:
                self.orders[order.order_id] = order._replace(ticker=new)
                self.touched_orders.add(order.order_id)

    def restate(self, lots_of: Callable[[PositionKey], Iterable[Lot]]) -> None:
        """Counts cost and profit again where lots came out of order. `lots_of` reads what is stored;
        the batch's own lots go over it.
        """
        for key in sorted(self.touched_positions):
            position = self.positions[key]
            if position.restate:
                lots = {lot.id: lot for lot in lots_of(key)}
                lots |= {
                    lot.id: lot
                    for lot in self.lots.values()
                    if (lot.user_id, lot.currency, lot.ticker) == tuple(key)
                }
                self.positions[key] = restated(position, lots.values())

    def _received(self, event: OrderEvent, at: datetime) -> Verdict:
        account = self.accounts.get(AccountKey(event.user_id, event.currency))
        if account is None:
            return self._dead(event, self._no_account(event))
        order = self.orders.get(event.order_id)
        occurred = event.occurred_at or at
        ticker = order.ticker if order else self.policy.ticker_at(event.ticker, occurred.date())
        state = self._state(account, order, ticker)
        decision = decide(state, Receive(event, at), self.policy)
        if isinstance(decision, Rejection):
            return self._dead(event, decision)
        verdict = self._accept(state, decision)
        if order is None and event.order_id in self.orders:
            self._unpark(event.order_id, at)
        return verdict

    def _state(self, account: Account, order: Order | None, ticker: str | None) -> State:
        key = PositionKey(account.user_id, account.currency, ticker or "")
        return State(account, order, self.positions.get(key))

    def _accept(self, state: State, events: tuple[LedgerEvent, ...]) -> Verdict:
        verdict = Verdict.IGNORED
        for event in events:
            match event:
                case Change():
                    self._write(state, event)
                    verdict = Verdict.APPLIED
                case Parked():
                    waiting = self.parked.get(event.event.order_id, ())
                    self.parked[event.event.order_id] = (*waiting, event)
                    self.newly_parked.append(event)
                    verdict = Verdict.PARKED
                case Ignored():
                    pass
        return verdict

    def _write(self, before: State, change: Change) -> None:
        after = evolve(before, change)
        account = after.account
        if account is not before.account:
            self.accounts[account.key] = account
            self.touched_accounts.add(account.key)
        if change.order is not None:
            self.orders[change.order.order_id] = change.order
            self.touched_orders.add(change.order.order_id)
        if after.position is not None and after.position is not before.position:
            self.positions[after.position.key] = after.position
            self.touched_positions.add(after.position.key)
        for lot in change.lots:
            self.lots[lot.id] = lot
        rows = journal_rows(before.account, change)
        if rows.entry is not None:
            self.entries.append(rows.entry)
            self.postings.extend(rows.postings)
            self.transactions.extend(rows.transactions)
        self.alerts.extend(change.alerts)

    def _unpark(self, order_id: int, at: datetime) -> None:
        """Applies what waited for the order: fills by quantity, then how it ended."""
        for parked in sorted(self.parked.pop(order_id, ()), key=_unparking_order):
            self.unparked.append(parked)
            self._received(parked.event, at)

    def _no_account(self, event: OrderEvent) -> Rejection:
        if any(key.user_id == event.user_id for key in self.accounts):
            return Rejection("currency_mismatch", f"the user has no account in {event.currency}", "currency")
        return Rejection("account_unknown", "the user has no account; a first deposit opens it", "userId")

    def _dead(self, event: OrderEvent, rejection: Rejection) -> Verdict:
        self.dead_letters.append(DeadLetter(event, rejection))
        return Verdict.DEAD_LETTER

    def _reused(self, event: OrderEvent) -> Verdict:
        text = f"{event.event_id} came before with another payload"
        self.alerts.append(
            Alert(AlertCode.EVENT_ID_REUSED, event.user_id, event.order_id, event.event_id, text)
        )
        return self._dead(event, Rejection("event_id_reused", text, "eventId"))


def _unparking_order(parked: Parked) -> tuple[int, int, bool, str]:
    event = parked.event
    return (not event.is_fill, event.upto or 0, event.status is EventStatus.FILLED, event.event_id)


def overdue(parked: Iterable[Parked], now: datetime) -> list[Alert]:
    """The alert of each event whose PENDING did not come in time. It stays parked, for reconciliation."""
    return [
        Alert(
            AlertCode.PENDING_NEVER_CAME,
            item.event.user_id,
            item.event.order_id,
            item.event.event_id,
            f"{item.event.status} of order {item.event.order_id} waits since {item.parked_at.isoformat()}",
        )
        for item in parked
        if item.deadline <= now
    ]
