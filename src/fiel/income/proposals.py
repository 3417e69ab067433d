"""What a person may accept: a booking of money that is due, a link, or a booking of a difference.

A proposal's id is a pure function of what it is about, so that accepting it twice books once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from fiel.income.values import IncomeRecord, Proposal, ProposalKind, Receipt, State
from fiel.kernel.ids import deterministic_id

_ZERO = Decimal("0.00")
#: States in which the money should be there.
WAITING = frozenset({State.DUE, State.LATE, State.MISSING})


def bookings(record: IncomeRecord, paid_accounts: frozenset[str]) -> tuple[Proposal, ...]:
    """The net of each account of a due, late or missing record whose money is not in the book.

    None without a day of payment: nobody could say on which day to book it.
    `paid_accounts`: those whose receipts were found, or may have been (a link is proposed instead).
    """
    day = record.payment_date
    if record.state not in WAITING or day is None:
        return ()
    reasons = (f"expected:{day}", f"state:{record.state}")
    return tuple(
        _proposal(ProposalKind.BOOK, record, share.net, day, share.account, "", reasons, ())
        for share in record.shares
        if share.net and share.account not in paid_accounts
    )


def link(record: IncomeRecord, receipt: Receipt, account: str, reasons: Iterable[str]) -> Proposal:
    """A receipt that looks like the payment of `account`, but not closely enough to be taken as such."""
    parts = (receipt.receipt_id,)
    return _proposal(
        ProposalKind.LINK, record, _ZERO, receipt.day, account, receipt.receipt_id, tuple(reasons), parts
    )


def difference(
    record: IncomeRecord, account: str, received: Decimal, expected: Decimal, day: date
) -> Proposal:
    """What the source's change of a paid record leaves to book in an account; negative: to give back.

    Each change has its own id, because each may leave a difference of its own.
    """
    reasons = (f"expected_net:{expected}", f"received:{received}")
    parts = (str(record.corrections),)
    return _proposal(
        ProposalKind.BOOK_DIFFERENCE, record, expected - received, day, account, "", reasons, parts
    )


def in_order(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """By day, asset and id: the order does not depend on how they were found."""
    return tuple(sorted(proposals, key=lambda one: (one.day, one.asset, one.proposal_id)))


def _proposal(
    kind: ProposalKind,
    record: IncomeRecord,
    amount: Decimal,
    day: date,
    account: str,
    receipt_id: str,
    reasons: tuple[str, ...],
    parts: tuple[str, ...],
) -> Proposal:
    return Proposal(
        proposal_id=deterministic_id("proposal", kind.value, record.record_id, account, *parts),
        kind=kind,
        record_id=record.record_id,
        asset=record.asset,
        income_kind=record.kind,
        amount=amount,
        currency=record.currency,
        day=day,
        account=account,
        receipt_id=receipt_id,
        reasons=reasons,
    )
