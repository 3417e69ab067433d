"""What a person does to the account while it is being rebalanced: never is more held than there is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from fiel.autobalance import order_events
from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.fates import SMOOTH, Fate
from fiel.autobalance.orders import BrokerOrder, Execution
from fiel.autobalance.saga.model import SagaStatus
from fiel.custody.messages import Message
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import Refused
from tests.support.autobalance.scenes import E9, Gate, Scene, Whims, until

USER_ORDER = "a person's own"


def told(scene: Scene, event: dict[str, object]) -> list[str]:
    """An order event of somebody else reaches custody; the verdict."""
    received = scene.opened.custody.custody.receive([Message(json.dumps(event).encode())])
    return [str(verdict.value) for verdict in received.verdicts]


def order_status(scene: Scene, order: BrokerOrder) -> str:
    """How custody has the order."""
    with scene.parts.queries.snapshot() as book:
        return next(each.status.value for each in book.orders("ana") if each.order_id == order.order_id)


def users_buy(scene: Scene, units: int, ticker: str = "PETR4") -> BrokerOrder:
    """An order of ana's own, at the price as it is."""
    price = int(scene.prices[ticker] * E9)
    return BrokerOrder(f"{USER_ORDER} {units}", "ana", ticker, Side.BUY, units * E9, price)


def free(scene: Scene) -> int:
    """Cents that nothing holds."""
    account = scene.account()
    assert account.blocked <= account.balance
    return account.available


def in_progress(scene: Scene, gate: Gate) -> None:
    """A batch whose purchases are reserved for and not placed yet."""
    assert gate.came.wait(30)
    assert scene.account().blocked > 0


@pytest.fixture
def covered(scene: Scene) -> Scene:
    """Ana has cash for all her purchases: they are reserved in the moment the batch begins."""
    scene.found("ana", "3000.00", PETR4="100", VALE3="50", ITUB4="72")
    return scene


def test_fault_61_a_withdrawal_during_a_rebalance(covered: Scene) -> None:
    """Fault 61: what the batch has reserved cannot be withdrawn; the rest can, to the cent."""
    scene, gate = covered, Gate(covered.broker())
    custody = scene.opened.custody.custody
    with scene.worker(broker=gate) as worker:
        worker.take(scene.request("ana"))
        in_progress(scene, gate)
        left = free(scene)
        with pytest.raises(Refused) as refused:
            custody.withdraw("ana", f"{(left + 1) / 100:.2f}")
        assert refused.value.code == "available_exceeded"
        custody.withdraw("ana", f"{left / 100:.2f}")
        scene.exchange.move("ana", -left)
        assert free(scene) == 0
        gate.opened.set()
        worker.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    assert scene.account().balance >= 0
    scene.adds_up()


def test_fault_61_an_order_of_the_user_during_a_rebalance(covered: Scene) -> None:
    """Fault 61: her own order gets what is left, and one for more is refused; both sides' orders execute."""
    scene, gate = covered, Gate(covered.broker(), lambda order: not order.client_order_id.startswith("a p"))
    with scene.worker(broker=gate) as worker:
        worker.take(scene.request("ana"))
        in_progress(scene, gate)
        units = free(scene) // 3_000
        assert units >= 1
        small, large = users_buy(scene, units), users_buy(scene, units + 1)
        held = scene.account().blocked
        told(scene, order_events.pending(large, scene.clock.now()))
        assert (order_status(scene, large), scene.account().blocked) == ("REFUSED", held)
        told(scene, order_events.pending(small, scene.clock.now()))
        assert order_status(scene, small) == "PENDING"
        report = scene.exchange.place(small)
        for event in order_events.of_report(small, report, scene.clock.now()):
            assert told(scene, event) == ["applied"]
        gate.opened.set()
        worker.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    assert free(scene) >= 0
    scene.adds_up()


def test_fault_61_the_user_was_first(scene: Scene) -> None:
    """Fault 61: cash that her own open order holds is none of the plan's; it holds what is left at most."""
    scene.found("ana", "3000.00", PETR4="100", VALE3="20", ITUB4="72")
    hers = users_buy(scene, 90)
    assert told(scene, order_events.pending(hers, scene.clock.now())) == ["applied"]
    with scene.worker() as worker:
        worker.take(scene.request("ana"))
        worker.quiet()
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.DONE
    first = sum(
        each.limit * each.quantity for each in saga.operations if each.side is Side.BUY and each.stage == 1
    )
    assert first // (E9 * E9) <= 300
    assert free(scene) >= 0
    execution = Execution(1, hers.quantity, hers.limit, scene.clock.now())
    scene.exchange.place(hers)
    assert told(scene, order_events.executed(hers, execution, hers.quantity)) == ["applied"]
    scene.adds_up()


