"""The hash chain: it follows the journal, and names the first row of history that was touched."""

from __future__ import annotations

import pytest

from fiel.custody.chain import GENESIS, Break, Head, Seal, Sealable, continued, first_break
from fiel.custody.sealing import Sealer, Verifier
from fiel.kernel.errors import Conflict
from tests.custody.stories import wire
from tests.support.custody_bank import Bank

START = Head(0, GENESIS)


def _contents(count: int) -> list[Sealable]:
    return [
        Sealable(n, (f"entry_{n}", "ana"), ((1, "available", "BRL", n),), ()) for n in range(1, count + 1)
    ]


def _told(bank: Bank) -> None:
    bank.send(wire(), wire("FILLED", executedPrice="9.99"))
    bank.send(wire(orderId=2), wire("REJECTED", orderId=2))


def _verify(bank: Bank, known: Head | None = None) -> Head | Break:
    verified = Verifier(bank.database).verify(known)
    return verified.broken or verified.head


def _tamper(bank: Bank, table: str, statement: str) -> None:
    """What somebody with the database's own rights can do."""
    with bank.database.unit_of_work() as unit:
        if bank.database.embedded:
            for verb in ("update", "delete"):
                unit.connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}")
        else:
            unit.connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        unit.connection.exec_driver_sql(statement)


def test_an_untouched_history_holds(bank: Bank) -> None:
    """Everything committed is sealed, and every seal is counted again to the same head."""
    _told(bank)
    sealed = Sealer(bank.database, bank.clock).drain()
    assert sealed == 5  # one deposit, two reservations, one fill, one release
    head = _verify(bank)
    assert isinstance(head, Head)
    assert head.position == 5
    assert Verifier(bank.database).verify().unsealed == 0


