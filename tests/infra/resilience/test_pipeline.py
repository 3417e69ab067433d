"""The whole way: what is served, from where, after which calls, and what is told about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from tests.support.resilience import ILL, UNKNOWN, WRONG, Service, Shelf, good, timing_of
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.attempts import Attempt, Event, Held, How, Request, Result
from fiel.infra.resilience.breaker import BreakerConfig, State
from fiel.infra.resilience.concurrency import GateConfig
from fiel.infra.resilience.host_breakers import HostBreakersConfig
from fiel.infra.resilience.hosts import HostConfig
from fiel.infra.resilience.pace import PaceConfig
from fiel.infra.resilience.pipeline import Pipeline, PipelineConfig
from fiel.infra.resilience.quota import MemoryQuotaStore, QuotaConfig, Quotas
from fiel.infra.resilience.retry import RetryConfig
from fiel.kernel.errors import Unavailable

SECOND = timedelta(seconds=1)
ONCE = HostConfig(pace=PaceConfig(calls=1_000), retry=RetryConfig(attempts=1), timeout=10 * SECOND)


def _pipeline(clock: VirtualClock, host: HostConfig = ONCE, **others: Any) -> Pipeline:
    timing = timing_of(clock)
    quotas = Quotas({"paid": QuotaConfig(month=3)}, MemoryQuotaStore(), timing)
    faults = others.pop("faults", None)
    return Pipeline(PipelineConfig(default=host, **others), timing, quotas, faults=faults)


def _told(result: Result[str]) -> list[tuple[str, str, str]]:
    return [(step.source, step.event.value, step.reason) for step in result.trail]


def _story(main: Callable[[VirtualClock], Awaitable[None]]) -> None:
    run(main)


def test_what_is_fresh_is_served_without_asking() -> None:
    """No call, no trail; asked for anew it is."""

    async def story(clock: VirtualClock) -> None:
        service, shelf = Service(), Shelf({"k": Held("held", fresh=True)})
        pipeline = _pipeline(clock)
        found = await pipeline.get(Request("k", (service.source(),), shelf))
        assert (found.value, found.how, service.calls) == ("held", How.HELD, 0)
        found = await pipeline.get(Request("k", (service.source(),), shelf, renew=True))
        assert (found.value, found.how, service.calls) == ("good", How.FIRST, 1)

    _story(story)


def test_a_thousand_at_once_make_one_call() -> None:
    """Also when the shelf answers some of them late: after the call landed they look again."""

    class Slow(Shelf):
        async def look(self, key: str) -> Held[str] | None:
            self.seconds += 0.01
            held = self.held.get(key)
            await asyncio.sleep(self.seconds)
            return held

    async def story(clock: VirtualClock) -> None:
        service, shelf, pipeline = Service(seconds=1), Slow(), _pipeline(clock)
        request = Request("k", (service.source(),), shelf)
        found = await asyncio.gather(*(pipeline.get(request) for _ in range(1_000)))
        assert {one.value for one in found} == {"good"}
        assert service.calls == 1

    _story(story)


def test_the_first_source_is_preferred_and_the_second_asked_when_it_is_ill() -> None:
    """The value comes labelled as of a second source; both lines are told."""

    async def story(clock: VirtualClock) -> None:
        shelf, second = Shelf(), Service([good("other")])
        request = Request("k", (Service([ILL]).source(), second.source("second")), shelf)
        found = await _pipeline(clock).get(request)
        assert (found.value, found.how, found.source) == ("other", How.FALLBACK, "second")
        assert _told(found) == [("first", "refused", "upstream_down"), ("second", "taken", "")]
        assert shelf.held["k"] == Held("other", fresh=True)

    _story(story)


def test_a_wrong_value_is_not_served_but_shown() -> None:
    """It is kept from the shelf, and handed over among the refused ones."""

    async def story(clock: VirtualClock) -> None:
        shelf = Shelf()
        found = await _pipeline(clock).get(Request("k", (Service([WRONG]).source(),), shelf))
        assert (found.value, found.how) == (None, How.NONE)
        assert found.refused == (("first", WRONG),)
        assert shelf.held == {}

    _story(story)


def test_when_nobody_answers_the_old_value_is_served_as_old() -> None:
    """Two ill sources and a value held beyond its time."""

    async def story(clock: VirtualClock) -> None:
        shelf = Shelf({"k": Held("old", fresh=False)})
        sources = (Service([ILL]).source(), Service([ILL]).source("second"))
        found = await _pipeline(clock).get(Request("k", sources, shelf))
        assert (found.value, found.how) == ("old", How.STALE)
        assert len(found.trail) == 2

    _story(story)


def test_what_no_source_knows_is_remembered_as_absent() -> None:
    """Only when all of them say so; then nobody is asked again while that is fresh."""

    async def story(clock: VirtualClock) -> None:
        shelf, first, second, pipeline = (
            Shelf(),
            Service([UNKNOWN]),
            Service([ILL, UNKNOWN]),
            _pipeline(clock),
        )
        request = Request("k", (first.source(), second.source("second")), shelf)
        assert (await pipeline.get(request)).how is How.NONE
        assert (await pipeline.get(request)).how is How.ABSENT
        assert (await pipeline.get(request)).how is How.ABSENT
        assert (first.calls, second.calls) == (2, 2)

    _story(story)


def test_who_was_not_asked_has_not_said_that_there_is_nothing() -> None:
    """The second source is skipped for its open breaker: the first one's word alone is not remembered."""

    async def story(clock: VirtualClock) -> None:
        shelf, second = Shelf(), Service([ILL])
        pipeline = _pipeline(clock, breakers=HostBreakersConfig(topic=BreakerConfig(failures=1)))
        request = Request("k", (Service([UNKNOWN]).source(), second.source("second")), shelf)
        found = [await pipeline.get(request) for _ in range(2)]
        assert (second.calls, found[1].how, shelf.held) == (1, How.NONE, {})

    _story(story)


