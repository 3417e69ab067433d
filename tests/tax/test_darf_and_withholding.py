"""What brokers keep back, when and how the month is paid, lateness, and B3's fees."""

from __future__ import annotations

from datetime import date

import pytest

from fiel.kernel.errors import InvalidInput, Refused
from fiel.tax.b3_fees import SwingReading, b3_fees, b3_rates
from fiel.tax.cost_basis import replay
from fiel.tax.darf import due_date, late_charges
from fiel.tax.dated_rows import Category, Pool, category_rule, pool_rate
from fiel.tax.withholding import withheld_by_month, withheld_of_sales
from tests.support.trading import D, bought, sold

JANUARY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2026-01", "2026-02-27"),
        ("2026-05", "2026-06-30"),
        ("2014-11", "2014-12-30"),
        ("2024-01", "2024-02-29"),
        ("2024-02", "2024-03-28"),
        ("2025-01", "2025-02-28"),
        ("2025-11", "2025-12-30"),
        ("2025-12", "2026-01-30"),
    ],
)
def test_the_due_date_is_the_banks_last_day_of_the_next_month(month: str, due: str) -> None:
    """Good Friday moved March 2024 to the 28th; 31 December never counts."""
    assert due_date(date.fromisoformat(f"{month}-01")) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("sales", "kept"), [("19000", "0"), ("20000", "0"), ("20200", "1.01"), ("100000", "5"), ("0", "0")]
)
def test_the_withholding_is_waived_up_to_one_real(sales: str, kept: str) -> None:
    """0.005 % of the month's sales; R$ 1.00 itself is waived."""
    assert withheld_of_sales(D(sales), JANUARY) == D(kept)


def test_the_waiver_is_by_broker_and_month() -> None:
    """30,000 sold at one broker and 15,000 at another: only the first keeps anything."""
    history = replay(
        [
            bought("01-05", 4500, "10"),
            sold("01-10", 1000, "15"),
            sold("01-20", 1000, "15"),
            sold("01-20", 1000, "15", broker="B"),
        ]
    )
    assert withheld_by_month(history) == {JANUARY: D("1.50")}


def test_a_losing_day_does_not_lower_what_was_kept_on_another() -> None:
    """+1,000 on one day and -600 on the next: 1 % of 1,000. Within a day and broker results add up."""
    history = replay(
        [
            bought("01-05", 1000, "10"),
            sold("01-05", 1000, "11"),
            bought("01-06", 1000, "10"),
            sold("01-06", 1000, "9.40"),
            bought("01-07", 1000, "10", asset="VALE3"),
            sold("01-07", 1000, "10.50", asset="VALE3"),
            bought("01-07", 1000, "10"),
            sold("01-07", 1000, "9.80"),
        ]
    )
    assert withheld_by_month(history) == {JANUARY: D("13.00")}


def test_options_pay_on_the_premiums_of_the_day_and_futures_on_the_gain() -> None:
    """Received 50,000 and paid 20,000 on one day: 0.005 % of 30,000; bought alone: nothing."""
    option = {"category": Category.OPTION}
    history = replay(
        [
            bought("01-05", 10000, "1", asset="PETRA1", category=Category.OPTION),
            sold("01-06", 10000, "5", asset="PETRA1", **option),
            bought("01-06", 20000, "1", asset="PETRA2", category=Category.OPTION),
        ]
    )
    assert withheld_by_month(history) == {JANUARY: D("1.50")}
    future = replay(
        [
            bought("01-05", 1, "100000", asset="WINJ26", category=Category.FUTURE),
            sold("01-06", 1, "130000", asset="WINJ26", category=Category.FUTURE),
        ]
    )
    assert withheld_by_month(future) == {JANUARY: D("1.50")}


def test_day_trades_of_funds_are_sales_of_funds() -> None:
    """0.005 % of what was sold, not 1 % of the result."""
    fii = Category.FII
    history = replay(
        [
            bought("01-05", 300, "100", asset="HGLG11", category=fii),
            sold("01-05", 300, "110", asset="HGLG11", category=fii),
        ]
    )
    assert withheld_by_month(history) == {JANUARY: D("1.65")}


def test_a_late_payment_in_the_same_month_pays_the_fine_alone() -> None:
    """Due on the 27th and paid on the 28th of February: one day, no interest."""
    late = late_charges(D(1000), date(2026, 2, 27), date(2026, 2, 28), {})
    assert (late.days, late.fine, late.interest, late.total) == (1, D("3.30"), D("0.00"), D("1003.30"))


def test_the_fine_stops_at_twenty_percent_and_the_selic_adds_up() -> None:
    """Paid in May what was due in February: March's and April's Selic, and 1 %."""
    rates = {date(2026, 3, 1): D("1.21"), date(2026, 4, 1): D("1.09")}
    late = late_charges(D(1000), date(2026, 2, 27), date(2026, 5, 4), rates)
    assert (late.days, late.fine, late.interest) == (66, D(200), D("33.00"))


def test_a_payment_in_time_adds_nothing_and_a_missing_rate_is_asked_for() -> None:
    """On the due date itself; and a month whose Selic is not given."""
    assert late_charges(D(1000), date(2026, 2, 27), date(2026, 2, 27), {}).total == 1000
    with pytest.raises(Refused, match="2026-03"):
        late_charges(D(1000), date(2026, 2, 27), date(2026, 4, 1), {})
    with pytest.raises(InvalidInput):
        late_charges(D(-1), date(2026, 2, 27), date(2026, 4, 1), {})


def test_rules_before_they_are_known_are_refused() -> None:
    """A sale of 2004 is not taxed by the rules of 2005."""
    with pytest.raises(Refused, match="2004"):
        category_rule(Category.STOCK, date(2004, 12, 31))
    assert pool_rate(Pool.WITHHELD, date(2004, 1, 1)) == 0


@pytest.mark.parametrize(
    ("on", "is_day_trade", "reading", "total"),
    [
        ("2024-05-10", False, SwingReading.UNCHANGED, "3.00"),
        ("2024-05-10", True, SwingReading.UNCHANGED, "2.30"),
        ("2026-05-08", False, SwingReading.UNCHANGED, "3.00"),
        ("2026-05-08", False, SwingReading.LOWER, "2.30"),
        ("2019-02-20", False, SwingReading.UNCHANGED, "3.15"),
        ("2020-12-31", False, SwingReading.UNCHANGED, "3.05"),
    ],
)
def test_b3_fees_of_ten_thousand_reais(
    on: str, is_day_trade: bool, reading: SwingReading, total: str
) -> None:
    """By date, side by side with the two readings of the fee of 2025."""
    fees = b3_fees(D(10000), date.fromisoformat(on), is_day_trade=is_day_trade, reading=reading)
    assert fees.total == D(total)


@pytest.mark.parametrize(
    ("on", "is_day_trade"), [("2018-12-28", False), ("2021-01-15", False), ("2020-05-04", True)]
)
def test_fees_that_are_not_known_are_refused(on: str, is_day_trade: bool) -> None:
    """Before 2019, in January 2021, and day trades before 2021."""
    with pytest.raises(Refused, match="give the note's"):
        b3_rates(date.fromisoformat(on), is_day_trade=is_day_trade)


def test_the_fee_of_an_auction_was_its_own() -> None:
    """0.007 % in 2019 and 2020."""
    assert b3_rates(date(2019, 2, 20), is_auction=True).negotiation == D("0.00007")
