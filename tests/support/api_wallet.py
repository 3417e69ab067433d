"""Ana's book behind the served API: two assets with prices, targets, a payment and an enrolment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from fiel.bootstrap import OpenCustody, stored_prices
from fiel.custody.ports import LastPrice
from fiel.infra.access.desk import Access
from fiel.infra.storage.schema import open_database
from fiel.infra.system import SystemClock
from fiel.kernel.clock import Clock
from tests.support.access import QUICK
from tests.support.custody_homes import ready_made
from tests.support.served_pages import pages_app, served

#: 13:00 in São Paulo on a Wednesday.
NOW = datetime(2026, 7, 29, 16, tzinfo=UTC)
TOML = {"content-type": "application/toml"}
TARGETS = """\
schema = "fiel-portfolio/1"

[assets.HGLG11]
kind = "fii"

[targets.acoes]
weight = "60"
PETR4F = "100"

[targets.fiis]
weight = "40"
HGLG11 = "100"
"""
ROWS: tuple[dict[str, str], ...] = (
    {
        "kind": "buy",
        "asset": "PETR4",
        "quantity": "100",
        "price": "30.10",
        "day": "2026-05-04",
        "account": "Clear",
    },
    {
        "kind": "buy",
        "asset": "HGLG11",
        "quantity": "10",
        "price": "150",
        "day": "2026-05-05",
        "account": "Clear",
    },
    {"kind": "deposit", "amount": "1000.00", "day": "2026-05-05"},
    {"kind": "dividend", "asset": "PETR4", "amount": "50.00", "day": "2026-06-05", "account": "Clear"},
)


@dataclass(frozen=True, slots=True)
class ApiWallet:
    """The application, the book under it, and a client of the API."""

    app: FastAPI
    opened: OpenCustody
    client: httpx.Client
    url: str

    def get(self, path: str, status: int = 200, query: Mapping[str, str] | None = None, **params: Any) -> Any:
        """The JSON of an answer with that status; `query` for names that are words of Python."""
        return _json(self.client.get(path, params={**params, **(query or {})}), status)

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """The same of a POST."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return _json(self.client.post(path, json=body, headers=named), status)

    def types(self, *rows: dict[str, str], wallet: str = "ana") -> list[Any]:
        """Rows typed by hand."""
        return [self.post(f"/portfolios/{wallet}/transactions", row, 201) for row in rows]

    def targets(self, text: str = TARGETS, wallet: str = "ana", **headers: str) -> httpx.Response:
        """Targets put in the place of those before."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/portfolios/{wallet}/targets/text"
        return self.client.put(path, content=text.encode(), headers=TOML | named)

    def prices(self, **reais: str) -> None:
        """Last prices as of now."""
        now = self.opened.custody.clock.now()
        stored_prices(self.opened.database).put(
            [LastPrice(name, round(float(text) * 10**9), "BRL", now, "test") for name, text in reais.items()]
        )

    def whole(self) -> ApiWallet:
        """With everything that ana has."""
        self.types(*ROWS)
        assert self.targets().status_code == 200
        self.prices(PETR4="30.50", HGLG11="150.00")
        return self


def _json(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:600]}"
    return json.loads(answer.text, parse_float=_no_float)


def _no_float(text: str) -> None:
    raise AssertionError(f"the API wrote a binary float: {text}")


@contextmanager
def api_wallet(folder: Path, *, clock: Clock | None = None, **changes: Any) -> Iterator[ApiWallet]:
    """A new book in `folder`, served. `changes` are fields of `HttpServices`."""
    with (
        pages_app(folder, clock=clock, **changes) as (app, opened),
        served(app) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client,
    ):
        yield ApiWallet(app, opened, client, url)


def access_of(folder: Path, *, open_on_loopback: bool = False) -> Access:
    """Keys and owners in the book of `folder`, with hashes that are quick to compute."""
    database = open_database(f"sqlite:///{ready_made(folder / 'book.db')}")
    return Access(database, SystemClock(), passwords=QUICK, open_on_loopback=open_on_loopback)
