"""One way to ask services that fail: held value, shared call, limits, breakers, retries, others, stale value.

The order, from outside in:

1. shelf: what is held and fresh is served;
2. single flight: whoever else wants it joins (and looks at the shelf again if a call landed meanwhile);
3. for each source, in order of preference: retries around
4. breakers (host, then topic): asked without taking a probe, so that nobody waits in line for a dead host;
5. concurrency, then pace: the line, and the instant to ask;
6. breakers again, now taking the probe: the state may have changed in line, and a probe must not wait there;
7. quota: last, so that only a call that is really made is booked;
8. time-out of the single call;
9. the next source; the stale value; nothing.

Retries are outside limits and breakers: every attempt is a call that the host feels. The time-out is inside:
it measures the service, not our line. A limit on all of it (`within`) ends in the stale value, too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from fiel.infra.resilience.attempts import Attempt, Event, Held, How, Request, Result, Source, Step
from fiel.infra.resilience.breaker import Snapshot
from fiel.infra.resilience.host_breakers import HostBreakers, HostBreakersConfig
from fiel.infra.resilience.hosts import HostConfig, Hosts
from fiel.infra.resilience.quota import Quotas
from fiel.infra.resilience.retry import retrying
from fiel.infra.resilience.single_flight import SingleFlight
from fiel.infra.resilience.timing import Timing, check_duration
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import Unavailable

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """Limits of each host, and of those not named; `within` is for one request as a whole."""

    hosts: Mapping[str, HostConfig] = field(default_factory=dict)
    default: HostConfig = field(default_factory=HostConfig)
    breakers: HostBreakersConfig = field(default_factory=HostBreakersConfig)
    within: timedelta = timedelta(seconds=45)

    def __post_init__(self) -> None:
        check_duration(self.within, "within", longest=timedelta(days=1))


@dataclass(frozen=True, slots=True)
class PipelineSnapshot:
    """How everything is now. `counts`: (source, event or reason) and how often since the start."""

    hosts: Mapping[str, Mapping[str, float]]
    breakers: Mapping[str, Mapping[str, Snapshot]]
    counts: Mapping[tuple[str, str], int]
    keys_under_way: int
    joined: int


class Pipeline:
    """Shared by all who ask, within one event loop. `faults` hears of programming errors in calls."""

    def __init__(
        self,
        config: PipelineConfig,
        timing: Timing,
        quotas: Quotas,
        *,
        faults: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self.config, self._timing, self.quotas, self._faults = config, timing, quotas, faults
        self.breakers = HostBreakers(config.breakers, timing)
        self.hosts = Hosts(config.hosts, config.default, timing)
        self._flights: SingleFlight[Result[Any]] = SingleFlight()
        self._counts: Counter[tuple[str, str]] = Counter()

    async def get(self, request: Request[Value]) -> Result[Value]:
        """The best value that can be had now. Services that fail raise nothing: see `how` and `trail`."""
        trail = _Trail[Value](self._timing, self._counts)
        landed = self._flights.landed
        held = await self._look(request, trail)
        if held is not None and held.fresh and not request.renew:
            return _of_shelf(held, trail)

        async def fly() -> Result[Value]:
            mine = _Trail[Value](self._timing, self._counts, list(trail.steps))
            now_held = held
            if self._flights.landed != landed:
                # Somebody's call ended while we looked: perhaps it was this one.
                now_held = await self._look(request, mine)
                if now_held is not None and now_held.fresh and not request.renew:
                    return _of_shelf(now_held, mine)
            return await self._ask(request, now_held, mine)

        return await self._flights.run(request.key, fly)

    def snapshot(self) -> PipelineSnapshot:
        """Breakers, lines and counts; the quotas have their own (`quotas.snapshot`)."""
        return PipelineSnapshot(
            self.hosts.snapshot(),
            self.breakers.snapshot(),
            dict(self._counts),
            len(self._flights),
            self._flights.joined,
        )

    async def _look(self, request: Request[Value], trail: _Trail[Value]) -> Held[Value] | None:
        if request.shelf is None:
            return None
        try:
            return await request.shelf.look(request.key)
        except Unavailable as error:
            trail.add("shelf", Event.SHELF, error.code, error.message)
            return None

    async def _ask(
        self, request: Request[Value], held: Held[Value] | None, trail: _Trail[Value]
    ) -> Result[Value]:
        within = request.within or self.config.within
        taken: tuple[int, Value] | None = None
        try:
            async with asyncio.timeout(within.total_seconds()):
                taken = await self._first_taken(request, trail)
        except TimeoutError:
            trail.add("", Event.OUT_OF_TIME, "out_of_time", f"not within {within}")
        if taken is None:
            return await self._without(request, held, trail)
        place, value = taken
        source = request.sources[place].name
        await self._keep(request, value, source, trail)
        how = How.FALLBACK if place else How.FIRST
        return Result(value, how, source, tuple(trail.steps), tuple(trail.refused))

    async def _first_taken(self, request: Request[Value], trail: _Trail[Value]) -> tuple[int, Value] | None:
        for place, source in enumerate(request.sources):
            attempt = await self._one(source, trail)
            if attempt is None:
                continue
            if attempt.taken and attempt.value is not None:
                return place, attempt.value
            if not attempt.fallback:
                return None
        return None

    async def _one(self, source: Source[Value], trail: _Trail[Value]) -> Attempt[Value] | None:
        """What a source says after its retries; `None` when it was not, or not to the end, asked."""
        number = 0

        async def call(this: int) -> Attempt[Value]:
            nonlocal number
            number = this
            attempt = await self._call(source, this, trail)
            if not attempt.taken:
                trail.refused.append((source.name, attempt))
            return attempt

        try:
            return await retrying(call, self.hosts[source.host].config.retry, self._timing)
        except TurnedAway as refusal:
            trail.add(source.name, Event.SKIPPED, refusal.code, refusal.message, attempt=number - 1)
            return None

    async def _call(self, source: Source[Value], number: int, trail: _Trail[Value]) -> Attempt[Value]:
        host = self.hosts[source.host]
        self.breakers.check(source.host, source.topic)
        async with host.gate.seat():
            await host.pace.turn()
            with self.breakers.enter(source.host, source.topic) as passage:
                if source.quota:
                    await self.quotas.reserve(source.quota, source.cost)
                begun = self._timing.elapsed()
                attempt = await self._judged(source, source.timeout or host.config.timeout)
                passage.report(failed=attempt.breaker_failure)
        if attempt.wait is not None:
            host.pace.hold(attempt.wait)
        event = Event.TAKEN if attempt.taken else Event.FAULT if attempt.reason == "fault" else Event.REFUSED
        spent = self._timing.elapsed() - begun
        trail.add(source.name, event, attempt.reason, attempt.detail, attempt=number, seconds=spent)
        return attempt

    async def _judged(self, source: Source[Value], timeout: timedelta) -> Attempt[Value]:
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                return await source.call()
        except TimeoutError:
            return Attempt(
                taken=False,
                retry=True,
                breaker_failure=True,
                reason="timeout",
                detail=f"no answer within {timeout}",
            )
        except TurnedAway:
            raise
        except Unavailable as error:
            return Attempt(
                taken=False, retry=True, breaker_failure=True, reason=error.code, detail=error.message
            )
        except Exception as error:  # noqa: BLE001 -- one source's bug must not take the others with it
            if self._faults is not None:
                self._faults(source.name, error)
            return Attempt(taken=False, reason="fault", detail=type(error).__name__)

    async def _keep(self, request: Request[Value], value: Value, source: str, trail: _Trail[Value]) -> None:
        if request.shelf is None:
            return
        try:
            await request.shelf.put(request.key, value, source)
        except Unavailable as error:
            trail.add("shelf", Event.SHELF, error.code, error.message)

    async def _without(
        self, request: Request[Value], held: Held[Value] | None, trail: _Trail[Value]
    ) -> Result[Value]:
        """Nobody gave a value: what is held, however old, else what that means."""
        refused = tuple(trail.refused)
        if held is not None and held.value is not None:
            return Result(held.value, How.STALE, "", tuple(trail.steps), refused)
        last = dict(refused)
        absent = bool(last) and len(last) == len(request.sources) and all(one.absent for one in last.values())
        if absent and request.shelf is not None:
            try:
                await request.shelf.put_absent(request.key, refused[-1][1].reason)
            except Unavailable as error:
                trail.add("shelf", Event.SHELF, error.code, error.message)
        return Result(None, How.ABSENT if absent else How.NONE, "", tuple(trail.steps), refused)


class _Trail(Generic[Value]):
    """What was tried for one request."""

    def __init__(
        self, timing: Timing, counts: Counter[tuple[str, str]], steps: list[Step] | None = None
    ) -> None:
        self._timing, self._counts = timing, counts
        self.steps: list[Step] = steps or []
        self.refused: list[tuple[str, Attempt[Value]]] = []

    def add(
        self,
        source: str,
        event: Event,
        reason: str = "",
        detail: str = "",
        *,
        attempt: int = 0,
        seconds: float = 0.0,
    ) -> None:
        self._counts[source, reason or event.value] += 1
        at = self._timing.clock.now()
        self.steps.append(Step(source, event, at, reason, detail, attempt, seconds))


def _of_shelf(held: Held[Value], trail: _Trail[Value]) -> Result[Value]:
    how = How.HELD if held.value is not None else How.ABSENT
    return Result(held.value, how, "", tuple(trail.steps))
