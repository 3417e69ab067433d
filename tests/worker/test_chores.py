"""Chores: what outages, defects and damage do to them, and in which order they stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from fiel.entrypoints.worker.chores import Chore, Chores
from fiel.kernel.errors import Conflict, Corrupt, FielError, Unavailable
from tests.support.processes import until

AWAY = Unavailable("database_unavailable", "nobody there")


class Told:
    """What a process of chores is told."""

    def __init__(self) -> None:
        self.fatal: list[FielError] = []
        self.failures: list[str] = []
        self.turns: list[str] = []

    def chores(self, *chores: Chore) -> Chores:
        return Chores(chores, on_fatal=self.fatal.append, on_failure=self.failures.append)

    def turn(self, name: str, *errors: Exception, more: int = 0) -> Callable[[], bool]:
        """A turn that raises these errors first, and then has `more` to do."""
        left, waiting = list(errors), [more]

        def turn() -> bool:
            self.turns.append(name)
            if left:
                raise left.pop(0)
            waiting[0] -= 1
            return waiting[0] >= 0

        return turn


def run(chores: Chores, condition: Callable[[], bool]) -> None:
    """From start to stop, with the condition in between."""
    chores.start()
    until(condition, "the chores have done their part")
    chores.stop()


def test_an_outage_is_waited_for_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Two failures and then work: one line for the outage, one for its end, both failures counted."""
    told = Told()
    with caplog.at_level(logging.INFO, "fiel.worker"):
        run(told.chores(Chore("relay", told.turn("relay", AWAY, AWAY), 0.01)), lambda: len(told.turns) > 4)
    assert told.failures == ["relay", "relay"]
    assert [record.getMessage() for record in caplog.records] == [
        "relay waits: nobody there [database_unavailable]",
        "relay works again after 2 failures",
    ]


def test_a_defect_does_not_end_a_chore(caplog: pytest.LogCaptureFixture) -> None:
    """A turn that raises anything at all is told with its error, and turned again."""
    told = Told()
    run(
        told.chores(Chore("sealer", told.turn("sealer", ValueError("odd")), 0.01)),
        lambda: len(told.turns) > 2,
    )
    assert (told.failures, told.fatal) == (["sealer"], [])
    assert str(caplog.records[0].exc_info) != "None"


@pytest.mark.parametrize(
    "error", [Corrupt("database_corrupt", "bad page"), Conflict("database_newer", "upgraded")]
)
def test_damage_and_a_foreign_schema_end_the_process(error: FielError) -> None:
    """They are handed on, and the chore is not turned again."""
    told = Told()
    run(told.chores(Chore("gauges", told.turn("gauges", error), 0.01)), lambda: bool(told.fatal))
    assert (told.fatal, told.turns) == ([error], ["gauges"])


def test_there_is_no_pause_while_there_is_more() -> None:
    """Three turns with more to come, one without: only then does the chore wait its hour."""
    told = Told()
    run(told.chores(Chore("sealer", told.turn("sealer", more=3), 3600)), lambda: len(told.turns) == 4)
    assert told.turns == ["sealer"] * 4


def test_they_stop_in_order_and_the_last_words_go_out() -> None:
    """The first is over before the second is asked; what is marked so works on to the end of its work."""
    told, order, stopping = Told(), list[str](), threading.Event()

    def first() -> bool:
        order.append("first")
        stopping.wait()
        order.append("first ends")
        return False

    def second() -> bool:
        order.append("second")
        return stopping.is_set() and order.count("second") < 4

    chores = told.chores(Chore("first", first, 3600), Chore("second", second, 3600, rest=10, to_end=True))
    chores.start()
    until(lambda: len(order) == 2, "both are at work")
    threading.Timer(0.2, stopping.set).start()
    chores.stop()
    assert order[2:] == ["first ends", "second", "second", "second"]
