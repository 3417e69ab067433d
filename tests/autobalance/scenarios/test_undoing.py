"""Batches that fail in part: undone to the billionth, the cost told, or STALE until a person comes."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.fates import SMOOTH, Fate
from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.runner import Point
from fiel.autobalance.saga.model import OpState, Saga, SagaStatus
from fiel.autobalance.simulation.faults import WorkerDied
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import Refused
from tests.support.autobalance.scenes import Scene, Whims, until

REJECT = Fate(handling=Handling(reject="no"))
#: A part is executed at once, and the rest only if nobody cancels: it never comes.
HALF = Fate(handling=Handling(first_ppm=500_000))
OpenScene = Callable[..., Scene]


def tries(order: BrokerOrder) -> int:
    """Which try to undo an order is; 0 for the forward order."""
    attempt = order.client_order_id.rpartition(".")[2]
    return 0 if attempt == "f" else int(attempt[1:])


def fails(*, undoing_fails: int = 0, ticker: str = "ITUB4") -> Whims:
    """Purchases of one ticker are refused; of the tries to undo the others so many are refused, too."""

    def decide(order: BrokerOrder, _arrival: int) -> Fate:
        number = tries(order)
        bad = order.ticker == ticker and order.side is Side.BUY if number == 0 else number <= undoing_fails
        return REJECT if bad else SMOOTH

    return Whims(decide)


def out_of_band(open_scene: OpenScene, whims: Whims) -> Scene:
    """A portfolio whose batch sells PETR4, then buys VALE3 and ITUB4; of the latter the purchase fails."""
    scene = open_scene(whims=whims)
    scene.found("ana", "800.00", PETR4="300", VALE3="50")
    return scene


def test_a_failure_in_part_rolls_back(open_scene: OpenScene) -> None:
    """One of three fails: every quantity is what it was to the billionth, and what that cost is booked."""
    scene = out_of_band(open_scene, fails())
    before, cash = scene.holdings(), scene.account().balance
    moved: list[bool] = []

    def crash(point: Point, saga: Saga, _attempt: str | None) -> None:
        if saga.status is SagaStatus.COMPENSATING and point is Point.BEFORE_PLACE and not moved:
            # The market falls before what was bought is sold again, and rises before what was sold is bought.
            moved.append(True)
            scene.exchange.set_prices({"VALE3": 59 * 10**9, "PETR4": 30_600_000_000})

    with scene.worker(at_point=crash) as worker:
        assert worker.rebalance("ana").begun == 1
    assert scene.statuses() == [SagaStatus.ROLLED_BACK]
    assert scene.holdings() == before
    lost = cash - scene.account().balance
    assert lost > 0
    assert scene.record().cost == lost
    assert scene.sagas()[0].failed == "rejected:ITUB4"
    scene.adds_up()


def test_fault_55_only_what_was_filled_is_undone(open_scene: OpenScene) -> None:
    """Fault 55: one order fails while another has executed a half: that half is undone, and no more."""

    def decide(order: BrokerOrder, _arrival: int) -> Fate:
        if tries(order) or order.side is Side.SELL:
            return SMOOTH
        return REJECT if order.ticker == "ITUB4" else HALF

    scene = open_scene(whims=Whims(decide))
    scene.found("ana", "600.00", PETR4="400")
    before = scene.holdings()
    with scene.worker() as worker:
        worker.rebalance("ana")
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.ROLLED_BACK
    half = next(each for each in saga.operations if each.ticker == "VALE3")
    assert half.state is OpState.ROLLED_BACK
    assert half.quantity // 2 - 1 <= half.filled == half.attempts[1].order.quantity <= half.quantity // 2 + 1
    failed = next(each for each in saga.operations if each.ticker == "ITUB4")
    assert (failed.filled, len(failed.attempts)) == (0, 1)
    assert {ticker: units for ticker, units in scene.holdings().items() if units} == before
    scene.adds_up()


def test_undone_without_a_cent_to_spare(open_scene: OpenScene) -> None:
    """Without cash, buying back may cost no more than the sale brought: the second try asks for no more."""
    scene = open_scene(whims=fails())
    scene.found("ana", "0.01", PETR4="400")
    before = scene.holdings()
    with scene.worker() as worker:
        worker.rebalance("ana")
    assert scene.statuses() == [SagaStatus.ROLLED_BACK]
    assert {ticker: units for ticker, units in scene.holdings().items() if units} == before
    scene.adds_up()


@pytest.mark.parametrize("failures", [1, 2])
def test_fault_56_a_compensation_that_works_in_the_end(open_scene: OpenScene, failures: int) -> None:
    """Fault 56: the first tries to undo are refused, the next works; the journal has all of them."""
    scene = out_of_band(open_scene, fails(undoing_fails=failures))
    before = scene.holdings()
    with scene.worker() as worker:
        worker.rebalance("ana")
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.ROLLED_BACK
    assert scene.holdings() == before
    undone = [operation for operation in saga.operations if operation.filled]
    assert undone
    for operation in undone:
        kept = operation.attempts[1:]
        assert [attempt.id.rpartition(".")[2] for attempt in kept] == [
            f"c{number}" for number in range(1, failures + 2)
        ]
        assert [attempt.filled > 0 for attempt in kept] == [False] * failures + [True]
        waits = [
            (later.sent_at - earlier.sent_at).total_seconds()  # type: ignore[operator]
            for earlier, later in pairwise(kept)
        ]
        delay = scene.config.patience.delay.total_seconds()
        assert all(wait >= delay * 2**number for number, wait in enumerate(waits))
    assert scene.alerts() == []
    scene.adds_up()


def test_fault_57_a_rollback_that_fails_makes_stale(open_scene: OpenScene) -> None:
    """Fault 57: three tries refused: STALE is kept, blocks every worker also after a restart, one alert."""
    scene = out_of_band(open_scene, fails(undoing_fails=3))
    with scene.worker() as worker:
        worker.rebalance("ana")
        assert scene.statuses() == [SagaStatus.STALE]
        assert dict(worker.rebalance("ana").not_begun) == {"stale": 1}
    with scene.worker("worker-2") as other:
        assert dict(other.rebalance("ana").not_begun) == {"stale": 1}
    (alert,) = scene.alerts()
    assert "portfolio_stale" in alert
    assert "ana" in alert
    scene.reopen()
    assert [each.portfolio for each in scene.parts.portfolios.all()] == ["ana"]
    assert scene.parts.portfolios.status("ana").portfolio.status == "stale"
    with scene.worker("worker-3") as third:
        assert third.repair(scene.move(PETR4="90.00")) == 0
        assert dict(third.rebalance("ana").not_begun) == {"stale": 1}
    assert len(scene.sagas()) == 1
    assert len(scene.alerts()) == 1
    scene.adds_up()


def test_a_plan_of_before_is_refused_by_the_journal(open_scene: OpenScene) -> None:
    """STALE is asked for in the transaction that would begin a batch, not only by the planner before it."""
    scene = out_of_band(open_scene, fails(undoing_fails=3))
    (early,) = scene.parts.planner.plan_many(scene.request("ana"))
    with scene.worker() as worker:
        worker.rebalance("ana")
        (answer,) = worker.host.begin([early])  # type: ignore[list-item]
    assert answer.hindrance.value == "stale"  # type: ignore[union-attr]


def test_a_person_clears_it(open_scene: OpenScene) -> None:
    """Cleared with a reason, the portfolio is balanced again, and the note stays in its history."""
    scene = out_of_band(open_scene, fails(undoing_fails=3))
    with scene.worker() as worker:
        worker.rebalance("ana")
        scene.parts.portfolios.clear_stale("ana", reason="sold by hand", by="eva")
        scene.whims.decide = lambda _order, _arrival: SMOOTH
        assert worker.rebalance("ana").begun == 1
    assert scene.statuses() == [SagaStatus.DONE, SagaStatus.STALE]
    _, notes = scene.parts.portfolios.history("ana")
    assert [(note.action, note.reason, note.by) for note in notes if note.action == "cleared"] == [
        ("cleared", "sold by hand", "eva")
    ]
    scene.adds_up()


def test_fault_58_dead_while_undoing(open_scene: OpenScene) -> None:
    """Fault 58: the worker dies at the second try to undo: the next goes on with that one."""
    scene = out_of_band(open_scene, fails(undoing_fails=1))
    before = scene.holdings()
    died: list[str] = []

    def die(point: Point, _saga: Saga, attempt: str | None) -> None:
        if point is Point.AFTER_PLACE and str(attempt).endswith(".c2") and not died:
            died.append(str(attempt))
            raise WorkerDied("worker_died", "here")

    with scene.worker("first", at_point=die) as worker:
        worker.take(scene.request("ana"))
        until(lambda: bool(died), "it is dead")
        until(lambda: not worker.host.running(), "it is dead")
        scene.leases_run_out()
        worker.quiet()
    (saga,) = scene.sagas()
    assert saga.status is SagaStatus.ROLLED_BACK
    assert scene.holdings() == before
    assert {len(operation.attempts) for operation in saga.operations if operation.filled} == {3}
    assert set(scene.whims.arrivals().values()) == {1}
    scene.adds_up()


def test_fault_60_cleared_too_early(open_scene: OpenScene) -> None:
    """Fault 60: while nobody knows what became of an order, STALE cannot be cleared."""
    scene = out_of_band(open_scene, fails(undoing_fails=3))
    with scene.worker() as worker:
        worker.rebalance("ana")
    with scene.parts.database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("UPDATE saga_attempts SET state = 'unknown' WHERE kind = 'forward'")
    before = scene.image()
    with pytest.raises(Refused) as refused:
        scene.parts.portfolios.clear_stale("ana", reason="I am sure", by="eva")
    assert refused.value.code == "order_in_doubt"
    assert scene.image() == before


def test_fault_60_cleared_while_a_batch_runs(open_scene: OpenScene) -> None:
    """Fault 60: a portfolio whose batch is not over is not STALE, and there is nothing to clear."""
    scene = open_scene()
    scene.at_target()
    (plan,) = scene.parts.planner.plan_many(scene.move(PETR4="45.00"))
    scene.parts.journal.begin([plan], "somebody")  # type: ignore[list-item]
    with pytest.raises(Refused) as refused:
        scene.parts.portfolios.clear_stale("ana", reason="I am sure", by="eva")
    assert refused.value.code == "not_stale"


def test_the_alert_is_written_with_the_status(open_scene: OpenScene) -> None:
    """The alert is in the outbox in the moment in which STALE is, and says what is to be done."""
    scene = out_of_band(open_scene, fails(undoing_fails=3))
    with scene.worker() as worker:
        worker.rebalance("ana")
    told = json.loads(scene.alerts()[0])
    (saga,) = scene.sagas()
    assert saga.id in json.dumps(told)
    assert "not reversed after 3 tries" in json.dumps(told)
