"""The smallest contribution that restores balance without a sale."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import highspy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fiel.rebalancing.drift import out_of_band
from fiel.rebalancing.hint import balance_hint
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.plan import BalanceHint
from fiel.rebalancing.problem import Basis, Problem, Strategy, StrategyKind
from tests.support.portfolios import Targets, band, problem, tax_group, threshold

HALVES = {"A": "50", "B": "50"}
NESTED: Targets = {"shares": ("60", {"A": "50", "B": "50"}), "bonds": ("40", {"C": "100"})}


def _hint(given: Problem) -> BalanceHint:
    return balance_hint(build(given))


def test_a_contribution_repairs_the_drift() -> None:
    """A 400, B 600 at 50/50: 200 more in A is balance, at W = 1200."""
    assert _hint(problem("A 40 @ 10; B 60 @ 10", targets=HALVES)) == BalanceHint(Decimal(200), None, ())


def test_it_is_the_whole_contribution_not_what_is_missing_beside_the_flow() -> None:
    """A flow of 50 on the table does not change the 200 that balance needs in all."""
    assert _hint(problem("A 40 @ 10; B 60 @ 10", targets=HALVES, flow="50")).exact == Decimal(200)


def test_cash_at_hand_is_spent_first_down_to_the_minimum() -> None:
    """Of 150 in cash 30 must stay: 120 count, 80 are missing."""
    given = problem("A 40 @ 10; B 60 @ 10", targets=HALVES, cash="150", minimum_cash="30")

    assert _hint(given).exact == Decimal(80)


def test_balance_needs_nothing_when_it_is_there() -> None:
    """A balanced wallet needs no contribution, and never a negative one."""
    assert _hint(problem("A 50 @ 10; B 50 @ 10", targets=HALVES, cash="999")).exact == Decimal(0)


def test_the_most_overweight_leaf_of_a_tree_decides() -> None:
    """B has 200 of a target of 30 %: W = 666.67, less the 400 held, rounded up to the cent."""
    assert _hint(problem("A 10 @ 10; B 20 @ 10; C 10 @ 10", targets=NESTED)).exact == Decimal("266.67")


def test_a_cash_leaf_is_filled_and_not_a_limit() -> None:
    """B 450 of 45 %: W = 1000 with 100 in cash; 300 + 450 are held, 500 are in cash: nothing is missing."""
    targets = {"A": "45", "B": "45", "cash": "10"}

    assert _hint(problem("A 30 @ 10; B 45 @ 10", targets=targets, cash="100")).exact == Decimal(150)
    assert _hint(problem("A 30 @ 10; B 45 @ 10", targets=targets, cash="500")).exact == Decimal(0)


def test_a_cash_leaf_must_hold_the_minimum_cash() -> None:
    """200 must stay in cash and cash is 10 %: only W = 2000 balances, 1,000 more than there is."""
    targets = {"A": "45", "B": "45", "cash": "10"}
    given = problem("A 45 @ 10; B 45 @ 10", targets=targets, cash="100", flow="100", minimum_cash="200")

    assert _hint(given).exact == Decimal(1000)


def test_holding_what_has_no_target_blocks() -> None:
    """X is not in the tree and C has a target of 0: only a sale brings them there."""
    targets = {"A": "50", "B": "50", "C": "0"}
    hint = _hint(problem("A 40 @ 10; B 60 @ 10; C 1 @ 10; X 1 @ 10", targets=targets))

    assert hint == BalanceHint(None, None, ("c", "untargeted:X"))


def test_an_asset_that_may_not_grow_blocks_those_beyond_it() -> None:
    """A may not be bought, so the others cannot be larger than A allows: B would have to be sold."""
    assert _hint(problem("A 40 @ 10 no-buy; B 60 @ 10", targets=HALVES)).blocking == ("b",)
    assert _hint(problem("A 40 @ 10 most 0.4; B 60 @ 10", targets=HALVES)).blocking == ("b",)
    assert _hint(problem("A 60 @ 10 no-buy; B 40 @ 10", targets=HALVES)).exact == Decimal(200)


def test_a_band_is_reached_with_less_than_balance() -> None:
    """B 600 must be at most 55 %: V = 1090.91, so 90.91 into A; exact balance takes 200."""
    hint = _hint(problem("A 40 @ 10; B 60 @ 10", targets=HALVES, strategy=threshold("0.05")))

    assert (hint.exact, hint.within_bands) == (Decimal(200), Decimal("90.91"))


def test_the_lower_edge_can_decide_too() -> None:
    """B's own band is wide, but A must reach 45 %: 600 are at most 55 % of V = 1090.91."""
    wide = {"b": band("0.4")}
    given = problem("A 40 @ 10; B 60 @ 10", targets=HALVES, strategy=threshold("0.05"), node_bands=wide)

    assert _hint(given).within_bands == Decimal("90.91")


