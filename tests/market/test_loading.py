"""Figures at hand: the recorded ones and those of one's own file, kept in the store with their source."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import Result

from fiel.bootstrap.market import OpenMarket, open_market
from fiel.entrypoints.cli.everything import app
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.loading import Loaded, Loader, read_closes
from fiel.market.providers.recorded import recorded_events, recorded_history, recorded_series
from fiel.settings import Settings
from tests.support.command_line import CliRunner

Fiel = Callable[..., Result]


def on_market(folder: Path, work: Callable[[Loader, OpenMarket], Loaded | None]) -> Loaded | None:
    """Runs a piece of work on the market of a folder."""

    async def run() -> Loaded | None:
        settings = Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, sys.platform)
        async with open_market(settings) as market:
            loader = Loader(market.symbols, market.events, market.rates.book, market.timing.clock)
            return work(loader, market)

    return asyncio.run(run())


def loaded(folder: Path, symbols: list[str], keys: list[str]) -> Loaded:
    """The recorded figures put into the store of a folder."""

    async def run() -> Loaded:
        settings = Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, sys.platform)
        async with open_market(settings) as market:
            loader = Loader(market.symbols, market.events, market.rates.book, market.timing.clock)
            return await loader.recorded(symbols, keys)

    return asyncio.run(run())


def test_recorded_figures_are_kept_with_their_source(tmp_path: Path) -> None:
    """Every recorded close, payment and rate is in the store, once, and says where it is from."""
    done = loaded(tmp_path, ["PETR4"], ["ipca"])
    again = loaded(tmp_path, ["PETR4"], ["ipca"])
    bars = recorded_history("PETR4").bars

    def look(_: Loader, market: OpenMarket) -> None:
        kept = market.symbols.bars("PETR4", "recorded", bars[0].day, bars[-1].day)
        assert [(bar.day, bar.close) for bar in kept] == [(bar.day, bar.close) for bar in bars]
        rates = {each.rate for one in market.events.cash("PETR4") for each in one.told}
        assert rates == {each.rate for each in recorded_events("PETR4").cash}

    on_market(tmp_path, look)
    assert done.sessions == {"PETR4": len(bars)}
    assert done.rows == {"ipca": len(recorded_series("ipca").rows)}
    assert (again.payments, again.rows) == ({"PETR4": 0}, {"ipca": 0})


def test_what_is_not_recorded_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    """A symbol without a recording: the known ones beside it are not kept either."""
    with pytest.raises(NotFound, match="ZZZZ3"):
        loaded(tmp_path, ["PETR4", "ZZZZ3"], [])

    def look(_: Loader, market: OpenMarket) -> None:
        assert market.symbols.sources_of("PETR4") == {}

    on_market(tmp_path, look)


def test_closes_of_a_file_take_the_place_of_what_it_told_before(tmp_path: Path) -> None:
    """One file is one source in one scale: a second reading of it replaces the first, others stay."""
    first = read_closes("symbol,date,close\nPETR4,2026-08-05,38\nPETR4,2026-08-06,38.50\n", "mine.csv")
    second = read_closes("symbol,date,close\nPETR4,2026-08-06,38.70\n", "mine.csv")
    other = read_closes("symbol,date,close\nPETR4,2026-08-04,37\n", "other.csv")

    def work(loader: Loader, market: OpenMarket) -> None:
        loader.closes(first, "file:mine.csv")
        loader.closes(other, "file:other.csv")
        loader.closes(second, "file:mine.csv")
        kept = market.symbols.bars("PETR4", "file:mine.csv", date(2026, 1, 1), date(2026, 12, 31))
        assert [(bar.day, bar.close) for bar in kept] == [(date(2026, 8, 6), Decimal("38.70"))]
        assert set(market.symbols.sources_of("PETR4")) == {"file:mine.csv", "file:other.csv"}

    on_market(tmp_path, work)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ticker,day,price\nPETR4,2026-08-06,38\n", "mine.csv:1"),
        ("", "mine.csv:1"),
        ("symbol,date,close\nPETR4,2026-08-06\n", "mine.csv:2"),
        ("symbol,date,close\nPETR4,06/08/2026,38\n", "mine.csv:2"),
        ("symbol,date,close\nPETR4,2026-08-06,38,50\n", "mine.csv:2"),
        ("symbol,date,close\nPETR4,2026-08-06,0\n", "mine.csv:2"),
        ("symbol,date,close\nPETR4,2026-08-06,nan\n", "mine.csv:2"),
        ("symbol,date,close\nPETR4,2026-08-06,38\nPETR4,2026-08-06,39\n", "mine.csv:3"),
    ],
)
def test_a_malformed_file_names_its_line(text: str, place: str) -> None:
    """A wrong head, cells too few or too many, a day or number that is none, a session told twice."""
    with pytest.raises(InvalidInput) as refusal:
        read_closes(text, "mine.csv")
    assert refusal.value.field == place


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a store of this test alone."""

    def run(*arguments: str) -> Result:
        environment = {"COLUMNS": "200", "FIEL_LANG": "en", "FIEL_DATA_DIR": str(tmp_path)}
        return CliRunner().invoke(app, list(arguments), env=environment)

    return run


def test_the_command_loads_recordings_or_a_file_and_never_both(fiel: Fiel, tmp_path: Path) -> None:
    """What was put there is counted; neither or both is a question."""
    mine = tmp_path / "mine.csv"
    mine.write_text("symbol,date,close\nPETR4,2026-08-06,38.50\n", encoding="utf-8")

    assert fiel("market", "load", str(mine)).output.startswith("1 symbols: 1 sessions")
    assert fiel("market", "load", "--recorded", "--tickers", "PETR4", "--series", "ipca").exit_code == 0
    assert fiel("market", "load").exit_code == 2
    assert fiel("market", "load", str(mine), "--recorded").exit_code == 2