def test_a_refusal_that_no_other_can_better_ends_the_search() -> None:
    """A malformed question is not put to the second source."""

    async def story(clock: VirtualClock) -> None:
        bad: Attempt[str] = Attempt(taken=False, fallback=False, reason="bad_request")
        second = Service()
        request = Request("k", (Service([bad]).source(), second.source("second")))
        assert (await _pipeline(clock).get(request)).how is How.NONE
        assert second.calls == 0

    _story(story)


def test_a_call_that_hangs_is_cut_and_counts_as_ill() -> None:
    """Ten seconds, then the next source; the breaker heard of it."""

    async def story(clock: VirtualClock) -> None:
        pipeline = _pipeline(clock)
        request = Request("k", (Service(seconds=999).source(), Service().source("second")))
        found = await pipeline.get(request)
        assert (found.how, clock.elapsed) == (How.FALLBACK, 10)
        assert _told(found)[0] == ("first", "refused", "timeout")
        assert found.trail[0].seconds == 10
        assert pipeline.breakers.topics.snapshot(("first", "PETR4")).failures == 1

    _story(story)


def test_all_of_it_has_a_limit() -> None:
    """Three patient sources that hang do not take longer than the request may: the old value is served."""

    async def story(clock: VirtualClock) -> None:
        shelf = Shelf({"k": Held("old", fresh=False)})
        sources = tuple(Service(seconds=999).source(name) for name in ("a", "b", "c"))
        found = await _pipeline(clock).get(Request("k", sources, shelf, within=15 * SECOND))
        assert (found.how, clock.elapsed) == (How.STALE, 15)
        assert found.trail[-1].event is Event.OUT_OF_TIME

    _story(story)


