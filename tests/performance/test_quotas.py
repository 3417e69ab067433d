"""Quotas: the return of one unit of the whole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, Refused
from fiel.performance.quotas import (
    QUOTA_ONE,
    annual_return,
    fraction_of,
    linked,
    modified_dietz,
    quotas,
    time_weighted,
)

Flow = tuple[int, int]


def test_money_in_and_out_leaves_the_quota_alone() -> None:
    """Doubling the money at yesterday's quota, or halving it at today's, is no return."""
    made = quotas([100, 220, 110], {1: (120, 0), 2: (0, 110)})
    assert [fraction_of(unit, QUOTA_ONE) for unit in made.units] == [0, 0, 0]


def test_an_empty_time_keeps_the_quota_and_it_goes_on_from_there() -> None:
    """All is taken out at +10 %; months later money comes back and loses half: 1.1 * 0.5."""
    made = quotas([100, 0, 0, 50], {1: (0, 110), 3: (100, 0)})
    assert [fraction_of(unit, QUOTA_ONE, 6) for unit in made.units] == [
        Decimal(0),
        Decimal("0.1"),
        Decimal("0.1"),
        Decimal("-0.45"),
    ]
    assert made.without_capital == ()


def test_in_and_out_on_one_day_count_both() -> None:
    """What came in bought at the old quota and what went out sold at the new: a day trade from nothing."""
    assert quotas([0, 0], {1: (1000, 1010)}).total_return == Decimal("0.01")


def test_a_gain_without_capital_is_named_and_no_return() -> None:
    """Money that appears where nothing was."""
    made = quotas([0, 0, 100], {1: (0, 5), 2: (100, 0)})
    assert made.total_return == 0
    assert made.without_capital == (1,)


def test_a_worth_below_zero_stops_the_quota_and_is_named() -> None:
    """Owing more than there is has no return of a quota; what it gains back has none either."""
    made = quotas([100, -50, 10, 20], {})
    assert made.below_zero == (1, 2)
    assert made.total_return == Decimal(1)


def test_what_lost_everything_stays_lost() -> None:
    """-100 % is chained with nothing that comes later."""
    assert quotas([100, 0, 50, 60], {2: (50, 0)}).total_return == -1


@given(
    st.lists(st.integers(0, 10**7), min_size=2, max_size=30),
    st.dictionaries(st.integers(1, 29), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=9),
)
def test_the_quick_way_and_the_daily_way_agree(worths: list[int], flows: dict[int, Flow]) -> None:
    """Linking over the days with flows gives the quota of going through every day, loss of all apart."""
    flows = {place: flow for place, flow in flows.items() if place < len(worths)}
    worths = [worth + 1 for worth in worths]
    made = quotas(worths, flows).units[-1]
    quick = linked(worths, flows, 0, len(worths) - 1)
    assert abs(made - quick) <= max(made, QUOTA_ONE) // 10**12


def test_returns_of_days_in_any_money() -> None:
    """Text, whole numbers and Decimals; the first day is the reference."""
    told = time_weighted([(0, 0, "10000"), (0, 0, 10230), ("200", 0, Decimal(10630)), (0, 400, "9995.59")])
    assert [round(one, 9) for one in told] == [
        Decimal(0),
        Decimal("0.023"),
        Decimal("0.042616491"),
        Decimal("0.019624983"),
    ]
    with pytest.raises(InvalidInput, match="reference day"):
        time_weighted([])


def test_a_return_per_year_names_its_basis() -> None:
    """30 % in 730 days is 14.02 % a year of 365 days; 1 % in 21 business days 12.68 % a year of 252."""
    assert round(annual_return("0.3", 730), 4) == Decimal("0.1402")
    assert round(annual_return("0.01", 21, 252), 4) == Decimal("0.1268")
    with pytest.raises(InvalidInput, match="at least one day"):
        annual_return("0.3", 0)
    with pytest.raises(Refused, match="more than everything"):
        annual_return("-1.5", 10)


def test_modified_dietz_weighs_flows_by_their_days() -> None:
    """A gain of 100 on 1000 and on 100 for half the time: 100/1050."""
    assert modified_dietz(1000, 1200, [(15, 100)], 30) == Decimal("0.095238095238")
    with pytest.raises(Refused, match="no money was there"):
        modified_dietz(0, 10, [], 30)
