"""Starting before the others are there."""

from __future__ import annotations

import threading

import pytest

from fiel.entrypoints.worker.patience import opened_in_time
from fiel.kernel.errors import Conflict, Unavailable


class Door:
    """Opens at the n-th knock."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.knocks = list(errors), 0

    def __call__(self) -> str:
        self.knocks += 1
        if self.errors:
            raise self.errors.pop(0)
        return "open"


def away(code: str = "database_unavailable") -> Unavailable:
    return Unavailable(code, "not there")


def test_what_comes_later_is_waited_for() -> None:
    """The second try finds it."""
    door = Door(away())
    assert opened_in_time(door, threading.Event()) == "open"
    assert door.knocks == 2


@pytest.mark.parametrize("error", [away("driver_missing"), Conflict("database_older", "upgrade it")])
def test_what_does_not_come_by_waiting_is_told_at_once(error: Exception) -> None:
    """No driver, and a schema of another version."""
    door = Door(error)
    with pytest.raises(type(error)):
        opened_in_time(door, threading.Event())
    assert door.knocks == 1


def test_patience_ends() -> None:
    """The last error is the one that is told."""
    with pytest.raises(Unavailable, match="not there"):
        opened_in_time(Door(away()), threading.Event(), patience_s=0)


def test_a_stop_while_waiting() -> None:
    """Nothing is opened, and nothing raised."""
    stopping = threading.Event()
    stopping.set()
    assert opened_in_time(Door(away()), stopping) is None