def test_fault_61_the_account_moves_between_plan_and_batch(covered: Scene) -> None:
    """Fault 61: a withdrawal after the plan was made: the plan is not begun, and made anew at once."""
    scene = covered
    planner, custody = scene.parts.planner, scene.opened.custody.custody
    plans: list[object] = []

    class Meddled:
        def plan_many(self, requests):  # type: ignore[no-untyped-def]
            found = planner.plan_many(requests)
            plans.extend(found)
            if len(plans) == 1:
                custody.withdraw("ana", "100.00")
                scene.exchange.move("ana", -10_000)
            return found

    with scene.worker() as worker:
        worker.desk = type(worker.desk)(Meddled(), worker.host, scene.parts.enrolments)
        assert worker.take(scene.request("ana")).begun == 1
        worker.quiet()
    assert len(plans) == 2
    assert scene.statuses() == [SagaStatus.DONE]
    scene.adds_up()


def test_fault_61_a_deposit_during_a_rebalance(covered: Scene) -> None:
    """Fault 61: money that comes in mid-batch is booked beside it; the next batch invests it."""
    scene, gate = covered, Gate(covered.broker())
    with scene.worker(broker=gate) as worker:
        worker.take(scene.request("ana"))
        in_progress(scene, gate)
        scene.opened.custody.custody.deposit("ana", "5000.00")
        scene.exchange.move("ana", 500_000)
        gate.opened.set()
        worker.quiet()
        scene.adds_up()
        assert worker.rebalance("ana").begun == 1
    assert scene.statuses() == [SagaStatus.DONE] * 2
    assert scene.off_target() < 1
    scene.adds_up()


def test_fault_61_withdrawals_without_end(open_scene: Callable[..., Scene]) -> None:
    """Fault 61: somebody withdraws and withdraws while batch follows batch: never below zero."""
    scene = open_scene()
    scene.at_target("ana", 20_000)
    custody, stop, done = scene.opened.custody.custody, threading.Event(), []

    def withdraw() -> None:
        while not stop.is_set():
            try:
                custody.withdraw("ana", "7.77")
            except Refused:
                stop.wait(0.001)
            else:
                done.append(777)
                stop.wait(0.05)

    thread = threading.Thread(target=withdraw)
    # The exchange has the money that custody lets go until the end: it is not asked here.
    with scene.worker() as worker:
        thread.start()
        for price in ("45.00", "20.00", "60.00"):
            scene.move(PETR4=price)
            until(lambda: worker.rebalance("ana").begun == 1, "the account stands still for a moment")
            assert scene.account().balance >= scene.account().blocked >= 0
        stop.set()
        thread.join()
    assert done
    assert scene.statuses() == [SagaStatus.DONE] * 3
    scene.exchange.move("ana", -sum(done))
    scene.adds_up()


def test_fault_62_sales_that_take_their_time(open_scene: Callable[..., Scene]) -> None:
    """Fault 62: without cash, no purchase is sent or reserved for before the money of the sales is there."""
    scene = open_scene()
    scene.found("ana", "0.00", PETR4="200", VALE3="100")
    gate = Gate(scene.broker(), lambda order: order.side is Side.SELL)
    with scene.worker(broker=gate) as worker:
        worker.take(scene.request("ana"))
        assert gate.came.wait(30)
        assert scene.account().blocked == 0
        assert scene.orders() == []
        gate.opened.set()
        worker.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    sides = [order.side for order, _ in scene.exchange.orders()]
    assert sides == sorted(sides, key=lambda side: side is Side.BUY)
    scene.adds_up()


def test_fault_62_a_sale_that_brings_too_little(open_scene: Callable[..., Scene]) -> None:
    """Fault 62: one sale is cut short by its end: no purchase goes out, and what was sold is bought again."""

    def decide(order: BrokerOrder, _arrival: int) -> Fate:
        cut = order.ticker == "PETR4" and order.client_order_id.endswith(".f")
        return Fate(handling=Handling(first_ppm=500_000)) if cut else SMOOTH

    scene = open_scene(whims=Whims(decide))
    scene.found("ana", "100.00", PETR4="200", VALE3="100")
    before = scene.holdings()
    with scene.worker() as worker:
        worker.rebalance("ana")
    assert scene.statuses() == [SagaStatus.ROLLED_BACK]
    assert scene.holdings() == before
    assert not any(order.ticker == "ITUB4" for order, _ in scene.exchange.orders())
    until(scene.lease_is_free, "the lease is given back")
    scene.adds_up()
