"""Offsets: a consumer moves on in the transaction of what it did, and a zombie cannot."""

from __future__ import annotations

from datetime import datetime

import pytest

from fiel.infra.storage import offsets
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.inbox import Inbox, Received
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput

PLACE = ("custody", "order-events-v1", 3)


def _assign(database: Database) -> Assignment:
    with database.unit_of_work() as unit:
        return offsets.assign(unit.connection, *PLACE)


def _advance(database: Database, mine: Assignment, to: int) -> None:
    with database.unit_of_work() as unit:
        offsets.advance(unit.connection, mine, to)


def _position(database: Database) -> int | None:
    with database.reading() as connection:
        return offsets.position(connection, *PLACE)


def test_a_first_assignment_stands_nowhere(database: Database) -> None:
    """Nothing was handled yet, which is not the same as offset zero."""
    assert _assign(database) == Assignment(*PLACE, epoch=1, next_offset=None)
    assert _position(database) is None


def test_the_next_assignment_goes_on_where_the_last_stopped(database: Database) -> None:
    """Each assignment has a higher epoch and the stored offset."""
    _advance(database, _assign(database), 500)
    again = _assign(database)
    assert (again.epoch, again.next_offset) == (2, 500)


def test_a_zombie_rolls_back_whole(database: Database, now: datetime) -> None:
    """A consumer that lost the partition can neither advance nor keep what it did in that transaction."""
    zombie = _assign(database)
    mine = _assign(database)

    def late(unit: UnitOfWork) -> None:
        Inbox("custody").record(unit.connection, [Received("7", "hash")], at=now)
        offsets.advance(unit.connection, zombie, 10)

    with pytest.raises(Conflict, match="another consumer") as refusal:
        database.transact(late)
    assert refusal.value.details == {"mine": "1", "theirs": "2"}
    with database.reading() as connection:
        assert not Inbox("custody").has(connection, "7")
    _advance(database, mine, 10)
    assert _position(database) == 10


def test_an_offset_never_goes_back(database: Database) -> None:
    """A topic that was made anew is noticed: going back is corrupt, staying is not."""
    mine = _assign(database)
    _advance(database, mine, 10)
    _advance(database, mine, 10)
    with pytest.raises(Corrupt, match="stands at 10 and was to go back to 9"):
        _advance(database, mine, 9)
    assert _position(database) == 10


def test_an_operator_may_rewind_and_takes_the_partition(database: Database) -> None:
    """Rewinding is a decision: it sets any offset and whoever was reading is out."""
    mine = _assign(database)
    _advance(database, mine, 10)
    with database.unit_of_work() as unit:
        rewound = offsets.rewind(unit.connection, *PLACE, 0)
    assert (rewound.epoch, rewound.next_offset) == (2, 0)
    with pytest.raises(Conflict):
        _advance(database, mine, 11)
    _advance(database, rewound, 1)


def test_a_negative_offset_is_refused(database: Database) -> None:
    """An offset is zero or more."""
    mine = _assign(database)
    with pytest.raises(InvalidInput):
        _advance(database, mine, -1)


def test_advancing_without_an_assignment_is_refused(database: Database) -> None:
    """An assignment that was never stored has no right."""
    with pytest.raises(Conflict):
        _advance(database, Assignment(*PLACE, epoch=1, next_offset=None), 1)
