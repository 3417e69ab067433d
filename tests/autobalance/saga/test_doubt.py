"""Orders of which nobody knows: asked about, sent again only when certainly not there, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fiel.autobalance.orders import OrderReport, OrderState
from fiel.autobalance.saga.events import Answered, Step
from fiel.autobalance.saga.model import AttemptState, Patience, SagaStatus
from tests.support.autobalance.sagas import (
    E9,
    PATIENCE,
    START,
    Story,
    buying,
    execution,
    full,
    said,
    selling,
    told,
)


@pytest.fixture
def story() -> Story:
    """A sale that is done, and a purchase that is out."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30))
    story.begin()
    story.fills("1.f")
    return story


def test_fault_51_a_time_out_that_was_filled(story: Story) -> None:
    """Fault 51: no answer is UNKNOWN, the question finds it filled, and no second order goes out."""
    assert said(story.unanswered("2.f")) == ["query 2.f +1"]
    assert (story.attempt("2.f").state, story.states()) == (AttemptState.UNKNOWN, ["done", "unknown"])
    story.fills("2.f")
    assert story.saga.status is SagaStatus.DONE


def test_fault_52_a_time_out_that_never_arrived(story: Story) -> None:
    """Fault 52: absent, after a pause absent again, then the same order again under the same name."""
    order = story.attempt("2.f").order
    story.unanswered("2.f")
    assert said(story.absent("2.f")) == ["query 2.f +5"]
    assert (story.attempt("2.f").absent, story.attempt("2.f").state) == (1, AttemptState.UNKNOWN)
    done = story.wait(PATIENCE.grace).absent("2.f")
    assert (said(done), told(done)) == (["place 2.f"], [])
    again = story.attempt("2.f")
    assert (again.order, again.sends, again.absent, again.state) == (order, 2, 0, AttemptState.SENT)
    assert again.sent_at == START + PATIENCE.grace


def test_an_answer_between_two_absences_starts_the_count_anew(story: Story) -> None:
    """The order shows up after all: it is there, and an absence afterwards is no news but a contradiction."""
    story.absent("2.f")
    story.answers("2.f", (8, 30), state="open")
    assert (story.attempt("2.f").absent, story.attempt("2.f").state) == (0, AttemptState.SENT)


def test_an_order_is_sent_so_often_and_no_more(story: Story) -> None:
    """Sent three times and always absent: it stays in doubt, a person is told once, nothing is undone."""
    for sends in (2, 3):
        story.absent("2.f")
        assert said(story.absent("2.f")) == ["place 2.f"]
        assert story.attempt("2.f").sends == sends
    story.absent("2.f")
    for _ in range(3):
        assert said(story.absent("2.f")) == ["query 2.f +60"]
    assert story.codes() == ["order_in_doubt"]
    assert (story.saga.status, story.states()) == (SagaStatus.RUNNING, ["done", "unknown"])
    story.fills("2.f")
    assert story.saga.status is SagaStatus.DONE


def test_holders_that_died_before_they_sent_do_not_use_up_the_sends(story: Story) -> None:
    """Each wrote down that it sends, and died: the next one asks, and may send it as often as any."""
    for token in (2, 3, 4, 5):
        story.resumed(token)
        story.absent("2.f")
        assert said(story.absent("2.f")) == ["place 2.f"]
    assert story.codes() == []
    story.fills("2.f")
    assert story.saga.status is SagaStatus.DONE


def test_fault_53_a_broker_that_answers_no_question_for_hours(story: Story) -> None:
    """Fault 53: asked ever more rarely, alerted once, never compensated; the first answer settles it."""
    story.unanswered("2.f")
    pauses = [said(story.query_failed("2.f"))[0] for _ in range(9)]
    assert pauses == [f"query 2.f +{seconds}" for seconds in (1, 2, 4, 8, 16, 32, 60, 60, 60)]
    assert story.codes() == ["order_in_doubt"]
    assert story.alerts[0].attempt == full("2.f")
    assert (story.saga.status, story.states()) == (SagaStatus.RUNNING, ["done", "unknown"])
    story.rejects("2.f")
    assert story.saga.status is SagaStatus.COMPENSATING


