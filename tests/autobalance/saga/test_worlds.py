"""Drawn worlds: any fates, too little money, several crashes; and drawn events that make no sense at all."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import event, given, settings
from hypothesis import strategies as st

from fiel.autobalance.orders import Execution, OrderReport, OrderState
from fiel.autobalance.saga.events import (
    Absent,
    Answered,
    Begun,
    Happened,
    NotDone,
    QueryFailed,
    ReservationsRefused,
    Resumed,
    Unanswered,
    Woken,
)
from fiel.autobalance.saga.model import Patience, SagaStatus
from fiel.autobalance.saga.step import begun_saga, round_trip_cost, step, unfinished
from tests.support.autobalance.saga_worlds import Crash, Ends, Fate, World
from tests.support.autobalance.sagas import E9, SAGA, START, buying, full, selling
from tests.support.examples import examples

PATIENCE = Patience(fill=timedelta(seconds=3))
FORWARD, BACKWARD = [f"{n}.f" for n in (1, 2, 3)], [f"{n}.c{c}" for n in (1, 2, 3) for c in (1, 2, 3)]


def fates_of(names: list[str], ends: list[Ends]) -> st.SearchStrategy[dict[str, Fate]]:
    """Fates for some of the names. A broker that hides an order twice running, or one that it showed, cannot
    be told from one that lost it: those are in the stories of doubt, here only the first question is blind.
    """
    fate = st.builds(
        Fate,
        ends=st.sampled_from(ends),
        place=st.lists(st.sampled_from(["", "taken", "lost", "down"]), max_size=3).map(tuple),
        query=st.lists(st.sampled_from(["", "failed", "hidden"]), max_size=3).map(tuple).map(_seen_in_time),
        cancel=st.lists(st.sampled_from(["", "lost", "slow"]), max_size=3).map(tuple),
    )
    return st.dictionaries(st.sampled_from(names), fate, max_size=len(names))


def _seen_in_time(query: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("" if whim == "hidden" and place else whim for place, whim in enumerate(query))


@settings(max_examples=examples(200), deadline=None)
@given(
    forward=fates_of(FORWARD, [Ends.FILL] * 8 + [*Ends]),
    backward=fates_of(BACKWARD, [Ends.REJECT] * 6 + [*Ends]),
    crashes=st.dictionaries(st.integers(0, 40), st.sampled_from(Crash), max_size=5),
    stages=st.tuples(*[st.integers(1, 2)] * 3),
    cents=st.sampled_from([500_000] * 6 + [0, 5_000, 60_000, 80_000]),
)
def test_any_world_ends_with_book_and_broker_agreeing(
    forward: dict[str, Fate],
    backward: dict[str, Fate],
    crashes: dict[int, Crash],
    stages: tuple[int, int, int],
    cents: int,
) -> None:
    """Done, undone to the share, stale with one alert, or waiting for a broker with an alert: never else."""
    operations = [
        selling(1, "VALE3", 10, 60, stages[0]),
        buying(2, "PETR4", 20, 30, stages[1]),
        buying(3, "ITUB4", 5, 35, stages[2]),
    ]
    fates = forward | backward
    hides = any("hidden" in fate.query for fate in fates.values())
    world = World(operations, fates, crashes=crashes, cents=cents, patience=PATIENCE)
    saga = world.run()
    event(saga.status.value)
    codes = {alert.code.value for alert in world.alerts}
    assert world.market.repeated == 0
    if not saga.status.is_final:
        # Sent as often as it may be and never there, or shown and then hidden: a person knows.
        assert unfinished(saga)
        assert codes & ({"order_in_doubt", "broker_contradicts"} if hides else {"order_in_doubt"})
        return
    world.settled()
    match saga.status:
        case SagaStatus.DONE:
            assert world.held() == world.target()
        case SagaStatus.STALE:
            stuck = [each for each in saga.operations if each.open_quantity]
            for each in stuck:
                sent = sum(1 for attempt in each.attempts[1:] if attempt.sends)
                assert PATIENCE.tries in (sent, len(each.attempts) - 1 - sent)
            assert [alert.code.value for alert in world.alerts].count("portfolio_stale") == 1
        case _:
            assert world.held() == world.before
            assert (saga.status is SagaStatus.ABANDONED) == (not any(each.filled for each in saga.operations))
            assert round_trip_cost(saga) == -world.market.cash


NAMES = ["1.f", "2.f", "1.f", "2.f", "1.c1", "2.c1", "1.c2", "2.c2", "2.c3"]
REPORTS = st.builds(
    OrderReport,
    client_order_id=st.sampled_from(NAMES).map(full),
    state=st.sampled_from(OrderState),
    executions=st.lists(
        st.builds(
            Execution,
            number=st.integers(0, 3),
            quantity=st.integers(-1, 12).map(lambda units: units * E9),
            price=st.integers(0, 2).map(lambda units: units * E9),
            at=st.just(START),
        ),
        max_size=3,
    ).map(tuple),
    reason=st.none() | st.sampled_from(["closed", "open order_in_doubt", "x" * 500]),
)
SOME_NAME = st.sampled_from([*NAMES, "9.f"]).map(full)
AT = st.integers(-100, 10_000).map(lambda seconds: START + timedelta(seconds=seconds))
#: Reports that make sense are drawn more often than not, so that sagas come far.
SENSIBLE = st.tuples(SOME_NAME, st.sampled_from(OrderState), st.integers(0, 2)).map(
    lambda drawn: OrderReport(
        drawn[0], drawn[1], tuple(Execution(n + 1, 5 * E9, 30 * E9, START) for n in range(drawn[2]))
    )
)
EVENTS: st.SearchStrategy[Happened] = st.one_of(
    st.builds(Begun, AT),
    st.builds(lambda report, at: Answered(report.client_order_id, report, at), SENSIBLE, AT),
    st.builds(lambda report, at: Answered(report.client_order_id, report, at), SENSIBLE, AT),
    st.builds(Answered, SOME_NAME, REPORTS, AT),
    st.builds(Unanswered, SOME_NAME, AT),
    st.builds(NotDone, SOME_NAME, st.just("down"), AT),
    st.builds(Absent, SOME_NAME, AT),
    st.builds(QueryFailed, SOME_NAME, st.just("down"), AT),
    st.builds(Woken, SOME_NAME, AT),
    st.builds(Resumed, st.integers(0, 5), AT),
    st.builds(
        ReservationsRefused,
        st.lists(st.tuples(SOME_NAME, st.just("cash_not_available")), max_size=2).map(tuple),
        st.lists(SOME_NAME, max_size=4).map(tuple),
        AT,
    ),
)


def answer(name: str, state: str, *units: int) -> Happened:
    told = tuple(Execution(number, each * E9, 30 * E9, START) for number, each in enumerate(units, 1))
    return Answered(full(name), OrderReport(full(name), OrderState(state), told), START)


#: How far the saga is when the drawn events come: just begun, or reversing one or both of its operations.
BEFORE: list[list[Happened]] = [
    [],
    [answer("1.f", "filled", 5, 5), answer("2.f", "rejected")],
    [answer("1.f", "filled", 5, 5), answer("2.f", "cancelled", 5)],
    [answer("1.f", "filled", 5, 5), answer("2.f", "cancelled", 5), answer("2.c1", "filled", 5)],
]


@settings(max_examples=examples(300), deadline=None)
@given(before=st.sampled_from(BEFORE), events=st.lists(EVENTS, max_size=40))
def test_any_event_in_any_state_gives_a_step(before: list[Happened], events: list[Happened]) -> None:
    """Nothing raises, the same gives the same, nothing known is lost, and what is final stays as it is."""
    saga = begun_saga(SAGA, "ana", "BRL", [selling(1, "VALE3", 10, 30), buying(2, "PETR4", 10, 30)], 1, START)
    closings: set[object] = set()
    for happened in [Begun(START), *before, *events]:
        done = step(saga, happened, PATIENCE)
        assert done == step(saga, happened, PATIENCE)
        assert done.saga.version == saga.version + (done.saga != saga)
        assert done.saga != saga or not (done.told or done.alerts)
        assert done.saga == saga or not saga.status.is_final
        assert done.saga.token >= saga.token
        assert saga.failed in (None, done.saga.failed)
        for was, now in zip(saga.operations, done.saga.operations, strict=True):
            for old, new in zip(was.attempts, now.attempts, strict=False):
                assert new.order == old.order
                assert new.executions[: len(old.executions)] == old.executions
                assert new.filled <= new.order.quantity
        ids = [told["eventId"] for told in done.told]
        assert not closings & set(ids), "told twice"
        closings |= set(ids)
        saga = done.saga
    event(saga.status.value)
