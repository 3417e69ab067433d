"""The market worker over a simulated day: what it asks, when, and how often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from fiel.bootstrap import open_custody
from fiel.bootstrap.market import held_symbols
from fiel.entrypoints.worker.market import MarketWorker
from fiel.market.wire import Provider
from fiel.settings import Settings
from tests.market.quotes.stage import Stage, on_stage

#: Friday, an hour before the exchange opens.
NINE = datetime(2026, 7, 24, 12, 0, tzinfo=UTC)
SYMBOLS = ("PETR4", "VALE3")


async def worked(stage: Stage, hours: float, *workers: MarketWorker) -> None:
    """So many hours of work, then stop."""
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(each.run(stopping)) for each in workers]
    await stage.wait(timedelta(hours=hours))
    stopping.set()
    await asyncio.gather(*tasks)


def test_a_day_of_work(tmp_path: Path) -> None:
    """Quotes about once an hour of the session, series when they are due, events once, nothing wrong kept."""

    async def story(stage: Stage) -> tuple[MarketWorker, dict[Provider, int], set[str]]:
        worker = MarketWorker(stage.market, lambda: SYMBOLS)
        await worked(stage, 14, worker)
        with stage.market.database.reading() as connection:
            topics = set(connection.execute(text("SELECT DISTINCT topic FROM outbox")).scalars())
        return worker, dict(stage.upstream.calls), topics

    worker, calls, topics = on_stage(tmp_path, story, start=NINE)

    assert worker.tally.failures == 0
    assert set(worker.tally.quotes) <= {"fresh", "cached"}
    # An opening, eight hours, the close; and one call for the events of each.
    assert 2 * 9 <= calls[Provider.BRAPI] <= 2 * 13
    assert calls[Provider.SGS] <= 12 * 4
    assert worker.tally.events_changed > 0
    assert {"price-ticks-v1", "market-series-v1", "market-events-v1"} <= topics


def test_two_workers_ask_for_the_events_of_a_day_once(tmp_path: Path) -> None:
    """The mark is in the database: whoever comes first does it."""

    async def story(stage: Stage) -> int:
        workers = [MarketWorker(stage.market, lambda: SYMBOLS) for _ in range(2)]
        for each in workers:
            await each.look_at_events()
            await each.look_at_events()
        return stage.upstream.calls[Provider.BRAPI]

    evening = datetime(2026, 7, 24, 23, 0, tzinfo=UTC)
    assert on_stage(tmp_path, story, start=evening) == len(SYMBOLS)


def test_an_outage_is_told_and_passes(tmp_path: Path) -> None:
    """All services are down for more than an hour: the worker goes on, and is up to date afterwards."""

    async def story(stage: Stage) -> dict[str, int]:
        worker = MarketWorker(stage.market, lambda: SYMBOLS)
        await worked(stage, 1.2, worker)
        stage.faults("*:503")
        await worked(stage, 1.2, worker)
        stage.faults()
        worker.tally.quotes.clear()
        await worked(stage, 1.2, worker)
        return worker.tally.quotes

    counts = on_stage(tmp_path, story, start=NINE)

    assert counts["fresh"] >= len(SYMBOLS)


def test_what_the_book_holds_is_watched(tmp_path: Path) -> None:
    """Positions in custody name the symbols; what is no symbol of B3 is left out."""
    settings = Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, "linux")
    with open_custody(settings) as opened:
        opened.custody.deposit("ana", "1000.00", key="a")
        for ticker in ("PETR4", "CDB-X"):
            opened.custody.bring_shares("ana", ticker, "10", "5.00", key=ticker)
        assert held_symbols(opened.database) == {"PETR4"}
