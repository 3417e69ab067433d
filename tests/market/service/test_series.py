"""Series as people get them: held for good, asked for when due, labelled when not what they should be."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from fiel.infra.storage.database import Database
from fiel.market.catalogue import catalogue
from fiel.market.series import SyncStep
from fiel.market.series_answer import SeriesAnswer
from fiel.market.values import Observation, Quality
from tests.support.market_service import FRIDAY, Scene, play
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


def test_thirty_years_are_asked_once(either: Database) -> None:
    """The first sync of thirty years of CDI asks a few windows, the second nothing; every row is right."""

    async def story(scene: Scene) -> None:
        seen: list[SyncStep] = []
        first = await scene.series.sync(["cdi"], SINCE_1996, on_progress=seen.append)
        assert first.calls == scene.total_calls == 7
        assert seen == list(first.steps)
        assert [step.done for step in seen] == list(range(1, 8))
        assert first.rows > 7_400
        for process in (scene, scene.again()):
            assert await process.series.sync(["cdi"], SINCE_1996) == type(first)(())
        assert scene.total_calls == 7
        answer = await scene.again().series.get("cdi", SINCE_1996, TODAY)
        assert len(answer.rows) == first.rows
        assert right(answer)
        assert (answer.quality, answer.missing, answer.sources) == (Quality.CACHED, (), ("bcb",))
        assert answer.unit == "% per day"

    play(story, either)


def test_an_interrupted_sync_goes_on(database: Database) -> None:
    """What was done before the interruption is not asked again."""

    async def story(scene: Scene) -> None:
        def interrupt(step: SyncStep) -> None:
            if step.done == 3:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await scene.series.sync(["cdi"], SINCE_1996, on_progress=interrupt)
        assert scene.total_calls == 3
        report = await scene.again().series.sync(["cdi"], SINCE_1996)
        assert (len(report.steps), scene.total_calls) == (4, 7)
        assert right(await scene.series.get("cdi", SINCE_1996, TODAY))

    play(story, database)


def test_a_failed_window_stops_no_other(database: Database) -> None:
    """Windows of an outage are reported and the others are done; later the rest is asked."""

    async def story(scene: Scene) -> None:
        report = await scene.series.sync(["poupanca", "ipca"], date(2021, 1, 1))
        assert [step.series for step in report.failed] == ["poupanca"] * len(report.failed)
        assert report.failed
        assert "503" in report.failed[0].failed or "down" in report.failed[0].failed
        assert any(step.series == "ipca" and step.rows for step in report.steps)
        scene.faults()
        await scene.clock.pause(HOUR.total_seconds())
        report = await scene.series.sync(["poupanca", "ipca"], date(2021, 1, 1))
        assert not report.failed
        assert {step.series for step in report.steps} == {"poupanca"}

    play(story, database, "sgs/*/poupanca:503")


def test_the_recent_rows_are_read_again_once_a_day(database: Database) -> None:
    """Within a day nothing more is asked than the row that came out; old ranges are never asked again."""

    async def story(scene: Scene) -> None:
        await scene.series.get("cdi", date(2025, 1, 1), TODAY)
        before = scene.total_calls
        for _ in range(20):
            answer = await scene.series.get("cdi", date(2026, 7, 1), TODAY)
            assert answer.quality is Quality.CACHED
            await scene.clock.pause(600)
        assert scene.total_calls == before
        await scene.until(datetime(2026, 7, 27, 11, 0, tzinfo=UTC))  # Monday, before nine
        await scene.series.get("cdi", date(2025, 1, 2), date(2025, 6, 30))
        assert scene.total_calls == before
        await scene.until(datetime(2026, 7, 27, 12, 30, tzinfo=UTC))
        answer = await scene.again().series.get("cdi", date(2026, 7, 1), date(2026, 7, 27))
        assert answer.observations[-1].day == TODAY
        assert answer.quality is Quality.FRESH
        assert scene.total_calls == before + 1

    play(story, database)


def test_many_at_once_ask_once(database: Database) -> None:
    """A hundred who want the same range make the calls of one."""

    async def story(scene: Scene) -> None:
        asked = (scene.series.get("cdi", date(2026, 1, 1), TODAY) for _ in range(100))
        answers = await asyncio.gather(*asked)
        assert len({answer.observations for answer in answers}) == 1
        assert scene.total_calls == 1

    play(story, database)


def test_two_hours_of_throttling(database: Database) -> None:
    """While SGS throttles, others tell the new row, labelled so; then SGS does, and its row is taken."""

    async def story(scene: Scene) -> None:
        await scene.series.sync(["cdi"], date(2024, 1, 1))
        await scene.until(datetime(2026, 7, 27, 12, 10, tzinfo=UTC))
        scene.faults("sgs:throttle")
        monday = date(2026, 7, 27)
        seen = set()
        for _ in range(12):
            answer = await scene.series.get("cdi", date(2026, 7, 1), monday)
            assert right(answer)
            assert answer.observations[-1].day == TODAY
            seen.add((answer.quality, answer.rows[-1].source))
            await scene.clock.pause(600)
        assert seen == {(Quality.FALLBACK, "ipeadata")}
        scene.faults()
        await scene.clock.pause(HOUR.total_seconds())
        answer = await scene.series.get("cdi", date(2026, 7, 1), monday)
        assert (answer.quality, answer.sources) == (Quality.FRESH, ("bcb",))
        assert right(answer)

    play(story, database)


def test_a_second_host_that_contradicts_is_not_believed(database: Database) -> None:
    """SGS is away and ipeadata tells another rate: BRAPI is asked, which agrees with what is known."""

    async def story(scene: Scene) -> None:
        await scene.series.sync(["cdi"], date(2026, 1, 1))
        await scene.until(datetime(2026, 7, 27, 12, 30, tzinfo=UTC))
        scene.faults("sgs:503", "ipeadata:x10", "b3:503")
        answer = await scene.series.get("cdi", date(2026, 7, 1), date(2026, 7, 27))
        assert right(answer)
        assert answer.rows[-1].source == "brapi"
        refused = {step.source for step in answer.trail if step.reason in ("implausible", "conflict")}
        assert "ipeadata" in refused

    play(story, database)


def test_b3_tells_the_last_day(database: Database) -> None:
    """Everybody else is down: the CDI of yesterday comes from B3's file, converted to % per day."""

    async def story(scene: Scene) -> None:
        await scene.series.sync(["cdi"], date(2026, 1, 1))
        await scene.until(datetime(2026, 7, 27, 12, 30, tzinfo=UTC))
        scene.faults("sgs:503", "ipeadata:503", "brapi:503")
        answer = await scene.series.get("cdi", date(2026, 7, 1), date(2026, 7, 27))
        assert (answer.rows[-1].source, answer.quality) == ("b3", Quality.FALLBACK)
        assert abs(answer.rows[-1].row.value - Decimal("0.05")) < Decimal("0.01")

    play(story, database)


