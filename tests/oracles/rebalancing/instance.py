"""Reading of a `rebalancing-instance/1` dictionary: the tree flattened, the costs, the trigger.

Decimal throughout, at a precision where every sum and product of real instances is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

Instance = Mapping[str, Any]

ZERO = Decimal(0)
ONE = Decimal(1)
#: 60 digits: products of prices, quantities, rates and weights stay exact, quotients are good to 1e-59.
EXACT = Context(prec=60)
RELATIVE_SHARE_MIN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree: `share` is its fraction of the whole, `scale` its lambda in the objective."""

    id: str
    parent: int
    share: Decimal
    scale: Decimal
    asset: str | None
    is_cash: bool


@dataclass(frozen=True, slots=True)
class Tier:
    """Fee of an order of a value above `above` and up to `up_to`: `fixed` + `rate` * value."""

    above: Decimal
    up_to: Decimal | None
    fixed: Decimal
    rate: Decimal


def number(source: Mapping[str, Any], key: str, default: str = "0") -> Decimal:
    """A field as Decimal; a missing or null field is `default`."""
    value = source.get(key)
    return Decimal(default) if value is None else Decimal(value)


def whole(instance: Instance) -> Decimal:
    """W: everything held, the cash and the flow, before costs."""
    held = sum((number(a, "price") * number(a, "quantity") for a in instance["assets"]), ZERO)
    return held + number(instance, "cash") + number(instance, "flow")


def nodes(instance: Instance) -> list[Node]:
    """The tree, parents first; assets outside it are leaves under the root with target 0."""
    relative = instance["objective"]["metric"] == "relative"
    found: list[Node] = []

    def add(id_: str, parent: int, share: Decimal, asset: str | None, *, is_cash: bool) -> int:
        scale = ONE / max(share, RELATIVE_SHARE_MIN) if relative else ONE
        found.append(Node(id_, parent, share, scale, asset, is_cash))
        return len(found) - 1

    def visit(raw: Mapping[str, Any], parent: int, share: Decimal) -> None:
        index = add(raw["id"], parent, share, raw.get("asset"), is_cash=bool(raw.get("cash")))
        for child in raw.get("children", ()):
            visit(child, index, share * Decimal(child["weight"]) / 100)

    visit(instance["targets"], -1, ONE)
    targeted = {node.asset for node in found}
    for asset in instance["assets"]:
        if asset["id"] not in targeted:
            add(f"untargeted:{asset['id']}", 0, ZERO, asset["id"], is_cash=False)
    return found


def node_values(tree: list[Node], asset_values: Mapping[str, Decimal], cash: Decimal) -> list[Decimal]:
    """Money below every node of `tree`; the cash counts only where the tree has a cash leaf."""
    values = [ZERO] * len(tree)
    for index in range(len(tree) - 1, -1, -1):
        node = tree[index]
        if node.asset is not None:
            values[index] += asset_values[node.asset]
        elif node.is_cash:
            values[index] += cash
        if node.parent >= 0:
            values[node.parent] += values[index]
    return values


def tiers(instance: Instance) -> list[Tier]:
    """The fee schedule as brackets; without brackets, one that has no end."""
    fees = instance.get("fees") or {}
    if not fees.get("tiers"):
        return [Tier(ZERO, None, number(fees, "fixed"), number(fees, "rate"))]
    brackets = []
    above = ZERO
    for raw in fees["tiers"]:
        up_to = None if raw["up_to"] is None else Decimal(raw["up_to"])
        brackets.append(Tier(above, up_to, number(raw, "fixed"), number(raw, "rate")))
        above = up_to if up_to is not None else above
    return brackets


def fee_of(brackets: list[Tier], value: Decimal) -> Decimal:
    """Fee of one order of this value; the whole order pays the bracket of its value."""
    for tier in brackets:
        if tier.up_to is None or value <= tier.up_to:
            return tier.fixed + tier.rate * value
    raise ValueError(f"no fee bracket for an order of {value}")


def tax_bill(group: Mapping[str, Any], sales: Decimal, gain: Decimal) -> Decimal:
    """The month's tax of a group once the plan's `sales` and `gain` are added to the month so far."""
    all_sales = number(group, "sales_so_far") + sales
    if group.get("exempt_sales") is not None and all_sales <= number(group, "exempt_sales"):
        return ZERO
    taxable = number(group, "gain_so_far") + gain - number(group, "loss_carry")
    return number(group, "rate") * max(ZERO, taxable)


def inside_bands(instance: Instance) -> bool:
    """Whether a threshold strategy without a flow has no node out of its band, so that nothing may trade."""
    strategy = instance.get("strategy") or {"type": "none"}
    if strategy["type"] != "threshold" or number(instance, "flow") != 0:
        return False
    if strategy.get("basis", "portfolio") != "portfolio":
        raise ValueError(f"the referee knows bands on the portfolio only, not {strategy['basis']!r}")
    tree = nodes(instance)
    held = {a["id"]: number(a, "price") * number(a, "quantity") for a in instance["assets"]}
    cash = number(instance, "cash")
    start = sum(held.values(), ZERO) + (cash if any(n.is_cash for n in tree) else ZERO)
    for node, value in zip(tree, node_values(tree, held, cash), strict=True):
        widths = []
        if strategy.get("absolute") is not None:
            widths.append(Decimal(strategy["absolute"]))
        if strategy.get("relative") is not None:
            widths.append(Decimal(strategy["relative"]) * node.share)
        # On products rather than quotients: the edge of a band stays exact.
        if widths and abs(value - node.share * start) > min(widths) * start:
            return False
    return True
