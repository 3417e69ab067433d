"""The demonstration served: alone, or beside a book, opened when somebody asks for it."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from fiel.bootstrap import open_outlets, open_prices
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.worker.services import services_of
from fiel.settings import Settings

if TYPE_CHECKING:
    from fiel.entrypoints.http import HttpServices


class DemonstrationBeside:
    """What the pages of the demonstration are given: made with the first question, gone with `close`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._services: HttpServices | None = None
        self._open = ExitStack()

    def __call__(self) -> HttpServices:
        """The services. Raises `Unavailable` where no file can be written."""
        with self._lock:
            if self._services is None:
                self._services = self._opened()
            return self._services

    def close(self) -> None:
        """Remove the demonstration and everything in it."""
        with self._lock:
            self._open.close()
            self._services = None

    def _opened(self) -> HttpServices:
        from fiel.bootstrap.demonstration import demonstration

        shown = self._open.enter_context(demonstration(self._settings))
        outlets = open_outlets(shown.settings, shown.opened.database)
        self._open.callback(outlets.close)
        prices = open_prices(shown.settings.outside, shown.opened.database)
        self._open.callback(prices.close)
        market = MarketDoor(shown.settings, clock=shown.clock)
        self._open.callback(market.close)
        metrics = CustodyMetrics(CollectorRegistry())
        services = services_of(shown.opened, prices, metrics, shown.settings, outlets.jobs, market)
        return replace(services, demo=True)
