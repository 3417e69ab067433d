"""Savings accounts (poupança): the rule before and the rule since 4 May 2012, by monthly anniversary.

    total = A-4(((1 + TR/100) * (1 + additional/100) - 1) * 100)      percent for the month
    additional = 0.5                                   deposit up to 2012-05-03, or Selic target > 8.5 %
    additional = A-4(((1 + 0.7 * target/100)^(1/12) - 1) * 100)       otherwise

TR and target are those of the day on which the month of the deposit starts. Credit comes on the
anniversary only; what is taken out before earns nothing for that month. Free of tax for individuals.
Sources: Lei 8.177/1991, art. 12; Lei 12.703/2012; Banco Central do Brasil, "Poupança".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from fiel.fixed_income.accrual.powers import annual_rate
from fiel.fixed_income.series import RateSeries
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import months_later
from fiel.kernel.rounding import Rounding, finance_context, round_half_up, round_to

#: Deposits from this day follow the newer rule (MP 567/2012).
NEW_RULE_SINCE = date(2012, 5, 4)
FIXED_ADDITIONAL = Decimal("0.5")
TARGET_LIMIT = Decimal("8.5")
#: The target changes every 45 days or so; what is older is not news of today.
TARGET_AGE_MAX_DAYS = 120
_TARGET_SHARE = Decimal("0.7")


def additional_percent(target: DecimalInput, deposited: date) -> Decimal:
    """What is paid on top of the TR, percent for the month, A-4; `target` is the Selic target, % p.a.

    >>> additional_percent("7.25", date(2012, 10, 11)), additional_percent("14.75", date(2026, 1, 5))
    (Decimal('0.4134'), Decimal('0.5000'))
    """
    number = annual_rate(target, field="target", minimum=0)
    if deposited < NEW_RULE_SINCE or number > TARGET_LIMIT:
        return round_half_up(FIXED_ADDITIONAL, 4)
    with localcontext(finance_context()):
        monthly = (1 + _TARGET_SHARE * number / 100) ** (Decimal(1) / 12)
        return round_half_up((monthly - 1) * 100, 4)


def month_total(tr: DecimalInput, additional: DecimalInput) -> Decimal:
    """TR and additional together, percent for the month, A-4; both in percent.

    >>> month_total("0.0468", "0.5")
    Decimal('0.5470')
    """
    reference = parse_decimal(tr, field="tr", minimum=0, maximum=100)
    extra = parse_decimal(additional, field="additional", minimum=0, maximum=100)
    with localcontext(finance_context()):
        return round_half_up(((1 + reference / 100) * (1 + extra / 100) - 1) * 100, 4)


def first_anniversary_base(deposited: date) -> date:
    """The day from which the months of a deposit are counted: the 29th to 31st count as the next 1st.

    >>> first_anniversary_base(date(2026, 1, 30))
    datetime.date(2026, 2, 1)
    """
    if deposited.day <= 28:
        return deposited
    return months_later(deposited.replace(day=1), 1)


def anniversaries(deposited: date, until: date) -> tuple[date, ...]:
    """The days, up to `until` included, on which the deposit is credited. Not moved to business days.

    >>> [str(day) for day in anniversaries(date(2026, 1, 30), date(2026, 4, 1))]
    ['2026-03-01', '2026-04-01']
    """
    base, found = first_anniversary_base(deposited), []
    months = 1
    while (credit := months_later(base, months)) <= until:
        found.append(credit)
        months += 1
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Credit:
    """One month's interest: paid on `day`, `percent` of the balance before it, in reais and cents."""

    day: date
    percent: Decimal
    interest: Decimal
    balance: Decimal


def monthly_credits(
    amount: DecimalInput,
    deposited: date,
    until: date,
    tr: RateSeries,
    targets: RateSeries,
    rounding: Rounding = Rounding.HALF_UP,
) -> tuple[Credit, ...]:
    """Every credit of one deposit (reais) up to `until` included, if nothing is taken out.

    `tr` has the TR in percent by the day on which its month starts; `targets` the Selic target in
    percent per year by the day it came into force. Cents by `rounding`: no rule names one, banks may
    differ by a cent. Raises `Refused` for a TR or target that is not there.

    The Banco Central published 0.5470 % for the month that started on 2012-05-01:

    >>> tr = RateSeries.of("TR", {date(2012, 5, 1): "0.0468"})
    >>> targets = RateSeries.of("Selic target", {date(2012, 4, 19): "9.00"})
    >>> paid = monthly_credits("1000.00", date(2012, 5, 1), date(2012, 6, 1), tr, targets)
    >>> [(str(one.day), str(one.percent), str(one.interest), str(one.balance)) for one in paid]
    [('2012-06-01', '0.5470', '5.47', '1005.47')]
    """
    balance = parse_decimal(amount, field="amount", decimals_max=2, minimum=0)
    if until < deposited:
        raise InvalidInput("dates_reversed", f"{until} comes before {deposited}; swap them", field="until")
    started, found = first_anniversary_base(deposited), []
    for day in anniversaries(deposited, until):
        target = targets.in_force(started, max_age_days=TARGET_AGE_MAX_DAYS)
        percent = month_total(tr.at(started), additional_percent(target, deposited))
        with localcontext(finance_context()):
            interest = round_to(balance * percent / 100, 2, rounding)
            balance += interest
        found.append(Credit(day, percent, interest, balance))
        started = day
    return tuple(found)
