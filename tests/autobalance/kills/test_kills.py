"""kill -9 of auto-balancers at random, and one that is stopped for longer than its lease; all of it real.

Real processes, a real Kafka, a real PostgreSQL, an exchange behind HTTP that publishes its order events.
Waiting is bounded, nothing depends on how fast it goes.
"""

from __future__ import annotations

import random
import signal
import threading

from fiel.autobalance.saga.model import AttemptState, SagaStatus
from fiel.autobalance.simulation.result import everybody
from tests.autobalance.kills.conftest import Arena
from tests.support.processes import until

KILLS = 20


def test_workers_killed_twenty_times(arena: Arena) -> None:
    """Faults 48 to 52, 58: workers die with batches in hand: all end in the band, every book agrees."""
    draw = random.Random("twenty kills")
    in_hand = 0
    for number in range(KILLS):
        victim = number % 2
        arena.ready(victim)
        in_hand += arena.under_way()
        threading.Event().wait(draw.uniform(0, 0.25))
        arena.kill(victim)
    arena.settle()
    check(arena)
    assert arena.kills == KILLS
    # The kills were worth it: most of them came while batches ran, and some batches had another holder.
    assert in_hand > KILLS // 2
    assert max(saga.token for saga in sagas(arena)) > 1


def test_fault_48_a_worker_stopped_for_longer_than_its_lease(arena: Arena) -> None:
    """Fault 48: SIGSTOP in mid-batch; the other ends it; SIGCONT: it does no harm and works on."""
    assert arena.under_way()
    arena.workers[0].popen.send_signal(signal.SIGSTOP)
    threading.Event().wait(4)
    until(lambda: not arena.running(), "the other has ended what was under way")
    arena.workers[0].popen.send_signal(signal.SIGCONT)
    arena.settle()
    check(arena)
    assert arena.workers[0].alive
    assert arena.workers[0].ended(signal.SIGTERM) == 0
    assert arena.workers[1].ended(signal.SIGTERM) == 0


def sagas(arena: Arena):  # type: ignore[no-untyped-def]
    """Every batch of everybody."""
    return [
        saga for each in everybody(arena.parts) for saga in arena.parts.journal.sagas_of(each.portfolio, 1000)
    ]


def check(arena: Arena) -> None:
    """Nothing is left open, nothing was executed twice, STALE are only those who could not be undone."""
    counters, found = arena.counters(), sagas(arena)
    assert counters.duplicate_orders == 0
    assert counters.orders > 50
    assert arena.findings() == ()
    assert not arena.running()
    assert {saga.status for saga in found} <= {
        SagaStatus.DONE,
        SagaStatus.ROLLED_BACK,
        SagaStatus.ABANDONED,
        SagaStatus.STALE,
    }
    # An order is known to the exchange under one name, once, and to the journal in its final state.
    attempts = [a for saga in found for operation in saga.operations for a in operation.attempts]
    assert all(attempt.state.is_final for attempt in attempts)
    assert len({attempt.id for attempt in attempts if attempt.sends}) >= counters.orders
    # What each order executed is the same in the journal and in custody, which heard it from both sides.
    with arena.parts.queries.snapshot() as book:
        executed = {order.order_id: order.filled for order in book.orders()}
    assert {a.order.order_id: a.filled for a in attempts} == {
        a.order.order_id: executed.get(a.order.order_id, 0) for a in attempts
    }
    stale = {each.portfolio for each in everybody(arena.parts) if each.is_stale}
    assert stale == {saga.portfolio for saga in found if saga.status is SagaStatus.STALE}
    for saga in found:
        if saga.status is SagaStatus.STALE:
            stuck = [operation for operation in saga.operations if operation.open_quantity]
            assert stuck
            assert all(sum(1 for a in operation.attempts[1:] if a.sends) == 3 for operation in stuck)
            assert all(a.state is AttemptState.FAILED for operation in stuck for a in operation.attempts[1:])
