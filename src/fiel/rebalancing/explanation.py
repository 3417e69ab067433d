"""Why each order is in the plan, and why every other asset is not, as numbers that can be checked.

Nothing here is read off the search: each reason comes from evaluating the plan again with one order
changed. An asset without an order is asked what it would like, a lot more or a lot less: judged by its own
errors and those of its classes, without costs and without the root, whose error is the idle cash that all
assets share. The first thing that stands in the way of that wish is the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple, TypeAlias

from fiel.rebalancing.drift import bands, before_orders, out_of_band
from fiel.rebalancing.evaluation import Change, Evaluation, evaluate_change, exact, order_fee, squared_error
from fiel.rebalancing.model import Model
from fiel.rebalancing.plan import LevelDeficit, NotTraded, OrderReason, SkipReason, Status
from fiel.rebalancing.problem import Mode
from fiel.rebalancing.triggers import Decision

ZERO = Decimal(0)
BUY, SELL = 1, -1


Facts: TypeAlias = tuple[tuple[str, Decimal], ...]


class Verdict(NamedTuple):
    """A reason code with its facts (name, number); money unless the name says otherwise."""

    code: NotTraded
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan under explanation: what it is, what was before it, and the least gain of its buys."""

    model: Model
    lots: tuple[int, ...]
    after: Evaluation
    before: Evaluation
    out: frozenset[str]
    #: Least fall of the objective per unit of money among the buys; `None` without buys.
    least_gain: Decimal | None
    #: Cash above the minimum: left over, and as it would be without the buys.
    left: Decimal
    spendable: Decimal

    def lot_value(self, asset: int) -> Decimal:
        return self.model.assets[asset].lot * self.model.prices[asset]

    def with_lots(self, asset: int, count: int) -> Change:
        return evaluate_change(self.model, self.lots, self.after, asset, count)

    def own_tracking(self, asset: int, count: int) -> Decimal:
        """Change of the tracking of the asset and its classes, root aside, if it had `count` net lots.

        It is the tracking's change when the money comes from, or goes to, where it does no harm.
        """
        model, moved = self.model, count * self.lot_value(asset)
        path = model.path_to_root(model.leaf_of_asset[asset])[:-1]
        squares = ZERO
        for node in path:
            value = self.after.node_values[node]
            squares += squared_error(model, node, value + moved) - squared_error(model, node, value)
        return squares / (model.whole * model.whole)

    def deficit(self, asset: int) -> Decimal:
        """Missing money at the asset's leaf, after the plan."""
        leaf = self.model.leaf_of_asset[asset]
        return self.model.target(leaf) - self.after.node_values[leaf]


def explain(
    model: Model,
    lots: Sequence[int],
    evaluation: Evaluation,
    *,
    decision: Decision,
    before: Evaluation | None = None,
) -> tuple[tuple[OrderReason, ...], tuple[SkipReason, ...]]:
    """Reasons of the orders `lots` (net lots, model order), and one reason per asset without an order.

    Orders come by cost-benefit (`gain_per_real` descending), then asset id; the others by asset id.
    `evaluation` is that of `lots`; `before`, that of no orders, is worked out when not at hand.
    """
    before = before if before is not None else before_orders(model)
    with exact():
        traded = [i for i, count in enumerate(lots) if count]
        reasons = [_reason(model, lots, evaluation, before, i) for i in traded]
        reasons.sort(key=lambda reason: (-reason.gain_per_real, reason.asset))
        plan = _plan(model, lots, evaluation, before, reasons)
        skipped = [_skipped(plan, i, decision) for i, count in enumerate(lots) if not count]
        skipped += [SkipReason(asset.id, NotTraded.IGNORED, ZERO) for asset in model.ignored]
    return tuple(reasons), tuple(sorted(skipped, key=lambda reason: reason.asset))


