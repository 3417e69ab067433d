"""A batch that failed in part is undone: what was bought is sold, what was sold is bought, to the share."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from fiel.autobalance.saga.compensating import pause_before
from fiel.autobalance.saga.events import Wake
from fiel.autobalance.saga.model import Attempt, AttemptState, Patience, SagaStatus
from fiel.autobalance.saga.step import round_trip_cost, unfinished
from fiel.custody.order_events.event import Side
from tests.support.autobalance.sagas import E9, PATIENCE, SAGA, Story, buying, full, said, selling, told


def undone(*, patience: Patience = PATIENCE) -> Story:
    """Sold 10 VALE3 at 60 and 4 BBAS3 at 25, bought 8 of 20 PETR4 (30, then 31) and 5 ITUB4; WEGE3 failed."""
    story = Story(
        selling(1, "VALE3", 10, 60),
        selling(2, "BBAS3", 4, 25),
        buying(3, "PETR4", 20, 30),
        buying(4, "ITUB4", 5, 35),
        buying(5, "WEGE3", 7, 40),
        patience=patience,
    )
    story.begin()
    for name in ("1.f", "2.f", "4.f"):
        story.fills(name)
    story.rejects("5.f")
    story.answers("3.f", (6, 30), (2, 31), state="cancelled")
    return story


def selling_back_done(story: Story) -> Story:
    story.fills("4.c1", (5, 35))
    story.fills("3.c1", (8, 30))
    return story


def test_fault_55_what_was_bought_is_sold_first_and_only_what_was_filled() -> None:
    """Fault 55: the purchases are sold back in reverse order, all at once, in their filled quantities."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30), buying(3, "ITUB4", 5, 35))
    story.begin()
    story.fills("1.f")
    story.fills("3.f")
    done = story.answers("2.f", (6, 30), (2, 31), state="cancelled")
    assert said(done) == ["place 3.c1", "place 2.c1"]
    assert told(done)[-2:] == ["3.c1 PENDING", "2.c1 PENDING"]
    assert story.saga.status is SagaStatus.COMPENSATING
    back = story.attempt("2.c1").order
    assert (back.side, back.quantity, back.ticker) == (Side.SELL, 8 * E9, "PETR4")


def test_what_was_sold_is_bought_back_when_the_money_is_there() -> None:
    """The buying back starts with the answer that ends the selling back, in reverse order, too."""
    story = undone()
    assert said(story.fills("4.c1", (5, 35))) == []
    assert said(story.fills("3.c1", (8, 30))) == ["place 2.c1", "place 1.c1"]
    assert story.attempt("1.c1").order.side is Side.BUY
    assert story.fills("1.c1").saga.status is SagaStatus.COMPENSATING
    assert story.fills("2.c1").saga.status is SagaStatus.ROLLED_BACK
    assert story.states() == ["rolled_back", "rolled_back", "rolled_back", "rolled_back", "failed"]
    assert story.saga.failed == "rejected:WEGE3"
    assert story.alerts == []


def test_the_price_of_a_reversal_is_bounded_and_widens() -> None:
    """5 % below the last execution (a sale) or above it (a purchase), doubled with each try."""
    story = undone()
    assert story.attempt("3.c1").order.limit == 31 * E9 * 95 // 100
    story.rejects("3.c1")
    assert story.attempt("3.c2").order.limit == 31 * E9 * 90 // 100
    story.woken("3.c2")
    story.fills("3.c2", (8, 30))
    story.fills("4.c1")
    assert story.attempt("1.c1").order.limit == 60 * E9 * 105 // 100
    story.rejects("1.c1")
    assert story.attempt("1.c2").order.limit == 60 * E9 * 110 // 100


