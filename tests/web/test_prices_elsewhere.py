"""Prices that are kept in Redis change without a trace in the database: pages look again each minute."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from fiel.custody.ports import LastPrice, NoPrice
from tests.support.api_wallet import NOW, ApiWallet, api_wallet
from tests.support.custody_bank import SetClock
from tests.support.served_pages import HTML, settings_of


class Told:
    """A source of prices in memory."""

    def __init__(self, **reais: int) -> None:
        self.reais = reais

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        """Those that were given, as of the beginning."""
        return {
            name: LastPrice(name, self.reais[name] * 10**9, "BRL", NOW, "told")
            for name in tickers
            if name in self.reais
        }


@pytest.fixture
def prices() -> Told:
    """PETR4 at R$ 30, HGLG11 at R$ 150."""
    return Told(PETR4=30, HGLG11=150)


@pytest.fixture
def clock() -> SetClock:
    """A clock that is set by hand."""
    return SetClock(NOW)


@pytest.fixture
def ana(tmp_path: Path, prices: Told, clock: SetClock) -> Iterator[ApiWallet]:
    """Ana's book beside prices in Redis."""
    settings = settings_of(tmp_path, FIEL_REDIS_URL="redis://127.0.0.1:1/0")
    with api_wallet(tmp_path, clock=clock, settings=settings, prices=prices) as opened:
        yield opened.whole()


@pytest.mark.parametrize("path", ["/", "/carteira", "/aportar?valor=1000"])
def test_a_price_in_redis_is_on_the_page_within_a_minute(
    ana: ApiWallet, prices: Told, clock: SetClock, path: str
) -> None:
    """The worth of everything follows, though nothing was written to the book."""
    before = httpx.get(ana.url + path, headers=HTML, timeout=60).text
    prices.reais["PETR4"] = 77
    clock.move(minutes=1)
    after = httpx.get(ana.url + path, headers=HTML, timeout=60).text
    assert "77,00" not in before
    assert "77,00" in after or "7.700,00" in after
