"""From a tick to plans: `python -m bench.fleet.ticks [--portfolios 100000] [--triggered 10000]`.

Two figures: what a tick costs per holder of its symbol (verdicts kept true, exact where floats may not
decide), and how long it takes from a tick to the plans of so many triggered portfolios of twenty assets
on one core, reading the book from SQLite included.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal_port import Plan
from fiel.autobalance.model_text import BalanceModel, balance_model
from fiel.autobalance.planning import Planner, Subject
from fiel.autobalance.registry import Enrolled
from fiel.autobalance.registry.fast import FleetRegistry
from fiel.autobalance.triggers import Policy, Standing, strategy_of
from fiel.autobalance.wire import Request
from fiel.custody.ports import LastPrice
from fiel.custody.queries import Queries
from fiel.infra.storage.schema import open_database
from fiel.kernel.clock import FixedClock
from fiel.portfolio.targets import TargetNode

NOON = datetime(2026, 5, 4, 14, tzinfo=UTC)
SLOTS, CLASSES, SYMBOLS, MODELS = 20, 5, 200, 50
E9 = 10**9


@dataclass
class Town:
    """Everything that registry and planner ask for, in memory; the book is in a file."""

    prices: dict[str, int]
    subjects: dict[str, Subject]

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice]:
        return {ticker: LastPrice(ticker, self.prices[ticker], "BRL", NOON, "bench") for ticker in tickers}

    def subjects_of(self, portfolios: Collection[str]) -> Mapping[str, Subject]:
        return {name: self.subjects[name] for name in portfolios}


def model_of(dice: Random, symbols: list[str], lot: Decimal) -> BalanceModel:
    """Twenty assets in five classes."""
    chosen = sorted(dice.sample(symbols, SLOTS))
    each = SLOTS // CLASSES
    weight = Decimal(100) / each
    classes = tuple(
        TargetNode(
            f"class{n}",
            Decimal(100) / CLASSES,
            tuple(TargetNode(name, weight, asset=name) for name in chosen[n * each : (n + 1) * each]),
        )
        for n in range(CLASSES)
    )
    return balance_model(TargetNode("root", children=classes), lot=lot)


def town_of(count: int, lot: Decimal, seed: int) -> tuple[Town, list[Enrolled]]:
    """So many portfolios near their targets."""
    dice = Random(seed)
    symbols = [f"S{n:03}" for n in range(SYMBOLS)]
    prices = {name: dice.randint(500, 10_000) * E9 // 100 for name in symbols}
    models = [model_of(dice, symbols, lot) for _ in range(MODELS)]
    policy, step = Policy.of(AutobalanceConfig()), int(lot * E9)
    subjects, enrolled = {}, []
    for number in range(count):
        name, model = f"u{number:07}", models[number % MODELS]
        held = {
            ticker: int(5_000 * dice.gauss(1, 0.02) * E9 * E9 / prices[ticker]) // step * step
            for ticker in model.assets
        }
        subjects[name] = Subject(name, "BRL", model, policy, Standing())
        strategy = strategy_of(policy, model, Decimal("0.05"))
        enrolled.append(Enrolled(name, model, strategy, held, 10_000))
    return Town(prices, subjects), enrolled


def book_of(file: Path, enrolled: list[Enrolled]) -> Queries:
    """The same on disk, as custody keeps it."""
    url = f"sqlite:///{file}"
    database = open_database(url)
    with contextlib.closing(sqlite3.connect(file)) as raw, raw:
        raw.executemany(
            "insert into accounts values (?,'BRL','TRACKED',?,0,1,0,0)",
            ((each.portfolio, each.cash) for each in enrolled),
        )
        raw.executemany(
            "insert into positions values (?,'BRL',?,?,0,0,0,null,0,0,'',0)",
            ((each.portfolio, t, q) for each in enrolled for t, q in each.quantities.items()),
        )
    return Queries(database)


def tick_cost(registry: FleetRegistry, town: Town, enrolled: list[Enrolled], rounds: int) -> float:
    """Nanoseconds per holder of a tick, the median of rounds of one symbol each."""
    dice = Random(1)
    counts: dict[str, int] = {}
    for each in enrolled:
        for ticker in each.model.assets:
            counts[ticker] = counts.get(ticker, 0) + 1
    names, costs = sorted(counts), []
    for turn in range(rounds):
        name = dice.choice(names)
        price = Decimal(town.prices[name] * dice.randint(9_990, 10_010) // 10_000) / E9
        start = time.perf_counter()
        registry.ticks({name: price}, NOON + timedelta(seconds=turn))
        costs.append((time.perf_counter() - start) * 1e9 / counts[name])
    return statistics.median(costs)


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured for one size of lots; seconds of the wall, `cpu` of the processor."""

    lot: str
    load_seconds: float
    ns_per_holder: float
    told: int
    tick_seconds: float
    plans: int
    operations: int
    seconds: float
    cpu: float


def measure_lots(portfolios: int, triggered: int, lot: Decimal) -> Found:
    """One tick that puts `triggered` and more out of band, and the plans of those."""
    town, enrolled = town_of(portfolios, lot, seed=7)
    registry = FleetRegistry()
    start = time.perf_counter()
    registry.load(enrolled)
    loaded = time.perf_counter() - start
    registry.ticks({name: Decimal(price) / E9 for name, price in town.prices.items()}, NOON)
    per_holder = tick_cost(registry, town, enrolled, 200)
    with tempfile.TemporaryDirectory() as folder:
        queries = book_of(Path(folder) / "book.sqlite", enrolled[:triggered])
        planner = Planner(queries, town, town, FixedClock(NOON), AutobalanceConfig())
        # A crash of some symbols puts everybody who has one of them out of band.
        fallen = {name: price // 10 for name, price in list(town.prices.items())[::4]}
        planner.plan_many([Request(each.portfolio, "band", NOON) for each in enrolled[:100]])
        town.prices |= fallen
        start, cpu = time.perf_counter(), time.process_time()
        later = NOON + timedelta(minutes=10)
        told = registry.ticks({n: Decimal(p) / E9 for n, p in fallen.items()}, later)
        ticked = time.perf_counter() - start
        chosen = [name for name in told if name < f"u{triggered:07}"]
        answers = planner.plan_many([Request(name, "band", NOON) for name in chosen])
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    plans = [each for each in answers if isinstance(each, Plan)]
    return Found(
        str(lot),
        loaded,
        per_holder,
        len(told),
        ticked,
        len(plans),
        sum(len(plan.operations) for plan in plans),
        seconds,
        cpu,
    )


def main() -> None:
    """Measure and print one JSON object per size of lots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portfolios", type=int, default=100_000)
    parser.add_argument("--triggered", type=int, default=10_000)
    given = parser.parse_args()
    for lot in (Decimal(1), Decimal("1e-9")):
        print(json.dumps(asdict(measure_lots(given.portfolios, given.triggered, lot))))


if __name__ == "__main__":
    main()
