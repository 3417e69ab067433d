"""`fiel performance`: what people and programs read."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from tests.copilot.performing.books import Wallet
from tests.support.command_line import CliRunner, Fiel, answer
from tests.support.custody_homes import ready_made
from typer.testing import Result

from fiel.bootstrap import open_custody
from fiel.entrypoints.cli.everything import app
from fiel.entrypoints.cli.localize import help_texts
from fiel.entrypoints.words.help import HELP_PT
from fiel.entrypoints.words.performance import PERFORMANCE_NOTES
from fiel.infra.storage.database import Database
from fiel.infra.system import SystemClock
from fiel.kernel.calendars import anbima, b3
from fiel.market.simulator.server import running
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.upstream import Upstream
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.values import Bar, Observation
from fiel.performance.aligned import DoubtKind
from fiel.performance.entries import CASH_CLASS
from fiel.performance.xirr import NoRateReason
from fiel.portfolio.instruments import Kind
from fiel.settings import Settings

READ = datetime(2026, 1, 2, tzinfo=UTC)
LAST = date(2025, 12, 30)


@pytest.fixture
def fiel(tmp_path: Path) -> Fiel:
    """Runs `fiel ...` on a book of this test alone: ana's two purchases of 2025 and their closes."""
    url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"

    def run(*arguments: object, lang: str = "en", columns: int = 120) -> Result:
        environment = {"COLUMNS": str(columns), "FIEL_LANG": lang, "FIEL_DATABASE_URL": url}
        environment |= {"FIEL_MARKET_OFFLINE": "1"}
        return CliRunner().invoke(app, [str(each) for each in arguments], env=environment)

    home = Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, sys.platform)
    with open_custody(home, url) as opened:
        ana = Wallet(opened)
        for on, symbol, amount in (("2025-01-02", "PETR4", "1000.00"), ("2025-07-01", "VALE3", "1100.00")):
            ana.deposits(on, amount)
            ana.trades(on, symbol, "100", "10.00")
    database = Database.at(url)
    days = b3().sessions(date(2024, 12, 30), LAST + timedelta(days=1))
    for symbol, month, last in (("PETR4", 9, "12.00"), ("VALE3", 10, "9.00")):
        bars = [Bar(day, Decimal("10.00" if day < date(2025, month, 1) else last)) for day in days]
        StoredSymbols(database).replace_bars(symbol, "brapi", bars, at=READ)
    rates = anbima(LAST).sessions(date(2024, 12, 30), date(2026, 1, 3))
    found = [Observation(day, Decimal("0.05")) for day in rates]
    StoredSeries(database).save("cdi", found, source="bcb_sgs", at=READ, span=None)
    database.close()
    return run


def test_a_year_for_people(fiel: Fiel) -> None:
    """Where the worth came from, both returns and why they differ, the table, the yardstick, risk."""
    result = fiel("performance", "--period", 2025, "--level", "asset")
    assert result.exit_code == 0, result.stderr
    told = " ".join(result.stdout.split())
    for part in (
        "Performance of ana, 2025-01-02 to 2025-12-31, amounts in R$",
        "Put in 2,100.00 − Taken out 0.00 + Gain of prices 100.00",
        "= Worth at the end 2,200.00",
        "Of quotas (TWR)",
        "Of your money (XIRR)",
        "Why they differ:",
        "2025-07-01: R$ 1,100.00 came in before +4.76 % (average: +2.37 %): R$ 26.35",
        "PETR4 0.00 1,000.00 0.00 200.00 1,200.00 +20.00 +20.12 +9.52",
        "Sum 100.00 2,200.00 +4.76",
        "CDI 2,306.95 +13.37 +13.54 0.00",
        "35.62 % of the CDI of the period; by daily rates 37.07 %",
        "● This wallet ○ CDI",
        "Volatility:",
        "Deepest fall: −4.35 %, 2025-09-30 to 2025-10-01; not recovered yet.",
        "Best month: 09/2025, +9.52 %. Worst: 10/2025, −4.35 %.",
        "As of 2025-12-31, zone America/Sao_Paulo. Sources: brapi, 2026-01-02; CDI (cdi, bcb_sgs).",
    ):
        assert part in told, f"{part}\n{result.stdout}"
    assert "IPCA: cannot be shown" in result.stderr
    assert "fiel market sync --series ipca --since 2025-01-01" in " ".join(result.stderr.split())


def test_the_same_in_portuguese(fiel: Fiel) -> None:
    """Comma and point, days as people write them there."""
    told = fiel("performance", "--period", 2025, lang="pt").stdout
    for part in (
        "Desempenho de ana, de 02/01/2025 a 31/12/2025, valores em R$",
        "= Patrimônio no fim",
        "2.200,00",
        "Por cotas (TWR)",
        "Maior queda:",
    ):
        assert part in told


