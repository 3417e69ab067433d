"""Short words for the stories of this folder: days, announcements, trades and money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fiel.income.lifecycle import IncomePolicy
from fiel.income.reconciling import Reconciliation, reconcile
from fiel.income.values import (
    Announcement,
    IncomeKind,
    IncomeRecord,
    Movement,
    Receipt,
    ShareChange,
)

WALLET = "w-1"
COM = date(2026, 3, 30)
PAID = date(2026, 4, 15)
POLICY = IncomePolicy()


def money(text: str) -> Decimal:
    """Reais, written as they are shown."""
    return Decimal(text)


def announced(
    per_unit: str = "1.00",
    *,
    event: str = "e-1",
    asset: str = "ITSA4",
    kind: IncomeKind = IncomeKind.DIVIDEND,
    com: date | None = COM,
    pay: date | None = PAID,
    decided: date | None = None,
    deadline: bool = False,
    currency: str = "BRL",
) -> Announcement:
    """A dividend of R$ 1.00 of ITSA4, com 2026-03-30, paid on Wednesday 2026-04-15, unless said otherwise."""
    return Announcement(
        event_id=event,
        asset=asset,
        kind=kind,
        per_unit=Decimal(per_unit),
        com_date=com,
        payment_date=pay,
        source="b3",
        decided_on=decided,
        deadline=deadline,
        currency=currency,
    )


def bought(
    quantity: str, *, on: date = date(2026, 1, 5), account: str = "A", asset: str = "ITSA4"
) -> Movement:
    """Units that came on a day; a negative quantity was sold."""
    return Movement(on, account, asset, Decimal(quantity))


def paid(
    amount: str,
    *,
    on: date = PAID,
    id_: str = "r-1",
    account: str = "A",
    asset: str = "ITSA4",
    kind: IncomeKind | None = None,
    record: str = "",
) -> Receipt:
    """Net money of an asset in the book."""
    return Receipt(id_, asset, Decimal(amount), on, account, kind, record)


@dataclass(frozen=True)
class Wallet:
    """All that one reconciliation reads; `at` runs it."""

    announcements: tuple[Announcement, ...] = (announced(),)
    movements: tuple[Movement, ...] = (bought("100"),)
    changes: tuple[ShareChange, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    known: tuple[IncomeRecord, ...] = ()
    policy: IncomePolicy = POLICY

    def at(self, today: date) -> Reconciliation:
        """The reconciliation of a day."""
        return reconcile(
            WALLET,
            self.announcements,
            self.movements,
            self.changes,
            self.receipts,
            self.known,
            today,
            self.policy,
        )

    def one(self, today: date) -> IncomeRecord:
        """The only record of a day."""
        (record,) = self.at(today).records
        return record

    def knowing(self, records: Iterable[IncomeRecord]) -> Wallet:
        """The same with the records of an earlier run."""
        return replace(self, known=tuple(records))

    def after(self, today: date, **later: object) -> Wallet:
        """The wallet that remembers the run of `today`, with what changed since then."""
        return replace(self, known=self.at(today).records, **later)  # type: ignore[arg-type]
