"""The HTTP interface as a process: uvicorn in the main thread, custody's chores beside it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry

from fiel.bootstrap import (
    OpenCustody,
    OpenPrices,
    Outlets,
    income_of,
    open_custody,
    open_outlets,
    open_prices,
)
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.worker import housekeeping
from fiel.entrypoints.worker.chores import Chores
from fiel.entrypoints.worker.income import income_beside
from fiel.entrypoints.worker.patience import opened_in_time
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.infra.storage.instants import database_now
from fiel.kernel.errors import FielError, Unavailable
from fiel.settings import Settings

if TYPE_CHECKING:
    from fiel.entrypoints.http import HttpServices

_log = logging.getLogger("fiel.serve")
#: Requests that are being answered when the process is asked to stop have so long to end.
GRACE_S = 10


def serve(
    settings: Settings, host: str, port: int, database_url: str | None = None, *, told: Callable[[str], None]
) -> None:
    """Until SIGTERM or SIGINT. `told` gets the base URL once it is listened on. From the main thread only.

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
            outlets = open_outlets(settings, opened.database)
            prices = open_prices(settings.outside, opened.database)
            metrics = CustodyMetrics(CollectorRegistry())
            chores = Chores(
                housekeeping.chores(opened, outlets, metrics), on_fatal=door.end, on_failure=metrics.failed
            )
            try:
                with _listening(host, port) as listener, _income(settings, opened, outlets, door):
                    chores.start()
                    told(_url_of(listener))
                    door.answer(services_of(opened, prices, metrics), listener)
            finally:
                chores.stop()
                prices.close()
                outlets.close()


def _income(
    settings: Settings, opened: OpenCustody, outlets: Outlets, door: _Door
) -> AbstractContextManager[None]:
    """With the database in this process's own file, nobody else would do the day's jobs."""
    if not opened.database.embedded or settings.outside.rabbitmq_url:
        return nullcontext()
    return income_beside(income_of(settings, opened, outlets.jobs), door.end)


def services_of(opened: OpenCustody, prices: OpenPrices, metrics: CustodyMetrics) -> HttpServices:
    """What the HTTP application is given; health asks the database, and Redis where prices are there."""
    from fiel.entrypoints.http import HttpServices

    def database() -> None:
        with opened.database.reading() as connection:
            database_now(connection)

    probes: dict[str, Callable[[], None]] = {"database": database}
    if prices.probe is not None:
        probes["redis"] = prices.probe
    return HttpServices(
        opened.custody, opened.queries, prices.source, opened.custody.clock, probes, metrics.text
    )


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

    def answer(self, services: HttpServices, listener: socket.socket) -> None:
        """Until stopped. Raises what `end` was given."""
        import uvicorn

        from fiel.entrypoints.http import create_app

        config = uvicorn.Config(
            create_app(services),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = uvicorn.Server(config)
        if not self.stopping.is_set():
            self._server.run(sockets=[listener])
        if self._fault is not None:
            raise self._fault


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise Unavailable(
            "port_unavailable", f"nothing can listen on {host}:{port} ({error.strerror})", field="port"
        ) from error


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _require_web() -> None:
    """Raises `Unavailable` (driver_missing) with what to install."""
    if any(find_spec(name) is None for name in ("fastapi", "uvicorn")):
        raise Unavailable(
            "driver_missing", "serving needs FastAPI and uvicorn; install them with `pip install 'fiel[web]'`"
        )