def test_one_alert_after_the_fifth_silence(story: Story) -> None:
    """Four silences alert nobody; an answer starts the count anew."""
    for _ in range(4):
        story.query_failed("2.f")
    story.absent("2.f")
    for _ in range(4):
        story.query_failed("2.f")
    assert story.codes() == []
    story.query_failed("2.f")
    assert story.codes() == ["order_in_doubt"]


def test_certainly_not_placed_is_placed_again_after_a_pause(story: Story) -> None:
    """The broker was not reached: the same order again, ever later, as often as it may be sent."""
    assert said(story.not_done("2.f")) == ["place 2.f +1"]
    assert said(story.not_done("2.f")) == ["place 2.f +2"]
    done = story.not_done("2.f")
    assert told(done)[0] == "2.f CANCELLED"
    assert story.attempt("2.f").reason == "broker_unavailable"
    assert story.saga.failed == "broker_unavailable:PETR4"
    assert said(done) == ["place 1.c1"]


def test_what_is_undone_is_not_placed_again() -> None:
    """Another operation failed: an order that certainly was not placed is given up at once."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30))
    story.begin()
    story.rejects("1.f")
    assert told(story.not_done("2.f")) == ["2.f CANCELLED"]
    assert story.saga.status is SagaStatus.ABANDONED


def test_what_is_undone_is_still_made_certain() -> None:
    """Another operation failed: an absent order is not counted as failed, but sent again, then cancelled."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30))
    story.begin()
    story.rejects("1.f")
    story.unanswered("2.f")
    story.absent("2.f")
    assert said(story.absent("2.f")) == ["place 2.f"]
    assert story.saga.status is SagaStatus.RUNNING
    assert said(story.answers("2.f", state="open")) == ["cancel 2.f"]


def test_not_done_says_nothing_of_an_order_in_doubt(story: Story) -> None:
    """An order in doubt, or open, is not placed again because a call could not be made."""
    story.unanswered("2.f")
    assert said(story.not_done("2.f")) == ["query 2.f +1"]
    story.answers("2.f", state="open")
    assert said(story.not_done("2.f")) == ["query 2.f +1"]
    assert (story.attempt("2.f").sends, story.attempt("2.f").state) == (1, AttemptState.UNKNOWN)


@pytest.mark.parametrize(
    "executions",
    [
        (),
        ((8, 31),),
        ((9, 30),),
        ((8, 30), (13, 30)),
    ],
    ids=["fewer", "other price", "other quantity", "more than ordered"],
)
def test_a_report_that_cannot_be_true_is_not_believed(
    story: Story, executions: tuple[tuple[int, int], ...]
) -> None:
    """What is known is kept, a person is told, the order is in doubt, and nothing is undone on a guess."""
    story.answers("2.f", (8, 30), state="open")
    done = story.answers("2.f", *executions, state="cancelled")
    assert (said(done), told(done)) == (["query 2.f +60"], [])
    assert story.codes() == ["broker_contradicts"]
    attempt = story.attempt("2.f")
    assert (attempt.state, attempt.filled) == (AttemptState.UNKNOWN, 8 * E9)
    assert (story.saga.status, story.saga.failed) == (SagaStatus.RUNNING, None)
    story.answers("2.f", *executions, state="cancelled")
    assert story.codes() == ["broker_contradicts"]
    story.answers("2.f", (8, 30), (12, 30))
    assert story.saga.status is SagaStatus.DONE


def test_reports_out_of_shape_are_not_believed(story: Story) -> None:
    """Executions numbered with a gap, of nothing, for nothing, or of another order: contradictions."""
    one = execution(1, 20, 30)
    for name, executions in [
        ("2.f", (one._replace(number=2),)),
        ("2.f", (one._replace(quantity=0),)),
        ("2.f", (one._replace(price=0),)),
        ("1.f", (one,)),
    ]:
        report = OrderReport(full(name), OrderState.FILLED, executions)
        story.happens(Answered(full("2.f"), report, START))
        assert story.attempt("2.f").executions == ()
    assert story.codes() == ["broker_contradicts"]


