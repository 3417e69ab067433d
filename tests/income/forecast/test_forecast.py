"""What the forecast says of histories that a person can follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fiel.income.forecast import Forecast, Method, forecast
from fiel.income.values import Announcement, IncomeKind, ShareChange
from fiel.kernel.errors import InvalidInput
from tests.income.forecast.stories import ASSET, TODAY, each_year, paid, summary

YEARS = range(2014, 2024)
STEADY = each_year(YEARS, "05-02", "11-06")


def told(rows: list[Announcement], months: int = 12, changes: tuple[ShareChange, ...] = ()) -> Forecast:
    """The forecast of the test asset at the test's today."""
    return forecast(ASSET, rows, TODAY, months=months, changes=changes)


def test_who_pays_the_same_each_year_is_expected_to_pay_it_again() -> None:
    """Ten equal years: the same days and amounts; its slots were never wrong here."""
    found = told(STEADY)

    assert summary(found) == [
        ("dividend", "2024-05-02", "1.00000000"),
        ("dividend", "2024-11-06", "1.00000000"),
    ]
    assert (found.method, found.error) == (Method.SLOTS, Decimal(0))
    assert found.reasons == ("better_here:0.0000/0.0400",)
    assert {each.error for each in found.payments} == {found.error}
    assert [str(each.com_date) for each in found.payments[0].basis] == [
        "2023-05-02",
        "2022-05-02",
        "2021-05-02",
    ]


def test_every_candidate_is_named_with_its_error() -> None:
    """The benchmark is among them, and what needs monthly payments is not."""
    found = told(STEADY)

    errors = {each.method: each.error for each in found.candidates}
    assert (errors[Method.LAST_YEAR], errors[Method.BLEND]) == (Decimal(0), Decimal("0.0400"))
    assert set(errors) == set(Method) - {Method.MONTHLY}
    assert {each.origins for each in found.candidates} == {20}


def test_amounts_that_swing_get_the_method_that_is_best_over_many_assets() -> None:
    """1.30, 0.70, 1.30 ...: the default lies between last year and the years before, and says its error."""
    found = told(
        [each for year in YEARS for each in each_year([year], "05-02", amount=("0.7", "1.3")[year % 2])]
    )

    assert (found.method, found.reasons) == (Method.BLEND, ("default",))
    # Last year 1.3 = its slot; the median of four years 1.0: 1.04 x (0.40 x 1.3 + 0.45 x 1.3 + 0.15 x 1.0).
    assert found.payments[0].per_unit == Decimal("1.3052")
    assert found.error is not None
    assert found.error < next(each.error or 0 for each in found.candidates if each.method is Method.LAST_YEAR)


def test_a_method_clearly_better_on_this_asset_takes_the_place_of_the_default() -> None:
    """What grows by half every year follows its trend; the reason gives both errors."""
    amounts = {year: f"{Decimal('1.5') ** (year - 2012):f}" for year in range(2012, 2024)}
    found = told(
        [paid(f"{year}-{day}", amount) for year, amount in amounts.items() for day in ("05-02", "11-06")]
    )

    errors = {each.method: each.error for each in found.candidates}
    assert found.method is Method.TREND
    assert found.reasons == (f"better_here:{errors[Method.TREND]}/{errors[Method.BLEND]}",)


def test_one_extraordinary_payment_is_believed_by_half() -> None:
    """Beside a steady 1, a 10 that came once weighs in the level, and far less than the naive rule has it."""
    found = told([*STEADY, paid("2023-08-15", "10")])

    total = sum(each.per_unit for each in found.payments)
    assert Decimal(6) < total < Decimal(10)


def test_dividend_and_jcp_of_one_day_stay_two_payments() -> None:
    """They share the occasion, and keep their proportions and their own ways of being paid."""
    rows = [
        row
        for year in YEARS
        for row in (
            paid(f"{year}-05-02", "3", payment=f"{year}-05-20"),
            paid(f"{year}-05-02", "1", IncomeKind.JCP, payment=f"{year}-06-28"),
        )
    ]
    found = told(rows)

    assert [(each.kind, each.per_unit) for each in found.payments] == [
        (IncomeKind.DIVIDEND, Decimal(3)),
        (IncomeKind.JCP, Decimal(1)),
    ]
    assert [str(each.payment_date) for each in found.payments] == ["2024-05-20", "2024-06-28"]
    assert found.slots == 1


def test_the_range_is_what_the_season_paid_and_zero_when_a_year_was_left_out() -> None:
    """Low and high come from the last three years of the same slot."""
    rows = [*each_year([2021, 2023], "05-02", amount="2"), *each_year(YEARS, "11-06", amount="1")]
    found = told([*rows, paid("2022-11-07", "0.5")])

    may, november = found.payments
    assert (may.low, may.high) == (Decimal(0), max(Decimal(2), may.per_unit))
    assert november.low <= Decimal(1) <= november.high


def test_an_announced_payment_takes_the_place_of_its_forecast() -> None:
    """Of the same kind and season: that slot is gone from the forecast, and the announcement is named."""
    ahead = paid("2024-05-09", "1.70", decided="2024-01-05")
    found = told([*STEADY, ahead])

    assert [str(each.com_date) for each in found.payments] == ["2024-11-06"]
    assert found.announced == (ahead.event_id,)


@pytest.mark.parametrize(
    "ahead",
    [
        paid("2024-05-09", "1.70", IncomeKind.JCP, decided="2024-01-05"),
        paid("2024-07-20", "1.70", decided="2024-01-05"),
    ],
    ids=["another kind", "another season"],
)
def test_an_announced_payment_of_another_kind_or_season_replaces_nothing(ahead: Announcement) -> None:
    """The forecast keeps its two payments."""
    assert len(told([*STEADY, ahead]).payments) == 2


