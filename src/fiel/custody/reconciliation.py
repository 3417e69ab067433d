"""Reconciliation: the book beside a broker's statement, and adjusting entries that a person agreed to.

    reconciliation = Reconciliation(book, clock)
    found = reconciliation.reconcile(read_statement(content), "xp-2026-04", as_of)
    reconciliation.approve(found.items[0].id, by="bia")

Nothing is booked by comparing. An approval books the difference at the instant of the statement, so that
the same statement then agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fiel.custody.accounts import AccountKey, CashMode, PositionKey, Rejection
from fiel.custody.broker_statement import CASH, StatedAmount
from fiel.custody.differences import Difference, Item, ItemKind, ItemStatus, compared, item_of
from fiel.custody.events import Adjust, Alert
from fiel.custody.ledger.requests import read_amount
from fiel.custody.names import read_label
from fiel.custody.queries import Snapshot
from fiel.custody.queries.past import Axis, sums_at
from fiel.custody.store import reconciling as store
from fiel.custody.store.book import Book, BookUnit
from fiel.kernel.clock import Clock, in_utc
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused

#: The same difference can be approved and come back this often before something else is wrong.
_AGAIN_MAX = 100
LIST_MAX = 1000

__all__ = ["Decided", "Item", "ItemKind", "ItemStatus", "Reconciled", "Reconciliation"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`items` are the differences found now, decided ones too; `accounts` how many were compared.

    The money of `cash_elsewhere` is not kept here and was not compared.
    """

    items: tuple[Item, ...]
    accounts: int
    cash_elsewhere: tuple[AccountKey, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """An item after its decision; `repeated` when it was decided like this before."""

    item: Item
    alerts: tuple[Alert, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares with statements, and books what was approved."""

    book: Book
    clock: Clock

    def reconcile(self, stated: Sequence[StatedAmount], statement: str, as_of: datetime) -> Reconciled:
        """Compares each account of the statement with the book at `as_of`, by time of occurrence.

        An asset of such an account that the statement does not name counts as zero there, money too. The
        same statement again gives the same items. Raises `InvalidInput` (field statement or as_of).
        """
        statement, as_of = read_label(statement, "statement"), in_utc(as_of, field="as_of")
        now = self.clock.now()
        if as_of > now:
            raise InvalidInput("as_of_in_future", "the statement speaks of a time to come", field="as_of")
        keys = sorted({line.key for line in stated})

        def work(unit: BookUnit) -> Reconciled:
            snapshot = Snapshot(unit.connection)
            elsewhere = _cash_elsewhere(snapshot, keys)
            ours = {key: _ours(snapshot, key, as_of, has_cash=key not in elsewhere) for key in keys}
            told = [line for line in stated if line.asset != CASH or line.key not in elsewhere]
            told += [StatedAmount(0, key, CASH, 0) for key in sorted(elsewhere)]
            differences = compared(told, ours)
            items = [_kept(unit, difference, statement, as_of, now) for difference in differences]
            return Reconciled(tuple(items), len(keys), tuple(sorted(elsewhere)))

        return self.book.transact(work)

    def items(self, status: ItemStatus | None = ItemStatus.OPEN, limit: int = LIST_MAX) -> list[Item]:
        """Items, oldest first; at most 1,000."""
        with self.book.database.reading() as connection:
            return store.listed(connection, status, min(limit, LIST_MAX))

    def item(self, item_id: str) -> Item:
        """Raises `NotFound` (item_unknown)."""
        with self.book.database.reading() as connection:
            return _there(store.found(connection, item_id), item_id)

    def approve(self, item_id: str, by: str, *, cost: object = None) -> Decided:
        """Books the difference; approved again it is the same one entry.

        `cost` (exact text or Decimal, default zero) is what shares that come had cost in all. Raises
        `NotFound` (item_unknown, account_unknown), `Conflict` (item_settled: it was dismissed;
        item_outdated: the book moved since, reconcile again), `InvalidInput`, `Refused`. What leaves
        may leave a shortfall: it is booked, and an alert tells of it.
        """
        by, now = read_label(by, "by"), self.clock.now()

        def work(unit: BookUnit) -> Decided:
            item = _there(store.found(unit.connection, item_id, lock=True), item_id)
            if item.status is ItemStatus.APPROVED:
                return Decided(item, repeated=True)
            _still_open(item)
            command = _adjustment(item, cost, now)
            key, asset = item.difference.key, item.difference.asset
            batch = unit.load(key.user_id, tickers={PositionKey(*key, asset)})
            if key not in batch.accounts:
                told = f"{key.user_id} has no account in {key.currency}; a first deposit opens it"
                raise NotFound("account_unknown", told, field="userId")
            # The account is locked now: what is read here stays until the entry is booked.
            ours = _ours(Snapshot(unit.connection), key, item.as_of, has_cash=True).get(asset, 0)
            if ours != item.difference.ours:
                raise Conflict(
                    "item_outdated", "the book has moved since: reconcile again", details={"id": item_id}
                )
            decision = batch.run(key, command)
            if isinstance(decision, Rejection):
                raise Refused(decision.code, decision.message, field=decision.field)
            entry, alerts = batch.entries[-1].id, tuple(batch.alerts)
            unit.save(batch, now)
            item = replace(item, status=ItemStatus.APPROVED, decided_at=now, decided_by=by, entry_id=entry)
            store.settle(unit.connection, item)
            return Decided(item, alerts)

        return self.book.transact(work)

    def dismiss(self, item_id: str, by: str) -> Decided:
        """A person decided that the book is right. Raises `NotFound`, `Conflict` (item_settled)."""
        by, now = read_label(by, "by"), self.clock.now()

        def work(unit: BookUnit) -> Decided:
            item = _there(store.found(unit.connection, item_id, lock=True), item_id)
            if item.status is ItemStatus.DISMISSED:
                return Decided(item, repeated=True)
            _still_open(item)
            item = replace(item, status=ItemStatus.DISMISSED, decided_at=now, decided_by=by)
            store.settle(unit.connection, item)
            return Decided(item)

        return self.book.transact(work)


def _cash_elsewhere(snapshot: Snapshot, keys: Sequence[AccountKey]) -> set[AccountKey]:
    wanted = set(keys)
    return {
        account.key
        for user_id in sorted({key.user_id for key in keys})
        for account in snapshot.accounts(user_id)
        if account.key in wanted and account.cash_mode is CashMode.EXTERNAL
    }


def _ours(snapshot: Snapshot, key: AccountKey, as_of: datetime, *, has_cash: bool) -> dict[str, int]:
    """What the book held of each asset, free and held for orders, up to the instant."""
    sums = sums_at(snapshot, key, as_of, Axis.OCCURRED)
    free, held = sums.pop(key.currency, (0, 0))
    ours = {ticker: sum(parts) for ticker, parts in sums.items()}
    return ours | {CASH: free + held} if has_cash else ours


def _kept(unit: BookUnit, difference: Difference, statement: str, as_of: datetime, now: datetime) -> Item:
    for again in range(_AGAIN_MAX):
        item = store.keep(unit.connection, item_of(difference, statement, as_of, now, again))
        if item.status is not ItemStatus.APPROVED:
            return item
    told = f"{difference.asset} of {difference.key.user_id} was adjusted {_AGAIN_MAX} times and differs still"
    raise Refused("item_comes_back", told)


def _adjustment(item: Item, cost: object, now: datetime) -> Adjust:
    difference = item.difference
    if difference.kind is ItemKind.CASH:
        if cost is not None:
            raise InvalidInput("cost_not_wanted", "only shares that come have a cost", field="cost")
        return Adjust(item.id, now, item.as_of, amount=item.missing)
    paid = 0
    if cost is not None:
        if item.missing < 0:
            raise InvalidInput("cost_not_wanted", "only shares that come have a cost", field="cost")
        if parse_decimal(cost, field="cost") != 0:
            paid = read_amount(cost, difference.key.currency, "cost")
    return Adjust(item.id, now, item.as_of, ticker=difference.asset, quantity=item.missing, cost=paid)


def _there(item: Item | None, item_id: str) -> Item:
    if item is None:
        raise NotFound("item_unknown", f"there is no difference {item_id[:100]!r}", field="ID")
    return item


def _still_open(item: Item) -> None:
    if item.status is not ItemStatus.OPEN:
        raise Conflict("item_settled", f"the difference was {item.status} already", field="ID")
