"""What a set of orders is worth, exactly: the objective, its parts, and the limits that it breaks.

    J = sum over nodes of lambda_v * phi((x_v - T_v) / W)  +  kappa * (fees + tax) / W

All sums are Decimal with 60 digits in a context of their own, so money is never rounded here and the
caller's context is neither used nor changed. The search may run on floats; what it finds is judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum
from operator import index

from fiel.rebalancing.model import Model
from fiel.rebalancing.plan import TaxLine
from fiel.rebalancing.problem import FeeSchedule, Mode, TaxGroup

ZERO = Decimal(0)
#: Pull towards the target inside a destination band, against the full pull outside it.
BAND_PULL = Decimal("1e-6")
DIGITS = 60


class Limit(StrEnum):
    """A constraint that a set of orders can break."""

    MINIMUM_CASH = "minimum_cash"
    HELD_QUANTITY = "held_quantity"
    MINIMUM_ORDER = "minimum_order"
    MAY_NOT_BUY = "may_not_buy"
    MAY_NOT_SELL = "may_not_sell"
    MODE = "mode"
    MAXIMUM_WEIGHT = "maximum_weight"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken limit; `asset` is `None` for the cash. `excess` is by how much, in money (0 for a ban)."""

    limit: Limit
    asset: str | None = None
    excess: Decimal = ZERO

    def __str__(self) -> str:
        return f"{self.limit}:{self.asset}" if self.asset else str(self.limit)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The worth of a set of orders. Money in the portfolio's currency, `objective` and `tracking` unitless.

    `objective` = `tracking` + kappa * (`fees` + `tax`) / W. `order_fees` is per asset and `node_values`
    per node, both in model order; `taxes` has one line per tax group, sold from or not.
    """

    objective: Decimal
    tracking: Decimal
    fees: Decimal
    tax: Decimal
    taxes: tuple[TaxLine, ...]
    residual_cash: Decimal
    order_fees: tuple[Decimal, ...]
    node_values: tuple[Decimal, ...]
    violations: tuple[Violation, ...]

    @property
    def is_feasible(self) -> bool:
        return not self.violations


@dataclass(frozen=True, slots=True)
class Change:
    """What one order changes on top of a set of orders: the new totals, without the list of limits."""

    objective: Decimal
    tracking: Decimal
    fees: Decimal
    tax: Decimal
    residual_cash: Decimal


def exact() -> AbstractContextManager[Context]:
    """A decimal context of 60 digits for one block, independent of the caller's."""
    return localcontext(Context(prec=DIGITS, rounding=ROUND_HALF_EVEN))


def penalty(error: Decimal, slack: Decimal) -> Decimal:
    """phi: the square of an error, or, with slack d, the square of its excess over d plus a faint pull.

    Its derivative is 2*e, or with slack 2*BAND_PULL*e up to d and 2*(e - d) + 2*BAND_PULL*d beyond, so phi
    is convex and has no jump. Error and slack share a unit (fraction or money); the result has its square.
    """
    if slack == 0:
        return error * error
    size = abs(error)
    if size <= slack:
        return BAND_PULL * size * size
    beyond = size - slack
    return beyond * beyond + 2 * BAND_PULL * slack * beyond + BAND_PULL * slack * slack


def order_fee(fees: FeeSchedule, value: Decimal) -> Decimal:
    """Fee of one order of `value` money, not rounded; a value of 0 is no order and costs nothing.

    With tiers, the whole order pays the first bracket that holds its value (the last one, if none does).
    """
    if value == 0:
        return ZERO
    for tier in fees.tiers:
        if tier.up_to is None or value <= tier.up_to:
            return tier.fixed + tier.rate * value
    if fees.tiers:
        return fees.tiers[-1].fixed + fees.tiers[-1].rate * value
    return fees.fixed + fees.rate * value


