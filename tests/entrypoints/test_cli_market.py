"""`fiel market` and `fiel plan --market` against simulated services, and without any service."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import CliRunner
from typer.testing import Result

from fiel.entrypoints.cli.everything import app
from fiel.infra.system import SystemClock
from fiel.market.simulator.plans import parse_plan
from fiel.market.simulator.server import running
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.upstream import Upstream


class Services:
    """The simulated services on a port of their own, in a thread."""

    def __init__(self) -> None:
        self.upstream = Upstream(Truth.of(7), SystemClock())
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(30)

    def stop(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        self._loop.close()

    def faults(self, *rules: str) -> None:
        """What goes wrong from now on."""
        self.upstream.plan = parse_plan(rules, seed=1)

    async def _serve(self) -> None:
        async with running(self.upstream) as urls:
            self.url = next(iter(urls.values())).rpartition("/")[0]
            self._ready.set()
            await self._stop.wait()


@pytest.fixture(scope="module")
def shared_services() -> Iterator[Services]:
    """One server for the module."""
    found = Services()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def services(shared_services: Services) -> Iterator[Services]:
    """Without faults at the beginning and at the end."""
    shared_services.faults()
    yield shared_services
    shared_services.faults()


def fiel(folder: Path, *arguments: str, **environment: str) -> Result:
    """Run a command in English with a data folder of its own."""
    settings = {"COLUMNS": "200", "FIEL_LANG": "en", "FIEL_DATA_DIR": str(folder)}
    return CliRunner().invoke(app, list(arguments), env=settings | environment)


def of_json(result: Result) -> Any:
    """The answer for programs."""
    return json.loads(result.stdout)


def test_a_quote_says_everything_about_itself(services: Services, tmp_path: Path) -> None:
    """Unit, instant, age, source and how it was had; asked again, it is held."""
    first = fiel(tmp_path, "market", "quote", "petr4", "--json", FIEL_MARKET_UPSTREAM=services.url)
    again = fiel(tmp_path, "market", "quote", "PETR4", "--explain", FIEL_MARKET_UPSTREAM=services.url)

    (quote,) = of_json(first)
    assert (quote["symbol"], quote["unit"], quote["source"]) == ("PETR4", "BRL per unit", "brapi")
    assert quote["age_seconds"] >= 0
    assert "held, in time" in again.stdout
    assert "nobody was asked" in again.stdout


def test_what_was_refused_is_explained(services: Services, tmp_path: Path) -> None:
    """BRAPI's digit slips: its answer is refused, by name and reason, and HG Brasil's is shown."""
    fiel(tmp_path, "market", "quote", "VALE3", FIEL_MARKET_UPSTREAM=services.url)
    services.faults("brapi:x10")
    shown = fiel(
        tmp_path, "market", "quote", "VALE3", "--renew", "--explain", FIEL_MARKET_UPSTREAM=services.url
    )

    assert shown.exit_code == 0
    assert "hgbrasil" in shown.stdout
    assert "brapi · refused · attempt 1 · implausible" in shown.stdout


def test_a_symbol_nobody_knows_is_an_exit_code(services: Services, tmp_path: Path) -> None:
    """The others are shown all the same."""
    shown = fiel(tmp_path, "market", "quote", "PETR4", "XPTO3", FIEL_MARKET_UPSTREAM=services.url)

    assert shown.exit_code == 6
    assert "XPTO3: no price" in shown.stderr
    assert "PETR4" in shown.stdout


def test_a_series_as_table_csv_and_json(services: Services, tmp_path: Path) -> None:
    """The same rows in three forms, each with its unit and source."""
    asked = ("market", "series", "cdi", "--from", "2026-03-02", "--to", "2026-03-31")
    table = fiel(tmp_path, *asked, FIEL_MARKET_UPSTREAM=services.url)
    csv = fiel(tmp_path, *asked, "--csv", FIEL_MARKET_UPSTREAM=services.url)
    data = of_json(fiel(tmp_path, *asked, "--json", FIEL_MARKET_UPSTREAM=services.url))

    assert "% per day · SGS 12" in table.stdout
    assert csv.stdout.splitlines()[0] == "series,day,value,unit,until,source,fetched_at"
    assert len(csv.stdout.splitlines()) - 1 == len(data["rows"]) == 22
    assert data["missing"] == []


def test_a_sync_is_repeated_without_calls(services: Services, tmp_path: Path) -> None:
    """What is final is there: the second run asks for nothing."""
    asked = ("market", "sync", "--series", "ipca,cdi", "--since", "2024-01-01", "--json")
    first = of_json(fiel(tmp_path, *asked, FIEL_MARKET_UPSTREAM=services.url))
    second = of_json(fiel(tmp_path, *asked, FIEL_MARKET_UPSTREAM=services.url))

    assert first["rows"] > 500
    assert (second["rows"], second["calls"]) == (0, 0)


def test_a_sync_that_could_not_have_everything_says_what(services: Services, tmp_path: Path) -> None:
    """All services are down: exit code 6, and each window with its reason."""
    services.faults("*:503")
    told = fiel(
        tmp_path,
        "market",
        "sync",
        "--series",
        "ipca",
        "--since",
        "2026-01-01",
        FIEL_MARKET_UPSTREAM=services.url,
    )

    assert told.exit_code == 6
    assert "not had: ipca" in told.stderr


def test_events_with_who_told_them(services: Services, tmp_path: Path) -> None:
    """Dividends on which both services agree; held, they are shown without a call."""
    told = of_json(fiel(tmp_path, "market", "events", "ITUB4", "--json", FIEL_MARKET_UPSTREAM=services.url))
    calls = sum(services.upstream.calls.values())
    held = fiel(tmp_path, "market", "events", "ITUB4", "--held", FIEL_MARKET_UPSTREAM=services.url)

    assert told["heard"] == ["brapi", "hgbrasil"]
    assert {each["standing"] for each in told["cash"]} >= {"agreed"}
    assert "sources agree" in held.stdout
    assert sum(services.upstream.calls.values()) == calls


def test_health_shows_what_happened(services: Services, tmp_path: Path) -> None:
    """Calls, budgets, rows, and the answer that was not believed."""
    fiel(tmp_path, "market", "quote", "PETR4", FIEL_MARKET_UPSTREAM=services.url)
    services.faults("brapi:x100")
    fiel(tmp_path, "market", "quote", "PETR4", "--renew", FIEL_MARKET_UPSTREAM=services.url)

    shown = fiel(tmp_path, "market", "health", "PETR4", FIEL_MARKET_UPSTREAM=services.url)
    data = of_json(fiel(tmp_path, "market", "health", "--json", FIEL_MARKET_UPSTREAM=services.url))

    assert "brapi PETR4 · implausible" in shown.stderr
    assert data["providers"][0]["quota"].keys()
    assert [each["kind"] for each in data["quarantine"]] == ["implausible"]


def test_a_plan_at_market_prices(services: Services, tmp_path: Path) -> None:
    """Prices of B3 symbols come from the market, with their source in the plan; old ones are refused."""
    file = tmp_path / "portfolio.toml"
    fiel(tmp_path, "init", str(file))

    planned = fiel(
        tmp_path, "plan", str(file), "--cash", "1000", "--market", "--json", FIEL_MARKET_UPSTREAM=services.url
    )
    refused = fiel(tmp_path, "plan", str(file), "--cash", "1000", "--market", FIEL_MARKET_OFFLINE="1")

    assert planned.exit_code == 0
    assert "brapi (fresh" in planned.stdout
    assert refused.exit_code == 3
    assert "price_stale" in refused.stderr


def test_without_services_recorded_figures_say_their_age(tmp_path: Path) -> None:
    """FIEL_MARKET_OFFLINE: nothing is asked; a symbol that is not recorded is named."""
    quote = fiel(tmp_path, "market", "quote", "PETR4", FIEL_MARKET_OFFLINE="1")
    series = of_json(
        fiel(tmp_path, "market", "series", "ipca", "--from", "2025-01-01", "--to", "2025-12-31", "--json",
             FIEL_MARKET_OFFLINE="1")
    )  # fmt: skip
    unknown = fiel(tmp_path, "market", "quote", "XPTO3", FIEL_MARKET_OFFLINE="1")

    assert "recorded" in quote.stdout
    assert "stale" in quote.stdout
    assert (len(series["rows"]), series["quality"], series["sources"]) == (12, "stale", ["recorded"])
    assert unknown.exit_code == 4


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FIEL_BRAPI_TOKEN", "with space"),
        ("FIEL_HG_KEY", "x"),
        ("FIEL_SGS_URL", "ftp://somewhere"),
        ("FIEL_MARKET_UPSTREAM", "nowhere"),
        ("FIEL_MARKET_OFFLINE", "perhaps"),
        ("FIEL_MARKET_TICKERS", "PETR4,nonsense"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, variable: str, value: str) -> None:
    """Exit code 2 with the variable, and a token is never repeated."""
    told = fiel(tmp_path, "market", "health", **{variable: value})

    assert told.exit_code == 2
    assert variable in told.stderr
    assert "with space" not in told.stderr
