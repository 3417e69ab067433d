"""Trying again on the page of data sources, against simulated services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fiel.entrypoints.http.market_door import MarketDoor
from fiel.settings import Settings
from tests.copilot.performing.books import Wallet
from tests.entrypoints.test_cli_market import Services
from tests.support.served_pages import client_of, pages_app

_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


@pytest.fixture
def services() -> Iterator[Services]:
    """The services, which can be told to fail."""
    made = Services()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def visitor(tmp_path: Path, services: Services) -> Iterator[httpx.Client]:
    """Ana holds PETR4; nothing of the market is kept."""
    settings = Settings.read(
        {"FIEL_DATA_DIR": str(tmp_path), "FIEL_MARKET_UPSTREAM": services.url}, tmp_path, "linux"
    )
    door = MarketDoor(settings, f"sqlite:///{tmp_path / 'book.db'}")
    try:
        with pages_app(tmp_path, settings=settings, market=door) as (app, opened):
            ana = Wallet(opened)
            ana.deposits("2025-01-02", "2000.00")
            ana.trades("2025-01-03", "PETR4", "10", "30.00")
            with client_of(app) as client:
                yield client
    finally:
        door.close()


def ask(visitor: httpx.Client, **fields: str) -> str:
    """Send the form of the page; gives what it shows then."""
    token = _CSRF.findall(visitor.get("/fontes").text)[0]
    origin = str(visitor.base_url).rstrip("/")
    answer = visitor.post("/fontes/tentar", data={"csrf": token, **fields}, headers={"origin": origin})
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def test_what_will_be_tried_is_told_then_how_it_went(visitor: httpx.Client) -> None:
    """The price is missing and chosen; after the click it came, from whom, and is no longer missing."""
    before = visitor.get("/fontes").text
    assert "Em parte: 1 de 1 preços" in before
    assert "Vai pedir o preço dos ativos marcados (até 10) à BRAPI" in before
    assert re.search(r'name="ativo" value="PETR4" checked', before)
    after = ask(visitor, ativo="PETR4")
    assert "O que foi tentado agora" in after
    assert re.search(r"PETR4: veio de (BRAPI|HG Brasil)\.", after)
    assert "1 de 1 preços" not in after


def test_a_series_is_filled_from_the_first_day_that_lacks(visitor: httpx.Client) -> None:
    """The CDI comes, and the table has its last day."""
    after = ask(visitor, serie="cdi")
    assert "cdi: veio de Banco Central (SGS)." in after


def test_a_service_that_is_down_is_named_with_the_reason(visitor: httpx.Client, services: Services) -> None:
    """Nothing came: said plainly, with why, and the service stands as failed."""
    services.faults("*:503")
    after = ask(visitor, ativo="PETR4")
    assert re.search(r"PETR4: não veio\. \S+", after)
    assert "falhou da última vez" in after or "bloqueado" in after


def test_what_the_wallet_does_not_hold_is_not_asked_for(visitor: httpx.Client) -> None:
    """The form is no way to make this server call out for anything."""
    token = _CSRF.findall(visitor.get("/fontes").text)[0]
    origin = str(visitor.base_url).rstrip("/")
    sent = visitor.post("/fontes/tentar", data={"csrf": token, "ativo": "VALE3"}, headers={"origin": origin})
    assert sent.status_code == 400
