"""Who gets how much of a payment: units at the close of the com date, by trade date, account by account.

Each account's gross is rounded half up to the cent, as each broker does; the payment is their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from fiel.income.holdings import Holdings
from fiel.income.lifecycle import IncomePolicy
from fiel.income.values import AccountShare, Announcement, Holding, IncomeKind
from fiel.kernel.rounding import exact_context, round_half_up
from fiel.tax.income import (
    PayerPayment,
    Payout,
    Withheld,
    dividend_withholdings,
    month_total,
    rule_for,
    withholding,
)

_ZERO = Decimal("0.00")
_CENTS = 2
_PAYOUTS = {
    IncomeKind.DIVIDEND: Payout.DIVIDEND,
    IncomeKind.JCP: Payout.JCP,
    IncomeKind.FII_INCOME: Payout.FUND_INCOME,
    IncomeKind.AMORTISATION: Payout.CAPITAL,
    IncomeKind.REDEMPTION: Payout.CAPITAL,
}


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a wallet gets of an announcement: shares by account, in order of account, and their sums.

    While the com date is to come (or unknown) it is what today's units would get. `rule`: the id of the row
    of `fiel.tax.income` that was applied, empty when nothing is held.
    """

    announcement: Announcement
    quantity: Decimal
    gross: Decimal
    withheld: Decimal
    net: Decimal
    shares: tuple[AccountShare, ...]
    rule: str = ""
    reasons: tuple[str, ...] = ()


def payout_of(kind: IncomeKind, currency: str = "BRL") -> Payout:
    """What Brazilian law calls a payment. Foreign money is not judged by it."""
    return _PAYOUTS.get(kind, Payout.OTHER) if currency == "BRL" else Payout.OTHER


def withholding_day(announcement: Announcement, today: date, policy: IncomePolicy) -> date:
    """The day whose law is applied: of payment; while unknown, the later of the com date and today.

    Not today for ever: a payment whose date was never told came within `undated_days` of its com date.
    """
    if announcement.payment_date is not None:
        return announcement.payment_date
    if announcement.com_date is None:
        return today
    latest = announcement.com_date + timedelta(days=policy.undated_days)
    return min(max(announcement.com_date, today), latest)


def deciding_day(announcement: Announcement, today: date) -> date:
    """The day whose close says what is held: the com date, or today while that is to come.

    An unknown com date is no later than the payment.
    """
    if announcement.com_date is not None:
        return min(announcement.com_date, today)
    return min(announcement.payment_date or today, today)


def entitle(
    announcements: Iterable[Announcement], holdings: Holdings, today: date, policy: IncomePolicy
) -> dict[str, Entitlement]:
    """The entitlement of each announcement, by `event_id`; all at once, because dividends share a limit.

    `announcements` have different event ids. The limit of a payer's month counts this wallet only.
    """
    # One trap for every product below: a lost digit would be a lost cent.
    with localcontext(exact_context()):
        found = {one.event_id: _gross(one, holdings, today) for one in announcements}
        month = _Month.of(found.values(), today, policy)
        return {event: _taxed(entitled, month, today, policy) for event, entitled in found.items()}


def _gross(announcement: Announcement, holdings: Holdings, today: date) -> Entitlement:
    shares = tuple(
        _share(held, announcement.per_unit)
        for held in holdings.at_close(announcement.asset, deciding_day(announcement, today))
    )
    quantity = sum((share.quantity for share in shares), Decimal(0))
    gross = sum((share.gross for share in shares), _ZERO)
    return Entitlement(announcement, quantity, gross, _ZERO, gross, shares)


def _share(held: Holding, per_unit: Decimal) -> AccountShare:
    gross = round_half_up(held.quantity * per_unit, _CENTS)
    return AccountShare(held.account, held.quantity, gross, _ZERO, gross)


@dataclass(frozen=True, slots=True)
class _Month:
    """What is withheld of the dividends of all payers and months, by payment id, and the payers' totals."""

    withheld: Mapping[str, Withheld]
    totals: Mapping[tuple[str, int, int], Decimal]

    @classmethod
    def of(cls, entitled: Iterable[Entitlement], today: date, policy: IncomePolicy) -> _Month:
        months: dict[tuple[str, int, int], list[PayerPayment]] = {}
        for one in entitled:
            if one.shares and _is_limited(one.announcement, today, policy):
                day = withholding_day(one.announcement, today, policy)
                key = (one.announcement.entity, day.year, day.month)
                months.setdefault(key, []).extend(_payments(one, day))
        payments = [payment for month in months.values() for payment in month]
        totals = {key: month_total(month, policy.withholding) for key, month in months.items()}
        return cls(dividend_withholdings(payments, policy.withholding), totals)


def _is_limited(announcement: Announcement, today: date, policy: IncomePolicy) -> bool:
    if payout_of(announcement.kind, announcement.currency) is not Payout.DIVIDEND:
        return False
    # Whether it was decided in time is judged with the whole month.
    return rule_for(Payout.DIVIDEND, withholding_day(announcement, today, policy)).month_limit is not None


def _payments(entitled: Entitlement, day: date) -> list[PayerPayment]:
    one = entitled.announcement
    return [
        PayerPayment(_payment_id(one, share), one.entity, day, share.gross, one.decided_on)
        for share in entitled.shares
    ]


def _payment_id(announcement: Announcement, share: AccountShare) -> str:
    # The separator is in no event id of ours, and an odd one would only order the cents differently.
    return f"{announcement.event_id}\x1f{share.account}"


def _taxed(entitled: Entitlement, month: _Month, today: date, policy: IncomePolicy) -> Entitlement:
    if not entitled.shares:
        return entitled
    announcement, day = entitled.announcement, withholding_day(entitled.announcement, today, policy)
    taxes = [_tax(announcement, share, month, day, policy) for share in entitled.shares]
    withheld = sum((tax.amount for tax in taxes), _ZERO)
    shares = tuple(
        replace(share, withheld=tax.amount, net=tax.net) if tax.amount else share
        for share, tax in zip(entitled.shares, taxes, strict=True)
    )
    return Entitlement(
        announcement,
        entitled.quantity,
        entitled.gross,
        withheld,
        entitled.gross - withheld,
        shares,
        taxes[0].rule,
        _reasons(entitled, taxes, month, day),
    )


def _tax(
    announcement: Announcement, share: AccountShare, month: _Month, day: date, policy: IncomePolicy
) -> Withheld:
    limited = month.withheld.get(_payment_id(announcement, share))
    if limited is not None:
        return limited
    payout = payout_of(announcement.kind, announcement.currency)
    options = policy.withholding
    if announcement.asset in policy.taxed_funds:
        options = replace(options, exempt=False)
    return withholding(payout, share.gross, day, announcement.decided_on, None, options)


def _reasons(entitled: Entitlement, taxes: list[Withheld], month: _Month, day: date) -> tuple[str, ...]:
    announcement, reasons = entitled.announcement, []
    owing = [share for share in entitled.shares if share.quantity < 0]
    reasons += [f"short_owes:{share.account}:{share.gross}" for share in owing]
    if announcement.kind is IncomeKind.DIVIDEND and any(tax.rate for tax in taxes):
        total = month.totals[announcement.entity, day.year, day.month]
        reasons.append(f"month_limit_crossed:{announcement.entity}:{day:%Y-%m}:{total}")
    if payout_of(announcement.kind, announcement.currency) is Payout.OTHER:
        reasons.append("withholding_not_known")
    return tuple(reasons)
