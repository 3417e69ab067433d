"""Simulated services at a chosen instant, asked without sockets."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fiel.market.simulator.in_process import SimulatedTransport
from fiel.market.simulator.plans import parse_plan
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.upstream import Upstream
from fiel.market.wire import Answer, Ask, Provider

#: A Friday at noon in São Paulo, in the middle of a session that is recorded.
NOON = datetime(2026, 7, 24, 15, 0, tzinfo=UTC)
#: One world for all tests that do not change it: reading the recorded figures takes a while.
TRUTH = Truth.of(7, made_up=2)


class HandClock:
    """A clock that is set by hand."""

    def __init__(self, instant: datetime = NOON) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    async def pause(self, time: timedelta) -> None:
        """Waiting moves this clock and no other."""
        self.instant += time


def simulated(*faults: str, at: datetime = NOON, seed: int = 1, truth: Truth = TRUTH) -> Upstream:
    """Services with faults as on the command line."""
    return Upstream(truth, HandClock(at), parse_plan(faults, seed=seed))


def transport_of(upstream: Upstream) -> SimulatedTransport:
    """A transport that waits on the upstream's own clock."""
    clock = upstream.clock
    assert isinstance(clock, HandClock)
    return SimulatedTransport(upstream, clock.pause)


def asked(upstream: Upstream, provider: Provider, path: str, **parameters: str) -> Answer:
    """The answer to one question. Raises `NoAnswer`."""
    ask = Ask(provider, "any", path, tuple(parameters.items()))
    return asyncio.run(transport_of(upstream).fetch(ask))


def told(answer: Answer) -> Any:
    """The JSON of an answer, with exact numbers."""
    return json.loads(answer.body, parse_float=Decimal)