def test_an_open_breaker_is_skipped_without_waiting_or_paying() -> None:
    """After two failures the third request goes to the second source at once, and no quota is booked."""

    async def story(clock: VirtualClock) -> None:
        breakers = HostBreakersConfig(topic=BreakerConfig(failures=2))
        pipeline, ill = _pipeline(clock, breakers=breakers), Service([ILL])
        request = Request("k", (ill.source(quota="paid"), Service().source("second")))
        for _ in range(4):
            found = await pipeline.get(request)
        assert ill.calls == 2
        assert _told(found) == [("first", "skipped", "breaker_open"), ("second", "taken", "")]
        assert (await pipeline.quotas.snapshot())["paid"] == {"2026-01": (2, 3)}
        assert pipeline.snapshot().breakers["first"]["PETR4"].state is State.OPEN

    _story(story)


def test_nobody_waits_in_line_for_an_open_breaker() -> None:
    """The only seat is taken for ten seconds by another series: who is refused anyway is refused at once."""

    async def story(clock: VirtualClock) -> None:
        host = HostConfig(gate=GateConfig(at_once=1), retry=RetryConfig(attempts=1), timeout=10 * SECOND)
        pipeline = _pipeline(clock, host, breakers=HostBreakersConfig(topic=BreakerConfig(failures=1)))
        request = Request("k", (Service([ILL]).source(), Service().source("second")))
        await pipeline.get(request)
        hung = Request("hung", (Service(seconds=999).source(topic="VALE3"),))
        sitting = asyncio.create_task(pipeline.get(hung))
        await asyncio.sleep(1)
        found = await pipeline.get(request)
        assert (found.how, clock.elapsed) == (How.FALLBACK, 1)
        await sitting

    _story(story)


def test_one_probe_of_a_hundred_requests() -> None:
    """Half open: a hundred different questions of one series make one call, 99 use the second source."""

    async def story(clock: VirtualClock) -> None:
        breakers = HostBreakersConfig(topic=BreakerConfig(failures=1, open_first=SECOND))
        pipeline, sick = _pipeline(clock, breakers=breakers), Service([ILL, good()], seconds=1)
        second = Service([good("other")])

        def request(number: int) -> Request[str]:
            return Request(f"k{number}", (sick.source(), second.source("second")))

        await pipeline.get(request(0))
        await asyncio.sleep(5)
        found = await asyncio.gather(*(pipeline.get(request(number)) for number in range(100)))
        assert sick.calls == 2
        assert sorted(one.value or "" for one in found) == ["good"] + ["other"] * 99

    _story(story)


def test_a_cancelled_probe_frees_its_place() -> None:
    """The only caller of a probe leaves: the next request probes."""

    async def story(clock: VirtualClock) -> None:
        breakers = HostBreakersConfig(topic=BreakerConfig(failures=1, open_first=SECOND))
        pipeline, sick = _pipeline(clock, breakers=breakers), Service([ILL, good()], seconds=1)
        request = Request("k", (sick.source(),))
        await pipeline.get(request)
        await asyncio.sleep(5)
        leaver = asyncio.create_task(pipeline.get(request))
        await asyncio.sleep(0.5)
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        assert (await pipeline.get(request)).how is How.FIRST

    _story(story)


def test_an_empty_budget_is_skipped() -> None:
    """Three calls a month: the fourth goes to the second source, the first is not called."""

    async def story(clock: VirtualClock) -> None:
        pipeline, paid, free = _pipeline(clock), Service(), Service([good("free")])
        request = Request("k", (paid.source(quota="paid"), free.source("second")))
        found = [await pipeline.get(request) for _ in range(5)]
        assert [one.value for one in found] == ["good"] * 3 + ["free"] * 2
        assert _told(found[4])[0] == ("first", "skipped", "quota_empty")
        assert paid.calls == 3

    _story(story)


