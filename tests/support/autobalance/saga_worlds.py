"""A small world to run sagas in: a broker with whims, a book, crashes, virtual time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fiel.autobalance.orders import BrokerOrder, Execution, OrderReport, OrderState
from fiel.autobalance.saga.events import (
    Absent,
    Answered,
    Begun,
    Cancel,
    Command,
    Happened,
    NotDone,
    Place,
    Query,
    QueryFailed,
    ReservationsRefused,
    Resumed,
    SagaAlert,
    Step,
    Unanswered,
    Wake,
    Woken,
)
from fiel.autobalance.saga.model import AttemptState, Operation, Patience, Saga, SagaStatus
from fiel.autobalance.saga.step import begun_saga, step, unfinished
from fiel.custody.accounts import Account, AccountKey, PositionKey
from fiel.custody.ledger import Verdict
from fiel.custody.order_events import parse_order_event
from fiel.custody.order_events.event import OrderEvent, Side
from fiel.custody.reservations import OrderStatus
from tests.custody.stories import Book
from tests.support.autobalance.sagas import E9, OWNER, PATIENCE, SAGA, START


class Ends(StrEnum):
    """What becomes of an order that the broker has."""

    FILL = "fill"
    REJECT = "reject"
    #: Two fifths, then the broker cancels.
    PART = "part"
    #: Open, and filled when it is asked about.
    LATER = "later"
    #: Open, nothing executed, until it is cancelled.
    ASLEEP = "asleep"
    #: Open with two fifths executed, until it is cancelled.
    HALF_ASLEEP = "half_asleep"


@dataclass(frozen=True)
class Fate:
    """How the broker treats one order; `place`, `query` and `cancel` are the whims of the first calls.

    place: `taken` (it has the order, the answer is lost), `lost` (order and answer), `down` (refused to
    listen). query: `failed`, `hidden` (not seen yet). cancel: `lost`, `slow` (still open afterwards).
    """

    ends: Ends = Ends.FILL
    place: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()


FILLS = Fate()


@dataclass
class Placed:
    order: BrokerOrder
    state: OrderState
    executions: list[Execution] = field(default_factory=list)


def _paid(placed: Placed) -> int:
    """What an order moved in cents, below zero for a purchase: rounded once per order, half up."""
    exact = sum(each.quantity * each.price for each in placed.executions)
    cents = (2 * exact + 10**16) // (2 * 10**16)
    return -cents if placed.order.side is Side.BUY else cents


class Market:
    """The broker. It does NOT know the same order again: whoever sends one twice has bought twice."""

    def __init__(
        self, fates: Mapping[str, Fate], prices: Mapping[str, int], shares: Mapping[str, int]
    ) -> None:
        self.fates = fates
        self.prices = prices
        self.shares = Counter(shares)
        self.cash = 0
        self.orders: dict[str, Placed] = {}
        self.repeated = 0
        self._calls: Counter[tuple[str, str]] = Counter()

    def fate(self, order_id: str) -> Fate:
        return self.fates.get(order_id.removeprefix(SAGA + "."), FILLS)

    def place(self, order: BrokerOrder, at: datetime) -> Happened:
        name = order.client_order_id
        whim = self._whim("place", name)
        if whim == "down":
            return NotDone(name, "down", at)
        if whim == "lost":
            return Unanswered(name, at)
        self.repeated += name in self.orders
        self._accept(order, at)
        return Unanswered(name, at) if whim == "taken" else self._report(name, at)

    def query(self, name: str, at: datetime) -> Happened:
        whim = self._whim("query", name)
        if whim == "failed":
            return QueryFailed(name, "no answer", at)
        placed = self.orders.get(name)
        if placed is None or whim == "hidden":
            return Absent(name, at)
        if placed.state is OrderState.OPEN and self.fate(name).ends is Ends.LATER:
            self._execute(placed, placed.order.quantity, at)
            placed.state = OrderState.FILLED
        return self._report(name, at)

    def cancel(self, name: str, at: datetime) -> Happened:
        whim = self._whim("cancel", name)
        placed = self.orders.get(name)
        if placed is None:
            return Absent(name, at)
        if whim == "lost":
            return Unanswered(name, at)
        if placed.state is OrderState.OPEN and whim != "slow":
            placed.state = OrderState.CANCELLED
        return self._report(name, at)

    def _accept(self, order: BrokerOrder, at: datetime) -> None:
        placed = self.orders[order.client_order_id] = Placed(order, OrderState.OPEN)
        match self.fate(order.client_order_id).ends:
            case Ends.FILL:
                self._execute(placed, order.quantity * 2 // 5, at)
                self._execute(placed, order.quantity - order.quantity * 2 // 5, at)
                placed.state = OrderState.FILLED
            case Ends.REJECT:
                placed.state = OrderState.REJECTED
            case Ends.PART:
                self._execute(placed, order.quantity * 2 // 5, at)
                placed.state = OrderState.CANCELLED
            case Ends.HALF_ASLEEP:
                self._execute(placed, order.quantity * 2 // 5, at)

    def _execute(self, placed: Placed, quantity: int, at: datetime) -> None:
        order, sign = placed.order, 1 if placed.order.side is Side.BUY else -1
        # The market takes one unit of money per share when a batch is undone, as far as the limit lets it.
        price = self.prices[order.ticker] * E9
        if ".c" in order.client_order_id and (order.limit - price) * sign >= E9:
            price += E9 * sign
        assert (order.limit - price) * sign >= 0, "executed beyond the limit"
        placed.executions.append(Execution(len(placed.executions) + 1, quantity, price, at))
        self.shares[order.ticker] += sign * quantity
        self.cash -= sign * quantity * price

    def _report(self, name: str, at: datetime) -> Answered:
        placed = self.orders[name]
        return Answered(name, OrderReport(name, placed.state, tuple(placed.executions)), at)

    def _whim(self, call: str, name: str) -> str:
        count = self._calls[call, name]
        self._calls[call, name] += 1
        whims: tuple[str, ...] = getattr(self.fate(name), call)
        return whims[count] if count < len(whims) else ""


class Crash(StrEnum):
    """Where a worker dies: with an answer that is not saved, with commands that are not carried out, or
    with every order sent and no answer heard."""

    BEFORE_SAVE = "before_save"
    AFTER_SAVE = "after_save"
    ALL_SENT = "all_sent"


class World:
    """A saga that runs by itself: the runner, the journal, custody's book and the broker, in virtual time."""

    def __init__(
        self,
        operations: Iterable[Operation],
        fates: Mapping[str, Fate],
        *,
        cents: int = 500_000,
        shares: Mapping[str, int] | None = None,
        crashes: Mapping[int, Crash] | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        operations = tuple(operations)
        self.patience, self.crashes = patience, dict(crashes or {})
        self.before = {each.ticker: 0 for each in operations} | {
            ticker: count * E9
            for ticker, count in ({"VALE3": 50, "PETR4": 5} if shares is None else shares).items()
        }
        self.market = Market(fates, {each.ticker: each.price // E9 for each in operations}, self.before)
        self.cents = cents
        self.book = Book()
        self.book.deposit(cents)
        for ticker, count in self.before.items():
            if count:
                self.book.bring(count // E9, count // E9 * 1000, ticker)
        self.saga = begun_saga(SAGA, OWNER, "BRL", operations, 1, START)
        self.now = START
        self.alerts: list[SagaAlert] = []
        self.events = 0
        self.pauses: dict[str, timedelta] = {}
        self._due: list[tuple[datetime, int, Command]] = []
        self._newest: dict[tuple[type, str], int] = {}
        self._count = 0

    def run(self, hours: int = 1) -> Saga:
        """To the end, or for so long."""
        self._take(Begun(self.now))
        while self._due and not self.saga.status.is_final and self.now < START + timedelta(hours=hours):
            due, number, command = heapq.heappop(self._due)
            if self._newest.get((type(command), command.attempt)) == number:
                self.now = max(self.now, due)
                self._take(self._carried_out(command))
        waiting = any(self._newest.get((type(each), each.attempt)) == n for _, n, each in self._due)
        assert self.saga.status.is_final or waiting, "the saga waits for nothing"
        return self.saga

    def _take(self, event: Happened) -> None:
        """One event: decided, saved, its commands set up; or a crash at one of these points."""
        crash = self.crashes.get(self.events)
        self.events += 1
        if crash is Crash.BEFORE_SAVE and not isinstance(event, Begun):
            self._resume()
            return
        commands = self._saved(step(self.saga, event, self.patience))
        if crash is None:
            self._set_up(commands)
            return
        if crash is Crash.ALL_SENT:
            for command in commands:
                if isinstance(command, Place):
                    self._carried_out(command)
        self._resume()

    def _resume(self) -> None:
        if self.saga.status.is_final:
            return
        self._due.clear()
        self._newest.clear()
        self.now += timedelta(seconds=1)
        self._take(Resumed(self.saga.token + 1, self.now))

    def _saved(self, done: Step) -> tuple[Command, ...]:
        """As the journal does it: a refused reservation is answered before anything is sent."""
        for _ in range(20):
            self._check(done)
            self.saga = done.saga
            self.alerts += done.alerts
            refused = [name for event in done.told if (name := self._fold(event))]
            if not refused:
                return done.commands
            prepared = [command.attempt for command in done.commands if isinstance(command, Place)]
            happened = ReservationsRefused(
                tuple((name, "cash_not_available") for name in refused), tuple(prepared), self.now
            )
            done = step(self.saga, happened, self.patience)
        raise AssertionError("refusals without end")

    def _fold(self, told: Mapping[str, object]) -> str | None:
        """Into the book; the name of an order that the book refused."""
        event = parse_order_event(told)
        assert isinstance(event, OrderEvent), event
        assert self.book.batch.take(event, self.now) is Verdict.APPLIED, told
        order = self.book.batch.orders[event.order_id]
        if event.status.value == "PENDING" and order.status is OrderStatus.REFUSED:
            return str(told["eventId"]).partition(":")[0]
        return None

    def _check(self, done: Step) -> None:
        """What holds for every step."""
        before, after = self.saga, done.saga
        changed = after is not before
        assert after.version == before.version + changed
        assert changed or not (done.told or done.alerts)
        for command in done.commands:
            attempt = after.attempt(command.attempt)
            if isinstance(command, Place):
                assert attempt.state is AttemptState.SENT, command
            elif isinstance(command, Wake):
                assert attempt.state is AttemptState.PLANNED, command
            else:
                assert attempt.state.in_doubt, command
        if after.status.is_final:
            assert not unfinished(after)
        if after.status is SagaStatus.COMPENSATING:
            assert after.failed

    def _set_up(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self._count += 1
            self._newest[type(command), command.attempt] = self._count
            heapq.heappush(self._due, (self.now + command.after, self._count, command))
            if isinstance(command, Wake):
                self.pauses[command.attempt] = command.after

    def _carried_out(self, command: Command) -> Happened:
        attempt = self.saga.attempt(command.attempt)
        self.now += timedelta(milliseconds=1)
        match command:
            case Place():
                status = self.book.batch.orders[attempt.order.order_id].status
                assert status in (OrderStatus.PENDING, OrderStatus.PARTIALLY_FILLED), "sent unreserved"
                return self.market.place(attempt.order, self.now)
            case Query():
                return self.market.query(attempt.id, self.now)
            case Cancel():
                return self.market.cancel(attempt.id, self.now)
            case Wake():
                return Woken(attempt.id, self.now)

    # --- what must hold at the end ---

    def settled(self) -> None:
        """Whatever happened: no order twice, and book and broker agree to the cent and the share."""
        assert self.market.repeated == 0, "an order was sent to a broker that had it"
        batch = self.book.batch
        assert batch.dead_letters == []
        account: Account = batch.accounts[AccountKey(OWNER, "BRL")]
        assert account.blocked == 0
        assert account.balance >= 0
        assert account.balance == self.cents + sum(map(_paid, self.market.orders.values()))
        for ticker in self.before:
            position = batch.positions.get(PositionKey(OWNER, "BRL", ticker))
            held, reserved = (position.quantity, position.reserved) if position else (0, 0)
            assert (held, reserved) == (self.market.shares[ticker], 0), ticker
        self.book.adds_up()

    def target(self) -> dict[str, int]:
        """What is held when every operation was executed."""
        after = dict(self.before)
        for each in self.saga.operations:
            after[each.ticker] += each.quantity if each.side is Side.BUY else -each.quantity
        return after

    def held(self) -> dict[str, int]:
        """What the broker says is held."""
        return {ticker: self.market.shares[ticker] for ticker in self.before}
