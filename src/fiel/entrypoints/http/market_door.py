"""The way from handlers, which run in threads, to the market's room, which lives in an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from fiel.infra.resilience.timing import system_timing
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Unavailable
from fiel.settings import Settings

if TYPE_CHECKING:
    from fiel.bootstrap.market import OpenMarket

Answer = TypeVar("Answer")
#: A page waits no longer for the market; the question is then given up.
WAIT_S = 20.0
_JOIN_S = 5.0


class MarketDoor:
    """Market data for threads; the loop and what it opens begin with the first question.

    `ask` may be called from any number of threads at once. `clock` dates what is told of ages, where it is
    not the machine's own (a demonstration).
    """

    def __init__(
        self, settings: Settings, database_url: str | None = None, clock: Clock | None = None
    ) -> None:
        self._settings, self._url = settings, database_url
        timing = system_timing()
        self._timing = timing if clock is None else replace(timing, clock=clock)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._market: OpenMarket | None = None
        self._opening: asyncio.Lock | None = None
        self._closed = False

    def ask(self, question: Callable[[OpenMarket], Awaitable[Answer]], timeout_s: float = WAIT_S) -> Answer:
        """The answer of `question(market)`. Raises `Unavailable` (market_slow) after `timeout_s`, and what
        `open_market` and the question raise."""
        loop = self._running()
        asked = asyncio.run_coroutine_threadsafe(self._asked(question), loop)
        try:
            return asked.result(timeout_s)
        except TooLate:
            asked.cancel()
            raise Unavailable(
                "market_slow",
                f"the market data services did not answer within {timeout_s:.0f} s; what is kept still "
                "holds, try again in a minute",
                field="market",
            ) from None

    def close(self) -> None:
        """Give back every connection and end the loop. Idempotent."""
        with self._lock:
            loop, thread, self._closed = self._loop, self._thread, True
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut(), loop).result(_JOIN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_JOIN_S)
        loop.close()

    async def _asked(self, question: Callable[[OpenMarket], Awaitable[Answer]]) -> Answer:
        self._opening = self._opening or asyncio.Lock()
        async with self._opening:
            if self._market is None:
                # The first page of a visit asks nothing of the market, and should not wait for its room.
                from fiel.bootstrap.market import open_market

                self._market = open_market(self._settings, self._url, timing=self._timing)
        return await question(self._market)

    async def _shut(self) -> None:
        if self._market is not None:
            await self._market.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise Unavailable("market_closed", "the service is stopping", field="market")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="market-door", daemon=True
                )
                self._thread.start()
            return self._loop
