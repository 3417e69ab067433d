"""What a known auto-balancer that kept all in memory did wrong, each of it through the whole product."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from datetime import timedelta

import pytest

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.fates import SMOOTH, Fate
from fiel.autobalance.journal_port import Held, LeaseLost, ToSave
from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.runner import Runner
from fiel.autobalance.saga.events import Resumed
from fiel.autobalance.saga.model import SagaStatus
from fiel.autobalance.saga.step import step
from fiel.custody.order_events.event import Side
from tests.support.autobalance.fleets import FRACTIONAL, flat_model
from tests.support.autobalance.scenes import PATIENCE, Gate, Scene, Whims, until

OpenScene = Callable[..., Scene]
REJECT = Fate(handling=Handling(reject="no"))


def no_itub(order: BrokerOrder, _arrival: int) -> Fate:
    """Purchases of ITUB4 are refused."""
    return REJECT if order.ticker == "ITUB4" and order.side is Side.BUY else SMOOTH


def test_an_expired_lock_is_taken_over_at_once(scene: Scene) -> None:
    """There: the second caller hung on the inner lock. Here it has the portfolio, and ends what was begun."""
    scene.at_target()
    (plan,) = scene.parts.planner.plan_many(scene.move(PETR4="45.00"))
    (held,) = scene.parts.journal.begin([plan], "hangs")  # type: ignore[list-item]
    assert isinstance(held, Held)
    scene.leases_run_out()
    with scene.worker("second") as second:
        second.quiet()
        assert second.rebalance("ana").not_begun == {"inside_bands": 1}
    assert scene.statuses() == [SagaStatus.DONE]
    scene.adds_up()


def test_cancelling_the_holder_in_mid_batch_still_undoes_the_batch(open_scene: OpenScene) -> None:
    """There: no rollback ran. Here the task is cancelled with an order in hand; another undoes it."""
    scene = open_scene(whims=Whims(no_itub))
    scene.found("ana", "800.00", PETR4="300", VALE3="50")
    before = scene.holdings()
    (plan,) = scene.parts.planner.plan_many(scene.request("ana"))
    (held,) = scene.parts.journal.begin([plan], "cancelled")  # type: ignore[list-item]
    assert isinstance(held, Held)
    gate = Gate(scene.broker(), lambda order: order.ticker == "ITUB4")

    class Saves:
        async def save(self, item: ToSave) -> Held | LeaseLost:
            (saved,) = scene.parts.journal.save([item])
            assert isinstance(saved, Held)
            return saved

    async def cancelled() -> None:
        runner = Runner(Saves(), gate, scene.clock, PATIENCE)
        task = asyncio.create_task(runner.run(held))
        while not gate.came.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(cancelled())
    assert scene.orders()
    scene.leases_run_out()
    with scene.worker("second") as second:
        second.quiet()
    assert scene.statuses() == [SagaStatus.ROLLED_BACK]
    assert scene.holdings() == before
    scene.adds_up()


def test_a_first_batch_that_fails_keeps_no_position(open_scene: OpenScene) -> None:
    """There: positions that the broker had sold back were kept. Here book and broker have none of them."""
    scene = open_scene(whims=Whims(no_itub))
    scene.found("ana", "10000.00")
    with scene.worker() as worker:
        assert worker.rebalance("ana").begun == 1
    assert scene.statuses() == [SagaStatus.ROLLED_BACK]
    assert not any(scene.holdings().values())
    assert scene.exchange.positions("ana") == {}
    assert scene.account().balance == 1_000_000
    scene.adds_up()


def test_finished_batches_leave_memory(scene: Scene) -> None:
    """There: they never did. Here, when a batch has ended, the worker holds nothing of it any more."""
    scene.at_target()
    ended: list[weakref.ref[object]] = []
    with scene.worker() as worker:
        worker.host.on_end = lambda saga: ended.append(weakref.ref(_Shadow(saga)))
        for price in ("45.00", "20.00", "60.00"):
            assert worker.repair(scene.move(PETR4=price)) >= 1
        until(lambda: worker.host.running() == 0, "nothing runs")
        assert worker.host._guests == {}
        assert worker.host._room.taken == 0
        gc.collect()
        # One that lost its lease on a busy machine was ended by a second run of it, and told of once or not.
        assert ended
        assert [each() for each in ended] == [None] * len(ended)


class _Shadow:
    """Something that can be seen to be gone."""

    def __init__(self, saga: object) -> None:
        self.saga = saga


@pytest.mark.parametrize("ends", [SagaStatus.RUNNING, SagaStatus.STALE])
def test_lock_and_stale_outlive_the_process(open_scene: OpenScene, ends: SagaStatus) -> None:
    """There: both lived in memory. Here another process finds the portfolio held, or STALE."""
    scene = open_scene(
        whims=Whims(
            lambda order, _arrival: (
                SMOOTH if order.side is Side.SELL and order.client_order_id.endswith(".f") else REJECT
            )
        )
    )
    scene.at_target()
    requests = scene.move(PETR4="45.00")
    if ends is SagaStatus.RUNNING:
        (plan,) = scene.parts.planner.plan_many(requests)
        scene.parts.journal.begin([plan], "first")  # type: ignore[list-item]
    else:
        with scene.worker() as worker:
            worker.take(requests)
            worker.quiet()
    scene.reopen()
    scene.tick(PETR4="45.00", ITUB4="250.00")
    with scene.worker("second") as second:
        refused = second.take(scene.request("ana")).not_begun
        assert refused == {"stale" if ends is SagaStatus.STALE else "in_progress": 1}
    assert scene.statuses() == [ends]


def test_sales_before_purchases_and_cash_is_counted(scene: Scene) -> None:
    """There: purchases always first, and no cash. Here every purchase has its cash."""
    scene.found("ana", "0.00", PETR4="100", VALE3="200")
    seen: list[int] = []
    with scene.worker(at_point=lambda *_: seen.append(scene.account().available)) as worker:
        assert worker.rebalance("ana").begun == 1
    assert seen
    assert min(seen) >= 0
    sides = [order.side for order, _ in scene.exchange.orders()]
    assert sides == sorted(sides, key=lambda side: side is Side.BUY)
    scene.adds_up()


@pytest.mark.parametrize("ticker", ["F", "ITUB4", "TAEE11", "B3SA3", "BRK.B", "AAPL34"])
def test_symbols_of_any_length(scene: Scene, ticker: str) -> None:
    """There: exactly four letters. Here whatever custody takes, from enrolment to the exchange and back."""
    model = flat_model({ticker: "50", "PETR4": "48", "cash": "2"}, lot=FRACTIONAL)
    scene.move(**{ticker: "10.00", "PETR4": "30.00"})
    scene.found("ana", "0.00", model=model, PETR4="300")
    with scene.worker() as worker:
        assert worker.rebalance("ana").begun == 1
    assert scene.statuses() == [SagaStatus.DONE]
    assert scene.holdings()[ticker] > 0
    assert scene.off_target("ana", model) < 1
    scene.adds_up()


def test_the_whole_is_a_function_of_what_is_stored(scene: Scene) -> None:
    """A batch read anew from the database goes on exactly as the one in memory would."""
    scene.at_target()
    (plan,) = scene.parts.planner.plan_many(scene.move(PETR4="45.00"))
    (held,) = scene.parts.journal.begin([plan], "first")  # type: ignore[list-item]
    assert isinstance(held, Held)
    stored = scene.parts.journal.saga(held.saga.id)
    assert stored is not None
    news = Resumed(9, scene.clock.now() + timedelta(seconds=1))
    assert step(stored, news, PATIENCE) == step(held.saga, news, PATIENCE)
