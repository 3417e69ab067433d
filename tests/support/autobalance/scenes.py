"""Scenes: the auto-balancer as the composition root makes it, a simulated exchange, and everything to watch.

scene.found("ana", cash="1000.00", PETR4="10", VALE3="5")
with scene.worker() as worker:
    worker.repair(scene.move(PETR4="45.00"))
scene.adds_up()
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import event, select, text, update

from fiel.autobalance.beginning import saga_id
from fiel.autobalance.brokers.simulated.broker import SimulatedBroker
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.config import AutobalanceConfig, LeaseSpans
from fiel.autobalance.hosting import HostPace, SagaHost
from fiel.autobalance.journal_async import AsyncJournal
from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.parts import Parts
from fiel.autobalance.ports import Broker
from fiel.autobalance.runner import AtPoint, Runner
from fiel.autobalance.saga.model import Patience, Saga, SagaStatus
from fiel.autobalance.simulation.fleet import Founded
from fiel.autobalance.simulation.founding import Founding
from fiel.autobalance.simulation.result import disagreements
from fiel.autobalance.store import sagas as saga_rows
from fiel.autobalance.topics import ALERTS
from fiel.autobalance.triggers import Policy
from fiel.autobalance.watching import Watcher
from fiel.autobalance.wire import Request, Tick
from fiel.autobalance.working import RequestDesk, Taken
from fiel.bootstrap.autobalance import OpenAutobalance, open_autobalance
from fiel.custody.accounts import Account, AccountKey
from fiel.infra.storage import tables as infra_tables
from fiel.settings import Settings
from tests.support.autobalance.fleets import FRACTIONAL, flat_model
from tests.support.autobalance.scene_means import E9, Gate, MovableClock, Whims, until
from tests.support.custody_homes import Home

__all__ = ["CONFIG", "E9", "MODEL", "PACE", "PATIENCE", "Gate", "Scene", "Whims", "Worker", "until"]

PATIENCE = Patience(
    answer=timedelta(seconds=5),
    fill=timedelta(milliseconds=200),
    poll=timedelta(milliseconds=10),
    first_query=timedelta(milliseconds=5),
    longest_query=timedelta(milliseconds=50),
    grace=timedelta(milliseconds=10),
    delay=timedelta(milliseconds=10),
)
#: Leases outlive every story, unless the story lets them run out.
CONFIG = AutobalanceConfig(
    lease=LeaseSpans(timedelta(minutes=10), timedelta(milliseconds=100)),
    patience=PATIENCE,
    cool_down=timedelta(0),
    hours=None,
    price_age_max=timedelta(hours=1),
    ask_again=timedelta(milliseconds=1),
)
PACE = HostPace(
    time_to_live=CONFIG.lease.time_to_live,
    heartbeat=CONFIG.lease.heartbeat,
    look_every=timedelta(milliseconds=20),
    at_stop=timedelta(seconds=5),
)
PRICES = {"PETR4": "30.00", "VALE3": "60.00", "ITUB4": "25.00"}
MODEL = flat_model({"PETR4": "40", "VALE3": "40", "ITUB4": "18", "cash": "2"}, lot=FRACTIONAL)


@dataclass
class Scene:
    """A book on a database of either engine, the exchange, prices, and who is enrolled."""

    home: Home
    folder: Path
    config: AutobalanceConfig = CONFIG
    policy: Policy | None = None
    clock: MovableClock = field(default_factory=MovableClock)
    whims: Whims = field(default_factory=Whims)
    prices: dict[str, Decimal] = field(default_factory=dict)
    opened: OpenAutobalance = field(init=False)
    exchange: Exchange = field(init=False)
    watcher: Watcher = field(init=False)

    def __post_init__(self) -> None:
        self.exchange = Exchange(self.clock)
        self._open()
        self.move(**PRICES)

    def _open(self) -> None:
        settings = Settings.read({}, self.folder, "linux")
        self.opened = open_autobalance(settings, self.home.url, config=self.config, clock=self.clock)
        engine = self.opened.parts.database.engine
        if engine.dialect.name == "sqlite":
            # These stories kill no machine.
            event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF").close())
            engine.dispose()
        self.watcher = self.new_watcher()

    def reopen(self) -> None:
        """The process is gone; another one opens the book."""
        self.opened.close()
        self._open()

    def close(self) -> None:
        """Nobody has it open."""
        self.opened.close()

    @property
    def parts(self) -> Parts:
        return self.opened.parts

    def new_watcher(self) -> Watcher:
        """A watcher that knows everybody who is enrolled now."""
        found = self.parts.watcher()
        found.rebuild()
        return found

    # Who there is

    def found(
        self, name: str = "ana", cash: str = "10000.00", model: BalanceModel = MODEL, **shares: str
    ) -> None:
        """A portfolio with cash and shares, in custody and at the exchange, enrolled and watched."""
        held = {ticker: int(Decimal(units) * E9) for ticker, units in shares.items()}
        prices = {ticker: int(price * E9) for ticker, price in self.prices.items()}
        cent = E9 * E9 // 100
        worth = sum((quantity * prices[ticker] + cent // 2) // cent for ticker, quantity in held.items())
        founded = Founded(name, model, int(Decimal(cash) * 100) + worth, held)
        parts = self.parts
        policy = self.policy or Policy.of(parts.config)
        Founding(parts.bookings, parts.portfolios, self.exchange, policy, self.clock.now()).found(
            [founded], prices
        )
        self.watcher.rebuild()

    def at_target(self, name: str = "ana", whole: int = 10_000) -> None:
        """A portfolio of so much money that is at the targets of `MODEL`, to the cent."""
        weights = {"PETR4": 40, "VALE3": 40, "ITUB4": 18}
        shares = {
            ticker: format(Decimal(whole * weight) / 100 / self.prices[ticker], ".9f")
            for ticker, weight in weights.items()
        }
        self.found(name, f"{whole * 2 // 100}.00", MODEL, **shares)

    # The market

    def move(self, **prices: str) -> list[Request]:
        """New prices at the exchange and for the watcher; who is out of band by them."""
        units = {ticker: int(Decimal(price) * E9) for ticker, price in prices.items()}
        self.exchange.set_prices(units)
        return self.tick(**prices)

    def tick(self, **prices: str) -> list[Request]:
        """New prices for the watcher alone."""
        self.prices |= {ticker: Decimal(price) for ticker, price in prices.items()}
        now = self.clock.now()
        return self.watcher.take_ticks(Tick(name, Decimal(price), now) for name, price in prices.items())

    def request(self, *names: str) -> list[Request]:
        """Requests as they come over the bus."""
        now = self.clock.now()
        return [Request(name, "band", now) for name in names or ("ana",)]

    # Who works

    def broker(self) -> SimulatedBroker:
        """A client of the exchange with this scene's faults."""
        return SimulatedBroker(self.exchange, self.clock, self.whims)

    def worker(
        self,
        name: str = "worker-1",
        *,
        broker: Broker | None = None,
        at_point: AtPoint = lambda _point, _saga, _attempt: None,
        patience: Patience | None = None,
        pace: HostPace = PACE,
    ) -> Worker:
        """A worker; started and stopped by `with`."""
        journal = AsyncJournal(self.parts.journal, name)
        runner = Runner(
            journal,
            broker or self.broker(),
            self.clock,
            patience or self.config.patience,
            at_point=at_point,
        )
        return Worker(self, runner, pace)

    def leases_run_out(self) -> None:
        """Hours pass by the database's clock: every lease that is held now has run out."""
        held = infra_tables.leases.c
        with self.parts.database.unit_of_work() as unit:
            gone = update(infra_tables.leases).where(held.expires_at > 1).values(expires_at=1)
            unit.connection.execute(gone)

    # What there is to see

    def account(self, name: str = "ana") -> Account:
        """Ana's money in custody."""
        with self.parts.queries.snapshot() as book:
            return book.account(AccountKey(name, "BRL"))

    def holdings(self, name: str = "ana") -> dict[str, int]:
        """What custody says she holds, in billionths."""
        with self.parts.queries.snapshot() as book:
            return {each.ticker: each.quantity for each in book.positions(name)}

    def weights(self, name: str = "ana") -> dict[str, Decimal]:
        """The part of the whole that each asset (and the cash) has, in percent."""
        values = {
            ticker: Decimal(quantity) / E9 * self.prices[ticker]
            for ticker, quantity in self.holdings(name).items()
        }
        values["cash"] = Decimal(self.account(name).balance) / 100
        whole = sum(values.values())
        return {ticker: value * 100 / whole for ticker, value in values.items()}

    def off_target(self, name: str = "ana", model: BalanceModel = MODEL) -> Decimal:
        """The largest deviation of an asset or of the cash from its target, in points of percent."""
        targets = {node.asset or "cash": node.weight or Decimal(0) for node in model.tree.children}
        now = self.weights(name)
        return max(abs(now.get(ticker, Decimal(0)) - weight) for ticker, weight in targets.items())

    def sagas(self, name: str = "ana") -> list[Saga]:
        """Her batches, the last first."""
        return self.parts.journal.sagas_of(name)

    def statuses(self, name: str = "ana") -> list[SagaStatus]:
        """How they stand, the last first."""
        return [saga.status for saga in self.sagas(name)]

    def record(self, name: str = "ana") -> saga_rows.Record:
        """Her last batch, as the history tells it."""
        records, _ = self.parts.portfolios.history(name)
        return records[0]

    def verdict(self, name: str = "ana") -> str | None:
        """Why nothing was done, as it is stored."""
        return self.parts.portfolios.status(name).portfolio.verdict

    def steps(self, saga: str) -> list[dict[str, Any]]:
        """The history of a batch, step by step."""
        with self.parts.database.reading() as session:
            return saga_rows.steps_of(session, saga)

    def alerts(self) -> list[str]:
        """The bodies of the alerts that wait in the outbox."""
        outbox = infra_tables.outbox.c
        asked = select(outbox.body).where(outbox.topic == ALERTS).order_by(outbox.id)
        with self.parts.database.reading() as session:
            return [
                bytes(body).decode() if not isinstance(body, str) else body
                for body in session.execute(asked).scalars()
            ]

    def lease_is_free(self, name: str = "ana") -> bool:
        """Whether nobody holds the portfolio."""
        asked = text("SELECT count(*) FROM leases WHERE name = :name AND expires_at > 1")
        with self.parts.database.reading() as session:
            return int(session.execute(asked, {"name": f"autobalance:{name}"}).scalar_one()) == 0

    def order_name(self, ordinal: int, operation: int, attempt: str = "f", name: str = "ana") -> str:
        """The name of an order."""
        return f"{saga_id(name, ordinal)}.{operation}.{attempt}"

    def orders(self) -> list[str]:
        """The names of all orders that the exchange has, as they came."""
        return [order.client_order_id for order, _ in self.exchange.orders()]

    def image(self) -> list[tuple[str, object]]:
        """Every row of book, journal and messaging but the leases."""
        from fiel.autobalance import tables
        from fiel.custody import tables as custody_tables

        found: list[tuple[str, object]] = []
        with self.parts.database.reading() as session:
            for catalogue in (tables.METADATA, custody_tables.METADATA):
                for table in catalogue.sorted_tables:
                    asked = select(table).order_by(*table.primary_key.columns)
                    found += [(table.name, tuple(row)) for row in session.execute(asked)]
        return found

    def adds_up(self) -> None:
        """Custody's checker is content, the exchange has the same cents and shares, and no order twice."""
        told = (self.exchange.statement(name) for name in self.exchange.portfolios())
        assert disagreements(self.parts, told) == ()
        assert self.exchange.counters().duplicate_orders == 0


