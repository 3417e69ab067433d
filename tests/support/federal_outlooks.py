"""Series and nominal values for the stories of projections: known to the middle of 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.credit.papers import MarketRates
from fiel.fixed_income.outlook import FLAT, Forward, KnownVna, Outlook, Vnas, outlook
from tests.support.credit_papers import CALENDAR, flat_rates, index_numbers

TODAY = date(2026, 8, 3)
#: Published up to June 2026, 0.4 % a month.
NUMBERS = index_numbers(*(f"{7000 * 1.004**month:.2f}" for month in range(19)), first=date(2024, 12, 1))
VNAS = Vnas(
    KnownVna(date(2026, 6, 15), Decimal("4731.856412")),
    KnownVna(date(2026, 6, 1), Decimal("6700.123456")),
    KnownVna(date(2026, 8, 3), Decimal("19500.5")),
)


def known() -> MarketRates:
    """CDI and Selic up to today, IPCA up to June."""
    return MarketRates(
        CALENDAR, flat_rates("14.90", end=TODAY), flat_rates("15.00", end=TODAY), IpcaIndex(NUMBERS)
    )


def looking_ahead(forward: Forward = FLAT, vnas: Vnas = VNAS) -> Outlook:
    """All of it, continued."""
    return outlook(known(), forward, igpm=IpcaIndex(NUMBERS), vnas=vnas)
