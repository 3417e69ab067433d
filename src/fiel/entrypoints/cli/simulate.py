"""`fiel simulate`: a fleet in a market that moves, a broker that fails, workers that die; and the sums."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.words.autobalance import SIMULATE_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import Corrupt, InvalidInput

if TYPE_CHECKING:
    from rich.status import Status

    from fiel.autobalance.simulation.result import SimulationResult
    from fiel.autobalance.simulation.world import Progress

PortfoliosOption = Annotated[
    int, typer.Option("--portfolios", min=1, max=1_000_000, help="How many portfolios.")
]
StocksOption = Annotated[int, typer.Option("--stocks", min=1, max=5_000, help="How many stocks there are.")]
WavesOption = Annotated[str, typer.Option("--waves", metavar="N,N,...", help="Price changes in each wave.")]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, help="The same seed gives the same fleet, market and faults.")
]
FailRateOption = Annotated[
    float,
    typer.Option(
        "--fail-rate",
        min=0,
        max=1,
        help="Share of orders that the exchange refuses; some of them cannot be undone either.",
    ),
]
TimeoutRateOption = Annotated[
    float,
    typer.Option(
        "--timeout-rate",
        min=0,
        max=1,
        help="Share of orders whose answer never comes, half of them executed.",
    ),
]
CrashRateOption = Annotated[
    float,
    typer.Option(
        "--crash-rate",
        min=0,
        max=0.5,
        help="Share of the points at which a worker can die where it does.",
    ),
]
DatabaseToUse = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="An empty database to work in, kept afterwards (default: a temporary one, thrown away).",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("simulate", epilog=SIMULATE_EXAMPLES)(simulate)


def simulate(
    *,
    portfolios: PortfoliosOption = 100,
    stocks: StocksOption = 50,
    waves: WavesOption = "10,20,100",
    seed: SeedOption = 7,
    fail_rate: FailRateOption = 0.0,
    timeout_rate: TimeoutRateOption = 0.0,
    crash_rate: CrashRateOption = 0.0,
    as_json: JsonOption = False,
    database: DatabaseToUse = None,
    lang: LangOption = "pt",
) -> None:
    """Build a fleet, move prices in waves, let everything that drifts be rebalanced, and add it all up.

    Orders are refused, answers lost and workers killed as often as you say. Exit code 7 when a cent or a
    share is missing, or when a portfolio is STALE that need not be.
    """
    from fiel.autobalance.simulation.faults import Troubles
    from fiel.autobalance.simulation.fleet import FleetPlan
    from fiel.bootstrap.simulation import open_simulation
    from fiel.entrypoints.worker.lines import errors_alone

    words = words_of(lang)
    plan = FleetPlan(portfolios, stocks, _waves(waves), seed)
    troubles = Troubles(fail_rate, timeout_rate, crash_rate)
    with (
        # Workers that die and answers that are lost are asked for here, and no news.
        errors_alone(),
        _database(database) as url,
        _status(words, as_json=as_json) as told,
        open_simulation(settings_here(), url, plan, troubles) as opened,
    ):
        result = opened.simulation(told).run()
    if as_json:
        write_json(result.as_json())
    else:
        _show(result, words)
    if not result.is_sound:
        raise Corrupt(
            "simulation_unsound",
            "; ".join(result.findings) or "a portfolio is STALE that need not be, or an order was doubled",
        )


def _waves(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(each) for each in text.split(","))
    except ValueError:
        raise InvalidInput(
            "waves_malformed", "write whole numbers with commas, such as 10,20,100", field="--waves"
        ) from None


@contextmanager
def _database(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="fiel-simulation-", ignore_cleanup_errors=True) as folder:
        yield f"sqlite:///{Path(folder) / 'simulation.db'}"


class _Told:
    """Shows progress on a terminal's standard error; elsewhere it is silent."""

    def __init__(self, words: Words, status: Status | None) -> None:
        self._words, self._status = words, status
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        if self._status is None or progress == self._last:
            return
        self._last = progress
        text = note(
            "sim_progress",
            self._words,
            wave=progress.wave,
            waves=progress.waves,
            running=progress.running,
            ended=progress.ended,
            stale=progress.stale,
        )
        self._status.update(text)


@contextmanager
def _status(words: Words, *, as_json: bool) -> Iterator[_Told]:
    console = screen(stderr=True)
    if as_json or not console.is_terminal:
        yield _Told(words, None)
        return
    with console.status(note("sim_progress", words, wave=0, waves=0, running=0, ended=0, stale=0)) as status:
        yield _Told(words, status)


def _show(result: SimulationResult, words: Words) -> None:
    write_out(note("sim_title", words, seed=result.seed))
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    stale = f"{len(result.stale)} ({len(result.stale_expected)})"
    for key, value in (
        ("sim_rebalances", str(result.rebalances)),
        ("sim_done", str(result.done)),
        ("sim_rolled_back", str(result.rolled_back)),
        ("sim_abandoned", str(result.abandoned)),
        ("sim_orders", str(result.orders)),
        ("sim_compensations", str(result.compensations)),
        ("sim_stale", stale),
        ("sim_crashes", str(result.crashes)),
        ("sim_duplicates", str(result.duplicate_orders)),
        ("sim_worst", f"{words.percent(100 * Decimal(result.worst_deviation))} %"),
        ("sim_conservation", note("sim_sound" if result.conservation else "sim_unsound", words)),
        ("sim_seconds", f"{result.seconds} s"),
    ):
        table.add_row(note(key, words), value)
    show(screen(), table, Text())
