"""The checker: what a list of orders is worth on an instance, and which rules it breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from tests.oracles.rebalancing.instance import (
    EXACT,
    ZERO,
    Instance,
    fee_of,
    inside_bands,
    node_values,
    nodes,
    number,
    tax_bill,
    tiers,
    whole,
)

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The exact value of a plan; `violations` is empty when it is feasible."""

    objective: Decimal
    tracking: Decimal
    fees: Decimal
    tax: Decimal
    residual_cash: Decimal
    weights: dict[str, Decimal]
    violations: tuple[str, ...]

    @property
    def is_feasible(self) -> bool:
        return not self.violations


def order(asset: str, side: str, quantity: Decimal) -> dict[str, Any]:
    """An order in the form of the instances' `optimum`."""
    return {"asset": asset, "side": side, "quantity": str(quantity)}


def evaluate(instance: Instance, orders: Iterable[Order]) -> Verdict:
    """Objective, costs, cash and weights of `orders`, and every rule that they break."""
    with localcontext(EXACT):
        return _evaluate(instance, list(orders))


def _evaluate(instance: Instance, orders: list[Order]) -> Verdict:
    assets = {a["id"]: a for a in instance["assets"]}
    brackets = tiers(instance)
    quantities = {id_: number(a, "quantity") for id_, a in assets.items()}
    groups: dict[str, Mapping[str, Any]] = dict(instance.get("tax_groups") or {})
    sales, gains = dict.fromkeys(groups, ZERO), dict.fromkeys(groups, ZERO)
    cash, fees = number(instance, "cash") + number(instance, "flow"), ZERO
    for item in orders:
        asset, quantity = assets[item["asset"]], Decimal(item["quantity"])
        value = quantity * number(asset, "price")
        fee = fee_of(brackets, value)
        fees += fee
        if item["side"] == "buy":
            quantities[item["asset"]] += quantity
            cash -= value + fee
            continue
        quantities[item["asset"]] -= quantity
        cash += value - fee
        if asset.get("tax_group") is not None:
            sales[asset["tax_group"]] += value
            gains[asset["tax_group"]] += value - quantity * Decimal(asset["avg_cost"]) - fee
    tax = sum((tax_bill(g, sales[id_], gains[id_]) for id_, g in groups.items()), ZERO)
    residual = cash - tax

    total = whole(instance)
    tree = nodes(instance)
    values = node_values(tree, {i: q * number(assets[i], "price") for i, q in quantities.items()}, residual)
    squares = (n.scale * (v - n.share * total) ** 2 for n, v in zip(tree, values, strict=True))
    tracking = sum(squares, ZERO) / total**2
    objective = tracking + Decimal(instance["objective"]["kappa"]) * (fees + tax) / total
    weights = {n.id: v / total for n, v in zip(tree, values, strict=True)}
    broken = _violations(instance, orders, quantities, total, residual)
    return Verdict(objective, tracking, fees, tax, residual, weights, tuple(broken))


def _violations(
    instance: Instance,
    orders: list[Order],
    quantities: Mapping[str, Decimal],
    total: Decimal,
    residual: Decimal,
) -> list[str]:
    broken = []
    names = [item["asset"] for item in orders]
    broken += [f"{name}: more than one order" for name in sorted(set(names)) if names.count(name) > 1]
    assets = {a["id"]: a for a in instance["assets"]}
    for item in orders:
        broken += _violations_of_order(instance, assets[item["asset"]], item, quantities, total)
    if residual < number(instance, "min_cash"):
        broken.append(f"cash after {residual} is below the minimum {number(instance, 'min_cash')}")
    if orders and inside_bands(instance):
        broken.append("every node is inside its band: nothing may trade")
    return broken


def _violations_of_order(
    instance: Instance,
    asset: Mapping[str, Any],
    item: Order,
    quantities: Mapping[str, Decimal],
    total: Decimal,
) -> list[str]:
    name, side, price = asset["id"], item["side"], Decimal(asset["price"])
    quantity = Decimal(item["quantity"])
    rules = {
        f"side {side!r}": side not in ("buy", "sell"),
        "quantity is not positive": quantity <= 0,
        f"{quantity} is not a multiple of the lot {asset['lot']}": quantity % Decimal(asset["lot"]) != 0,
        f"order below the minimum {asset.get('min_order')}": quantity * price < number(asset, "min_order"),
        "sells more than is held": quantities[name] < 0,
        "may not be bought": side == "buy" and not asset.get("can_buy", True),
        "may not be sold": side == "sell" and not asset.get("can_sell", True),
        "a withdrawal buys nothing": side == "buy" and instance["mode"] == "withdrawal",
        "a contribution sells nothing": side == "sell" and instance["mode"] == "contribution",
        "bought above its maximum weight": side == "buy"
        and asset.get("max_weight") is not None
        and quantities[name] * price > Decimal(asset["max_weight"]) * total,
    }
    return [f"{name}: {rule}" for rule, is_broken in rules.items() if is_broken]
