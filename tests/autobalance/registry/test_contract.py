"""What every registry does, told once and asked of both: the exact one and the one on arrays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.autobalance.registry import ExactRegistry, Registry, State, Verdict, registry, shard_of
from fiel.autobalance.registry.fast import FleetRegistry
from fiel.autobalance.registry.port import Enrolled
from fiel.kernel.errors import NotFound
from fiel.portfolio.targets import Band, TargetNode
from tests.support.autobalance.fleets import (
    flat_model,
    holding,
    random_fleet,
    random_holding,
    random_model,
    threshold,
    verdict_by_drift,
)
from tests.support.examples import examples

NOW = datetime(2026, 5, 4, 14, tzinfo=UTC)
HALVES = flat_model({"A": "50", "B": "50"})
ONE = Decimal(1)


@pytest.fixture(params=[ExactRegistry, FleetRegistry])
def make(request: pytest.FixtureRequest) -> Callable[[], Registry]:
    """Makes an empty registry of one kind, then of the other."""
    kind = request.param
    return lambda: kind(ask_again_seconds=60.0)


def _at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_who_is_out_of_band_is_told(make: Callable[[], Registry]) -> None:
    """60 : 40 is out of a band of 5 points around 50 : 50; 55 : 45 is on the edge, and inside."""
    found = make()
    found.load([holding(HALVES, "ana", A="60", B="40"), holding(HALVES, "bia", A="55", B="45")])
    assert found.ticks({"A": ONE, "B": ONE}, NOW) == ["ana"]
    assert found.state("ana") == State(Verdict.OUT, NOW)
    assert found.state("bia") == State(Verdict.INSIDE, None)


def test_a_hair_beyond_the_band_is_out(make: Callable[[], Registry]) -> None:
    """Floats cannot tell 55.000000001 from 55; the exact rule does."""
    found = make()
    found.load([holding(HALVES, "ana", A="55.000000001", B="45")])
    assert found.ticks({"A": ONE, "B": ONE}, NOW) == ["ana"]


def test_still_out_is_told_again_after_the_pause_only(make: Callable[[], Registry]) -> None:
    """A request that was lost is made again; until then nobody is told twice."""
    found = make()
    found.load([holding(HALVES, A="60", B="40")])
    assert found.ticks({"A": ONE, "B": ONE}, NOW) == ["ana"]
    assert found.ticks({"A": Decimal("1.01")}, _at(59)) == []
    assert found.ticks({}, _at(60)) == ["ana"]


def test_prices_that_flap_across_the_band_cost_one_request(make: Callable[[], Registry]) -> None:
    """Fault 47: in and out a thousand times within a second is one request."""
    found = make()
    found.load([holding(HALVES, A="50", B="50")])
    found.ticks({"A": ONE, "B": ONE}, NOW)
    told: list[str] = []
    for step in range(1_000):
        told += found.ticks({"A": Decimal("1.5") if step % 2 == 0 else ONE}, _at(step / 1_000))
    assert told == ["ana"]


def test_a_request_that_was_not_published_is_told_again(make: Callable[[], Registry]) -> None:
    """`ask_again` takes the telling back."""
    found = make()
    found.load([holding(HALVES, A="60", B="40")])
    found.ticks({"A": ONE, "B": ONE}, NOW)
    found.ask_again(["ana", "nobody"])
    assert found.ticks({}, _at(1)) == ["ana"]


def test_a_clock_that_was_set_back_silences_nobody(make: Callable[[], Registry]) -> None:
    """What was told in the future does not count."""
    found = make()
    found.load([holding(HALVES, A="60", B="40")])
    assert found.ticks({"A": ONE, "B": ONE}, _at(3_600)) == ["ana"]
    assert found.ticks({}, NOW) == ["ana"]


@pytest.mark.parametrize(
    "price", [None, Decimal(0), Decimal(-5), Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 10]
)
def test_fault_46_without_a_price_nobody_is_judged(
    make: Callable[[], Registry], price: Decimal | None
) -> None:
    """A price that is missing, zero, negative or absurd is no price, and no request is made on it."""
    found = make()
    found.load([holding(HALVES, A="60", B="40")])
    assert found.ticks({"A": ONE}, NOW) == []
    assert found.state("ana").verdict is Verdict.UNPRICED
    found.ticks({"B": ONE}, NOW)
    assert found.state("ana").verdict is Verdict.OUT
    assert found.ticks({"B": price}, _at(61)) == []
    assert found.state("ana").verdict is Verdict.UNPRICED


def test_fault_46_an_old_price_is_no_price(make: Callable[[], Registry]) -> None:
    """Prices from before a given time are forgotten; the others stay."""
    found = make()
    found.load([holding(HALVES, A="60", B="40")])
    found.ticks({"A": ONE}, NOW)
    found.ticks({"B": ONE}, _at(10))
    found.forget_prices(_at(0))
    assert found.state("ana").verdict is Verdict.OUT
    found.forget_prices(_at(1))
    assert found.state("ana").verdict is Verdict.UNPRICED


def test_a_trade_changes_the_verdict(make: Callable[[], Registry]) -> None:
    """After the rebalance it is inside; what it holds besides the model is not looked at."""
    found = make()
    found.load([holding(HALVES, A="60", B="40")])
    found.ticks({"A": ONE, "B": ONE}, NOW)
    assert found.replace("ana", {"A": 50, "B": 50, "OTHER": 10**15}, 10**9) is Verdict.INSIDE
    assert found.replace("ana", {}, 0) is Verdict.EMPTY
    assert found.replace("ana", {"A": 50}, 0) is Verdict.OUT


def test_cash_counts_where_it_has_a_leaf(make: Callable[[], Registry]) -> None:
    """A target of 10 % cash: without any it is out. Without such a leaf, cash is not counted."""
    found = make()
    with_cash = flat_model({"A": "90", "cash": "10"})
    found.load([holding(with_cash, "ana", cash=0, A="100"), holding(HALVES, "bia", 10**9, A="1", B="1")])
    assert found.ticks({"A": ONE, "B": ONE}, NOW) == ["ana"]
    assert found.replace("ana", {"A": 90 * 10**9}, 1_000) is Verdict.INSIDE


def test_cash_below_zero_is_judged_too(make: Callable[[], Registry]) -> None:
    """An overdrawn account is nothing that arrays were made for; the verdict is the exact one."""
    found = make()
    found.load([holding(flat_model({"A": "100", "cash": "0"}), cash=0, A="100")])
    found.ticks({"A": ONE}, NOW)
    assert found.replace("ana", {"A": 100 * 10**9}, -100) is Verdict.INSIDE
    assert found.replace("ana", {"A": 100 * 10**9}, -1_000) is Verdict.OUT
    assert found.replace("ana", {"A": 100 * 10**9}, -10_000) is Verdict.EMPTY
    assert len(found) == 1


def test_bands_of_single_nodes_are_kept(make: Callable[[], Registry]) -> None:
    """A node with its own band is out by that one."""
    tree = TargetNode(
        "root",
        children=(
            TargetNode("a", Decimal(50), asset="A", band=Band(Decimal("0.01"))),
            TargetNode("b", Decimal(50), asset="B"),
        ),
    )
    narrow = type(HALVES)(tree, HALVES.assets)
    found = make()
    found.load([Enrolled("ana", narrow, threshold(), {"A": 52, "B": 48})])
    assert found.ticks({"A": ONE, "B": ONE}, NOW) == ["ana"]
    assert found.replace("ana", {"A": 51, "B": 49}, 0) is Verdict.INSIDE


def test_newcomers_are_watched_at_once(make: Callable[[], Registry]) -> None:
    """Whoever enrols later is judged at the prices that are known, however many they are."""
    found = make()
    found.load([holding(HALVES, "first", A="50", B="50")])
    found.ticks({"A": ONE, "B": ONE, "C": Decimal(2)}, NOW)
    other = flat_model({"A": "20", "C": "80"})
    found.add([holding(other, "late", A="100", C="0")])
    assert found.state("late").verdict is Verdict.OUT
    assert found.ticks({}, NOW) == ["late"]
    found.add([holding(other, f"crowd{n:03}", A="20", C=str(40 + n % 2 * 100)) for n in range(400)])
    assert len(found) == 402
    assert found.ticks({}, _at(1)) == [f"crowd{n:03}" for n in range(400) if n % 2]
    assert found.state("late") == State(Verdict.OUT, NOW)


def test_who_left_is_not_told(make: Callable[[], Registry]) -> None:
    """A portfolio that was removed is unknown; it may come back with another model."""
    found = make()
    found.load([holding(HALVES, "ana", A="60", B="40"), holding(HALVES, "bia", A="60", B="40")])
    found.remove("ana")
    found.remove("ana")
    assert found.ticks({"A": ONE, "B": ONE}, NOW) == ["bia"]
    for ask in (lambda: found.state("ana"), lambda: found.replace("ana", {}, 0)):
        with pytest.raises(NotFound):
            ask()
    found.add([holding(flat_model({"A": "100"}), "ana", A="1")])
    assert found.state("ana").verdict is Verdict.INSIDE
    assert len(found) == 2


def test_nobody_at_all(make: Callable[[], Registry]) -> None:
    """An empty registry answers."""
    found = make()
    found.load([])
    assert found.ticks({"A": ONE}, NOW) == []
    assert len(found) == 0


@pytest.mark.parametrize("kind", [ExactRegistry, FleetRegistry])
@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_verdicts_are_those_of_the_engine(kind: Callable[[], Registry], seed: int) -> None:
    """After any ticks, trades, newcomers and leavers the verdict is that of `drift.out_of_band`."""
    fleet = random_fleet(seed)
    dice, held, prices = fleet.dice, {each.portfolio: each for each in fleet.portfolios}, dict(fleet.prices)
    found = kind()
    found.load(fleet.portfolios)
    found.ticks(prices, NOW)
    for step in range(20):
        moved = fleet.move()
        found.ticks(moved, _at(step))
        for ticker, price in moved.items():
            prices.pop(ticker, None)
            if price is not None and price.is_finite() and price > 0:
                prices[ticker] = price
        name = dice.choice(sorted(held))
        fresh = random_holding(dice, name, held[name].model, fleet.prices)
        what = dice.random()
        if what < 0.6:
            held[name] = fresh
            found.replace(name, fresh.quantities, fresh.cash)
        elif what < 0.7:
            found.remove(name)
            del held[name]
        elif what < 0.8:
            model = random_model(dice, sorted(fleet.prices))
            held[name] = random_holding(dice, name, model, fleet.prices)
            found.add([held[name]])
        wrong = {
            each.portfolio: (found.state(each.portfolio).verdict, verdict_by_drift(each, prices))
            for each in held.values()
            if found.state(each.portfolio).verdict is not verdict_by_drift(each, prices)
        }
        assert not wrong


def test_shards_are_even_and_stable() -> None:
    """Each portfolio has one shard, and no shard has far more than its part."""
    counts = [0] * 8
    for number in range(8_000):
        counts[shard_of(f"user-{number}", 8)] += 1
    assert sum(counts) == 8_000
    assert min(counts) > 900
    assert [shard_of("ana", n) for n in (1, 2, 1_000)] == [0, 0, 18]


def test_the_fast_one_is_taken_where_numpy_is() -> None:
    """Without being told otherwise, the registry is the fast one."""
    assert isinstance(registry(), FleetRegistry)