def test_sealing_goes_on_where_it_stopped(bank: Bank) -> None:
    """A chain made in many turns is the chain made in one."""
    _told(bank)
    sealer = Sealer(bank.database, bank.clock)
    assert [sealer.turn(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert isinstance(_verify(bank), Head)


def test_what_waits_for_its_seal_is_counted_and_not_broken(bank: Bank) -> None:
    """New entries are no break: the verification says how many wait."""
    Sealer(bank.database, bank.clock).drain()
    _told(bank)
    verified = Verifier(bank.database).verify()
    assert (verified.broken, verified.unsealed, verified.head.position) == (None, 4, 1)


@pytest.mark.parametrize(
    ("table", "change", "seq"),
    [
        ("postings", "UPDATE postings SET amount = amount + 1 WHERE entry_seq = 3 AND line = 1", 3),
        ("postings", "DELETE FROM postings WHERE entry_seq = 2 AND line = 1", 2),
        ("journal", "UPDATE journal SET user_id = 'bob' WHERE seq = 4", 4),
        ("journal", "DELETE FROM journal WHERE seq = 5", 5),
        ("wallet_transactions", "UPDATE wallet_transactions SET amount = 1 WHERE entry_seq = 1", 1),
        ("wallet_transactions", "DELETE FROM wallet_transactions WHERE entry_seq = 1", 1),
        ("seals", "UPDATE seals SET hash = 'abc' WHERE position = 2", 2),
        ("seals", "DELETE FROM seals WHERE position = 3", 4),
    ],
)
def test_fault_64_a_row_edited_by_hand_is_named(bank: Bank, table: str, change: str, seq: int) -> None:
    """Whatever is changed or taken out of history, the first bad entry is named."""
    _told(bank)
    Sealer(bank.database, bank.clock).drain()
    assert isinstance(_verify(bank), Head)
    _tamper(bank, table, change)
    broken = _verify(bank)
    assert isinstance(broken, Break)
    assert broken.seq == seq
    assert f"journal entry {seq} " in str(broken)


def test_an_entry_slipped_into_a_gap_is_named(bank: Bank) -> None:
    """History cannot be added to before its end."""
    _told(bank)
    # A number that a rolled-back transaction left out.
    _tamper(bank, "journal", "UPDATE journal SET seq = 9 WHERE seq = 5")
    _tamper(bank, "postings", "UPDATE postings SET entry_seq = 9 WHERE entry_seq = 5")
    Sealer(bank.database, bank.clock).drain()
    assert isinstance(_verify(bank), Head)
    _tamper(
        bank,
        "journal",
        "INSERT INTO journal (seq, id, user_id, currency, kind, cause, occurred_at, recorded_at) "
        "VALUES (7, 'entry_x', 'ana', 'BRL', 'DEPOSIT', 'x', 1, 1)",
    )
    assert _verify(bank) == Break(5, 7, "the entry was added after its time")


def test_a_rewritten_chain_does_not_lead_to_the_head_that_was_kept(bank: Bank) -> None:
    """Whoever builds a whole new chain is found out by the head that is kept elsewhere."""
    _told(bank)
    Sealer(bank.database, bank.clock).drain()
    kept = _verify(bank)
    assert isinstance(kept, Head)
    _tamper(bank, "postings", "UPDATE postings SET amount = amount + 1 WHERE entry_seq = 2 AND line = 1")
    _tamper(bank, "seals", "DELETE FROM seals")
    Sealer(bank.database, bank.clock).drain()
    assert isinstance(_verify(bank), Head)
    with pytest.raises(Conflict, match="history before it was rewritten"):
        _verify(bank, kept)


def test_a_chain_cut_short_is_found_by_the_head_that_was_kept(bank: Bank) -> None:
    """Taking the newest seals and entries away leaves a sound but shorter chain."""
    _told(bank)
    Sealer(bank.database, bank.clock).drain()
    kept = _verify(bank)
    assert isinstance(kept, Head)
    _tamper(bank, "seals", "DELETE FROM seals WHERE entry_seq = 5")
    _tamper(bank, "journal", "DELETE FROM journal WHERE seq = 5")
    with pytest.raises(Conflict, match="ends at 4"):
        _verify(bank, kept)


def test_a_kept_head_that_lies_on_the_chain_is_accepted(bank: Bank) -> None:
    """The chain has grown since; the old head still lies on it."""
    Sealer(bank.database, bank.clock).drain()
    kept = _verify(bank)
    assert isinstance(kept, Head)
    _told(bank)
    Sealer(bank.database, bank.clock).drain()
    assert isinstance(_verify(bank, kept), Head)
    assert Head.parse(str(kept)) == kept


@pytest.mark.parametrize("text", ["", "1", "x:y", f"-1:{'a' * 64}", f"1:{'g' * 64}", f"1:{'a' * 63}"])
def test_a_head_that_is_no_head_is_refused(text: str) -> None:
    """A kept head is position and 64 hex digits."""
    with pytest.raises(ValueError, match="position:hash"):
        Head.parse(text)


def test_a_seal_depends_on_everything_before_it() -> None:
    """The same entry after another history has another seal."""
    first, second = _contents(2)
    other = first._replace(entry=("entry_1", "bob"))
    assert continued(START, [first, second])[1].hash != continued(START, [other, second])[1].hash


def test_numbers_and_text_are_told_apart() -> None:
    """1 and "1" do not hash alike."""
    (number,) = continued(START, [Sealable(1, (1,), (), ())])
    (text,) = continued(START, [Sealable(1, ("1",), (), ())])
    assert number.hash != text.hash


def test_entries_between_seals_are_found() -> None:
    """An entry without a seal among sealed ones was added after its time."""
    contents = _contents(3)
    seals = continued(START, [contents[0], contents[2]])
    found = first_break(START, seals, contents)
    assert found == Break(2, 2, "the entry was added after its time")


def test_a_missing_position_is_found() -> None:
    """Seals are counted without a gap."""
    contents = _contents(2)
    seals = continued(START, contents)
    moved = [seals[0], Seal(3, 2, seals[1].hash)]
    assert isinstance(first_break(START, moved, contents), Break)
