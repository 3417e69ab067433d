"""The engine: from a problem to the best plan that can be proven, with its reasons.

The search runs on floats scaled to the whole; the answer is evaluated and checked again in
Decimal, and only that is reported. `lower_bound` is what the search proved, never above the
objective. Deterministic: the model is in canonical order and the floats do not depend on the
currency's scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from fiel.kernel.errors import Refused
from fiel.rebalancing.drift import Direction, before_orders, drift, node_states, out_of_band
from fiel.rebalancing.evaluation import Evaluation, exact
from fiel.rebalancing.explanation import explain
from fiel.rebalancing.fine_lots import settled
from fiel.rebalancing.hint import balance_hint
from fiel.rebalancing.layout import Groups, Layout, Range, groups_of, lay_out, ranges_of, tiers_of
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.plan import Order, Side, Solution, Status
from fiel.rebalancing.problem import Mode, Problem
from fiel.rebalancing.triggers import Decision, decide, is_weekday

if TYPE_CHECKING:
    from fiel.rebalancing.searching import Found

NODES_MAX = 50_000
#: The objective below which a gap is measured against this instead.
GAP_FLOOR = Decimal("1e-9")
#: The search's floats do not resolve an objective finer than this, relative to it.
RESOLUTION = Decimal("1e-12")
#: Fine lots could be shuffled for ever: a plan must gain more than this part of the objective.
DUST = Decimal("1e-9")
#: Taken from the budget, as a fraction of the whole, when a plan overspends by a rounding error.
TIGHTENING = (0.0, 2e-12, 1e-10)


@dataclass(frozen=True, slots=True)
class Choice:
    """Net lots per asset (model order), their exact evaluation, and what was proven."""

    lots: tuple[int, ...]
    evaluation: Evaluation
    bound: Decimal
    node_count: int


def solve(
    problem: Problem,
    *,
    node_count_max: int = NODES_MAX,
    is_business_day: Callable[[date], bool] = is_weekday,
    compiled: bool | None = None,
) -> Solution:
    """The best plan for a problem.

    `node_count_max` bounds the search: beyond it the best plan so far is returned with the gap
    that is proven. `compiled` forces the kernels' form; by default they are compiled when numba is there,
    except that a search which ends soon does not wait for the compiler. The answer is the same to the bit.
    Raises `Refused` or `InvalidInput`, naming the asset or node, when no honest answer exists.
    """
    model = build(problem)
    before = before_orders(model)
    decision = decide(model, is_business_day)
    if decision.act:
        choice = choose(model, before, node_count_max=node_count_max, compiled=compiled)
    else:
        choice = Choice((0,) * len(model.assets), before, before.objective, 0)
    return _answer(model, before, choice, decision)


def choose(model: Model, before: Evaluation, *, node_count_max: int, compiled: bool | None = None) -> Choice:
    """The best lots for a model in its mode.

    The hybrid mode buys first, and sells only what the contribution leaves out of band.
    """
    if model.problem.mode is not Mode.HYBRID:
        return _search(model, ranges_of(model), before, node_count_max, compiled)
    # What leaves must be raised first; only then is there a question of selling more.
    is_short = bool(before.violations)
    easiest = replace(model.problem, mode=Mode.WITHDRAWAL if is_short else Mode.CONTRIBUTION)
    buying = replace(model, problem=easiest)
    first = _search(buying, ranges_of(buying), before, node_count_max, compiled)
    sellable = _still_too_much(model, first.evaluation)
    if not sellable:
        return first
    sold = {asset.id for asset, count in zip(model.assets, first.lots, strict=True) if count < 0}
    return _search(model, ranges_of(model, sellable | sold), before, node_count_max, compiled)


def _still_too_much(model: Model, after: Evaluation) -> frozenset[str]:
    """Assets that may be sold in hybrid mode: below a node out of its band above, or in a class beside
    one that is out below."""
    out = {o.node: o.direction for o in out_of_band(model, after.node_values)}
    index = {node.id: node for node in model.nodes}
    roots: set[int] = set()
    for node_id, direction in out.items():
        node = index[node_id]
        if direction is Direction.ABOVE:
            roots.add(node.index)
        else:
            roots.update(
                other.index
                for other in model.nodes
                if other.parent == node.parent
                and other.index != node.index
                and after.node_values[other.index] > model.target(other.index)
            )
    return frozenset(
        asset.id
        for i, asset in enumerate(model.assets)
        if roots.intersection(model.path_to_root(model.leaf_of_asset[i]))
    )


def _search(
    model: Model, ranges: tuple[Range, ...], before: Evaluation, nodes_max: int, compiled: bool | None
) -> Choice:
    """Search, then judge in Decimal; a hair less budget when rounding made the plan overspend."""
    from fiel.rebalancing.kernels import cost_relax

    layout = lay_out(model, ranges)
    groups = groups_of(model, ranges, cost_relax.EXEMPT, cost_relax.TAXED)
    bound: float | None = None
    node_count = 0
    for tighten in TIGHTENING:
        found = _run(model, layout, groups, tighten, nodes_max, compiled)
        node_count += found.node_count
        # Only the full budget's bound holds for the problem that was asked.
        bound = found.bound if bound is None else bound
        if not found.feasible:
            break
        lots, evaluation = settled(model, layout, _by_asset(model, layout, found.lots))
        if not evaluation.violations:
            choice = Choice(lots, evaluation, Decimal(bound), node_count)
            return _better_of(model, choice, before, is_fine=any(layout.fine))
    if not before.violations:
        return Choice((0,) * len(model.assets), before, Decimal(bound or 0), node_count)
    raise _no_plan(model, before)


def _run(
    model: Model, layout: Layout, groups: Groups, tighten: float, nodes_max: int, compiled: bool | None
) -> Found:
    """Run the kernels; while they are not compiled, interpreted as far as that is quicker."""
    # The compiler costs every command half a second, and only planning needs it.
    from fiel.rebalancing.jit import COMPILED
    from fiel.rebalancing.readiness import interpreted_first, is_cold

    problem = model.problem
    costs = not (
        problem.fees.is_free
        and not groups.ids
        and not any(layout.leaf_slack)
        and not any(layout.node_slack)
        and all(span.order_least == 1 for span in layout.ranges)
    )
    ask = partial(_ask, model, layout, groups, costs=costs, tighten=tighten)
    if compiled is None and is_cold(costs=costs):
        return interpreted_first(ask, nodes_max)
    return ask(nodes_max=nodes_max, compiled=COMPILED if compiled is None else compiled)


def _ask(
    model: Model,
    layout: Layout,
    groups: Groups,
    *,
    costs: bool,
    tighten: float,
    nodes_max: int,
    compiled: bool,
) -> Found:
    from fiel.rebalancing import searching
    from fiel.rebalancing.kernels.arrays import Arrays
    from fiel.rebalancing.readiness import interpreted_searching

    problem, arrays = model.problem, Arrays(compiled)
    module: Any = searching if compiled else interpreted_searching()
    if not costs:
        free: Found = module.search_lots(layout, tighten=tighten, nodes_max=nodes_max, arrays=arrays)
        return free
    index = {g: i for i, g in enumerate(groups.ids)}
    leaf_group = [-1] * layout.leaf_count
    gain_share = [0.0] * layout.leaf_count
    for k, a in enumerate(layout.leaf_asset):
        if a < 0:
            continue
        asset, price = model.assets[a], model.prices[a]
        leaf_group[k] = index.get(asset.tax_group or "", -1)
        if asset.average_cost is not None:
            gain_share[k] = float((price - asset.average_cost) / price)
    found: Found = module.search_with_costs(
        layout,
        groups,
        leaf_group,
        gain_share,
        tiers_of(problem.fees, model.whole),
        kappa=float(problem.objective.kappa),
        tighten=tighten,
        nodes_max=nodes_max,
        arrays=arrays,
    )
    return found


def _by_asset(model: Model, layout: Layout, leaf_lots: tuple[int, ...]) -> tuple[int, ...]:
    lots = [0] * len(model.assets)
    for k, a in enumerate(layout.leaf_asset):
        if a >= 0:
            lots[a] = leaf_lots[k]
    return tuple(lots)


def _better_of(model: Model, choice: Choice, before: Evaluation, *, is_fine: bool) -> Choice:
    """Doing nothing wins a tie; and a bound is never reported above what was reached.

    With lots too fine to branch on, what is gained below `DUST` is no reason for an order either.
    """
    reached = choice.evaluation.objective
    needed = DUST * max(reached, GAP_FLOOR) if is_fine else Decimal(0)
    if not before.violations and before.objective - reached <= needed:
        choice = replace(choice, lots=(0,) * len(model.assets), evaluation=before)
    return replace(choice, bound=_proven(choice.bound, choice.evaluation.objective))


def _proven(bound: Decimal, objective: Decimal) -> Decimal:
    """The bound as reported: the objective itself when floats cannot tell them apart, else rounded down."""
    if objective - bound <= RESOLUTION * max(objective, GAP_FLOOR):
        return objective
    with localcontext() as context:
        context.prec = 15
        context.rounding = ROUND_FLOOR
        return +bound


def _no_plan(model: Model, before: Evaluation) -> Refused:
    missing = model.problem.minimum_cash - before.residual_cash
    return Refused(
        "no_feasible_plan",
        "no combination of whole lots keeps the minimum cash after the flow; "
        f"{max(missing, Decimal(0))} {model.problem.currency} are missing before any order: "
        "withdraw less, lower the minimum cash, or allow more to be sold",
        field="flow",
        details={"missing": str(missing)},
    )


def _answer(model: Model, before: Evaluation, choice: Choice, decision: Decision) -> Solution:
    problem = model.problem
    after = choice.evaluation
    reasons, skipped = explain(model, choice.lots, after, decision=decision, before=before)
    rank = {reason.asset: i for i, reason in enumerate(reasons)}
    orders = sorted(_orders(model, choice), key=lambda order: rank[order.asset])
    with exact():
        not_proven = after.objective - choice.bound
    # Rounded once: a difference rounded before the division would be up twice.
    with localcontext() as context:
        context.prec = 9
        context.rounding = ROUND_CEILING
        gap = not_proven / max(choice.bound, GAP_FLOOR)
    status = Status.ORDERS if orders else (decision.status or Status.NO_BETTER)
    dates = [asset.as_of for asset in model.assets if asset.as_of is not None]
    return Solution(
        id=problem.id,
        status=status,
        orders=tuple(orders),
        objective=after.objective,
        lower_bound=choice.bound,
        gap_proven=gap,
        node_count=choice.node_count,
        whole=model.whole,
        residual_cash=after.residual_cash,
        fees=after.fees,
        tax=after.tax,
        taxes=after.taxes,
        nodes=node_states(model, before, after),
        drift=drift(model, before, after),
        reasons=reasons,
        skipped=skipped,
        hint=balance_hint(model, before),
        priced_as_of=min(dates) if dates else None,
        currency=problem.currency,
        cash_before=problem.cash,
        flow=problem.flow,
    )


def _orders(model: Model, choice: Choice) -> list[Order]:
    orders = []
    with exact():
        for i, count in enumerate(choice.lots):
            if count == 0:
                continue
            asset, price = model.assets[i], model.prices[i]
            quantity = abs(count) * asset.lot
            side = Side.BUY if count > 0 else Side.SELL
            fee = choice.evaluation.order_fees[i]
            orders.append(Order(asset.id, side, quantity, price, quantity * price, fee))
    return orders
