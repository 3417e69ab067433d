"""Series while the database is away, told to others, and questions that are refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from fiel.infra.storage.database import Database
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.catalogue import series_spec
from fiel.market.series import SeriesDesk
from fiel.market.series_answer import SeriesAnswer
from fiel.market.values import Quality
from tests.support.market_service import Scene, play
from tests.support.simulated import TRUTH

TODAY = date(2026, 7, 24)
SINCE_1996 = date(1996, 7, 24)
HOUR = timedelta(hours=1)


def right(answer: SeriesAnswer) -> bool:
    """Whether every row is what the simulated central bank told."""
    return all(TRUTH.series(answer.spec.key, row.day) == row.value for row in answer.observations)


def outbox_types(database: Database) -> list[str]:
    """The messages that wait to be sent."""
    with database.reading() as connection:
        return [row[0] for row in connection.execute(text("SELECT topic FROM outbox ORDER BY 1"))]


def test_the_database_is_away(database: Database) -> None:
    """Rows come from the service and stay in memory, labelled; they are written when the database is back."""

    async def story(scene: Scene) -> None:
        scene.store.away = True
        answer = await scene.series.get("cdi", date(2026, 7, 1), TODAY)
        assert right(answer)
        assert len(answer.rows) == 17
        assert answer.degraded
        assert answer.quality is Quality.FRESH
        answer = await scene.series.get("cdi", date(2026, 7, 1), TODAY)
        assert (answer.quality, answer.degraded, scene.total_calls) == (Quality.CACHED, True, 1)
        assert scene.series.book.waiting == 1
        scene.store.away = False
        answer = await scene.series.get("cdi", date(2026, 7, 1), TODAY)
        assert (answer.quality, answer.degraded) == (Quality.CACHED, False)
        again = await scene.again().series.get("cdi", date(2026, 7, 1), TODAY)
        assert (len(again.rows), scene.total_calls) == (17, 1)
        assert outbox_types(database) == ["market-series-v1"]

    play(story, database)


def test_the_database_goes_away_while_served(database: Database) -> None:
    """What was read before is served from memory, also with every service down."""

    async def story(scene: Scene) -> None:
        await scene.series.get("cdi", date(2026, 7, 1), TODAY)
        scene.store.away = True
        scene.faults("*:503")
        answer = await scene.series.get("cdi", date(2026, 7, 1), TODAY)
        assert (len(answer.rows), answer.quality, answer.degraded) == (17, Quality.CACHED, True)

    play(story, database)


def test_others_are_told_once(database: Database) -> None:
    """New rows make a message, the same rows again none."""

    async def story(scene: Scene) -> None:
        await scene.series.get("cdi", date(2026, 7, 1), TODAY)
        await scene.series.get("cdi", date(2026, 7, 1), TODAY, renew=True)
        assert scene.total_calls == 2
        assert outbox_types(database) == ["market-series-v1"]

    play(story, database)


def test_wrong_questions(database: Database) -> None:
    """An unknown series, a reversed range, a day to come and too many series are refused."""

    async def story(scene: Scene) -> None:
        desk: SeriesDesk = scene.series
        with pytest.raises(NotFound, match="no known series"):
            await desk.get("cdo", TODAY, TODAY)
        with pytest.raises(InvalidInput, match="swap"):
            await desk.get("cdi", TODAY, SINCE_1996)
        with pytest.raises(InvalidInput, match="after today"):
            await desk.sync(["cdi"], date(2027, 1, 1))
        with pytest.raises(InvalidInput, match="at most 100"):
            await desk.sync(["cdi"] * 101, TODAY)
        assert scene.total_calls == 0

    play(story, database)


def test_the_units_are_those_of_the_catalogue() -> None:
    """What an answer says is what the catalogue says."""
    assert series_spec("selic_target").unit.value.startswith("% per year")
