"""A saga of three operations in a world of faults, with a worker dying at every step of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from fiel.autobalance.saga.model import Operation, Patience, SagaStatus
from fiel.autobalance.saga.step import round_trip_cost
from tests.support.autobalance.saga_worlds import FILLS, Crash, Ends, Fate, World
from tests.support.autobalance.sagas import buying, selling

#: Faults that an operation survives.
HARMLESS = {
    "fills": FILLS,
    "taken": Fate(place=("taken",)),
    "lost": Fate(place=("lost",)),
    "lost_twice": Fate(place=("lost", "taken")),
    "down": Fate(place=("down",)),
    "deaf": Fate(place=("taken",), query=("failed",) * 6),
    "hidden": Fate(place=("taken",), query=("hidden",)),
    "later": Fate(ends=Ends.LATER),
}
#: Faults that undo the batch.
HARMFUL = {
    "rejected": Fate(ends=Ends.REJECT),
    "rejected_unheard": Fate(ends=Ends.REJECT, place=("taken",), query=("failed",)),
    "part": Fate(ends=Ends.PART),
    "part_unheard": Fate(ends=Ends.PART, place=("taken",)),
    "asleep": Fate(ends=Ends.ASLEEP),
    "half_asleep": Fate(ends=Ends.HALF_ASLEEP, cancel=("lost", "slow")),
}
#: What the tries to reverse each operation meet, in order.
UNDOING = {
    "at_once": (FILLS,),
    "third_try": (Fate(ends=Ends.REJECT), Fate(place=("taken",), ends=Ends.PART), FILLS),
    "never": (Fate(ends=Ends.REJECT),) * 3,
}
AT_ONCE = [selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30), buying(3, "ITUB4", 5, 35)]
SALES_FIRST = [selling(1, "VALE3", 10, 60), buying(2, "PETR4", 20, 30, 2), buying(3, "ITUB4", 5, 35, 2)]
#: An open order is asked about three times before it is cancelled: enough places to crash at.
PATIENCE = Patience(fill=timedelta(seconds=3))
LAYOUTS = {"at_once": AT_ONCE, "sales_first": SALES_FIRST}


def every_crash(operations: list[Operation], fates: dict[str, Fate]) -> list[World]:
    """The world without a crash, then with each kind of crash at each event, run to the end."""
    calm = World(operations, fates, patience=PATIENCE)
    calm.run()
    worlds = [calm]
    for index, crash in product(range(calm.events), Crash):
        world = World(operations, fates, crashes={index: crash}, patience=PATIENCE)
        world.run()
        worlds.append(world)
    return worlds


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("fault", HARMLESS)
def test_what_can_be_executed_is_executed_once_whatever_crashes(fault: str, number: int, layout: str) -> None:
    """A fault that passes and a crash anywhere end in DONE, every order once at the broker."""
    for world in every_crash(LAYOUTS[layout], {f"{number}.f": HARMLESS[fault]}):
        assert world.saga.status is SagaStatus.DONE, world.crashes
        world.settled()
        assert world.held() == world.target()
        assert set(world.market.orders) == {f"sg_0123.{n}.f" for n in (1, 2, 3)}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    ("fault", "undoing"),
    [*product(HARMFUL, ["at_once"]), ("part", "third_try"), ("half_asleep", "third_try")],
)
def test_what_fails_is_undone_to_the_share_whatever_crashes(
    fault: str, undoing: str, number: int, layout: str
) -> None:
    """A failed operation and a crash anywhere end with exactly the quantities of before."""
    fates = {f"{number}.f": HARMFUL[fault]} | tries_of(UNDOING[undoing])
    for world in every_crash(LAYOUTS[layout], fates):
        executed = any(placed.executions for placed in world.market.orders.values())
        expected = SagaStatus.ROLLED_BACK if executed else SagaStatus.ABANDONED
        assert world.saga.status is expected, world.crashes
        world.settled()
        assert world.held() == world.before
        assert round_trip_cost(world.saga) == -world.market.cash


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("stuck", [1, 2, 3])
def test_only_what_cannot_be_undone_is_stale(stuck: int, number: int, layout: str) -> None:
    """A reversal that never works ends STALE with one alert after three tries; the others are undone."""
    fates = {f"{number}.f": HARMFUL["part"]} | {
        f"{stuck}.c{n}": fate for n, fate in enumerate(UNDOING["never"], 1)
    }
    for world in every_crash(LAYOUTS[layout], fates):
        world.settled()
        left = [each.number for each in world.saga.operations if each.open_quantity]
        if world.saga.operation(stuck).filled:
            assert world.saga.status is SagaStatus.STALE, world.crashes
            assert left == [stuck]
            assert len(world.saga.operation(stuck).attempts) == 4
            assert [alert.code for alert in world.alerts] == ["portfolio_stale"]
        else:
            assert (world.saga.status, left) == (SagaStatus.ROLLED_BACK, [])


def tries_of(fates: tuple[Fate, ...]) -> dict[str, Fate]:
    return {f"{number}.c{n}": fate for number in (1, 2, 3) for n, fate in enumerate(fates, 1)}
