"""Accepting what a reconciliation proposes: money is booked in custody, or a receipt is linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from decimal import Decimal

from fiel.copilot.income.desk import IncomeDesk, Reconciled
from fiel.custody.service import Custody
from fiel.income.values import IncomeRecord, Proposal, ProposalKind
from fiel.infra.zones import zone_of
from fiel.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Accepted:
    """A proposal that was accepted, and the record as it stands after all of them."""

    proposal: Proposal
    record: IncomeRecord | None


def accept(
    desk: IncomeDesk, custody: Custody, wallet: str, proposal_ids: Sequence[str] | None
) -> list[Accepted]:
    """Do what was proposed, each once: a booking's key is its proposal's id. `None`: all that is open.

    Nothing is done when one of the ids is unknown. Bookings, links and the reconciliation after them are
    transactions of their own: dying in between, the next reconciliation finds the money by amount and day.
    Raises `NotFound` (proposal_unknown), `Rejected`, `Unavailable`.
    """
    seen = desk.look(wallet)
    found = {each.proposal_id: each for each in seen.reconciliation.proposals}
    chosen = list(found) if proposal_ids is None else list(dict.fromkeys(proposal_ids))
    for each in chosen:
        if each not in found:
            raise _unknown(wallet, each)
    zone = zone_of(seen.zone)
    for each in chosen:
        _do(desk, custody, seen, found[each], zone)
    after = {each.record_id: each for each in desk.reconcile_now(wallet).reconciliation.records}
    return [Accepted(found[each], after.get(found[each].record_id)) for each in chosen]


def _do(desk: IncomeDesk, custody: Custody, seen: Reconciled, proposal: Proposal, zone: tzinfo) -> None:
    receipt = proposal.receipt_id
    if proposal.kind is not ProposalKind.LINK:
        receipt = custody.book_income(
            seen.book.user_of(proposal.account),
            proposal.asset,
            proposal.income_kind.value,
            f"{proposal.amount:f}",
            key=proposal.proposal_id,
            occurred_at=_midday(proposal, zone),
            withheld=f"{_withheld(seen, proposal):f}",
            currency=proposal.currency,
        ).entry_id
    desk.link(seen.wallet, receipt, proposal.record_id)


def _midday(proposal: Proposal, zone: tzinfo) -> datetime:
    """An instant on the proposal's day in the wallet's zone: noon is the same day in every zone nearby."""
    return datetime.combine(proposal.day, time(12), zone)


def _withheld(seen: Reconciled, proposal: Proposal) -> Decimal:
    """The tax of the share that is booked; none for a difference, whose tax nobody told."""
    for record in seen.reconciliation.records:
        for share in record.shares:
            if (record.record_id, share.account) == (proposal.record_id, proposal.account):
                return share.withheld if share.net == proposal.amount else Decimal(0)
    return Decimal(0)


def _unknown(wallet: str, proposal_id: str) -> NotFound:
    return NotFound(
        "proposal_unknown",
        f"{wallet} has no open proposal {proposal_id}: it was accepted before, or is no longer needed",
        field="PROPOSAL",
    )
