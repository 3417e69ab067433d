"""How rates go on: flat, by a user's curve, by Focus."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.fixed_income.accrual.daily import daily_rate
from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.credit.papers import MarketRates
from fiel.fixed_income.credit.terms import Benchmark
from fiel.fixed_income.focus import focus_forward
from fiel.fixed_income.outlook import FLAT, Forward, KnownVna, outlook
from fiel.kernel.errors import InvalidInput, Refused
from tests.support.credit_papers import CALENDAR, index_numbers
from tests.support.federal_outlooks import NUMBERS, TODAY, known, looking_ahead


def test_by_default_everything_goes_on_flat() -> None:
    """The last CDI for ever; the IPCA at the mean month of the last twelve."""
    ahead = looking_ahead()
    assert ahead.market.cdi is not None
    (tdi,) = ahead.market.cdi.rates(date(2040, 1, 3), date(2040, 1, 4))
    assert tdi == daily_rate("14.90")
    numbers = ahead.market.index().numbers
    year = numbers.at(date(2030, 6, 1)) / numbers.at(date(2029, 6, 1))
    last_year = NUMBERS.at(date(2026, 6, 1)) / NUMBERS.at(date(2025, 6, 1))
    assert abs(year - last_year) < Decimal("1e-12")


def test_what_is_known_does_not_change() -> None:
    """Published numbers and rates are kept, and where they end is remembered."""
    ahead = looking_ahead(Forward("none", cdi=((date(2020, 1, 1), Decimal(2)),)))
    assert ahead.market.index().numbers.at(date(2026, 6, 1)) == NUMBERS.at(date(2026, 6, 1))
    assert ahead.known_until(Benchmark.CDI) == ahead.known_until(Benchmark.SELIC) == TODAY
    assert ahead.ipca_known_to == date(2026, 6, 1)
    assert ahead.market.cdi is not None
    assert ahead.market.cdi.rates(date(2026, 7, 31), TODAY) == (daily_rate("14.90"),)
    assert ahead.market.cdi.rates(TODAY, date(2026, 8, 4)) == (daily_rate("2"),)


def test_an_assumed_month_is_the_percent_that_was_assumed() -> None:
    """0.30 % is 1.00300000 to eight decimals, not one digit less; ANBIMA's projection goes before."""
    ahead = looking_ahead(Forward("steady", ipca=((date(2026, 1, 1), Decimal("0.3")),)))
    index = ahead.market.index()
    assert index.factor(date(2027, 3, 15), date(2027, 4, 15), CALENDAR) == Decimal("1.003")
    market = MarketRates(CALENDAR, ipca=IpcaIndex(NUMBERS, projection=Decimal("0.55")))
    projected = outlook(market).market.index()
    assert projected.factor(date(2026, 7, 15), date(2026, 8, 15), CALENDAR) == Decimal("1.0055")


def test_forwards_out_of_order_or_without_a_name_are_refused() -> None:
    """Steps come by date; an assumption is said in words; a VNA is above zero."""
    day = date(2026, 9, 1)
    with pytest.raises(InvalidInput, match="in order"):
        Forward("x", cdi=((day, Decimal(1)), (day, Decimal(2))))
    with pytest.raises(InvalidInput, match="in words"):
        Forward(" ")
    with pytest.raises(InvalidInput, match="selic"):
        Forward("x", selic=((day, Decimal(-1)),))
    with pytest.raises(InvalidInput, match="vna"):
        KnownVna(day, Decimal(0))


def test_an_index_of_one_month_cannot_go_on() -> None:
    """There is no rate in a single number."""
    with pytest.raises(Refused, match="two months"):
        outlook(MarketRates(CALENDAR, ipca=IpcaIndex(index_numbers("7000"))))


def test_focus_reaches_each_years_expectation() -> None:
    """The Selic of the year's end is what was told, the CDI a tenth below, the IPCA of the year exact."""
    forward = focus_forward(
        TODAY,
        "15",
        {2026: "14", 2027: "11"},
        {2026: "4.5", 2027: "4"},
        ipca_published_to=date(2026, 6, 1),
        ipca_so_far="2.4",
    )
    steps = dict(forward.selic)
    assert steps[date(2026, 12, 1)] == 14
    assert steps[date(2027, 12, 1)] == 11
    assert dict(forward.cdi)[date(2027, 12, 1)] == Decimal("10.9")
    numbers = outlook(known(), forward).market.index().numbers
    assert round(numbers.at(date(2027, 12, 1)) / numbers.at(date(2026, 12, 1)), 6) == Decimal("1.04")
    left = numbers.at(date(2026, 12, 1)) / numbers.at(date(2026, 6, 1))
    assert round(left * Decimal("1.024"), 6) == Decimal("1.045")


def test_focus_wants_consecutive_years() -> None:
    """A gap would be filled by nobody."""
    with pytest.raises(InvalidInput, match="consecutive years from 2026"):
        focus_forward(TODAY, "15", {2027: "11"}, {}, ipca_published_to=date(2026, 6, 1))


def test_the_default_is_named() -> None:
    """So that it can be shown."""
    assert FLAT.name == "flat at the last rates"
