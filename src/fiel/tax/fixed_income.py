"""Tax on the yield of fixed income of an individual who lives in Brazil: IOF first, then income tax (IR).

    IOF = A-2(yield * table(days))            days 1 to 29 since the application, then none
    IR  = A-2((yield - IOF) * rate(days))     22.5 % to 180 days, 20 % to 360, 17.5 % to 720, then 15 %

Sources: Lei 11.033/2004, art. 1; Decreto 6.306/2007, annex (both tables, dated below). Days are calendar
days from application to redemption. No rule names the cents of a bank: half goes up here, a statement may
differ by one. A yield that is not above zero pays nothing, and a loss is not carried forward (practice of
tax withheld at source, not read in a law). MP 1303/2025, which would have changed the rates, lapsed on
2025-10-08.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.fixed_income.credit.papers import CreditPaper
from fiel.fixed_income.projecting import Flow
from fiel.fixed_income.titles import FederalBond, Title
from fiel.fixed_income.treasury import Lft, NtnB1
from fiel.fixed_income.treasury.tesouro_direto import FEE_ON_EVENTS_SINCE, custody_fee, custody_terms
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import exact_context, finance_context, round_half_up

_MONEY_MAX = 10**15
#: A century and a half.
DAYS_MAX = 54_787

_IrSteps = tuple[tuple[int | None, Decimal], ...]
#: In force since, then (up to this many days, percent).
IR_TABLES: tuple[tuple[date, _IrSteps], ...] = (
    (
        date(2005, 1, 1),
        ((180, Decimal("22.5")), (360, Decimal(20)), (720, Decimal("17.5")), (None, Decimal(15))),
    ),
)
#: In force since, then the percent of the yield on day 1, day 2, ...
IOF_TABLES: tuple[tuple[date, tuple[int, ...]], ...] = (
    (
        date(2007, 12, 17),
        (
            *(96, 93, 90, 86, 83, 80, 76, 73, 70, 66, 63, 60, 56, 53, 50),
            *(46, 43, 40, 36, 33, 30, 26, 23, 20, 16, 13, 10, 6, 3),
        ),
    ),
)


class TaxKind(StrEnum):
    """What an individual pays on a yield.

    TAXED    IOF and IR by days: CDB, RDB, LC, Tesouro, common debentures, commercial notes
    EXEMPT   nothing: LCI, LCA, CRI, CRA, incentivised debentures (Lei 12.431/2011), savings

    Decreto 6.306/2007 (art. 32, par. 2) sets the IOF of some taxed papers to zero; which ones was not
    confirmed, so every taxed one pays it here during its first 29 days.
    """

    TAXED = "taxed"
    EXEMPT = "exempt"


def tax_kind(title: Title) -> TaxKind:
    """How a title is taxed. Federal bonds are taxed; private credit goes by its kind.

    Source: Lei 11.033/2004; Lei 12.431/2011.

    >>> tax_kind(Lft(date(2031, 3, 1))).value
    'taxed'
    """
    is_exempt = isinstance(title, CreditPaper) and title.kind.exempt_for_individuals
    return TaxKind.EXEMPT if is_exempt else TaxKind.TAXED


def ir_rate(calendar_days: int, on: date | None = None) -> Decimal:
    """The income tax rate in percent after so many calendar days, by the table in force on a day.

    `on`: the day of the payment; the latest table by default. Source: Lei 11.033/2004, art. 1. Raises
    `Refused` before 2005, `InvalidInput` for days that are no whole number from 0 to 54787.

    >>> [str(ir_rate(days)) for days in (180, 181, 360, 361, 720, 721)]
    ['22.5', '20', '20', '17.5', '17.5', '15']
    """
    days = _days(calendar_days)
    steps = next((table for since, table in reversed(IR_TABLES) if on is None or on >= since), None)
    if steps is None:
        raise _unknown("income tax", on)
    return next(rate for limit, rate in steps if limit is None or days <= limit)


def iof_percent(calendar_days: int, on: date | None = None) -> Decimal:
    """The percent of the yield that IOF takes after so many calendar days; 0 from day 30.

    A redemption on the day of the application is taken as day 1. Source: Decreto 6.306/2007, annex.
    Raises as `ir_rate` does, `Refused` before 2007-12-17.

    >>> [str(iof_percent(days)) for days in (1, 10, 29, 30)]
    ['96', '66', '3', '0']
    """
    days = max(_days(calendar_days), 1)
    table = next((table for since, table in reversed(IOF_TABLES) if on is None or on >= since), None)
    if table is None:
        raise _unknown("IOF", on)
    return Decimal(table[days - 1] if days <= len(table) else 0)


@dataclass(frozen=True, slots=True)
class RedemptionTax:
    """The tax on one yield. Money in reais and cents; rates in percent."""

    gross_yield: Decimal
    iof_pct: Decimal
    iof: Decimal
    ir_pct: Decimal
    ir: Decimal

    @property
    def total(self) -> Decimal:
        """IOF and IR."""
        return exact_context().add(self.iof, self.ir)

    @property
    def net_yield(self) -> Decimal:
        """What is left of the yield."""
        return exact_context().subtract(self.gross_yield, self.total)


def redemption_tax(
    gross_yield: DecimalInput, calendar_days: int, kind: TaxKind = TaxKind.TAXED, on: date | None = None
) -> RedemptionTax:
    """IOF, then IR, on a yield in reais; each A-2, the IR on what the IOF left.

    Source: Lei 11.033/2004; Decreto 6.306/2007. A yield of zero or below, or of an exempt kind, pays none.

    >>> found = redemption_tax("50.00", 10)
    >>> found.iof, found.ir, found.net_yield
    (Decimal('33.00'), Decimal('3.83'), Decimal('13.17'))
    """
    made = parse_decimal(gross_yield, field="gross_yield", minimum=-_MONEY_MAX, maximum=_MONEY_MAX)
    iof_pct, ir_pct = iof_percent(calendar_days, on), ir_rate(calendar_days, on)
    if kind is TaxKind.EXEMPT:
        iof_pct = ir_pct = Decimal(0)
    base = max(made, Decimal(0))
    with localcontext(finance_context()):
        iof = round_half_up(base * iof_pct / 100, 2)
        ir = round_half_up((base - iof) * ir_pct / 100, 2)
    return RedemptionTax(made, iof_pct, iof, ir_pct, ir)


@dataclass(frozen=True, slots=True)
class NetValue:
    """What would be left of a value if it were redeemed: money in reais and cents."""

    gross: Decimal
    cost: Decimal
    days: int
    tax: RedemptionTax

    @property
    def net(self) -> Decimal:
        """The gross value less IOF and IR."""
        return exact_context().subtract(self.gross, self.tax.total)


def net_value(
    gross: DecimalInput, cost: DecimalInput, bought_on: date, on: date, kind: TaxKind = TaxKind.TAXED
) -> NetValue:
    """The net value of a position on a day, if it were sold or redeemed then.

    `gross` and `cost` in reais, T-2 taken of neither: give cents. Raises `InvalidInput` before the purchase.

    >>> net_value("1100.00", "1000.00", date(2026, 1, 5), date(2026, 7, 6)).net
    Decimal('1080.00')
    """
    value = parse_decimal(gross, field="gross", minimum=0, maximum=_MONEY_MAX, decimals_max=2)
    paid = parse_decimal(cost, field="cost", minimum=0, maximum=_MONEY_MAX, decimals_max=2)
    days = held_days(bought_on, on)
    with localcontext(finance_context()):
        made = value - paid
    return NetValue(
        round_half_up(value, 2), round_half_up(paid, 2), days, redemption_tax(made, days, kind, on)
    )


@dataclass(frozen=True, slots=True)
class NetFlow:
    """A payment and what is taken from it: money in reais and cents.

    `cost` is the part of the acquisition cost that the payment gives back, `custody` B3's fee.
    """

    flow: Flow
    cost: Decimal
    days: int
    tax: RedemptionTax
    custody: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """The payment (T-2) less IOF, IR and custody."""
        exact = exact_context()
        return exact.subtract(self.flow.paid, exact.add(self.tax.total, self.custody))


def net_flows(
    payments: Sequence[Flow],
    bought_on: date,
    cost: DecimalInput,
    kind: TaxKind,
    custody: Sequence[Decimal] = (),
) -> tuple[NetFlow, ...]:
    """All payments of a holding, net. `cost` in reais is that of what is still held, `payments` all to come.

    Each payment is taxed at the rate of the days since the purchase (Lei 11.033/2004). A payment that gives
    back principal has the yield `paid - its share of the cost`, shares being those of the principal, A-2, the
    last one the rest; one of interest alone is yield as a whole. So an amortisation is not taxed unless it
    exceeds its share of the cost. Not confirmed in a source: the treatment of the premium or discount of a
    paper bought between issue and maturity before its last payment, and of the interest that was run up when
    it was bought (taxed in full here, which is never too little). `custody`: see `custody_on_events`.

    R$ 100.00 of interest after 184 days lose 20 %; R$ 1,100.00 after 539 days lose 17.5 % of 100.00:

    >>> first, last, zero, hundred = date(2026, 7, 8), date(2027, 6, 28), Decimal(0), Decimal(100)
    >>> paid = Flow(first, first, zero, zero, hundred), Flow(last, last, Decimal(1000), zero, hundred)
    >>> [(one.days, str(one.net)) for one in net_flows(paid, date(2026, 1, 5), "1000.00", TaxKind.TAXED)]
    [(184, '80.00'), (539, '1082.50')]
    """
    left = parse_decimal(cost, field="cost", minimum=0, maximum=_MONEY_MAX, decimals_max=2)
    fees = tuple(custody) or (Decimal(0),) * len(payments)
    if len(fees) != len(payments):
        raise InvalidInput("custody_count", "give one fee for each payment, or none", field="custody")
    exact, found = exact_context(), []
    shares = _cost_shares(payments, left)
    for flow, share, fee in zip(payments, shares, fees, strict=True):
        days = held_days(bought_on, flow.day)
        tax = redemption_tax(exact.subtract(flow.paid, share), days, kind, flow.day)
        found.append(NetFlow(flow, share, days, tax, fee))
    return tuple(found)


def _cost_shares(payments: Sequence[Flow], cost: Decimal) -> tuple[Decimal, ...]:
    """The cost by principal: A-2, cut off the running total so that all of them sum to it."""
    shares = []
    with localcontext(finance_context()):
        principal = sum((flow.principal for flow in payments), Decimal(0))
        passed = given = Decimal(0)
        for flow in payments:
            passed += flow.principal
            due = round_half_up(cost * passed / principal, 2) if principal else Decimal(0)
            shares.append(due - given)
            given = due
    return tuple(shares)


def custody_on_events(
    bond: FederalBond, payments: Sequence[Flow], position_value: DecimalInput, charged_to: date
) -> tuple[Decimal, ...]:
    """B3's custody fee taken from each payment of a federal bond, in reais: `custody_fee` since the last one.

    `position_value` (reais) is assumed to stay what it is: the real fee follows the value day by day.
    `charged_to` is the day up to which it was paid. The exemption of Tesouro Selic is given to this holding
    whole. Source: B3 and Tesouro Nacional, notices of 2024. Raises `Refused` for RendA+ and Educa+, which
    have a table of their own, and before 2024-12-31, when it was taken in January and July. T-2 each.

    A year of R$ 10,000.00 at 0.20 %:

    >>> from fiel.fixed_income.treasury import Ltn
    >>> due, zero = date(2027, 1, 1), Decimal(0)
    >>> paid = (Flow(due, due, Decimal(10000), zero, zero),)
    >>> custody_on_events(Ltn(due), paid, "10000.00", date(2026, 1, 1))
    (Decimal('20.00'),)
    """
    if isinstance(bond, NtnB1):
        raise Refused(
            "custody_fee_unknown",
            "RendA+ and Educa+ have their own custody fee, not known here",
            field="bond",
        )
    if charged_to < FEE_ON_EVENTS_SINCE:
        raise Refused(
            "custody_by_half_year",
            f"until {FEE_ON_EVENTS_SINCE} the fee was taken in January and July; start there",
            field="charged_to",
        )
    fees, since = [], charged_to
    for flow in payments:
        terms = custody_terms(flow.day, is_selic=isinstance(bond, Lft))
        days = held_days(since, flow.day)
        fees.append(custody_fee(position_value, terms.rate_pct, terms.exempt_up_to, days))
        since = flow.day
    return tuple(fees)


def held_days(bought_on: date, on: date) -> int:
    """Calendar days from application to redemption. Raises `InvalidInput` when reversed or no dates.

    >>> held_days(date(2026, 1, 5), date(2026, 7, 6))
    182
    """
    for field, day in (("bought_on", bought_on), ("on", on)):
        if isinstance(day, datetime) or not isinstance(day, date):
            raise InvalidInput("date_expected", f"a date is expected, not {type(day).__name__}", field=field)
    if on < bought_on:
        raise InvalidInput("before_purchase", f"{on} comes before the purchase of {bought_on}", field="on")
    return (on - bought_on).days


def _days(count: int) -> int:
    if type(count) is not int or not 0 <= count <= DAYS_MAX:
        raise InvalidInput(
            "days_out_of_range",
            f"calendar days are a whole number from 0 to {DAYS_MAX}",
            field="calendar_days",
        )
    return count


def _unknown(what: str, on: date | None) -> Refused:
    return Refused("tax_table_unknown", f"the {what} table of {on} is not known here", field="on")
