"""Updated nominal values: published ones, and the two ways to count days between them.

Figures: Tesouro Nacional (NTN-B nominal values), IBGE SIDRA 1737, BCB monthly trades of June 2026.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.fixed_income.treasury.vna import (
    ProRata,
    days_between_anniversaries,
    last_anniversary,
    lft_vna,
    lft_vna_projected,
    selic_daily,
    vna_from_index,
    vna_pro_rata,
    vna_projected,
)
from fiel.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("index", "vna"),
    [("1640.62", "1016.102860"), ("7403.29", "4585.159356"), ("7657.73", "4742.744422")],
)
def test_the_value_on_the_fifteenth(index: str, vna: str) -> None:
    """The index of the month before over that of June 2000, cut at sixteen decimals."""
    assert vna_from_index(index) == Decimal(vna)


def test_between_known_indices() -> None:
    """15 of 31 days into December's index, and 29 of 31 into July's."""
    assert vna_pro_rata("4570.078408", "7378.94", "7403.29", 15, 31) == Decimal("4577.369436")
    assert vna_pro_rata("4739.424756", "7652.37", "7657.73", 29, 31) == Decimal("4742.530180")


def test_a_whole_month_reaches_the_next_value() -> None:
    """No day passed leaves the value alone; all of them reach the next published one, less the cuts."""
    assert vna_pro_rata("4570.078408", "7378.94", "7403.29", 0, 31) == Decimal("4570.078408")
    reached = vna_pro_rata("4570.078408", "7378.94", "7403.29", 31, 31)
    assert 0 <= Decimal("4585.159356") - reached <= Decimal("0.000002")


def test_the_projection_is_rounded_and_the_value_cut_first() -> None:
    """0.464 % counts as 0.46 % and the seventh decimal of the value is dropped."""
    assert vna_projected("1726.9264599", "0.464", 6, 31) == Decimal("1728.461136")
    assert vna_projected("1726.926459", "0.465", 6, 31) > Decimal("1728.461136")


def test_calendar_and_business_days_between_anniversaries() -> None:
    """On 2026-02-06, 22 of 31 calendar days but 16 of 22 business days have passed."""
    start, day = date(2026, 1, 15), date(2026, 2, 6)
    assert days_between_anniversaries(start, day) == (22, 31)
    assert days_between_anniversaries(start, day, ProRata.BUSINESS) == (16, 22)


@pytest.mark.parametrize(
    ("day", "of_month", "expected"),
    [
        (date(2026, 1, 14), 15, date(2025, 12, 15)),
        (date(2026, 1, 15), 15, date(2026, 1, 15)),
        (date(2026, 3, 2), 15, date(2026, 2, 15)),
        (date(2026, 3, 2), 1, date(2026, 3, 1)),
    ],
)
def test_the_last_anniversary(day: date, of_month: int, expected: date) -> None:
    """The 15th (or the 1st) on or before a day, across the turn of the year."""
    assert last_anniversary(day, of_month) == expected


def test_a_day_outside_its_month_is_refused() -> None:
    """Neither a day beyond the next anniversary nor a base on the 10th makes sense."""
    with pytest.raises(InvalidInput, match="must lie between"):
        days_between_anniversaries(date(2026, 1, 15), date(2026, 2, 16))
    with pytest.raises(InvalidInput, match="neither the 1st nor the 15th"):
        days_between_anniversaries(date(2026, 1, 10), date(2026, 1, 12))
    with pytest.raises(InvalidInput, match="days passed"):
        vna_projected("1000", "0.5", 32, 31)


def test_the_selic_carries_the_lft_as_the_central_bank_published() -> None:
    """One day at 14.15 % and eight at 14.40 %, to the millionth that the starting value was cut by."""
    one_day = lft_vna("19242.925693", {date(2026, 6, 18): "14.15"})
    assert 0 <= Decimal("19253.034195") - one_day <= Decimal("0.000001")
    days = (1, 2, 3, 5, 8, 9, 10, 11)
    carried = lft_vna("19120.043965", {date(2026, 6, day): "14.40" for day in days})
    assert 0 <= Decimal("19201.877618") - carried <= Decimal("0.000002")


def test_chaining_cut_values_drifts_down() -> None:
    """Carrying day by day with a cut each day never ends above carrying all days at once."""
    days = [date(2026, 6, day) for day in (1, 2, 3, 5, 8, 9, 10, 11)]
    chained = Decimal("19120.043965")
    for day in days:
        chained = lft_vna(chained, {day: "14.40"})
    at_once = lft_vna("19120.043965", dict.fromkeys(days, "14.40"))
    assert 0 < at_once - chained < Decimal("0.00001")


def test_a_day_of_selic_and_the_projection_by_the_target() -> None:
    """The daily rate has eight decimals; the projection of one day uses the exponent cut at fourteen."""
    assert selic_daily("14.40") == Decimal("0.00053400")
    assert lft_vna_projected("19242.925693", "14.15") == Decimal("19253.034180")
    assert lft_vna_projected("19242.925693", "14.15", 0) == Decimal("19242.925693")