def test_a_limit_is_never_zero_and_rounds_away_from_the_market() -> None:
    """Widths above the whole price leave the smallest price; thirds of a billionth go to the safe side."""
    story = undone(patience=Patience(width=Decimal("1.5")))
    assert story.attempt("4.c1").order.limit == 1
    odd = undone(patience=Patience(width=Decimal("0.0000000001")))
    assert odd.attempt("4.c1").order.limit == 35 * E9 - 4
    selling_back_done(odd)
    assert odd.attempt("1.c1").order.limit == 60 * E9 + 6
    uneven = undone(patience=Patience(width=Decimal("0.00000000013")))
    assert uneven.attempt("4.c1").order.limit == 35 * E9 - 5
    selling_back_done(uneven)
    assert uneven.attempt("1.c1").order.limit == 60 * E9 + 8


def test_fault_56_a_reversal_that_fails_twice_then_works() -> None:
    """Fault 56: the second and third try wait, ever longer; all tries are kept, and all is rolled back."""
    story = undone()
    story.fills("4.c1")
    done = story.rejects("3.c1", "halted")
    first = waking(done.commands[0], "3.c2")
    assert timedelta(seconds=5) <= first < timedelta(seconds=6.25)
    assert (story.attempt("3.c2").state, story.attempt("3.c2").sends) == (AttemptState.PLANNED, 0)
    assert told(done) == ["3.c1 REJECTED"], "nothing is reserved before the try goes out"
    done = story.woken("3.c2")
    assert (said(done), told(done)) == (["place 3.c2"], ["3.c2 PENDING"])
    done = story.rejects("3.c2", "halted")
    second = waking(done.commands[0], "3.c3")
    assert timedelta(seconds=10) <= second < timedelta(seconds=12.5)
    story.woken("3.c3")
    assert said(story.fills("3.c3", (8, 30))) == ["place 2.c1", "place 1.c1"]
    story.fills("2.c1")
    story.fills("1.c1")
    assert story.saga.status is SagaStatus.ROLLED_BACK
    assert [attempt.reason for attempt in story.saga.operation(3).attempts[1:]] == [
        "rejected: halted",
        "rejected: halted",
        None,
    ]


def test_pauses_differ_by_name_and_are_the_same_again() -> None:
    """The jitter is a function of the attempt's name: other names wait otherwise, the same name the same."""
    pauses = [pause_before(PATIENCE, f"sg_1.{number}.c2", 2) for number in range(50)]
    assert pauses == [pause_before(PATIENCE, f"sg_1.{number}.c2", 2) for number in range(50)]
    assert len(set(pauses)) == 50
    assert min(pauses) < timedelta(seconds=5.25) < timedelta(seconds=6) < max(pauses)
    assert pause_before(Patience(jitter=0.0), "sg_1.1.c4", 4) == timedelta(seconds=20)


def test_a_try_that_fills_a_part_reverses_that_part() -> None:
    """The next try takes the rest, not all of it again."""
    story = undone()
    story.answers("3.c1", (3, 30), state="cancelled")
    assert story.saga.operation(3).open_quantity == 5 * E9
    assert story.attempt("3.c2").order.quantity == 5 * E9
    story.woken("3.c2")
    story.fills("3.c2", (5, 30))
    assert story.saga.operation(3).state.value == "rolled_back"


def test_fault_57_a_reversal_that_never_works_is_stale() -> None:
    """Fault 57: after three tries, and when the others are through, STALE with one alert that says what."""
    story = undone()
    for name in ("3.c1", "3.c2", "3.c3"):
        story.woken(name)
        assert story.saga.status is SagaStatus.COMPENSATING
        story.rejects(name, "halted")
    assert said(story.fills("4.c1"))[-2:] == ["place 2.c1", "place 1.c1"]
    story.fills("1.c1")
    assert (story.saga.status, story.alerts) == (SagaStatus.COMPENSATING, [])
    story.fills("2.c1")
    assert story.saga.status is SagaStatus.STALE
    assert story.codes() == ["portfolio_stale"]
    text = story.alerts[0].message
    assert "operation 3: 8 PETR4 bought and not reversed after 3 tries (rejected: halted)" in text
    assert (story.alerts[0].portfolio, story.alerts[0].saga) == ("ana", SAGA)
    assert story.states() == ["rolled_back", "rolled_back", "failed", "rolled_back", "failed"]


