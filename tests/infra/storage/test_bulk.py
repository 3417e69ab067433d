"""Rows in bulk: a few in one statement or many together, on both engines they are the same rows."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fiel.infra.storage import bulk, inbox, outbox, tables
from fiel.infra.storage.arrays import array
from fiel.infra.storage.bulk import Row, ask, fetch, together, writing
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Conflict

#: What an array's text could be misread for.
AWKWARD = [
    "a\x1fb",
    "\x1d",
    '"',
    "\\",
    '\\"',
    "NULL",
    "null",
    "",
    " ",
    "{}",
    "a,b",
    "ção",
    "'",
    '{"a": "b\\n"}',
    "None",
]


def _messages(texts: list[str]) -> list[Row]:
    return [(f"m{number}", "t", "k", text, number) for number, text in enumerate(texts)]


def _bodies(database: Database) -> list[str]:
    with database.reading() as connection:
        return [str(row[0]) for row in fetch(connection, "SELECT body FROM outbox ORDER BY id")]


@pytest.mark.parametrize("few", [True, False])
def test_text_comes_back_as_it_was_in_the_order_given(database: Database, few: bool) -> None:
    """Quotes, backslashes and words that mean nothing to SQL are text like any other."""
    with database.unit_of_work() as unit, writing(unit.connection, few=few) as write:
        write.insert(outbox.ROW, _messages(AWKWARD))
    assert _bodies(database) == AWKWARD


@pytest.mark.parametrize("few", [True, False])
def test_rows_of_several_tables_are_written_and_changed(database: Database, few: bool) -> None:
    """What is inserted and what is updated in one block is all there after it."""
    first: list[Row] = [("c", "a", "old", 1), ("c", "b", "old", 1)]
    with database.unit_of_work() as unit:
        bulk.insert(unit.connection, inbox.ROW, first)
    with database.unit_of_work() as unit, writing(unit.connection, few=few) as write:
        write.update(inbox.ROW, [("c", "b", "new", 2)])
        write.insert(inbox.ROW, [("c", "d", "new", 2)])
        write.insert(outbox.ROW, _messages(["x"]))
        write.insert(outbox.ROW, [])
    with database.reading() as connection:
        rows = fetch(connection, "SELECT message_id, payload_hash FROM inbox ORDER BY message_id")
    assert [tuple(row) for row in rows] == [("a", "old"), ("b", "new"), ("d", "new")]
    assert _bodies(database) == ["x"]


def _write_a_used_key(database: Database, few: bool) -> None:
    with database.unit_of_work() as unit, writing(unit.connection, few=few) as write:
        write.insert(outbox.ROW, _messages(["x"]))
        write.insert(inbox.ROW, [("c", "a", "h", 2)])
        write.insert(outbox.ROW, [("late", "t", "k", "y", 3)])


@pytest.mark.parametrize("few", [True, False])
def test_a_key_in_use_is_a_conflict_and_nothing_is_kept(database: Database, few: bool) -> None:
    """The error of one statement is told by its name, and the unit is undone whole."""
    with database.unit_of_work() as unit:
        bulk.insert(unit.connection, inbox.ROW, [("c", "a", "h", 1)])
    with pytest.raises(Conflict) as told:
        _write_a_used_key(database, few)
    assert told.value.code == "constraint_broken"
    assert _bodies(database) == []


def test_questions_asked_together_are_answered_each(database: Database) -> None:
    """Answers belong to their questions, whichever is read first."""
    with database.unit_of_work() as unit, together(unit.connection):
        one, two = ask(unit.connection, "SELECT 1"), ask(unit.connection, "SELECT 2")
        assert ([*map(tuple, one.rows())], [*map(tuple, two.rows())]) == ([(1,)], [(2,)])


def test_no_cells_are_an_empty_array() -> None:
    """PostgreSQL reads `{""}` as one empty text, so none must be written without quotes."""
    assert (array("text", []), array("int8", []), array("text", [""])) == ("{}", "{}", '{""}')


#: Columns that go in another form than most: with a NULL, all the same, all NULL, all empty, with separators.
COLUMNS: list[list[str | None]] = [
    ["a", None, "b"],
    ["same", "same", "same"],
    [None, None, None],
    ["", "", ""],
    ["", None, ""],
    ["\x1d", None, "x"],
    ["x\x1f", "y", "\x1f"],
]


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize("column", COLUMNS)
def test_every_form_of_a_column_brings_the_same_cells(
    database: Database, column: list[str | None], few: bool
) -> None:
    """However a column is sent, the database holds its cells, NULL told from empty."""
    shape = bulk.Shape.of(tables.outbox, (tables.outbox.c.id, tables.outbox.c.claim))
    with database.unit_of_work() as unit:
        bulk.insert(unit.connection, outbox.ROW, _messages(["x", "y", "z"]))
        found = fetch(unit.connection, "SELECT id FROM outbox ORDER BY id")
        rows = [(int(row[0]), cell) for row, cell in zip(found, column, strict=True)]
        with writing(unit.connection, few=few) as write:
            write.update(shape, rows)
    with database.reading() as connection:
        assert [row[0] for row in fetch(connection, "SELECT claim FROM outbox ORDER BY id")] == column


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize("many", [1, 3])
def test_whole_numbers_of_all_sizes_and_none(database: Database, few: bool, many: int) -> None:
    """The least and the greatest numbers, and no number, are what they were."""
    cells: list[tuple[int, int | None]] = [(2**63 - 1, 0), (-(2**63 - 1), None), (0, 2**63 - 1)][:many]
    held = tables.consumer_offsets.c
    columns = (held.consumer, held.topic, held.partition, held.epoch, held.next_offset)
    shape = bulk.Shape.of(tables.consumer_offsets, columns)
    with database.unit_of_work() as unit, writing(unit.connection, few=few) as write:
        write.insert(shape, [("c", "t", number, *each) for number, each in enumerate(cells)])
    with database.reading() as connection:
        found = fetch(connection, "SELECT epoch, next_offset FROM consumer_offsets ORDER BY partition")
    assert [tuple(row) for row in found] == cells


@pytest.mark.parametrize(
    ("statement", "error", "told"),
    [
        ("INSERT INTO once VALUES (1), (1)", Conflict, "refuses the row"),
        ("SELECT 1 / (count(*) - 1) FROM once", DBAPIError, "division by zero"),
    ],
)
def test_an_error_in_flight_is_no_unknown_commit(
    empty_postgres: str, statement: str, error: type[Exception], told: str
) -> None:
    """What COMMIT was sent with fails: the error is that statement's, nothing is kept, and work goes on."""
    database = Database.at(empty_postgres)
    with database.unit_of_work() as unit:
        unit.connection.execute(text("CREATE TABLE once (number bigint PRIMARY KEY)"))
    for given, refused in ((statement, True), ("SELECT 1", False)):
        with (
            pytest.raises(error, match=told) if refused else nullcontext(),
            database.unit_of_work() as unit,
        ):
            bulk.take_off(unit.connection, unit.flight)
            bulk.ask(unit.connection, "INSERT INTO once VALUES (7)")
            bulk.ask(unit.connection, given)
        with database.reading() as connection:
            kept = connection.execute(text("SELECT count(*) FROM once")).scalar_one()
        assert kept == (0 if refused else 1)
    database.close()
