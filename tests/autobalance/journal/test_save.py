"""Saving steps: the saga, what the book makes of it, and what people hear, in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fiel.autobalance.journal_port import Held, LeaseLost, ToSave
from fiel.autobalance.orders import OrderState
from fiel.autobalance.saga.events import Place, SagaAlert, SagaAlertCode, Step, Unanswered
from fiel.autobalance.saga.model import AttemptState, OpState, SagaStatus
from fiel.autobalance.topics import ALERTS
from fiel.infra.storage.failures import CommitUnknown
from fiel.kernel.errors import FielError, Unavailable
from tests.support.autobalance.books import Desk, buy, sell
from tests.support.custody_faults import AFTER_COMMIT, BEFORE_COMMIT, gone


def test_a_batch_that_is_filled_is_done(desk: Desk) -> None:
    """All executed: the book has the shares, the lease is free, the portfolio says when."""
    held = desk.begin(sell(1), buy(2))
    saved = desk.saved(desk.filled(held))

    assert saved.saga.status is SagaStatus.DONE
    assert desk.journal.saga(saved.saga.id) == saved.saga
    assert desk.bank.position("PETR4").quantity == 10 * 10**9
    assert desk.bank.position("VALE3").quantity == 5 * 10**9
    assert desk.bank.account().blocked == 0
    assert desk.lease_is_free()
    view = desk.portfolios.status("ana")
    assert view.portfolio.last_done_at == desk.bank.clock.now()
    assert (view.unfinished, view.in_doubt) == (None, ())
    assert desk.journal.take_over("worker-2", 10) == []
    desk.bank.adds_up()


def test_the_second_stage_goes_out_in_the_step_that_ends_the_first(desk: Desk) -> None:
    """Sales first: the purchase is reserved for, SENT and asked for in the transaction of the last sale."""
    held = desk.begin(sell(1), buy(2, quantity=40, stage=2))
    assert len(held.commands) == 1
    saved = desk.saved(desk.filled(held))

    assert [type(command) for command in saved.commands] == [Place]
    assert desk.bank.account().blocked == 1200_00
    assert desk.saved(desk.filled(saved)).saga.status is SagaStatus.DONE
    desk.bank.adds_up()


def test_a_refused_second_stage_undoes_the_first(desk: Desk) -> None:
    """The user took the money meanwhile: the purchase is refused, the sale bought back, nothing overdrawn."""
    held = desk.begin(sell(1), buy(2, quantity=40, stage=2))
    desk.bank.custody.withdraw("ana", "400.00")
    undoing = desk.saved(desk.filled(held))

    assert undoing.saga.status is SagaStatus.COMPENSATING
    assert "cash_not_available" in str(undoing.saga.operation(2).attempts[0].reason)
    back = undoing.saga.operation(1).attempts[1]
    assert [(type(command), command.attempt) for command in undoing.commands] == [(Place, back.id)]
    done = desk.saved(desk.filled(undoing))
    assert done.saga.status is SagaStatus.ROLLED_BACK
    assert done.saga.operation(1).state is OpState.ROLLED_BACK
    assert desk.bank.position("VALE3").quantity == 10 * 10**9
    assert desk.bank.account().blocked == 0
    desk.bank.adds_up()


def test_the_cost_of_undoing_is_kept(desk: Desk) -> None:
    """Sold at 60, bought back at 62: the history says what that cost, in cents."""
    held = desk.begin(sell(1), buy(2))
    sale, purchase = (operation.attempts[0] for operation in held.saga.operations)
    undoing = desk.saved(desk.after(held, desk.answer(sale), desk.answer(purchase, OrderState.REJECTED)))
    back = undoing.saga.operation(1).attempts[1]
    desk.saved(desk.after(undoing, desk.answer(back, OrderState.FILLED, (5, 62))))

    (record,), _ = desk.portfolios.history("ana")
    assert (record.saga.status, record.cost, record.worst) == (SagaStatus.ROLLED_BACK, 10_00, "7.5")


def test_partial_executions_are_kept_exactly(desk: Desk) -> None:
    """What is loaded is what was saved, executions and their prices included."""
    held = desk.begin(buy(1))
    attempt = held.saga.operation(1).attempts[0]
    saved = desk.saved(desk.after(held, desk.answer(attempt, OrderState.OPEN, (3, 29), (2, 30))))

    stored = desk.journal.saga(held.saga.id)
    assert stored == saved.saga
    assert stored.operation(1).filled == 5 * 10**9
    assert desk.bank.position().quantity == 5 * 10**9


def test_every_change_of_an_attempt_is_in_the_history(desk: Desk) -> None:
    """Step by step: sent, in doubt, done; each under the token and holder that saved it."""
    held = desk.begin(buy(1))
    attempt = held.saga.operation(1).attempts[0]
    doubted = desk.saved(desk.after(held, Unanswered(attempt.id, desk.bank.clock.now())))
    desk.saved(desk.after(doubted, desk.answer(attempt)))

    steps = desk.steps(held.saga.id)
    assert [step["attempts"][0][1] for step in steps] == ["sent", "unknown", "done"]
    assert {(step["holder"], step["token"]) for step in steps} == {("worker-1", 1)}
    assert [step["version"] for step in steps] == sorted({step["version"] for step in steps})


def test_a_step_that_was_saved_cannot_be_saved_again(desk: Desk) -> None:
    """The same holder with an old copy of the saga: refused, whatever it wants to save."""
    held = desk.begin(sell(1), buy(2))
    first = held.saga.operation(1).attempts[0]
    desk.saved(desk.after(held, desk.answer(first)))
    before = desk.image()

    (found,) = desk.journal.save([desk.filled(held)])

    assert isinstance(found, LeaseLost)
    assert desk.image() == before


def test_a_saga_twice_in_one_transaction_is_saved_once(desk: Desk) -> None:
    """The second step did not know of the first."""
    held = desk.begin(sell(1), buy(2))
    one, two = (desk.after(held, desk.answer(o.attempts[0])) for o in held.saga.operations)
    first, second = desk.journal.save([one, two])
    assert isinstance(first, Held)
    assert isinstance(second, LeaseLost)
    assert desk.journal.saga(held.saga.id) == first.saga


def _alert(held: Held, code: SagaAlertCode, attempt: str | None = None) -> SagaAlert:
    return SagaAlert(code, held.saga.id, held.saga.portfolio, attempt, "look \x00 at it")


def test_an_alert_is_told_once(desk: Desk) -> None:
    """The same code of the same order in two steps is one message; another order is another."""
    held = desk.begin()
    doubt = SagaAlertCode.ORDER_IN_DOUBT
    for name in ("o-1", "o-1", "o-2"):
        grown = replace(held.saga, version=held.saga.version + 1)
        held = desk.saved(ToSave(held, Step(grown, alerts=(_alert(held, doubt, name),))))

    told = desk.bank.told(ALERTS)
    assert [(each["code"], each["attempt"]) for each in told] == [(doubt.value, "o-1"), (doubt.value, "o-2")]
    assert {each["portfolio"] for each in told} == {"ana"}


def test_one_that_cannot_be_saved_does_not_stop_the_others(desk: Desk) -> None:
    """A step that the database refuses (an attempt that is there already) fails alone."""
    helds = []
    for name in ("bob", "eva", "leo", "zoe"):
        desk.enrol(name)
        helds.append(desk.begin(portfolio=name))
    items = [desk.filled(held) for held in helds]
    bad = items[2].step.saga
    operation = bad.operation(1)
    twice = replace(operation, attempts=(*operation.attempts, *operation.attempts))
    items[2] = replace(items[2], step=replace(items[2].step, saga=replace(bad, operations=(twice,))))

    found = desk.journal.save(items)

    assert [isinstance(each, Held) for each in found] == [True, True, False, True]
    assert isinstance(found[2], FielError)
    assert desk.journal.saga(bad.id) == helds[2].saga
    assert desk.bank.position(user="leo").quantity == 0
    desk.bank.adds_up()


def test_a_commit_that_nobody_heard_of_is_looked_up(desk: Desk) -> None:
    """The connection dies after the commit: the step counts as saved, and is not done twice."""
    held = desk.begin()
    desk.bank.fuse.arm(gone, AFTER_COMMIT)
    saved = desk.saved(desk.filled(held))
    assert desk.bank.fuse.disarm()
    assert saved.saga.status is SagaStatus.DONE
    assert desk.journal.saga(held.saga.id) == saved.saga
    desk.bank.adds_up()


def test_a_commit_that_was_not_done_is_done_again(desk: Desk) -> None:
    """The connection dies before the commit: the step is saved in the next try."""
    held = desk.begin()
    desk.bank.fuse.arm(gone, BEFORE_COMMIT)
    try:
        saved = desk.saved(desk.filled(held))
    except (CommitUnknown, Unavailable):
        desk.bank.fuse.disarm()
        saved = desk.saved(desk.filled(held))
    desk.bank.fuse.disarm()
    assert desk.journal.saga(held.saga.id) == saved.saga
    assert desk.bank.position().quantity == 10 * 10**9


@pytest.mark.parametrize("state", [AttemptState.SENT, AttemptState.UNKNOWN])
def test_what_nobody_knows_is_seen(desk: Desk, state: AttemptState) -> None:
    """The status names the orders in doubt and the batch that runs."""
    held = desk.begin()
    attempt = held.saga.operation(1).attempts[0]
    if state is AttemptState.UNKNOWN:
        held = desk.saved(desk.after(held, Unanswered(attempt.id, desk.bank.clock.now())))
    view = desk.portfolios.status("ana")
    assert view.in_doubt == (attempt.id,)
    assert view.unfinished == held.saga
