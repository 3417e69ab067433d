"""Take-over and fencing: who was paused too long can write nothing any more, and nothing is done twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from fiel.autobalance.journal import JournalConfig
from fiel.autobalance.journal_port import Held, LeaseLost, NotBegun
from fiel.autobalance.orders import OrderState
from fiel.autobalance.saga.events import Query
from fiel.autobalance.saga.model import SagaStatus
from fiel.kernel.errors import InvalidInput
from tests.support.autobalance.books import Desk, buy, sell


def test_a_crash_after_begin_is_resumed_by_asking(desk: Desk) -> None:
    """The worker died after its commit: another has the saga under a new token, and asks before it sends."""
    old = desk.begin(sell(1), buy(2))
    assert desk.journal.take_over("worker-2", 10) == []
    desk.let_pass()

    (held,) = desk.journal.take_over("worker-2", 10)

    assert held.saga.token == held.lease.token == old.lease.token + 1
    assert held.lease.holder == "worker-2"
    assert {type(command) for command in held.commands} == {Query}
    assert {command.attempt for command in held.commands} == {o.attempts[0].id for o in old.saga.operations}
    assert desk.journal.saga(old.saga.id) == held.saga
    assert desk.steps(old.saga.id)[-1]["holder"] == "worker-2"
    assert desk.saved(desk.filled(held)).saga.status is SagaStatus.DONE
    desk.bank.adds_up()


def test_the_old_holder_is_refused_at_every_write(desk: Desk) -> None:
    """Paused, taken over, resumed: its save, its heartbeat and its next begin change nothing."""
    old = desk.begin(sell(1), buy(2))
    desk.let_pass()
    (new,) = desk.journal.take_over("worker-2", 10)
    before = desk.image()

    for late in (desk.filled(old), desk.after(old)):
        (found,) = desk.journal.save([late])
        assert isinstance(found, LeaseLost)
    assert desk.journal.heartbeat([old]) == [old]
    assert isinstance(desk.try_begin(), NotBegun)
    assert desk.image() == before

    refused, mine = desk.journal.save([desk.filled(old), desk.filled(new)])
    assert isinstance(refused, LeaseLost)
    assert isinstance(mine, Held)


def test_the_old_holder_does_not_hinder_others_in_its_transaction(desk: Desk) -> None:
    """A lost saga is left out; the others of the same transaction are saved."""
    desk.enrol("bob")
    lost = desk.begin()
    desk.let_pass()
    (taken,) = desk.journal.take_over("worker-2", 10)
    mine = desk.begin(portfolio="bob")

    first, second = desk.journal.save([desk.filled(lost), desk.filled(mine)])

    assert isinstance(first, LeaseLost)
    assert isinstance(second, Held)
    assert desk.journal.saga(taken.saga.id) == taken.saga
    assert desk.bank.position(user="bob").quantity == 10 * 10**9
    assert desk.bank.position(user="ana").quantity == 0


def test_of_several_workers_at_once_one_takes_over(desk: Desk) -> None:
    """Four workers find the same twenty sagas: each saga has one new holder and one new token."""
    names = [f"user-{number}" for number in range(20)]
    for name in names:
        desk.enrol(name)
    desk.journal.begin([desk.plan(portfolio=name) for name in names], "worker-0")
    desk.let_pass()
    start = threading.Barrier(4, timeout=30)

    def run(number: int) -> list[Held]:
        start.wait()
        return desk.journal.take_over(f"worker-{number}", 100)

    with ThreadPoolExecutor(4) as pool:
        found = [held for taken in pool.map(run, range(1, 5)) for held in taken]
    assert sorted(held.saga.portfolio for held in found) == sorted(names)
    assert {held.lease.token for held in found} == {2}


def test_only_so_many_are_taken_as_asked_for(desk: Desk) -> None:
    """The rest is left to others."""
    for name in ("bob", "eva", "leo"):
        desk.enrol(name)
        desk.begin(portfolio=name)
    desk.let_pass()
    assert len(desk.journal.take_over("worker-2", 2)) == 2
    assert len(desk.journal.take_over("worker-3", 2)) == 1


def test_a_heartbeat_keeps_the_lease(desk: Desk) -> None:
    """With it, the lease outlives its time to live; what was not renewed is taken over."""
    desk.enrol("bob")
    ana, bob = desk.begin(), desk.begin(portfolio="bob")
    desk.let_pass(timedelta(seconds=40))
    assert desk.journal.heartbeat([ana]) == []
    desk.let_pass(timedelta(seconds=40))
    assert [held.saga.portfolio for held in desk.journal.take_over("worker-2", 10)] == ["bob"]
    assert desk.journal.heartbeat([ana, bob]) == [bob]
    desk.saved(desk.filled(ana))


def test_a_lease_without_an_owner_of_a_saga_is_found(desk: Desk) -> None:
    """However the lease got lost (its row is gone): the saga is found and resumed."""
    desk.begin()
    with desk.bank.database.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM leases"))
    (held,) = desk.journal.take_over("worker-2", 10)
    assert held.saga.version > 1


def test_a_crash_while_undoing_resumes_at_the_same_try(desk: Desk) -> None:
    """Fault 58: the second try was prepared when the worker died; it is not begun anew."""
    held = desk.begin(sell(1), buy(2))
    sale, purchase = (operation.attempts[0] for operation in held.saga.operations)
    held = desk.saved(desk.after(held, desk.answer(sale), desk.answer(purchase, OrderState.REJECTED)))
    held = desk.saved(desk.after(held, desk.answer(held.saga.operation(1).attempts[1], OrderState.REJECTED)))
    tries = [attempt.id for attempt in held.saga.operation(1).attempts]
    desk.let_pass()

    (resumed,) = desk.journal.take_over("worker-2", 1)

    assert [attempt.id for attempt in resumed.saga.operation(1).attempts] == tries
    assert len(tries) == 3


def test_one_that_cannot_be_read_does_not_stop_the_others(desk: Desk) -> None:
    """A row that was edited by hand: that saga is left, the other is taken."""
    desk.enrol("bob")
    desk.begin()
    desk.begin(portfolio="bob")
    with desk.bank.database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE sagas SET status = 'dancing' WHERE portfolio = 'ana'"))
    desk.let_pass()
    assert [held.saga.portfolio for held in desk.journal.take_over("worker-2", 1)] == ["bob"]


def test_a_lease_that_another_had_for_a_moment_is_lost(desk: Desk) -> None:
    """It ran out, another began with it, saw the old batch and gave it back: the old holder may not write."""
    old = desk.begin()
    desk.let_pass()
    desk.other().try_begin()
    assert desk.lease_is_free()
    before = desk.image()
    (found,) = desk.journal.save([desk.filled(old)])
    assert isinstance(found, LeaseLost)
    assert desk.image() == before


@pytest.mark.parametrize(
    "terms",
    [
        {"time_to_live": timedelta(0)},
        {"time_to_live": timedelta(hours=7)},
        {"longest": timedelta(hours=7)},
        {"together": 0},
    ],
)
def test_the_settings_are_sane(terms: dict[str, object]) -> None:
    """Leases last longer than nothing and at most six hours; a transaction has one saga or more."""
    with pytest.raises(InvalidInput):
        JournalConfig(**terms)  # type: ignore[arg-type]
