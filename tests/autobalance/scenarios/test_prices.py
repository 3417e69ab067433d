"""Prices that are missing, old, nothing at all, or that cannot make up their mind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from fiel.autobalance.wire import Request, Tick, read_tick
from tests.support.autobalance.scenes import CONFIG, MODEL, Gate, Scene

OpenScene = Callable[..., Scene]


def test_fault_46_a_price_that_is_missing(scene: Scene) -> None:
    """Fault 46: an asset of the model never had a price: no batch, and the verdict names it."""
    from tests.support.autobalance.fleets import FRACTIONAL, flat_model

    model = flat_model({"PETR4": "50", "WEGE3": "48", "cash": "2"}, lot=FRACTIONAL)
    scene.found("ana", "5000.00", model=model, PETR4="100")
    with scene.worker() as worker:
        assert scene.move(PETR4="300.00") == []
        assert dict(worker.rebalance("ana").not_begun) == {"price_missing": 1}
    assert "WEGE3" in str(scene.verdict())
    assert (scene.sagas(), scene.orders()) == ([], [])


def test_fault_46_a_price_that_is_old(scene: Scene) -> None:
    """Fault 46: prices are older than they may be: neither the watcher nor the planner acts on them."""
    scene.at_target()
    with scene.worker() as worker:
        scene.clock.move(hours=2)
        assert scene.move(PETR4="300.00") == []
        assert dict(worker.rebalance("ana").not_begun) == {"price_too_old": 1}
        assert worker.repair(scene.move(VALE3="60.00", ITUB4="25.00")) == 1
    scene.adds_up()


@pytest.mark.parametrize("price", ["0", "-5", "-0.01"])
def test_fault_46_a_price_of_nothing(scene: Scene, price: str) -> None:
    """Fault 46: a price of zero or below is none: nobody trades on it, and nobody's last price it is."""
    scene.at_target()
    payload = {"ticker": "PETR4", "price": price, "currency": "BRL", "source": "feed"}
    envelope = {"type": "QuoteAccepted", "version": 1, "occurredAt": scene.clock.now().isoformat()}
    tick = read_tick(json.dumps(envelope | {"payload": payload}).encode())
    assert tick.price is None
    with scene.worker() as worker:
        requests = scene.watcher.take_ticks([tick])
        assert requests == []
        assert dict(worker.rebalance("ana").not_begun) == {"inside_bands": 1}
        # Nobody is judged by the others while it has no price.
        assert scene.move(VALE3="300.00") == []
    assert scene.orders() == []


def test_fault_46_the_price_that_is_gone_comes_back(scene: Scene) -> None:
    """Fault 46: with the next price it is judged again, and repaired."""
    scene.at_target()
    scene.watcher.take_ticks([Tick("PETR4", None, scene.clock.now())])
    with scene.worker() as worker:
        assert scene.move(VALE3="90.00") == []
        assert worker.repair(scene.move(PETR4="30.00")) == 1
    scene.adds_up()


def test_fault_47_a_price_that_flaps(open_scene: OpenScene) -> None:
    """Fault 47: a thousand crossings of the threshold: one request, one batch, and then it cools down."""
    scene = open_scene(
        config=replace(CONFIG, ask_again=timedelta(minutes=1), cool_down=timedelta(minutes=15))
    )
    scene.at_target()
    requests: list[Request] = []
    for number in range(1_000):
        requests += scene.tick(PETR4="45.00" if number % 2 == 0 else "30.00")
    assert len(requests) == 1
    requests += scene.move(PETR4="45.00")
    with scene.worker() as worker:
        assert worker.take(requests * 50).begun == 1
        worker.quiet()
        for number in range(20):
            price = "45.00" if number % 2 else "20.00"
            scene.clock.move(seconds=20)
            assert worker.take(scene.move(PETR4=price) or scene.request("ana")).begun == 0
            worker.quiet()
        assert str(scene.verdict()).startswith("cooling_down")
    assert len(scene.sagas()) == 1
    scene.adds_up()


def test_fault_47_a_thousand_ticks_in_one_batch(scene: Scene) -> None:
    """Fault 47: of a thousand prices that came together the last counts: inside, nobody is asked."""
    scene.at_target()
    now = scene.clock.now()
    ticks = [
        Tick("PETR4", Decimal("45.00" if number % 2 == 0 else "30.00"), now + timedelta(microseconds=number))
        for number in range(1_000)
    ]
    assert scene.watcher.take_ticks(ticks) == []
    assert [each.portfolio for each in scene.watcher.take_ticks(ticks[:999])] == ["ana"]


def test_fault_47_asked_for_while_it_runs(scene: Scene) -> None:
    """Fault 47: prices flap while a batch is under way: nothing is begun beside it."""
    scene.at_target()
    gate = Gate(scene.broker())
    with scene.worker(broker=gate) as worker:
        assert worker.take(scene.move(PETR4="45.00")).begun == 1
        assert gate.came.wait(30)
        for number in range(100):
            assert worker.take(scene.tick(VALE3="200.00" if number % 2 else "60.00")).begun == 0
        gate.opened.set()
        worker.quiet()
    assert len(scene.sagas()) == 1
    assert scene.watcher.registry.tickers() == set(MODEL.assets)
