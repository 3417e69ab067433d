"""The catalogue: what is known of each series."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.kernel.errors import NotFound
from fiel.market.catalogue import Periodicity, catalogue, series_of_code, series_spec
from fiel.market.wire import Provider
from tests.support.series_answers import day


def test_the_twelve_series_are_there_with_their_codes() -> None:
    """Key and SGS code of each."""
    assert {spec.key: spec.code for spec in catalogue().values()} == {
        "cdi": 12,
        "selic": 11,
        "cdi_annual": 4389,
        "selic_annual": 1178,
        "selic_target": 432,
        "ipca": 433,
        "inpc": 188,
        "igpm": 189,
        "tr": 226,
        "poupanca": 195,
        "poupanca_old": 25,
        "usd_ptax": 1,
    }


def test_a_series_is_found_by_key_and_by_code() -> None:
    """Both lead to the same."""
    assert series_spec("ipca") is series_of_code(433)


def test_an_unknown_key_names_the_known_ones() -> None:
    """The error says what could have been meant."""
    with pytest.raises(NotFound, match=r"cdi, selic, .*usd_ptax"):
        series_spec("cdii")


def test_an_unknown_code_names_the_known_ones() -> None:
    """13521 is the inflation target, which is easily taken for the IPCA."""
    with pytest.raises(NotFound, match="433"):
        series_of_code(13521)


@pytest.mark.parametrize(
    ("key", "when", "value", "plausible"),
    [
        ("cdi", "2026-07-01", "0.052531", True),
        ("cdi", "2026-07-01", "14.15", False),
        ("cdi", "2026-07-01", "0.00052531", False),
        ("cdi", "1994-07-04", "0.398", True),
        ("cdi", "2026-07-01", "0.398", False),
        ("cdi", "1990-02-01", "3.5", True),
        ("selic_annual", "2026-07-01", "14.15", True),
        ("selic_annual", "2026-07-01", "0.052531", False),
        ("ipca", "1990-03-01", "82.39", True),
        ("ipca", "2026-03-01", "82.39", False),
        ("ipca", "2022-07-01", "-0.68", True),
        ("igpm", "1994-07-01", "40", True),
        ("igpm", "2020-09-01", "4.34", True),
        ("tr", "2020-01-02", "0", True),
        ("poupanca", "2021-01-02", "0.1159", True),
        ("usd_ptax", "2020-05-14", "5.9372", True),
        ("usd_ptax", "2020-05-14", "59372", False),
    ],
)
def test_what_is_plausible_depends_on_the_time(key: str, when: str, value: str, plausible: bool) -> None:
    """Hyperinflation was real then and is a mistake now."""
    assert series_spec(key).plausible(day(when), Decimal(value)) is plausible


def test_business_day_series_follow_the_banks_calendar() -> None:
    """Corpus Christi of 2026 is 4 June; the weekend has no row."""
    found = series_spec("cdi").expected_days(date(2026, 6, 3), date(2026, 6, 8))
    assert [when.day for when in found] == [3, 5, 8]


def test_the_old_20_november_is_a_business_day_and_the_new_one_is_not() -> None:
    """A holiday since 2024."""
    cdi = series_spec("cdi")
    assert cdi.may_have_row(date(2023, 11, 20))
    assert not cdi.may_have_row(date(2024, 11, 20))


def test_monthly_series_have_rows_on_the_first() -> None:
    """A month that has begun before the first day asked is not expected."""
    found = series_spec("ipca").expected_days(date(2025, 11, 2), date(2026, 2, 1))
    assert found == (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))


def test_the_target_has_a_row_on_every_day() -> None:
    """Weekends too."""
    assert len(series_spec("selic_target").expected_days(date(2026, 7, 1), date(2026, 7, 31))) == 31


def test_nothing_is_expected_before_the_series_began() -> None:
    """The savings rule of 2012 has no rows of 2011."""
    assert series_spec("poupanca").expected_days(date(2011, 1, 1), date(2012, 5, 4)) == (date(2012, 5, 4),)


@pytest.mark.parametrize(
    ("key", "row", "out"),
    [
        ("cdi", "2026-08-07", "2026-08-10"),
        ("usd_ptax", "2026-08-07", "2026-08-07"),
        ("ipca", "2026-07-01", "2026-08-12"),
        ("igpm", "2026-07-01", "2026-08-03"),
    ],
)
def test_when_a_row_comes_out(key: str, row: str, out: str) -> None:
    """The CDI of Friday on Monday, the dollar the same day, the IPCA about the twelfth."""
    assert series_spec(key).due_on(day(row)) == day(out)


def test_a_row_is_overdue_once_its_day_of_publication_is_over() -> None:
    """On the day itself it may still come."""
    cdi = series_spec("cdi")
    assert not cdi.overdue(date(2026, 8, 6), date(2026, 8, 7))
    assert cdi.overdue(date(2026, 8, 6), date(2026, 8, 8))
    assert series_spec("ipca").overdue(date(1980, 1, 1), date(2026, 8, 8))


def test_rows_become_final_after_twenty_business_days() -> None:
    """4 September 2026 is 20 business days after 7 August."""
    cdi, today = series_spec("cdi"), date(2026, 9, 4)
    assert not cdi.final(date(2026, 8, 7), today)
    assert cdi.final(date(2026, 8, 6), today)
    assert series_spec("ipca").final(date(2026, 6, 1), today)
    assert not series_spec("ipca").final(date(2026, 7, 1), today)


@pytest.mark.parametrize("spec", catalogue().values(), ids=lambda spec: spec.key)
def test_each_series_is_whole(spec: object) -> None:
    """Eras in order with a range each; whatever is checked for gaps has days."""
    from fiel.market.catalogue import SeriesSpec

    assert isinstance(spec, SeriesSpec)
    assert [era.since for era in spec.eras] == sorted({era.since for era in spec.eras})
    assert all(era.low < era.high and (era.jump is None or era.jump > 1) for era in spec.eras)
    assert (spec.gaps_from is None) == (spec.periodicity is Periodicity.PERIODS)
    assert spec.name
    assert spec.name_pt


def test_second_sources_say_their_unit() -> None:
    """ipeadata tells the Selic in % per year."""
    source = series_spec("selic").second(Provider.IPEADATA)
    assert source is not None
    assert source.yearly
    assert series_spec("poupanca").second(Provider.IPEADATA) is None
