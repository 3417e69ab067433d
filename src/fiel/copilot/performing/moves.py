"""The custody book as plain moves: what was taken back is gone, corrected fills are as they ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from fiel.copilot.income.wallet import asset_of, local_day
from fiel.custody.accounts import Lot, LotKind
from fiel.custody.events import BookedEntry, ChangeKind, FactKind
from fiel.custody.ledger.facts import FactCause, cause_of, reversed_entry
from fiel.custody.queries import Snapshot


class What(StrEnum):
    """What a move is to the return."""

    CASH = "cash"
    TRADE = "trade"
    INCOME = "income"
    CAPITAL = "capital"
    FEE = "fee"
    TAX = "tax"
    #: Shares from outside or to outside.
    DELIVERY = "delivery"
    #: A leg between two accounts of the wallet, or from an old ticker to a new one.
    MOVE = "move"
    SPLIT = "split"
    CONVERSION = "conversion"
    FRACTION = "fraction"


class Move(NamedTuple):
    """One thing that happened: `quantity` in billionths, `gross`, `fee`, `withheld` and `cost` in cents.

    `gross` is what the account's cash gained before the fee; of income what reached it. Moves with one `stem`
    are legs of one happening. `entry` is the journal's entry, of an order's fill its lot.
    """

    entry: str
    account: str
    currency: str
    at: datetime
    day: date
    what: What
    asset: str | None
    quantity: int
    gross: int
    fee: int
    withheld: int
    cost: int
    stem: str


_OF_FACT = {
    FactKind.DEPOSIT: What.CASH,
    FactKind.WITHDRAWAL: What.CASH,
    FactKind.FEE: What.FEE,
    FactKind.TAX: What.TAX,
    FactKind.FRACTION_SALE: What.TRADE,
    FactKind.RIGHTS_SALE: What.TRADE,
    FactKind.TRADE: What.TRADE,
    FactKind.OPENING: What.DELIVERY,
    FactKind.DELIVERY: What.DELIVERY,
    FactKind.MOVE: What.MOVE,
    FactKind.SPLIT: What.SPLIT,
    FactKind.BONUS: What.SPLIT,
    FactKind.CONVERSION: What.CONVERSION,
    FactKind.FRACTION: What.FRACTION,
}
_OF_KIND = {
    ChangeKind.DEPOSIT: What.CASH,
    ChangeKind.WITHDRAWAL: What.CASH,
    ChangeKind.INCOME: What.INCOME,
    ChangeKind.CAPITAL_RETURN: What.CAPITAL,
}
_OF_ORDERS = frozenset({ChangeKind.FILL, ChangeKind.CORRECTION})


def read_moves(book: Snapshot, users: Sequence[str], zone: tzinfo) -> list[Move]:
    """Every move of the accounts, in order of occurrence, days in the zone. Raises `Corrupt`."""
    lots = book.lots_together(users)
    costs = {lot.id: lot.gross for lot in lots}
    entries = [entry for entry in book.entries_of(users) if entry.kind not in _OF_ORDERS]
    gone = _taken_back(entries)
    found = [
        move
        for entry in entries
        if entry.id not in gone
        for move in _of_entry(entry, costs.get(entry.id, 0), zone)
    ]
    found += (_of_fill(lot, zone) for lot in lots if lot.order_id and lot.kind is LotKind.TRADE)
    # The order of reading breaks ties: it is that of the book.
    moved = (one for one in found if one.quantity or one.gross or one.fee or one.withheld)
    return sorted(moved, key=lambda one: one.at)


def _taken_back(entries: Iterable[BookedEntry]) -> frozenset[str]:
    """Entries that were reversed, and their reversals: together they moved nothing."""
    causes = ((entry.id, cause_of(entry)) for entry in entries)
    pairs = ((own, reversed_entry(c if isinstance(c, str) else c.command_id)) for own, c in causes)
    return frozenset(name for own, other in pairs if other for name in (own, other))


def _of_entry(entry: BookedEntry, cost: int, zone: tzinfo) -> Iterable[Move]:
    """An entry as its move; an adjustment may be of money and of shares."""
    fact = FactCause.parse(entry.cause)
    day, asset = local_day(entry.occurred_at, zone), None if entry.ticker is None else asset_of(entry.ticker)
    head = (entry.id, entry.user_id, entry.currency, entry.occurred_at, day)
    money = (entry.gross, entry.fee, entry.withheld)
    if fact is not None:
        yield Move(*head, _OF_FACT[fact.kind], asset, entry.quantity, *money, cost, fact.stem)
    elif entry.kind in _OF_KIND:
        yield Move(*head, _OF_KIND[entry.kind], asset, entry.quantity, *money, cost, entry.cause)
    elif entry.kind is ChangeKind.TRANSFER:
        yield Move(*head, What.MOVE, asset, entry.quantity, *money, cost, entry.cause)
    else:
        if entry.quantity:
            yield Move(*head, What.DELIVERY, asset, entry.quantity, 0, 0, 0, cost, entry.cause)
        if entry.gross or entry.fee:
            yield Move(*head, What.CASH, None, 0, entry.gross - entry.fee, 0, 0, 0, entry.cause)


def _of_fill(lot: Lot, zone: tzinfo) -> Move:
    """An execution of an order as it ended, whatever was corrected since."""
    gross = -lot.gross if lot.quantity > 0 else lot.gross
    numbers = (lot.quantity, gross if lot.quantity else 0, lot.fee, 0, 0)
    head = (lot.id, lot.user_id, lot.currency, lot.occurred_at, local_day(lot.occurred_at, zone))
    return Move(*head, What.TRADE, asset_of(lot.ticker), *numbers, lot.id)
