"""Hypothesis strategies for small portfolios of any shape, as instances that the referees read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

CENT = Decimal("0.01")
TAX_GROUPS = ("shares", "funds")


@dataclass(frozen=True, slots=True)
class Family:
    """What the drawn portfolios are like. `held_max` counts lots; `costs`: fees, taxes, least orders."""

    assets: tuple[int, int] = (2, 8)
    held_max: int = 40
    levels: int = 3
    modes: tuple[str, ...] = ("contribution", "full", "withdrawal")
    lots: tuple[str, ...] = ("1", "1", "1", "100", "0.01")
    costs: bool = True
    minimum_orders: bool = True


ANY = Family()
FREE = Family(costs=False, minimum_orders=False)
TINY = Family(assets=(2, 3), held_max=5, levels=2, lots=("1", "1", "100"))


@st.composite
def instances(draw: st.DrawFn, family: Family = ANY) -> dict[str, Any]:
    """An instance of the family, most of them solvable (a withdrawal asks for less than is there)."""
    names = [f"A{i}" for i in range(draw(st.integers(*family.assets)))]
    untargeted = 1 if len(names) > 2 and draw(st.integers(0, 5)) == 0 else 0
    assets = [_asset(draw, family, name) for name in names]
    held = sum((Decimal(a["price"]) * Decimal(a["quantity"]) for a in assets), Decimal(0))
    largest = max(Decimal(a["price"]) * Decimal(a["lot"]) for a in assets)
    mode = draw(st.sampled_from(family.modes))
    cash = _percent(draw, largest, 0, 150) + CENT
    flow = _flow(draw, mode, held, cash, largest)
    minimum_cash = Decimal(0) if draw(st.booleans()) else _percent(draw, cash, 0, 50)
    instance: dict[str, Any] = {
        "schema": "rebalancing-instance/1",
        "id": "drawn",
        "mode": mode,
        "cash": str(cash),
        "flow": str(flow),
        "min_cash": str(minimum_cash),
        "assets": assets,
        "targets": _tree(draw, family, names[: len(names) - untargeted]),
        "objective": {
            "metric": draw(st.sampled_from(["absolute", "relative"])),
            "kappa": draw(st.sampled_from(["0", "0.5", "1", "12.5"])),
        },
        "strategy": {"type": "none"},
    }
    if family.costs:
        instance["fees"] = _fees(draw, largest)
        instance["tax_groups"] = _tax_groups(draw, held + largest)
    return instance


def _asset(draw: st.DrawFn, family: Family, name: str) -> dict[str, Any]:
    lot = Decimal(draw(st.sampled_from(family.lots)))
    price = Decimal(draw(st.integers(100, 9999))) / 100
    if lot < 1:
        price = price * 100
    remainder = lot / 4 if draw(st.integers(0, 4)) == 0 else Decimal(0)
    quantity = draw(st.integers(0, family.held_max)) * lot + remainder
    asset: dict[str, Any] = {"id": name, "price": str(price), "quantity": str(quantity), "lot": str(lot)}
    rarely = draw(st.integers(0, 11))
    if rarely < 3:
        asset |= ({"can_buy": False}, {"can_sell": False}, {"max_weight": "0.3"})[rarely]
    if family.minimum_orders and draw(st.integers(0, 3)) == 0:
        asset["min_order"] = str(_percent(draw, price * lot, 50, 400))
    if family.costs and draw(st.booleans()):
        asset["tax_group"] = draw(st.sampled_from(TAX_GROUPS))
        asset["avg_cost"] = str(_percent(draw, price, 30, 130))
    return asset


def _flow(draw: st.DrawFn, mode: str, held: Decimal, cash: Decimal, largest: Decimal) -> Decimal:
    if mode == "contribution":
        return _percent(draw, held + largest, 0, 80) + CENT
    if mode == "full":
        return max(_percent(draw, held + largest, -20, 50), CENT - cash)
    return -_percent(draw, held / 2 + cash, 0, 90)


def _percent(draw: st.DrawFn, amount: Decimal, least: int, most: int) -> Decimal:
    return (amount * draw(st.integers(least, most)) / 100).quantize(CENT)


def _fees(draw: st.DrawFn, largest: Decimal) -> dict[str, Any]:
    fixed = str(_percent(draw, largest, 0, 30))
    rate = draw(st.sampled_from(["0", "0.0003", "0.01"]))
    kind = draw(st.sampled_from(["free", "plain", "tiers"]))
    if kind == "tiers":
        edge = str(_percent(draw, largest, 80, 300))
        return {
            "tiers": [
                {"up_to": edge, "fixed": "0", "rate": "0.01"},
                {"up_to": None, "fixed": fixed, "rate": rate},
            ]
        }
    return {} if kind == "free" else {"fixed": fixed, "rate": rate}


def _tax_groups(draw: st.DrawFn, wealth: Decimal) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for name in TAX_GROUPS:
        groups[name] = {
            "rate": draw(st.sampled_from(["0.15", "0.2"])),
            "loss_carry": str(_percent(draw, wealth, 0, 5)) if draw(st.booleans()) else "0",
        }
        if draw(st.booleans()):
            groups[name]["exempt_sales"] = str(_percent(draw, wealth, 1, 30))
            groups[name]["sales_so_far"] = str(_percent(draw, wealth, 0, 20))
    return groups


def _tree(draw: st.DrawFn, family: Family, names: Sequence[str]) -> dict[str, Any]:
    has_cash = draw(st.integers(0, 4)) == 0
    return {"id": "root", "children": _children(draw, family.levels, names, "class", has_cash=has_cash)}


def _children(
    draw: st.DrawFn, levels: int, names: Sequence[str], path: str, *, has_cash: bool
) -> list[dict[str, Any]]:
    parts: list[Sequence[str]] = [[name] for name in names]
    if levels > 1 and len(names) > 2:
        cuts = draw(st.sets(st.integers(1, len(names) - 1), max_size=len(names) - 1))
        ends = [0, *sorted(cuts), len(names)]
        parts = [names[a:b] for a, b in pairwise(ends)]
    weights = _weights(draw, len(parts) + has_cash)
    children: list[dict[str, Any]] = []
    for i, (part, weight) in enumerate(zip(parts, weights, strict=False)):
        if len(part) == 1:
            children.append({"id": f"leaf-{part[0]}", "weight": weight, "asset": part[0]})
        else:
            below = _children(draw, levels - 1, part, f"{path}-{i}", has_cash=False)
            children.append({"id": f"{path}-{i}", "weight": weight, "children": below})
    if has_cash:
        children.append({"id": "cash", "weight": weights[-1], "cash": True})
    return children


def _weights(draw: st.DrawFn, count: int) -> list[str]:
    """Percent with two decimals that sum to exactly 100; some may be zero."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=count - 1, max_size=count - 1)))
    return [str(Decimal(b - a) / 100) for a, b in pairwise([0, *cuts, 10_000])]
