"""Batches a second: begun, placed at a broker that answers at once, executed, booked; beside a bare journal.

Every saga has five operations. Ours does all that it does in production: leases, fencing, the saga's rows,
custody's reserves and fills with their double entries, the outbox. The yardstick writes a saga row and five
intents in one transaction, their results in a second and the end in a third, and knows no book.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.ledger.places import Server
from fiel.autobalance.brokers.simulated.broker import SimulatedBroker
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Rates, SeededFates
from fiel.autobalance.hosting import HostPace, SagaHost
from fiel.autobalance.journal_async import AsyncJournal
from fiel.autobalance.journal_port import Held, Plan
from fiel.autobalance.model_text import FINEST_LOT, balance_model
from fiel.autobalance.parts import Parts
from fiel.autobalance.runner import Runner
from fiel.autobalance.saga.model import Operation, SagaStatus
from fiel.autobalance.simulation.fleet import Founded
from fiel.autobalance.simulation.founding import Founding
from fiel.autobalance.triggers import Policy
from fiel.bootstrap.autobalance import open_autobalance
from fiel.bootstrap.simulation import CONFIG
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE
from fiel.custody.order_events.event import Side
from fiel.portfolio.targets import TargetNode
from fiel.settings import Settings

OPERATIONS = 5
TOGETHER = 64
PRICE = 10 * PRICE_SCALE
DDL = (
    """CREATE TABLE saga(id bigint primary key, portfolio bigint not null, state smallint not null,
    token bigint not null)""",
    """CREATE TABLE saga_op(saga_id bigint, n int, state smallint not null,
    client_order_id text not null unique, result text, primary key(saga_id, n))""",
)


@dataclass(frozen=True, slots=True)
class Timed:
    """So many sagas took so long (wall seconds, the machine's own time)."""

    sagas: int
    seconds: float

    @property
    def rate(self) -> float:
        """Sagas a second."""
        return self.sagas / self.seconds


@contextmanager
def sqlite_url() -> Iterator[str]:
    """A file of its own for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="fiel-bench-", ignore_cleanup_errors=True) as folder:
        yield f"sqlite:///{Path(folder) / 'fleet.db'}"


def settings() -> Settings:
    """The settings of nobody: the environment does not count."""
    return Settings.read({}, Path.home(), "linux")


def ours(url: str, count: int, latency_s: float = 0.0) -> Timed:
    """`count` sagas of five buys on an empty database, from plans to their end."""
    config = replace(CONFIG, in_flight=max(1_000, count), group_commit=TOGETHER)
    lease = replace(config.lease, time_to_live=timedelta(minutes=10), heartbeat=timedelta(minutes=3))
    with open_autobalance(settings(), url, config=replace(config, lease=lease)) as opened:
        parts = opened.parts
        exchange = Exchange(parts.clock)
        _found(parts, exchange, count)
        plans = _plans(parts, count)
        ended: list[SagaStatus] = []
        host = _host(parts, exchange, ended, count, latency_s)
        host.start()
        started = time.perf_counter()
        try:
            for start in range(0, count, TOGETHER):
                begun = host.begin(plans[start : start + TOGETHER])
                refused = [each for each in begun if not isinstance(each, Held)]
                if refused:
                    raise RuntimeError(f"not begun: {refused[0]}")
            while len(ended) < count:
                time.sleep(0.002)
            seconds = time.perf_counter() - started
        finally:
            host.stop()
        if any(status is not SagaStatus.DONE for status in ended):
            raise RuntimeError("a saga did not end as planned")
        return Timed(count, seconds)


def bare_sqlite(count: int) -> Timed:
    """The yardstick on SQLite, durable at each commit."""
    with tempfile.TemporaryDirectory(prefix="fiel-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *DDL):
            connection.execute(line)
        started = time.perf_counter()
        for number in range(count):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO saga VALUES (?, ?, 0, 1)", (number, number))
            connection.executemany(
                "INSERT INTO saga_op(saga_id, n, state, client_order_id) VALUES (?, ?, 0, ?)",
                [(number, each, f"s{number}-{each}") for each in range(OPERATIONS)],
            )
            connection.execute("COMMIT")
            connection.execute("UPDATE saga_op SET state = 1, result = '{}' WHERE saga_id = ?", (number,))
            connection.execute("UPDATE saga SET state = 1 WHERE id = ? AND token = 1", (number,))
        seconds = time.perf_counter() - started
        connection.close()
        return Timed(count, seconds)


def bare_postgres(url: str, count: int, connections: int = 8) -> Timed:
    """The yardstick on PostgreSQL, over so many connections at a time."""
    return asyncio.run(_bare_postgres(url.replace("postgresql+psycopg", "postgresql"), count, connections))


async def _bare_postgres(url: str, count: int, connections: int) -> Timed:
    import psycopg

    opened = [await psycopg.AsyncConnection.connect(url, autocommit=True) for _ in range(connections)]
    try:
        for line in DDL:
            await opened[0].execute(line.encode())
        numbers = iter(range(count))
        started = time.perf_counter()
        await asyncio.gather(*(_bare_worker(connection, numbers) for connection in opened))
        return Timed(count, time.perf_counter() - started)
    finally:
        for connection in opened:
            await connection.close()


async def _bare_worker(connection: Any, numbers: Iterator[int]) -> None:
    for number in numbers:
        async with connection.transaction():
            await connection.execute("INSERT INTO saga VALUES (%s, %s, 0, 1)", (number, number))
            await connection.execute(
                "INSERT INTO saga_op(saga_id, n, state, client_order_id) "
                "SELECT %s, g, 0, %s || '-' || g FROM generate_series(1, %s::int) g",
                (number, f"s{number}", OPERATIONS),
            )
        await connection.execute("UPDATE saga_op SET state = 1, result = '{}' WHERE saga_id = %s", (number,))
        await connection.execute("UPDATE saga SET state = 1 WHERE id = %s AND token = 1", (number,))


@contextmanager
def postgres_url(server: Server, name: str) -> Iterator[str]:
    """An empty database with the schema, for the length of the block."""
    from fiel.infra.storage.database import Database
    from fiel.infra.storage.schema import upgrade

    with server.database(name) as url:
        database = Database.at(url)
        upgrade(database)
        database.close()
        yield url


def _found(parts: Parts, exchange: Exchange, count: int) -> None:
    tickers = [f"SIM{number}" for number in range(OPERATIONS)]
    weight = Decimal(100) / len(tickers)
    leaves = tuple(TargetNode(ticker, weight, asset=ticker) for ticker in tickers)
    model = balance_model(TargetNode("whole", children=leaves), lot=FINEST_LOT)
    prices = dict.fromkeys(tickers, PRICE)
    exchange.set_prices(prices)
    fleet = (Founded(f"sim-{number:06d}", model, 100_000_00, {}) for number in range(count))
    policy = Policy.of(parts.config)
    Founding(parts.bookings, parts.portfolios, exchange, policy, parts.clock.now()).found(fleet, prices)


def _plans(parts: Parts, count: int) -> list[Plan]:
    operations = tuple(
        Operation(number + 1, 1, f"SIM{number}", Side.BUY, 100 * QUANTITY_SCALE, PRICE, PRICE)
        for number in range(OPERATIONS)
    )
    with parts.queries.snapshot() as book:
        sequences = {account.user_id: account.sequence for account in book.accounts()}
    return [
        Plan(name, "BRL", sequences[name], operations, f"bench:{name}", "band", "6.0000")
        for name in (f"sim-{number:06d}" for number in range(count))
    ]


def _host(
    parts: Parts, exchange: Exchange, ended: list[SagaStatus], count: int, latency_s: float
) -> SagaHost:
    journal = AsyncJournal(parts.journal, "bench")
    fates = SeededFates(1, Rates(latency_s=latency_s)) if latency_s else None
    broker = SimulatedBroker(exchange, parts.clock, fates)
    line = asyncio.Semaphore(OPERATIONS * count)
    runner = Runner(journal, broker, parts.clock, parts.config.patience, line=line)
    pace = HostPace(count, timedelta(minutes=10), timedelta(minutes=3), timedelta(minutes=5))
    return SagaHost(runner, journal, pace, lambda saga: ended.append(saga.status))
