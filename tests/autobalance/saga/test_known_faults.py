"""What a known auto-balancer that kept all in memory did wrong, where it is the state machine's concern."""

from __future__ import annotations

import pickle

import pytest

from fiel.autobalance.saga.events import Resumed
from fiel.autobalance.saga.model import SagaStatus
from fiel.autobalance.saga.step import step, unfinished
from tests.support.autobalance.saga_worlds import Crash, Ends, Fate, World
from tests.support.autobalance.sagas import PATIENCE, START, Story, buying, said, selling, told

REJECTED = Fate(ends=Ends.REJECT)


def test_the_holder_is_stopped_in_mid_batch_and_the_batch_is_still_undone() -> None:
    """There: cancelling the holder ran no rollback. Here whoever resumes finds out and undoes it."""
    operations = [selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30), buying(3, "ITUB4", 5, 35)]
    world = World(operations, {"3.f": REJECTED}, crashes={0: Crash.ALL_SENT})
    assert world.run().status is SagaStatus.ROLLED_BACK
    world.settled()
    assert world.held() == world.before


def test_a_first_batch_that_fails_keeps_nothing() -> None:
    """There: a failed initialisation kept positions that the broker had sold back. Here both have none."""
    operations = [buying(number, ticker, 5, 40) for number, ticker in enumerate(["PETR4", "ITUB4"], 1)]
    world = World(operations, {"2.f": REJECTED}, shares={})
    assert world.run().status is SagaStatus.ROLLED_BACK
    world.settled()
    assert set(world.held().values()) == {0}


def test_a_finished_batch_asks_for_nothing_more() -> None:
    """There: finished batches never left memory. Here nothing is pending and nothing is asked for."""
    story = Story(selling(1, "VALE3", 10, 60))
    story.begin()
    done = story.fills("1.f")
    assert (done.saga.status, done.commands, unfinished(done.saga)) == (SagaStatus.DONE, (), [])


@pytest.mark.parametrize("status", ["running", "compensating", "stale"])
def test_all_of_it_survives_being_written_down(status: str) -> None:
    """There: lock and STALE lived in memory only. Here the value is all there is: a copy goes on the same."""
    story = Story(selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30))
    story.begin()
    if status != "running":
        story.fills("1.f")
        story.rejects("2.f")
    for number in (1, 2, 3) if status == "stale" else ():
        story.woken(f"1.c{number}")
        story.rejects(f"1.c{number}")
    assert story.saga.status.value == status
    copy = pickle.loads(pickle.dumps(story.saga))  # noqa: S301 - our own bytes
    assert copy == story.saga
    assert step(copy, Resumed(2, START), PATIENCE) == step(story.saga, Resumed(2, START), PATIENCE)


def test_purchases_wait_for_the_money_of_the_sales() -> None:
    """There: purchases always before sales, and no cash. Here the stage decides, and custody refuses."""
    sales_first = [buying(1, "PETR4", 20, 30, stage=2), selling(2, "VALE3", 10, 60)]
    story = Story(*sales_first)
    assert said(story.begin()) == ["place 2.f"]
    assert told(story.fills("2.f")) == ["2.f FILLED 10", "1.f PENDING"]
    poor = World([buying(1, "PETR4", 20, 30), selling(2, "VALE3", 10, 60)], {}, cents=50_000)
    assert poor.run().status is SagaStatus.ABANDONED
    assert poor.market.orders == {}
    poor.settled()
    patient = World([buying(1, "PETR4", 19, 30, stage=2), selling(2, "VALE3", 10, 60)], {}, cents=1)
    assert patient.run().status is SagaStatus.DONE
    patient.settled()


@pytest.mark.parametrize("ticker", ["ITUB4", "TAEE11", "XPLG11", "B3SA3", "AAPL", "BRK.B", "F"])
def test_symbols_are_what_they_are(ticker: str) -> None:
    """There: symbols of exactly four letters. Here any that custody takes."""
    world = World([buying(1, ticker, 5, 10)], {}, shares={})
    assert world.run().status is SagaStatus.DONE
    world.settled()
