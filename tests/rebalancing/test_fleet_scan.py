"""The drift scan: verdicts of very many portfolios at once, by the definition and at its edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.fleet import NO_ASSET, Fleet, Verdict, drift_scan, fleet_of
from tests.support.examples import examples
from tests.support.fleets import random_fleet, verdict_in_fractions

NAN = float("nan")
#: Where a float and a fraction may tell `NEAR` differently: the zone's own edge, by a float's error.
BLUR = 1e-6


def pair(a: float, b: float, target: float = 0.6, **bands: float) -> Fleet:
    """One portfolio of A and B (prices 1), with A's target; the rest is B's."""
    return fleet_of(("A", "B"), [[0, 1]], [[a, b]], [[target, 1 - target]], **bands)


def verdict_of(fleet: Fleet, *prices: float) -> Verdict:
    """The verdict of the first portfolio."""
    return Verdict(int(drift_scan(fleet, prices or (1.0, 1.0)).verdict[0]))


@settings(max_examples=examples(60), deadline=None)
@given(
    seed=st.integers(0, 10**6),
    classes=st.sampled_from([0, 3]),
    shared=st.sampled_from([0, 4]),
    own_layout=st.booleans(),
    missing=st.integers(0, 2),
)
def test_a_scan_says_what_the_definition_says(
    seed: int, classes: int, shared: int, own_layout: bool, missing: int
) -> None:
    """Flat or nested, shared or own, with or without all prices: as in exact fractions."""
    fleet, prices = random_fleet(seed, classes=classes, shared=shared, own_layout=own_layout)
    prices[:missing] = [NAN, -1.0][:missing]
    found = drift_scan(fleet, prices).verdict
    for portfolio in range(len(fleet)):
        narrow = verdict_in_fractions(fleet, prices.tolist(), portfolio, 1e-5 - BLUR)
        wide = verdict_in_fractions(fleet, prices.tolist(), portfolio, 1e-5 + BLUR)
        assert found[portfolio] in (narrow, wide)


def test_inside_and_out() -> None:
    """With a band of 5 points, 64 % for a target of 60 % is inside and 66 % is out."""
    assert verdict_of(pair(64, 36, absolute=0.05)) is Verdict.INSIDE
    assert verdict_of(pair(66, 34, absolute=0.05)) is Verdict.OUT


def test_the_smaller_band_counts() -> None:
    """Under 5/25 a target of 10 % may drift by 2.5 points, and one of 60 % by 5."""
    five_25 = {"absolute": 0.05, "relative": 0.25}
    assert verdict_of(pair(12, 88, 0.1, **five_25)) is Verdict.INSIDE
    assert verdict_of(pair(13, 87, 0.1, **five_25)) is Verdict.OUT
    assert verdict_of(pair(64, 36, 0.6, **five_25)) is Verdict.INSIDE


def test_exactly_on_the_band_is_left_to_the_exact_rule() -> None:
    """A portfolio whose deviation equals the band is near, on either side of it too."""
    for a in (64.9995, 65, 65.0005):
        assert verdict_of(pair(a, 100 - a, absolute=0.05)) is Verdict.NEAR


def test_without_a_band_nothing_is_out() -> None:
    """A fleet without bands is inside, however far it has drifted."""
    assert verdict_of(pair(100, 0)) is Verdict.INSIDE


def test_a_class_can_be_out_while_its_assets_are_inside() -> None:
    """Three assets 2 points above make their class 6 points too large."""
    target = [[0.2, 0.2, 0.2, 0.2, 0.2]]
    quantity = [[22, 22, 22, 17, 17]]
    symbols = tuple("ABCDE")
    flat = fleet_of(symbols, [range(5)], quantity, target, absolute=0.05)
    nested = fleet_of(symbols, [range(5)], quantity, target, absolute=0.05, group=[[0, 0, 0, 1, 1]])
    prices = np.ones(5)
    assert drift_scan(flat, prices).out.tolist() == []
    assert drift_scan(nested, prices).out.tolist() == [0]
    assert drift_scan(nested, prices).deviation[0] == pytest.approx(0.06)


def test_slots_in_any_order_of_their_classes_give_the_same_verdicts() -> None:
    """Classes need not stand together: the fleet puts the slots in order, the models' rows too."""
    fleet, prices = random_fleet(3, shared=4, slots=6, empty_part=0)
    group = np.tile(np.array([0, 0, 1, 1, 2, 2], np.uint8), (4, 1))
    one = np.tile([3, 0, 5, 1, 4, 2], (4, 1))
    each = np.array([[3, 0, 5, 1, 4, 2], [5, 4, 3, 2, 1, 0], [0, 1, 2, 3, 4, 5], [1, 3, 5, 0, 2, 4]])
    scans = []
    for order, rows in ((np.tile(range(6), (4, 1)), 4), (one, 1), (one, 4), (each, 4)):
        mixed = fleet_of(
            fleet.symbols,
            np.take_along_axis(fleet.asset, order, 1),
            np.take_along_axis(fleet.quantity, order[fleet.model], 1),
            np.take_along_axis(fleet.target, order, 1),
            group=np.take_along_axis(group, order, 1)[:rows],
            model=fleet.model,
            absolute=0.02,
        )
        scans.append(drift_scan(mixed, prices).verdict.tolist())
    assert scans[0] == scans[1] == scans[2] == scans[3]
    assert 0 < sum(v == Verdict.OUT for v in scans[0]) < len(fleet)


