"""Brokers that do not answer, answer twice, or are away for hours; and alerts that do not get through."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import SMOOTH, Fate
from fiel.autobalance.orders import BrokerOrder, OrderReport, OrderState
from fiel.autobalance.ports import OutcomeUnknown
from fiel.autobalance.saga.model import OpState, SagaStatus
from fiel.bootstrap.names import SAID as TOPICS
from fiel.custody.messages import Message
from fiel.custody.order_events.event import Side
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.infra.bus.relaying import publishing_to
from fiel.infra.storage.relay import Relay, RelayPolicy
from fiel.kernel.errors import Conflict, Unavailable
from fiel.kernel.ids import SequentialIds
from tests.support.autobalance.scenes import PATIENCE, Scene, Whims, until

OpenScene = Callable[..., Scene]
NO_ANSWER, LOST = Fate(unanswered=True), Fate(lost=True)


def first_time(fate: Fate) -> Whims:
    """What happens to the first arrival of each order."""
    return Whims(lambda _order, arrival: fate if arrival == 1 else SMOOTH)


@dataclass
class Dumb:
    """A broker that takes orders and answers no question while `is_silent`; `asked` counts the questions."""

    inner: Any
    is_silent: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    async def place(self, order: BrokerOrder) -> OrderReport:
        report: OrderReport = await self.inner.place(order)
        if self.is_silent.is_set():
            raise OutcomeUnknown("no_answer", "nobody answers")
        return report

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        self.asked += 1
        if self.is_silent.is_set():
            raise Unavailable("no_answer", "nobody answers")
        report: OrderReport | None = await self.inner.query(client_order_id, portfolio)
        return report

    cancel = query


def test_fault_51_the_answer_is_lost_the_order_was_filled(open_scene: OpenScene) -> None:
    """Fault 51: a time-out of an order that was executed: asked about, found, done; never sent again."""
    scene = open_scene(whims=first_time(NO_ANSWER))
    scene.at_target()
    with scene.worker() as worker:
        worker.take(scene.move(PETR4="45.00"))
        worker.quiet()
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.DONE
    assert set(scene.whims.arrivals().values()) == {1}
    changed = [str(step) for step in scene.steps(saga.id)]
    assert any("unknown" in step for step in changed)
    scene.adds_up()


def test_fault_52_the_order_never_arrived(open_scene: OpenScene) -> None:
    """Fault 52: a time-out of an order that was lost: absent twice, with a pause; the same once more."""
    scene = open_scene(whims=first_time(LOST))
    scene.at_target()
    with scene.worker() as worker:
        worker.take(scene.move(PETR4="45.00"))
        worker.quiet()
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.DONE
    assert set(scene.whims.arrivals().values()) == {2}
    assert {attempt.sends for operation in saga.operations for attempt in operation.attempts} == {2}
    for operation in saga.operations:
        attempt = operation.attempts[0]
        assert attempt.sent_at is not None
        assert attempt.sent_at - saga.started_at >= PATIENCE.grace
    assert len(scene.orders()) == len(saga.operations)
    scene.adds_up()


def test_fault_53_nobody_answers_for_hours(open_scene: OpenScene) -> None:
    """Fault 53: in doubt while questions fail: blocked, told, nothing undone; then it goes on."""
    scene = open_scene()
    scene.at_target()
    broker = Dumb(scene.broker())
    broker.is_silent.set()
    with scene.worker(broker=broker) as worker:  # type: ignore[arg-type]
        worker.take(scene.move(PETR4="45.00"))
        until(lambda: broker.asked > 30, "it was asked again and again")
        until(lambda: len(scene.alerts()) > 0, "somebody was told")
        (saga,) = scene.sagas()
        assert saga.status is SagaStatus.RUNNING
        assert OpState.UNKNOWN in {operation.state for operation in saga.operations}
        assert all(len(operation.attempts) <= 1 for operation in saga.operations)
        scene.tick(ITUB4="250.00")
        assert set(worker.take(scene.request("ana")).not_begun) == {"in_progress"}
        doubted = [o for o in saga.operations if o.state is OpState.UNKNOWN]
        until(lambda: len(scene.alerts()) == len(doubted), "each order in doubt was told of")
        assert all("order_in_doubt" in alert for alert in scene.alerts())
        broker.is_silent.clear()
        worker.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    assert len(scene.orders()) == len(set(scene.orders()))
    scene.adds_up()


def test_fault_53_still_in_doubt_after_a_restart(open_scene: OpenScene) -> None:
    """Fault 53: the worker ends with an order in doubt: the next asks, and sends nothing before it knows."""
    scene = open_scene()
    scene.at_target()
    broker = Dumb(scene.broker())
    broker.is_silent.set()
    with scene.worker(broker=broker) as worker:  # type: ignore[arg-type]
        worker.host.pace = replace(worker.host.pace, at_stop=timedelta(0))
        worker.take(scene.move(PETR4="45.00"))
        until(lambda: broker.asked > 3, "it is in doubt")
    placed = scene.orders()
    scene.reopen()
    with scene.worker("second", broker=broker) as second:  # type: ignore[arg-type]
        asked = broker.asked
        until(lambda: broker.asked > asked + 5, "the second asks, too")
        assert scene.orders() == placed
        assert dict(second.take(scene.request("ana")).not_begun).keys() <= {"in_progress", "inside_bands"}
        broker.is_silent.clear()
        second.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    scene.adds_up()


def test_fault_54_the_broker_refuses_the_name_it_knows(open_scene: OpenScene) -> None:
    """Fault 54: sent again after a time-out, refused as a duplicate: asked about, and found done."""
    scene = open_scene()
    scene.at_target()
    inner, known, answers = scene.broker(), set[str](), dict[str, int]()

    class Strict:
        """Takes an order, does not answer; shows it late, and takes a second arrival for a duplicate."""

        async def place(self, order: BrokerOrder) -> OrderReport:
            if order.client_order_id in known:
                raise Conflict("client_order_id_reused", "I know this name")
            known.add(order.client_order_id)
            await inner.place(order)
            raise OutcomeUnknown("no_answer", "nobody answers")

        async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
            answers[client_order_id] = answers.get(client_order_id, 0) + 1
            # Its own books are slow: the order is not to be seen at first.
            return None if answers[client_order_id] <= 2 else await inner.query(client_order_id, portfolio)

        cancel = query

    with scene.worker(broker=Strict()) as worker:  # type: ignore[arg-type]
        worker.take(scene.move(PETR4="45.00"))
        worker.quiet()
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.DONE
    assert {attempt.sends for operation in saga.operations for attempt in operation.attempts} == {2}
    assert scene.exchange.counters().duplicates_refused == 0
    scene.adds_up()


def test_the_exchange_and_the_saga_tell_the_same(open_scene: OpenScene) -> None:
    """An exchange that publishes its order events by itself: custody knows each, and books none twice."""
    scene = open_scene()
    events: list[bytes] = []
    scene.exchange = Exchange(
        scene.clock, told=lambda _portfolio, event: events.append(json.dumps(dict(event)).encode())
    )
    scene.move(PETR4="30.00", VALE3="60.00", ITUB4="25.00")
    scene.at_target()
    with scene.worker() as worker:
        worker.take(scene.move(PETR4="45.00"))
        worker.quiet()
    before = scene.holdings(), scene.account()
    received = scene.opened.custody.custody.receive([Message(event) for event in events])
    assert {verdict.value for verdict in received.verdicts} == {"duplicate"}
    assert (scene.holdings(), scene.account()) == before
    scene.adds_up()


@pytest.mark.parametrize("state", [OrderState.REJECTED, OrderState.CANCELLED, OrderState.EXPIRED])
def test_every_end_of_an_order_ends_the_batch(open_scene: OpenScene, state: OrderState) -> None:
    """Rejected, cancelled, expired: however an order ended at the broker, the batch is undone."""
    scene = open_scene()
    scene.found("ana", "800.00", PETR4="300", VALE3="50")
    before, inner = scene.holdings(), scene.broker()

    class Ending:
        async def place(self, order: BrokerOrder) -> OrderReport:
            if order.side is Side.BUY and order.client_order_id.endswith(".f"):
                return OrderReport(order.client_order_id, state, (), "so it is")
            return await inner.place(order)

        query, cancel = inner.query, inner.cancel

    with scene.worker(broker=Ending()) as worker:  # type: ignore[arg-type]
        worker.rebalance("ana")
    assert scene.statuses() == [SagaStatus.ROLLED_BACK]
    assert scene.holdings() == before
    scene.adds_up()


def test_fault_59_the_channel_of_alerts_is_down(open_scene: OpenScene) -> None:
    """Fault 59: nobody can be told: STALE stays in the book, and the alert in the outbox."""
    scene = open_scene(
        whims=Whims(
            lambda order, _arrival: (
                SMOOTH
                if order.side is Side.SELL and order.client_order_id.endswith(".f")
                else Fate(handling=Handling(reject="no"))
            )
        )
    )
    scene.at_target()
    with scene.worker() as worker:
        worker.take(scene.move(PETR4="45.00"))
        worker.quiet()
    (alert,) = scene.alerts()

    def down(_messages: object) -> dict[int, str]:
        raise Unavailable("bus_down", "nobody is there")

    at_once = RelayPolicy(first_wait=timedelta(0))
    for number in range(3):
        relayed = Relay(scene.parts.database, down, SequentialIds(f"down{number}"), at_once).turn()
        assert relayed.published == 0 < relayed.failed
        assert scene.alerts() == [alert]
    scene.reopen()
    assert scene.parts.portfolios.status("ana").portfolio.status == "stale"
    assert scene.alerts() == [alert]
    bus = EmbeddedBus(scene.parts.database)
    for topic in TOPICS:
        bus.ensure_topic(topic, 1)
    relay = Relay(scene.parts.database, publishing_to(bus), SequentialIds("up"), at_once)
    relay.drain()
    assert scene.alerts() == []
