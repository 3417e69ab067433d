"""The payment of a month's tax: due date, the least amount, and what lateness adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from fiel.kernel.calendars import anbima
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.months import first_of, month_after
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.tax.dated_rows import darf_rule

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Payment:
    """`amount` to pay now, and what is `carried` to the next month because it is below the least; reais."""

    amount: Decimal
    carried: Decimal


@dataclass(frozen=True, slots=True)
class LateCharges:
    """What a late payment costs, in reais: `total` is tax, fine and interest."""

    days: int
    fine: Decimal
    interest: Decimal
    total: Decimal


def due_date(month: date) -> date:
    """The last day to pay the tax of a month: the last on which banks are open in the month after.

    The banks' calendar of the month after (ANBIMA), without 31 December, when they serve nobody. Source:
    IN RFB 1585/2015 art. 56; Lei 11.033/2004 art. 2.

    >>> due_date(date(2026, 1, 1)).isoformat(), due_date(date(2014, 11, 1)).isoformat()
    ('2026-02-27', '2014-12-30')
    """
    following = month_after(month)
    last = month_after(following) - timedelta(days=1)
    if last.month == 12:
        last -= timedelta(days=1)
    return anbima(following).preceding(last)


def payment(tax: Decimal, carried: Decimal, month: date) -> Payment:
    """What to pay of a month's tax with what earlier months left unpaid; R$ 10.00 itself is paid.

    Source: Lei 9.430/1996 art. 68: smaller amounts are added to later ones, without a fine.

    >>> payment(Decimal("5.00"), Decimal("8.00"), date(2026, 3, 1)).amount
    Decimal('13.00')
    """
    with localcontext(finance_context()):
        owed = tax + carried
    return Payment(owed, _ZERO) if owed >= darf_rule(month).minimum else Payment(_ZERO, owed)


def late_charges(
    tax: Decimal, due: date, paid_on: date, selic_percent: Mapping[date, Decimal]
) -> LateCharges:
    """Fine and interest on `tax` (reais) that was due on `due` and is paid on `paid_on`.

    Fine: 0.33 % per calendar day after the due date, 20 % at most. Interest: the Selic of the months between
    the month it was due and the month of payment, added up (not compounded), and 1 % for the month of
    payment; none when paid within the month. `selic_percent`: percent by the first day of the month. Each
    half up to the cent. Source: Lei 9.430/1996 art. 61. Raises `Refused` (`selic_missing`) for a month that
    is not given, `InvalidInput` for tax below zero.

    >>> rates = {date(2026, 3, 1): Decimal("1.04")}
    >>> late = late_charges(Decimal("1000.00"), date(2026, 2, 27), date(2026, 4, 10), rates)
    >>> late.days, late.fine, late.interest, late.total
    (42, Decimal('138.60'), Decimal('20.40'), Decimal('1159.00'))
    """
    if tax < 0:
        raise InvalidInput("tax_out_of_range", "tax to pay cannot be below zero", field="tax")
    days = max((paid_on - due).days, 0)
    rule = darf_rule(due)
    with localcontext(finance_context()):
        fine = round_half_up(tax * min(days * rule.fine_per_day, rule.fine_max), 2)
        rate = rule.last_month if first_of(paid_on) > first_of(due) else Decimal(0)
        month = month_after(due)
        while month < first_of(paid_on):
            rate += _selic(selic_percent, month) / 100
            month = month_after(month)
        interest = round_half_up(tax * rate, 2)
        return LateCharges(days, fine, interest, round_half_up(tax + fine + interest, 2))


def _selic(selic_percent: Mapping[date, Decimal], month: date) -> Decimal:
    if month not in selic_percent:
        raise Refused("selic_missing", f"give the Selic of {month:%Y-%m}, in percent", field="selic_percent")
    return selic_percent[month]
