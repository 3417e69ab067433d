"""The wallet's HTTP interface served on loopback by the real server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest
import uvicorn

from fiel.custody.ports import LastPrice
from fiel.custody.queries import Queries
from fiel.custody.store.prices import StoredPrices
from fiel.entrypoints.http import HttpServices, create_app
from fiel.kernel.errors import Unavailable
from tests.support.custody_bank import Bank
from tests.support.custody_homes import fresh_file, migrated_file


@dataclass(slots=True)
class Wallet:
    """A served wallet: the bank behind it and a client in front of it."""

    bank: Bank
    client: httpx.Client
    down: set[str] = field(default_factory=set)

    def post(self, path: str, amount: str | None = None, **headers: str) -> httpx.Response:
        """`post("ana/deposit", "10.00")`; underscores in header names become hyphens."""
        params = {} if amount is None else {"amount": amount}
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.post(f"/api/v1/wallet/{path}", params=params, headers=named)

    def get(self, path: str, **params: Any) -> httpx.Response:
        """`get("ana/summary")`."""
        return self.client.get(f"/api/v1/wallet/{path}", params=params)

    def price(self, ticker: str, price: int) -> None:
        """A last price in billionths of a real, as of now."""
        StoredPrices(self.bank.database).put([LastPrice(ticker, price, "BRL", self.bank.clock.now(), "test")])

    def probe(self, name: str) -> Callable[[], None]:
        """A component that can be taken down."""

        def ask() -> None:
            if name in self.down:
                raise Unavailable(f"{name}_unavailable", "it is down")

        return ask


@pytest.fixture
def wallet(tmp_path: Path) -> Iterator[Wallet]:
    """A wallet without accounts, on SQLite."""
    template = migrated_file(tmp_path / "template")
    bank = Bank(home=fresh_file(template, tmp_path))
    served = Wallet(bank, httpx.Client())
    services = HttpServices(
        bank.custody,
        Queries(bank.database),
        StoredPrices(bank.database),
        bank.clock,
        {"database": served.probe("database"), "prices": served.probe("prices")},
        lambda: b"fiel_up 1\n",
    )
    config = uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    (port,) = {sock.getsockname()[1] for each in server.servers for sock in each.sockets}
    served.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)
    yield served
    served.client.close()
    server.should_exit = True
    thread.join()
    bank.close()
