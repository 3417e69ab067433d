"""One process that serves: `python worker.py FD URL`, or `python worker.py FD empty` for the yardstick.

The listening socket is given by number, so that several processes share one, as a fleet behind a balancer.
"""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from fiel.bootstrap import open_custody, open_outlets, open_prices
from fiel.copilot import demo_book
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.http import create_app
from fiel.entrypoints.http.market_door import MarketDoor
from fiel.entrypoints.worker.serving import services_of
from fiel.kernel.clock import FixedClock
from fiel.settings import Settings


def product(url: str) -> FastAPI:
    """The whole product over the demonstration's book, at the demonstration's time."""
    settings = Settings.read(
        {"FIEL_DATABASE_URL": url, "FIEL_MARKET_OFFLINE": "1"}, Path.home(), sys.platform
    )
    opened = open_custody(settings)
    custody = replace(opened.custody, clock=FixedClock(demo_book.demo_instant()))
    opened = replace(opened, custody=custody)
    outlets, prices = open_outlets(settings, opened.database), open_prices(settings.outside, opened.database)
    metrics = CustodyMetrics(CollectorRegistry())
    services = services_of(opened, prices, metrics, settings, outlets.jobs, MarketDoor(settings))
    return create_app(replace(services, demo=True))


def empty() -> FastAPI:
    """A route that does nothing: what the server itself takes."""
    app = FastAPI()

    @app.get("/")
    async def nothing() -> dict[str, Any]:
        return {}

    return app


def main(number: str, what: str) -> None:
    """Until it is ended."""
    app = empty() if what == "empty" else product(what)
    listener = socket.socket(fileno=int(number))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:3])