def test_a_portfolio_without_a_price_is_reported_and_not_judged() -> None:
    """Missing means NaN, infinite, zero or negative, and it matters for what is held or targeted."""
    for price in (NAN, float("inf"), 0.0, -3.0):
        assert verdict_of(pair(60, 40, absolute=0.05), 1.0, price) is Verdict.UNPRICED
    assert verdict_of(pair(60, 0, absolute=0.05), 1.0, NAN) is Verdict.UNPRICED
    assert verdict_of(pair(60, 0, 1.0, absolute=0.05), 1.0, NAN) is Verdict.INSIDE


def test_an_empty_portfolio_is_reported_and_not_judged() -> None:
    """Nothing held, or no slot used at all: no weight exists."""
    nothing = fleet_of(("A",), [[NO_ASSET]], [[0]], [[0]], absolute=0.05)
    assert verdict_of(pair(0, 0, absolute=0.05)) is Verdict.EMPTY
    assert verdict_of(nothing, 1.0) is Verdict.EMPTY
    assert np.isnan(drift_scan(nothing, [1.0]).deviation[0])


def test_a_single_asset_is_always_on_its_target() -> None:
    """One asset with the whole target cannot drift."""
    assert verdict_of(fleet_of(("A",), [[0]], [[3]], [[1]], absolute=0.01), 7.5) is Verdict.INSIDE


def test_an_untargeted_asset_is_out_of_a_relative_band() -> None:
    """25 % of a target of nothing is nothing; an empty slot beside it is no drift."""
    held = fleet_of(("A", "B"), [[0, 1, NO_ASSET]], [[99, 1, 0]], [[1, 0, 0]], relative=0.25)
    sold = fleet_of(("A", "B"), [[0, 1, NO_ASSET]], [[99, 0, 0]], [[1, 0, 0]], relative=0.25)
    assert verdict_of(held) is Verdict.OUT
    assert verdict_of(sold) is Verdict.INSIDE


def test_debts_that_cancel_most_of_the_value_are_left_to_the_exact_rule() -> None:
    """Where a debt eats nine tenths of the assets, floats may not decide."""
    assert verdict_of(pair(100, -95, absolute=0.05)) is Verdict.NEAR
    assert verdict_of(pair(100, -20, absolute=0.05)) is Verdict.OUT


@pytest.mark.parametrize("portfolios", [1, 31, 32, 33, 100])
def test_threads_change_nothing(portfolios: int) -> None:
    """Divided among threads, the scan has the same bytes, whatever the size of the fleet."""
    fleet, prices = random_fleet(1, portfolios=portfolios)
    alone, together = drift_scan(fleet, prices), drift_scan(fleet, prices, threads=3)
    assert alone.verdict.tobytes() == together.verdict.tobytes()
    assert alone.deviation.tobytes() == together.deviation.tobytes()


def test_a_fleet_of_nobody_scans_to_nothing() -> None:
    """No portfolio, no verdict, no error."""
    none = fleet_of(("A",), np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 2)))
    assert drift_scan(none, [1.0]).verdict.tolist() == []


def test_a_portfolio_of_twenty_assets_takes_less_than_300_bytes() -> None:
    """Own targets, classes and bands: 224 bytes; a shared model: 92."""
    own, _ = random_fleet(0, portfolios=1000, slots=20, symbols=40, classes=4)
    shared, _ = random_fleet(0, portfolios=1000, slots=20, symbols=40, classes=4, shared=1)
    assert own.nbytes / 1000 < 230
    assert shared.nbytes / 1000 < 100


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("symbol_unknown", {"asset": [[0, 2]]}),
        ("quantity_not_finite", {"quantity": [[1, NAN]]}),
        ("target_out_of_range", {"target": [[1.5, 0]]}),
        ("target_out_of_range", {"target": [[NAN, 0]]}),
        ("target_without_asset", {"asset": [[0, NO_ASSET]]}),
        ("fleet_shape", {"quantity": [[1, 2, 3]]}),
        ("fleet_shape", {"target": [[1.0]]}),
        ("fleet_shape", {"quantity": [[1, 2], [3, 4]]}),
        ("fleet_shape", {"model": [1]}),
        ("fleet_shape", {"group": [[0]]}),
        ("bands", {"absolute": [0.1, 0.2]}),
        ("bands", {"relative": -0.1}),
    ],
)
def test_a_fleet_that_makes_no_sense_is_refused(code: str, change: dict[str, object]) -> None:
    """Each error has its own code."""
    arrays: dict[str, object] = {"asset": [[0, 1]], "quantity": [[1, 2]], "target": [[0.5, 0.5]]}
    with pytest.raises(InvalidInput) as caught:
        fleet_of(("A", "B"), **{**arrays, **change})  # type: ignore[arg-type]
    assert caught.value.code == code


def test_prices_that_make_no_sense_are_refused() -> None:
    """One price per symbol, none astronomic; and the zone cannot be narrower than a float's error."""
    fleet = pair(1, 1)
    for prices, near in (([1.0], 1e-5), ([1.0, 1e31], 1e-5), ([1.0, 1.0], 1e-9)):
        with pytest.raises(InvalidInput):
            drift_scan(fleet, prices, near=near)
