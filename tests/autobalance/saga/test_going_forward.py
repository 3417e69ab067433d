"""A batch that goes well, or fails: stages, executions told, failures seen, orders that stay open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fiel.autobalance.saga.model import AttemptState, Saga, SagaStatus
from fiel.autobalance.saga.step import begun_saga, unfinished
from fiel.kernel.errors import InvalidInput
from tests.support.autobalance.sagas import E9, PATIENCE, SAGA, START, Story, buying, said, selling, told


@pytest.fixture
def pair() -> Story:
    """A sale and a purchase that go out together."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30))
    story.begin()
    return story


def test_a_new_saga_has_done_nothing() -> None:
    """Before it begins, a saga has no orders, no version, and nothing unfinished."""
    saga = Story(selling(1, "VALE3", 10, 60)).saga
    assert (saga.version, saga.status, unfinished(saga)) == (0, SagaStatus.RUNNING, [])


def test_beginning_sends_the_first_stage_and_reserves_for_it() -> None:
    """Begun: the orders of stage 1 are SENT, told as PENDING and placed; stage 2 waits."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30, stage=2))
    done = story.begin()
    assert said(done) == ["place 1.f"]
    assert told(done) == ["1.f PENDING"]
    assert story.states() == ["sent", "planned"]
    forward = story.attempt("1.f")
    assert (forward.sends, forward.sent_at, story.saga.version) == (1, START, 1)
    assert (forward.order.limit, forward.order.quantity) == (60 * E9 * 98 // 100, 10 * E9)


def test_the_second_stage_goes_out_when_all_of_the_first_is_done() -> None:
    """Two sales first: the purchase goes out with the answer that completes the second of them."""
    story = Story(
        selling(1, "VALE3", 10, 60), selling(2, "ITUB4", 5, 35), buying(3, "PETR4", 20, 30, stage=2)
    )
    story.begin()
    assert said(story.fills("2.f")) == []
    done = story.fills("1.f")
    assert said(done) == ["place 3.f"]
    assert told(done) == ["1.f FILLED 10", "3.f PENDING"]
    story.fills("3.f")
    assert story.saga.status is SagaStatus.DONE
    assert story.states() == ["done", "done", "done"]


def test_without_a_second_stage_the_saga_is_just_done(pair: Story) -> None:
    """All executed: DONE, and nothing that comes later changes it."""
    pair.fills("1.f")
    pair.fills("2.f")
    assert pair.saga.status is SagaStatus.DONE
    before = pair.saga
    for late in (
        pair.begin,
        lambda: pair.rejects("1.f"),
        lambda: pair.resumed(9),
        lambda: pair.absent("2.f"),
    ):
        done = late()
        assert (done.saga, done.told, done.alerts, done.commands) == (before, (), (), ())


def test_a_batch_of_nothing_is_done_at_once() -> None:
    """No operations: nothing to wait for."""
    story = Story()
    story.begin()
    assert story.saga.status is SagaStatus.DONE


def test_begun_twice_sends_nothing_twice(pair: Story) -> None:
    """The same beginning again changes nothing and asks for nothing."""
    version = pair.saga.version
    assert pair.begin().commands == ()
    assert pair.saga.version == version


def test_only_news_is_told(pair: Story) -> None:
    """Each execution is told once, with what was executed up to it, however often it is reported."""
    assert told(pair.answers("2.f", (8, 30), state="open")) == ["2.f PARTIALLY_FILLED 8"]
    assert told(pair.answers("2.f", (8, 30), state="open")) == []
    assert told(pair.answers("2.f", (8, 30), (5, 31), (7, 30))) == [
        "2.f PARTIALLY_FILLED 13",
        "2.f FILLED 20",
    ]
    assert told(pair.answers("2.f", (8, 30), (5, 31), (7, 30))) == []
    assert pair.attempt("2.f").filled == 20 * E9


def test_executed_in_full_is_done_whatever_the_broker_calls_it(pair: Story) -> None:
    """A cancel that came too late: all was executed, so it is DONE and no closing is told."""
    assert told(pair.answers("2.f", (20, 30), state="cancelled")) == ["2.f FILLED 20"]
    assert pair.attempt("2.f").state is AttemptState.DONE


@pytest.mark.parametrize(
    ("state", "closing", "code"),
    [
        ("rejected", "REJECTED", "rejected"),
        ("cancelled", "CANCELLED", "cancelled"),
        ("expired", "EXPIRED", "expired"),
        ("filled", "CANCELLED", "incomplete"),
    ],
)
def test_an_order_that_ends_with_less_has_failed(pair: Story, state: str, closing: str, code: str) -> None:
    """What was executed is kept, the rest is freed in the book, and the saga says why it is undone."""
    done = pair.answers("2.f", (8, 30), state=state)
    assert told(done) == ["2.f PARTIALLY_FILLED 8", f"2.f {closing}"]
    assert (pair.attempt("2.f").state, pair.attempt("2.f").reason) == (AttemptState.FAILED, code)
    assert pair.saga.failed == f"{code}:PETR4"
    assert pair.saga.operation(2).filled == 8 * E9


def test_the_brokers_word_is_kept_beside_the_code(pair: Story) -> None:
    """A rejection's reason goes to the attempt; the saga's has the code alone, and stays the first one."""
    pair.rejects("1.f", "market is closed")
    assert pair.attempt("1.f").reason == "rejected: market is closed"
    pair.answers("2.f", state="expired")
    assert pair.saga.failed == "rejected:VALE3"


def test_nothing_executed_is_abandoned(pair: Story) -> None:
    """All failed and nothing was executed anywhere: ABANDONED, with nothing to reverse."""
    pair.rejects("1.f")
    assert pair.saga.status is SagaStatus.RUNNING
    done = pair.rejects("2.f")
    assert (pair.saga.status, done.commands) == (SagaStatus.ABANDONED, ())
    assert pair.states() == ["failed", "failed"]


def test_after_a_failure_no_new_stage_goes_out() -> None:
    """A failed sale of stage 1: the purchase of stage 2 is never sent, and stays PLANNED."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30, stage=2))
    story.begin()
    assert said(story.rejects("1.f")) == []
    assert (story.saga.status, story.states()) == (SagaStatus.ABANDONED, ["failed", "planned"])