def test_the_time_of_an_execution_is_no_claim(story: Story) -> None:
    """A broker that stamps an execution anew contradicts nothing; the first time told is kept."""
    story.answers("2.f", (8, 30), state="open")
    moved = execution(1, 8, 30)._replace(at=START + timedelta(seconds=1))
    report = OrderReport(full("2.f"), OrderState.OPEN, (moved,))
    story.happens(Answered(full("2.f"), report, START))
    assert story.alerts == []
    assert story.attempt("2.f").executions == (execution(1, 8, 30),)


@pytest.mark.parametrize("executions", [(), ((8, 30),)])
def test_an_open_order_that_is_suddenly_absent_is_a_contradiction(
    story: Story, executions: tuple[tuple[int, int], ...]
) -> None:
    """The broker had it: it is never sent again, however often the broker says that there is none."""
    story.answers("2.f", *executions, state="open")
    for _ in range(3):
        assert said(story.absent("2.f")) == ["query 2.f +60"]
    assert story.codes() == ["broker_contradicts"]
    assert (story.attempt("2.f").state, story.attempt("2.f").sends) == (AttemptState.UNKNOWN, 1)


def test_late_news_of_an_order_that_was_over_is_looked_into() -> None:
    """A cancelled order that shows a further execution: in doubt first; believed when it is said again."""
    story = Story(buying(1, "PETR4", 20, 30), buying(2, "ITUB4", 5, 35))
    story.begin()
    story.answers("1.f", (8, 30), state="cancelled")
    done = story.answers("1.f", (8, 30), (2, 30), state="cancelled")
    assert (said(done), told(done), story.codes()) == (["query 1.f +60"], [], ["broker_contradicts"])
    done = story.answers("1.f", (8, 30), (2, 30), state="expired")
    assert told(done) == ["1.f PARTIALLY_FILLED 10"], "the closing was told before"
    assert story.saga.operation(1).filled == 10 * E9
    assert story.attempt("1.f").reason == "expired"


def test_an_order_that_was_given_up_and_lives_is_looked_into() -> None:
    """Certainly not placed, said the broker, and then shows it open: in doubt, then cancelled."""
    story = Story(buying(1, "PETR4", 20, 30), buying(2, "ITUB4", 5, 35))
    story.begin()
    for _ in range(3):
        story.not_done("1.f")
    assert said(story.answers("1.f", state="open")) == ["query 1.f +60"]
    assert story.codes() == ["broker_contradicts"]
    assert said(story.answers("1.f", state="open")) == ["cancel 1.f"]


@pytest.mark.parametrize("ending", ["filled", "cancelled"])
def test_what_is_settled_or_sent_again_counts_anew(story: Story, ending: str) -> None:
    """Silences and absences are counted per sending; of an order that is over, none are left."""
    story.query_failed("2.f")
    assert counts(story) == (0, 1)
    story.absent("2.f")
    assert counts(story) == (1, 0)
    story.query_failed("2.f")
    story.absent("2.f")
    assert (counts(story), story.attempt("2.f").sends) == ((0, 0), 2)
    story.absent("2.f")
    story.query_failed("2.f")
    assert counts(story) == (1, 1)
    story.answers("2.f", state="open")
    story.unanswered("2.f")
    story.query_failed("2.f")
    assert counts(story) == (0, 1)
    story.fills("2.f", (10, 30), *([(10, 30)] if ending == "filled" else []), state=ending)
    assert counts(story) == (0, 0)
    assert story.attempt("2.f").reason == (None if ending == "filled" else "cancelled")


def test_absent_for_good_and_silence_are_counted_apart() -> None:
    """After the last sending, an absence still ends a row of silences."""
    story = Story(buying(1, "PETR4", 20, 30), patience=Patience(sends=1))
    story.begin()
    story.absent("1.f")
    story.query_failed("1.f")
    story.absent("1.f")
    assert counts(story) == (1, 0)


