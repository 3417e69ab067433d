"""Beginning batches: leased, saved and reserved for in one transaction, or hindered for a reason."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fiel.autobalance.beginning import saga_id
from fiel.autobalance.journal_port import BeginResult, Held, Hindrance, NotBegun
from fiel.autobalance.saga.events import Place
from fiel.autobalance.saga.model import AttemptState, SagaStatus
from fiel.infra.storage import offsets
from fiel.infra.storage.database import UnitOfWork
from fiel.kernel.errors import Conflict, Refused
from tests.support.autobalance.books import Desk, buy, sell


def _hindrance(found: BeginResult) -> tuple[Hindrance, str]:
    assert isinstance(found, NotBegun), found
    return found.hindrance, found.detail


def test_a_batch_begins_with_its_orders_sent_and_reserved(desk: Desk) -> None:
    """The saga is saved with its orders SENT, custody holds what they need, and only then they go out."""
    held = desk.begin(sell(1), buy(2))

    assert held.saga.id == saga_id("ana", 1)
    assert held.saga.token == held.lease.token == 1
    assert {type(command) for command in held.commands} == {Place}
    stored = desk.journal.saga(held.saga.id)
    assert stored == held.saga
    assert [o.attempts[0].state for o in stored.operations] == [AttemptState.SENT] * 2
    assert desk.bank.account().blocked == 300_00
    assert desk.bank.position("VALE3").reserved == 5 * 10**9
    assert desk.journal.unfinished_of("ana") == held.saga
    desk.bank.adds_up()


def test_who_is_not_enrolled_paused_or_busy_is_left_alone(desk: Desk) -> None:
    """Each plan is decided alone: one begins, the others say why not, and hold no lease."""
    desk.bank.custody.deposit("bob", "10.00")
    for name in ("eva", "leo"):
        desk.enrol(name)
    desk.portfolios.pause("eva", reason="holidays", by="eva@example.com")
    desk.other().begin(portfolio="leo")
    plans = [desk.plan(portfolio=name) for name in ("bob", "eva", "leo", "ana", "ana")]

    bob, eva, leo, ana, again = desk.journal.begin(plans, "worker-1")

    assert _hindrance(bob)[0] is Hindrance.NOT_ENROLLED
    assert _hindrance(eva)[0] is Hindrance.PAUSED
    assert _hindrance(leo)[0] is Hindrance.IN_PROGRESS
    assert isinstance(ana, Held)
    assert _hindrance(again)[0] is Hindrance.IN_PROGRESS
    assert desk.lease_is_free("bob")
    assert desk.lease_is_free("eva")


def test_an_account_that_moved_since_is_planned_again(desk: Desk) -> None:
    """A withdrawal between plan and begin: nothing is reserved, the lease is free again."""
    plan = desk.plan()
    desk.bank.custody.withdraw("ana", "900.00")
    before = desk.bank.account()

    (found,) = desk.journal.begin([plan], "worker-1")

    assert _hindrance(found)[0] is Hindrance.MOVED
    assert desk.bank.account() == before
    assert desk.lease_is_free()


def test_the_wrong_currency_is_planned_again(desk: Desk) -> None:
    """The enrolment was changed to another currency after the plan was made."""
    plan = desk.plan()
    desk.portfolios.enrol("ana", "USD", model="{}", policy="{}", broker="simulated", by="ana")
    (found,) = desk.journal.begin([plan], "worker-1")
    assert _hindrance(found) == (Hindrance.MOVED, "currency")


def test_an_unfinished_batch_is_resumed_before_another_begins(desk: Desk) -> None:
    """The holder died: a new batch is refused with the name of the old one, which can then be taken over."""
    old = desk.begin()
    desk.let_pass()
    assert _hindrance(desk.other().try_begin()) == (Hindrance.UNFINISHED, old.saga.id)
    (taken,) = desk.other().journal.take_over("worker-2", 10)
    assert taken.saga.id == old.saga.id


def test_a_refused_reservation_abandons_the_batch(desk: Desk) -> None:
    """Custody has not the money: the batch is kept as ABANDONED, nothing is reserved and nothing sent."""
    found = desk.try_begin(buy(1, quantity=10), buy(2, "ITUB4", quantity=100))

    hindrance, detail = _hindrance(found)
    assert (hindrance, "cash_not_available" in detail) == (Hindrance.REFUSED, True)
    (saga,) = desk.journal.sagas_of("ana")
    assert saga.status is SagaStatus.ABANDONED
    assert desk.bank.account().blocked == 0
    assert desk.lease_is_free()
    desk.bank.adds_up()
    assert desk.begin(buy(1)).saga.id == saga_id("ana", 2)


def test_a_plan_that_makes_no_sense_does_not_stop_the_others(desk: Desk) -> None:
    """Operations with wrong numbers break their own batch only; what was to be done along is done once."""
    for name in ("bob", "eva", "leo"):
        desk.enrol(name)
    ran: list[UnitOfWork] = []
    plans = [desk.plan(portfolio=name) for name in ("ana", "bob", "leo")]
    plans.insert(2, desk.plan(buy(7), portfolio="eva"))

    ana, bob, eva, leo = desk.journal.begin(plans, "worker-1", ran.append)

    assert [isinstance(found, Held) for found in (ana, bob, leo)] == [True] * 3
    assert _hindrance(eva) == (Hindrance.REFUSED, "operations_not_planned")
    assert desk.lease_is_free("eva")
    assert desk.journal.sagas_of("eva") == []
    assert len(ran) >= 1


def test_what_is_done_along_commits_with_the_batch_or_undoes_it(desk: Desk) -> None:
    """The consumer lost its partition: neither its offset nor the batch is written."""
    with desk.bank.database.unit_of_work() as unit:
        old = offsets.assign(unit.connection, "g", "t", 0)
        offsets.assign(unit.connection, "g", "t", 0)
    before = desk.image()

    with pytest.raises(Conflict) as lost:
        desk.journal.begin([desk.plan()], "w", lambda unit: offsets.advance(unit.connection, old, 5))

    assert lost.value.code == "epoch_lost"
    assert desk.image() == before


def test_a_plan_that_makes_no_sense_does_not_hold_up_the_consumer(desk: Desk) -> None:
    """Its message is done with: the offset moves on, though nothing was begun."""
    with desk.bank.database.unit_of_work() as unit:
        mine = offsets.assign(unit.connection, "g", "t", 0)

    (found,) = desk.journal.begin(
        [desk.plan(buy(7))], "w", lambda unit: offsets.advance(unit.connection, mine, 5)
    )

    assert _hindrance(found)[0] is Hindrance.REFUSED
    with desk.bank.database.reading() as session:
        assert offsets.position(session, "g", "t", 0) == 5


def test_of_two_workers_at_once_one_begins(desk: Desk) -> None:
    """Four workers begin the same portfolio at the same time: one batch, one reservation."""
    plan, start = desk.plan(), threading.Barrier(4, timeout=30)

    def run(number: int) -> BeginResult:
        start.wait()
        (found,) = desk.journal.begin([plan], f"worker-{number}")
        return found

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(4)))

    assert sum(isinstance(each, Held) for each in found) == 1
    assert {each.hindrance for each in found if isinstance(each, NotBegun)} == {Hindrance.IN_PROGRESS}
    assert len(desk.journal.sagas_of("ana")) == 1
    assert desk.bank.account().blocked == 300_00


def test_a_withdrawal_in_between_never_overdraws(desk: Desk) -> None:
    """Batch and withdrawal at once, many times: together they never take more than there is."""
    for _ in range(6):
        plan, start = desk.plan(buy(1, quantity=20)), threading.Barrier(2, timeout=30)

        def begin(plan: object = plan, start: threading.Barrier = start) -> None:
            start.wait()
            desk.journal.begin([plan], "worker-1")  # type: ignore[list-item]

        def withdraw(start: threading.Barrier = start) -> None:
            start.wait()
            with contextlib.suppress(Refused):
                desk.bank.custody.withdraw("ana", "600.00")

        with ThreadPoolExecutor(2) as pool:
            for job in (pool.submit(begin), pool.submit(withdraw)):
                job.result()
        account = desk.bank.account()
        assert 0 <= account.blocked <= account.balance
        desk.bank.adds_up()
        for saga in desk.journal.sagas_of("ana"):
            if not saga.status.is_final:
                desk.let_pass()
                (held,) = desk.journal.take_over("w", 1)
                desk.saved(desk.filled(held))
        desk.bank.custody.deposit("ana", "600.00")
