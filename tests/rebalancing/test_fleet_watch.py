"""A fleet under watch: after any ticks and trades its verdicts are those of a fresh scan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.fleet import NO_ASSET, HolderIndex, Verdict, Watch, drift_scan, fleet_of
from tests.support.examples import examples
from tests.support.fleets import random_fleet

NAN = float("nan")


def watched(**bands: float) -> Watch:
    """Two portfolios of A and B at 1.00, targets 60/40; the second one is the far larger."""
    fleet = fleet_of(
        ("A", "B", "C"),
        [[0, 1], [0, 2]],
        [[60, 40], [6000, 4000]],
        [[0.6, 0.4], [0.6, 0.4]],
        **(bands or {"absolute": 0.05}),
    )
    return Watch(fleet, [1.0, 1.0, 1.0])


@settings(max_examples=examples(40), deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shared=st.sampled_from([0, 4]),
    scan_above=st.sampled_from([0.0, 3.0, 1e9]),
    moves=st.lists(st.sampled_from([1e-6, 1e-3, 0.03, 0.5, NAN, 0.0]), min_size=1, max_size=25),
)
def test_after_any_ticks_the_verdicts_are_those_of_a_fresh_scan(
    seed: int, shared: int, scan_above: float, moves: list[float]
) -> None:
    """Small moves, crashes and prices that come and go: nothing is missed, and changes are reported."""
    fleet, prices = random_fleet(seed, shared=shared, symbols=9)
    watch = Watch(fleet, prices, scan_above=scan_above)
    dice = np.random.default_rng(seed)
    current = prices.copy()
    for move in moves:
        batch = dice.choice(9, size=int(dice.integers(1, 4)), replace=False)
        for symbol in batch:
            base = current[symbol] if current[symbol] > 0 else prices[symbol]
            current[symbol] = base * (1 + dice.choice([-1, 1]) * move) if move else 0.0
        before = watch.verdict.copy()
        report = watch.ticks({int(symbol): float(current[symbol]) for symbol in batch})
        fresh = drift_scan(fleet, current)
        assert watch.verdict.tolist() == fresh.verdict.tolist()
        assert report.changed.tolist() == np.flatnonzero(watch.verdict != before).tolist()


@settings(max_examples=examples(30), deadline=None)
@given(seed=st.integers(0, 10**6), trades=st.integers(1, 60))
def test_after_any_trades_the_verdicts_are_those_of_a_fresh_scan(seed: int, trades: int) -> None:
    """Portfolios that sell, buy and take up symbols they never held stay under watch."""
    fleet, prices = random_fleet(seed, portfolios=20, slots=4, symbols=9, empty_part=0.1)
    watch = Watch(fleet, prices)
    dice = np.random.default_rng(seed)
    for _ in range(trades):
        portfolio = int(dice.integers(20))
        asset = dice.choice(9, size=4, replace=False).astype(np.uint16)
        asset[dice.random(4) < 0.2] = NO_ASSET
        target = np.where(asset == NO_ASSET, 0, 0.25)
        watch.replace(portfolio, dice.uniform(0, 9, 4) * (target > 0), asset=asset, target=target)
        symbol = int(dice.integers(9))
        prices[symbol] *= dice.uniform(0.8, 1.25)
        watch.tick(symbol, float(prices[symbol]))
        assert watch.verdict.tolist() == drift_scan(fleet, prices).verdict.tolist()


def test_a_tick_tests_the_holders_and_nobody_else() -> None:
    """B is held by the first portfolio only, A by both."""
    watch = watched()
    assert watch.tick(1, 1.01).tested == 1
    assert watch.tick(0, 1.01).tested == 2


def test_a_small_move_judges_nobody_again() -> None:
    """As long as the budget lasts, a tick is one subtraction per holder."""
    watch = watched()
    report = watch.tick(0, 1.001)
    assert (report.tested, report.judged, report.scanned) == (2, 0, False)


def test_small_moves_add_up() -> None:
    """Thirty rises of 1 % are a rise of 35 %, which is out."""
    watch = watched()
    price = 1.0
    changed: list[int] = []
    for _ in range(30):
        price *= 1.01
        changed += watch.tick(0, price).changed.tolist()
    assert changed == [0, 1]
    assert watch.state.out.tolist() == [0, 1]


def test_the_fall_of_a_small_asset_is_not_missed() -> None:
    """Where the budget is tightest, the watch turns at the very step at which a fresh scan does."""
    fleet = fleet_of(("A", "B"), [[0, 1]], [[51, 949]], [[0.05, 0.95]], absolute=0.04)
    watch = Watch(fleet, [1.0, 1.0])
    turns = 0
    for step in range(1, 95):
        price = 1 - step / 100
        turns += len(watch.tick(0, price).changed)
        assert watch.verdict.tolist() == drift_scan(fleet, [price, 1.0]).verdict.tolist()
    assert turns == 1


def test_debts_that_come_to_cancel_the_assets_are_not_missed() -> None:
    """A debt that grows against falling assets hands the portfolio to the exact rule in time."""
    fleet = fleet_of(("A", "B"), [[0, 1]], [[100, -80]], [[0.6, 0.4]], absolute=0.05)
    watch = Watch(fleet, [1.0, 1.0])
    assert watch.verdict.tolist() == [Verdict.OUT]
    assert watch.tick(0, 0.97).near.tolist() == [0]


def test_a_portfolio_comes_back_when_the_price_does() -> None:
    """Out after a rise, inside again after the fall."""
    watch = watched()
    assert watch.tick(1, 2.0).changed.tolist() == [0]
    assert watch.verdict[0] == Verdict.OUT
    assert watch.tick(1, 1.0).changed.tolist() == [0]
    assert watch.verdict[0] == Verdict.INSIDE


def test_a_portfolio_near_its_band_is_reported_at_every_tick_of_what_it_holds() -> None:
    """Floats cannot tell when it crosses, so the exact rule is asked each time."""
    fleet = fleet_of(("A", "B", "C"), [[0, 1], [1, 2]], [[65, 35], [60, 40]], [[0.6, 0.4]] * 2, absolute=0.05)
    watch = Watch(fleet, [1.0, 1.0, 1.0])
    assert watch.tick(0, 1.0 + 1e-9).near.tolist() == [0]
    assert watch.tick(0, 1.0).near.tolist() == [0]
    assert watch.tick(2, 1.01).near.tolist() == []


def test_a_price_that_goes_and_comes_back() -> None:
    """Without its price the holders are unpriced, with it they are judged again."""
    watch = watched()
    assert watch.tick(2, NAN).changed.tolist() == [1]
    assert watch.verdict.tolist() == [Verdict.INSIDE, Verdict.UNPRICED]
    assert watch.tick(2, 0.0).changed.tolist() == []
    assert watch.tick(2, 1.0).changed.tolist() == [1]
    assert watch.verdict.tolist() == [Verdict.INSIDE, Verdict.INSIDE]


def test_many_moves_at_once_become_one_scan() -> None:
    """Beyond the threshold the batch is answered by a full scan."""
    fleet, prices = random_fleet(2)
    watch = Watch(fleet, prices, scan_above=1.0)
    assert not watch.ticks({0: float(prices[0])}).scanned
    assert watch.ticks({i: float(prices[i]) for i in range(12)}).scanned


def test_a_trade_is_judged_at_once() -> None:
    """New quantities, new verdict, and the next tick counts them."""
    watch = watched()
    assert watch.replace(0, [90, 10]) is Verdict.OUT
    assert watch.replace(0, [60, 40]) is Verdict.INSIDE
    assert watch.index.holders_of(0).tolist() == [0, 1]


def test_what_was_sold_does_not_wake_its_seller() -> None:
    """A portfolio that gave B up is not judged when B crashes."""
    watch = watched()
    watch.replace(0, [60, 40], asset=[0, 2])
    report = watch.tick(1, 0.01)
    assert (report.judged, report.changed.tolist()) == (0, [])


def test_new_targets_move_the_classes_too() -> None:
    """The targets of a class follow those of its leaves."""
    fleet = fleet_of(
        ("A", "B", "C"),
        [[0, 1, 2]] * 2,
        [[22, 22, 56]] * 2,
        [[0.2, 0.2, 0.6]] * 2,
        group=[[0, 0, 1]],
        absolute=0.05,
    )
    watch = Watch(fleet, [1.0, 1.0, 1.0])
    assert watch.verdict.tolist() == [Verdict.INSIDE, Verdict.INSIDE]
    assert watch.replace(0, [16, 16, 68], target=[0.15, 0.15, 0.7]) is Verdict.INSIDE
    assert watch.replace(1, [18, 18, 64], target=[0.22, 0.22, 0.56]) is Verdict.OUT


def test_the_index_grows_in_place_and_is_rebuilt_when_full() -> None:
    """Newcomers go to the spare room of their symbol; the one too many rebuilds the index."""
    count = 40
    fleet = fleet_of(("A", "B"), [[0]] * count, [[1]] * count, [[1]] * count, absolute=0.05)
    watch = Watch(fleet, [1.0, 1.0])
    first = watch.index
    for portfolio in range(8):
        watch.replace(portfolio, [2], asset=[1])
    assert watch.index is first
    watch.replace(8, [2], asset=[1])
    assert watch.index is not first
    assert watch.index.holders_of(1).tolist() == list(range(9))
    assert watch.index.count(0) == count - 9


def test_the_index_lists_each_symbols_holders() -> None:
    """Runs ascend and name exactly the portfolios with a slot for the symbol."""
    fleet, _ = random_fleet(5, shared=6)
    index = HolderIndex.of(fleet)
    for symbol in range(len(fleet.symbols)):
        expected = np.flatnonzero((fleet.asset[fleet.model] == symbol).any(axis=1))
        assert index.holders_of(symbol).tolist() == expected.tolist()
        assert index.count(symbol) == len(expected)


def test_a_tick_that_makes_no_sense_changes_nothing() -> None:
    """An unknown symbol or an astronomic price is refused before any price is taken."""
    watch = watched()
    for bad in ({0: 2.0, 7: 1.0}, {0: 2.0, 1: 1e31}, {-1: 1.0}):
        with pytest.raises(InvalidInput):
            watch.ticks(bad)
    assert watch.tick(0, 1.0).judged == 0
    assert watch.verdict.tolist() == [Verdict.INSIDE, Verdict.INSIDE]


def test_a_trade_that_makes_no_sense_changes_nothing() -> None:
    """Wrong shapes, ids, quantities and targets are refused; so are own assets in a shared fleet."""
    watch = watched()
    quantity = watch.fleet.quantity.copy()
    for change in (
        {"quantity": [1]},
        {"quantity": [1, NAN]},
        {"quantity": [1, -1]},
        {"quantity": [1, 1], "asset": [0, 9]},
        {"quantity": [1, 1], "target": [2, 0]},
    ):
        with pytest.raises(InvalidInput):
            watch.replace(0, **change)
    shared, prices = random_fleet(0, shared=2)
    with pytest.raises(InvalidInput, match="share"):
        Watch(shared, prices).replace(0, np.zeros(7), target=np.zeros(7))
    assert watch.fleet.quantity.tolist() == quantity.tolist()
