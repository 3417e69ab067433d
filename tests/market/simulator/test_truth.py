"""The simulated world is the recorded one, goes on after it, and never tells the future."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.calendars import anbima, b3
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.providers.recorded import recorded_history, recorded_series
from fiel.market.simulator.sessions import hours_of, last_session
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.world import World
from fiel.market.values import ShareEvent, ShareKind
from tests.support.simulated import NOON, TRUTH

DAY = date(2026, 7, 24)


def test_after_the_closing_the_quote_is_the_recorded_close() -> None:
    """The close of 24 July 2026 is the recorded one, told at 17:07 in Brasilia."""
    quote = TRUTH.quote("PETR4", datetime(2026, 7, 24, 23, tzinfo=UTC))
    bars = {bar.day: bar for bar in recorded_history("PETR4").bars}
    assert quote.price == bars[DAY].close == Decimal("42.21")
    assert quote.previous_close == bars[date(2026, 7, 23)].close
    assert quote.as_of == datetime(2026, 7, 24, 20, 7, tzinfo=UTC)


def test_before_the_opening_it_is_that_of_the_session_before() -> None:
    """On a Monday morning the price is Friday's."""
    quote = TRUTH.quote("VALE3", datetime(2026, 7, 27, 12, 59, tzinfo=UTC))
    assert quote.as_of == datetime(2026, 7, 24, 20, 7, tzinfo=UTC)


@given(minutes=st.integers(0, 419), symbol=st.sampled_from(["PETR4", "FIAA3", "IVVB11"]))
def test_within_a_session_prices_stay_inside_the_session(minutes: int, symbol: str) -> None:
    """Open, high and low so far enclose the price, and lie in the whole session's."""
    hours = hours_of(DAY)
    quote = TRUTH.quote(symbol, hours.opening + timedelta(minutes=minutes, seconds=13))
    bar = TRUTH.world.bar(symbol, DAY)
    assert bar is not None
    assert None not in (bar.low, bar.high, quote.low, quote.high, quote.volume, bar.volume)
    assert bar.low <= quote.low <= quote.price <= quote.high <= bar.high  # type: ignore[operator]
    assert quote.as_of == hours.opening + timedelta(minutes=minutes)
    assert quote.volume <= bar.volume  # type: ignore[operator]


@given(minutes=st.integers(0, 20_000), symbol=st.sampled_from(["PETR4", "FIAA3", "HGLG11"]))
def test_a_quote_can_be_checked_by_its_own_instant(minutes: int, symbol: str) -> None:
    """Asked about the instant that a quote speaks of, the truth is that quote."""
    quote = TRUTH.quote(symbol, NOON + timedelta(minutes=minutes, seconds=40))
    assert quote.as_of is not None
    assert TRUTH.quote(symbol, quote.as_of) == quote


@given(first=st.integers(0, 419), second=st.integers(0, 419))
def test_the_high_of_a_day_never_falls(first: int, second: int) -> None:
    """What was once the highest price of the day is not forgotten, in whatever order one asks."""
    early, late = sorted((first, second))
    opening = hours_of(DAY).opening
    later = TRUTH.quote("PETR4", opening + timedelta(minutes=late))
    earlier = TRUTH.quote("PETR4", opening + timedelta(minutes=early))
    highs = [quote.high for quote in (earlier, later) if quote.high is not None]
    lows = [quote.low for quote in (earlier, later) if quote.low is not None]
    assert highs == sorted(highs)
    assert lows == sorted(lows, reverse=True)
    assert len(highs) == len(lows) == 2


def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    """After the recorded days the seed decides."""
    one, same, other = World(3), World(3), World(4)
    day = date(2026, 11, 18)
    same.bar("PETR4", date(2027, 3, 1))
    assert one.bar("PETR4", day) == same.bar("PETR4", day) != other.bar("PETR4", day)
    assert one.bar("PETR4", DAY) == other.bar("PETR4", DAY)


def test_every_symbol_trades_in_every_session_after_its_first() -> None:
    """The walk knows the calendar: no day without a session has a bar."""
    start, end = date(2026, 12, 20), date(2027, 1, 5)
    for symbol in TRUTH.world.symbols:
        days = tuple(bar.day for bar in TRUTH.world.bars(symbol, start, end))
        assert days == b3().sessions(start, end + timedelta(days=1)), symbol


def test_the_walk_moves_by_at_most_three_percent() -> None:
    """Up and down, in a thousand sessions, and no wider than the session's low and high."""
    bars = TRUTH.world.bars("FIAA3", date(2024, 1, 3), date(2027, 12, 31))
    moves = [after.close / before.close - 1 for before, after in pairwise(bars)]
    assert Decimal("-0.035") < min(moves) < -Decimal("0.02")
    assert Decimal("0.02") < max(moves) < Decimal("0.035")
    assert all((bar.low or 0) <= min(bar.close, bar.open or 0) <= (bar.high or 0) for bar in bars)


