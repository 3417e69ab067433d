"""Days on which every provider and the shared cache fail: nothing wrong is served, nobody goes without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fiel.infra.resilience.breaker import State
from fiel.market.simulator.faults import Fault
from fiel.market.simulator.truth import Truth
from fiel.market.values import Quality
from tests.market.chaos.day import SERIES, Day, Evening, Record, Scene, day_of
from tests.market.chaos.shared_cache import spells_of
from tests.market.chaos.weather import plan_of, plan_without_anybody

#: Six in the morning in São Paulo, four hours before the opening.
SESSION = datetime(2026, 7, 23, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 8, 15, 9, 0, tzinfo=UTC)
SYMBOLS = 50
#: Who never saw a price cannot know that the point slipped in all figures of the first answer.
_TOLD_BY_OLDER = frozenset(
    {Fault.TIMES_10, Fault.TIMES_100, Fault.TENTH, Fault.HUNDREDTH, Fault.UNIT, Fault.ZERO, Fault.NEGATIVE}
    | {Fault.CONFLICT, Fault.GAPS, Fault.DISAGREE}
)
CHUNK = 5
CHUNKS, CHUNKS_BY_NIGHT = 10, 200


@dataclass(frozen=True, slots=True)
class Stage:
    """The days that all seeds play on: four of five on the day of a session, the fifth on a Saturday."""

    session: Evening
    saturday: Evening

    def evening(self, seed: int) -> Evening:
        """The evening before the day of a seed."""
        return self.saturday if seed % 5 == 4 else self.session

    def play(self, seed: int) -> Record:
        """The day of a seed."""
        evening = self.evening(seed)
        times = evening.times
        spells = spells_of(seed, times.begin, times.calm)
        with evening.copied() as url:
            return day_of(Scene(seed, evening.truth, times, plan_of(seed, times), spells), url)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A world of fifty symbols, and two days in it."""
    truth = Truth.of(3, made_up=7)
    assert len(truth.world.symbols) == SYMBOLS
    folder: Path = tmp_path_factory.mktemp("chaos")
    yield Stage(Evening.of(truth, SESSION, folder), Evening.of(truth, SATURDAY, folder))
    for file in folder.glob("*.db*"):
        file.unlink()


def played(stage: Stage, seeds: Sequence[int]) -> None:
    """Each day is looked at on its own; across them everything that is meant to happen has happened."""
    served: Counter[Quality] = Counter()
    befallen = 0
    for seed in seeds:
        record = stage.play(seed)
        assert not record.complaints, f"seed {seed}: {record.complaints[0]}"
        assert not _open(record, "brapi"), f"seed {seed}: {record.breakers}"
        assert not _open(record, "bcb"), f"seed {seed}: {record.breakers}"
        served += record.served
        befallen += record.befallen
    assert {Quality.FRESH, Quality.CACHED, Quality.FALLBACK, Quality.STALE} <= served.keys()
    assert befallen > len(seeds) * 10


def _open(record: Record, host: str) -> list[str]:
    """The breakers of a host, or of what was asked of it in the calm hour, that are not closed again."""
    seen = record.breakers.get(host, {})
    return [topic for topic, one in seen.items() if one.state is State.OPEN or (not topic and one.openings)]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_day_of_faults(stage: Stage, chunk: int) -> None:
    """Every price and row is the truth of its instant, every request is answered, every label is right."""
    played(stage, range(chunk * CHUNK, (chunk + 1) * CHUNK))


@pytest.mark.nightly
@pytest.mark.parametrize("chunk", range(CHUNKS, CHUNKS_BY_NIGHT))
def test_a_thousand_days_of_faults(stage: Stage, chunk: int) -> None:
    """The same for a thousand seeds."""
    played(stage, range(chunk * CHUNK, (chunk + 1) * CHUNK))


def test_a_day_without_anybody(stage: Stage) -> None:
    """While no service answers for a day, what was last known is served as stale, with its age."""
    evening = stage.session
    times = evening.times

    async def now_and_then(day: Day) -> None:
        for _ in range(5):
            await day.clock.pause(4 * 3600)
            await day.ask_all()

    scene = Scene(1, evening.truth, times, plan_without_anybody(times))
    with evening.copied() as url:
        record = day_of(scene, url, now_and_then)
    assert not record.complaints, record.complaints[0]
    assert record.served[Quality.STALE] > record.served[Quality.CACHED] > 0
    assert record.served.keys() == {Quality.STALE, Quality.CACHED}
    assert record.served.total() == SYMBOLS * 5
    # The close of the day before was told at 17:07; it is two in the morning of the next.
    assert record.oldest > timedelta(hours=32)
    assert _open(record, "brapi")


def test_a_first_day_of_faults(stage: Stage, tmp_path: Path) -> None:
    """Somebody who has nothing yet is given nothing wrong, and what he was once given he is always given."""
    times = stage.session.times

    async def from_nothing(day: Day) -> None:
        day.known.clear()
        for _ in range(4):
            await day.ask_all()
            await day.clock.pause(1800)
        assert day.known == {*day.symbols, *SERIES}

    plan = plan_of(1, times)
    plan = replace(plan, rules=tuple(rule for rule in plan.rules if rule.fault not in _TOLD_BY_OLDER))
    url = f"sqlite:///{tmp_path / 'new.db'}"
    record = day_of(Scene(1, stage.session.truth, times, plan), url, from_nothing)
    assert not record.complaints, record.complaints[0]
    assert record.befallen > 10
