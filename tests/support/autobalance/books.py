"""A desk: portfolios that are balanced, their book, and the journal, on a real database of either engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from fiel.autobalance import tables
from fiel.autobalance.journal import Journal, JournalConfig
from fiel.autobalance.journal_port import BeginResult, Held, Plan, ToSave
from fiel.autobalance.orders import Execution, OrderReport, OrderState
from fiel.autobalance.portfolios import Portfolios
from fiel.autobalance.saga.events import Answered, Happened, Step, Woken
from fiel.autobalance.saga.model import Attempt, Operation, Patience, Saga
from fiel.autobalance.saga.step import step
from fiel.autobalance.store import sagas
from fiel.custody.accounts import AccountKey
from fiel.custody.joint import JointBook
from fiel.custody.order_events.event import Side
from fiel.infra.storage import leases
from fiel.infra.storage.tables import leases as lease_table
from tests.support.custody_bank import BRL, E9, START, Bank

MODEL = '{"targets": {"PETR4": "50", "VALE3": "50"}}'
#: Compensations are tried again without a pause, so that stories need no clock.
PATIENCE = Patience(delay=timedelta(0), jitter=0)


def buy(number: int, ticker: str = "PETR4", quantity: int = 10, price: int = 30, stage: int = 1) -> Operation:
    """A planned purchase, in whole units and whole money."""
    return Operation(number, stage, ticker, Side.BUY, quantity * E9, price * E9, price * E9)


def sell(number: int, ticker: str = "VALE3", quantity: int = 5, price: int = 60, stage: int = 1) -> Operation:
    """A planned sale."""
    return Operation(number, stage, ticker, Side.SELL, quantity * E9, price * E9, price * E9)


def report(
    attempt: Attempt, state: OrderState = OrderState.FILLED, *fills: tuple[int, int], at: datetime = START
) -> OrderReport:
    """What the broker says; without `fills` (units, price) a FILLED one is executed in full at its limit."""
    order = attempt.order
    done = fills or (((order.quantity // E9, order.limit // E9),) if state is OrderState.FILLED else ())
    executions = [Execution(n, units * E9, price * E9, at) for n, (units, price) in enumerate(done, 1)]
    return OrderReport(order.client_order_id, state, tuple(executions))


@dataclass(slots=True)
class Desk:
    """Everything that a worker has, under the name `holder`."""

    bank: Bank
    holder: str = "worker-1"
    patience: Patience = PATIENCE
    config: JournalConfig = field(default_factory=JournalConfig)

    @property
    def journal(self) -> Journal:
        bank = self.bank
        book = JointBook(bank.policy, bank.wire)
        return Journal(bank.database, book, bank.clock, self.config, self.patience)

    @property
    def portfolios(self) -> Portfolios:
        return Portfolios(self.bank.database, self.bank.clock)

    def other(self, holder: str = "worker-2") -> Desk:
        """Another worker on the same book."""
        return Desk(self.bank, holder, self.patience, self.config)

    def enrol(self, portfolio: str = "ana", cash: str = "1000.00", **shares: int) -> None:
        """A balanced portfolio with cash and shares (bought at 60)."""
        self.bank.custody.deposit(portfolio, cash)
        for ticker, units in shares.items():
            self.bank.custody.bring_shares(portfolio, ticker, str(units), str(60 * units))
        self.portfolios.enrol(
            portfolio, BRL, model=MODEL, policy="{}", broker="simulated", by="ana@example.com"
        )

    def sequence(self, portfolio: str = "ana") -> int:
        """Where the account stands."""
        return int(self.bank.look(lambda book: book.account(AccountKey(portfolio, BRL))).sequence)

    def plan(self, *operations: Operation, portfolio: str = "ana", **other: Any) -> Plan:
        """A plan for the account as it stands; a purchase of 10 PETR4 at 30 unless told."""
        terms: dict[str, Any] = {
            "account_sequence": None,
            "request": "req-1",
            "trigger": "band",
            "worst": "7.5",
        }
        terms |= other
        if terms["account_sequence"] is None:
            terms["account_sequence"] = self.sequence(portfolio)
        return Plan(portfolio, BRL, operations=operations or (buy(1),), **terms)

    def try_begin(self, *operations: Operation, **other: Any) -> BeginResult:
        """One batch, if it may be begun."""
        (found,) = self.journal.begin([self.plan(*operations, **other)], self.holder)
        return found

    def begin(self, *operations: Operation, **other: Any) -> Held:
        """One batch that is begun."""
        found = self.try_begin(*operations, **other)
        assert isinstance(found, Held), found
        return found

    def after(self, held: Held, *happened: Happened) -> ToSave:
        """What is to be saved when this happened, one after the other."""
        return ToSave(held, self.stepped(held.saga, happened))

    def stepped(self, saga: Saga, happened: Sequence[Happened]) -> Step:
        """The steps as one."""
        found = Step(saga)
        for each in happened:
            last = step(found.saga, each, self.patience)
            found = Step(
                last.saga, found.told + last.told, found.alerts + last.alerts, found.commands + last.commands
            )
        return found

    def filled(self, held: Held) -> ToSave:
        """Every order that is out is executed in full."""
        out = [a for o in held.saga.operations for a in o.attempts if not a.state.is_final]
        return self.after(held, *(self.answer(attempt) for attempt in out))

    def answer(
        self, attempt: Attempt, state: OrderState = OrderState.FILLED, *fills: tuple[int, int]
    ) -> Answered:
        """The broker's word on an attempt."""
        return Answered(
            attempt.id, report(attempt, state, *fills, at=self.bank.clock.now()), self.bank.clock.now()
        )

    def woken(self, attempt: Attempt) -> Woken:
        """The pause before a compensation is over."""
        return Woken(attempt.id, self.bank.clock.now())

    def saved(self, to_save: ToSave) -> Held:
        """The saga as it is saved."""
        (found,) = self.journal.save([to_save])
        assert isinstance(found, Held), found
        return found

    def let_pass(self, span: timedelta = timedelta(hours=7)) -> None:
        """Time passes by the database's clock: leases come nearer to their end."""
        micros = span // timedelta(microseconds=1)
        held = lease_table.c
        live = update(lease_table).where(held.expires_at > 0)
        with self.bank.database.unit_of_work() as unit:
            earlier = {"expires_at": held.expires_at - micros, "ends_at": held.ends_at - micros}
            unit.connection.execute(live.values(**earlier))

    def lease_is_free(self, portfolio: str = "ana") -> bool:
        """Whether nobody holds it."""
        with self.bank.database.reading() as session:
            return bool(leases.lapsed(session, [f"autobalance:{portfolio}"]))

    def steps(self, saga_id: str) -> list[dict[str, Any]]:
        """The history of a saga."""
        with self.bank.database.reading() as session:
            return sagas.steps_of(session, saga_id)

    def image(self) -> bytes:
        """Every row of the book, of messaging and of the journal."""
        lines = []
        with self.bank.database.reading() as session:
            for table in sorted(tables.METADATA.tables.values(), key=lambda table: table.name):
                asked = select(table).order_by(*table.primary_key.columns)
                lines += [f"{table.name} {tuple(row)!r}" for row in session.execute(asked)]
        return self.bank.image() + "\n".join(lines).encode()