def test_several_underweight_leaves_are_filled_together() -> None:
    """C 800 of 1000 fits 40 % at V = 2000 only: 1,000 into A and B, which need 250 each at least."""
    targets = {"A": "30", "B": "30", "C": "40"}
    given = problem("A 10 @ 10; B 10 @ 10; C 80 @ 10", targets=targets, strategy=threshold("0"))

    assert _hint(given).within_bands == Decimal(1000)


def test_bands_can_be_reachable_where_balance_is_not() -> None:
    """1 % in an asset without a target is inside an absolute band of 5 points: nothing to contribute."""
    given = problem("A 50 @ 10; B 49 @ 10; X 1 @ 10", targets=HALVES, strategy=threshold("0.05"))

    assert _hint(given) == BalanceHint(None, Decimal(0), ("untargeted:X",))


def test_an_unwanted_asset_is_diluted_into_its_band() -> None:
    """100 in X are 5 points of 2,000: 1,000 more are needed."""
    given = problem("A 50 @ 10; B 40 @ 10; X 10 @ 10", targets=HALVES, strategy=threshold("0.05"))

    assert _hint(given).within_bands == Decimal(1000)


def test_a_band_that_a_fixed_asset_cannot_follow_is_out_of_reach() -> None:
    """A may not grow: where B fits its band, A has fallen out of its own."""
    strategy = threshold("0.05")
    given = problem("A 40 @ 10 no-buy; B 70 @ 10", targets=HALVES, strategy=strategy)

    assert _hint(given) == BalanceHint(None, None, ("b",))


def test_by_parent_a_class_of_fixed_size_decides_the_whole() -> None:
    """Shares stay at 200, at most 65 % of the whole: V = 307.70, so 7.70 beside the 300 held."""
    strategy = replace(threshold("0.05"), basis=Basis.PARENT)
    fixed = "A 10 @ 10 no-buy; B 10 @ 10 no-buy"

    fits = problem(f"{fixed}; C 10 @ 10", targets=NESTED, strategy=strategy)
    too_small = problem(f"{fixed}; C 100 @ 10", targets=NESTED, strategy=strategy)
    assert _hint(fits).within_bands == Decimal("7.70")
    assert _hint(too_small).within_bands is None


def test_by_parent_a_fixed_leaf_leaves_room_beyond_its_class() -> None:
    """C stays at 160, at least 22.5 % of funds <= 711.11; with 6.25 % cash the whole may be 758.51 > 748."""
    targets: Targets = {
        "shares": ("5", {"A": "83", "B": "17"}),
        "funds": ("90", {"C": "30", "D": "70"}),
        "cash": "5",
    }
    strategy = Strategy(StrategyKind.THRESHOLD, band(None, "0.25"), Basis.PARENT, leaves_only=True)
    wallet = "A 0 @ 10 no-buy; B 0 @ 10; C 16 @ 10 no-buy; D 45 @ 10"

    fits = problem(wallet, targets=targets, cash="138", strategy=strategy)
    beyond = problem(wallet, targets=targets, cash="149", strategy=strategy)
    assert _hint(fits).within_bands == Decimal(0)
    assert _hint(beyond).within_bands is None


def test_by_parent_balances_inside_the_class_first() -> None:
    """In the class B 200 may be 55 % of 363.64; the class then is 60 % +/- 5 of the whole of 463.64."""
    strategy = replace(threshold("0.05"), basis=Basis.PARENT, leaves_only=True)
    given = problem("A 10 @ 10; B 20 @ 10; C 10 @ 10", targets=NESTED, strategy=strategy)

    assert _hint(given).within_bands == Decimal("63.64")


def test_the_month_s_tax_so_far_is_not_there_to_spend() -> None:
    """Of 150 in cash 60 are the bill of this month's sales: 90 count, 110 of the 200 are missing."""
    sold = tax_group("shares", "0.15", sales="30000", gain="400")
    given = problem("A 40 @ 10; B 60 @ 10", targets=HALVES, cash="150", taxes=[sold])

    assert _hint(given).exact == Decimal(110)