def test_a_day_without_any_service(database: Database) -> None:
    """What is held goes on being served, labelled stale with its age and the missing days named."""

    async def story(scene: Scene) -> None:
        await scene.series.sync(["cdi"], date(2026, 1, 1))
        scene.faults("*:503")
        await scene.until(datetime(2026, 7, 28, 15, 0, tzinfo=UTC))
        for process in (scene, scene.again()):
            answer = await process.series.get("cdi", date(2026, 7, 1), date(2026, 7, 28))
            assert right(answer)
            assert answer.quality is Quality.STALE
            assert answer.missing == (TODAY, date(2026, 7, 27))
            assert answer.age(datetime(2026, 7, 28, 15, 0, tzinfo=UTC)) == timedelta(days=5, hours=12)
            assert answer.trail
        old = await scene.series.get("cdi", date(2026, 1, 5), date(2026, 3, 31))
        assert (old.quality, old.missing) == (Quality.CACHED, ())
        before = scene.total_calls
        await scene.series.get("cdi", date(2026, 7, 1), date(2026, 7, 28))
        assert scene.total_calls == before, "not again within half an hour"

    play(story, database)


def test_nothing_held_and_nobody_there(database: Database) -> None:
    """No rows, labelled stale, every day named, and the trail says who was asked."""

    async def story(scene: Scene) -> None:
        answer = await scene.series.get("cdi", date(2026, 7, 20), TODAY)
        assert (answer.rows, answer.quality, answer.as_of) == ((), Quality.STALE, None)
        assert answer.missing == tuple(date(2026, 7, day) for day in (20, 21, 22, 23))
        assert {step.source for step in answer.trail} >= {"bcb", "ipeadata", "brapi"}
        assert await scene.series.rate_on("cdi", TODAY) is None

    play(story, database, "*:503")


@pytest.mark.parametrize(("day", "revised"), [(date(2026, 7, 20), True), (date(2026, 3, 2), False)])
def test_revisions(database: Database, day: date, *, revised: bool) -> None:
    """A row is revised while it may be; a final row stays as it was told first."""
    wrong = Decimal("0.054321")

    async def story(scene: Scene) -> None:
        row = Observation(day, wrong)
        await scene.series.sync(["cdi"], date(2026, 1, 1))
        scene.store.inner.save("cdi", [row], source="bcb", at=FRIDAY, span=None)  # type: ignore[attr-defined]
        before = scene.total_calls
        answer = await scene.series.get("cdi", date(2026, 1, 2), TODAY, renew=True)
        value = next(each.value for each in answer.observations if each.day == day)
        assert value == (TRUTH.series("cdi", day) if revised else wrong)
        assert scene.total_calls == before + 1

    play(story, database)


