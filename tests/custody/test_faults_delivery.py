"""Deliveries that break: crashes, duplicates, zombies, lost answers. On SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from fiel.custody.ledger import Verdict
from fiel.custody.ledger.journal import WalletTransaction
from fiel.custody.messages import Message
from fiel.custody.order_events.event import LogPlace
from fiel.custody.wallet_events import WalletEvents
from fiel.infra.storage.failures import CommitUnknown
from fiel.infra.storage.offsets import rewind
from fiel.kernel.errors import Conflict, Refused, Unavailable
from tests.custody.stories import wire
from tests.support import custody_faults as faults
from tests.support.custody_bank import TOPIC, Bank, encoded
from tests.support.custody_faults import AFTER_COMMIT, BEFORE_COMMIT, Failure, Killed
from tests.support.custody_homes import Home

#: A batch that touches every table: reserve, park, part, whole, refuse, end, dead letter, alert.
BATCH = [
    encoded(wire()),
    encoded(wire("FILLED", orderId=2, executedPrice="9.50")),
    encoded(wire("PARTIALLY_FILLED", filledQuantity=40, executedPrice="9.90")),
    encoded(wire(orderId=2)),
    b"{poison",
    encoded(wire("FILLED", executedPrice="9.95")),
    encoded(wire(orderId=3, quantity=99_999)),
    encoded(wire("REJECTED", orderId=3)),
    encoded(wire(orderId=4, side="SELL", quantity=50)),
    encoded(wire(orderId=5, userId="nobody")),
    encoded(wire("CANCELLED", orderId=6)),
    encoded(wire(orderId=7, quantity=1)),
    encoded(wire(orderId=8, quantity=2)),
]


class Brittle(WalletEvents):
    """A writer of wallet events with a defect that one ticker brings out."""

    __slots__ = ()

    def writer(self) -> Callable[[WalletTransaction], str]:
        sound = WalletEvents.writer(self)

        def body(of: WalletTransaction) -> str:
            if of.ticker == "TK13":
                raise ValueError("nobody thought of this ticker")
            return sound(of)

        return body


def undisturbed(open_bank: Callable[..., Bank], home: Home) -> bytes:
    """The book after the batch, when nothing went wrong."""
    bank = open_bank(home=home.copy())
    bank.custody.deposit("ana", "5000.00")
    bank.send_from(BATCH, bank.assigned())
    image = bank.image()
    bank.adds_up()
    bank.close()
    bank.home.give_back()
    return image


def test_fault_01_crash_before_the_commit(home: Home, open_bank: Callable[..., Bank]) -> None:
    """Fault 1: killed before its commit, a process leaves nothing; delivered again, all is applied once."""
    wanted = undisturbed(open_bank, home)
    bank = open_bank()
    bank.custody.deposit("ana", "5000.00")
    mine = bank.assigned()
    before = bank.image()
    bank.fuse.arm(faults.killed, BEFORE_COMMIT)
    with pytest.raises(Killed):
        bank.send_from(BATCH, mine)
    bank.fuse.disarm()
    bank.restart()
    assert bank.image() == before
    bank.send_from(BATCH, bank.assigned())
    assert bank.image() == wanted


def test_fault_02_crash_after_the_commit(home: Home, open_bank: Callable[..., Bank]) -> None:
    """Fault 2: killed between its commit and the log's, the stored offset leads past what is done."""
    wanted = undisturbed(open_bank, home)
    bank = open_bank()
    bank.custody.deposit("ana", "5000.00")
    mine = bank.assigned()
    bank.fuse.arm(faults.killed, AFTER_COMMIT)
    with pytest.raises(Killed):
        bank.send_from(BATCH, mine)
    bank.fuse.disarm()
    bank.restart()
    assert bank.assigned().next_offset == len(BATCH)
    assert bank.send(*BATCH[:3]).verdicts == {Verdict.DUPLICATE: 3}
    assert bank.image() == wanted


