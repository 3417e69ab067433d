"""The HTTP interface as a process: uvicorn in the main thread, custody's chores beside it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry

from fiel.bootstrap import (
    OpenCustody,
    Outlets,
    income_of,
    open_custody,
    open_outlets,
    open_prices,
)
from fiel.bootstrap.access import open_access
from fiel.copilot.plan_view.words import Lang
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.worker import housekeeping
from fiel.entrypoints.worker.chores import Chores
from fiel.entrypoints.worker.demonstrating import DemonstrationBeside
from fiel.entrypoints.worker.income import income_beside
from fiel.entrypoints.worker.patience import opened_in_time
from fiel.entrypoints.worker.services import services_of
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.entrypoints.worker.warming import warming
from fiel.infra.listening import listening, url_of
from fiel.kernel.errors import FielError, Unavailable
from fiel.settings import Settings

if TYPE_CHECKING:
    from fiel.entrypoints.http import HttpServices

__all__ = ["serve", "serve_demonstration", "services_of"]

_log = logging.getLogger("fiel.serve")
#: Requests that are being answered when the process is asked to stop have so long to end.
GRACE_S = 10


def serve(
    settings: Settings,
    host: str,
    port: int,
    database_url: str | None = None,
    *,
    told: Callable[[str], None],
    lang: Lang = Lang.PT,
) -> None:
    """Pages, API and what a laptop needs beside them, until SIGTERM or SIGINT; on the main thread only.

    `told` gets the base URL once it is listened on. `lang`: the pages' for a visitor who has chosen none.

    Raises `Unavailable` (driver_missing, port_unavailable, and what `open_custody` raises), and damage
    that a chore found.
    """
    _require_web()
    door = _Door()
    with asked_to_stop(door.stop):
        opened = opened_in_time(lambda: open_custody(settings, database_url), door.stopping)
        if opened is None:
            return
        with opened:
            access = open_access(settings, opened.database, host)
            outlets = open_outlets(settings, opened.database)
            prices = open_prices(settings.outside, opened.database)
            metrics = CustodyMetrics(CollectorRegistry())
            market, beside = MarketDoor(settings, database_url), DemonstrationBeside(settings)
            chores = Chores(
                housekeeping.chores(opened, outlets, metrics), on_fatal=door.end, on_failure=metrics.failed
            )
            try:
                with listening(host, port) as listener, _income(settings, opened, outlets, door):
                    chores.start()
                    told(url_of(listener))
                    services = services_of(opened, prices, metrics, settings, outlets.jobs, market)
                    services = replace(services, access=access, lang=lang, demonstration=beside)
                    with _notices(settings, services, door):
                        door.answer(services, listener, settings.access.trusted_proxies)
            finally:
                beside.close()
                market.close()
                chores.stop()
                prices.close()
                outlets.close()


def serve_demonstration(
    settings: Settings,
    host: str,
    port: int,
    *,
    told: Callable[[str, Callable[[], None]], None],
    lang: Lang = Lang.PT,
) -> None:
    """The demonstration alone, from a book that is made now and removed at the end; raises like `serve`.

    `told` gets the base URL once it is listened on, and what ends the serving. From the main thread only.
    """
    _require_web()
    door, beside = _Door(), DemonstrationBeside(settings)
    try:
        with asked_to_stop(door.stop), listening(host, port) as listener:
            services = beside()
            access = open_access(settings, _book_of(services).database, host)
            told(url_of(listener), door.stop)
            door.answer(replace(services, access=access, lang=lang), listener)
    finally:
        beside.close()


def _book_of(services: HttpServices) -> OpenCustody:
    if services.opened is None:
        raise Unavailable("part_missing", "the demonstration has no book")
    return services.opened


def _income(
    settings: Settings, opened: OpenCustody, outlets: Outlets, door: _Door
) -> AbstractContextManager[None]:
    """With the database in this process's own file, nobody else would do the day's jobs."""
    if not opened.database.embedded or settings.outside.rabbitmq_url:
        return nullcontext()
    return income_beside(income_of(settings, opened, outlets.jobs), door.end)


def _notices(settings: Settings, services: HttpServices, door: _Door) -> AbstractContextManager[None]:
    """Tells people what they want to know, where there is a way to reach them."""
    alerts, income = settings.autobalance.alerts, services.income
    if income is None or (alerts.webhook_url is None and alerts.email is None):
        return nullcontext()
    parts = services.autobalance
    if parts is None:
        return nullcontext()
    from fiel.entrypoints.worker.notices import told_beside

    return told_beside(settings, income, parts, services.prices, door.end)


class _Door:
    """The server, from before there is one: a signal may come at any moment."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._server: Any = None
        self._fault: FielError | None = None

    def stop(self) -> None:
        """Answer what is being answered, and no more."""
        self.stopping.set()
        if self._server is not None:
            self._server.should_exit = True

    def end(self, error: FielError) -> None:
        """A chore found something that nobody should go on after."""
        _log.error("stops: %s [%s]", error, error.code)
        self._fault = self._fault or error
        self.stop()

    def answer(self, services: HttpServices, listener: socket.socket, proxies: Sequence[str] = ()) -> None:
        """Until stopped; `proxies` may say where a visitor comes from. Raises what `end` was given."""
        import uvicorn

        from fiel.entrypoints.http import create_app

        app = create_app(services, rest_later=True)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = uvicorn.Server(config)
        if not self.stopping.is_set():
            with warming(app.state.later):
                self._server.run(sockets=[listener])
        if self._fault is not None:
            raise self._fault


def _require_web() -> None:
    """Raises `Unavailable` (driver_missing) with what to install."""
    if any(find_spec(name) is None for name in ("fastapi", "uvicorn")):
        raise Unavailable(
            "driver_missing", "serving needs FastAPI and uvicorn; install Fiel again with `pip install fiel`"
        )
