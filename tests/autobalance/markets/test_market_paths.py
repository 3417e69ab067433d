"""Prices of a market that is not there: the same for the same seed, and as wild as they are told to be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from statistics import pstdev

import pytest

from fiel.autobalance.markets.market_paths import CEILING, FLOOR, Weather, replay, some_of, walk
from fiel.kernel.errors import InvalidInput

START = {"PETR4": 30 * 10**9, "VALE3": 60 * 10**9, "MGLU3": 10**9}


def test_a_walk_is_its_seed() -> None:
    """The same seed walks the same way, another one does not, and other tickers change nothing."""
    first = list(walk(7, START, steps=200))
    assert list(islice(walk(7, START), 200)) == first
    assert list(walk(8, START, steps=200)) != first
    alone = [each["VALE3"] for each in walk(7, {"VALE3": START["VALE3"]}, steps=200)]
    assert alone == [each["VALE3"] for each in first]


def test_a_walk_moves_as_much_as_its_volatility() -> None:
    """1 % a step, without jumps, is a standard deviation of 1 % a step."""
    days = [START, *walk(7, START, Weather(volatility=10_000, jumps=0), steps=5_000)]
    moves = [after["PETR4"] / before["PETR4"] - 1 for before, after in pairwise(days)]
    assert pstdev(moves) == pytest.approx(0.01, rel=0.05)
    assert sum(moves) / len(moves) == pytest.approx(0, abs=0.0006)


def test_drift_drifts() -> None:
    """Without chance, only the drift is left."""
    weather = Weather(drift=10_000, volatility=0, jumps=0)
    assert [each["MGLU3"] for each in walk(1, START, weather, 2)] == [1_010_000_000, 1_020_100_000]


def test_extremes_are_five_times_a_tenth_or_one_cent() -> None:
    """Every extreme step is one of the three, and all of them happen."""
    seen = set()
    for seed in range(50):
        (after,) = walk(seed, {"PETR4": START["PETR4"]}, Weather(volatility=0, jumps=0, extremes=10**6), 1)
        seen.add(after["PETR4"])
    assert seen == {150 * 10**9, 3 * 10**9, FLOOR}


def test_a_crash_takes_every_ticker() -> None:
    """In a crash all fall, each by its own part of the depth."""
    weather = Weather(volatility=0, jumps=0, crashes=10**6, crash_depth=400_000)
    (after,) = walk(3, START, weather, 1)
    falls = {ticker: 1 - after[ticker] / START[ticker] for ticker in START}
    assert all(0 < fall <= 0.4 for fall in falls.values())
    assert len(set(falls.values())) == 3


def test_prices_stay_prices() -> None:
    """However wild: never below a cent nor above a million."""
    weather = Weather(volatility=10**6, jumps=10**6, jump_size=10**6, extremes=300_000, crashes=300_000)
    for prices in walk(5, START, weather, steps=2_000):
        assert all(FLOOR <= price <= CEILING for price in prices.values())


def test_a_wave_moves_so_many_tickers() -> None:
    """Which ones depends on the step."""
    prices = {f"T{n}": 10**9 + n for n in range(50)}
    waves = [some_of(7, prices, 10, step) for step in range(5)]
    assert all(len(wave) == 10 and wave.items() <= prices.items() for wave in waves)
    assert len({tuple(wave) for wave in waves}) == 5
    assert some_of(7, prices, 100, 1).keys() == prices.keys()


def test_recorded_days_come_again_in_order() -> None:
    """Each day has the last close known of every ticker, whatever order the rows came in."""
    rows = [
        (date(2026, 1, 3), "PETR4", Decimal("31.5")),
        (date(2026, 1, 2), "VALE3", Decimal("60.123456789")),
        (date(2026, 1, 2), "PETR4", Decimal("30")),
        (date(2026, 1, 2), "PETR4", Decimal("30.00")),
    ]
    assert list(replay(rows)) == [
        (date(2026, 1, 2), {"PETR4": 30 * 10**9, "VALE3": 60_123_456_789}),
        (date(2026, 1, 3), {"PETR4": 31_500_000_000, "VALE3": 60_123_456_789}),
    ]


@pytest.mark.parametrize("close", ["0", "-1", "NaN", "Infinity", "0.0000000001", "1e12"])
def test_closes_that_are_no_prices_are_refused(close: str) -> None:
    """The message names day and ticker."""
    with pytest.raises(InvalidInput) as refused:
        list(replay([(date(2026, 1, 2), "PETR4", Decimal(close))]))
    assert refused.value.field == "2026-01-02.PETR4"


def test_two_closes_of_a_day_that_differ_are_refused() -> None:
    """One of them is wrong, and nobody knows which."""
    rows = [(date(2026, 1, 2), "PETR4", Decimal(30)), (date(2026, 1, 2), "PETR4", Decimal(31))]
    with pytest.raises(InvalidInput, match="two closes"):
        list(replay(rows))


def test_starts_and_weather_are_bounded() -> None:
    """What is no price, and what is no share, is refused by its name."""
    with pytest.raises(InvalidInput) as refused:
        next(walk(1, {"PETR4": 0}))
    assert refused.value.field == "start.PETR4"
    with pytest.raises(InvalidInput) as unbounded:
        Weather(jumps=-1)
    assert unbounded.value.field == "jumps"
