"""The yearly rate of dated flows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, Refused
from fiel.performance.xirr import xirr

START = date(2025, 1, 1)
EXAMPLE = [
    (date(2008, 1, 1), -10000),
    (date(2008, 3, 1), 2750),
    (date(2008, 10, 30), 4250),
    (date(2009, 2, 15), 3250),
    (date(2009, 4, 1), 2750),
]


def test_the_documented_example_has_its_exact_root() -> None:
    """Microsoft's example; the exact root is 0.37336253351 (the spreadsheet stops a little early)."""
    assert xirr(EXAMPLE, decimals=11) == Decimal("0.37336253352")


def test_the_order_of_flows_does_not_matter_and_a_day_adds_up() -> None:
    """Reversed, and with one flow in two parts."""
    parts = [*EXAMPLE[1:], (date(2008, 1, 1), -4000), (date(2008, 1, 1), -6000)]
    assert xirr(reversed(parts)) == xirr(EXAMPLE)


@given(st.decimals("-0.5", 2, places=4), st.integers(30, 3650))
def test_a_single_growth_gives_its_rate_back(rate: Decimal, days: int) -> None:
    """What grew at a rate shows that rate."""
    end = Decimal(1_000_000) * (1 + rate) ** (Decimal(days) / 365)
    found = xirr([(START, -1_000_000), (START + timedelta(days=days), round(end, 10))])
    assert abs(found - rate) < Decimal("1e-6")


def test_flows_of_one_sign_have_no_rate() -> None:
    """Only put in, or nothing at all."""
    with pytest.raises(Refused, match="same sign"):
        xirr([(START, -1), (date(2026, 1, 1), -1)])
    with pytest.raises(InvalidInput, match="two days"):
        xirr([(START, -1), (START, 2)])
    with pytest.raises(InvalidInput, match="two days"):
        xirr([])


def test_flows_with_several_rates_are_refused() -> None:
    """-100, +230, -132 a year apart fits 10 % and 20 %: no one of them is told as the truth."""
    with pytest.raises(Refused, match="2 rates"):
        xirr([(START, -100), (date(2026, 1, 1), 230), (date(2027, 1, 1), -132)])


def test_a_rate_beyond_reason_is_refused() -> None:
    """A cent that became a million in a day."""
    with pytest.raises(Refused, match="no rate"):
        xirr([(START, "-0.01"), (date(2025, 1, 2), 1_000_000)])


def test_floats_datetimes_and_too_many_decimals_are_refused() -> None:
    """Each names its place."""
    with pytest.raises(InvalidInput, match=r"flows\[0\]"):
        xirr([(START, -1.5)])  # type: ignore[list-item]
    with pytest.raises(InvalidInput, match="date"):
        xirr([(datetime(2025, 1, 1), -1)])  # noqa: DTZ001 - a datetime is what must be refused
    with pytest.raises(InvalidInput, match="decimals"):
        xirr(EXAMPLE, decimals=13)
