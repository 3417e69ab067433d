"""Who may act: leases that end with their batch, holders that were paused, and those who took over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.fates import SMOOTH, Fate
from fiel.autobalance.journal_port import Held
from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.runner import Point
from fiel.autobalance.saga.model import Saga, SagaStatus
from fiel.autobalance.simulation.faults import WorkerDied
from fiel.custody.order_events.event import Side
from tests.support.autobalance.scenes import PACE, Gate, Scene, Whims, until

REJECT = Fate(handling=Handling(reject="no"))
#: A host that does not look for orphans.
BLIND = replace(PACE, look_every=timedelta(hours=1))


def no_purchases(order: BrokerOrder, _arrival: int) -> Fate:
    """Forward orders to buy are refused."""
    return REJECT if order.side is Side.BUY and order.client_order_id.endswith(".f") else SMOOTH


def nothing_back(order: BrokerOrder, arrival: int) -> Fate:
    """Purchases are refused, and so is every try to undo."""
    return SMOOTH if order.client_order_id.endswith(".f") and order.side is Side.SELL else REJECT


@pytest.mark.parametrize(
    ("whim", "ends"),
    [
        (lambda _order, _arrival: SMOOTH, SagaStatus.DONE),
        (no_purchases, SagaStatus.ROLLED_BACK),
        (nothing_back, SagaStatus.STALE),
        (lambda _order, _arrival: REJECT, SagaStatus.ABANDONED),
    ],
)
def test_the_lease_ends_with_the_batch(
    open_scene: Callable[..., Scene], whim: Callable[[BrokerOrder, int], Fate], ends: SagaStatus
) -> None:
    """Done, undone, stuck or never begun: when the batch has ended, nobody holds the portfolio."""
    scene = open_scene(whims=Whims(whim))
    scene.at_target()
    with scene.worker() as worker:
        worker.take(scene.move(PETR4="45.00"))
        worker.quiet()
        assert scene.statuses() == [ends]
        assert scene.lease_is_free()


def test_the_lease_is_given_back_at_a_stop(scene: Scene) -> None:
    """A worker that is stopped in mid-batch leaves the batch to the next one at once, which ends it."""
    scene.at_target()
    gate = Gate(scene.broker())
    with scene.worker(broker=gate, pace=replace(BLIND, at_stop=timedelta(milliseconds=10))) as worker:
        worker.take(scene.move(PETR4="45.00"))
        assert gate.came.wait(30)
    assert scene.lease_is_free()
    with scene.worker("worker-2") as second:
        second.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    scene.adds_up()


@pytest.mark.parametrize("where", list(Point))
def test_fault_48_a_holder_that_was_paused(scene: Scene, where: Point) -> None:
    """Fault 48: stopped anywhere for longer than its lease, taken over, resumed: it writes nothing more."""
    scene.at_target()
    requests = scene.move(PETR4="45.00")
    paused, resumed = threading.Event(), threading.Event()

    def stop(point: Point, _saga: Saga, _attempt: str | None) -> None:
        if point is where and not paused.is_set():
            paused.set()
            # The whole worker stands still, heartbeat and all.
            resumed.wait(60)

    with scene.worker("paused", at_point=stop, pace=BLIND) as old:
        old.take(requests)
        assert paused.wait(30)
        scene.leases_run_out()
        with scene.worker("awake") as new:
            new.quiet_elsewhere()
            settled = scene.image()
            resumed.set()
            until(lambda: not old.host.running(), "the paused one has given up")
        assert scene.image() == settled
        assert old.ended == []
    (saga,) = scene.sagas()
    assert (saga.status, saga.token) == (SagaStatus.DONE, 2)
    steps = scene.steps(saga.id)
    taken = next(place for place, step in enumerate(steps) if step["holder"] == "awake")
    assert {step["holder"] for step in steps[taken:]} == {"awake"}
    scene.adds_up()


def test_fault_48_what_the_paused_holder_may_still_try(scene: Scene) -> None:
    """Fault 48: each write that the old token could make (a step, a heartbeat, a batch) changes no row."""
    scene.at_target()
    requests = scene.move(PETR4="45.00")
    journal = scene.parts.journal
    (plan,) = scene.parts.planner.plan_many(requests)
    (old,) = journal.begin([plan], "paused")  # type: ignore[list-item]
    assert isinstance(old, Held)
    scene.leases_run_out()
    (new,) = journal.take_over("awake", 1)
    before = scene.image()
    assert journal.heartbeat([old]) == [old]
    journal.give_back([old])
    assert not scene.lease_is_free()
    assert not isinstance(journal.begin([plan], "paused")[0], Held)  # type: ignore[list-item]
    assert scene.image() == before
    assert new.lease.token == old.lease.token + 1


@pytest.mark.parametrize(
    "where", [Point.BEFORE_PLACE, Point.AFTER_PLACE, Point.BEFORE_SAVE, Point.AFTER_SAVE]
)
def test_fault_49_the_holder_dies(scene: Scene, where: Point) -> None:
    """Fault 49: dead after the take, before the network, after it: taken over, each order once."""
    scene.at_target()
    died: list[str] = []

    def die(point: Point, saga: Saga, _attempt: str | None) -> None:
        if point is where and not died:
            died.append(saga.id)
            raise WorkerDied("worker_died", "here")

    with scene.worker("first", at_point=die, pace=BLIND) as worker:
        worker.take(scene.move(PETR4="45.00"))
        until(lambda: not worker.host.running(), "it is dead")
    assert died
    scene.leases_run_out()
    with scene.worker("second") as second:
        second.quiet()
        assert [saga.status for saga in second.ended] == [SagaStatus.DONE]
    assert len(scene.orders()) == len(set(scene.orders())) == len(scene.sagas()[0].operations)
    scene.adds_up()


@pytest.mark.parametrize("whim", [lambda _order, _arrival: SMOOTH, no_purchases, nothing_back])
def test_fault_49_dead_at_every_point_one_after_the_other(
    open_scene: Callable[..., Scene], whim: Callable[[BrokerOrder, int], Fate]
) -> None:
    """Fault 49: a batch of three operations, its worker dead at the n-th point it passes, for every n."""
    scene = open_scene(whims=Whims(whim))
    passed, dies_at = [0], [0]

    def die(_point: Point, _saga: Saga, _attempt: str | None) -> None:
        passed[0] += 1
        if passed[0] == dies_at[0]:
            raise WorkerDied("worker_died", "here")

    ends: list[SagaStatus] = []
    while True:
        name = f"ana-{dies_at[0]:03d}"
        scene.found(name, "0.00", PETR4="200", VALE3="100")
        passed[0] = 0
        dies_at[0] += 1
        with scene.worker("first", at_point=die, pace=BLIND) as worker:
            assert worker.take(scene.request(name)).begun == 1
            until(lambda worker=worker: not worker.host.running(), "it is over")  # type: ignore[misc]
        scene.leases_run_out()
        with scene.worker("second") as second:
            second.quiet()
        scene.adds_up()
        ends += scene.statuses(name)
        if passed[0] < dies_at[0]:
            break
    # Answers that come together are saved together, so that there are fewer points on a busy machine.
    assert dies_at[0] > 7
    assert len(set(ends)) == 1
    assert len(scene.sagas("ana-000")[0].operations) == 3


def test_fault_49_dead_when_nothing_was_sent(scene: Scene) -> None:
    """Fault 49: the batch was begun and its worker died before it ran any of it: another carries it out."""
    scene.at_target()
    (plan,) = scene.parts.planner.plan_many(scene.move(PETR4="45.00"))
    (held,) = scene.parts.journal.begin([plan], "dead")  # type: ignore[list-item]
    assert isinstance(held, Held)
    assert scene.orders() == []
    scene.leases_run_out()
    with scene.worker() as worker:
        worker.quiet()
    assert scene.statuses() == [SagaStatus.DONE]
    assert len(scene.orders()) == len(held.saga.operations)
    scene.adds_up()


def test_fault_50_two_take_over_at_once(scene: Scene) -> None:
    """Fault 50: six workers look for orphans at once: each batch has one of them, one new token."""
    names = [f"ana-{number}" for number in range(6)]
    for name in names:
        scene.at_target(name)
    plans = scene.parts.planner.plan_many(scene.move(PETR4="45.00"))
    journal = scene.parts.journal
    journal.begin(plans, "dead")  # type: ignore[arg-type]
    scene.leases_run_out()
    start = threading.Barrier(6, timeout=30)

    def take(number: int) -> list[Held]:
        start.wait()
        return journal.take_over(f"worker-{number}", 100)

    with ThreadPoolExecutor(6) as pool:
        found = [held for taken in pool.map(take, range(6)) for held in taken]
    assert sorted(held.saga.portfolio for held in found) == names
    assert {held.saga.token for held in found} == {2}


def test_fault_50_an_expired_lease_does_not_hang_the_second_caller(scene: Scene) -> None:
    """Fault 50: the first holder never gives up; who comes after it ran out takes it over and ends it."""
    scene.at_target()
    (plan,) = scene.parts.planner.plan_many(scene.move(PETR4="45.00"))
    scene.parts.journal.begin([plan], "hangs")  # type: ignore[list-item]
    assert scene.parts.journal.take_over("second", 10) == []
    scene.leases_run_out()
    with scene.worker("second") as second, scene.worker("third") as third:
        second.quiet()
        third.quiet()
        assert len(second.ended) + len(third.ended) == 1
    scene.adds_up()
