"""Payments whose story is over: recognised at a glance, so that a daily run computes only what is open.

A wallet has years of payments that came and were booked. Each is still looked at in every run, because a
late trade, a correction or a deleted receipt opens it again; but when announcement, units and money are
what they were, its record is what it was. This must agree with the long way, which a property test tries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.income.holdings import Holdings
from fiel.income.lifecycle import IncomePolicy
from fiel.income.matching import unique_receipts
from fiel.income.values import Announcement, IncomeKind, IncomeRecord, Receipt, State
from fiel.tax.income import FUND_TAXED

#: The rules that look at one payment alone; dividends from 2026 depend on all others of their month.
_RULES_OF_ONE = frozenset({"dividend_exempt", "jcp", "jcp_2026", "fund_exempt", FUND_TAXED.id, "capital"})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OpenMoney:
    """The receipts that wait for a payment, and those of payments that are over."""

    waiting: tuple[Receipt, ...]
    settled: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class MoneyBook:
    """The receipts by id, once each, those that name a record, and whether no two records claim one."""

    by_id: Mapping[str, Receipt]
    named: Mapping[str, frozenset[str]]
    is_clear: bool

    @classmethod
    def of(cls, receipts: Iterable[Receipt], known: Iterable[IncomeRecord]) -> MoneyBook:
        """The book of a run."""
        by_id = unique_receipts(receipts)
        named: dict[str, set[str]] = {}
        for receipt in by_id.values():
            if receipt.record_id:
                named.setdefault(receipt.record_id, set()).add(receipt.receipt_id)
        claimed = [id_ for record in known for id_ in record.receipts]
        return cls(
            by_id,
            {record: frozenset(ids) for record, ids in named.items()},
            len(set(claimed)) == len(claimed),
        )

    def without(self, settled: Iterable[IncomeRecord]) -> OpenMoney:
        """The money apart from that of the settled records."""
        over = {id_ for record in settled for id_ in record.receipts}
        return OpenMoney(
            tuple(receipt for id_, receipt in self.by_id.items() if id_ not in over),
            tuple(self.by_id[id_] for id_ in over),
        )


def is_settled(
    known: IncomeRecord,
    announcement: Announcement,
    holdings: Holdings,
    book: MoneyBook,
    today: date,
    policy: IncomePolicy,
) -> bool:
    """Whether the record stays exactly as it is: paid to the cent or lapsed, and nothing about it changed.

    Records with anything more to tell (a reason beside the one of their state) go the long way.
    """
    com_date = known.com_date
    return (
        book.is_clear
        and len(known.reasons) == 1
        and com_date is not None
        and com_date < today
        and known.per_unit == announcement.per_unit
        and com_date == announcement.com_date
        and known.payment_date == announcement.payment_date
        and known.kind is announcement.kind
        and known.asset == announcement.asset
        and known.source == announcement.source
        and known.standing is announcement.standing
        and known.currency == announcement.currency
        and known.deadline is announcement.deadline
        and not announcement.differences
        and holdings.is_as(known.asset, com_date, known.shares)
        and (_is_over(known, book) if not known.shares else _is_paid(known, book, policy))
    )


def _is_over(known: IncomeRecord, book: MoneyBook) -> bool:
    """Lapsed because nothing was held, and no money names it."""
    return known.state is State.LAPSED and not known.receipts and known.record_id not in book.named


def _is_paid(known: IncomeRecord, book: MoneyBook, policy: IncomePolicy) -> bool:
    """Received to the cent under the same rule of withholding, from the same receipts."""
    if known.state is not State.RECEIVED or known.payment_date is None:
        return False
    if known.withholding not in _RULES_OF_ONE:
        return False
    named = book.named.get(known.record_id)
    if named and not named.issubset(known.receipts):
        return False
    if known.kind is IncomeKind.FII_INCOME:
        is_taxed = not policy.withholding.exempt or known.asset in policy.taxed_funds
        if is_taxed is not (known.withholding == FUND_TAXED.id):
            return False
    total, last, by_id = _ZERO, date.min, book.by_id
    for id_ in known.receipts:
        receipt = by_id.get(id_)
        if receipt is None or (receipt.record_id and receipt.record_id != known.record_id):
            return False
        total += receipt.amount
        if receipt.day > last:  # noqa: PLR1730  a call of max() costs more than all of this line
            last = receipt.day
    return last == known.received_on and total == known.received
