"""The snapshot for operators: what works, what does not, what is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fiel.infra.resilience.breaker import State
from fiel.infra.storage.database import Database
from fiel.kernel.errors import InvalidInput
from fiel.market.store.symbols import StoredQuote
from fiel.market.values import QuoteReading
from tests.support.market_service import FRIDAY, Scene, play


def test_a_day_with_an_outage(either: Database) -> None:
    """Rows, days that are due, open breakers, quotas, the last success and the last failure are told."""

    async def story(scene: Scene) -> None:
        await scene.series.sync(["cdi", "ipca", "usd_ptax"], date(2026, 1, 1))
        await scene.announced.sync_events(["PETR4"])
        as_of = FRIDAY - timedelta(hours=2)
        reading = QuoteReading("PETR4", Decimal("38.10"), "BRL", as_of)
        scene.symbols.put_quote(StoredQuote(reading, as_of, FRIDAY, "brapi", fallback=False))
        scene.faults("*:503")
        await scene.until(datetime(2026, 7, 27, 15, 0, tzinfo=UTC))
        for key in ("cdi", "selic", "cdi_annual", "usd_ptax"):
            await scene.series.get(key, date(2026, 7, 1), date(2026, 7, 27))
        health = await scene.health.health(["PETR4", "VALE3"])
        series = {each.series: each for each in health.series}
        assert (series["cdi"].missing, series["cdi"].last) == ((date(2026, 7, 24),), date(2026, 7, 23))
        assert series["cdi"].stale
        assert not series["ipca"].stale
        assert (series["tr"].rows, series["tr"].stale) == (0, True)
        assert series["cdi"].checked_at is not None
        services = {each.provider: each for each in health.providers}
        assert services["bcb"].breaker.state is not State.CLOSED
        assert services["bcb"].failures
        assert services["bcb"].last_success_at is not None
        assert services["bcb"].last_failure_at is not None
        assert "503" in services["bcb"].last_failure
        assert services["brapi"].quota["2026-07"][1] == 15_000
        assert services["brapi"].quota["2026-07"][0] == scene.calls["brapi"]
        assert services["b3"].calls >= 0
        petr, vale = health.quotes
        assert petr.age == scene.clock.now() - as_of
        assert vale.as_of is None
        assert (health.away, health.keys_under_way) == (False, 0)

    play(story, either)


def test_what_was_not_believed(database: Database) -> None:
    """Quarantine entries are shown, the latest first, as many as wanted."""

    async def story(scene: Scene) -> None:
        for number in range(5):
            at = FRIDAY + timedelta(minutes=number)
            scene.desk.disbelieve("bcb", "cdi", "conflict", f"number {number}", at)
        health = await scene.health.health(series=["cdi"], quarantine=2)
        assert [each.detail for each in health.quarantine] == ["number 4", "number 3"]
        assert [each.series for each in health.series] == ["cdi"]
        with pytest.raises(InvalidInput, match="0 to 100"):
            await scene.health.health(quarantine=101)

    play(story, database)
