"""What is withheld from distributions to a resident individual: dated rows, and pure functions over them.

Money in Decimal reais with 2 decimals, half up to the cent; rates as fractions. Only what the payer keeps
back is computed: the annual minimum tax is information, because it needs the person's whole return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import round_half_up

_ZERO = Decimal("0.00")
_CENTS = 2
_HUNDRED = Decimal(100)


class Payout(StrEnum):
    """What the law calls the payment. CAPITAL gives back what was invested."""

    DIVIDEND = "dividend"
    JCP = "jcp"
    FUND_INCOME = "fund_income"
    CAPITAL = "capital"
    #: Interest, foreign income and the rest: withheld by rules that a distribution does not tell.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class WithholdingRule:
    """`rate` (fraction) of the gross amount for payments from `valid_from` on.

    `month_limit` (BRL): it applies only where one payer's total of the calendar month is above it, and then
    to the whole of the month. `None`: to every payment.
    """

    id: str
    payout: Payout
    valid_from: date
    rate: Decimal
    month_limit: Decimal | None
    source: str


_ALWAYS = date(1996, 1, 1)
_DIVIDENDS_2026 = "Lei 15.270/2025, art. 6-A of Lei 9.250/1995: 10 % of the month's total above R$ 50,000.00"
#: Newest first within a payout: the first row that is valid is the one.
WITHHOLDING_RULES: tuple[WithholdingRule, ...] = (
    WithholdingRule(
        "dividend_2026",
        Payout.DIVIDEND,
        date(2026, 1, 1),
        Decimal("0.10"),
        Decimal("50000.00"),
        _DIVIDENDS_2026,
    ),
    WithholdingRule(
        "dividend_exempt", Payout.DIVIDEND, _ALWAYS, Decimal(0), None, "Lei 9.249/1995 art. 10: exempt"
    ),
    WithholdingRule(
        "jcp_2026",
        Payout.JCP,
        date(2026, 1, 1),
        Decimal("0.175"),
        None,
        "LC 224/2025 (Lei 9.249/1995 art. 9 par. 2): 17.5 %",
    ),
    WithholdingRule("jcp", Payout.JCP, _ALWAYS, Decimal("0.15"), None, "Lei 9.249/1995 art. 9 par. 2: 15 %"),
    WithholdingRule(
        "fund_exempt",
        Payout.FUND_INCOME,
        _ALWAYS,
        Decimal(0),
        None,
        "Lei 11.033/2004 art. 3 III, Lei 14.754/2023: traded fund of 100 holders, holder below 10 %",
    ),
    WithholdingRule(
        "capital",
        Payout.CAPITAL,
        _ALWAYS,
        Decimal(0),
        None,
        "capital given back lowers the cost; a gain above it is not taxed here",
    ),
    WithholdingRule(
        "not_known_here", Payout.OTHER, _ALWAYS, Decimal(0), None, "withheld by the payer under its own rules"
    ),
)
FUND_TAXED = WithholdingRule(
    "fund_taxed",
    Payout.FUND_INCOME,
    _ALWAYS,
    Decimal("0.20"),
    None,
    "Lei 9.779/1999 art. 17: 20 % where the exemption's conditions are not met",
)
DIVIDEND_OF_2025 = WithholdingRule(
    "dividend_of_2025",
    Payout.DIVIDEND,
    date(2026, 1, 1),
    Decimal(0),
    None,
    "Lei 15.270/2025: profits up to 2025, decided in time, paid 2026 to 2028: exempt",
)
_LAST_EXEMPT_PAYMENT = date(2028, 12, 31)


@dataclass(frozen=True, slots=True)
class WithholdingOptions:
    """What a rule does not know by itself.

    `exempt`: the conditions of the exemption of fund income hold for this fund and holder. `decided_by`: the
    last day to approve profits of up to 2025 free of tax: the law says 2025-12-31; an injunction of the STF
    moved it to 2026-01-31 and its final ruling is not known, so that date is for those who rely on it.
    """

    exempt: bool = True
    decided_by: date = date(2025, 12, 31)


#: `WithholdingOptions.decided_by` under the injunction (STF, Min. Nunes Marques).
DECIDED_BY_UNDER_INJUNCTION = date(2026, 1, 31)
DEFAULT_OPTIONS = WithholdingOptions()


@dataclass(frozen=True, slots=True)
class Withheld:
    """`net = gross - amount`, in reais; `rule` is the id of the row, `rate` the fraction that was applied."""

    rule: str
    rate: Decimal
    amount: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class PayerPayment:
    """A dividend of one payer to one person. `payment_id` is unique and orders payments of one day."""

    payment_id: str
    payer: str
    day: date
    gross: Decimal
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class MinimumTax:
    """The annual minimum tax before credits: `rate_percent` unrounded, `amount` in reais."""

    rate_percent: Decimal
    amount: Decimal


def rule_for(
    payout: Payout,
    payment_day: date,
    decided_on: date | None = None,
    options: WithholdingOptions = DEFAULT_OPTIONS,
) -> WithholdingRule:
    """The row that speaks of a payment on `payment_day` (for JCP: the day of payment or credit).

    Raises `InvalidInput` (`withholding_before_rules`) for a day before 1996, where no row is valid.

    >>> rule_for(Payout.JCP, date(2025, 12, 31)).rate, rule_for(Payout.JCP, date(2026, 1, 1)).rate
    (Decimal('0.15'), Decimal('0.175'))
    """
    if payout is Payout.FUND_INCOME and not options.exempt:
        return FUND_TAXED
    for rule in WITHHOLDING_RULES:
        if rule.payout is payout and rule.valid_from <= payment_day:
            if rule.month_limit is not None and _is_of_2025(payment_day, decided_on, options):
                return DIVIDEND_OF_2025
            return rule
    raise InvalidInput(
        "withholding_before_rules", f"no rule of withholding is known for {payment_day}; give a day from 1996"
    )


def withholding(
    payout: Payout,
    gross: Decimal,
    payment_day: date,
    decided_on: date | None = None,
    month_total_of_payer: Decimal | None = None,
    options: WithholdingOptions = DEFAULT_OPTIONS,
) -> Withheld:
    """What is kept back of one payment of `gross` (2 decimals).

    `month_total_of_payer`: what it paid in the calendar month, this payment too; `None`: it is the only one.

    Half up to the cent. Nothing is withheld of a negative amount: who owes a payment is not taxed on it.

    Source: `WITHHOLDING_RULES`. A dividend of R$ 60,000.00 loses 10 % of all of it, not of the excess:

    >>> withholding(Payout.DIVIDEND, Decimal("60000.00"), date(2026, 3, 10)).amount
    Decimal('6000.00')
    >>> withholding(Payout.DIVIDEND, Decimal("50000.00"), date(2026, 3, 10)).amount
    Decimal('0.00')
    """
    rule = rule_for(payout, payment_day, decided_on, options)
    total = gross if month_total_of_payer is None else month_total_of_payer
    rate = rule.rate if gross > 0 and _reaches(rule, total) else Decimal(0)
    amount = round_half_up(gross * rate, _CENTS) if rate else _ZERO
    return Withheld(rule.id, rate, amount, gross - amount)


def net_per_unit(
    payout: Payout, per_unit: Decimal, payment_day: date, options: WithholdingOptions = DEFAULT_OPTIONS
) -> Decimal:
    """Net of one unit, unrounded; without the month's limit, which needs the whole payment.

    Source: Itau Unibanco's notice of 2026-01-26 pays 0.015 net of 0.018182.

    >>> net_per_unit(Payout.JCP, Decimal("0.018182"), date(2026, 2, 2))
    Decimal('0.015000150')
    """
    rule = rule_for(payout, payment_day, options=options)
    return per_unit * (1 - (rule.rate if rule.month_limit is None else Decimal(0)))


def month_total(payments: Iterable[PayerPayment], options: WithholdingOptions = DEFAULT_OPTIONS) -> Decimal:
    """What counts towards the limit: what came in, without what is exempt as profit of up to 2025.

    That the exempt part does not count is this program's reading of the law, which taxes it "not at all".
    In reais, exact. Source: Lei 15.270/2025.

    >>> new = PayerPayment("a", "PJ1", date(2026, 5, 4), Decimal("30000.00"))
    >>> of_2025 = PayerPayment("b", "PJ1", date(2026, 5, 20), Decimal("20000.01"), date(2025, 12, 30))
    >>> month_total([new, of_2025])
    Decimal('30000.00')
    """
    return sum(
        (
            payment.gross
            for payment in payments
            if payment.gross > 0 and not _is_of_2025(payment.day, payment.decided_on, options)
        ),
        _ZERO,
    )


def dividend_withholdings(
    payments: Iterable[PayerPayment], options: WithholdingOptions = DEFAULT_OPTIONS
) -> dict[str, Withheld]:
    """What is kept back of each dividend of one person, by `payment_id`, each month of each payer together.

    A later payment that crosses the limit changes what is withheld of the earlier ones: the law has the
    payer compute the month again. The tax of the month is its total times the rate, half up to the cent;
    the payments share it in order of day and id, so that their cents sum to it. Raises `InvalidInput`
    (`payment_twice`) for an id given twice.

    Source: Lei 15.270/2025. R$ 30,000.00 are free until another R$ 20,000.01 come in the same month:

    >>> early = PayerPayment("a", "PJ1", date(2026, 5, 4), Decimal("30000.00"))
    >>> late = PayerPayment("b", "PJ1", date(2026, 5, 20), Decimal("20000.01"))
    >>> dividend_withholdings([early])["a"].amount, dividend_withholdings([late, early])["a"].amount
    (Decimal('0.00'), Decimal('3000.00'))
    """
    months: dict[tuple[str, int, int], list[PayerPayment]] = defaultdict(list)
    count = 0
    for payment in payments:
        count += 1
        months[payment.payer, payment.day.year, payment.day.month].append(payment)
    withheld = {id_: one for month in months.values() for id_, one in _of_month(month, options)}
    if len(withheld) != count:
        raise InvalidInput("payment_twice", "two payments have one payment_id; give each its own")
    return withheld


def minimum_tax(annual_income: Decimal) -> MinimumTax:
    """The annual minimum tax (IRPFM) before credits, as information: which income counts is not judged here.

    Source: Lei 15.270/2025 (art. 16-A of Lei 9.250/1995): nothing up to R$ 600,000; income / 60,000 - 10
    percent up to R$ 1,200,000; 10 % from there. Half up to the cent. What was withheld is credited.

    >>> minimum_tax(Decimal(900000))
    MinimumTax(rate_percent=Decimal('5'), amount=Decimal('45000.00'))
    """
    if annual_income <= 600_000:
        rate = Decimal(0)
    elif annual_income < 1_200_000:
        # As one division, so that the rate loses no digit before it is multiplied.
        rate = annual_income / 60_000 - 10
    else:
        rate = Decimal(10)
    return MinimumTax(rate, round_half_up(annual_income * rate / _HUNDRED, _CENTS))


def _of_month(payments: list[PayerPayment], options: WithholdingOptions) -> Iterable[tuple[str, Withheld]]:
    total = month_total(payments, options)
    cumulated = shared = _ZERO
    for payment in sorted(payments, key=lambda one: (one.day, one.payment_id)):
        one = withholding(Payout.DIVIDEND, payment.gross, payment.day, payment.decided_on, total, options)
        if one.rate:
            cumulated += payment.gross
            amount = round_half_up(cumulated * one.rate, _CENTS) - shared
            shared += amount
            one = Withheld(one.rule, one.rate, amount, payment.gross - amount)
        yield payment.payment_id, one


def _reaches(rule: WithholdingRule, month_total_of_payer: Decimal) -> bool:
    return rule.month_limit is None or month_total_of_payer > rule.month_limit


def _is_of_2025(day: date, decided_on: date | None, options: WithholdingOptions) -> bool:
    return decided_on is not None and decided_on <= options.decided_by and day <= _LAST_EXEMPT_PAYMENT