def test_fault_03_nothing_between_row_and_journal(bank: Bank) -> None:
    """Fault 3: killed between the account's row and the journal, wherever, neither moves."""
    before = bank.image()
    for moment in count(1):
        bank.fuse.arm(faults.killed, moment)
        try:
            bank.custody.deposit("ana", "10.00", key="pix")
        except Killed:
            done = bank.fuse.moments
            bank.fuse.disarm()
            bank.restart()
            if bank.image() != before:
                break
        else:
            pytest.fail("the last moment is after the commit: it must have been reached")
    assert done >= 5, "account, journal, postings, transaction, outbox"
    assert bank.account().balance == 501_000
    bank.adds_up()


def test_fault_04_killed_at_every_statement(home: Home, open_bank: Callable[..., Bank]) -> None:
    """Fault 4: killed at each statement of a batch, the book ends as the undisturbed run's."""
    wanted = undisturbed(open_bank, home)
    open_bank().custody.deposit("ana", "5000.00")
    for moment in count(1):
        bank = open_bank(home=home.copy())
        mine = bank.assigned()
        bank.fuse.arm(faults.killed, moment)
        try:
            bank.send_from(BATCH, mine)
            finished = True
        except Killed:
            finished = False
        bank.fuse.disarm()
        bank.restart()
        mine = bank.assigned()
        bank.send_from(BATCH[mine.next_offset or 0 :], mine)
        assert bank.image() == wanted, f"killed at moment {moment}"
        bank.close()
        bank.home.give_back()
        if finished:
            break
    assert moment > 15


def test_fault_05_the_same_event_twice_in_a_batch(bank: Bank) -> None:
    """Fault 5: an event twice in one batch is applied once, with one journal entry."""
    received = bank.send(wire(), wire())
    assert received.verdicts == {Verdict.APPLIED: 1, Verdict.DUPLICATE: 1}
    assert bank.wallet() == [("DEPOSIT", 500_000), ("RESERVE", 100_000)]
    bank.adds_up()


def test_fault_07_the_same_id_with_another_payload(bank: Bank) -> None:
    """Fault 7: an id that comes back with other claims is a dead letter and an alert; no row moves."""
    bank.send(wire(eventId="e-1"))
    before = bank.record()
    received = bank.send(wire(eventId="e-1", quantity=1))
    assert received.verdicts == {Verdict.DEAD_LETTER: 1}
    assert (bank.record(), bank.dead(), bank.alerts()) == (before, ["event_id_reused"], ["event_id_reused"])
    assert [alert["code"] for alert in bank.told("custody-alerts-v1")] == ["event_id_reused"]


def test_fault_33_poison_in_the_middle(bank: Bank) -> None:
    """Fault 33: messages that are unreadable or contradict become dead letters; the others commit."""
    bank.custody.deposit("bia", "1000.00")
    bank.send(
        wire(),
        b"\xff\x00 not text",
        wire("FILLED", side="SELL", executedPrice="9", eventId="wrong-side"),
        wire(orderId=2, userId="bia"),
        wire("FILLED", executedPrice="9.00"),
    )
    assert bank.dead() == ["message_not_utf8", "order_mismatch"]
    assert (bank.order().status, bank.order(2).status) == ("FILLED", "PENDING")
    assert [letter["code"] for letter in bank.told("order-events-v1.dlq")] == [
        "message_not_utf8",
        "order_mismatch",
    ]
    bank.adds_up()


def test_fault_33_a_message_that_breaks_the_book_is_found_by_halving(
    home: Home, open_bank: Callable[..., Bank]
) -> None:
    """Fault 33: the one message that no transaction can take is set apart; the 19 beside it are booked."""
    bank = open_bank(wire=Brittle())
    bank.custody.deposit("ana", "5000.00")
    messages = [wire(orderId=number, quantity=1, ticker=f"TK{number}") for number in range(20)]
    received = bank.send(*messages)
    assert received.verdicts == {Verdict.APPLIED: 19, Verdict.DEAD_LETTER: 1}
    (letter,) = bank.look(lambda book: book.dead_letters())
    assert letter.rejection.code == "processing_failed"
    assert '"TK13"' in letter.body
    bank.adds_up()
    bank.close()
    repaired = open_bank(home=home)
    assert repaired.custody.replay_dead_letter(letter.id).verdicts == {Verdict.APPLIED: 1}
    assert repaired.account().blocked == 20 * 1000


