"""What comes after a plan, and the same portfolio said in another way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.plan import Side, Solution
from fiel.rebalancing.problem import FeeSchedule, FeeTier, Problem, TaxGroup

Money = Decimal | None


def net(solution: Solution) -> dict[str, Decimal]:
    """Quantity ordered of each asset that is ordered: positive buys, negative sells."""
    signs = {Side.BUY: 1, Side.SELL: -1}
    return {order.asset: signs[order.side] * order.quantity for order in solution.orders}


def said(solution: Solution) -> dict[str, str]:
    """The same, as one reads it: `{"A": "+20", "B": "-5"}`."""
    return {asset: f"{quantity.normalize():+f}" for asset, quantity in net(solution).items()}


def carried_out(given: Problem, solution: Solution) -> Problem:
    """The portfolio once the orders are executed at the same prices and the flow has gone through."""
    moved = net(solution)
    assets = tuple(replace(a, quantity=a.quantity + moved.get(a.id, Decimal(0))) for a in given.assets)
    return replace(given, assets=assets, cash=solution.residual_cash, flow=Decimal(0))


def reversed_everywhere(given: Problem) -> Problem:
    """The same portfolio with its assets, its tax groups and the children of every node in reverse order."""
    return replace(
        given,
        assets=given.assets[::-1],
        targets=_reversed(given.targets),
        tax_groups=dict(reversed(list(given.tax_groups.items()))),
    )


def in_other_money(given: Problem, power: int) -> Problem:
    """The same portfolio with every amount of money times 10^power, exactly."""

    def money(amount: Money) -> Money:
        return None if amount is None else amount.scaleb(power)

    return replace(
        given,
        assets=tuple(
            replace(
                a,
                price=money(a.price),
                average_cost=money(a.average_cost),
                minimum_order=a.minimum_order.scaleb(power),
            )
            for a in given.assets
        ),
        cash=given.cash.scaleb(power),
        flow=given.flow.scaleb(power),
        minimum_cash=given.minimum_cash.scaleb(power),
        fees=_fees(given.fees, money),
        tax_groups={name: _group(group, money) for name, group in given.tax_groups.items()},
    )


def in_other_units(given: Problem, power: int) -> Problem:
    """The same portfolio with assets counted in units 10^power times smaller (a split of every share)."""
    return replace(
        given,
        assets=tuple(
            replace(
                a,
                price=None if a.price is None else a.price.scaleb(-power),
                average_cost=None if a.average_cost is None else a.average_cost.scaleb(-power),
                quantity=a.quantity.scaleb(power),
                lot=a.lot.scaleb(power),
            )
            for a in given.assets
        ),
    )


def _reversed(node: TargetNode) -> TargetNode:
    return replace(node, children=tuple(_reversed(child) for child in node.children[::-1]))


def _fees(fees: FeeSchedule, money: Callable[[Money], Money]) -> FeeSchedule:
    tiers = tuple(FeeTier(money(t.up_to), money(t.fixed) or Decimal(0), t.rate) for t in fees.tiers)
    return FeeSchedule(money(fees.fixed) or Decimal(0), fees.rate, tiers)


def _group(group: TaxGroup, money: Callable[[Money], Money]) -> TaxGroup:
    return TaxGroup(
        group.id,
        group.rate,
        money(group.exempt_sales),
        money(group.loss_carry) or Decimal(0),
        money(group.sales_so_far) or Decimal(0),
        money(group.gain_so_far) or Decimal(0),
    )
