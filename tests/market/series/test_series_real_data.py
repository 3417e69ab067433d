"""Recorded history, written as SGS writes it and read again: all of it is believed."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.market.catalogue import Periodicity, SeriesSpec, catalogue, series_spec
from fiel.market.providers.bcb_sgs import read_sgs
from fiel.market.providers.rate_units import daily_from_yearly
from fiel.market.providers.recorded import recorded_series, recorded_series_keys
from fiel.market.sanitizer.series import answered_span, judge_series
from fiel.market.values import Observation
from fiel.market.verdicts import Kind, Outcome
from fiel.market.windows import windows
from tests.support.series_answers import sgs_csv, sgs_json

SHARED = Path("/work/shared/data/bcb")
FILES = {
    "cdi": "cdi_sgs12_daily",
    "selic": "selic_sgs11_daily",
    "selic_annual": "selic_sgs1178_daily",
    "selic_target": "selic_meta_sgs432_daily",
    "usd_ptax": "usd_ptax_venda_sgs1_daily",
    "ipca": "ipca_sgs433_monthly",
    "inpc": "inpc_sgs188_monthly",
    "igpm": "igpm_sgs189_monthly",
    "poupanca_old": "poupanca_sgs25_monthly",
}


def month_after(day: date) -> date:
    """The first of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def judge_all(spec: SeriesSpec, told: tuple[Observation, ...], *, as_csv: bool = False) -> int:
    """Window by window, each with what was believed before; how many rows were believed."""
    if spec.periodicity is Periodicity.PERIODS:
        told = tuple(replace(row, until=month_after(row.day)) for row in told)
    today, known, believed = told[-1].day, dict[date, Decimal](), 0
    for window in windows(spec, told[0].day, today, today=today):
        rows = tuple(row for row in told if window.first <= row.day <= window.last)
        body = sgs_csv(rows) if as_csv else sgs_json(rows)
        asked = (window.first, window.last)
        verdict = judge_series(read_sgs(body, spec), spec, asked=asked, today=today, known=known)
        assert verdict.outcome is Outcome.ACCEPT, (window, verdict.findings[:3])
        assert verdict.kind in (None, Kind.PERIOD_ROWS)
        assert verdict.value is not None
        assert verdict.value.rows == rows
        assert answered_span(verdict, spec, asked, today) is not None
        known.update((row.day, row.value) for row in rows)
        believed += len(rows)
    return believed


def test_all_recorded_series_are_in_the_catalogue() -> None:
    """Under the same keys."""
    assert set(recorded_series_keys()) <= set(catalogue())


@pytest.mark.parametrize("key", recorded_series_keys())
def test_the_recorded_history_is_believed_to_the_last_row(key: str) -> None:
    """Thirty years of CDI, the hyperinflation, the crises: nothing real is refused."""
    told = recorded_series(key).rows
    assert judge_all(series_spec(key), told) == len(told)


def test_the_recorded_cdi_is_believed_as_csv_too() -> None:
    """Commas."""
    told = recorded_series("cdi").rows
    assert judge_all(series_spec("cdi"), told, as_csv=True) == len(told)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected files are not here")
@pytest.mark.parametrize("key", FILES)
def test_the_collected_files_are_believed(key: str) -> None:
    """The files from which the recorded figures were made."""
    with (SHARED / f"{FILES[key]}.csv").open() as file:
        told = tuple(
            Observation(date.fromisoformat(row["date"]), Decimal(row["value"]))
            for row in csv.DictReader(file)
        )
    told = tuple(row for row in told if row.day >= series_spec(key).first_day)
    assert judge_all(series_spec(key), told) == len(told)


def test_yearly_selic_rates_convert_to_the_published_daily_ones_to_the_last_digit() -> None:
    """Five years of both: a second source in another unit may be compared as strictly as one in the same."""
    daily = {row.day: row.value for row in recorded_series("selic").rows}
    common = [row for row in recorded_series("selic_annual").rows if row.day in daily]
    assert len(common) > 1000
    assert all(daily_from_yearly(row.value) == daily[row.day] for row in common)


@pytest.mark.parametrize("factor", ["10", "100", "0.1", "0.01"])
def test_a_lost_decimal_point_in_the_cdi_of_any_year_is_found(factor: str) -> None:
    """All rows of a year since 2000 scaled: the range or the row before tells."""
    spec, told = series_spec("cdi"), recorded_series("cdi").rows
    for year in range(2000, 2026):
        rows = tuple(row for row in told if row.day.year == year)
        before = [row for row in told if row.day.year < year][-1]
        wrong = tuple(replace(row, value=row.value * Decimal(factor)) for row in rows)
        asked = (date(year, 1, 1), date(year, 12, 31))
        known = {before.day: before.value}
        verdict = judge_series(
            read_sgs(sgs_json(wrong), spec), spec, asked=asked, today=date(2026, 8, 6), known=known
        )
        assert not verdict.taken, year
