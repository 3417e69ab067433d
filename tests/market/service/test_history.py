"""Price histories: one answer, one scale; asked once a session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fiel.infra.storage.database import Database
from fiel.kernel.errors import InvalidInput
from fiel.market.history import check_scale, last_session
from fiel.market.simulator.truth import Truth
from fiel.market.values import Bar, PriceHistory, Quality, ShareEvent, ShareKind
from fiel.market.verdicts import Outcome
from tests.support.market_service import FRIDAY, Scene, play
from tests.support.simulated import TRUTH

FIRST, TODAY = date(2026, 1, 5), date(2026, 7, 24)
SPLIT = ShareEvent("PETR4", ShareKind.SPLIT, "DESDOBRAMENTO", Decimal(2), date(2026, 7, 23), "made up")


def true_bars(scene: Scene, symbol: str = "PETR4", truth: Truth = TRUTH) -> list[tuple[date, Decimal]]:
    """Days and closes as they are now."""
    return [(bar.day, bar.close) for bar in truth.history(symbol, FIRST, TODAY, scene.clock.now())]


def test_a_history_is_asked_once_a_session(either: Database) -> None:
    """Asked the first time, then held until another session is over; the open session is left out."""

    async def story(scene: Scene) -> None:
        answer = await scene.histories.history("petr4", FIRST, TODAY)
        assert [(bar.day, bar.close) for bar in answer.bars] == true_bars(scene)
        assert answer.bars[-1].day == date(2026, 7, 23)
        assert (answer.source, answer.quality) == ("brapi", Quality.FRESH)
        again = await scene.histories.history("PETR4", FIRST, TODAY)
        assert again.quality is Quality.CACHED
        assert again.bars == answer.bars
        assert again.fetched_at is not None
        assert scene.calls == {"brapi": 1}
        await scene.until(datetime(2026, 7, 24, 22, 0, tzinfo=UTC))
        later = await scene.histories.history("PETR4", FIRST, TODAY)
        assert later.bars[-1].day == TODAY
        assert scene.calls == {"brapi": 2}

    play(story, either)


def test_another_source_and_then_none(database: Database) -> None:
    """BRAPI is down: HG tells it, labelled; both down the next day: what is held, labelled stale."""

    async def story(scene: Scene) -> None:
        answer = await scene.histories.history("PETR4", FIRST, TODAY)
        assert (answer.source, answer.quality) == ("hgbrasil", Quality.FALLBACK)
        assert [(bar.day, bar.close) for bar in answer.bars] == true_bars(scene)
        scene.faults("*:503")
        await scene.until(datetime(2026, 7, 27, 22, 0, tzinfo=UTC))
        old = await scene.histories.history("PETR4", FIRST, date(2026, 7, 27))
        assert (old.quality, old.bars) == (Quality.STALE, answer.bars)
        assert old.as_of == datetime(2026, 7, 23, 21, 30, tzinfo=UTC)

    play(story, database, "brapi:503")


def test_a_whole_history_out_of_scale_is_not_believed(database: Database) -> None:
    """A tenfold history fits in itself, but not with what is held: the other source is asked."""

    async def story(scene: Scene) -> None:
        await scene.histories.history("PETR4", FIRST, TODAY)
        scene.faults("brapi:x10")
        answer = await scene.histories.history("PETR4", FIRST, TODAY, renew=True)
        assert (answer.source, answer.quality) == ("hgbrasil", Quality.FALLBACK)
        assert [(bar.day, bar.close) for bar in answer.bars] == true_bars(scene)

    play(story, database)


def test_a_split_changes_the_scale_of_all(database: Database) -> None:
    """After a split the services halve all prices: believed because the split is known, whole and unmixed."""
    truth = Truth.of(7, share_events=[SPLIT])

    async def story(scene: Scene) -> None:
        before = await scene.histories.history("PETR4", FIRST, TODAY)
        await scene.until(FRIDAY)
        refused = await scene.histories.history("PETR4", FIRST, TODAY, renew=True)
        assert refused.quality is Quality.STALE, "nobody has told of a split yet"
        assert refused.bars == before.bars
        (step,) = await scene.announced.sync_events(["PETR4"])
        assert step.heard == ("brapi", "hgbrasil")
        (share,) = (await scene.announced.events("PETR4")).shares
        assert (share.new_per_old, share.source) == (Decimal(2), "brapi+hgbrasil")
        after = await scene.histories.history("PETR4", FIRST, TODAY, renew=True)
        assert after.quality is Quality.FRESH
        assert [(bar.day, bar.close) for bar in after.bars] == true_bars(scene, truth=truth)
        assert abs(before.bars[0].close / after.bars[0].close - 2) < Decimal("0.01")

    play(story, database, start=datetime(2026, 7, 23, 12, 0, tzinfo=UTC), truth=truth)


def test_a_longer_range_keeps_the_shorter_ones(database: Database) -> None:
    """Asking for older sessions asks for all; asking for few later does not throw away the old ones."""

    async def story(scene: Scene) -> None:
        await scene.histories.history("PETR4", date(2026, 7, 1), TODAY)
        long = await scene.histories.history("PETR4", date(2024, 7, 1), TODAY)
        assert long.bars[0].day == date(2024, 7, 1)
        await scene.histories.history("PETR4", date(2026, 7, 20), TODAY, renew=True)
        assert await scene.histories.history("PETR4", date(2024, 7, 1), TODAY) == replace(
            long, quality=Quality.CACHED, trail=(), findings=(), fetched_at=scene.clock.now()
        )
        assert scene.calls == {"brapi": 3}

    play(story, database)


def test_wrong_questions(database: Database) -> None:
    """A malformed symbol and a reversed range are refused."""

    async def story(scene: Scene) -> None:
        with pytest.raises(InvalidInput, match="PETR4"):
            await scene.histories.history("petrobras", FIRST, TODAY)
        with pytest.raises(InvalidInput, match="swap"):
            await scene.histories.history("PETR4", TODAY, FIRST)

    play(story, database)


def test_the_scale_of_held_days_counts() -> None:
    """Few common days say nothing; the same scale, or that of an event, is believed; any other is not."""
    days = [date(2026, 7, day) for day in (13, 14, 15, 16)]
    held = [Bar(day, Decimal(10 + place)) for place, day in enumerate(days)]
    halved = PriceHistory("PETR4", tuple(Bar(bar.day, bar.close / 2) for bar in held))
    split = replace(SPLIT, com_date=days[-1])
    assert check_scale(PriceHistory("PETR4", tuple(held)), held, ()).outcome is Outcome.ACCEPT
    assert check_scale(halved, held, ()).outcome is Outcome.QUARANTINE
    assert check_scale(halved, held, (split,)).outcome is Outcome.ACCEPT
    assert check_scale(halved, held[:2], ()).outcome is Outcome.ACCEPT


def test_the_last_session_that_is_over() -> None:
    """At noon it is yesterday's, in the evening today's, on a Sunday Friday's."""
    assert last_session(FRIDAY) == date(2026, 7, 23)
    assert last_session(datetime(2026, 7, 24, 22, 0, tzinfo=UTC)) == TODAY
    assert last_session(datetime(2026, 7, 26, 15, 0, tzinfo=UTC)) == TODAY
