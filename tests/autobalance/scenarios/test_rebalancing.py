"""From a price to a repaired portfolio, through the whole product on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from fiel.autobalance.saga.model import SagaStatus
from fiel.custody.order_events.event import Side
from tests.support.autobalance.scenes import CONFIG, Gate, Scene, until

TENTH_OF_A_PERCENT = Decimal("0.1")


def test_a_rebalance_reaches_its_target(scene: Scene) -> None:
    """All in one asset: after one batch of fractional lots every weight is within 0.1 % of its target."""
    scene.found("ana", "0.00", PETR4="333.333333333")
    with scene.worker() as worker:
        taken = worker.rebalance("ana")
    assert taken.begun == 1
    assert scene.off_target() <= TENTH_OF_A_PERCENT
    assert scene.statuses() == [SagaStatus.DONE]
    assert any(quantity % 10**9 for quantity in scene.holdings().values())
    scene.adds_up()


def test_a_price_makes_the_batch(scene: Scene) -> None:
    """A tick takes the portfolio out of its band: the watcher asks, and the batch puts it right."""
    scene.at_target()
    assert scene.off_target() < Decimal("0.01")
    with scene.worker() as worker:
        requests = scene.move(PETR4="45.00")
        assert [request.portfolio for request in requests] == ["ana"]
        assert worker.repair(requests) == 1
    assert scene.off_target() <= TENTH_OF_A_PERCENT
    scene.adds_up()


def test_prices_inside_the_threshold_send_nothing(scene: Scene) -> None:
    """A move of a few points: nobody is asked for, and a request all the same ends with the reason."""
    scene.at_target()
    with scene.worker() as worker:
        assert scene.move(PETR4="33.00", VALE3="58.00") == []
        taken = worker.rebalance("ana")
    assert (taken.begun, dict(taken.not_begun)) == (0, {"inside_bands": 1})
    assert scene.orders() == []
    assert str(scene.verdict()).startswith("inside_bands")
    scene.adds_up()


def test_two_hundred_random_prices(scene: Scene) -> None:
    """200 price changes for three portfolios: after each 20, custody, its checker and the exchange agree."""
    draw = Random("two hundred")
    for name in ("ana", "bia", "caio"):
        scene.at_target(name, draw.randrange(5_000, 50_000, 100))
    begun = 0
    with scene.worker() as worker:
        for number in range(1, 201):
            ticker = draw.choice(sorted(scene.prices))
            price = max(Decimal("0.01"), scene.prices[ticker] * Decimal(str(round(draw.gauss(1, 0.12), 4))))
            requests = scene.move(**{ticker: str(price.quantize(Decimal("0.01")))})
            begun += worker.repair(requests)
            if number % 20 == 0:
                scene.adds_up()
                assert all(scene.off_target(name) < Decimal("5.1") for name in ("ana", "bia", "caio"))
    assert begun > 20
    assert {status for name in ("ana", "bia", "caio") for status in scene.statuses(name)} == {SagaStatus.DONE}


@pytest.mark.parametrize(("first", "second"), [("150.00", "30.00"), ("3.00", "30.00"), ("0.01", "0.05")])
def test_extreme_volatility(scene: Scene, first: str, second: str) -> None:
    """A price times five, a tenth of it, a gap to a cent, and back: repaired each time, nothing is lost."""
    scene.at_target()
    with scene.worker() as worker:
        for price in (first, second):
            assert worker.repair(scene.move(PETR4=price)) >= 1
            # A share of a cent has limits and executions of no finer step than custody's own.
            assert scene.off_target() <= TENTH_OF_A_PERCENT
            assert scene.account().balance >= 0
            scene.adds_up()


def test_one_portfolio_asked_for_by_many_at_once(scene: Scene) -> None:
    """Eight threads at two workers ask for the same portfolio at the same moment: one batch, not eight."""
    scene.at_target()
    requests = scene.move(PETR4="45.00")
    gate = Gate(scene.broker())
    start, answers = threading.Barrier(8, timeout=30), []
    with scene.worker("worker-1", broker=gate) as one, scene.worker("worker-2", broker=gate) as two:

        def ask(number: int) -> None:
            start.wait()
            answers.append((one, two)[number % 2].take(requests))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        gate.opened.set()
        one.quiet()
        two.quiet()
    assert sum(taken.begun for taken in answers) == 1
    refused = {code for taken in answers for code in taken.not_begun}
    # Asked late enough, what the batch holds already counts: then there is nothing to do.
    assert refused <= {"in_progress", "unfinished", "inside_bands"}
    assert len(scene.sagas()) == 1
    scene.adds_up()


def test_a_portfolio_in_progress_is_left_alone(scene: Scene) -> None:
    """While a batch runs, another request for the portfolio is told that one is in progress."""
    scene.at_target()
    gate = Gate(scene.broker())
    with scene.worker(broker=gate) as worker, scene.worker("worker-2") as other:
        worker.take(scene.move(PETR4="45.00"))
        assert gate.came.wait(30)
        scene.tick(ITUB4="250.00")
        assert dict(other.take(scene.request("ana")).not_begun) == {"in_progress": 1}
        assert scene.verdict() == "in_progress"
        gate.opened.set()
        worker.quiet()
    assert len(scene.sagas()) == 1


def test_sales_go_first_when_the_cash_does_not_cover(scene: Scene) -> None:
    """Without cash the purchases are a second stage: each reaches the exchange after all sales are done."""
    scene.found("ana", "0.00", PETR4="200", VALE3="100")
    with scene.worker() as worker:
        worker.rebalance("ana")
    (saga,) = scene.sagas()
    assert {(operation.side, operation.stage) for operation in saga.operations} == {
        (Side.SELL, 1),
        (Side.BUY, 2),
    }
    sides = [order.side for order, _ in scene.exchange.orders()]
    assert sides == sorted(sides, key=lambda side: side is Side.BUY)
    assert scene.account().balance >= 0
    scene.adds_up()


def test_all_go_out_together_when_the_cash_covers(scene: Scene) -> None:
    """With enough cash there is one stage: a purchase does not wait for a sale that takes its time."""
    scene.found("ana", "790.00", PETR4="137", VALE3="55", ITUB4="72")
    gate = Gate(scene.broker(), lambda order: order.side is Side.SELL)
    with scene.worker(broker=gate) as worker:
        worker.take(scene.request("ana"))
        assert gate.came.wait(30)
        (saga,) = scene.sagas()
        purchases = [each for each in saga.operations if each.side is Side.BUY]
        assert purchases
        assert {operation.stage for operation in saga.operations} == {1}
        until(lambda: len(scene.orders()) == len(purchases), "the purchases are at the exchange")
        gate.opened.set()
        worker.quiet()
    assert scene.off_target() <= TENTH_OF_A_PERCENT
    scene.adds_up()


def test_the_next_batch_waits_for_the_cool_down(open_scene: Callable[..., Scene]) -> None:
    """After a batch the portfolio is left alone for the time that the house gives, whatever prices do."""
    scene = open_scene(config=replace(CONFIG, cool_down=timedelta(minutes=15)))
    scene.at_target()
    with scene.worker() as worker:
        assert worker.take(scene.move(PETR4="45.00")).begun == 1
        worker.quiet()
        scene.move(PETR4="30.00")
        assert dict(worker.rebalance("ana").not_begun) == {"cooling_down": 1}
        scene.clock.move(minutes=16)
        scene.move(**{ticker: str(price) for ticker, price in scene.prices.items()})
        assert worker.rebalance("ana").begun == 1
    scene.adds_up()
