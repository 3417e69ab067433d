"""`/metrics` over HTTP, for a process that has no other door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from fiel.kernel.errors import Unavailable


@contextmanager
def exposed(registry: CollectorRegistry, host: str, port: int | None) -> Iterator[str | None]:
    """Inside the block the metrics are there; gives their URL. Port 0: a free one; `None`: not at all.

    Raises `Unavailable` (port_unavailable).
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise Unavailable(
            "port_unavailable",
            f"{host}:{port} cannot be listened on ({error.strerror})",
            field="metrics-port",
        ) from error
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
