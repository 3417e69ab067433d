"""The runner of one saga: what it saves before it acts, and what it makes of each way a broker can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fiel.autobalance.journal_port import Held, LeaseLost, ToSave
from fiel.autobalance.orders import BrokerOrder, Execution, OrderReport, OrderState
from fiel.autobalance.ports import OutcomeUnknown
from fiel.autobalance.runner import Point, Runner, merged_step
from fiel.autobalance.saga.events import Answered, Begun, NotDone, Place, Query, Unanswered
from fiel.autobalance.saga.model import AttemptState, Patience, Saga, SagaStatus
from fiel.autobalance.saga.step import begun_saga, step
from fiel.infra.storage.leases import Lease
from fiel.kernel.errors import Conflict, Corrupt, FielError, Rejected, Unavailable
from tests.support.autobalance.sagas import buying, selling

START = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
PATIENCE = Patience(answer=timedelta(milliseconds=50))


class StoppedClock:
    """It is always the same time."""

    def now(self) -> datetime:
        return START


def filled(order: BrokerOrder) -> OrderReport:
    """Executed in full at its limit."""
    return OrderReport(
        order.client_order_id, OrderState.FILLED, (Execution(1, order.quantity, order.limit, START),)
    )


@dataclass
class Desk:
    """A journal and a broker in memory; `log` is what was done, in order."""

    answers: Callable[[BrokerOrder], Any] = filled
    saved: Callable[[ToSave], Any] = lambda item: Held(item.step.saga, item.held.lease, item.step.commands)
    known: dict[str, OrderReport] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    async def save(self, item: ToSave) -> Any:
        self.log.append("save")
        return self.saved(item)

    async def place(self, order: BrokerOrder) -> OrderReport:
        self.log.append(f"place {order.client_order_id.partition('.')[2]}")
        self.placed.append(order.client_order_id)
        found = self.answers(order)
        if isinstance(found, BaseException):
            raise found
        if found is None:
            await asyncio.sleep(3600)
        self.known[order.client_order_id] = found
        return found  # type: ignore[no-any-return]

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        assert portfolio == "ana"
        self.log.append(f"query {client_order_id.partition('.')[2]}")
        return self.known.get(client_order_id)

    cancel = query

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def runner(self, **terms: Any) -> Runner:
        return Runner(self, self, StoppedClock(), PATIENCE, self.sleep, **terms)  # type: ignore[arg-type]


def held(*stages: int) -> Held:
    """A batch that was just begun: one operation per stage given."""
    made = [
        selling(n, f"VALE{n}", 10, 60, stage) if stage == 1 else buying(n, f"PETR{n}", 5, 30, stage)
        for n, stage in enumerate(stages or (1, 2), 1)
    ]
    begun = step(begun_saga("sg", "ana", "BRL", made, 1, START), Begun(START), PATIENCE)
    return Held(begun.saga, Lease("autobalance:ana", "me", 1, START), begun.commands)


def test_nothing_goes_out_before_it_is_saved() -> None:
    """The first stage was saved when it was begun; the second goes out after the save that prepared it."""
    desk = Desk()
    ended = asyncio.run(desk.runner().run(held(1, 2)))
    assert ended.status is SagaStatus.DONE
    assert desk.log == ["place 1.f", "save", "place 2.f", "save"]


def test_a_slow_broker_is_not_asked_everything_at_once() -> None:
    """Twelve orders, two calls at a time, each nearly as long as anybody waits: none is in doubt after."""
    under_way, most = 0, 0

    class Slow(Desk):
        """Takes four fifths of the time there is."""

        async def place(self, order: BrokerOrder) -> OrderReport:
            nonlocal under_way, most
            under_way, most = under_way + 1, max(most, under_way + 1)
            try:
                await asyncio.sleep(0.8 * PATIENCE.answer.total_seconds())
            finally:
                # On a busy machine the call may be given up before it wakes.
                under_way -= 1
            return await super().place(order)

    desk = Slow()

    async def run() -> SagaStatus:
        runner = desk.runner(line=asyncio.Semaphore(2))
        return (await runner.run(held(*[1] * 12))).status

    assert asyncio.run(run()) is SagaStatus.DONE
    assert most == 2
    assert not [line for line in desk.log if line.startswith("query")]


def test_what_is_answered_in_the_same_moment_is_saved_together() -> None:
    """Three orders of one stage that are answered at once make one step."""
    desk = Desk()
    ended = asyncio.run(desk.runner().run(held(1, 1, 1)))
    assert ended.status is SagaStatus.DONE
    assert desk.log.count("save") == 1


def test_orders_of_a_stage_go_out_in_parallel() -> None:
    """The second does not wait for the first one's answer: each is answered only when both are there."""

    async def story() -> Saga:
        both = asyncio.Barrier(2)

        class Slow(Desk):
            async def place(self, order: BrokerOrder) -> OrderReport:
                await both.wait()
                return filled(order)

        return await Slow().runner().run(held(1, 1))

    assert asyncio.run(asyncio.wait_for(story(), 10)).status is SagaStatus.DONE