def test_an_order_that_was_never_sent_and_lives_is_looked_into() -> None:
    """Custody refused it, so it never left, and the broker shows it open: in doubt, then cancelled."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30, stage=2))
    story.begin()
    story.fills("1.f")
    story.refused("2.f", prepared=["2.f"])
    assert said(story.answers("2.f", state="open")) == ["query 2.f +60"]
    assert story.codes() == ["broker_contradicts"]
    assert said(story.answers("2.f", state="open")) == ["cancel 2.f"]
    assert story.fills("1.c1").saga.status is SagaStatus.COMPENSATING, "not over while an order is open"
    assert said(story.fills("2.f")) == ["place 2.c1"]
    assert story.fills("2.c1").saga.status is SagaStatus.ROLLED_BACK


def test_the_smallest_execution_is_believed(story: Story) -> None:
    """A billionth of a share for a billionth of the currency is an execution as any other."""
    smallest = execution(1, 1, 1)._replace(quantity=1, price=1)
    report = OrderReport(full("2.f"), OrderState.CANCELLED, (smallest,))
    done = story.happens(Answered(full("2.f"), report, START))
    assert (story.codes(), story.saga.operation(2).filled) == ([], 1)
    assert said(done) == ["place 2.c1"], "and taken back as any other"


def test_late_and_repeated_answers_change_nothing() -> None:
    """Of an order that is over: its report again, an older one, an absence, a silence, a wake-up."""
    story = Story(buying(1, "PETR4", 20, 30), buying(2, "ITUB4", 5, 35))
    story.begin()
    story.answers("1.f", (8, 30), (12, 30))
    before = story.saga
    late: list[Callable[[], Step]] = [
        lambda: story.answers("1.f", (8, 30), (12, 30)),
        lambda: story.answers("1.f", (8, 30), state="open"),
        lambda: story.answers("1.f", state="cancelled"),
        lambda: story.absent("1.f"),
        lambda: story.unanswered("1.f"),
        lambda: story.query_failed("1.f"),
        lambda: story.not_done("1.f"),
        lambda: story.woken("1.f"),
        lambda: story.woken("9.f"),
    ]
    for event in late:
        done = event()
        assert (done.saga, done.told, done.alerts, done.commands) == (before, (), (), ())


def test_a_new_worker_asks_before_it_does_anything() -> None:
    """Resumed: every order that may be out is asked about at once, none is placed; the token is new."""
    story = Story(*(buying(n, ticker, 10, 30) for n, ticker in enumerate(["PETR4", "ITUB4", "WEGE3"], 1)))
    story.begin()
    story.unanswered("2.f")
    story.absent("2.f")
    story.fills("3.f")
    assert said(story.resumed(2)) == ["query 1.f", "query 2.f"]
    assert story.saga.token == 2
    assert said(story.absent("2.f")) == ["query 2.f +5"], "an absence of before the crash does not count"


def test_an_old_token_is_not_taken(story: Story) -> None:
    """A worker that was overtaken cannot take the saga back."""
    story.resumed(5)
    before = story.saga
    assert story.resumed(4).saga is before
    assert story.resumed(4).commands == ()


def test_a_new_worker_goes_on_where_nothing_is_pending() -> None:
    """A saga of which nothing was sent is begun by whoever resumes it."""
    story = Story(selling(1, "VALE3", 10, 60))
    assert said(story.resumed(2)) == ["place 1.f"]


def test_patience_is_configured() -> None:
    """Pauses and numbers come from `Patience`, none is built in."""
    patience = Patience(
        first_query=timedelta(seconds=3),
        grace=timedelta(seconds=7),
        sends=1,
        worry=1,
        poll=timedelta(seconds=2),
    )
    story = Story(buying(1, "PETR4", 20, 30), patience=patience)
    story.begin()
    assert said(story.unanswered("1.f")) == ["query 1.f +3"]
    assert said(story.absent("1.f")) == ["query 1.f +7"]
    assert said(story.absent("1.f")) == ["query 1.f +60"]
    assert story.codes() == ["order_in_doubt"]
    assert said(story.answers("1.f", state="open")) == ["query 1.f +2", "cancel 1.f +60"]


def counts(story: Story) -> tuple[int, int]:
    """Absences and silences in a row of the last operation's order."""
    attempt = story.saga.operations[-1].attempts[0]
    return attempt.absent, attempt.doubts
