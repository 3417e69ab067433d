"""The journal in an event loop: what comes at the same moment shares a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fiel.autobalance.journal import Journal, JournalConfig, SaveResult
from fiel.autobalance.journal_async import AsyncJournal
from fiel.autobalance.journal_port import Held, LeaseLost, ToSave
from fiel.autobalance.saga.model import SagaStatus
from fiel.kernel.errors import FielError, Unavailable
from tests.support.autobalance.books import Desk
from tests.support.custody_faults import full


class _Counted(Journal):
    """Counts its transactions."""

    sizes: list[int]

    def save(self, items: Sequence[ToSave]) -> list[SaveResult]:
        self.sizes.append(len(items))
        return super().save(items)


def _counted(desk: Desk) -> _Counted:
    plain = desk.journal
    config = JournalConfig(together=8)
    counted = _Counted(plain.database, plain.book, plain.clock, config, plain.patience)
    object.__setattr__(counted, "sizes", [])
    return counted


def test_what_comes_together_is_committed_together(desk: Desk) -> None:
    """Twenty portfolios begin and end in a handful of transactions, each answered with its own saga."""
    names = [f"user-{number}" for number in range(20)]
    for name in names:
        desk.enrol(name)
    journal = _counted(desk)

    async def work() -> list[Held | LeaseLost]:
        front = AsyncJournal(journal, "worker-1")
        begun = await asyncio.gather(*(front.begin([desk.plan(portfolio=name)]) for name in names))
        helds = [found[0] for found in begun]
        assert [held.saga.portfolio for held in helds if isinstance(held, Held)] == names
        assert await front.heartbeat([held for held in helds if isinstance(held, Held)]) == []
        assert await front.take_over(10) == []
        items = [desk.filled(held) for held in helds if isinstance(held, Held)]
        saved = await asyncio.gather(*map(front.save, items))
        await front.close()
        return list(saved)

    saved = asyncio.run(work())

    assert [held.saga.portfolio for held in saved if isinstance(held, Held)] == names
    assert all(isinstance(held, Held) and held.saga.status is SagaStatus.DONE for held in saved)
    assert max(journal.sizes) == 8
    assert len(journal.sizes) <= 5
    desk.bank.adds_up()


def test_a_lost_lease_is_told_to_its_saga_alone(desk: Desk) -> None:
    """Of two steps in one transaction one is another's by now."""
    desk.enrol("bob")
    lost = desk.begin()
    desk.let_pass()
    desk.journal.take_over("worker-2", 1)
    mine = desk.begin(portfolio="bob")

    async def work() -> list[Held | LeaseLost]:
        front = AsyncJournal(desk.journal, "worker-1")
        return list(await asyncio.gather(front.save(desk.filled(lost)), front.save(desk.filled(mine))))

    first, second = asyncio.run(work())
    assert isinstance(first, LeaseLost)
    assert isinstance(second, Held)


def test_a_database_that_is_away_is_told_to_everybody(desk: Desk) -> None:
    """Nothing was saved, each caller hears of it, and the journal goes on when the database is back."""
    held = desk.begin()

    async def work() -> Held | LeaseLost:
        front = AsyncJournal(desk.journal, "worker-1")
        desk.bank.fuse.arm(full, 1, times=100)
        with pytest.raises(Unavailable):
            await front.save(desk.filled(held))
        with pytest.raises(Unavailable):
            await front.begin([desk.plan(account_sequence=1)])
        desk.bank.fuse.disarm()
        found = await front.save(desk.filled(held))
        await front.close()
        return found

    found = asyncio.run(work())
    assert isinstance(found, Held)


def test_a_caller_that_gave_up_does_not_stop_the_others(desk: Desk) -> None:
    """One of two callers is cancelled while the transaction waits; the other gets its answer."""
    desk.enrol("bob")
    ana, bob = desk.begin(), desk.begin(portfolio="bob")

    async def work() -> Held | LeaseLost:
        front = AsyncJournal(desk.journal, "worker-1")
        given_up = asyncio.ensure_future(front.save(desk.filled(ana)))
        other = asyncio.ensure_future(front.save(desk.filled(bob)))
        await asyncio.sleep(0)
        given_up.cancel()
        found = await other
        await front.close()
        return found

    found = asyncio.run(work())
    assert isinstance(found, Held)


def test_one_transaction_for_plans_and_what_goes_along(desk: Desk) -> None:
    """With something to be done along, a begin is alone in its transaction; its refusal is its caller's."""
    desk.enrol("bob")

    def refuse(_unit: object) -> None:
        raise FielError("not_now", "no")

    async def work() -> tuple[object, object]:
        front = AsyncJournal(desk.journal, "worker-1")
        plans = [desk.plan(), desk.plan(portfolio="bob")]
        jobs = front.begin(plans[:1], refuse), front.begin(plans[1:])
        found = await asyncio.gather(*jobs, return_exceptions=True)
        await front.close()
        return found[0], found[1]

    refused, begun = asyncio.run(work())
    assert isinstance(refused, FielError)
    assert isinstance(begun, list)
    assert isinstance(begun[0], Held)
    assert desk.journal.sagas_of("ana") == []