def test_instalments_of_one_announcement_replace_one_payment() -> None:
    """Three instalments with one com date are one occasion, not three."""
    parts = [
        paid("2024-05-09", "0.5", decided="2024-01-05", payment=f"2024-{month}-20")
        for month in ("05", "06", "07")
    ]
    assert len(told([*STEADY, *parts]).payments) == 1


def test_amounts_from_before_a_split_are_told_in_the_units_of_today() -> None:
    """After two for one each unit gets half; the basis says so too."""
    found = told(STEADY, changes=(ShareChange(ASSET, date(2023, 12, 1), Decimal(2)),))

    assert [each.per_unit for each in found.payments] == [Decimal("0.5"), Decimal("0.5")]
    assert found.payments[0].basis[0].per_unit == Decimal("0.5")


def test_a_split_between_two_years_changes_nothing_in_the_errors() -> None:
    """A history of which only the scale changed is the steady one again."""
    split = ShareChange(ASSET, date(2019, 12, 1), Decimal(5))
    later = [
        replace(each, per_unit=each.per_unit / 5) if each.com_date and each.com_date.year > 2019 else each
        for each in STEADY
    ]
    assert told(later, changes=(split,)).candidates == told(STEADY).candidates


def test_what_comes_after_an_announced_split_is_in_the_new_units() -> None:
    """May is before it and November after."""
    found = told(STEADY, changes=(ShareChange(ASSET, date(2024, 8, 1), Decimal(4)),))

    assert [each.per_unit for each in found.payments] == [Decimal(1), Decimal("0.25")]


def test_who_pays_monthly_is_expected_each_month() -> None:
    """Twelve payments of the median of the last three, on the usual day moved to sessions."""
    rows = [
        paid(f"{year}-{month:02d}-15", "0.10" if month < 12 else "0.12")
        for year in (2021, 2022, 2023)
        for month in range(1, 13)
    ]
    found = told(rows)

    assert found.method is Method.MONTHLY
    assert "pays_monthly:12" in found.reasons
    assert len(found.payments) == 12
    assert {each.per_unit for each in found.payments} == {Decimal("0.10")}
    assert str(found.payments[0].com_date) == "2024-01-15"


def test_a_young_fund_that_pays_monthly_has_a_forecast_without_an_error() -> None:
    """Five months are enough for the months to come, and too few to say how wrong it may be."""
    found = told([paid(f"2023-{month:02d}-29", "0.9") for month in range(8, 13)])

    assert found.method is Method.MONTHLY
    assert len(found.payments) == 12
    assert found.error is None
    assert "error_unknown:0" in found.reasons


def test_the_second_year_repeats_the_first() -> None:
    """Two years ahead are four payments, the later two at the same amounts."""
    found = told(STEADY, months=24)

    assert [each.per_unit for each in found.payments] == [Decimal(1)] * 4
    assert [each.com_date.year for each in found.payments] == [2024, 2024, 2025, 2025]


def test_amortisations_are_not_forecast() -> None:
    """Capital given back says nothing of income."""
    capital = [paid(f"{year}-08-01", "5", IncomeKind.AMORTISATION) for year in YEARS]

    assert told([*STEADY, *capital]) == told(STEADY)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no_history"),
        ([paid("2023-05-02")], "too_few_payments:1"),
        (each_year([2020, 2021], "05-03"), "stopped_paying:2021-05-03"),
        ([paid("2023-08-01"), paid("2023-11-01")], "history_too_short:162"),
        ([paid("2021-03-01"), paid("2022-08-01"), paid("2023-12-01")], "irregular"),
    ],
    ids=["nothing", "one", "stopped", "young", "irregular"],
)
def test_without_a_pattern_there_is_a_reason_and_no_forecast(rows: list[Announcement], reason: str) -> None:
    """Nothing, one payment, none for 18 months, part of a year, and no occasion twice."""
    found = told(rows)

    assert (found.payments, found.method, found.error, found.reasons) == ((), None, None, (reason,))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: forecast(ASSET, STEADY, TODAY, months=0), "months_range"),
        (lambda: forecast(ASSET, STEADY, TODAY, months=61), "months_range"),
        (lambda: forecast("OTHER3", STEADY, TODAY), "other_asset"),
        (lambda: told([*STEADY, replace(paid("2023-01-02"), currency="USD")]), "currencies_mixed"),
        (lambda: told(STEADY, changes=(ShareChange(ASSET, TODAY, Decimal(0)),)), "share_change_factor"),
        (lambda: told([paid("2023-01-02")] * 5_001), "history_too_long"),
    ],
)
def test_what_makes_no_sense_is_refused(change: object, code: str) -> None:
    """Horizon, asset, currency, factor and size each have their own error."""
    assert callable(change)
    with pytest.raises(InvalidInput) as refused:
        change()
    assert refused.value.code == code


def test_a_payment_that_is_late_is_believed_by_half_and_soon() -> None:
    """Paid each 20 December and not in the last: it may still come, in about three weeks."""
    found = told(each_year(range(2014, 2023), "12-20", amount="3"))

    assert summary(found)[0] == ("dividend", "2024-01-31", "1.50000000")
    assert found.payments[0].low == 0


def test_without_days_of_payment_the_usual_time_between_is_assumed() -> None:
    """Thirty days after the com date, on a session."""
    found = told(STEADY)

    assert [str(each.payment_date) for each in found.payments] == ["2024-06-03", "2024-12-06"]