def _plan(
    model: Model, lots: Sequence[int], after: Evaluation, before: Evaluation, reasons: list[OrderReason]
) -> _Plan:
    bought = [i for i, count in enumerate(lots) if count > 0]
    names = {model.assets[i].id for i in bought}
    spent = sum((lots[i] * model.assets[i].lot * model.prices[i] + after.order_fees[i] for i in bought), ZERO)
    left = after.residual_cash - model.problem.minimum_cash
    return _Plan(
        model,
        tuple(lots),
        after,
        before,
        frozenset(node.node for node in out_of_band(model, after.node_values)),
        min((reason.gain_per_real for reason in reasons if reason.asset in names), default=None),
        left,
        left + spent,
    )


def _reason(
    model: Model, lots: Sequence[int], after: Evaluation, before: Evaluation, asset: int
) -> OrderReason:
    count = lots[asset]
    lot_value = model.assets[asset].lot * model.prices[asset]
    one_less = evaluate_change(model, lots, after, asset, count - (1 if count > 0 else -1))
    without = one_less if abs(count) == 1 else evaluate_change(model, lots, after, asset, 0)
    feasible = without.residual_cash >= model.problem.minimum_cash
    return OrderReason(
        model.assets[asset].id,
        tuple(
            LevelDeficit(
                model.nodes[node].id,
                model.target(node) - before.node_values[node],
                model.target(node) - after.node_values[node],
            )
            for node in model.path_to_root(model.leaf_of_asset[asset])
        ),
        (one_less.objective - after.objective) / lot_value,
        without.objective - after.objective if feasible else None,
    )


def _skipped(plan: _Plan, asset: int, decision: Decision) -> SkipReason:
    verdict = _standing_still(plan, asset, decision) or _verdict(plan, asset)
    return SkipReason(plan.model.assets[asset].id, verdict.code, plan.deficit(asset), verdict.facts)


def _standing_still(plan: _Plan, asset: int, decision: Decision) -> Verdict | None:
    if decision.act:
        return None
    if decision.status is Status.NOT_DUE:
        return Verdict(NotTraded.NOT_DUE)
    return Verdict(NotTraded.INSIDE_BAND, _share_facts(plan, asset))


def _share_facts(plan: _Plan, asset: int) -> Facts:
    node = plan.model.nodes[plan.model.leaf_of_asset[asset]]
    share = plan.after.node_values[node.index] / plan.model.whole
    return (("share", share), ("target_share", node.share))


def _verdict(plan: _Plan, asset: int) -> Verdict:
    """The first thing that stands in the way of what the asset would like."""
    if _within_slack(plan, asset):
        return Verdict(NotTraded.INSIDE_BAND, _share_facts(plan, asset))
    side = _wanted(plan, asset)
    if side == 0:
        return _as_near_as_possible(plan, asset)
    ban = _ban_on_buying(plan, asset) if side == BUY else _ban_on_selling(plan, asset)
    return ban or _too_small_or_costly(plan, asset, side)


def _within_slack(plan: _Plan, asset: int) -> bool:
    """Whether a destination band holds the asset and every class above it, so that nothing pulls."""
    nodes = [plan.model.nodes[i] for i in plan.model.path_to_root(plan.model.leaf_of_asset[asset])]
    errors = [abs(plan.after.node_values[node.index] - plan.model.target(node.index)) for node in nodes[:-1]]
    return all(
        node.slack > 0 and error <= node.slack * plan.model.whole
        for node, error in zip(nodes[:-1], errors, strict=True)
    )


def _wanted(plan: _Plan, asset: int) -> int:
    """The side on which one lot would lower the tracking of the asset and its classes; 0 = neither.

    Tracking is convex in the lots of one asset, so at most one side does.
    """
    for side in (BUY, SELL):
        if plan.own_tracking(asset, side) < 0:
            return side
    return 0


