"""Events that bring shares instead of money: what each account gets of a split, a bonus or a right.

The close of the com date decides, as with money (Lei 6.404/1976 art. 169 and 171: in proportion to what is
held). Whole units come; the fraction of a split or bonus is auctioned and comes as money later, the fraction
of a right is lost. Prices of rights are per new unit, gross of fees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum

from fiel.income.holdings import Holdings
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context


class ShareEventKind(StrEnum):
    """What becomes of the units: more of them, fewer, given ones, or a right to buy new ones."""

    SPLIT = "split"
    REVERSE_SPLIT = "reverse_split"
    BONUS = "bonus"
    SUBSCRIPTION = "subscription"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ShareAnnouncement:
    """An announced event. `ratio`: units after the event for one before; of a subscription, new units that
    may be bought for one held. `price` and `until` are of subscriptions: reais per unit, the last day."""

    asset: str
    kind: ShareEventKind
    com_date: date
    ratio: Decimal
    source: str
    price: Decimal | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if not self.ratio.is_finite() or self.ratio <= 0:
            raise InvalidInput("ratio_not_positive", f"{self.ratio} units for one cannot be", field="ratio")


@dataclass(frozen=True, slots=True)
class ShareEntitlement:
    """What an account gets: `held` at the deciding close, `change` in whole units (below zero of a grouping),
    `fraction` of a unit that is left over, and for a right what buying all of it costs."""

    announcement: ShareAnnouncement
    account: str
    held: Decimal
    change: Decimal
    fraction: Decimal
    cost: Decimal | None = None

    def is_open(self, today: date) -> bool:
        """Whether there is something left to decide: a right whose time is not over, or not told."""
        if self.announcement.kind is not ShareEventKind.SUBSCRIPTION:
            return False
        return self.announcement.until is None or today <= self.announcement.until


def entitle_shares(
    announcements: Iterable[ShareAnnouncement], holdings: Holdings, today: date
) -> tuple[ShareEntitlement, ...]:
    """The entitlements of all accounts that hold something, by com date, asset and account.

    Before the com date it is what is held today that is looked at. Short accounts have no rights and owe no
    units here: their change is of the lender's making.

    >>> from fiel.income.values import Movement
    >>> held = Holdings([Movement(date(2026, 1, 5), "BRL", "ITSA4", Decimal(107))])
    >>> bonus = ShareAnnouncement("ITSA4", ShareEventKind.BONUS, date(2026, 3, 2), Decimal("1.1"), "b3")
    >>> got = entitle_shares([bonus], held, date(2026, 3, 10))[0]
    >>> got.change, got.fraction
    (Decimal('10'), Decimal('0.7'))
    """
    found = [
        _entitled(one, held.account, held.quantity)
        for one in announcements
        for held in holdings.at_close(one.asset, min(one.com_date, today))
        if held.quantity > 0
    ]
    return tuple(sorted(found, key=_order))


def _entitled(one: ShareAnnouncement, account: str, held: Decimal) -> ShareEntitlement:
    with localcontext(exact_context()):
        is_right = one.kind is ShareEventKind.SUBSCRIPTION
        after = held * one.ratio
        whole = after.to_integral_value(rounding=ROUND_FLOOR)
        change = whole if is_right else whole - held.to_integral_value(rounding=ROUND_FLOOR)
        cost = one.price * whole if is_right and one.price is not None else None
        return ShareEntitlement(one, account, held, change, after - whole, cost)


def _order(each: ShareEntitlement) -> tuple[date, str, str, str]:
    one = each.announcement
    return one.com_date, one.asset, one.kind.value, each.account
