"""A real PostgreSQL and a real Kafka of this module alone, an exchange, custody, and two auto-balancers."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest

from fiel.autobalance.brokers.simulated.books import Counters, Statement
from fiel.autobalance.brokers.simulated.client import ExchangeControl
from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.parts import Parts
from fiel.autobalance.simulation.fleet import FleetMaker, FleetPlan
from fiel.autobalance.simulation.founding import Founding
from fiel.autobalance.simulation.result import disagreements, everybody, worst_deviation
from fiel.autobalance.topics import PRICE_TICKS
from fiel.autobalance.triggers import Policy
from fiel.autobalance.wire import Request, request_message, tick_message
from fiel.bootstrap.autobalance import OpenAutobalance, open_autobalance
from fiel.custody.accounts import PRICE_SCALE
from fiel.custody.topics import ORDER_EVENTS
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from fiel.settings import Settings
from tests.services.running import Services
from tests.support.processes import Process, fiel, until

Answer = TypeVar("Answer")
PARTITIONS = 8
#: Waves after which some batch must have run.
MOVES_MAX = 20
PLAN = FleetPlan(portfolios=20, stocks=10, waves=(6,) * 400, seed=7)
#: The rules of the house, but for the waiting.
RULES = {
    "FIEL_AUTOBALANCE_BROKER": "exchange",
    "FIEL_AUTOBALANCE_HOURS": "always",
    "FIEL_AUTOBALANCE_COOL_DOWN": "0s",
    "FIEL_AUTOBALANCE_LEASE": "3s",
    "FIEL_AUTOBALANCE_ANSWER": "2s",
    "FIEL_AUTOBALANCE_FILL": "3s",
    "FIEL_AUTOBALANCE_DELAY": "1s",
    "FIEL_KAFKA_SESSION": "6s",
}


@dataclass
class Accounts:
    """The accounts to be opened at the exchange."""

    found: list[tuple[str, int, Mapping[str, int]]] = field(default_factory=list)

    def open_account(self, portfolio: str, cash_minor: int, shares: Mapping[str, int]) -> None:
        self.found.append((portfolio, cash_minor, shares))


@dataclass
class Arena:
    """Everything that runs, and everything that may be asked or done."""

    database: str
    kafka: str
    folder: Path
    stack: ExitStack
    opened: OpenAutobalance
    bus: KafkaBus
    exchange: Process
    url: str
    maker: FleetMaker
    prices: dict[str, int]
    waves: Iterator[list[tuple[str, int]]]
    workers: dict[int, Process] = field(default_factory=dict)
    kills: int = 0

    @property
    def parts(self) -> Parts:
        return self.opened.parts

    def worker(self, number: int) -> Process:
        """Start auto-balancer 0 or 1, which watches its half of the portfolios."""
        started = self.stack.enter_context(
            fiel(
                self.folder / f"worker-{number}-{secrets.token_hex(2)}",
                *("worker", "autobalance", "--database", self.database, "--kafka", self.kafka),
                *("--shard", f"{number}/2"),
                FIEL_EXCHANGE_URL=self.url,
                **RULES,
            )
        )
        self.workers[number] = started
        return started

    def ready(self, number: int) -> Process:
        """The worker, once it has started."""
        process = self.workers[number]
        process.says("started: the auto-balancer")
        return process

    def kill(self, number: int) -> None:
        """kill -9, and another one in its place."""
        self.workers[number].kill9()
        self.kills += 1
        self.worker(number)

    def move(self) -> None:
        """One wave: new prices at the exchange, and told to everybody."""
        wave = dict(next(self.waves))
        self.prices |= wave
        self.ask(lambda control: control.set_prices(wave))
        self.tell(wave)

    def under_way(self) -> bool:
        """Move prices until a batch runs; on a busy machine the workers are slow to come to one."""
        return any(self._moved_something() for _ in range(MOVES_MAX))

    def _moved_something(self) -> bool:
        self.move()
        return soon(self.running, 5.0)

    def tell(self, prices: Mapping[str, int]) -> None:
        """Ticks on Kafka."""
        now = self.parts.clock.now()
        self.bus.publish([tick_message(ticker, price, now, "exchange") for ticker, price in prices.items()])

    def request(self) -> None:
        """Somebody asks for all that are not in their band yet."""
        now = self.parts.clock.now()
        names = [each.portfolio for each in everybody(self.parts) if each.is_active]
        self.bus.publish([request_message(Request(name, "person", now)) for name in names])

    def ask(self, question: Callable[[ExchangeControl], Awaitable[Answer]]) -> Answer:
        """Something of whoever runs the exchange."""

        async def asked() -> Answer:
            async with httpx.AsyncClient(timeout=20) as client:
                return await question(ExchangeControl(self.url, client))

        return asyncio.run(asked())

    def counters(self) -> Counters:
        return self.ask(lambda control: control.counters())

    def statements(self) -> Sequence[Statement]:
        return self.ask(lambda control: control.statements(0, 100))

    def running(self) -> bool:
        """Whether any batch is not at its end."""
        return self.parts.journal.has_unfinished()

    def off(self) -> Decimal:
        """How far the worst portfolio that is not STALE is from its target, as a fraction."""
        exact = {ticker: Decimal(price) / PRICE_SCALE for ticker, price in self.prices.items()}
        return worst_deviation(self.parts, exact)

    def findings(self) -> tuple[str, ...]:
        """Where custody contradicts itself or the exchange."""
        return disagreements(self.parts, iter(self.statements()))

    def settle(self) -> None:
        """Ticks and requests go on until everybody is in the band, nothing runs, and all books agree."""
        last = [0.0]

        def missing() -> str:
            if time.monotonic() - last[0] > 3:
                last[0] = time.monotonic()
                self.tell(self.prices)
                self.request()
            if self.running():
                return "batches are running"
            if (off := self.off()) > AutobalanceConfig().threshold:
                return f"somebody is {off} off"
            if left := self.ask(lambda control: control.unpublished()):
                return f"{left} order events are not published"
            return "; ".join(self.findings())

        def settled() -> bool:
            why[0] = missing()
            return not why[0] or threading.Event().wait(0.3)

        why = [""]
        until(settled, lambda: f"everybody is in the band and all books agree: {why[0]}")


def soon(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes about within some time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


@pytest.fixture
def arena(private_services: Services, tmp_path: Path) -> Iterator[Arena]:
    """The fleet founded, the exchange, custody's worker and both auto-balancers started."""
    pytest.importorskip("psycopg")
    addresses = private_services.up("postgres", "kafka")
    kafka = addresses["FIEL_TEST_KAFKA_BOOTSTRAP"]
    database = _new_database(addresses["FIEL_TEST_POSTGRES_URL"])
    with ExitStack() as stack:
        # The next test begins with an empty log: what this one said of accounts of the same names is no news.
        stack.callback(private_services.down, "kafka", purge=True)
        bus = KafkaBus(KafkaSettings(kafka, client_id="market"))
        stack.callback(bus.close)
        for topic in (PRICE_TICKS, ORDER_EVENTS):
            bus.ensure_topic(topic, PARTITIONS)
        exchange = stack.enter_context(
            fiel(
                tmp_path / "exchange",
                *("dev", "exchange", "--port", "0", "--log", str(tmp_path / "exchange.log")),
                *("--kafka", kafka, "--seed", "7", "--timeout-rate", "0.05", "--fail-rate", "0.01"),
                *("--latency", "60"),
            )
        )
        url = exchange.says(r"http://127\.0\.0\.1:\d+")[0]
        opened = stack.enter_context(open_autobalance(Settings.read({}, tmp_path, "linux"), database))
        maker = FleetMaker(PLAN)
        prices = maker.start_prices()
        found = Arena(
            database, kafka, tmp_path, stack, opened, bus, exchange, url, maker, prices, maker.waves()
        )
        _found(found)
        stack.enter_context(
            fiel(tmp_path / "custody", "worker", "custody", "--database", database, "--kafka", kafka)
        )
        found.worker(0)
        found.worker(1)
        found.ready(0)
        found.ready(1)
        found.tell(prices)
        yield found


def _new_database(server: str) -> str:
    import psycopg

    name = f"run_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    database = Database.at(url)
    schema.upgrade(database)
    database.close()
    return url


def _found(arena: Arena) -> None:
    """Everybody at their targets, in custody and at the exchange."""
    parts, accounts = arena.parts, Accounts()
    arena.ask(lambda control: control.set_prices(arena.prices))
    rules: Any = AutobalanceConfig()
    policy = Policy(cool_down=rules.cool_down * 0, minimum_gain=Decimal(0))
    Founding(parts.bookings, parts.portfolios, accounts, policy, parts.clock.now(), "exchange").found(
        arena.maker.portfolios(), arena.prices
    )
    arena.ask(lambda control: control.open_accounts(accounts.found))
