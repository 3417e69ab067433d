"""Every payment that a title still makes: when, how much of it is principal, index and interest, how known.

Amounts are exact, in reais for the units held: nothing is cut before `Flow.paid`, so that two holdings pay
together what one of their sum pays. Payments fall on the business day on or after their nominal date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from fiel.fixed_income.credit import walking
from fiel.fixed_income.credit.papers import CreditPaper
from fiel.fixed_income.credit.terms import Floating, IpcaPlus
from fiel.fixed_income.credit.walking import Payment
from fiel.fixed_income.federal_flows import federal_parts
from fiel.fixed_income.flow_parts import Part
from fiel.fixed_income.outlook import Outlook
from fiel.fixed_income.titles import Title
from fiel.kernel.decimals import DecimalInput, decimals_of, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import first_of, month_after
from fiel.kernel.rounding import exact_context, truncate

UNITS_MAX = 10**12
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Flow:
    """One payment of a holding, gross, in reais.

    principal    what was lent, without indexation
    indexation   what the IPCA or IGP-M added to the principal that is paid back
    interest     coupons, CDI, Selic, spread, and interest that was capitalised before
    assumption   what a projected amount rests on; empty when it is known

    `nominal_day` is the date of the deed, `day` the business day of the payment.
    """

    nominal_day: date
    day: date
    principal: Decimal
    indexation: Decimal
    interest: Decimal
    assumption: str = ""

    @property
    def gross(self) -> Decimal:
        """Everything paid, exact."""
        exact = exact_context()
        return exact.add(exact.add(self.principal, self.indexation), self.interest)

    @property
    def is_known(self) -> bool:
        """Whether every rate that the amount needs is published."""
        return not self.assumption

    @property
    def paid(self) -> Decimal:
        """The gross payment in cents, T-2: cut once, for the whole holding.

        Tesouro Direto cuts; no rule names the cents of a bank, whose statement may show one more.
        """
        return truncate(self.gross, 2)


def flows(title: Title, units: DecimalInput, rates: Outlook, from_day: date) -> tuple[Flow, ...]:
    """Every payment of a holding on `from_day` or later, in order.

    `units` is how many titles are held (any fraction). Raises `InvalidInput` for units that are not above
    zero, `Refused` for a series or nominal value that is missing, and for a title that outlives
    `rates.until`. One unit pays what its own rules round (`credit.walking`, `federal_flows`); times the
    units nothing is rounded.

    Ten bonds of R$ 1,000 (STN auction methodology, LTN), due on a holiday:

    >>> from fiel.fixed_income.credit.papers import MarketRates
    >>> from fiel.fixed_income.outlook import outlook
    >>> from fiel.fixed_income.treasury import Ltn
    >>> from fiel.kernel.calendars import anbima
    >>> today = date(2026, 2, 6)
    >>> paid = flows(Ltn(date(2028, 1, 1)), 10, outlook(MarketRates(anbima(today))), today)
    >>> [(str(one.day), str(one.paid)) for one in paid]
    [('2028-01-03', '10000.00')]
    """
    times, exponent = _held(units)
    if isinstance(title, CreditPaper):
        parts = _credit_parts(title, rates, from_day)
    else:
        parts = federal_parts(title, rates, from_day)
    return tuple(_flow(part, times, exponent, rates.forward.name) for part in parts)


# Typed: a float must not find what its equal Decimal left here.
@lru_cache(maxsize=1024, typed=True)
def _held(units: DecimalInput) -> tuple[int, int]:
    """The units held as digits, and the power of ten by which digits * 10^-8 reais are theirs."""
    held = parse_decimal(units, field="units", minimum=0, maximum=UNITS_MAX)
    if not held:
        raise InvalidInput("units_zero", "nothing is held; give units above zero", field="units")
    return int(f"{held:f}".replace(".", "")), -8 - decimals_of(held)


def _flow(part: Part, times: int, exponent: int, assumption: str) -> Flow:
    """The payment of `times` * 10^(exponent + 8) units; whole numbers, so that nothing is rounded."""
    return Flow(
        part.nominal_day,
        part.day,
        _amount(part.principal * times, exponent),
        _amount(part.indexation * times, exponent),
        _amount(part.interest * times, exponent),
        "" if part.is_known else assumption,
    )


def _amount(units: int, exponent: int) -> Decimal:
    return Decimal(f"{units}E{exponent}") if units else _ZERO


def _credit_parts(paper: CreditPaper, rates: Outlook, from_day: date) -> tuple[Part, ...]:
    """The payments of one unit of private credit."""
    return tuple(
        Part(*payment, is_known=_is_known(paper, payment, rates))
        for payment in walking.payments(paper, rates.market, from_day)
    )


def _is_known(paper: CreditPaper, event: Payment, rates: Outlook) -> bool:
    match paper.remuneration:
        case Floating(benchmark):
            until = rates.known_until(benchmark)
            return until is not None and event.day <= until
        case IpcaPlus(anniversary=anniversary):
            opened = first_of(event.nominal_day)
            # The period that ends with the event is that of the month in which its anniversary lies.
            last = opened if event.nominal_day.day > anniversary else month_after(opened, -1)
            return rates.ipca_known_to is not None and last <= rates.ipca_known_to
        case _:
            return True


def total(payments: tuple[Flow, ...]) -> Decimal:
    """The sum of gross payments, exact, in reais.

    >>> day, zero = date(2026, 7, 8), Decimal(0)
    >>> last = Flow(day, day, Decimal(500), zero, Decimal("50.005"))
    >>> total((Flow(day, day, zero, zero, Decimal(50)), last))
    Decimal('600.005')
    """
    exact, added = exact_context(), Decimal(0)
    for payment in payments:
        added = exact.add(added, payment.gross)
    return added