def test_fault_33_replay_restores_the_order(bank: Bank) -> None:
    """Fault 33: what follows a dead PENDING waits; the dead letter replayed leads to the normal end."""
    pending = wire(orderId=9, userId="bia", ticker="VALE3")
    bank.send(pending)
    assert bank.dead() == ["account_unknown"]
    bank.custody.deposit("bia", "2000.00")
    bank.send(wire("FILLED", orderId=9, userId="bia", ticker="VALE3", executedPrice="9.00"))
    assert bank.waiting() == ["order:9:FILLED:q100000000000"]
    (letter,) = bank.look(lambda book: book.dead_letters())
    assert bank.custody.replay_dead_letter(letter.id).verdicts == {Verdict.APPLIED: 1}
    assert (bank.waiting(), bank.dead()) == ([], [])
    assert bank.account("bia").balance == 200_000 - 90_000
    assert bank.order(9).status == "FILLED"
    bank.adds_up()


def test_fault_33_what_waited_is_never_lost_by_a_replay(bank: Bank) -> None:
    """Fault 33: an event that waited and then contradicts its order is a dead letter, not lost."""
    pending = wire(orderId=9, userId="bia")
    fill = wire("FILLED", orderId=9, userId="bia", side="SELL", executedPrice="9.00", eventId="wrong-side")
    places = [LogPlace(TOPIC, 0, offset) for offset in range(2)]
    bank.custody.receive([Message(encoded(fill), places[0]), Message(encoded(pending), places[1])])
    bank.custody.deposit("bia", "2000.00")
    for letter in bank.look(lambda book: book.dead_letters()):
        bank.custody.replay_dead_letter(letter.id)
    assert bank.dead() == ["order_mismatch"]
    assert bank.order(9).status == "PENDING"
    (letter,) = bank.look(lambda book: book.dead_letters())
    before = bank.record()
    assert bank.custody.replay_dead_letter(letter.id).verdicts == {Verdict.DEAD_LETTER: 1}
    assert (bank.record(), bank.dead()) == (before, ["order_mismatch"])


def test_fault_34_a_dead_letter_replayed_twice(bank: Bank) -> None:
    """Fault 34: a dead letter is replayed once; again is refused, and the message again is nothing."""
    bank.send(wire(orderId=9, userId="bia"))
    bank.custody.deposit("bia", "2000.00")
    (letter,) = bank.look(lambda book: book.dead_letters())
    bank.custody.replay_dead_letter(letter.id)
    before = bank.image()
    with pytest.raises(Refused, match="replayed already") as refusal:
        bank.custody.replay_dead_letter(letter.id)
    assert refusal.value.code == "dead_letter_settled"
    assert bank.send(wire(orderId=9, userId="bia")).verdicts == {Verdict.DUPLICATE: 1}
    assert bank.image() == before


def test_fault_35_bytes_that_are_no_message(bank: Bank) -> None:
    """Fault 35: broken bytes and 10 MB are dead letters that keep the bytes, in bounded time."""
    broken, long, empty = b'{"orderId": \xc3\x28}', b'"' + b"x" * 10_000_000 + b'"', b""
    before = bank.record()
    bank.send(broken, long, empty, b"\x00\x01")
    assert bank.dead() == ["message_not_json", "message_not_json", "message_not_utf8", "message_too_large"]
    kept = {letter.rejection.code: letter for letter in bank.look(lambda book: book.dead_letters())}
    assert kept["message_not_utf8"].encoding == "base64"
    assert len(kept["message_too_large"].body) == len(long)
    assert bank.record() == before