def test_a_split_divides_the_price_and_the_history_before_it() -> None:
    """Two for one after 23 July 2026: half the price, double the volume, and no jump in the history."""
    split = ShareEvent("PETR4", ShareKind.SPLIT, "DESDOBRAMENTO", Decimal(2), date(2026, 7, 23), "made up")
    truth = Truth.of(7, share_events=[split])
    at = datetime(2026, 7, 24, 23, tzinfo=UTC)
    quote, whole = truth.quote("PETR4", at), TRUTH.quote("PETR4", at)
    assert abs(quote.price * 2 - whole.price) <= Decimal("0.01")
    assert abs((quote.previous_close or Decimal(0)) * 2 - (whole.previous_close or Decimal(0))) <= Decimal(
        "0.01"
    )
    history = truth.history("PETR4", date(2026, 7, 22), DAY, at)
    assert all(bar.close < 25 for bar in history)
    assert truth.quote("PETR4", at - timedelta(days=1)).price > 40
    assert truth.events("PETR4", at).shares == (split,)
    assert truth.events("PETR4", at - timedelta(days=2)).shares == ()


def test_history_has_no_session_that_is_not_over() -> None:
    """At noon the last bar is yesterday's."""
    bars = TRUTH.history("PETR4", date(2026, 7, 20), date(2026, 7, 30), NOON)
    assert bars[-1].day == date(2026, 7, 23)


def test_a_row_of_the_cdi_comes_out_on_the_next_business_day() -> None:
    """Friday's rate is told on Monday at nine."""
    friday = date(2026, 7, 24)
    monday = datetime(2026, 7, 27, 12, 0, tzinfo=UTC)
    assert TRUTH.published("cdi", friday, friday, monday - timedelta(seconds=1)) == ()
    (row,) = TRUTH.published("cdi", friday, friday, monday)
    assert row.value == TRUTH.series("cdi", friday) == Decimal("0.052531")


def test_the_target_is_told_ahead_and_every_calendar_day() -> None:
    """Forty days before they come."""
    rows = TRUTH.published("selic_target", date(2026, 7, 24), date(2026, 12, 31), NOON)
    assert [row.day for row in rows] == [DAY + timedelta(days=n) for n in range(41)]
    assert rows[0].value == Decimal("14.25")


def test_the_cdi_goes_on_over_every_business_day() -> None:
    """Recorded until August 2026, then the last rate on each day of the ANBIMA calendar."""
    start, end = date(2026, 7, 1), date(2026, 12, 31)
    rows = TRUTH.published("cdi", start, end, datetime(2027, 2, 1, tzinfo=UTC))
    assert tuple(row.day for row in rows) == anbima(end).sessions(start, end + timedelta(days=1))
    recorded = {row.day: row.value for row in recorded_series("cdi").rows}
    assert all(recorded[row.day] == row.value for row in rows if row.day in recorded)


def test_annual_rates_are_those_of_the_daily_ones() -> None:
    """0.052531 % a day is 14.15 % a year."""
    assert TRUTH.series("cdi_annual", date(2026, 7, 3)) == Decimal("14.15")


def test_rows_of_periods_say_until_when() -> None:
    """A poupança row of 31 January covers until 1 March."""
    (row,) = TRUTH.published("poupanca", date(2026, 1, 31), date(2026, 1, 31), NOON)
    assert row.until == date(2026, 3, 1)


def test_dividends_are_told_once_announced() -> None:
    """The JCP of August 2024 is unknown the day before its approval."""
    approved = datetime(2024, 8, 8, 12, tzinfo=UTC)
    later, earlier = TRUTH.events("PETR4", approved), TRUTH.events("PETR4", approved - timedelta(days=1))
    assert len(later.cash) == len(earlier.cash) + 3


def test_unknown_names_are_not_found() -> None:
    """Neither a symbol nor a series is made up on the way."""
    with pytest.raises(NotFound):
        TRUTH.quote("XPTO3", NOON)
    with pytest.raises(NotFound):
        TRUTH.events("XPTO3", NOON)
    with pytest.raises(NotFound):
        TRUTH.published("xpto", DAY, DAY, NOON)
    with pytest.raises(NotFound):
        TRUTH.quote("PETR4", datetime(1999, 1, 4, tzinfo=UTC))
    with pytest.raises(InvalidInput):
        World(made_up=10_000)


def test_ash_wednesday_opens_late() -> None:
    """At noon of Ash Wednesday the last session is that of the Friday before Carnival."""
    assert last_session(datetime(2026, 2, 18, 15, tzinfo=UTC)).day == date(2026, 2, 13)
    assert last_session(datetime(2026, 2, 18, 16, tzinfo=UTC)).day == date(2026, 2, 18)