def test_an_empty_wallet_is_missing_nothing() -> None:
    """With nothing held no leaf is too large, so what cash there is will do."""
    assert _hint(problem("A 0 @ 10; B 0 @ 10", targets=HALVES, cash="10")).exact == Decimal(0)


# --- laws ---------------------------------------------------------------------------------------

sizes = st.integers(0, 400)


@st.composite
def wallets(draw: st.DrawFn) -> Problem:
    """A nested wallet with bands on either basis, sometimes with assets that may not be bought."""
    flags = [draw(st.sampled_from(["", "", "", " no-buy"])) for _ in range(4)]
    lines = [f"{n} {draw(sizes)} @ 10{flag}" for n, flag in zip("ABCD", flags, strict=True)]
    first, inner = draw(st.integers(5, 90)), draw(st.integers(1, 99))
    targets: Targets = {
        "shares": (str(first), {"A": str(inner), "B": str(100 - inner)}),
        "funds": (str(95 - first), {"C": "30", "D": "70"}),
        "cash": "5",
    }
    width = draw(st.sampled_from([band("0.05"), band(None, "0.25"), band("0.05", "0.25"), band("0.02")]))
    strategy = Strategy(
        StrategyKind.THRESHOLD,
        width,
        draw(st.sampled_from(list(Basis))),
        draw(st.booleans()),
    )
    cash = str(draw(st.integers(1, 2000)))
    return problem("; ".join(lines), targets=targets, cash=cash, strategy=strategy)


def _balanced(model: Model, whole: Decimal) -> list[Decimal]:
    return [node.share * whole for node in model.nodes]


@given(wallets())
def test_exact_balance_buys_only_and_not_a_cent_less_would_do(given: Problem) -> None:
    """At the hint no leaf is above its target; a cent less, one is; and it is inside all bands."""
    model = build(given)
    hint = balance_hint(model)
    assume(hint.exact is not None)
    assert hint.exact is not None
    assert hint.blocking == ()
    held = {n.index: a.quantity * 10 for n in model.nodes for a in [model.assets[n.asset]] if n.asset >= 0}

    def fits(contribution: Decimal) -> bool:
        values = _balanced(model, model.whole + contribution)
        return all(values[node] >= value for node, value in held.items())

    assert fits(hint.exact)
    assert hint.exact == 0 or not fits(hint.exact - Decimal("0.01"))
    assert hint.within_bands is None or hint.within_bands <= hint.exact
    assert out_of_band(model, _balanced(model, model.whole + hint.exact)) == ()


def _band_rows(model: Model, leaves: list[int]) -> list[list[float]]:
    """Each band as two rows over the leaves' values, both <= 0."""
    strategy = model.problem.strategy
    below = [[float(n.index in model.path_to_root(leaf)) for leaf in leaves] for n in model.nodes]
    rows = []
    for node in model.nodes[1:]:
        if strategy.leaves_only and node.index not in leaves:
            continue
        parent = model.nodes[node.parent if strategy.basis is Basis.PARENT else 0]
        weight = node.share / parent.share
        limit = node.band.limit(weight)
        assert limit is not None
        low, high = float(weight - limit), float(weight + limit)
        pairs = list(zip(below[node.index], below[parent.index], strict=True))
        rows += [[x - high * base for x, base in pairs], [low * base - x for x, base in pairs]]
    return rows


def _least_contribution(model: Model) -> float | None:
    """The answer of a linear program: leaves' values, nothing sold, every node in its band."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    leaves = [n.index for n in model.nodes if n.asset >= 0 or n.is_cash]
    columns = []
    for leaf in leaves:
        place = model.nodes[leaf]
        held = 0.0 if place.is_cash else float(model.assets[place.asset].quantity * 10)
        grows = place.is_cash or model.assets[place.asset].can_buy
        columns.append(solver.addVariable(lb=held, ub=highspy.kHighsInf if grows else held))
    for row in _band_rows(model, leaves):
        solver.addConstr(sum(factor * column for factor, column in zip(row, columns, strict=True)) <= 0)
    solver.addConstr(sum(columns) >= float(model.whole))
    solver.minimize(sum(columns))
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getObjectiveValue()) - float(model.whole)


@settings(deadline=None)
@given(wallets())
def test_the_bands_hint_agrees_with_a_linear_program(given: Problem) -> None:
    """An independent solver finds the same least contribution, or that there is none."""
    model = build(given)
    ours, theirs = balance_hint(model).within_bands, _least_contribution(model)

    if ours is None or theirs is None:
        assert ours == theirs
    else:
        assert abs(theirs - float(ours)) < 0.02