def tax_line(group: TaxGroup, sales: Decimal, gain: Decimal) -> TaxLine:
    """The month's bill of a group, given the plan's own `sales` and `gain` (net of sell fees), not rounded.

    Exempt up to and including `exempt_sales` of gross sales in the month; one cent more and everything
    sold in the month is taxed.
    """
    sales += group.sales_so_far
    gain += group.gain_so_far
    exempt = group.exempt_sales is not None and sales <= group.exempt_sales
    tax = ZERO if exempt else group.rate * max(ZERO, gain - group.loss_carry)
    return TaxLine(group.id, sales, gain, exempt, tax)


def evaluate(model: Model, lots: Sequence[int]) -> Evaluation:
    """Judge the orders `lots`: net whole lots per asset in model order, positive buys, negative sells.

    Never raises for orders that break a limit: they are listed in `violations`. Raises `ValueError` when
    `lots` has another length than the assets and `TypeError` when a count is not an integer.
    """
    problem = model.problem
    counts = [index(count) for count in lots]
    with exact():
        ordered = [asset.lot * count for asset, count in zip(model.assets, counts, strict=True)]
        quantities = [asset.quantity + units for asset, units in zip(model.assets, ordered, strict=True)]
        traded = [price * units for price, units in zip(model.prices, ordered, strict=True)]
        order_fees = tuple(order_fee(problem.fees, abs(value)) for value in traded)
        taxes = _taxes(model, counts, order_fees)
        fees = sum(order_fees, ZERO)
        tax = sum((line.tax for line in taxes), ZERO)
        residual = problem.cash + problem.flow - sum(traded, ZERO) - fees - tax
        values = tuple(model.values(quantities, residual))
        squares = sum((squared_error(model, node, value) for node, value in enumerate(values)), ZERO)
        tracking = squares / (model.whole * model.whole)
        return Evaluation(
            tracking + problem.objective.kappa * (fees + tax) / model.whole,
            tracking,
            fees,
            tax,
            taxes,
            residual,
            order_fees,
            values,
            tuple(_violations(model, traded, residual)),
        )


def evaluate_change(
    model: Model, lots: Sequence[int], evaluation: Evaluation, asset: int, count: int
) -> Change:
    """The totals if `asset` (index) had `count` net lots and the others stayed as in `lots`.

    `evaluation` must be that of `lots`. Equal to evaluating anew up to the 60th digit, at the price of
    the nodes that move: the asset's, the cash leaf's and those above.
    """
    problem = model.problem
    line = model.assets[asset]
    before, after = index(lots[asset]), index(count)
    with exact():
        bought = (after - before) * line.lot * model.prices[asset]
        old_fee = evaluation.order_fees[asset]
        new_fee = order_fee(problem.fees, abs(after * line.lot * model.prices[asset]))
        tax = evaluation.tax
        if line.tax_group is not None and min(before, after) < 0:
            tax += _tax_change(model, evaluation, asset, (before, old_fee), (after, new_fee))
        fees = evaluation.fees - old_fee + new_fee
        spent = bought + (new_fee - old_fee) + (tax - evaluation.tax)
        squares = ZERO
        for node, moved in _moves(model, asset, bought, -spent).items():
            value = evaluation.node_values[node]
            squares += squared_error(model, node, value + moved) - squared_error(model, node, value)
        tracking = evaluation.tracking + squares / (model.whole * model.whole)
        objective = tracking + problem.objective.kappa * (fees + tax) / model.whole
        return Change(objective, tracking, fees, tax, evaluation.residual_cash - spent)


def objective_change(
    model: Model, lots: Sequence[int], evaluation: Evaluation, asset: int, count: int
) -> Decimal:
    """Rise of the objective if `asset` had `count` net lots instead; negative = better."""
    change = evaluate_change(model, lots, evaluation, asset, count)
    with exact():
        return change.objective - evaluation.objective


def squared_error(model: Model, node: int, value: Decimal) -> Decimal:
    """lambda * phi of a node in money squared: one division by W^2 for the whole tree keeps it exact."""
    place = model.nodes[node]
    return place.weight * penalty(value - place.share * model.whole, place.slack * model.whole)


