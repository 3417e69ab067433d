"""How often services are called: for a quote that a thousand ask for, a wallet through a day, old rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fiel.market.simulator.faults import Plan
from fiel.market.simulator.truth import Truth
from fiel.market.values import Quality
from fiel.market.wire import Provider
from tests.market.chaos.day import Day, Record, Scene, day_of
from tests.market.chaos.weather import Times
from tests.support.simulated import TRUTH

OPEN = datetime(2026, 7, 23, 14, 0, tzinfo=UTC)
MORNING = datetime(2026, 7, 23, 9, 0, tzinfo=UTC)
BRAPI, HG, SGS = Provider.BRAPI.value, Provider.HG.value, Provider.SGS.value
#: BRAPI's free month, spread over thirty days.
FREE_DAY = 15_000 // 30
EVERY = timedelta(minutes=20)
CDI_SINCE = date(1996, 7, 23)


def fair(
    folder: Path, story: Callable[[Day], Awaitable[None]], begin: datetime = OPEN, truth: Truth = TRUTH
) -> Record:
    """A day on which nothing fails, with a new database."""
    return day_of(Scene(1, truth, Times.of(begin), Plan()), f"sqlite:///{folder / 'new.db'}", story)


def test_a_thousand_at_once_make_one_call(tmp_path: Path) -> None:
    """Whoever asks for the same quote at the same time waits for the same call."""

    async def story(day: Day) -> None:
        await day.quote("PETR4")
        await day.clock.pause(2 * 3600)
        before = day.upstream.calls.total()
        await asyncio.gather(*(day.quote("PETR4") for _ in range(1_000)))
        assert day.upstream.calls.total() - before == 1

    record = fair(tmp_path, story)
    assert not record.complaints
    assert record.served == {Quality.FRESH: 1_001}


def test_a_first_price_is_confirmed_once(tmp_path: Path) -> None:
    """A thousand who ask for a symbol that nobody asked for before make one call to each service."""

    async def story(day: Day) -> None:
        await asyncio.gather(*(day.quote("PETR4") for _ in range(1_000)))

    record = fair(tmp_path, story)
    assert not record.complaints
    assert record.served.total() == 1_000
    assert record.calls == {BRAPI: 1, HG: 1}


def test_a_wallet_through_a_day(tmp_path: Path) -> None:
    """Fifty tickers asked for all day and night stay inside a thirtieth of the free month, even at first."""

    async def story(day: Day) -> None:
        while day.clock.now() < day.scene.times.end:
            await asyncio.gather(*(day.quote(symbol) for symbol in day.symbols))
            await day.clock.pause(EVERY.total_seconds())

    truth = Truth.of(3, made_up=7)
    record = fair(tmp_path, story, MORNING, truth)
    assert not record.complaints
    assert record.served.total() == 50 * (timedelta(hours=24) // EVERY)
    assert 50 < record.calls[BRAPI] <= FREE_DAY
    assert record.calls.keys() == {BRAPI, HG}
    assert record.calls[HG] == 50, "each first price is confirmed once"


def test_final_rows_are_asked_for_once(tmp_path: Path) -> None:
    """A second sync of thirty years of CDI, a minute or a day later, asks for no row that is final."""
    calls: list[int] = []
    windows: list[date] = []

    async def story(day: Day) -> None:
        for pause in (0, 60, 24 * 3600):
            await day.clock.pause(pause)
            report = await day.series.sync(["cdi"], CDI_SINCE)
            assert not report.failed
            calls.append(report.calls)
            windows[:] = [step.window.first for step in report.steps]
        answer = await day.series.get("cdi", CDI_SINCE, date(2026, 7, 22))
        truth = day.scene.truth
        assert len(answer.rows) > 7_500
        assert all(each.row.value == truth.series("cdi", each.row.day) for each in answer.rows)

    record = fair(tmp_path, story)
    assert calls[0] >= 3
    assert calls[1] == 0
    assert calls[2] <= 1
    assert all(first > OPEN.date() - timedelta(days=60) for first in windows)
    assert record.calls.keys() == {SGS}
