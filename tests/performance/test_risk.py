"""Drawdowns, volatility, months."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, Refused
from fiel.performance.quotas import QUOTA_ONE
from fiel.performance.risk import Drawdown, drawdown, months, volatility

START = date(2026, 1, 1)


def _days(count: int) -> list[date]:
    return [START + timedelta(days=at) for at in range(count)]


def test_the_deepest_fall_with_its_days() -> None:
    """From 120 to 90, back at 120 on the last day; the shallower fall before is not it."""
    found = drawdown(_days(7), [100, 95, 120, 100, 90, 110, 120])
    days = _days(7)
    assert found == Drawdown(Decimal("-0.25"), days[2], days[4], days[6])


def test_a_fall_that_is_not_over_has_no_recovery() -> None:
    """The peak was not seen again."""
    assert drawdown(_days(3), [100, 50, 99]).recovered is None


def test_the_peak_is_the_last_day_at_its_height() -> None:
    """A fall begins when it begins, not when its height was first seen."""
    assert drawdown(_days(3), [100, 100, 50]).peak == _days(3)[1]


def test_what_never_fell_has_no_drawdown() -> None:
    """No depth, no days."""
    assert drawdown(_days(3), [1, 1, 2]) == Drawdown(Decimal(0), None, None, None)
    with pytest.raises(InvalidInput, match="one quota for each day"):
        drawdown(_days(2), [1])


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_a_drawdown_lies_between_all_and_nothing(quotas: list[int]) -> None:
    """And it is the worst quotient of a quota over an earlier one."""
    found = drawdown(_days(len(quotas)), quotas).depth
    worst = min(
        (
            Decimal(quotas[later]) / quotas[one] - 1
            for one in range(len(quotas))
            for later in range(one, len(quotas))
            if quotas[one]
        ),
        default=Decimal(0),
    )
    assert -1 <= found <= 0
    assert abs(found - worst) < Decimal("1e-11")


@given(st.lists(st.integers(1, 10**6), min_size=3, max_size=30))
def test_volatility_is_that_of_a_textbook(quotas: list[int]) -> None:
    """The sample deviation of logarithms, by the standard library; a year is 252 days."""
    logs = [(Decimal(b) / a).ln() for a, b in pairwise(quotas)]
    found = volatility([quota * QUOTA_ONE for quota in quotas])
    assert abs(found.daily - statistics.stdev(logs)) < Decimal("1e-11")
    assert abs(found.yearly - found.daily * Decimal(252).sqrt()) < Decimal("1e-10")
    assert found.downside <= found.daily + Decimal("1e-12")
    assert found.days == len(quotas) - 1


def test_volatility_needs_returns() -> None:
    """Two of them, and something left."""
    with pytest.raises(Refused, match="two daily returns"):
        volatility([1, 2])
    with pytest.raises(Refused, match="loss of everything"):
        volatility([1, 0, 1])


def test_months_chain_to_the_whole() -> None:
    """Each month from the last quota of the one before."""
    days = [date(2026, 1, 31), date(2026, 2, 10), date(2026, 2, 27), date(2026, 3, 31)]
    found = months(days, [100, 90, 110, 99])
    assert [(one.year, one.month, one.value) for one in found] == [
        (2026, 2, Decimal("0.1")),
        (2026, 3, Decimal("-0.1")),
    ]
