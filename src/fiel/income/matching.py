"""Which receipt is the money of which payment: said by the book, remembered, or found by amount and day.

Every choice is made on sorted candidates, so that the order of the input changes nothing; what was matched
once stays matched as long as the receipt exists, so that a second run finds the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

from fiel.income.lifecycle import IncomePolicy
from fiel.income.values import AccountShare, IncomeKind, Receipt

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Expected:
    """A payment as money sees it. `remembered`: the receipts that were its own the last time."""

    record_id: str
    asset: str
    kind: IncomeKind
    currency: str
    com_date: date | None
    payment_date: date | None
    deadline: bool
    gross: Decimal
    net: Decimal
    shares: tuple[AccountShare, ...]
    remembered: tuple[str, ...] = ()

    @property
    def is_anything(self) -> bool:
        """Whether some account gets or owes at least a cent."""
        return any(share.gross for share in self.shares)

    def window(self, policy: IncomePolicy) -> tuple[date, date] | None:
        """The first and last day on which its money may come; `None` when no day is known."""
        after_com = self.com_date + timedelta(days=1) if self.com_date else None
        if self.payment_date is None:
            if after_com is None:
                return None
            return after_com, after_com + timedelta(days=policy.undated_days - 1)
        first = policy.calendar.add_business_days(self.payment_date, -policy.days_before)
        if after_com and (self.deadline or after_com > first):
            first = after_com
        return first, policy.calendar.add_business_days(self.payment_date, policy.days_after)


@dataclass(frozen=True, slots=True)
class Loose:
    """A receipt that may be the money of a record's account, and why that is not certain."""

    receipt: Receipt
    record_id: str
    account: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Money that belongs to no payment that is known. Reasons: see `match_receipts`."""

    receipt: Receipt
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """The receipts of each record in order of day and id, what nearly fits, and what fits nothing."""

    found: Mapping[str, tuple[Receipt, ...]]
    loose: tuple[Loose, ...]
    unmatched: tuple[Unmatched, ...]


def match_receipts(
    expected: Iterable[Expected],
    receipts: Iterable[Receipt],
    policy: IncomePolicy,
    settled: Iterable[Receipt] = (),
) -> Matching:
    """Give each receipt to at most one payment, the surest first.

    1. the record that the receipt names; 2. the record that had it before; 3. the same account, kind (when
    the receipt says one) and currency, a day in the window, and the net or gross of the account, else the
    whole of the payment in one sum, nearest in amount class, then in days; 4. several receipts of an account
    that sum to its share. A receipt that is left is `possible_duplicate` (same account, amount and day as
    one that was taken), `amount_differs`, `kind_differs` or `day_outside_window` (with a loose proposal), or
    `nothing_expected`. The same `receipt_id` twice is one receipt. `settled`: those of payments that are
    over; they are not given to any, but may have been copied.
    """
    table = _Table({one.record_id: one for one in expected}, policy)
    open_ = table.claim_told(sorted(unique_receipts(receipts).values(), key=_when))
    by_asset: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in open_:
        by_asset[receipt.asset].append(receipt)
    if by_asset:
        table.claim_fitting(by_asset)
        while table.claim_sums(by_asset):
            pass
    loose, unmatched = table.left(by_asset, settled)
    found = {record: tuple(sorted(own, key=_when)) for record, own in table.claims.items()}
    return Matching(found, tuple(loose), tuple(unmatched))


def fits(amount: Decimal, target: Decimal, accounts: int, policy: IncomePolicy) -> bool:
    """Whether `amount` is `target` within a cent per account or the tolerance, with the same sign."""
    return abs(amount - target) <= max(policy.cent * accounts, abs(target) * policy.tolerance)


def is_complete(
    gross: Decimal,
    net: Decimal,
    shares: Sequence[AccountShare],
    receipts: Sequence[Receipt],
    policy: IncomePolicy,
) -> bool:
    """Whether the receipts are all of a payment: one for every account, or the whole in one sum."""
    if not receipts:
        return False
    paid = {receipt.account for receipt in receipts}
    if all(share.account in paid for share in shares if share.net):
        return True
    total = sum((receipt.amount for receipt in receipts), _ZERO)
    accounts = len(shares)
    return fits(total, net, accounts, policy) or fits(total, gross, accounts, policy)


_when = attrgetter("day", "receipt_id")
_day = attrgetter("day")


def unique_receipts(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """One receipt per id. Contradicting twins: the first by day, account and amount."""
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        twin = first.get(receipt.receipt_id)
        if twin is None or _content(receipt) < _content(twin):
            first[receipt.receipt_id] = receipt
    return first


def _content(receipt: Receipt) -> tuple[date, str, str, Decimal, str, str, str]:
    kind = receipt.kind.value if receipt.kind else ""
    return (
        receipt.day,
        receipt.account,
        receipt.asset,
        receipt.amount,
        kind,
        receipt.record_id,
        receipt.currency,
    )


@dataclass(slots=True)
class _Table:
    """The working state of one matching: who has claimed what so far."""

    expected: dict[str, Expected]
    policy: IncomePolicy
    claims: dict[str, list[Receipt]] = field(default_factory=lambda: defaultdict(list))
    taken: set[str] = field(default_factory=set)

    def claim_told(self, receipts: list[Receipt]) -> list[Receipt]:
        """Take what the book or the last run says; gives what is left."""
        remembered: dict[str, str] = {}
        for record, one in self.expected.items():
            for id_ in one.remembered:
                remembered[id_] = min(record, remembered.get(id_, record))
        left = []
        for receipt in receipts:
            record_id = receipt.record_id
            if record_id not in self.expected:
                record_id = remembered.get(receipt.receipt_id, "")
            if record_id:
                self._claim(record_id, receipt)
            else:
                left.append(receipt)
        return left

    def claim_fitting(self, by_asset: dict[str, list[Receipt]]) -> None:
        """Take the pairs of receipt and share that fit, the best first."""
        pairs = sorted(
            (pair for open_ in self._open(by_asset) for pair in open_.pairs(by_asset)),
            key=lambda pair: pair.key,
        )
        for pair in pairs:
            if pair.receipt.receipt_id not in self.taken and self._is_open(pair.one, pair.account):
                self._claim(pair.one.record_id, pair.receipt)

    def claim_sums(self, by_asset: dict[str, list[Receipt]]) -> bool:
        """Take several receipts that sum to a share; whether any were."""
        is_changed = False
        for open_ in self._open(by_asset):
            receipts = [receipt for receipt in open_.inside(by_asset) if not self._is_taken(receipt)]
            for share in open_.one.shares:
                own = [r for r in receipts if r.account == share.account and open_.may_be(r)]
                total = sum((receipt.amount for receipt in own), _ZERO)
                if (
                    len(own) > 1
                    and self._is_open(open_.one, share.account)
                    and fits(total, share.net, 1, self.policy)
                ):
                    for receipt in own:
                        self._claim(open_.one.record_id, receipt)
                    is_changed = True
        return is_changed

    def left(
        self, by_asset: dict[str, list[Receipt]], settled: Iterable[Receipt]
    ) -> tuple[list[Loose], list[Unmatched]]:
        """What was not taken: with the record that it nearly fits, and why it was not taken."""
        left = [one for own in by_asset.values() for one in own if not self._is_taken(one)]
        if not left:
            return [], []
        copies = {_likeness(receipt) for own in (settled, *self.claims.values()) for receipt in own}
        candidates: dict[str, list[_Open]] = defaultdict(list)
        for open_ in self._open(by_asset):
            candidates[open_.one.asset].append(open_)
        loose, unmatched = [], []
        for receipt in sorted(left, key=_when):
            if _likeness(receipt) in copies:
                unmatched.append(Unmatched(receipt, ("possible_duplicate",)))
                continue
            near = self._nearest(receipt, candidates[receipt.asset])
            unmatched.append(Unmatched(receipt, near.reasons if near else ("nothing_expected",)))
            if near:
                loose.append(near)
        return loose, unmatched

    def _nearest(self, receipt: Receipt, candidates: list[_Open]) -> Loose | None:
        found = [
            near
            for open_ in candidates
            if (near := open_.nearly(receipt)) and self._is_open(open_.one, near[1].account)
        ]
        return min(found, key=lambda near: near[0])[1] if found else None

    def _claim(self, record_id: str, receipt: Receipt) -> None:
        self.claims[record_id].append(receipt)
        self.taken.add(receipt.receipt_id)

    def _is_taken(self, receipt: Receipt) -> bool:
        return receipt.receipt_id in self.taken

    def _is_open(self, one: Expected, account: str) -> bool:
        """Whether money is still to come to an account; an empty account stands for the whole payment."""
        own = self.claims.get(one.record_id)
        if not own:
            return True
        if not account or any(receipt.account == account for receipt in own):
            return False
        return not is_complete(one.gross, one.net, one.shares, own, self.policy)

    def _open(self, by_asset: Mapping[str, list[Receipt]]) -> Iterator[_Open]:
        """The payments of these assets that are worth a cent and have a window, in order of date and id."""
        known = [one for one in self.expected.values() if one.asset in by_asset and one.is_anything]
        known.sort(key=lambda one: (one.payment_date or one.com_date or date.max, one.record_id))
        for one in known:
            own = self.claims.get(one.record_id)
            if own and is_complete(one.gross, one.net, one.shares, own, self.policy):
                continue
            window = one.window(self.policy)
            if window is not None:
                yield _Open(one, *window, self.policy)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A receipt that fits the share of an account, or with an empty account the whole payment."""

    key: tuple[int, bool, bool, int, str, str, str]
    one: Expected
    account: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class _Open:
    """A payment that still waits for money, with its window."""

    one: Expected
    first: date
    last: date
    policy: IncomePolicy

    def may_be(self, receipt: Receipt) -> bool:
        """Whether kind, currency and day allow it."""
        return (
            self.first <= receipt.day <= self.last
            and receipt.currency == self.one.currency
            and receipt.kind in (None, self.one.kind)
        )

    def inside(self, by_asset: Mapping[str, list[Receipt]]) -> list[Receipt]:
        """The asset's receipts of the window's days; they are in order of day."""
        own = by_asset[self.one.asset]
        return own[bisect_left(own, self.first, key=_day) : bisect_right(own, self.last, key=_day)]

    def pairs(self, by_asset: Mapping[str, list[Receipt]]) -> Iterator[_Pair]:
        """What fits of the asset's receipts, each in its best way."""
        for receipt in self.inside(by_asset):
            if self.may_be(receipt) and (fit := self._fit(receipt)):
                tier, account = fit
                key = (
                    tier,
                    receipt.kind is None,
                    self.one.payment_date is None,
                    self._distance(receipt),
                    self.one.record_id,
                    account,
                    receipt.receipt_id,
                )
                yield _Pair(key, self.one, account, receipt)

    def nearly(self, receipt: Receipt) -> tuple[tuple[int, int, str], Loose] | None:
        """How a receipt that does not fit nearly does, with its rank; `None`: not at all."""
        one, is_inside = self.one, self.first <= receipt.day <= self.last
        if receipt.currency != one.currency:
            return None
        fit, is_kind = self._fit(receipt), receipt.kind in (None, one.kind)
        if fit and is_inside and not is_kind:
            rank, reason = 0, f"kind_differs:{receipt.kind}/{one.kind}"
        elif fit and is_kind and self._is_within_reach(receipt.day):
            rank, reason = 1, f"day_outside_window:{receipt.day}/{self.first}/{self.last}"
        elif is_inside and is_kind:
            rank, reason = 2, f"amount_differs:{receipt.amount}/{self._share_net(receipt.account)}"
        else:
            return None
        loose = Loose(receipt, one.record_id, receipt.account, (reason,))
        return (rank, self._distance(receipt), one.record_id), loose

    def _fit(self, receipt: Receipt) -> tuple[int, str] | None:
        """The class of the fit, lower is surer, and the account; the whole payment has an empty account."""
        one, amount = self.one, receipt.amount
        for share in one.shares:
            if share.account == receipt.account:
                tier = self._tier(amount, share.net, share.gross, 1)
                if tier is not None:
                    return tier, share.account
        tier = self._tier(amount, one.net, one.gross, len(one.shares))
        return None if tier is None else (tier + 4, "")

    def _tier(self, amount: Decimal, net: Decimal, gross: Decimal, accounts: int) -> int | None:
        cents = self.policy.cent * accounts
        if abs(amount - net) <= cents:
            return 0
        if fits(amount, net, accounts, self.policy):
            return 1
        if abs(amount - gross) <= cents:
            return 2
        return 3 if fits(amount, gross, accounts, self.policy) else None

    def _share_net(self, account: str) -> Decimal:
        return next((share.net for share in self.one.shares if share.account == account), self.one.net)

    def _is_within_reach(self, day: date) -> bool:
        after_com = self.one.com_date is None or day > self.one.com_date
        return after_com and abs(day - (self.one.payment_date or day)).days <= self.policy.undated_days

    def _distance(self, receipt: Receipt) -> int:
        return abs((receipt.day - (self.one.payment_date or self.first)).days)


def _likeness(receipt: Receipt) -> tuple[str, str, Decimal, date]:
    return receipt.asset, receipt.account, receipt.amount, receipt.day
