"""Rows edited behind the product's back, and schemas that do not fit: on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import text

from fiel.custody.ledger import check
from fiel.infra.storage import schema
from fiel.infra.storage.schema import SchemaState
from fiel.kernel.errors import Conflict
from tests.custody.stories import wire
from tests.support import custody_faults as faults
from tests.support.custody_bank import Bank
from tests.support.custody_faults import Killed
from tests.support.custody_homes import Home

#: What somebody wrote by hand, and the row that the checker must name.
EDITS = [
    ("UPDATE accounts SET balance = balance + 1", "account ana/BRL"),
    ("UPDATE accounts SET blocked = blocked - 1", "account ana/BRL"),
    ("UPDATE orders SET held_cash = held_cash + 1 WHERE order_id = 2", "account ana/BRL"),
    ("UPDATE orders SET filled = filled + 1 WHERE order_id = 1", "order 1"),
    ("UPDATE positions SET quantity = quantity + 1", "position ana/BRL/PETR4"),
    ("UPDATE positions SET cost = cost - 1", "position ana/BRL/PETR4"),
    ("UPDATE positions SET reserved = 1", "position ana/BRL/PETR4"),
    ("UPDATE lots SET gross = gross + 1", "order 1"),
    ("DELETE FROM lots", "order 1"),
]
HISTORY = ["journal", "postings", "wallet_transactions"]


@pytest.fixture
def traded(bank: Bank) -> Bank:
    """Ana bought 100 and has an order open."""
    bank.send(wire(), wire("FILLED", executedPrice="9.00"), wire(orderId=2))
    bank.adds_up()
    return bank


def edit(bank: Bank, *statements: str) -> None:
    """By hand, past everything."""
    with bank.database.unit_of_work() as unit:
        for statement in statements:
            unit.connection.execute(text(statement))


@pytest.mark.parametrize(("statement", "row"), EDITS)
def test_fault_64_an_edited_row_is_named(traded: Bank, statement: str, row: str) -> None:
    """Fault 64: a row edited by hand is named by the checker, whatever the edit was."""
    edit(traded, statement)
    assert row in {finding.row for finding in check(traded.record())}


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = 'x'", "DELETE FROM {}"])
def test_fault_64_history_refuses_edits(traded: Bank, table: str, verb: str) -> None:
    """Fault 64: the database itself refuses to change or delete history."""
    before = traded.image()
    statement = verb.format(table) if table != "postings" else verb.format(table).replace("id =", "asset =")
    with pytest.raises(Conflict) as refusal:
        edit(traded, statement)
    assert (refusal.value.code, traded.image()) == ("append_only", before)


@pytest.mark.parametrize("table", HISTORY)
def test_fault_64_history_edited_with_the_triggers_off(traded: Bank, table: str) -> None:
    """Fault 64: whoever takes the triggers away and deletes a row of history is found out by the checker."""
    column = "seq" if table == "journal" else "entry_seq"
    delete = f"DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})"  # noqa: S608
    if traded.database.embedded:
        traded.close()
        with contextlib.closing(sqlite3.connect(str(traded.database.url.database))) as raw:
            raw.execute(f"DROP TRIGGER {table}_append_only_delete")
            raw.execute(delete)
            raw.commit()
        traded.restart()
    else:
        edit(traded, "SET LOCAL session_replication_role = replica", delete)
    assert check(traded.record())


def test_fault_65_an_old_program_on_a_new_schema(home: Home) -> None:
    """Fault 65: a program that meets a newer schema refuses to start and names both versions."""
    database = home.open()
    with database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(Conflict) as refusal:
        schema.open_database(home.url)
    assert (refusal.value.code, refusal.value.details["found"]) == ("database_newer", "9999")


def test_fault_65_a_new_program_on_an_old_schema(home: Home) -> None:
    """Fault 65: an older schema is refused with the command that brings it up."""
    database = home.open()
    schema.downgrade(database, "0001")
    database.close()
    with pytest.raises(Conflict, match="fiel db upgrade"):
        schema.open_database(home.url)


def test_fault_65_a_migration_killed_half_way(home: Home, open_bank: Callable[..., Bank]) -> None:
    """Fault 65: a migration killed at any statement leaves the old schema whole: refused, and run again."""
    bank = open_bank()
    schema.downgrade(bank.database, "0001")
    bank.close()
    halves = 0
    for moment in count(1, 25):
        bank.restart()
        bank.fuse.arm(faults.killed, moment)
        try:
            schema.upgrade(bank.database)
        except Killed:
            halves += 1
        bank.fuse.disarm()
        bank.restart()
        if schema.version_of(bank.database).state is SchemaState.CURRENT:
            break
        with pytest.raises(Conflict) as refusal:
            schema.open_database(bank.home.url)
        assert refusal.value.code == "database_older"
        assert schema.upgrade(bank.database).state is SchemaState.CURRENT
        assert schema.differences(bank.database) == []
        schema.downgrade(bank.database, "0001")
    assert halves > 1