@dataclass
class Worker:
    """A host with a desk, in threads of this process."""

    scene: Scene
    runner: Runner
    pace: HostPace
    ended: list[Saga] = field(default_factory=list)
    host: SagaHost = field(init=False)
    desk: RequestDesk = field(init=False)

    def __post_init__(self) -> None:
        parts = self.scene.parts
        journal: Any = self.runner.journal
        self.host = SagaHost(self.runner, journal, self.pace, self.ended.append)
        self.desk = RequestDesk(parts.planner, self.host, parts.enrolments)

    def __enter__(self) -> Worker:
        self.host.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.host.pace = replace(self.host.pace, at_stop=timedelta(0))
        self.host.stop()

    def take(self, requests: Iterable[Request]) -> Taken:
        """Requests in; what was begun runs now."""
        return self.desk.take(list(requests))

    def rebalance(self, *names: str) -> Taken:
        """The same for these portfolios, and until what was begun has ended."""
        taken = self.take(self.scene.request(*names))
        self.quiet()
        return taken

    def quiet(self) -> None:
        """Until nothing runs here and nothing is unfinished anywhere."""
        until(
            lambda: not self.host.running() and not self.scene.parts.journal.has_unfinished(), "it is quiet"
        )

    def quiet_elsewhere(self) -> None:
        """Until nothing is unfinished, whatever this host or another believes to be running."""
        until(lambda: not self.scene.parts.journal.has_unfinished(), "everything has ended")

    def repair(self, requests: Collection[Request]) -> int:
        """Requests, and those that follow from them, until everybody is in band; batches begun."""
        begun, watcher = 0, self.scene.watcher
        for _ in range(25):
            taken = self.take(requests)
            self.quiet()
            begun += taken.begun
            if not taken.begun:
                return begun
            watcher.take_changes([request.portfolio for request in requests])
            watcher.refresh()
            watcher.lost(requests)
            requests = watcher.due()
        raise AssertionError("still out of band after 25 rounds")
