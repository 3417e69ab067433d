"""Ten thousand different CDBs, always the same ones, and the recorded series that price them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.ipca import IpcaIndex, index_from_variations
from fiel.fixed_income.credit.papers import CreditPaper, MarketRates
from fiel.fixed_income.credit.schedule import Schedule, bullet, periodic
from fiel.fixed_income.credit.terms import Floating, IpcaPlus, Kind, Prefixed, Remuneration
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import anbima
from fiel.market.providers.recorded import recorded_series

#: Within the recorded series.
PRICED_ON = date(2026, 8, 3)
PERIODIC_SHARE = 0.2
_START_DAYS = 5 * 365


def cdbs(count: int, seed: int = 5) -> list[CreditPaper]:
    """CDBs begun in the five years before the pricing day and due in the six after it."""
    draw = random.Random(seed)
    calendar = anbima(PRICED_ON)
    found = []
    for _ in range(count):
        start = calendar.following(PRICED_ON - timedelta(days=draw.randint(30, _START_DAYS)))
        maturity = PRICED_ON + timedelta(days=draw.randint(30, 6 * 365))
        found.append(
            CreditPaper(Kind.CDB, Decimal(1000), start, _terms(draw), _schedule(draw, start, maturity))
        )
    return found


def rates() -> MarketRates:
    """CDI and IPCA as recorded in the package."""
    calendar = anbima(PRICED_ON)
    cdi = RateSeries.of("CDI", ((row.day, row.value) for row in recorded_series("cdi").rows))
    months = ((row.day, row.value) for row in recorded_series("ipca").rows if row.day.year >= 2015)
    ipca = index_from_variations("IPCA", RateSeries.of("IPCA", months))
    # The index of July is not published on the pricing day: it is projected, as ANBIMA would.
    index = IpcaIndex(ipca, projection=Decimal("0.30"), flat=True)
    return MarketRates(calendar, DailyRates.from_daily_percent(cdi, calendar), ipca=index)


def _terms(draw: random.Random) -> Remuneration:
    kind = draw.random()
    if kind < 0.4:
        return Floating(percent=Decimal(draw.randint(170, 260)) / 2)
    if kind < 0.6:
        return Floating(spread=Decimal(draw.randint(10, 60)) / 20)
    if kind < 0.8:
        return Prefixed(Decimal(draw.randint(900, 1600)) / 100)
    return IpcaPlus(Decimal(draw.randint(400, 900)) / 100)


def _schedule(draw: random.Random, start: date, maturity: date) -> Schedule:
    if draw.random() < PERIODIC_SHARE:
        return periodic(start, maturity, draw.choice((1, 3, 6, 6, 6, 12)))
    return bullet(maturity)
