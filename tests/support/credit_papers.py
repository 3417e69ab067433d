"""Rates and papers for the stories of fixed income: flat rates over real business days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.credit.curve import CreditPaper, MarketRates
from fiel.fixed_income.credit.schedule import Schedule, bullet
from fiel.fixed_income.credit.terms import Floating, Kind, Remuneration
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import anbima

#: The list of 2026, by which all of these accrue.
CALENDAR = anbima(date(2026, 1, 2))
START = date(2026, 1, 2)


def flat_series(rate: str = "14.90", start: date = START, end: date = date(2028, 1, 3)) -> RateSeries:
    """The same rate on every business day of a period."""
    return RateSeries.of("CDI", ((day, rate) for day in CALENDAR.sessions(start, end)))


def flat_rates(rate: str = "14.90", start: date = START, end: date = date(2028, 1, 3)) -> DailyRates:
    """The same, ready to accumulate."""
    return DailyRates.from_annual(flat_series(rate, start, end), CALENDAR)


def index_numbers(*numbers: str, first: date = date(2025, 12, 1)) -> RateSeries:
    """Index numbers of consecutive months from `first`."""
    months = [first.year * 12 + first.month - 1 + at for at in range(len(numbers))]
    days = [date(month // 12, month % 12 + 1, 1) for month in months]
    return RateSeries.of("IPCA", zip(days, numbers, strict=True))


def market(rate: str = "14.90", ipca: RateSeries | None = None) -> MarketRates:
    """Flat CDI, a flat Selic 0.1 above it, and an IPCA when given."""
    selic = flat_rates(str(Decimal(rate) + Decimal("0.1")))
    return MarketRates(CALENDAR, flat_rates(rate), selic, None if ipca is None else IpcaIndex(ipca))


def paper(
    remuneration: Remuneration | None = None,
    schedule: Schedule | None = None,
    *,
    nominal: str = "1000",
    kind: Kind = Kind.CDB,
    start: date = START,
) -> CreditPaper:
    """A CDB at 100 % of the CDI of 1000 reais, due in a year, unless told otherwise."""
    return CreditPaper(
        kind, Decimal(nominal), start, remuneration or Floating(), schedule or bullet(date(2027, 1, 4))
    )