def _as_near_as_possible(plan: _Plan, asset: int) -> Verdict:
    deficit, lot = plan.deficit(asset), plan.lot_value(asset)
    if deficit == 0:
        return Verdict(NotTraded.ON_TARGET)
    if abs(deficit) < lot:
        return Verdict(NotTraded.BELOW_ONE_LOT, (("lot_value", lot),))
    # The asset is off by a lot or more, but its classes would be worse off by more.
    leaf = plan.model.leaf_of_asset[asset]
    above = plan.model.nodes[leaf].parent
    class_deficit = plan.model.target(above) - plan.after.node_values[above]
    return Verdict(NotTraded.BETTER_ELSEWHERE, (("lot_value", lot), ("class_deficit", class_deficit)))


def _ban_on_buying(plan: _Plan, asset: int) -> Verdict | None:
    line = plan.model.assets[asset]
    if plan.model.problem.mode is Mode.WITHDRAWAL:
        return Verdict(NotTraded.MODE_FORBIDS_BUYING)
    if not line.can_buy:
        return Verdict(NotTraded.MAY_NOT_BUY)
    if line.maximum_weight is None:
        return None
    ceiling = line.maximum_weight * plan.model.whole
    held = line.quantity * plan.model.prices[asset]
    if held + _least_lots(plan, asset) * plan.lot_value(asset) > ceiling:
        return Verdict(NotTraded.MAXIMUM_WEIGHT, (("held", held), ("ceiling", ceiling)))
    return None


def _ban_on_selling(plan: _Plan, asset: int) -> Verdict | None:
    line, mode = plan.model.assets[asset], plan.model.problem.mode
    held = line.quantity * plan.model.prices[asset]
    if line.quantity <= 0:
        return Verdict(NotTraded.NOTHING_HELD)
    if mode is Mode.CONTRIBUTION:
        return Verdict(NotTraded.MODE_FORBIDS_SELLING)
    if not line.can_sell:
        return Verdict(NotTraded.MAY_NOT_SELL)
    if line.quantity < line.lot:
        return Verdict(NotTraded.BELOW_ONE_LOT, (("held", held), ("lot_value", plan.lot_value(asset))))
    if _least_lots(plan, asset) > _lots_held(plan, asset):
        return Verdict(NotTraded.MINIMUM_ORDER, (("held", held), ("minimum_order", line.minimum_order)))
    path = plan.model.path_to_root(plan.model.leaf_of_asset[asset])
    if mode is Mode.HYBRID and not any(plan.model.nodes[node].id in plan.out for node in path):
        banded = {band.node for band in bands(plan.model)}
        return Verdict(
            NotTraded.INSIDE_BAND if banded.intersection(path) else NotTraded.NO_BAND,
            _share_facts(plan, asset),
        )
    return None


def _too_small_or_costly(plan: _Plan, asset: int, side: int) -> Verdict:
    least = _least_lots(plan, asset)
    value = least * plan.lot_value(asset)
    if plan.own_tracking(asset, side * least) >= 0:
        minimum = plan.model.assets[asset].minimum_order
        return Verdict(NotTraded.MINIMUM_ORDER, (("minimum_order", minimum), ("order_value", value)))
    if side == BUY:
        needed = value + order_fee(plan.model.problem.fees, value)
        short = _short_of_money(plan, asset, least, needed)
        if short is not None:
            return short
    costs = _costs(plan, asset, side, least, swap=side == SELL)
    if costs is not None:
        return costs
    if abs(plan.deficit(asset)) < plan.lot_value(asset):
        return Verdict(NotTraded.BELOW_ONE_LOT, (("lot_value", plan.lot_value(asset)),))
    gain = _gain_per_real(plan, asset, side * least)
    return Verdict(NotTraded.BETTER_ELSEWHERE, (("gain_per_real", gain),))