def _taxes(model: Model, counts: Sequence[int], order_fees: Sequence[Decimal]) -> tuple[TaxLine, ...]:
    sales: dict[str, Decimal] = {}
    gains: dict[str, Decimal] = {}
    for i, count in enumerate(counts):
        group = model.assets[i].tax_group
        if group is not None and count < 0:
            sales[group] = sales.get(group, ZERO) - count * model.assets[i].lot * model.prices[i]
            gains[group] = gains.get(group, ZERO) + _gain(model, i, count, order_fees[i])
    groups = model.problem.tax_groups
    return tuple(
        tax_line(groups[name], sales.get(name, ZERO), gains.get(name, ZERO)) for name in sorted(groups)
    )


def _gain(model: Model, asset: int, count: int, fee: Decimal) -> Decimal:
    """Gain of `count` net lots: what a sale brings less what it cost and its fee; 0 for a buy."""
    if count >= 0:
        return ZERO
    line = model.assets[asset]
    # A missing cost counts as 0: the whole price is gain, so that the bill is never understated.
    return -count * line.lot * (model.prices[asset] - (line.average_cost or ZERO)) - fee


def _tax_change(
    model: Model, evaluation: Evaluation, asset: int, old: tuple[int, Decimal], new: tuple[int, Decimal]
) -> Decimal:
    """Rise of the tax of the asset's group when its order goes from `old` to `new` (net lots, fee)."""
    name = model.assets[asset].tax_group
    lot_value = model.assets[asset].lot * model.prices[asset]
    for line in evaluation.taxes:
        if line.group == name:
            group = model.problem.tax_groups[line.group]
            sold_before, sold_after = max(-old[0], 0) * lot_value, max(-new[0], 0) * lot_value
            gained = _gain(model, asset, *new) - _gain(model, asset, *old)
            return (
                tax_line(
                    group,
                    line.sales - group.sales_so_far - sold_before + sold_after,
                    line.gain - group.gain_so_far + gained,
                ).tax
                - line.tax
            )
    return ZERO


def _moves(model: Model, asset: int, bought: Decimal, cash: Decimal) -> dict[int, Decimal]:
    """Node -> change of its value when an asset's and the cash leaf's values change."""
    moves = dict.fromkeys(model.path_to_root(model.leaf_of_asset[asset]), bought)
    if model.cash_leaf >= 0:
        for node in model.path_to_root(model.cash_leaf):
            moves[node] = moves.get(node, ZERO) + cash
    return moves


def _violations(model: Model, traded: Sequence[Decimal], residual: Decimal) -> list[Violation]:
    problem = model.problem
    found: list[Violation] = []
    if residual < problem.minimum_cash:
        found.append(Violation(Limit.MINIMUM_CASH, None, problem.minimum_cash - residual))
    for i, value in enumerate(traded):
        if value != 0:
            found.extend(_violations_of_order(model, i, value))
    return found


def _violations_of_order(model: Model, asset: int, value: Decimal) -> list[Violation]:
    line = model.assets[asset]
    held = line.quantity * model.prices[asset]
    found: list[Violation] = []
    if abs(value) < line.minimum_order:
        found.append(Violation(Limit.MINIMUM_ORDER, line.id, line.minimum_order - abs(value)))
    if value > 0:
        if model.problem.mode is Mode.WITHDRAWAL:
            found.append(Violation(Limit.MODE, line.id))
        if not line.can_buy:
            found.append(Violation(Limit.MAY_NOT_BUY, line.id))
        if line.maximum_weight is not None and held + value > line.maximum_weight * model.whole:
            excess = held + value - line.maximum_weight * model.whole
            found.append(Violation(Limit.MAXIMUM_WEIGHT, line.id, excess))
        return found
    if model.problem.mode is Mode.CONTRIBUTION:
        found.append(Violation(Limit.MODE, line.id))
    if not line.can_sell:
        found.append(Violation(Limit.MAY_NOT_SELL, line.id))
    if held + value < 0:
        found.append(Violation(Limit.HELD_QUANTITY, line.id, -(held + value)))
    return found
