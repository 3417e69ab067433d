"""The pages over a book, served by the real server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from fiel.bootstrap import OpenCustody, open_custody, open_outlets, open_prices
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.http import create_app
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.worker.serving import services_of
from fiel.kernel.clock import Clock
from fiel.settings import Settings
from tests.support.custody_homes import ready_made

HTML = {"accept": "text/html,application/xhtml+xml"}


def settings_of(folder: Path, **environment: str) -> Settings:
    """Settings whose data are in `folder` and that never ask the market."""
    given = {"FIEL_DATA_DIR": str(folder), "FIEL_MARKET_OFFLINE": "1", **environment}
    return Settings.read(given, folder, "linux")


@contextmanager
def pages_app(
    folder: Path, *, url: str | None = None, clock: Clock | None = None, **changes: Any
) -> Iterator[tuple[FastAPI, OpenCustody]]:
    """The application over a new file in `folder` (or `url`), and the book under it, at a clock's time.

    `changes` are fields of `HttpServices`.
    """
    settings = settings_of(folder)
    address = url or f"sqlite:///{ready_made(folder / 'book.db')}"
    opened = open_custody(settings, address)
    if clock is not None:
        opened = replace(opened, custody=replace(opened.custody, clock=clock))
    with opened:
        outlets = open_outlets(settings, opened.database)
        prices = open_prices(settings.outside, opened.database)
        market = MarketDoor(settings, address)
        metrics = CustodyMetrics(CollectorRegistry())
        services = services_of(opened, prices, metrics, settings, outlets.jobs, market)
        try:
            yield create_app(replace(services, **changes)), opened
        finally:
            market.close()
            prices.close()
            outlets.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The base URL of the application, served in a thread."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    (port,) = {sock.getsockname()[1] for each in server.servers for sock in each.sockets}
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def client_of(app: FastAPI, **headers: str) -> Iterator[httpx.Client]:
    """A client of the served application, as a browser asks."""
    with served(app) as url, httpx.Client(base_url=url, headers={**HTML, **headers}, timeout=20) as client:
        yield client
