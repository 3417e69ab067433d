"""Circuit breakers, told as stories; the rules at large are in the machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.support.resilience import HandClock, timing_of
from tests.support.virtual_time import START, VirtualClock, run

from fiel.infra.resilience.breaker import Breaker, BreakerConfig, State
from fiel.infra.resilience.host_breakers import HostBreakers, HostBreakersConfig
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import InvalidInput

SECOND = timedelta(seconds=1)
CONFIG = BreakerConfig(failures=3, window=60 * SECOND, open_first=10 * SECOND, open_longest=40 * SECOND)


@pytest.fixture
def time() -> HandClock:
    """Time moved by hand."""
    return HandClock()


@pytest.fixture
def breaker(time: HandClock) -> Breaker[str]:
    """Opens after 3 failures, for 10, 20 and then 40 seconds."""
    return Breaker(CONFIG, time.timing())


def _fail(breaker: Breaker[str], times: int = 1, key: str = "cdi") -> None:
    for _ in range(times):
        breaker.enter(key).report(failed=True)


def test_three_failures_in_a_row_open_it(breaker: Breaker[str]) -> None:
    """The fourth call is refused and told when to come again; another key is not."""
    _fail(breaker, 3)
    with pytest.raises(TurnedAway) as refusal:
        breaker.enter("cdi")
    assert (refusal.value.code, refusal.value.again_in) == ("breaker_open", 10)
    breaker.enter("selic").close()


def test_a_success_between_forgets_failures(breaker: Breaker[str]) -> None:
    """Two failures, a success and two failures leave it closed."""
    _fail(breaker, 2)
    breaker.enter("cdi").report(failed=False)
    _fail(breaker, 2)
    assert breaker.snapshot("cdi").state is State.CLOSED
    assert breaker.snapshot("cdi").failures == 2


def test_failures_far_apart_do_not_open_it(breaker: Breaker[str], time: HandClock) -> None:
    """Three failures within more than the window leave it closed."""
    for _ in range(3):
        _fail(breaker)
        time.seconds += 31
    assert breaker.snapshot("cdi").state is State.CLOSED


def test_each_failed_probe_opens_it_for_longer(breaker: Breaker[str], time: HandClock) -> None:
    """10, 20, 40, 40 seconds, and after a success 10 again."""
    _fail(breaker, 3)
    for seconds in (10, 20, 40, 40):
        seen = breaker.snapshot("cdi")
        assert seen.next_probe_at == time.now() + seconds * SECOND
        time.seconds += seconds
        assert breaker.snapshot("cdi").state is State.HALF_OPEN
        _fail(breaker)
    time.seconds += 40
    breaker.enter("cdi").report(failed=False)
    assert breaker.snapshot("cdi").state is State.CLOSED
    _fail(breaker, 3)
    assert breaker.snapshot("cdi").next_probe_at == time.now() + 10 * SECOND


def test_it_can_be_inspected(breaker: Breaker[str], time: HandClock) -> None:
    """State, failures, when it opened, the next probe, and who is trying."""
    _fail(breaker, 3)
    seen = breaker.snapshots()["cdi"]
    assert (seen.state, seen.failures, seen.opened_at, seen.openings) == (State.OPEN, 3, START, 1)
    time.seconds += 10
    breaker.enter("cdi")
    assert breaker.snapshot("cdi").probing


def test_of_a_hundred_callers_one_probes() -> None:
    """Half open, 100 at once: one call is made, 99 are refused at once; after its success all may."""

    async def story(clock: VirtualClock) -> None:
        breaker: Breaker[str] = Breaker(CONFIG, timing_of(clock))
        _fail(breaker, 3)
        await asyncio.sleep(10)
        called = 0

        async def caller() -> str:
            nonlocal called
            try:
                permit = breaker.enter("cdi")
            except TurnedAway as refusal:
                return refusal.code
            called += 1
            await asyncio.sleep(2)
            permit.report(failed=False)
            return "served"

        found = await asyncio.gather(*(caller() for _ in range(100)))
        assert (called, found.count("served"), found.count("probe_under_way")) == (1, 1, 99)
        assert set(await asyncio.gather(*(caller() for _ in range(100)))) == {"served"}

    run(story)


def test_a_probe_given_up_frees_its_place(breaker: Breaker[str], time: HandClock) -> None:
    """A cancelled probe says nothing: the next caller is the probe."""
    _fail(breaker, 3)
    time.seconds += 10
    breaker.enter("cdi").close()
    breaker.enter("cdi").report(failed=False)
    assert breaker.snapshot("cdi").state is State.CLOSED


def test_a_probe_that_never_ends_loses_its_place(breaker: Breaker[str], time: HandClock) -> None:
    """After a minute another may probe; what the lost one says then is not heard."""
    _fail(breaker, 3)
    time.seconds += 10
    lost = breaker.enter("cdi")
    time.seconds += 59
    with pytest.raises(TurnedAway, match="trying"):
        breaker.enter("cdi")
    time.seconds += 1
    probe = breaker.enter("cdi")
    lost.report(failed=False)
    assert breaker.snapshot("cdi").state is State.HALF_OPEN
    probe.report(failed=False)
    assert breaker.snapshot("cdi").state is State.CLOSED


def test_calls_from_before_it_opened_have_no_say(breaker: Breaker[str]) -> None:
    """A slow success of an older call does not close it, a slow failure does not prolong it."""
    _fail(breaker)
    slow, slower = breaker.enter("cdi"), breaker.enter("cdi")
    _fail(breaker, 2)
    opened = breaker.snapshot("cdi")
    slow.report(failed=False)
    slower.report(failed=True)
    assert breaker.snapshot("cdi") == opened
    assert opened.state is State.OPEN


def test_keys_are_bounded() -> None:
    """With room for 10 keys, a closed one is forgotten rather than an open one."""
    time = HandClock()
    breaker: Breaker[str] = Breaker(BreakerConfig(failures=2, keys_max=10), time.timing())
    _fail(breaker, 2, "open")
    for number in range(1_000):
        _fail(breaker, key=f"key {number}")
    assert len(breaker) == 10
    assert breaker.snapshot("open").state is State.OPEN


def test_limits_are_checked() -> None:
    """The longest time cannot be shorter than the first."""
    with pytest.raises(InvalidInput, match="open_longest"):
        BreakerConfig(open_first=10 * SECOND, open_longest=SECOND)


@pytest.fixture
def two_levels(time: HandClock) -> HostBreakers:
    """Topics open after 3 failures, a host after 3 different topics."""
    return HostBreakers(HostBreakersConfig(topic=CONFIG, host=CONFIG), time.timing())


def _topic_fails(breakers: HostBreakers, topic: str, times: int = 1) -> None:
    for _ in range(times):
        with breakers.enter("bcb", topic) as passage:
            passage.report(failed=True)


def test_one_sick_topic_does_not_close_its_host(two_levels: HostBreakers) -> None:
    """Three failures of one series close that series only."""
    _topic_fails(two_levels, "cdi", 3)
    with pytest.raises(TurnedAway, match="bcb/cdi"):
        two_levels.enter("bcb", "cdi")
    with two_levels.enter("bcb", "selic") as passage:
        passage.report(failed=False)


def test_a_host_with_many_sick_topics_is_left_alone(two_levels: HostBreakers, time: HandClock) -> None:
    """Three series fail once each: a fourth is not asked; one probe later all are."""
    for topic in ("cdi", "selic", "ipca"):
        _topic_fails(two_levels, topic)
    with pytest.raises(TurnedAway, match="host bcb"):
        two_levels.enter("bcb", "igpm")
    time.seconds += 10
    probe = two_levels.enter("bcb", "igpm")
    with pytest.raises(TurnedAway) as refusal:
        two_levels.enter("bcb", "cdi")
    assert refusal.value.code == "probe_under_way"
    probe.report(failed=False)
    two_levels.enter("bcb", "cdi")


def test_topics_are_probed_at_once_when_their_host_is_back(two_levels: HostBreakers, time: HandClock) -> None:
    """A series that opened late in an outage does not wait out its own time once the host answers."""
    _topic_fails(two_levels, "selic")
    _topic_fails(two_levels, "ipca")
    time.seconds += 5
    _topic_fails(two_levels, "cdi", 1)
    time.seconds += 10
    for _ in range(2):
        # Calls that went out before the host opened, for another opening of the series' own breaker.
        two_levels.topics.enter(("bcb", "cdi")).report(failed=True)
    with two_levels.enter("bcb", "ipca") as passage:
        passage.report(failed=False)
    assert two_levels.topics.snapshot(("bcb", "cdi")).state is State.HALF_OPEN


def test_a_refusal_of_the_topic_takes_no_probe_of_the_host(two_levels: HostBreakers, time: HandClock) -> None:
    """While the host waits for its probe, a series that is open itself does not use it up."""
    for topic in ("selic", "ipca"):
        _topic_fails(two_levels, topic)
    _topic_fails(two_levels, "cdi")
    time.seconds += 9.5
    for _ in range(2):
        two_levels.topics.enter(("bcb", "cdi")).report(failed=True)
    time.seconds += 0.5
    with pytest.raises(TurnedAway, match="bcb/cdi"):
        two_levels.enter("bcb", "cdi")
    two_levels.enter("bcb", "igpm")
    assert set(two_levels.snapshot()["bcb"]) == {"", "cdi", "selic", "ipca"}
