"""The simulator without sockets: a `Transport` for tests on a virtual clock. The code is the server's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import MappingProxyType

from fiel.market.simulator.talk import Broken, Reply, Request
from fiel.market.simulator.upstream import Upstream
from fiel.market.wire import Answer, Ask, NoAnswer

Pause = Callable[[timedelta], Awaitable[None]]


class SimulatedTransport:
    """Answers asks from an `Upstream`. `pause` waits (a virtual clock's), `patience` is the time-out, and a
    body above `body_max` bytes is refused. Calls with the service's own token."""

    def __init__(
        self,
        upstream: Upstream,
        pause: Pause,
        *,
        patience: timedelta = timedelta(seconds=10),
        body_max: int = 8_000_000,
    ) -> None:
        self._upstream = upstream
        self._pause = pause
        self._patience = patience
        self._body_max = body_max

    async def fetch(self, ask: Ask) -> Answer:
        """The answer, after the latency of the plan. Raises `NoAnswer`: timeout, upstream_down, malformed."""
        limits = self._upstream.limits.get(ask.provider)
        token = limits.token if limits else ""
        with self._upstream.engaged(ask.provider):
            reply = self._upstream.answer(Request(ask.provider, ask.path, ask.parameters, token))
            await self._wait(reply)
        return self._arrived(reply)

    async def close(self) -> None:
        """Nothing is held."""

    async def _wait(self, reply: Reply) -> None:
        whole = reply.delay + timedelta(seconds=reply.length / reply.pace if reply.pace else 0)
        if reply.broken is Broken.SILENT or whole > self._patience:
            await self._pause(self._patience)
            raise NoAnswer("timeout", f"no whole answer within {self._patience.total_seconds():g} s")
        if whole:
            await self._pause(whole)

    def _arrived(self, reply: Reply) -> Answer:
        if reply.broken is Broken.RESET:
            raise NoAnswer("upstream_down", "the connection was reset")
        if reply.broken is Broken.SHORT:
            raise NoAnswer("malformed", "the connection ended before the whole body came")
        if reply.length > self._body_max:
            raise NoAnswer("malformed", f"the body has more than {self._body_max} bytes")
        headers = {"content-type": reply.content_type, **dict(reply.headers)}
        return Answer(reply.status, reply.body + b" " * reply.padding, MappingProxyType(headers))
