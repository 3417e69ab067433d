"""Callers who ask the same at the same time share one call."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.single_flight import SingleFlight
from fiel.kernel.errors import Unavailable


class Call:
    """Counts, waits a second, and answers or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun = self.cancelled = 0
        self._error = error

    async def __call__(self) -> str:
        self.begun += 1
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self._error:
            raise self._error
        return f"answer {self.begun}"


def test_a_thousand_callers_make_one_call() -> None:
    """All get the same value; the next one to come later asks anew."""

    async def story(_: VirtualClock) -> None:
        flights, call = SingleFlight[str](), Call()
        found = await asyncio.gather(*(flights.run("PETR4", call) for _ in range(1_000)))
        assert set(found) == {"answer 1"}
        assert (call.begun, flights.joined, len(flights)) == (1, 999, 0)
        assert await flights.run("PETR4", call) == "answer 2"
        assert flights.landed == 2

    run(story)


def test_different_keys_are_asked_beside_each_other() -> None:
    """Two keys are two calls, in the time of one."""

    async def story(clock: VirtualClock) -> None:
        flights, call = SingleFlight[str](), Call()
        await asyncio.gather(flights.run("a", call), flights.run("b", call))
        assert (call.begun, clock.elapsed) == (2, 1)

    run(story)


def test_an_error_is_shared() -> None:
    """Whoever joined gets the same error, and nothing is remembered of it."""

    async def story(_: VirtualClock) -> None:
        flights = SingleFlight[str]()
        call = Call(Unavailable("down", "down"))
        found = await asyncio.gather(*(flights.run("a", call) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in found] == [Unavailable] * 3
        assert (call.begun, len(flights)) == (1, 0)

    run(story)


@pytest.mark.parametrize("leaver", [0, 1])
def test_a_cancelled_caller_leaves_the_others_theirs(leaver: int) -> None:
    """Neither the first caller nor one who joined takes the call along."""

    async def story(_: VirtualClock) -> None:
        flights, call = SingleFlight[str](), Call()
        callers = [asyncio.create_task(flights.run("a", call)) for _ in range(3)]
        await asyncio.sleep(0.5)
        callers[leaver].cancel()
        found = await asyncio.gather(*callers, return_exceptions=True)
        assert isinstance(found.pop(leaver), asyncio.CancelledError)
        assert found == ["answer 1", "answer 1"]
        assert call.cancelled == 0

    run(story)


def test_the_call_ends_with_its_last_caller() -> None:
    """When all have left it is cancelled, and who comes next begins anew at once."""

    async def story(_: VirtualClock) -> None:
        flights, call = SingleFlight[str](), Call()
        callers = [asyncio.create_task(flights.run("a", call)) for _ in range(2)]
        await asyncio.sleep(0.5)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        assert len(flights) == 0
        assert await flights.run("a", call) == "answer 2"
        assert call.cancelled == 1

    run(story)


def test_nobody_joins_a_call_that_is_being_ended() -> None:
    """It takes a second to clean up after its cancellation: who comes meanwhile begins anew."""

    async def story(_: VirtualClock) -> None:
        flights, begun = SingleFlight[str](), 0

        async def call() -> str:
            nonlocal begun
            begun += 1
            try:
                await asyncio.sleep(1)
            finally:
                await asyncio.sleep(1)
            return f"answer {begun}"

        caller = asyncio.create_task(flights.run("a", call))
        await asyncio.sleep(0.5)
        caller.cancel()
        await asyncio.sleep(0.1)
        assert await flights.run("a", call) == "answer 2"

    run(story)


def test_a_call_cancelled_from_inside_is_an_error_not_a_cancellation() -> None:
    """Callers who were not cancelled are told that their call was."""

    async def story(_: VirtualClock) -> None:
        flights = SingleFlight[str]()

        async def suicide() -> str:
            raise asyncio.CancelledError

        with pytest.raises(Unavailable, match="cancelled"):
            await flights.run("a", suicide)

    run(story)
