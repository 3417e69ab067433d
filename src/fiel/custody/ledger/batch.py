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
    Parked,
    ParkReason,
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

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them


class Verdict(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    DEAD_LETTER = "dead_letter"


# Names of enum members are looked up by Python code: once here, not once per event.
_APPLIED, _IGNORED, _PARKED, _DEAD = Verdict.APPLIED, Verdict.IGNORED, Verdict.PARKED, Verdict.DEAD_LETTER


class DeadLetter(NamedTuple):
    event: OrderEvent
    rejection: Rejection


@dataclass(slots=True)
class Batch:
    """The rows loaded, by key, and what has to be written.

    `accounts` must hold every account of the users named, `positions` the named tickers, `parked` the
    events that wait for the named orders, `seen` the inbox: event id to payload hash. `held` are the users
    whose events must wait behind a message that could not be handled, and the name of that message.
    """

    policy: Policy
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    positions: dict[PositionKey, Position] = field(default_factory=dict)
    parked: dict[int, tuple[Parked, ...]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
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
        if known is not None:
            return Verdict.DUPLICATE if known == event.payload_hash else self._reused(event)
        verdict = self._wait(event, at) if event.user_id in self.held else self._received(event, at)
        if verdict is not _DEAD:
            self.seen[event.event_id] = event.payload_hash
            self.inbox.append(event)
        return verdict

    def hold_back(self, user_id: str, poison: str) -> None:
        """From here on the user's events wait: `poison`, a message before them, could not be handled.

        What comes after it may mean something else once it is known; the events of others go on.
        """
        if user_id not in self.held:
            self.held[user_id] = poison
            text = f"the events of {user_id} wait behind {poison}; replay or discard it"
            self.alerts.append(Alert(AlertCode.ACCOUNT_HELD_BACK, user_id, None, poison, text))

    def release(self, user_id: str, waiting: Iterable[Parked], at: datetime) -> list[Verdict]:
        """The poison is settled: what waited behind it is applied, in the order of the log.

        Of `waiting`, what waits for its order's PENDING stays where it is.
        """
        self.held.pop(user_id, None)
        verdicts = []
        for parked in sorted(waiting, key=lambda parked: parked.sort_key):
            if parked.reason is ParkReason.BEHIND_POISON and parked.event.user_id == user_id:
                self.unparked.append(parked)
                verdicts.append(self._received(parked.event, at))
        return verdicts

    def still_parked(self) -> list[Parked]:
        """Of the newly parked, those that nothing here has unparked again.

        To be written after `unparked` was removed: one can be parked anew, for another reason.
        """
        gone = set(self.unparked)
        return [parked for parked in self.newly_parked if parked not in gone]

    def run(self, key: AccountKey, command: Command, order_id: int | None = None) -> Decision:
        """A command to an account that is loaded; what it decided is already in the rows."""
        order = self.orders.get(order_id) if order_id is not None else None
        ticker = order.ticker if order else getattr(command, "ticker", None)
        held = PositionKey(*key, ticker or "")
        state = State(self.accounts[key], order, self.positions.get(held))
        decision = decide(state, command, self.policy)
        if not isinstance(decision, Rejection):
            for event in decision:
                if isinstance(event, Change):
                    self._write(key, held, state, event)
        return decision

    def rename(
        self, key: PositionKey, new: str, *, command_id: str, occurred_at: datetime, at: datetime
    ) -> None:
        """A position and the loaded orders on it go over to a new ticker, cost kept.

        The orders that hold shares of it must be loaded.
        """
        owner = AccountKey(key.user_id, key.currency)
        account, old = self.accounts[owner], self.positions[key]
        for change in rename_ticker(account, old, new, command_id=command_id, occurred_at=occurred_at, at=at):
            held = key._replace(ticker=change.ticker or "")
            self._write(owner, held, State(account, None, self.positions.get(held)), change)
        for order in [*self.orders.values()]:
            same = (order.user_id, order.currency, order.ticker) == tuple(key)
            if same and order.is_open:
                self.orders[order.order_id] = order._replace(ticker=new)
                self.touched_orders.add(order.order_id)

    def restate(self, lots_of: Callable[[PositionKey], Iterable[Lot]]) -> None:
        """Counts cost and profit again where lots came out of order. `lots_of` reads what is stored;
        the batch's own lots go over it.
        """
        own: dict[PositionKey, dict[str, Lot]] = {
            key: {} for key in sorted(self.touched_positions) if self.positions[key].restate
        }
        if not own:
            return
        for lot in self.lots.values():
            found = own.get(_new(PositionKey, lot[1:4]))
            if found is not None:
                found[lot.id] = lot
        for key, fresh in own.items():
            lots = {lot.id: lot for lot in lots_of(key)} | fresh
            self.positions[key] = restated(self.positions[key], lots.values())

    def _received(self, event: OrderEvent, at: datetime) -> Verdict:
        user_id, currency, order_id = event.user_id, event.currency, event.order_id
        owner = _new(AccountKey, (user_id, currency))
        account = self.accounts.get(owner)
        if account is None:
            return self._dead(event, self._no_account(event))
        order = self.orders.get(order_id)
        if order is not None:
            ticker = order.ticker
        elif self.policy.ticker_changes:
            ticker = self.policy.ticker_at(event.ticker, (event.occurred_at or at).date())
        else:
            ticker = event.ticker
        held = _new(PositionKey, (user_id, currency, ticker))
        state = _new(State, (account, order, self.positions.get(held)))
        decision = decide(state, _new(Receive, (event, at)), self.policy)
        if isinstance(decision, Rejection):
            return self._dead(event, decision)
        verdict = _IGNORED
        for decided in decision:
            if isinstance(decided, Change):
                self._write(owner, held, state, decided)
                verdict = _APPLIED
            elif isinstance(decided, Parked):
                self._park(decided)
                verdict = _PARKED
        if order is None and order_id in self.parked and order_id in self.orders:
            self._unpark(order_id, at)
        return verdict

    def _write(self, owner: AccountKey, held: PositionKey, before: State, change: Change) -> None:
        """`owner` and `held` are the keys of the account and of the position that the change can touch."""
        account, order, position = evolve(before, change)
        if account is not before.account:
            self.accounts[owner] = account
            self.touched_accounts.add(owner)
        if change.order is not None and order is not None:
            self.orders[order.order_id] = order
            self.touched_orders.add(order.order_id)
        if position is not None and position is not before.position:
            self.positions[held] = position
            self.touched_positions.add(held)
        for lot in change.lots:
            self.lots[lot.id] = lot
        entry, postings, transactions = journal_rows(before.account, change)
        if entry is not None:
            self.entries.append(entry)
            self.postings += postings
            self.transactions += transactions
        if change.alerts:
            self.alerts += change.alerts

    def _park(self, parked: Parked) -> None:
        order_id = parked.event.order_id
        self.parked[order_id] = (*self.parked.get(order_id, ()), parked)
        self.newly_parked.append(parked)

    def _wait(self, event: OrderEvent, at: datetime) -> Verdict:
        deadline = at + self.policy.park_for
        self.newly_parked.append(Parked(event, at, deadline, ParkReason.BEHIND_POISON))
        return _PARKED

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
    """The alert of each event that waited too long. It stays parked, for reconciliation."""
    return [
        Alert(
            AlertCode.PENDING_NEVER_CAME
            if item.reason is ParkReason.ORDER_UNSEEN
            else AlertCode.HELD_BACK_TOO_LONG,
            item.event.user_id,
            item.event.order_id,
            item.event.event_id,
            f"{item.event.status} of order {item.event.order_id} waits since {item.parked_at.isoformat()}",
        )
        for item in parked
        if item.deadline <= now
    ]