def test_the_number_of_tries_is_configured() -> None:
    """With one try, the first failure of each operation is the last, and one alert names them all."""
    story = undone(patience=Patience(tries=1))
    for name in ("4.c1", "3.c1", "2.c1", "1.c1"):
        story.rejects(name)
    assert story.saga.status is SagaStatus.STALE
    assert story.codes() == ["portfolio_stale"]
    for ticker in ("PETR4", "ITUB4", "VALE3", "BBAS3"):
        assert ticker in story.alerts[0].message
    assert "WEGE3" not in story.alerts[0].message


def test_a_reversal_in_doubt_is_never_tried_beside() -> None:
    """No answer to a reversal: the operation is UNKNOWN, no second try, no end, until it is known."""
    story = undone(patience=Patience(tries=1))
    selling_back_done(story)
    story.rejects("1.c1")
    story.unanswered("2.c1")
    assert story.states()[1] == "unknown"
    for _ in range(6):
        story.query_failed("2.c1")
    assert (story.saga.status, story.codes()) == (SagaStatus.COMPENSATING, ["order_in_doubt"])
    story.fills("2.c1")
    assert (story.saga.status, story.states()[1]) == (SagaStatus.STALE, "rolled_back")


def test_a_reversal_that_stays_open_is_cancelled_and_tried_again() -> None:
    """A reversal gets the time of any order: asked about, cancelled after `fill`, then the next try."""
    story = undone()
    assert said(story.answers("3.c1", state="open")) == ["query 3.c1 +1", "cancel 3.c1 +60"]
    assert isinstance(story.answers("3.c1", state="cancelled").commands[0], Wake)


def test_a_refused_reservation_is_a_failed_try_and_the_others_go_out() -> None:
    """Custody has no money for one buying back: that try failed; the others, reserved already, are sent."""
    story = selling_back_done(undone())
    done = story.refused("1.c1", prepared=["2.c1", "1.c1"])
    assert said(done) == ["place 2.c1"]
    assert told(done) == []
    assert (story.attempt("1.c1").reason, story.attempt("1.c1").sends) == ("cash_not_available", 0)
    assert story.attempt("2.c1").state is AttemptState.SENT
    assert story.refused("1.c1", prepared=["2.c1", "1.c1"]).commands == (), "told twice"
    # What 2.c1 holds may be just what is missing: the next try waits for its end.
    waking(story.fills("2.c1").commands[0], "1.c2")
    for number in (2, 3):
        story.woken(f"1.c{number}")
        story.refused(f"1.c{number}", prepared=[f"1.c{number}"])
    assert story.saga.status is SagaStatus.STALE
    assert "(cash_not_available)" in story.alerts[0].message


def test_without_the_cash_for_more_it_is_bought_back_at_what_it_was_sold_for() -> None:
    """Custody has no money for a try above the sale's own price: the further tries ask for that price."""
    story = selling_back_done(undone())
    story.refused("1.c1", prepared=["2.c1", "1.c1"])
    assert story.attempt("1.c1").order.limit > 60 * E9
    story.fills("2.c1")
    assert story.attempt("1.c2").order.limit == 60 * E9
    story.woken("1.c2")
    story.rejects("1.c2")
    assert story.attempt("1.c3").order.limit == 60 * E9


def test_a_try_that_the_book_had_not_the_cash_for_is_not_one_of_the_three() -> None:
    """The third may pay so much more that the book refuses it: there is another, at the price of the sale."""
    story = selling_back_done(undone())
    story.fills("2.c1")
    story.rejects("1.c1")
    story.woken("1.c2")
    story.rejects("1.c2")
    story.woken("1.c3")
    story.refused("1.c3", prepared=["1.c3"])
    assert story.attempt("1.c4").order.limit == 60 * E9
    story.woken("1.c4")
    story.rejects("1.c4")
    assert story.saga.status is SagaStatus.STALE


