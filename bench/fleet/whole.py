"""End to end: a fleet on real PostgreSQL, one wave of prices on real Kafka, an exchange process, two workers.

Measured is the time from the first tick's publication until every batch that it caused has ended. Then it is
counted: everybody who was put out of band was rebalanced, no order was doubled, and custody and the exchange
agree on every portfolio that traded.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import httpx

from bench.fleet.sagas import postgres_url, settings
from bench.ledger.places import Server
from bench.table import Row
from bench.timing import count, duration
from fiel.autobalance.brokers.simulated.client import ExchangeControl
from fiel.autobalance.model_text import FINEST_LOT, BalanceModel, balance_model
from fiel.autobalance.parts import Parts
from fiel.autobalance.saga.model import SagaStatus
from fiel.autobalance.simulation.fleet import Founded
from fiel.autobalance.simulation.founding import Founding
from fiel.autobalance.topics import ALERTS, PRICE_TICKS, REBALANCE_REQUESTS
from fiel.autobalance.triggers import Policy
from fiel.autobalance.wire import tick_message
from fiel.bootstrap.autobalance import open_autobalance
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE
from fiel.custody.topics import ALERTS as CUSTODY_ALERTS
from fiel.custody.topics import DEAD_LETTERS, ORDER_EVENTS, WALLET_EVENTS
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.system import SystemClock
from fiel.portfolio.targets import TargetNode

ASSETS = 5
STOCKS = 100
#: One portfolio in a hundred holds the stock that jumps.
HOT, SHARE = "HOT1", 100
PRICE = 10 * PRICE_SCALE
JUMP = 2
WORKERS = 2
TOPICS = (PRICE_TICKS, REBALANCE_REQUESTS, ALERTS, ORDER_EVENTS, WALLET_EVENTS, CUSTODY_ALERTS, DEAD_LETTERS)
READY_S, END_S = 300.0, 900.0
BEHIND_S = 60.0
_PROGRAM = "from fiel.entrypoints.cli import main; main()"


def whole_wave(server: Server, kafka: str, portfolios: int) -> list[Row]:
    """The rows of the table."""
    section = (
        f"one wave, {count(portfolios)} portfolios of {ASSETS} assets, PostgreSQL, Kafka, {WORKERS} workers"
    )
    with postgres_url(server, "whole") as url, tempfile.TemporaryDirectory(prefix="fiel-whole-") as folder:
        fresh_topics(kafka)
        done = asyncio.run(_Run(url, kafka, portfolios, Path(folder)).run())
    caught = f"{done.ended:,} of {done.expected:,} batches, {done.orders:,} orders"
    return [
        Row(
            section,
            f"from the tick to the end of {caught}",
            duration(done.seconds),
            f"{done.ended / done.seconds:,.0f} batches a second",
        ),
        Row(
            section,
            "orders doubled; portfolios where custody and exchange differ",
            f"{done.doubled}; {done.differ}",
        ),
        Row(section, "not measured: founding the fleet", duration(done.founding)),
        Row(section, "not measured: the workers loading their shards", duration(done.loading)),
    ]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the wave."""

    seconds: float
    expected: int
    ended: int
    orders: int
    doubled: int
    differ: int
    founding: float
    loading: float


@dataclass
class _Collected:
    """Takes accounts for the exchange, to be opened there by the thousand."""

    accounts: list[tuple[str, int, Mapping[str, int]]] = field(default_factory=list)

    def open_account(self, portfolio: str, cash_minor: int, shares: Mapping[str, int]) -> None:
        self.accounts.append((portfolio, cash_minor, shares))


