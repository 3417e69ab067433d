"""From announcements, holdings and money to records: what is expected, what came, and what to propose.

`reconcile` is a pure function: the order of its inputs changes nothing, and feeding it the records that it
gave changes nothing. It knows the past only by `known_records`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fiel.income.entitlement import Entitlement, entitle
from fiel.income.holdings import Holdings
from fiel.income.lifecycle import Facts, IncomePolicy, stand, with_code
from fiel.income.matching import Expected, Matching, Unmatched, fits, is_complete, match_receipts
from fiel.income.proposals import bookings, difference, in_order, link
from fiel.income.settled import MoneyBook, OpenMoney, is_settled
from fiel.income.values import (
    Announcement,
    IncomeRecord,
    Movement,
    Proposal,
    Receipt,
    ShareChange,
    Standing,
    State,
)
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import deterministic_id
from fiel.tax.income import DIVIDEND_OF_2025

#: How many changes of the source a record tells of; their number is kept in `corrections`.
CHANGES_KEPT = 5
#: The source changed the amounts after money had come; sticky, so that a second run still knows.
CHANGED_AFTER_PAYMENT = "changed_after_payment"
SOURCE_CHANGED = "source_changed"

_ZERO = Decimal("0.00")
_DEFAULT_POLICY = IncomePolicy()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Records by payment date, asset and id; proposals and unmatched receipts by day."""

    records: tuple[IncomeRecord, ...]
    proposals: tuple[Proposal, ...]
    unmatched: tuple[Unmatched, ...]


def record_id(wallet: str, event_id: str) -> str:
    """The id of a wallet's record of an event: the same in every run and on every machine."""
    return deterministic_id("income", wallet, event_id)


def reconcile(
    wallet: str,
    announcements: Iterable[Announcement],
    movements: Iterable[Movement],
    share_changes: Iterable[ShareChange],
    receipts: Iterable[Receipt],
    known_records: Iterable[IncomeRecord],
    today: date,
    policy: IncomePolicy = _DEFAULT_POLICY,
) -> Reconciliation:
    """Where every payment of a wallet stands at `today` (a day of the wallet's time zone).

    An announcement makes a record when something was, or today is, held. One that is known stays, though
    its source forgets it; figures that a source changes are replaced and counted, and when money had come
    before, the difference is proposed. Raises `InvalidInput` for a known record of another wallet
    (`record_of_other_wallet`) or an event known twice (`record_twice`).
    """
    known = _by_event(wallet, known_records)
    told = _told(announcements, known, policy)
    holdings, book = Holdings(movements, share_changes), MoneyBook.of(receipts, known.values())
    settled = [
        record
        for event_id, record in known.items()
        if told[event_id][1] and is_settled(record, told[event_id][0], holdings, book, today, policy)
    ]
    for record in settled:
        del told[record.event_id]
    matching, records = _open_records(wallet, told, known, holdings, book.without(settled), today, policy)
    proposals = _proposals(records, matching, today, policy)
    everything = sorted(
        settled + records,
        key=lambda one: (one.payment_date or one.com_date or date.max, one.asset, one.record_id),
    )
    return Reconciliation(tuple(everything), proposals, matching.unmatched)


