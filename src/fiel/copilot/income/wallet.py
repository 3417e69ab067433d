"""A wallet as income sees it: what came and went by trade date, and the money that its assets paid.

Each account of the wallet is one of its own: brokers round what they pay by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.store.accounts import accounts_of
from fiel.custody.accounts import QUANTITY_SCALE, Lot, LotKind, money_of
from fiel.custody.queries import IncomeReceipt, Snapshot
from fiel.income.values import Movement, Receipt
from fiel.infra.storage.database import Session
from fiel.portfolio.instruments import cost_id, infer_kind

_UNIT = Decimal(QUANTITY_SCALE)


@dataclass(frozen=True, slots=True)
class WalletBook:
    """Movements and receipts of one wallet, days in its zone.

    Their `account` is the currency of the wallet's own account, and of others `label/currency`. `users`: what
    the book calls each of those accounts. `changed`: asset, day and units of the splits and bonuses among the
    movements.
    """

    wallet: str
    movements: tuple[Movement, ...]
    receipts: tuple[Receipt, ...]
    users: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    changed: tuple[Movement, ...] = ()

    @property
    def assets(self) -> frozenset[str]:
        """Everything that was ever held or paid something."""
        return frozenset({each.asset for each in self.movements} | {each.asset for each in self.receipts})

    @property
    def first_day(self) -> date | None:
        """The day of the first movement."""
        return min((each.day for each in self.movements), default=None)

    def user_of(self, account: str) -> str:
        """What the book calls an account of a movement; the wallet's own for one that never was there."""
        return self.users.get(account, self.wallet)


def read_wallet(
    connection: Session, wallet: str, zone: tzinfo, links: Mapping[str, str] = MappingProxyType({})
) -> WalletBook:
    """The wallet in the connection's transaction. `links`: the record of receipts that a person linked.

    Raises `Unavailable`, `Corrupt`.
    """
    book = Snapshot(connection)
    labels = {wallet: "", **{each.user_id: each.label for each in accounts_of(connection, wallet)}}
    lots = book.lots_together(labels)
    receipts = [each for of_user in book.income_of(labels).values() for each in of_user]
    moved = {
        *((lot.user_id, lot.currency) for lot in lots),
        *((one.user_id, one.currency) for one in receipts),
    }
    names = {(user, currency): account_name(labels[user], currency) for user, currency in moved}
    changes = [lot for lot in lots if lot.kind is LotKind.CHANGE]
    return WalletBook(
        wallet,
        movements_of(lots, zone, names),
        tuple(_linked(receipt_of(each, zone, names), links) for each in receipts),
        MappingProxyType({name: user for (user, _), name in names.items()}),
        movements_of(changes, zone, names),
    )


def account_name(label: str, currency: str) -> str:
    """What income calls an account; the wallet's own has no label.

    >>> account_name("", "BRL"), account_name("clear", "BRL")
    ('BRL', 'clear/BRL')
    """
    return f"{label}/{currency}" if label else currency


def _linked(receipt: Receipt, links: Mapping[str, str]) -> Receipt:
    record = links.get(receipt.receipt_id)
    return receipt if record is None else replace(receipt, record_id=record)


def movements_of(
    lots: Iterable[Lot], zone: tzinfo, names: Mapping[tuple[str, str], str]
) -> tuple[Movement, ...]:
    """Lots as movements on their trade days. PETR4F is PETR4: one asset, two boards.

    `names`: what accounts are called, by user and currency.
    """
    return tuple(
        Movement(
            lot.occurred_at.astimezone(zone).date(),
            names[lot.user_id, lot.currency],
            asset_of(lot.ticker),
            Decimal(lot.quantity) / _UNIT,
        )
        for lot in lots
        if lot.quantity
    )


def asset_of(ticker: str) -> str:
    """The asset that a ticker is of."""
    kind = infer_kind(ticker)
    return ticker if kind is None else cost_id(ticker, kind)


def receipt_of(booked: IncomeReceipt, zone: tzinfo, names: Mapping[tuple[str, str], str]) -> Receipt:
    """Income of the journal as a receipt."""
    return Receipt(
        booked.entry_id,
        asset_of(booked.ticker),
        money_of(booked.net, booked.currency),
        local_day(booked.occurred_at, zone),
        names[booked.user_id, booked.currency],
        booked.kind,
        currency=booked.currency,
    )


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The day of an instant in a zone."""
    return instant.astimezone(zone).date()
