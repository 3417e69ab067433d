"""How often an asset pays and what it pays a year on its cost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fiel.kernel.errors import Refused
from fiel.performance.payouts import Periodicity, periodicity, yield_on_cost

START = date(2020, 1, 15)


@pytest.mark.parametrize(
    ("apart", "rhythm"),
    [
        (7, Periodicity.UNKNOWN),
        (30, Periodicity.MONTHLY),
        (91, Periodicity.QUARTERLY),
        (182, Periodicity.SEMIANNUAL),
        (365, Periodicity.ANNUAL),
    ],
)
def test_the_rhythm_is_the_mean_distance(apart: int, rhythm: Periodicity) -> None:
    """Six payments as far apart each."""
    assert periodicity([START + timedelta(days=apart * at) for at in range(6)]) is rhythm


def test_few_payments_have_no_rhythm() -> None:
    """None is told apart from one."""
    assert periodicity([]) is Periodicity.NONE
    assert periodicity([START]) is Periodicity.UNKNOWN
    assert periodicity([START, START + timedelta(days=450)]) is Periodicity.UNKNOWN


def test_years_left_out_and_extras_do_not_count() -> None:
    """Paid every January but one; and a tiny extra in one June."""
    yearly = [date(year, 1, 15) for year in (2018, 2019, 2021, 2022)]
    assert periodicity(yearly) is Periodicity.ANNUAL
    extra = [*yearly, date(2022, 6, 15)]
    amounts = [Decimal(1)] * 4 + [Decimal("0.1")]
    assert periodicity(extra, amounts) is Periodicity.ANNUAL


def test_the_yield_on_cost_is_of_a_mean_year() -> None:
    """Two payments of 1.00 over three calendar years on a cost of 10.00."""
    paid = [(date(2019, 1, 15), "1"), (date(2021, 1, 15), "1")]
    assert yield_on_cost(paid, 10) == Decimal("0.066666666667")
    with pytest.raises(Refused, match="payments and a cost"):
        yield_on_cost([], 10)