def test_fault_36_a_zombie_commits_after_the_rebalance(bank: Bank) -> None:
    """Fault 36: a worker that lost its partition meanwhile cannot commit; all it did is rolled back."""
    zombie = bank.assigned()
    heir = bank.assigned()
    bank.send_from(BATCH[:2], heir)
    before = bank.image()
    with pytest.raises(Conflict) as refusal:
        bank.send_from(BATCH[:4], zombie)
    assert refusal.value.code == "epoch_lost"
    assert bank.image() == before
    assert bank.stored_offset() == 2


def test_fault_37_the_topic_read_again_from_zero(bank: Bank) -> None:
    """Fault 37: the whole topic once more changes no row of the book, and no more is told to others."""
    bank.send_from(BATCH, bank.assigned())
    before = bank.image()
    again = bank.database.transact(lambda unit: rewind(unit.connection, "custody", TOPIC, 0, 0))
    received = bank.send_from(BATCH, again)
    assert received.verdicts[Verdict.APPLIED] == 0
    assert bank.image() == before


@pytest.mark.parametrize("moment", [BEFORE_COMMIT, AFTER_COMMIT])
def test_fault_39_nobody_knows_whether_it_committed(
    home: Home, open_bank: Callable[..., Bank], moment: str
) -> None:
    """Fault 39: an unknown commit is never repeated blindly; offset and inbox decide."""
    wanted = undisturbed(open_bank, home)
    bank = open_bank()
    bank.custody.deposit("ana", "5000.00")
    mine = bank.assigned()
    bank.fuse.arm(faults.gone, moment)
    with pytest.raises(CommitUnknown):
        bank.send_from(BATCH, mine)
    bank.fuse.disarm()
    committed = bank.stored_offset() == len(BATCH)
    assert committed is (moment == AFTER_COMMIT)
    if committed:
        # Who does not look is stopped by the inbox.
        assert bank.send(*BATCH[:4]).verdicts == {Verdict.DUPLICATE: 4}
    else:
        bank.send_from(BATCH, mine)
    assert bank.image() == wanted


def test_fault_40_a_copy_that_lacks_the_last_batches(bank: Bank) -> None:
    """Fault 40: after a fail-over to an older copy its stored offset leads back; nothing is missing."""
    bank.send_from(BATCH[:5], bank.assigned())
    bank.close()
    older = bank.home.copy()
    bank.restart()
    bank.send_from(BATCH[5:], bank.assigned())
    wanted = bank.image()
    bank.restart(older)
    mine = bank.assigned()
    assert mine.next_offset == 5
    bank.send_from(BATCH[5:], mine)
    assert bank.image() == wanted
    bank.adds_up()


@pytest.mark.parametrize("failure", [faults.busy, faults.deadlock, faults.unserializable])
def test_fault_41_another_stood_in_the_way(
    home: Home, open_bank: Callable[..., Bank], failure: Failure
) -> None:
    """Fault 41: busy, deadlock and serialization failures: the whole batch runs again."""
    wanted = undisturbed(open_bank, home)
    open_bank().custody.deposit("ana", "5000.00")
    for moment in (1, 2, 5, 9, 14, BEFORE_COMMIT):
        bank = open_bank(home=home.copy())
        mine = bank.assigned()
        bank.fuse.arm(failure, moment)
        bank.send_from(BATCH, mine)
        assert bank.fuse.disarm()
        assert bank.image() == wanted, moment
        bank.close()
        bank.home.give_back()


@pytest.mark.parametrize(
    ("failure", "code"), [(faults.full, "database_halted"), (faults.busy, "database_busy")]
)
def test_fault_41_halted_without_a_part(bank: Bank, failure: Failure, code: str) -> None:
    """Fault 41: a full disk, and a lock that never ends, halt the batch with nothing of it kept."""
    mine = bank.assigned()
    before = bank.image()
    for moment in (1, 3, 8, BEFORE_COMMIT):
        bank.fuse.arm(failure, moment, times=10**6)
        with pytest.raises(Unavailable) as halt:
            bank.send_from(BATCH, mine)
        bank.fuse.disarm()
        assert (halt.value.code, bank.image()) == (code, before), moment
    bank.send_from(BATCH, mine)
    bank.adds_up()
