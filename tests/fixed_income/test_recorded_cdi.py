"""The CDI that the package carries, year by year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.fixed_income.accrual.daily import DailyRates, accumulated_percent
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import anbima
from fiel.market.providers.recorded import recorded_series

#: Percent per year, two decimals. 2015 and 2019 to 2025: figures published with the collected series (BCB
#: SGS 12). 2001 to 2019: product of CETIP's own daily DI factors, a file that the package does not carry.
CDI_BY_YEAR = dict(
    line.split()
    for line in """
    2001 17.29
    2002 19.11
    2003 23.25
    2004 16.17
    2005 19.00
    2006 15.03
    2007 11.82
    2008 12.38
    2009 9.88
    2010 9.75
    2011 11.60
    2012 8.40
    2013 8.06
    2014 10.81
    2015 13.24
    2016 14.00
    2017 9.93
    2018 6.42
    2019 5.96
    2020 2.76
    2021 4.42
    2022 12.39
    2023 13.04
    2024 10.88
    2025 14.32
    """.strip().splitlines()
)


@pytest.fixture(scope="module")
def packaged() -> DailyRates:
    """All recorded days, on the banks' calendar of today."""
    rows = ((row.day, row.value) for row in recorded_series("cdi").rows)
    return DailyRates.from_daily_percent(RateSeries.of("CDI", rows), anbima(date(2026, 8, 6)))


@pytest.mark.parametrize("year", CDI_BY_YEAR)
def test_the_cdi_of_a_year_is_the_published_one(packaged: DailyRates, year: str) -> None:
    """No day is missing, none is too much, and their product is the figure of the year."""
    days = packaged.rates(date(int(year), 1, 1), date(int(year) + 1, 1, 1))
    assert accumulated_percent(days, 2) == Decimal(CDI_BY_YEAR[year])