def test_retries_pay_and_keep_the_pace() -> None:
    """Three attempts of one request are three bookings, at least a second apart."""

    async def story(clock: VirtualClock) -> None:
        host = HostConfig(pace=PaceConfig(gap=SECOND), retry=RetryConfig(attempts=3, first=SECOND / 1000))
        pipeline, service = _pipeline(clock, host), Service([ILL, ILL, good()])
        found = await pipeline.get(Request("k", (service.source(quota="paid"),)))
        assert [step.attempt for step in found.trail] == [1, 2, 3]
        assert clock.elapsed == 2
        assert (await pipeline.quotas.snapshot())["paid"] == {"2026-01": (3, 3)}

    _story(story)


def test_a_pause_asked_for_holds_the_whole_host() -> None:
    """429 with a pause of an hour: the next request of another symbol does not ask that host."""

    async def story(clock: VirtualClock) -> None:
        pipeline, second = _pipeline(clock), Service()
        busy: Attempt[str] = Attempt(taken=False, retry=True, reason="rate_limited", wait=3600 * SECOND)
        first = Service([busy])
        await pipeline.get(Request("a", (first.source(topic="VALE3"),)))
        found = await pipeline.get(Request("b", (first.source(), second.source("second"))))
        assert (first.calls, second.calls) == (1, 1)
        assert _told(found)[0] == ("first", "skipped", "paced_out")
        assert pipeline.snapshot().hosts["first"]["held_seconds"] == 3600

    _story(story)


def test_a_host_is_asked_by_so_many_at_once() -> None:
    """Twenty questions to a host with one seat: one at a time, and all are answered."""

    async def story(clock: VirtualClock) -> None:
        host = HostConfig(gate=GateConfig(at_once=1))
        pipeline, service = _pipeline(clock, host), Service(seconds=1)
        requests = [Request(f"k{number}", (service.source(),)) for number in range(20)]
        found = await asyncio.gather(*(pipeline.get(one) for one in requests))
        assert {one.how for one in found} == {How.FIRST}
        assert (service.most_at_once, clock.elapsed) == (1, 20)

    _story(story)


def test_a_cache_that_is_down_costs_nothing_but_itself() -> None:
    """Reading and writing fail: the source is asked, its value served, and both failures are told."""

    async def story(clock: VirtualClock) -> None:
        found = await _pipeline(clock).get(Request("k", (Service().source(),), Shelf(down=True)))
        assert (found.value, found.how) == ("good", How.FIRST)
        assert [reason for _, _, reason in _told(found)] == ["cache_down", "", "cache_down"]

    _story(story)


def test_a_bug_in_one_source_is_reported_and_survived() -> None:
    """The second source answers; the error is heard with its source, its text is not in the trail."""

    async def story(clock: VirtualClock) -> None:
        heard: list[tuple[str, Exception]] = []
        pipeline = _pipeline(clock, faults=lambda name, error: heard.append((name, error)))
        error = KeyError("a secret")
        request = Request("k", (Service([error]).source(), Service().source("second")))
        found = await pipeline.get(request)
        assert found.how is How.FALLBACK
        assert heard == [("first", error)]
        assert "secret" not in repr(found.trail)
        assert pipeline.breakers.snapshot() == {}

    _story(story)


def test_a_call_that_raises_unavailable_is_ill() -> None:
    """Its code is the reason, and it is tried again."""

    async def story(clock: VirtualClock) -> None:
        pipeline = _pipeline(clock, HostConfig(retry=RetryConfig(attempts=2)))
        down = Unavailable("upstream_down", "no connection")
        found = await pipeline.get(Request("k", (Service([down, good()]).source(),)))
        assert found.how is How.FIRST
        assert _told(found)[0] == ("first", "refused", "upstream_down")

    _story(story)


def test_numbers_are_kept_for_metrics() -> None:
    """How often each source was taken or refused, by reason."""

    async def story(clock: VirtualClock) -> None:
        pipeline = _pipeline(clock)
        request = Request("k", (Service([ILL]).source(), Service().source("second")))
        for _ in range(3):
            await pipeline.get(request)
        seen = pipeline.snapshot()
        assert seen.counts == {("first", "upstream_down"): 3, ("second", "taken"): 3}
        assert seen.keys_under_way == 0

    _story(story)