def test_after_a_failure_what_is_out_is_waited_for() -> None:
    """Nothing is reversed while another order of the stage may still be executed."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30), buying(3, "ITUB4", 5, 35))
    story.begin()
    story.fills("1.f")
    assert said(story.rejects("2.f")) == []
    assert story.unanswered("3.f").saga.status is SagaStatus.RUNNING
    assert said(story.fills("3.f")) == ["place 3.c1"]
    assert story.saga.status is SagaStatus.COMPENSATING


def test_an_open_order_is_polled_and_cancelled_after_its_time(pair: Story) -> None:
    """First reported open: asked again after `poll`, cancelled after `fill`; the cancel is asked for once."""
    assert said(pair.answers("2.f", state="open")) == ["query 2.f +1", "cancel 2.f +60"]
    assert (pair.attempt("2.f").state, pair.states()[1]) == (AttemptState.SENT, "sent")
    assert said(pair.wait(PATIENCE.poll).answers("2.f", (8, 30), state="open")) == ["query 2.f +1"]


def test_a_cancel_that_was_lost_is_asked_for_again(pair: Story) -> None:
    """An order still open after its time is cancelled again, at the pace of the questions, without end."""
    pair.answers("2.f", state="open")
    pair.wait(PATIENCE.fill)
    pair.unanswered("2.f")
    assert said(pair.answers("2.f", state="open")) == ["cancel 2.f +1"]
    assert said(pair.answers("2.f", state="open")) == ["cancel 2.f +1"]
    pair.wait(PATIENCE.fill - PATIENCE.poll).answers("2.f", state="open")
    assert pair.alerts == []
    for _ in range(2):
        pair.wait(PATIENCE.poll).answers("2.f", state="open")
    assert pair.codes() == ["order_in_doubt"], "one alert, when it stays open for twice its time"


def test_an_order_found_open_after_its_time_is_cancelled_at_once(pair: Story) -> None:
    """First seen open when its time is over: nothing more to wait for."""
    pair.unanswered("2.f")
    assert said(pair.wait(PATIENCE.fill).answers("2.f", state="open")) == ["cancel 2.f"]


def test_a_failure_cancels_open_orders_at_once() -> None:
    """One rejected: what is known to be open is cancelled at once, what is first seen open then, too."""
    story = Story(*(buying(n, ticker, 10, 30) for n, ticker in enumerate(["PETR4", "ITUB4", "WEGE3"], 1)))
    story.begin()
    story.answers("1.f", state="open")
    assert said(story.rejects("2.f")) == ["cancel 1.f"]
    assert said(story.answers("3.f", state="open")) == ["cancel 3.f"]
    assert said(story.answers("3.f", state="open")) == ["cancel 3.f +1"]
    story.answers("3.f", state="cancelled")
    story.answers("1.f", (4, 30), state="cancelled")
    assert story.saga.status is SagaStatus.COMPENSATING


def test_refused_reservations_leave_nothing_behind() -> None:
    """Custody has not the money: the refused order failed, the others are freed, nothing was ever sent."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30), buying(3, "ITUB4", 5, 35))
    story.begin()
    done = story.refused("2.f", prepared=["1.f", "2.f", "3.f"])
    assert told(done) == ["1.f CANCELLED", "3.f CANCELLED"]
    assert done.commands == ()
    assert story.saga.status is SagaStatus.ABANDONED
    assert story.saga.failed == "cash_not_available:PETR4"
    assert [story.attempt(f"{n}.f").reason for n in (1, 2, 3)] == [
        "not_sent",
        "cash_not_available",
        "not_sent",
    ]
    assert {story.attempt(f"{n}.f").sends for n in (1, 2, 3)} == {0}