def test_a_year_for_programs(fiel: Fiel) -> None:
    """Exact text, every level, and what each number is called."""
    told = answer(fiel("performance", "--period", 2025, "--json", "--ids"))
    lines = ("initial", "contributions", "withdrawals", "priceGain", "income", "currency", "fees", "taxes")
    assert [told["portfolio"][name] for name in lines] == [
        *("0.00", "2100.00", "0.00", "100.00", "0.00", "0.00", "0.00", "0.00")
    ]
    assert told["portfolio"]["final"] == "2200.00"
    assert told["currency"] == "BRL"
    assert {row["name"] for row in told["assets"]} == {"PETR4", "VALE3", "cash:BRL"}
    assert told["assets"][0]["ids"]["gain"] == "performance/ana/2025-01-02..2025-12-31/asset:PETR4/gain"
    points = sum(Decimal(row["points"]) for row in told["assets"])
    assert points == Decimal(told["portfolio"]["points"]).quantize(Decimal("1e-10"))
    assert told["benchmarks"][0]["name"] == "CDI"
    assert told["benchmarksMissing"][0]["name"] == "IPCA"


def test_ids_beside_the_numbers(fiel: Fiel) -> None:
    """One line for each number that can be asked after."""
    told = fiel("performance", "--period", 2025, "--ids").stdout
    assert (
        "Worth at the end 2,200.00: performance/ana/2025-01-02..2025-12-31/portfolio/final"
        in told.replace("= Worth", "Worth")
    )


def test_a_narrow_screen(fiel: Fiel) -> None:
    """Nothing is wider than what was asked for."""
    result = fiel("performance", "--period", 2025, "--width", 80)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--period", "soon"), "period_malformed"),
        (("--period", "2019"), "period_before_start"),
        (("--benchmark", "gold"), "benchmark_unknown"),
        (("--level", "planet"), "level_unknown"),
        (("--user", "bob"), "user_unknown"),
    ],
)
def test_what_cannot_be_told(fiel: Fiel, arguments: tuple[str, str], code: str) -> None:
    """Refused with a code and what to write."""
    result = fiel("performance", *arguments, lang="pt")
    assert result.exit_code != 0
    assert code in result.stderr


@pytest.fixture
def upstream() -> Iterator[str]:
    """The address of simulated services."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    urls: list[str] = []

    async def serve() -> None:
        async with running(Upstream(Truth.of(7), SystemClock())) as found:
            urls.append(next(iter(found.values())).rpartition("/")[0])
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    yield urls[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    loop.close()


def test_what_lacks_is_fetched(tmp_path: Path, upstream: str) -> None:
    """Closes, events and series of a wallet that nobody asked for yet; then nothing lacks."""
    url = f"sqlite:///{ready_made(tmp_path / 'book.db')}"
    today = SystemClock().now().date()
    with open_custody(Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, sys.platform), url) as opened:
        ana = Wallet(opened)
        ana.deposits((today - timedelta(days=40)).isoformat(), "1000.00")
        ana.trades((today - timedelta(days=39)).isoformat(), "PETR4", "10", "30.00")
    environment = {"FIEL_LANG": "en", "FIEL_DATABASE_URL": url, "FIEL_MARKET_UPSTREAM": upstream}
    asked = ["performance", "--period", "all", "--json"]
    before = answer(CliRunner().invoke(app, asked, env=environment))
    assert [one["name"] for one in before["benchmarksMissing"]] == ["CDI", "IPCA"]
    assert [one["code"] for one in before["remarks"]] == ["closes_missing"]
    after = answer(CliRunner().invoke(app, [*asked, "--fetch"], env=environment))
    assert (after["benchmarksMissing"], after["remarks"]) == ([], [])
    assert after["benchmarks"][0]["name"] == "CDI"
    assert answer(CliRunner().invoke(app, asked, env=environment)) == after


def test_every_doubt_reason_and_class_has_its_words() -> None:
    """Nothing that the reckoning says is without a sentence."""
    for name in (*(kind.value for kind in Kind), CASH_CLASS):
        assert f"performance_class_{name}" in PERFORMANCE_NOTES or name == Kind.STOCK_FRACTIONAL.value
    for kind in DoubtKind:
        assert f"performance_doubt_{kind.value}" in PERFORMANCE_NOTES
    for reason in NoRateReason:
        assert f"performance_reason_{reason.value}" in PERFORMANCE_NOTES


def test_the_help_is_translated() -> None:
    """Every help text of the command has its Portuguese."""
    command = typer.main.get_command(app).commands["performance"]  # type: ignore[attr-defined]
    assert [text for text in help_texts(command) if text not in HELP_PT] == []