def _short_of_money(plan: _Plan, asset: int, least: int, needed: Decimal) -> Verdict | None:
    """The verdict when the least order does not fit the cash; the gains show where a unit did more."""
    facts: Facts = (("needed", needed), ("cash_left", plan.left), ("cash_before_buys", plan.spendable))
    if plan.spendable <= 0:
        return Verdict(NotTraded.NO_MONEY_LEFT, facts)
    if needed > plan.spendable:
        return Verdict(NotTraded.BELOW_ONE_LOT if least == 1 else NotTraded.MINIMUM_ORDER, facts)
    cash_is_wanted = plan.with_lots(asset, least).tracking >= plan.after.tracking
    if needed <= plan.left and not cash_is_wanted:
        return None
    costs = _costs(plan, asset, BUY, least, swap=True)
    if costs is not None:
        return costs
    facts = (*facts, ("gain_per_real", _gain_per_real(plan, asset, least)))
    if plan.least_gain is not None:
        facts = (*facts, ("least_gain_per_real", plan.least_gain))
    return Verdict(NotTraded.NO_MONEY_LEFT, facts)


def _gain_per_real(plan: _Plan, asset: int, count: int) -> Decimal:
    """Fall of the objective per unit of money if `count` net lots were ordered on top of the plan."""
    change = plan.with_lots(asset, count)
    return (plan.after.objective - change.objective) / (abs(count) * plan.lot_value(asset))


def _costs(plan: _Plan, asset: int, side: int, least: int, *, swap: bool) -> Verdict | None:
    """The verdict when costs eat the benefit at every size tried: the least, the ideal, and half of it.

    With `swap` the benefit is that of the asset and its classes alone, the other end being elsewhere.
    """
    model = plan.model
    if model.problem.fees.is_free and model.assets[asset].tax_group is None:
        return None
    ideal = _ideal_lots(plan, asset, side, swap=swap)
    sizes = {max(least, size) for size in (least, ideal // 2, ideal)}
    if side == SELL:
        held = _lots_held(plan, asset)
        sizes = {min(size, held) for size in sizes}
    tried = []
    for size in sorted(sizes):
        change = plan.with_lots(asset, side * size)
        own = plan.own_tracking(asset, side * size) if swap else change.tracking - plan.after.tracking
        fees, tax = change.fees - plan.after.fees, change.tax - plan.after.tax
        tried.append((own + model.problem.objective.kappa * (fees + tax) / model.whole, own, fees, tax))
    rise, own, fees, tax = min(tried)
    if rise < 0:
        return None
    code = NotTraded.TAX_ABOVE_BENEFIT if tax > fees else NotTraded.COST_ABOVE_BENEFIT
    # What the better tracking is worth in money at this cost sensitivity, to set beside the costs.
    benefit = -own * model.whole / model.problem.objective.kappa
    return Verdict(code, (("fees", fees), ("tax", tax), ("benefit", benefit)))


def _ideal_lots(plan: _Plan, asset: int, side: int, *, swap: bool) -> int:
    """Whole lots (at least 1) that would bring the quadratic errors that they move to their least."""
    model = plan.model
    path = model.path_to_root(model.leaf_of_asset[asset])
    signs = dict.fromkeys(path[:-1] if swap else path, 1)
    if model.cash_leaf >= 0 and not swap:
        for node in model.path_to_root(model.cash_leaf):
            signs[node] = signs.get(node, 0) - 1
    pull = weight = ZERO
    for node, sign in signs.items():
        pull += sign * model.nodes[node].weight * (model.target(node) - plan.after.node_values[node])
        weight += sign * sign * model.nodes[node].weight
    return max(1, int(side * pull / weight / plan.lot_value(asset)))


def _least_lots(plan: _Plan, asset: int) -> int:
    """The fewest lots that make an order of the asset's minimum value."""
    lots = plan.model.assets[asset].minimum_order / plan.lot_value(asset)
    return max(1, int(lots.to_integral_value(rounding=ROUND_CEILING)))


def _lots_held(plan: _Plan, asset: int) -> int:
    return int(plan.model.assets[asset].quantity / plan.model.assets[asset].lot)