@pytest.mark.parametrize(
    "trouble", [OutcomeUnknown("x", "x"), Conflict("x", "x"), TimeoutError(), RuntimeError("a defect"), None]
)
def test_an_unknown_outcome_is_asked_about(trouble: BaseException | None) -> None:
    """No answer in time, a reused name, a defect of the adapter: it is asked about, not sent again."""
    desk = Desk(lambda _order: trouble)
    desk.known["sg.1.f"] = filled(held(1).saga.operations[0].attempts[0].order)
    ended = asyncio.run(desk.runner().run(held(1)))
    assert ended.status is SagaStatus.DONE
    assert desk.log == ["place 1.f", "save", "query 1.f", "save"]
    assert desk.pauses == [PATIENCE.first_query.total_seconds()]


@pytest.mark.parametrize("trouble", [Unavailable("down", "x"), Rejected("too_long", "x")])
def test_what_was_certainly_not_done_is_sent_again(trouble: FielError) -> None:
    """The broker turned it away before anything: the same name again, after a pause, up to the limit."""
    desk = Desk(lambda _order: trouble)
    ended = asyncio.run(desk.runner().run(held(1)))
    assert ended.status is SagaStatus.ABANDONED
    assert desk.placed == ["sg.1.f"] * PATIENCE.sends
    assert len(desk.pauses) == PATIENCE.sends - 1


def test_a_lease_that_may_be_lost_sends_nothing() -> None:
    """Whoever is not certain of the lease by its own clock stops before the order, not after it."""
    desk = Desk()
    with pytest.raises(LeaseLost):
        asyncio.run(desk.runner(still_ours=lambda _saga: False).run(held(1)))
    assert desk.log == []


@pytest.mark.parametrize("answer", [LeaseLost("sg"), Unavailable("gone", "x"), Conflict("saga_unsaved", "x")])
def test_a_step_that_was_not_saved_ends_the_run(answer: Exception) -> None:
    """Nothing that follows from it is done: the second stage never goes out."""
    desk = Desk(saved=lambda _item: answer)
    with pytest.raises(type(answer)):
        asyncio.run(desk.runner().run(held(1, 2)))
    assert desk.placed == ["sg.1.f"]


def test_whoever_ends_leaves_nothing_under_way() -> None:
    """A failure at one order cancels the calls for the others; no task is left behind."""

    async def story() -> int:
        desk = Desk(lambda order: filled(order) if order.client_order_id == "sg.1.f" else None)
        desk.saved = lambda _item: LeaseLost("sg")
        with pytest.raises(LeaseLost):
            await desk.runner().run(held(1, 1))
        return len(asyncio.all_tasks())

    assert asyncio.run(story()) == 1


def test_a_saga_that_waits_for_nothing_is_told() -> None:
    """A saga without an end and without commands would wait for ever: a defect, and said so."""
    stuck = replace(held(1), commands=())
    with pytest.raises(Corrupt) as corrupt:
        asyncio.run(Desk().runner().run(stuck))
    assert corrupt.value.code == "saga_stuck"


def test_every_point_is_passed_in_order() -> None:
    """Around each save and each order, so that a death can be tried at any of them."""
    seen: list[tuple[Point, str | None]] = []
    desk = Desk()
    runner = desk.runner(at_point=lambda point, _saga, attempt: seen.append((point, attempt)))
    asyncio.run(runner.run(held(1, 2)))
    once = [Point.BEFORE_PLACE, Point.AFTER_PLACE, Point.BEFORE_SAVE, Point.AFTER_SAVE]
    assert [point for point, _ in seen] == once * 2
    assert [attempt for _, attempt in seen if attempt] == ["sg.1.f"] * 2 + ["sg.2.f"] * 2


def test_steps_made_together_say_all_of_it() -> None:
    """Two answers as one step: both are told, and of two questions about one order the later counts."""
    saga = held(1, 1).saga
    orders = [operation.attempts[0].order for operation in saga.operations]
    both = [Answered(order.client_order_id, filled(order), START) for order in orders]
    merged = merged_step(saga, list(both), PATIENCE)
    assert merged.saga.status is SagaStatus.DONE
    assert len(merged.told) == 2
    doubted = merged_step(saga, [Unanswered("sg.1.f", START), Unanswered("sg.1.f", START)], PATIENCE)
    assert [type(command) for command in doubted.commands] == [Query]
    again = merged_step(saga, [NotDone("sg.1.f", "down", START)], PATIENCE)
    assert [type(command) for command in again.commands] == [Place]
    assert again.saga.attempt("sg.1.f").state is AttemptState.SENT
