"""A wallet as income sees it: what came and went by trade date, and the money that its assets paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from types import MappingProxyType

from fiel.custody.accounts import QUANTITY_SCALE, Lot
from fiel.custody.queries import IncomeReceipt, Snapshot
from fiel.income.values import Movement, Receipt
from fiel.infra.storage.database import Session
from fiel.kernel.money import currency_decimals
from fiel.portfolio.instruments import cost_id, infer_kind

_UNIT = Decimal(QUANTITY_SCALE)


@dataclass(frozen=True, slots=True)
class WalletBook:
    """Movements and receipts of one wallet, days in its zone. `account` is the account's currency."""

    wallet: str
    movements: tuple[Movement, ...]
    receipts: tuple[Receipt, ...]

    @property
    def assets(self) -> frozenset[str]:
        """Everything that was ever held or paid something."""
        return frozenset({each.asset for each in self.movements} | {each.asset for each in self.receipts})

    @property
    def first_day(self) -> date | None:
        """The day of the first movement."""
        return min((each.day for each in self.movements), default=None)


def read_wallet(
    connection: Session, wallet: str, zone: tzinfo, links: Mapping[str, str] = MappingProxyType({})
) -> WalletBook:
    """The wallet in the connection's transaction. `links`: the record of receipts that a person linked.

    Raises `Unavailable`, `Corrupt`.
    """
    book = Snapshot(connection)
    return WalletBook(
        wallet,
        movements_of(book.lots(wallet), zone),
        tuple(_linked(receipt_of(each, zone), links) for each in book.income_received(wallet)),
    )


def _linked(receipt: Receipt, links: Mapping[str, str]) -> Receipt:
    record = links.get(receipt.receipt_id)
    return receipt if record is None else replace(receipt, record_id=record)


def movements_of(lots: Iterable[Lot], zone: tzinfo) -> tuple[Movement, ...]:
    """Lots as movements on their trade days. PETR4F is PETR4: one asset, two boards."""
    return tuple(
        Movement(
            lot.occurred_at.astimezone(zone).date(),
            lot.currency,
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


def receipt_of(booked: IncomeReceipt, zone: tzinfo) -> Receipt:
    """Income of the journal as a receipt."""
    return Receipt(
        booked.entry_id,
        asset_of(booked.ticker),
        Decimal(booked.net).scaleb(-currency_decimals(booked.currency)),
        local_day(booked.occurred_at, zone),
        booked.currency,
        booked.kind,
        currency=booked.currency,
    )


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The day of an instant in a zone."""
    return instant.astimezone(zone).date()