def test_a_final_row_told_otherwise(database: Database) -> None:
    """A window is asked again in which a final row differs: the row stays, and the desk knows."""
    day, told_first = date(2026, 3, 2), Decimal("0.054321")

    async def story(scene: Scene) -> None:
        scene.store.inner.save(  # type: ignore[attr-defined]
            "cdi", [Observation(day, told_first)], source="bcb", at=FRIDAY, span=None
        )
        answer = await scene.series.get("cdi", date(2026, 2, 27), date(2026, 3, 4))
        held = {row.day: row.value for row in answer.observations}
        assert held[day] == told_first
        assert [(each.provider, each.kind) for each in scene.desk.disbelieved()][-1][1] == "conflict"

    play(story, database)


def test_what_was_read_before_it_was_final_is_read_once_more(database: Database) -> None:
    """Rows of the last days are read again three months later, though final by then; not after that."""

    async def story(scene: Scene) -> None:
        await scene.series.sync(["cdi"], date(2026, 1, 1))
        wrong = Observation(date(2026, 7, 22), Decimal("0.054321"))
        store: Any = scene.store
        store.inner.save("cdi", [wrong], source="bcb", at=FRIDAY, span=None)
        await scene.until(datetime(2026, 10, 26, 15, 0, tzinfo=UTC))
        before = scene.total_calls
        answer = await scene.series.get("cdi", date(2026, 7, 1), date(2026, 10, 23))
        assert scene.total_calls == before + 1
        assert right(answer)
        await scene.clock.pause(86_400 * 2)
        await scene.series.get("cdi", date(2026, 7, 1), date(2026, 7, 31))
        assert scene.total_calls == before + 1

    play(story, database)


def test_a_gap_is_named_and_not_taken_for_answered(database: Database) -> None:
    """Rows are left out by everybody: what is there is served, the days are named, and asked for later."""

    async def story(scene: Scene) -> None:
        first, last = date(2025, 3, 3), date(2025, 3, 28)
        answer = await scene.series.get("cdi", first, last)
        assert right(answer)
        assert answer.missing
        assert answer.quality is Quality.STALE
        assert {finding.place for finding in answer.findings} >= {day.isoformat() for day in answer.missing}
        scene.faults()
        await scene.clock.pause(HOUR.total_seconds())
        answer = await scene.series.get("cdi", first, last)
        assert (answer.missing, answer.quality) == ((), Quality.FRESH)
        before = scene.total_calls
        await scene.again().series.get("cdi", first, last)
        assert scene.total_calls == before

    play(story, database, "sgs:gaps:amount=4", "ipeadata:503", "brapi:503")


def test_another_host_fills_a_gap(database: Database) -> None:
    """The day that SGS leaves out comes from ipeadata, with its name on it."""

    async def story(scene: Scene) -> None:
        answer = await scene.series.get("cdi", date(2025, 3, 3), date(2025, 3, 28))
        assert (answer.missing, answer.quality) == ((), Quality.FALLBACK)
        assert answer.sources == ("bcb", "ipeadata")
        assert right(answer)

    play(story, database, "sgs:gaps:amount=4")


def test_rates_of_days_to_come(database: Database) -> None:
    """The Selic target is kept for weeks ahead; in force is the row of today."""

    async def story(scene: Scene) -> None:
        answer = await scene.series.get("selic_target", date(2026, 7, 1), date(2026, 8, 20))
        assert answer.observations[-1].day == date(2026, 8, 20)
        assert answer.in_force is not None
        assert answer.in_force.row.day == TODAY
        assert answer.as_of == datetime(2026, 7, 24, 3, 0, tzinfo=UTC)
        assert answer.quality is Quality.FRESH
        rate = await scene.series.rate_on("selic_target", TODAY)
        assert rate is not None
        assert (rate.value.day, rate.quality, scene.total_calls) == (TODAY, Quality.CACHED, 1)

    play(story, database)


def test_the_rate_of_a_day(database: Database) -> None:
    """A Sunday has Friday's dollar, a day in May has May's IPCA."""

    async def story(scene: Scene) -> None:
        dollar = await scene.series.rate_on("usd_ptax", date(2026, 7, 19))
        ipca = await scene.series.rate_on("ipca", date(2026, 5, 20))
        assert dollar is not None
        assert ipca is not None
        assert dollar.value == Observation(
            date(2026, 7, 17), TRUTH.series("usd_ptax", date(2026, 7, 17)) or Decimal()
        )
        assert (dollar.unit, ipca.unit) == ("BRL", "% per month")
        assert ipca.value.day == date(2026, 5, 1)

    play(story, database)


@pytest.mark.parametrize("key", list(catalogue()))
def test_every_series_settles(database: Database, key: str) -> None:
    """Each series of the catalogue is complete after one sync, and asked no more."""

    async def story(scene: Scene) -> None:
        await scene.series.sync([key], date(2021, 1, 1))
        before = scene.total_calls
        answer = await scene.again().series.get(key, date(2021, 1, 1), TODAY)
        assert (answer.quality, answer.missing) == (Quality.CACHED, ())
        assert answer.rows
        assert right(answer)
        assert scene.total_calls == before

    play(story, database)
