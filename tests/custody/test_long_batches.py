"""More messages than one transaction takes: parts of their own, each with its offsets, once each."""

from __future__ import annotations

import pytest

from fiel.custody.consumer import PARTS, polled
from fiel.custody.ledger import Verdict
from fiel.custody.receiving import BATCH_MAX
from fiel.kernel.errors import Conflict
from tests.custody.stories import wire
from tests.support import custody_faults as faults
from tests.support.custody_bank import Bank, encoded
from tests.support.custody_faults import AFTER_COMMIT, Killed


def test_a_long_batch_goes_in_several_transactions(bank: Bank) -> None:
    """More than one transaction's worth: killed after the first, its offset leads on."""
    messages = [encoded(wire(orderId=number, quantity=1, price="0.01")) for number in range(BATCH_MAX + 10)]
    mine = bank.assigned()
    bank.fuse.arm(faults.killed, AFTER_COMMIT)
    with pytest.raises(Killed):
        bank.send_from(messages, mine)
    bank.fuse.disarm()
    bank.restart()
    mine = bank.assigned()
    assert mine.next_offset == BATCH_MAX
    bank.send_from(messages[BATCH_MAX:], mine)
    assert bank.account().blocked == BATCH_MAX + 10
    bank.adds_up()


def _many(first: int, parts: int) -> list[bytes]:
    """So many full parts of small orders, and ten more."""
    numbers = range(first, first + parts * BATCH_MAX + 10)
    return [encoded(wire(orderId=number, quantity=1, price="0.01")) for number in numbers]


def test_a_long_batch_that_comes_again_whole(bank: Bank) -> None:
    """Away after two of three transactions, and all of it again under the same epoch: the rest is booked."""
    messages, mine = _many(1, 2), bank.assigned()
    bank.send_from(messages[:-10], mine)
    assert bank.stored_offset() == 2 * BATCH_MAX
    received = bank.send_from(messages, mine)
    assert received.verdicts == {Verdict.DUPLICATE: 2 * BATCH_MAX, Verdict.APPLIED: 10}
    assert (bank.stored_offset(), bank.account().blocked) == (len(messages), len(messages))
    bank.adds_up()


def test_a_zombie_is_not_taken_for_a_repetition(bank: Bank) -> None:
    """A long batch of a lost epoch is refused at its first part, though the heir stands further on."""
    zombie = bank.assigned()
    bank.send_from(_many(1, 1), bank.assigned())
    before = bank.image()
    with pytest.raises(Conflict) as refusal:
        bank.send_from(_many(10_000, 1), zombie)
    assert (refusal.value.code, bank.image()) == ("epoch_lost", before)


def test_several_full_batches_are_polled_at_once() -> None:
    """Transactions of the full size are handed over several at a time, smaller ones one by one."""
    assert (polled(BATCH_MAX), polled(7)) == (PARTS * BATCH_MAX, 7)
