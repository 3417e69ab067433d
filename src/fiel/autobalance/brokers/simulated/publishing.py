"""Order events of the exchange on their way to the bus: in order, at least once, none ahead of the log."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping

from fiel.autobalance.brokers.simulated.record import RecordedExchange
from fiel.autobalance.brokers.wire_values import written
from fiel.custody.topics import ORDER_EVENTS
from fiel.infra.bus.port import Message
from fiel.kernel.errors import FielError

Publish = Callable[[list[Message]], None]

AT_ONCE = 500
_AGAIN_S = 0.5
_log = logging.getLogger("fiel.exchange")


class Outgoing:
    """Takes order events as they are told, and gives them to `publish` (in a thread) by and by.

    Without a `publish` nothing is kept. What a killed process had published without noting it is
    published again: events have names, and custody knows them.
    """

    def __init__(self, publish: Publish | None) -> None:
        self._publish = publish
        self._waiting: deque[Message] = deque()
        self._more = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def told(self, portfolio: str, event: Mapping[str, object]) -> None:
        """One event, keyed by its portfolio."""
        if self._publish is not None:
            self._waiting.append(Message(ORDER_EVENTS, portfolio.encode(), written(event)))
            self._more.set()

    def forget(self, count: int) -> None:
        """The first `count` are with the bus already."""
        for _ in range(min(count, len(self._waiting))):
            self._waiting.popleft()

    async def run(self, exchange: RecordedExchange | None) -> None:
        """Until cancelled. A bus that is away is asked again and again; nothing is dropped."""
        if self._publish is None:
            return
        while True:
            if not self._waiting:
                self._more.clear()
                await self._more.wait()
            some = [self._waiting[index] for index in range(min(AT_ONCE, len(self._waiting)))]
            try:
                await asyncio.to_thread(self._publish, some)
            except FielError as error:
                _log.warning("order events wait: %s [%s]", error, error.code)
                await asyncio.sleep(_AGAIN_S)
                continue
            self.forget(len(some))
            if exchange is not None:
                exchange.note_published(len(some))

    async def drained(self) -> None:
        """Until nothing waits."""
        while self._waiting and self._publish is not None:
            await asyncio.sleep(0.01)