def _open_records(
    wallet: str,
    told: Mapping[str, tuple[Announcement, bool]],
    known: Mapping[str, IncomeRecord],
    holdings: Holdings,
    money: OpenMoney,
    today: date,
    policy: IncomePolicy,
) -> tuple[Matching, list[IncomeRecord]]:
    """The long way: entitlement, money, state."""
    entitled = entitle((one for one, _ in told.values()), holdings, today, policy)
    drafts = _drafts(wallet, told, known, entitled)
    matching = match_receipts((one.expected() for one in drafts), money.waiting, policy, money.settled)
    records = [
        draft.record(wallet, matching.found.get(draft.record_id, ()), today, policy)
        for draft in drafts
        if draft.is_worth_a_record(matching)
    ]
    return matching, records


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a wallet gets of an announcement and what was known of it, on its way to a record."""

    record_id: str
    entitled: Entitlement
    known: IncomeRecord | None
    is_listed: bool

    @property
    def announcement(self) -> Announcement:
        return self.entitled.announcement

    def expected(self) -> Expected:
        one, entitled = self.announcement, self.entitled
        return Expected(
            self.record_id,
            one.asset,
            one.kind,
            one.currency,
            one.com_date,
            one.payment_date,
            one.deadline,
            entitled.gross,
            entitled.net,
            entitled.shares,
            self.known.receipts if self.known else (),
        )

    def is_worth_a_record(self, matching: Matching) -> bool:
        """Something was held, money came for it, or it was a record before."""
        if self.known is not None or self.record_id in matching.found:
            return True
        return bool(self.entitled.shares) and bool(self.announcement.per_unit)

    def record(
        self, wallet: str, receipts: Sequence[Receipt], today: date, policy: IncomePolicy
    ) -> IncomeRecord:
        one, entitled = self.announcement, self.entitled
        received = sum((receipt.amount for receipt in receipts), _ZERO) if receipts else None
        changes = self._changes()
        told = _changes_told(self.known, entitled, changes)
        facts = Facts(
            com_date=one.com_date,
            payment_date=one.payment_date,
            is_held=any(share.gross for share in entitled.shares),
            is_taken_back=not one.per_unit,
            is_paid=is_complete(entitled.gross, entitled.net, entitled.shares, receipts, policy),
            is_changed=_is_difference_open(told, entitled, received, policy),
            deadline=one.deadline,
        )
        standing = stand(facts, today, policy)
        return IncomeRecord(
            record_id=self.record_id,
            wallet=wallet,
            event_id=one.event_id,
            asset=one.asset,
            kind=one.kind,
            state=standing.state,
            quantity=entitled.quantity,
            per_unit=one.per_unit,
            gross=entitled.gross,
            withheld=entitled.withheld,
            net=entitled.net,
            currency=one.currency,
            com_date=one.com_date,
            payment_date=one.payment_date,
            source=one.source,
            standing=one.standing,
            shares=entitled.shares,
            received=received,
            received_on=max(receipt.day for receipt in receipts) if receipts else None,
            receipts=tuple(sorted(receipt.receipt_id for receipt in receipts)),
            withholding=entitled.rule,
            reasons=(
                *standing.reasons,
                *entitled.reasons,
                *_money_reasons(entitled, receipts, facts.is_paid, policy),
                *self._source_reasons(standing.state),
                *told,
            ),
            deadline=one.deadline,
            corrections=(self.known.corrections if self.known else 0) + bool(changes),
        )

    def _changes(self) -> str:
        """What the source says otherwise than before, as `field=old>new`; learning a date is no change."""
        if self.known is None:
            return ""
        return ",".join(
            f"{name}={old}>{new}"
            for name in ("kind", "per_unit", "currency", "com_date", "payment_date")
            if (old := getattr(self.known, name)) is not None
            and old != (new := getattr(self.announcement, name))
        )

    def _source_reasons(self, state: State) -> list[str]:
        reasons = [] if self.is_listed else ["source_forgot"]
        if state is State.ANNOUNCED and not self.entitled.shares:
            reasons.append("nothing_held_yet")
        if state is State.LAPSED and self.entitled.shares and self.announcement.per_unit:
            reasons.append("less_than_a_cent")
        reasons += [f"sources_differ:{difference}" for difference in self.announcement.differences]
        return reasons


def _by_event(wallet: str, records: Iterable[IncomeRecord]) -> dict[str, IncomeRecord]:
    known: dict[str, IncomeRecord] = {}
    for one in records:
        if one.wallet != wallet:
            raise InvalidInput(
                "record_of_other_wallet", f"record {one.record_id} is not of wallet {wallet}", field="wallet"
            )
        if one.event_id in known:
            raise InvalidInput(
                "record_twice", f"event {one.event_id} has two records; give one", field="known_records"
            )
        known[one.event_id] = one
    return known


def _told(
    announcements: Iterable[Announcement], known: Mapping[str, IncomeRecord], policy: IncomePolicy
) -> dict[str, tuple[Announcement, bool]]:
    """What is announced by event, and whether a source still lists it; of twins the better known one."""
    told: dict[str, tuple[Announcement, bool]] = {}
    for one in announcements:
        twin = told.get(one.event_id)
        if twin is None or _rank(one) < _rank(twin[0]):
            told[one.event_id] = one, True
    for event_id, record in known.items():
        if event_id in told:
            told[event_id] = _with_known_dates(told[event_id][0], record), True
        else:
            told[event_id] = _remembered(record, policy), False
    return told


def _rank(one: Announcement) -> tuple[int, str, str]:
    return list(Standing).index(one.standing), one.source, repr(one)


def _with_known_dates(one: Announcement, known: IncomeRecord) -> Announcement:
    """A source that lost a date has not changed it."""
    if (one.com_date or known.com_date) == one.com_date and (
        one.payment_date or known.payment_date
    ) == one.payment_date:
        return one
    return replace(
        one, com_date=one.com_date or known.com_date, payment_date=one.payment_date or known.payment_date
    )


def _remembered(record: IncomeRecord, policy: IncomePolicy) -> Announcement:
    """The announcement behind a record whose source forgot it."""
    is_of_2025 = record.withholding == DIVIDEND_OF_2025.id
    return Announcement(
        event_id=record.event_id,
        asset=record.asset,
        kind=record.kind,
        per_unit=record.per_unit,
        com_date=record.com_date,
        payment_date=record.payment_date,
        source=record.source,
        standing=record.standing,
        decided_on=policy.withholding.decided_by if is_of_2025 else None,
        deadline=record.deadline,
        currency=record.currency,
    )


def _drafts(
    wallet: str,
    told: Mapping[str, tuple[Announcement, bool]],
    known: Mapping[str, IncomeRecord],
    entitled: Mapping[str, Entitlement],
) -> list[_Draft]:
    drafts = []
    for event_id, (_, is_listed) in told.items():
        record = known.get(event_id)
        id_ = record.record_id if record else record_id(wallet, event_id)
        drafts.append(_Draft(id_, entitled[event_id], record, is_listed))
    return drafts


def _changes_told(known: IncomeRecord | None, entitled: Entitlement, changes: str) -> tuple[str, ...]:
    """The changes that the record tells of, oldest first, those of earlier runs kept."""
    if known is None:
        return ()
    told = with_code(known.reasons, SOURCE_CHANGED) + with_code(known.reasons, CHANGED_AFTER_PAYMENT)
    if changes:
        is_after = known.received is not None and known.net != entitled.net
        told += (f"{CHANGED_AFTER_PAYMENT if is_after else SOURCE_CHANGED}:{changes}",)
    return tuple(sorted(told[-CHANGES_KEPT:], key=lambda code: code.startswith(CHANGED_AFTER_PAYMENT)))


def _is_difference_open(
    told: tuple[str, ...], entitled: Entitlement, received: Decimal | None, policy: IncomePolicy
) -> bool:
    """Whether the source changed a paid payment and the money in the book is still that of before."""
    if received is None or not with_code(told, CHANGED_AFTER_PAYMENT):
        return False
    return abs(received - entitled.net) > policy.cent * max(len(entitled.shares), 1)


def _money_reasons(
    entitled: Entitlement, receipts: Sequence[Receipt], is_paid: bool, policy: IncomePolicy
) -> list[str]:
    """How the money compares with what was expected."""
    if not receipts:
        return []
    received = sum((receipt.amount for receipt in receipts), _ZERO)
    cents = policy.cent * max(len(entitled.shares), 1)
    if not is_paid:
        return [f"received_partly:{received}/{entitled.net}"]
    reasons = [f"received:{received}/{max(receipt.day for receipt in receipts)}"]
    if abs(received - entitled.net) <= cents:
        return reasons
    if entitled.withheld and fits(received, entitled.gross, max(len(entitled.shares), 1), policy):
        reasons.append(f"gross_received:{received}/{entitled.net}")
    if not entitled.withheld or abs(received - entitled.gross) > cents:
        reasons.append(f"amount_differs:{received}/{entitled.net}")
    return reasons


def _proposals(
    records: Iterable[IncomeRecord], matching: Matching, today: date, policy: IncomePolicy
) -> tuple[Proposal, ...]:
    by_id = {one.record_id: one for one in records}
    proposals = [link(by_id[one.record_id], one.receipt, one.account, one.reasons) for one in matching.loose]
    maybe_paid = _maybe_paid(by_id, matching)
    for record in by_id.values():
        receipts = matching.found.get(record.record_id, ())
        if record.state is State.CORRECTED:
            proposals += _differences(record, receipts, today, policy)
        else:
            paid = {receipt.account for receipt in receipts} | maybe_paid.get(record.record_id, set())
            proposals += bookings(record, frozenset(paid))
    return in_order(proposals)


def _maybe_paid(records: Mapping[str, IncomeRecord], matching: Matching) -> dict[str, set[str]]:
    """The accounts for which a link is proposed: to propose a booking too would count the money twice."""
    accounts: dict[str, set[str]] = {}
    for one in matching.loose:
        own = [share.account for share in records[one.record_id].shares]
        # Money in an account without a share may be the whole payment.
        is_whole = one.account not in own
        accounts.setdefault(one.record_id, set()).update(own if is_whole else [one.account])
    return accounts


def _differences(
    record: IncomeRecord, receipts: Sequence[Receipt], today: date, policy: IncomePolicy
) -> list[Proposal]:
    """By account where every account was paid its own, else in one sum in the first account that was paid."""
    received: dict[str, Decimal] = {}
    for receipt in receipts:
        received[receipt.account] = received.get(receipt.account, _ZERO) + receipt.amount
    expected = {share.account: share.net for share in record.shares if share.net}
    if not expected.keys() <= received.keys():
        whole = min(received)
        received, expected = {whole: sum(received.values(), _ZERO)}, {whole: record.net}
    day = record.received_on or today
    return [
        difference(record, account, received[account], expected.get(account, _ZERO), day)
        for account in sorted(received)
        if abs(received[account] - expected.get(account, _ZERO)) > policy.cent
    ]
