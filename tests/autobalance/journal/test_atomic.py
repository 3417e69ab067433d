"""A process that dies at any statement leaves all of a step, or nothing of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count

from fiel.autobalance.saga.model import Saga
from fiel.kernel.errors import FielError
from tests.support.autobalance.books import Desk, buy, sell
from tests.support.custody_faults import Failure, Killed, full, killed


def _broken_everywhere(
    desk: Desk, failure: Failure, work: Callable[[], object], done: Callable[[], bool]
) -> int:
    """Runs `work` with a failure at its first moment, its second, ... until it gets through; how many."""
    before = desk.image()
    for moment in count(1):
        desk.bank.fuse.arm(failure, moment)
        with contextlib.suppress(Killed, FielError):
            work()
        blown = desk.bank.fuse.disarm()
        if failure is killed and blown:
            desk.bank.restart()
        if desk.image() != before:
            assert done()
            desk.bank.adds_up()
            return moment
        assert blown
    raise AssertionError


def _stored(desk: Desk) -> Saga:
    (saga,) = desk.journal.sagas_of("ana")
    return saga


def test_begin_is_whole_or_nothing(desk: Desk) -> None:
    """Killed at each moment of a begin: no saga, no lease, nothing reserved; or all of it."""
    plan = desk.plan(sell(1), buy(2))
    moments = _broken_everywhere(
        desk,
        killed,
        lambda: desk.journal.begin([plan], "worker-1"),
        lambda: desk.bank.account().blocked == 300_00 and len(_stored(desk).operations) == 2,
    )
    assert moments > 8


def test_a_refused_begin_is_whole_or_nothing(desk: Desk) -> None:
    """The same for one that custody refuses."""
    plan = desk.plan(buy(1), buy(2, quantity=100))
    moments = _broken_everywhere(
        desk,
        killed,
        lambda: desk.journal.begin([plan], "worker-1"),
        lambda: _stored(desk).status.value == "abandoned" and desk.bank.account().blocked == 0,
    )
    assert moments > 8


def test_save_is_whole_or_nothing(desk: Desk) -> None:
    """Killed at each moment of the save that ends a batch: shares and a free lease, or neither."""
    held = desk.begin(sell(1), buy(2))
    item = desk.filled(held)
    moments = _broken_everywhere(
        desk,
        killed,
        lambda: desk.journal.save([item]),
        lambda: _stored(desk) == item.step.saga and desk.lease_is_free(),
    )
    assert moments > 6


def test_a_full_disk_is_whole_or_nothing(desk: Desk) -> None:
    """The database refuses at each statement and the process lives on: it may try again."""
    held = desk.begin(sell(1), buy(2))
    item = desk.filled(held)
    _broken_everywhere(desk, full, lambda: desk.journal.save([item]), lambda: _stored(desk) == item.step.saga)
    assert desk.bank.position().quantity == 10 * 10**9


def test_take_over_is_whole_or_nothing(desk: Desk) -> None:
    """Killed at each moment of a take-over: the old token, or the new one, never half."""
    desk.begin(sell(1), buy(2))
    desk.let_pass()
    _broken_everywhere(
        desk,
        killed,
        lambda: desk.journal.take_over("worker-2", 5),
        lambda: _stored(desk).token == 2 and not desk.lease_is_free(),
    )
