"""Sagas to tell stories with, event by event (`saga_worlds` runs them by themselves)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from fiel.autobalance.orders import Execution, OrderReport, OrderState
from fiel.autobalance.saga.events import (
    Absent,
    Answered,
    Begun,
    Command,
    Happened,
    NotDone,
    QueryFailed,
    ReservationsRefused,
    Resumed,
    SagaAlert,
    Step,
    Unanswered,
    Woken,
)
from fiel.autobalance.saga.model import Attempt, Operation, Patience
from fiel.autobalance.saga.step import begun_saga, step
from fiel.custody.order_events.event import Side

E9 = 10**9
START = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
SAGA, OWNER = "sg_0123", "ana"
PATIENCE = Patience()


def selling(number: int, ticker: str, quantity: int, price: int, stage: int = 1) -> Operation:
    """A sale of whole units at a whole price, with a limit 2 % below."""
    return Operation(number, stage, ticker, Side.SELL, quantity * E9, price * E9, price * E9 * 98 // 100)


def buying(number: int, ticker: str, quantity: int, price: int, stage: int = 1) -> Operation:
    """A purchase of whole units at a whole price, with a limit 2 % above."""
    return Operation(number, stage, ticker, Side.BUY, quantity * E9, price * E9, price * E9 * 102 // 100)


def execution(number: int, quantity: int, price: int) -> Execution:
    """One execution of whole units at a whole price."""
    return Execution(number, quantity * E9, price * E9, START)


class Story:
    """One saga, event by event. Attempts are named without the saga: `1.f`, `2.c1`."""

    def __init__(self, *operations: Operation, patience: Patience = PATIENCE) -> None:
        self.patience = patience
        self.now = START
        self.saga = begun_saga(SAGA, OWNER, "BRL", operations, 1, START)
        self.alerts: list[SagaAlert] = []
        self.told: list[dict[str, object]] = []

    def begin(self) -> Step:
        return self.happens(Begun(self.now))

    def wait(self, pause: timedelta) -> Story:
        self.now += pause
        return self

    def fills(self, name: str, *executions: tuple[int, int], state: str = "filled") -> Step:
        """An answer with these executions (quantity, price); without any, all of it at the planned price."""
        attempt = self.attempt(name)
        if not executions and state == "filled":
            price = self.saga.operation(attempt.operation).price
            executions = ((attempt.order.quantity // E9, price // E9),)
        return self.answers(name, *executions, state=state)

    def answers(
        self, name: str, *executions: tuple[int, int], state: str = "filled", reason: str | None = None
    ) -> Step:
        told = tuple(execution(number, *each) for number, each in enumerate(executions, 1))
        report = OrderReport(full(name), OrderState(state), told, reason)
        return self.happens(Answered(full(name), report, self.now))

    def rejects(self, name: str, reason: str | None = None) -> Step:
        return self.answers(name, state="rejected", reason=reason)

    def unanswered(self, name: str) -> Step:
        return self.happens(Unanswered(full(name), self.now))

    def not_done(self, name: str) -> Step:
        return self.happens(NotDone(full(name), "connection refused", self.now))

    def absent(self, name: str) -> Step:
        return self.happens(Absent(full(name), self.now))

    def query_failed(self, name: str) -> Step:
        return self.happens(QueryFailed(full(name), "no route", self.now))

    def woken(self, name: str) -> Step:
        return self.happens(Woken(full(name), self.now))

    def resumed(self, token: int) -> Step:
        return self.happens(Resumed(token, self.now))

    def refused(self, *names: str, prepared: Iterable[str], code: str = "cash_not_available") -> Step:
        refused = tuple((full(name), code) for name in names)
        return self.happens(ReservationsRefused(refused, tuple(map(full, prepared)), self.now))

    def happens(self, event: Happened) -> Step:
        done = step(self.saga, event, self.patience)
        changed = done.saga != self.saga
        assert done.saga.version == self.saga.version + changed
        assert changed or not (done.told or done.alerts)
        self.saga = done.saga
        self.told += done.told
        self.alerts += done.alerts
        return done

    def attempt(self, name: str) -> Attempt:
        return self.saga.attempt(full(name))

    def states(self) -> list[str]:
        return [operation.state.value for operation in self.saga.operations]

    def codes(self) -> list[str]:
        return [alert.code.value for alert in self.alerts]


def full(name: str) -> str:
    return f"{SAGA}.{name}"


def said(done: Step) -> list[str]:
    """The commands of a step in short: `place 1.f`, `query 1.f +5`."""
    return [_said(command) for command in done.commands]


def _said(command: Command) -> str:
    name = f"{type(command).__name__.lower()} {command.attempt.removeprefix(SAGA + '.')}"
    seconds = command.after.total_seconds()
    return f"{name} +{seconds:g}" if seconds else name


def told(done: Step) -> list[str]:
    """What the book is told in short: `1.f PENDING`, `1.f PARTIALLY_FILLED 4`."""
    return [_told(event) for event in done.told]


def _told(event: Mapping[str, object]) -> str:
    name = str(event["eventId"]).removeprefix(SAGA + ".").partition(":")[0]
    upto = event.get("filledQuantity")
    return f"{name} {event['status']}" + (f" {upto}" if upto else "")
