"""Figures carried with the package read back as they were collected."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.calendars import b3
from fiel.kernel.errors import Corrupt, NotFound
from fiel.market.providers import recorded, recorded_format
from fiel.market.providers.recorded_format import Recording
from fiel.market.values import Bar, CashKind, Observation

FOLDER = Path("/work/shared/data")
SCRIPT = Path(__file__).parents[3] / "scripts" / "record_market_data.py"


def test_the_cdi_of_thirty_years_is_carried() -> None:
    """8057 days, the first in June 1994; 2023 accumulates to 13.04 %."""
    rows = recorded.recorded_series("cdi").rows
    assert (len(rows), rows[0].day, rows[-1].value) == (8057, date(1994, 6, 30), Decimal("0.051660"))
    factor = Decimal(1)
    for row in rows:
        if row.day.year == 2023:
            factor *= 1 + row.value / 100
    assert round(100 * (factor - 1), 2) == Decimal("13.04")


def test_every_series_names_its_unit_and_source() -> None:
    """A recorded figure never travels without its papers."""
    for key in recorded.recorded_series_keys():
        head = recorded.recorded_source(key)
        assert head.unit
        assert "SGS" in head.source


def test_no_recorded_session_falls_on_a_day_without_one() -> None:
    """The phantom rows of holidays and the empty rows of the source are gone."""
    sessions = b3()
    for symbol in recorded.recorded_symbols():
        bars = recorded.recorded_history(symbol).bars
        assert all(sessions.is_business_day(bar.day) for bar in bars), symbol
        assert all(bar.close > 0 for bar in bars), symbol


def test_a_volume_that_the_source_gave_as_zero_is_unknown() -> None:
    """29 May 2017 has prices and no volume."""
    bars = {bar.day: bar for bar in recorded.recorded_history("ABEV3").bars}
    assert bars[date(2017, 5, 29)].volume is None
    assert bars[date(2017, 5, 30)].volume == 9445200


def test_a_quote_is_the_last_close_that_was_over() -> None:
    """During the session of 24 July 2026 the quote is still that of the day before."""
    day = datetime(2026, 7, 24, tzinfo=UTC)
    before = recorded.recorded_quote("PETR4", day + timedelta(hours=20, minutes=59))
    after = recorded.recorded_quote("PETR4", day + timedelta(hours=21))
    assert before is not None
    assert after is not None
    assert before.as_of == day - timedelta(hours=3)
    assert (after.as_of, after.previous_close) == (day + timedelta(hours=21), before.price)
    assert after.change == after.price - before.price


def test_before_the_first_session_there_is_no_quote() -> None:
    """No value is better than one from later."""
    assert recorded.recorded_quote("PETR4", datetime(2001, 1, 1, tzinfo=UTC)) is None


def test_names_that_are_not_recorded_are_not_found() -> None:
    """A symbol or series that is not there, also one that would leave the folder, is refused."""
    for name in ("XPTO3", "../series/cdi", ""):
        with pytest.raises(NotFound):
            recorded.recorded_history(name)
        with pytest.raises(NotFound):
            recorded.recorded_series(name)
        with pytest.raises(NotFound):
            recorded.recorded_events(name)


def test_instalments_stay_apart_and_equal_rows_do_not() -> None:
    """Two payments of one decision are two events; a row found twice is one."""
    events = recorded.recorded_events("PETR4").cash
    of_april = [event for event in events if event.com_date == date(2024, 4, 25)]
    assert {event.kind for event in of_april} == {CashKind.DIVIDEND, CashKind.INTEREST}
    assert len(set(events)) == len(events)
    assert sum(len(recorded.recorded_events(s).cash) for s in recorded.recorded_event_symbols()) == 3623


@given(
    start=st.integers(min_value=700_000, max_value=740_000),
    moves=st.lists(
        st.tuples(st.integers(1, 30), st.integers(1, 10**9), st.integers(0, 10**10)), min_size=1, max_size=30
    ),
    decimals=st.integers(0, 6),
)
def test_what_is_written_is_read_back(start: int, moves: list[tuple[int, int, int]], decimals: int) -> None:
    """Any sessions and rows survive the format, in any number of decimals."""
    bars, rows, day = [], [], start
    for gap, units, volume in moves:
        day += gap
        price = Decimal(units).scaleb(-decimals)
        bars.append(Bar(date.fromordinal(day), price, price, price * 2, price, volume=volume or None))
        rows.append(Observation(date.fromordinal(day), -price))
    head = Recording("PETR4", "BRL per share", "a test", "as it was")
    text = recorded_format.write_prices(head, bars)
    assert recorded_format.read_prices(text, "PETR4") == (head, tuple(bars))
    series = Recording("cdi", "% per day", "a test")
    assert recorded_format.read_series(recorded_format.write_series(series, rows), "cdi") == (
        series,
        tuple(rows),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fiel-prices/1", "fiel-prices/2"),
        ("rows 2", "rows 3"),
        ("rows 2", "rows 900000000"),
        ("day 738000 1", "day 738000 0"),
        ("close 100 1", "close 100 -100"),
        ("unit BRL\n", ""),
        ("symbol PETR4", "symbol PETR3"),
    ],
)
def test_a_text_that_is_not_whole_is_corrupt(old: str, new: str) -> None:
    """A changed head, count, order, sign or name is refused."""
    day, price = date.fromordinal(738000), Decimal("1.00")
    bars = [
        Bar(day, price, price, price, price, volume=7),
        Bar(day + timedelta(days=1), price + Decimal("0.01"), price, price, price, volume=7),
    ]
    text = recorded_format.write_prices(Recording("PETR4", "BRL", "a test", "as it was"), bars)
    assert old in text
    with pytest.raises(Corrupt):
        recorded_format.read_prices(text.replace(old, new), "PETR4")


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record_market_data", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_single_precision_float_gives_its_short_decimal_back() -> None:
    """27.809999 is how a float stores 27.81; 8.001417 has no shorter form."""
    shortest = _script().shortest
    assert [shortest(text) for text in ("27.809999", "8.001417", "189", "0.138")] == [
        Decimal(text) for text in ("27.81", "8.001417", "189", "0.138")
    ]


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the collected files are not here")
def test_the_recorded_texts_are_those_of_the_collected_files() -> None:
    """Making the files again gives the text that the package carries, for the small ones."""
    script = _script()
    for series in script.SERIES:
        rows = [Observation(script._day(r), Decimal(r["value"])) for r in script._rows(FOLDER / series.path)]
        assert recorded.recorded_series(series.head.name).rows == tuple(rows)
    for symbol in ("PETR4", "HGLG11", "MXRF11", "BOVA11"):
        paths = script.price_files(FOLDER)[symbol][1]
        bars = {bar.day: bar for path in paths for bar in script._bars(path)}
        assert recorded.recorded_history(symbol).bars == tuple(bars[day] for day in sorted(bars))
    assert script.write_events(script.DIVIDENDS_SOURCE, script._events(FOLDER)) == recorded._text("events")
