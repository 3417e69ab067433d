"""The exchange as a process: uvicorn over `app`, with its log and its way to the bus."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fiel.autobalance.brokers.simulated.desk import Desk
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Fates, NoFaults
from fiel.autobalance.brokers.simulated.publishing import Outgoing, Publish
from fiel.autobalance.brokers.simulated.record import RecordedExchange
from fiel.custody.reservations import Fees
from fiel.infra.listening import listening
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Unavailable

#: Requests that are being answered when the process is asked to stop have so long to end.
GRACE_S = 5


class ExchangeServer:
    """Listening from the start; `run` answers until `stop`, which any thread (or a signal) may call."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        clock: Clock,
        fees: Fees | None = None,
        fates: Fates | None = None,
        log: Path | None = None,
        publish: Publish | None = None,
    ) -> None:
        _require_web()
        self._outgoing = Outgoing(publish)
        self._listener = listening(host, port)
        try:
            self.exchange = self._opened(clock, fees, log)
        except BaseException:
            self._listener.close()
            raise
        self._desk = Desk(self.exchange, fates or NoFaults(), clock)
        self._server: Any = None
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._listener.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self) -> None:
        """Until stopped; what it holds is then closed. Once."""
        import uvicorn

        from fiel.autobalance.brokers.simulated.app import create_app

        config = uvicorn.Config(
            create_app(self._desk, self._outgoing),
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = uvicorn.Server(config)
        try:
            if not self._stopping.is_set():
                self._server.run(sockets=[self._listener])
        finally:
            self._listener.close()
            if isinstance(self.exchange, RecordedExchange):
                self.exchange.close()

    def _opened(self, clock: Clock, fees: Fees | None, log: Path | None) -> Exchange:
        if log is None:
            return Exchange(clock, fees, told=self._outgoing.told)
        recorded = RecordedExchange(log, clock, fees, told=self._outgoing.told)
        self._outgoing.forget(recorded.published)
        return recorded

    def stop(self) -> None:
        """Answer what is being answered, and no more."""
        self._stopping.set()
        if self._server is not None:
            self._server.should_exit = True


def serve_exchange(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    clock: Clock,
    fees: Fees | None = None,
    fates: Fates | None = None,
    log: Path | None = None,
    publish: Publish | None = None,
    started: Callable[[ExchangeServer], None],
) -> None:
    """Serve an exchange until `ExchangeServer.stop`, SIGTERM or SIGINT. It has no users and no secrets:
    loopback is the default, and whoever reaches the address may trade for anybody.

    `log` is the file of everything done to it (see `record`): after a kill, the same file is the same
    exchange. `publish` gets order events for `order-events-v1`, in a thread, and is asked again while it
    raises `FielError`. `started` gets the server once it listens.

    Raises `Unavailable` (driver_missing, port_unavailable), and what `RecordedExchange` raises.
    """
    server = ExchangeServer(host, port, clock=clock, fees=fees, fates=fates, log=log, publish=publish)
    started(server)
    server.run()


def _require_web() -> None:
    if any(find_spec(name) is None for name in ("fastapi", "uvicorn")):
        raise Unavailable(
            "driver_missing",
            "the exchange needs FastAPI and uvicorn; install Fiel again with `pip install fiel`",
        )
