"""What is kept and shared between periods changes no digit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.interest import spread_factor, spread_factor9
from fiel.fixed_income.accrual.ipca import IpcaIndex, ProRata
from fiel.fixed_income.accrual.powers import quick_context, quick_scaled
from fiel.fixed_income.accrual.spans import SEGMENT, Spans
from fiel.fixed_income.days import Days
from fiel.fixed_income.series import RateSeries
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import round_half_up
from tests.support.credit_papers import CALENDAR, START, flat_rates, index_numbers
from tests.support.examples import examples
from tests.support.plain_curve import plain_index

DAYS = CALENDAR.sessions(START, date(2031, 1, 2))
#: A wild rate, so that many runs and sizes occur.
WILD = DailyRates.from_annual(
    RateSeries.of("CDI", ((day, str(at * 37 % 6000 / Decimal(100))) for at, day in enumerate(DAYS))), CALENDAR
)
PERCENTS = st.one_of(st.sampled_from([0, 100, 110, 1000]), st.decimals(0, 1000, places=4))
IPCA = IpcaIndex(
    index_numbers(*(str(7000 + month * month % 97 * 3) for month in range(60)), first=date(2024, 10, 1)),
    projection=Decimal("0.44"),
)


@given(st.integers(0, len(DAYS) - 1), st.integers(0, len(DAYS) - 1), PERCENTS)
@settings(max_examples=examples(300))
def test_shared_products_have_the_digits_of_the_walk(one: int, other: int, percent: Decimal | int) -> None:
    """For any period and percent, FatorDI is A-8 of the day by day product."""
    start, end = DAYS[min(one, other)], DAYS[max(one, other)]
    assert WILD.factor(start, end, percent) == round_half_up(WILD.accumulate(start, end, percent), 8)


def test_a_factor_at_a_tie_is_left_to_the_walk() -> None:
    """1.000000005: whether its half goes up hangs on cuts that shared products do not see."""
    spans = Spans((1,) * 3)
    assert spans.factor(0, 1, 50 * 10**6) is None
    assert spans.factor(0, 1, 100 * 10**6) == 100_000_001


def test_products_cross_segments() -> None:
    """Four years of one rate: four segments, one factor."""
    rates = flat_rates("14.90", end=date(2031, 1, 2))
    start, end = DAYS[3], DAYS[3 + 4 * SEGMENT + 100]
    assert rates.factor(start, end, 117) == round_half_up(rates.accumulate(start, end, 117), 8)


def test_an_unknown_day_elsewhere_in_the_segment_is_no_harm() -> None:
    """A hole outside the period is not asked for; inside it is refused."""
    hole = DAYS[5]
    rates = DailyRates.from_annual(
        RateSeries.of("CDI", ((day, "14.90") for day in DAYS[:50] if day != hole)), CALENDAR
    )
    assert rates.factor(DAYS[6], DAYS[40]) == round_half_up(rates.accumulate(DAYS[6], DAYS[40]), 8)
    with pytest.raises(Refused, match="no rate for"):
        rates.factor(DAYS[4], DAYS[40])


def test_extending_by_steps_keeps_what_is_known() -> None:
    """The last rate, then each step's from its day; a factor of known days does not change."""
    rates = flat_rates("14.90", end=date(2026, 6, 1))
    before = rates.factor(START, date(2026, 5, 4), 110)
    longer = rates.extended_by(date(2027, 1, 4), [(date(2026, 9, 1), "12"), (date(2026, 11, 2), "10")])
    assert longer.factor(START, date(2026, 5, 4), 110) == before
    assert longer.rates(date(2026, 8, 31), date(2026, 9, 1)) == rates.rates(START, DAYS[1])
    assert longer.rates(date(2026, 9, 1), date(2026, 9, 2)) == flat_rates("12").rates(START, DAYS[1])
    assert longer.rates(date(2026, 12, 30), date(2026, 12, 31)) == flat_rates("10").rates(START, DAYS[1])
    assert rates.extended_by(date(2026, 3, 2)) is rates


def test_a_float_percent_is_refused_even_after_its_equal() -> None:
    """What was read of Decimal 100 does not let 100.0 in."""
    WILD.factor(START, DAYS[3], Decimal(100))
    with pytest.raises(InvalidInput, match="percent"):
        WILD.factor(START, DAYS[3], 100.0)  # type: ignore[arg-type]


@given(st.decimals("-60", 5000, places=4), st.integers(0, 5000))
@settings(max_examples=examples(200))
def test_quick_growth_has_the_digits_of_the_power(rate: Decimal, count: int) -> None:
    """FatorSpread A-9 at any rate and term, below and far above one."""
    assert Decimal(f"{spread_factor9(rate, count)}E-9") == spread_factor(rate, count)


@pytest.mark.parametrize(("rate", "count"), [("21", 126), ("0", 100), ("12", 252), ("0.0000005", 252)])
def test_exact_growth_is_not_missed(rate: str, count: int) -> None:
    """Exact roots, none at all, whole years, and a tie of the tenth decimal."""
    assert Decimal(f"{spread_factor9(Decimal(rate), count)}E-9") == spread_factor(rate, count)


@given(st.integers(0, 1500), st.integers(0, 300), st.sampled_from(list(ProRata)), st.integers(1, 28))
@settings(max_examples=examples(200))
def test_the_index_in_whole_numbers_has_the_digits_of_its_parts(
    start: int, length: int, pro_rata: ProRata, anniversary: int
) -> None:
    """Any period, either pro rata, any anniversary, the projected month included."""
    first = date(2025, 1, 1) + timedelta(days=start)
    last = first + timedelta(days=length)
    if last > date(2029, 10, 1):
        return
    found = IPCA.factor(first, last, CALENDAR, pro_rata=pro_rata, anniversary=anniversary)
    assert found == plain_index(IPCA, first, last, CALENDAR, pro_rata, anniversary)
    memory = Days(CALENDAR)
    assert Decimal(IPCA.factor8(first, last, memory, pro_rata, anniversary)).scaleb(-8) == found


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_quick_power_does_not_tell_what_it_cannot(*, is_cut: bool) -> None:
    """1.21^(1/2) is exactly 1.1, where a cut changes; 1.000000005 is a tie: both are left alone."""
    with localcontext(quick_context()):
        root, tie = Decimal("1.21").ln(), (Decimal("1.000000005") ** 2).ln()
    assert quick_scaled(root if is_cut else tie, 1, 2, 8, is_cut=is_cut) is None
    assert quick_scaled(Decimal(10), 1, 1, 8, is_cut=is_cut) is None
    assert quick_scaled(tie if is_cut else root, 1, 2, 8, is_cut=is_cut) is not None