def test_fault_58_a_crash_at_the_second_try() -> None:
    """Fault 58: whoever resumes goes on with try 2, not with try 1; a try that is out is asked about."""
    story = undone()
    story.rejects("3.c1")
    assert said(story.resumed(2)) == ["wake 3.c2", "query 4.c1"]
    assert said(story.woken("3.c2")) == ["place 3.c2"]
    assert said(story.resumed(3)) == ["query 3.c2", "query 4.c1"]
    story.rejects("3.c2")
    assert [attempt.number for attempt in story.saga.operation(3).attempts] == [0, 1, 2, 3]
    assert story.attempt("3.c3").state is AttemptState.PLANNED


def test_a_wake_up_twice_sends_once() -> None:
    """The second wake-up of a try, or one of a try that is over, does nothing."""
    story = undone()
    story.rejects("3.c1")
    assert said(story.woken("3.c2")) == ["place 3.c2"]
    assert said(story.woken("3.c2")) == []
    assert said(story.woken("3.c1")) == []


def test_unfinished_are_the_attempts_that_are_not_over() -> None:
    """Planned, sent and unknown attempts, by operation and number."""
    story = undone()
    story.rejects("3.c1")
    story.unanswered("4.c1")
    assert names(unfinished(story.saga)) == ["3.c2", "4.c1"]


def test_more_reversed_than_filled_is_for_a_person() -> None:
    """A try that showed an execution too late, after the next had taken it: STALE, nothing more is sent."""
    story = undone(patience=Patience(tries=2))
    story.fills("4.c1")
    story.answers("3.c1", (3, 30), state="cancelled")
    story.woken("3.c2")
    story.answers("3.c1", (3, 30), (2, 30), state="cancelled")
    assert story.codes() == ["broker_contradicts"]
    story.fills("3.c2", (5, 30))
    assert story.saga.status is SagaStatus.COMPENSATING
    story.answers("3.c1", (3, 30), (2, 30), state="cancelled")
    story.fills("2.c1")
    story.fills("1.c1")
    assert (story.saga.status, story.saga.operation(3).open_quantity) == (SagaStatus.STALE, -2 * E9)
    assert story.codes() == ["broker_contradicts", "portfolio_stale"]
    assert "2 PETR4 reversed beyond what was bought" in story.alerts[-1].message


def test_the_cost_of_the_round_trip_is_exact() -> None:
    """Bought 6 at 30 and 2 at 31, sold 8 at 30: 2; sold 10 at 60, bought back at 61: 10; a gain is less."""
    story = undone()
    assert round_trip_cost(story.saga) == 0
    selling_back_done(story)
    assert round_trip_cost(story.saga) == 2 * 10**18
    story.fills("1.c1", (10, 61))
    story.fills("2.c1", (4, 24))
    assert round_trip_cost(story.saga) == (2 + 10 - 4) * 10**18


def test_the_cost_of_a_part_is_that_of_the_last_executions() -> None:
    """Of 6 at 30 and 2 at 31, three were sold at 29: held against 2 at 31 and 1 at 30."""
    story = undone()
    story.answers("3.c1", (3, 29), state="cancelled")
    assert round_trip_cost(story.saga) == (2 * 31 + 30 - 3 * 29) * 10**18


def test_a_saga_without_orders_cost_nothing() -> None:
    """Nothing sent, nothing lost."""
    assert round_trip_cost(Story(buying(1, "PETR4", 20, 30)).saga) == 0


@pytest.mark.parametrize("tries", [2, 3, 5])
def test_every_try_has_its_own_name(tries: int) -> None:
    """No name is used for two tries: a broker that knows a name again must answer for the same order."""
    story = undone(patience=Patience(tries=tries))
    for number in range(1, tries + 1):
        story.woken(f"3.c{number}")
        story.rejects(f"3.c{number}")
    orders = [attempt.order for operation in story.saga.operations for attempt in operation.attempts]
    assert len({order.client_order_id for order in orders}) == len(orders)
    assert len(story.saga.operation(3).attempts) == tries + 1


def waking(command: object, name: str) -> timedelta:
    assert isinstance(command, Wake)
    assert command.attempt == full(name)
    return command.after


def names(attempts: list[Attempt]) -> list[str]:
    return [attempt.id.removeprefix(SAGA + ".") for attempt in attempts]