@dataclass(frozen=True, slots=True)
class _Run:
    url: str
    kafka: str
    portfolios: int
    folder: Path

    async def run(self) -> Done:
        prices = {f"SIM{number:03d}": PRICE for number in range(STOCKS)} | {HOT: PRICE}
        with contextlib.ExitStack() as stack:
            exchange = stack.enter_context(
                self._process("exchange", "dev", "exchange", "--port", "0", "--kafka", self.kafka)
            )
            base = exchange.wait_for(re.compile(r"(http://[0-9.:]+)"))
            async with httpx.AsyncClient(timeout=60) as client:
                control = ExchangeControl(base, client)
                await control.set_prices(prices)
                started = time.perf_counter()
                opened = stack.enter_context(open_autobalance(settings(), self.url))
                found = await self._found(opened.parts, control, prices)
                founding = time.perf_counter() - started
                started = time.perf_counter()
                self._tell(prices)
                for number in range(WORKERS):
                    stack.enter_context(self._worker(number, base)).wait_for(re.compile("started: the auto"))
                await asyncio.sleep(BEHIND_S / 10)
                loading = time.perf_counter() - started
                return await self._wave(opened.parts, control, found, founding, loading)

    async def _wave(
        self, parts: Parts, control: ExchangeControl, expected: int, founding: float, loading: float
    ) -> Done:
        await control.set_prices({HOT: JUMP * PRICE})
        started = time.perf_counter()
        self._tell({HOT: JUMP * PRICE})
        while True:
            counts = parts.journal.counts()
            running = counts[SagaStatus.RUNNING] + counts[SagaStatus.COMPENSATING]
            ended = sum(counts.values()) - running
            if ended >= expected and not running:
                break
            if time.perf_counter() - started > END_S:
                raise RuntimeError(f"only {ended} of {expected} batches ended")
            await asyncio.sleep(0.05)
        seconds = time.perf_counter() - started
        counters = await control.counters()
        differ = await self._differ(parts, control)
        return Done(
            seconds, expected, ended, counters.orders, counters.duplicate_orders, differ, founding, loading
        )

    async def _found(self, parts: Parts, control: ExchangeControl, prices: Mapping[str, int]) -> int:
        collected = _Collected()
        policy = replace(Policy.of(parts.config), hours=None)
        founding = Founding(
            parts.bookings, parts.portfolios, collected, policy, parts.clock.now(), "exchange"
        )
        founding.found(self._fleet(), prices)
        # What founding would have told everybody is not the wave's: it is gone, as after a quiet night.
        with parts.database.unit_of_work() as unit:
            unit.connection.exec_driver_sql("DELETE FROM outbox")
        await control.open_accounts(collected.accounts)
        return len(range(0, self.portfolios, SHARE))

    def _fleet(self) -> Iterator[Founded]:
        models: dict[tuple[str, ...], BalanceModel] = {}
        for number in range(self.portfolios):
            first = number % (STOCKS - ASSETS)
            chosen = [f"SIM{first + each:03d}" for each in range(ASSETS)]
            if number % SHARE == 0:
                chosen[0] = HOT
            key = tuple(chosen)
            if key not in models:
                models[key] = _model(chosen)
            shares = dict.fromkeys(chosen, 196 * QUANTITY_SCALE)
            yield Founded(f"sim-{number:07d}", models[key], 10_000_00, shares)

    async def _differ(self, parts: Parts, control: ExchangeControl) -> int:
        """Of those that traded: how many have not the same cash and shares in custody and at the exchange."""
        names = [f"sim-{number:07d}" for number in range(0, self.portfolios, SHARE)]
        differ = 0
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            with parts.queries.snapshot() as book:
                accounts, positions = book.accounts_of(some), book.positions_of(some)
            for name in some:
                there = await control.statement(name)
                shares = {each.ticker: each.quantity for each in positions[name] if each.quantity}
                account = accounts[name][0]
                differ += (account.balance, account.blocked, shares) != (there.cash, 0, dict(there.shares))
        return differ

    def _tell(self, prices: Mapping[str, int]) -> None:
        bus = KafkaBus(KafkaSettings(self.kafka))
        bus.ensure_topic(PRICE_TICKS, 8)
        now = SystemClock().now()
        bus.publish([tick_message(ticker, price, now, "bench") for ticker, price in prices.items()])
        bus.close()

    def _worker(self, number: int, exchange: str) -> contextlib.AbstractContextManager[_Process]:
        return self._process(
            f"worker-{number}",
            "worker",
            "autobalance",
            "--database",
            self.url,
            "--kafka",
            self.kafka,
            "--shard",
            f"{number}/{WORKERS}",
            FIEL_EXCHANGE_URL=exchange,
        )

    @contextmanager
    def _process(self, name: str, *arguments: str, **variables: str) -> Iterator[_Process]:
        log = self.folder / f"{name}.log"
        environment = (
            os.environ
            | variables
            | {
                "FIEL_AUTOBALANCE_BROKER": "exchange",
                "FIEL_EXCHANGE_URL": variables.get("FIEL_EXCHANGE_URL", "http://127.0.0.1:1"),
                "FIEL_AUTOBALANCE_HOURS": "always",
                "FIEL_AUTOBALANCE_PRICE_AGE": "6h",
                "FIEL_DATA_DIR": str(self.folder),
            }
        )
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *arguments], stdout=out, stderr=out, env=environment
            )
        try:
            yield _Process(process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass(frozen=True, slots=True)
class _Process:
    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, line: re.Pattern[str]) -> str:
        """What the log says, once it says it."""
        deadline = time.perf_counter() + READY_S
        while time.perf_counter() < deadline:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            found = line.search(text)
            if found:
                return found[0]
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended: {text[-2000:]}")
            time.sleep(0.1)
        raise RuntimeError(f"it is not ready: {self.log.read_text(encoding='utf-8')[-2000:]}")


def fresh_topics(kafka: str, topics: Sequence[str] = TOPICS) -> None:
    """Delete what earlier runs left on the topics."""
    from confluent_kafka.admin import AdminClient

    client = AdminClient({"bootstrap.servers": kafka})
    known = set(client.list_topics(timeout=10).topics)
    for waiting in client.delete_topics([topic for topic in topics if topic in known] or ["-"]).values():
        with contextlib.suppress(Exception):
            waiting.result(30)
    time.sleep(1)


def _model(chosen: Sequence[str]) -> BalanceModel:
    weight = Decimal(98) / len(chosen)
    leaves = tuple(TargetNode(ticker, weight, asset=ticker) for ticker in chosen)
    tree = TargetNode("whole", children=(*leaves, TargetNode("cash", Decimal(2), cash=True)))
    return balance_model(tree, lot=FINEST_LOT)