def test_of_several_refused_the_first_is_named() -> None:
    """Two orders refused together: the saga names the first of them as the reason."""
    story = Story(buying(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30), buying(3, "ITUB4", 5, 35))
    story.begin()
    story.refused("3.f", "2.f", prepared=["1.f", "2.f", "3.f"])
    assert story.saga.failed == "cash_not_available:PETR4"


def test_refused_in_the_second_stage_undoes_the_first() -> None:
    """The sales are executed, the purchases refused: what was sold is bought back."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30, stage=2))
    story.begin()
    story.fills("1.f")
    done = story.refused("2.f", prepared=["2.f"])
    assert (story.saga.status, said(done), told(done)) == (
        SagaStatus.COMPENSATING,
        ["place 1.c1"],
        ["1.c1 PENDING"],
    )


def test_a_refusal_told_late_or_twice_changes_nothing(pair: Story) -> None:
    """Orders that were answered since are not called back by a refusal, nor is a name nobody knows."""
    pair.fills("1.f")
    assert pair.refused("1.f", "9.f", prepared=["1.f", "2.f", "9.f"]).told == ()
    assert pair.states() == ["done", "sent"]


@pytest.mark.parametrize("change", ["number", "quantity", "limit"])
def test_operations_that_make_no_order_are_refused_at_the_start(change: str) -> None:
    """Numbers out of order, nothing to trade, no limit: `begun_saga` raises before anything is saved."""
    good = {"number": 1, "quantity": 10 * E9, "limit": 59 * E9} | {change: 0}
    sale = selling(1, "VALE3", 10, 60)
    bad = type(sale)(good["number"], 1, sale.ticker, sale.side, good["quantity"], sale.price, good["limit"])
    with pytest.raises(InvalidInput):
        begun_saga(SAGA, "ana", "BRL", [bad], 1, START)


def test_names_are_for_ever() -> None:
    """Two workers that build the same saga give its orders the same names and the same terms."""
    operations = [selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30)]
    one, other = Story(*operations), Story(*operations)
    other.wait(timedelta(hours=1))
    one.begin()
    other.begin()
    assert orders(one.saga) == orders(other.saga)


def orders(saga: Saga) -> list[object]:
    return [attempt.order for operation in saga.operations for attempt in operation.attempts]
