"""A batch as the page shows it: its orders, its steps, and what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from fiel.autobalance.orders import BrokerOrder, Execution
from fiel.autobalance.portfolios import Record
from fiel.autobalance.saga.model import (
    Attempt,
    AttemptKind,
    AttemptState,
    Operation,
    OpState,
    Saga,
    SagaStatus,
)
from fiel.custody.order_events.event import Side
from fiel.entrypoints.web.views.auto import batch_of

AT = datetime(2026, 11, 18, 19, 30, tzinfo=UTC)
NANO = 10**9


def attempt(state: AttemptState, filled: int, reason: str | None = None) -> Attempt:
    """A forward order for ten units at 38.10."""
    order = BrokerOrder("sg_1.1.f", "ana", "PETR4", Side.BUY, 10 * NANO, 3810 * NANO // 100, "BRL")
    executions = () if not filled else (Execution(1, filled * NANO, 38 * NANO, AT),)
    return Attempt(
        1, AttemptKind.FORWARD, 0, order, state, executions, 1, 0, reason, AT + timedelta(seconds=1)
    )


def batch(
    status: SagaStatus, *attempts: Attempt, failed: str | None = None, cost: int | None = None
) -> Record:
    """A batch of one order."""
    operation = Operation(
        1, 1, "PETR4", Side.BUY, 10 * NANO, 38 * NANO, 3810 * NANO // 100, attempts, OpState.PLANNED
    )
    saga = Saga("sg_1", "ana", "BRL", (operation,), 1, AT, status, failed=failed)
    ended = AT + timedelta(seconds=9) if status.is_final else None
    return Record(saga, 1, "rq", "band", "3.9", "worker", cost, ended)


def test_a_batch_that_ended_has_every_step_behind_it() -> None:
    """From the trigger to the entries in the book, with the average that was paid."""
    found = batch_of(batch(SagaStatus.DONE, attempt(AttemptState.DONE, 10)))

    assert not found.is_running
    assert all(step.done for step in found.steps)
    assert [step.key for step in found.steps][-1] == "auto_step_booked"
    assert (found.orders[0].filled, found.orders[0].average) == (Decimal(10), Decimal(38))
    assert found.worst == Decimal("3.9")


def test_a_batch_under_way_shows_what_it_waits_for() -> None:
    """Sent and not executed: the orders are out, the executions are awaited, nothing is booked."""
    found = batch_of(batch(SagaStatus.RUNNING, attempt(AttemptState.SENT, 0)))

    assert found.is_running
    assert [(step.key, step.done) for step in found.steps] == [
        ("auto_step_trigger", True),
        ("auto_step_reserve", True),
        ("auto_step_orders", True),
        ("auto_step_fills", False),
        ("auto_step_booked", False),
    ]


def test_an_order_that_never_left_says_so() -> None:
    """A batch that was begun and has prepared nothing has no order out."""
    found = batch_of(batch(SagaStatus.RUNNING))

    assert found.orders[0].state is None
    assert not found.steps[2].done


def test_a_batch_that_was_undone_says_why_and_what_it_cost() -> None:
    """The reason, the step of undoing, and the cost in money."""
    failed = attempt(AttemptState.FAILED, 4, "rejected")

    found = batch_of(batch(SagaStatus.ROLLED_BACK, failed, failed="PETR4: rejected", cost=1234))

    assert found.failed == "PETR4: rejected"
    assert found.cost == Decimal("12.34")
    assert ("auto_step_undone", True) in [(step.key, step.done) for step in found.steps]
    assert found.orders[0].reason == "rejected"
