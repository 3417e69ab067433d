"""Seeded random instances of the schema: the same profile, size and seed give the same instance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.oracles.rebalancing.checker import evaluate, order

CENT = Decimal("0.01")
ATTEMPTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Profile:
    """What a family is like. `flow` is a fraction of what is held; `features` switch on rules."""

    mode: str = "contribution"
    flow: str = "0.05"
    lots: tuple[str, ...] = ("1",)
    levels: int = 2
    metric: str = "absolute"
    kappas: tuple[str, ...] = ("1",)
    features: frozenset[str] = field(default_factory=frozenset)


def _having(*features: str) -> frozenset[str]:
    return frozenset(features)


_COSTLY = ("0.5", "1", "4", "12.5")

PROFILES: dict[str, Profile] = {
    "flow-5": Profile(),
    "flow-50": Profile(flow="0.5"),
    "flat": Profile(flow="0.2", levels=1),
    "from-zero": Profile(levels=1, features=_having("empty")),
    "lots-mixed": Profile(flow="0.3", lots=("100", "1", "0.01")),
    "lot-100": Profile(flow="0.3", lots=("100",)),
    "nested-3": Profile(flow="0.1", levels=3),
    "relative": Profile(flow="0.2", metric="relative"),
    "relative-full": Profile(mode="full", flow="0", metric="relative"),
    "full": Profile(mode="full", flow="0"),
    "withdrawal": Profile(mode="withdrawal", flow="-0.1"),
    "minimum-order": Profile(flow="0.2", features=_having("minimum_order")),
    "fixed-fees": Profile(flow="0.1", kappas=_COSTLY, features=_having("fixed")),
    "proportional": Profile(mode="full", flow="0", kappas=_COSTLY, features=_having("rate")),
    "tiered": Profile(flow="0.2", kappas=_COSTLY, features=_having("tiers")),
    "fees-minimum": Profile(mode="full", flow="0.05", features=_having("fixed", "rate", "minimum_order")),
    "taxes": Profile(mode="full", flow="0.02", kappas=_COSTLY, features=_having("taxes")),
    "tax-withdrawal": Profile(mode="withdrawal", flow="-0.15", features=_having("taxes", "fixed")),
    "limits": Profile(mode="full", flow="0.2", features=_having("maximum_weight", "flags")),
    "cash-leaf": Profile(mode="full", flow="0.05", features=_having("cash_leaf", "minimum_cash")),
    "untargeted": Profile(mode="full", flow="0.1", features=_having("untargeted", "zero_target")),
    "threshold": Profile(mode="full", flow="0", features=_having("threshold")),
    "everything": Profile(
        mode="full",
        flow="0.05",
        lots=("100", "1"),
        kappas=_COSTLY,
        features=_having(
            "taxes",
            "fixed",
            "rate",
            "minimum_order",
            "maximum_weight",
            "flags",
            "cash_leaf",
            "untargeted",
            "minimum_cash",
        ),
    ),
}

#: The profiles in which an order costs something or has a least size.
COSTLY = tuple(
    name
    for name, profile in PROFILES.items()
    if profile.features & {"fixed", "rate", "tiers", "taxes", "minimum_order"}
)


def generate(profile: str, n: int, seed: int, *, scale: str = "1") -> dict[str, Any]:
    """A solvable instance of `n` assets (2..40). Raises `ValueError` when none came up in 50 attempts.

    `scale` multiplies the wealth: a small one gives few lots per asset, for the brute force.
    """
    for attempt in range(ATTEMPTS_MAX):
        rng = random.Random(f"{profile}/{n}/{seed}/{attempt}")
        instance = _draw(PROFILES[profile], n, Decimal(scale), rng)
        instance["id"] = f"{profile}-{n}-{seed}"
        instance["description"] = f"random: profile {profile}, {n} assets, seed {seed}"
        if _is_solvable(instance):
            return instance
    raise ValueError(f"no solvable instance of {profile} with {n} assets and seed {seed}")


def _draw(profile: Profile, n: int, scale: Decimal, rng: random.Random) -> dict[str, Any]:
    features = profile.features
    wealth = scale * (rng.randint(200_000, 900_000) if "100" in profile.lots else rng.randint(5_000, 60_000))
    extra = min(2, n - 1) if "untargeted" in features else 0
    names = [f"A{i:02d}" for i in range(n)]
    tree, shares = _tree(profile, names[: n - extra], rng)
    assets = []
    for name in names:
        share = shares.get(name, Decimal("0.03"))
        assets.append(_asset(profile, name, share * wealth, rng))
    held = sum((Decimal(a["price"]) * Decimal(a["quantity"]) for a in assets), Decimal(0))
    flow = (Decimal(profile.flow) * held).quantize(CENT) if "empty" not in features else wealth
    instance: dict[str, Any] = {
        "schema": "rebalancing-instance/1",
        "mode": profile.mode,
        "cash": _text(wealth * Decimal(rng.randint(0, 200)) / 10_000),
        "flow": _text(flow),
        "min_cash": _text(wealth / 200) if "minimum_cash" in features else "0",
        "assets": assets,
        "targets": tree,
        "objective": {"metric": profile.metric, "kappa": rng.choice(profile.kappas)},
        "strategy": {"type": "none"},
    }
    if "threshold" in features:
        instance["strategy"] = {
            "type": "threshold",
            "absolute": "0.05",
            "relative": "0.25",
            "basis": "portfolio",
        }
    if fees := _fees(features, wealth, rng):
        instance["fees"] = fees
    if "taxes" in features:
        instance["tax_groups"] = _tax_groups(wealth, rng)
    return instance


def _asset(profile: Profile, name: str, target: Decimal, rng: random.Random) -> dict[str, Any]:
    features = profile.features
    lot = rng.choice(profile.lots)
    price = Decimal(round(5 * 30 ** rng.random() * 100)) / 100
    if lot == "0.01":
        price = price * 50
    held = Decimal(0)
    if "empty" not in features:
        # A real wallet also holds odd remainders below the lot.
        step = Decimal(lot) if rng.random() < 0.8 else min(Decimal(1), Decimal(lot))
        noise = 0.12 if "threshold" in features else 0.7
        drift = Decimal(repr(round(rng.uniform(1 - noise, 1 + noise), 4)))
        held = (target * drift / price // step) * step
    asset: dict[str, Any] = {"id": name, "price": _text(price), "quantity": str(held), "lot": lot}
    if "taxes" in features and rng.random() < 0.85:
        asset["avg_cost"] = _text(price * Decimal(rng.randint(40, 120)) / 100)
        asset["tax_group"] = rng.choice(["br_stock", "br_stock", "fii"])
    if "minimum_order" in features and rng.random() < 0.7:
        asset["min_order"] = _text(target * Decimal(rng.randint(5, 60)) / 100)
    if "flags" in features:
        asset["can_buy"] = rng.random() < 0.8
        asset["can_sell"] = rng.random() < 0.8
    return asset | _maximum_weight(features, target, held * price, rng)


def _maximum_weight(
    features: frozenset[str], target: Decimal, held: Decimal, rng: random.Random
) -> dict[str, str]:
    if "maximum_weight" not in features or target == 0 or rng.random() < 0.5:
        return {}
    return {"max_weight": str((Decimal(rng.randint(5, 40)) / 100).quantize(CENT))}


def _fees(features: frozenset[str], wealth: Decimal, rng: random.Random) -> dict[str, Any]:
    if "tiers" in features:
        edge = _text(wealth * Decimal(rng.randint(1, 4)) / 100)
        far = _text(wealth * Decimal(rng.randint(5, 9)) / 100)
        return {
            "tiers": [
                {"up_to": edge, "fixed": _text(wealth / 10_000), "rate": "0.004"},
                {"up_to": far, "fixed": _text(wealth / 4_000), "rate": "0.001"},
                {"up_to": None, "fixed": "0", "rate": "0.0005"},
            ]
        }
    fees = {}
    if "fixed" in features:
        fees["fixed"] = _text(wealth * Decimal(rng.randint(1, 15)) / 10_000)
    if "rate" in features:
        fees["rate"] = rng.choice(["0.0003", "0.001", "0.005"])
    return fees


def _tax_groups(wealth: Decimal, rng: random.Random) -> dict[str, Any]:
    edge = wealth * Decimal(rng.randint(1, 12)) / 100
    return {
        "br_stock": {
            "rate": "0.15",
            "exempt_sales": _text(edge),
            "loss_carry": _text(wealth * Decimal(rng.choice([0, 0, 1, 3])) / 100),
            "sales_so_far": _text(edge * Decimal(rng.choice([0, 0, 30, 130])) / 100),
            "gain_so_far": _text(wealth * Decimal(rng.choice([-100, 0, 0, 50])) / 10_000),
        },
        "fii": {"rate": "0.20", "loss_carry": _text(wealth * Decimal(rng.choice([0, 0, 1])) / 100)},
    }


def _tree(
    profile: Profile, names: Sequence[str], rng: random.Random
) -> tuple[dict[str, Any], dict[str, Decimal]]:
    shares: dict[str, Decimal] = {}
    counter = iter(range(10_000))

    def node(members: Sequence[str], levels: int, share: Decimal, *, is_root: bool) -> dict[str, Any]:
        has_cash = is_root and "cash_leaf" in profile.features
        if levels == 1 or len(members) == 1:
            parts: list[Sequence[str]] = [[m] for m in members]
        else:
            parts = _parts(members, levels, rng)
        weights = _weights(len(parts) + has_cash, rng, has_zero="zero_target" in profile.features and is_root)
        children = []
        for part, weight in zip(parts, weights, strict=False):
            below = share * weight / 100
            if levels > 1 and (len(parts) > 1 or len(part) > 1):
                child = node(part, levels - 1, below, is_root=False)
            else:
                shares[part[0]] = below
                child = {"id": f"leaf-{part[0]}", "asset": part[0]}
            children.append({"id": child["id"], "weight": str(weight)} | child)
        if has_cash:
            children.append({"id": "cash", "weight": str(weights[-1]), "cash": True})
        name = "root" if is_root else f"class-{next(counter)}"
        return {"id": name, "children": children}

    return node(names, profile.levels, Decimal(1), is_root=True), shares


def _parts(members: Sequence[str], levels: int, rng: random.Random) -> list[Sequence[str]]:
    count = max(2, min(len(members), round(len(members) ** (1 / levels))))
    cuts = [0, *sorted(rng.sample(range(1, len(members)), count - 1)), len(members)]
    return [members[a:b] for a, b in pairwise(cuts)]


def _weights(count: int, rng: random.Random, *, has_zero: bool) -> list[Decimal]:
    """Percent with two decimals that sum to exactly 100."""
    raw = [rng.randint(20, 200) for _ in range(count)]
    if has_zero and count > 2:
        raw[0] = 0
    total = sum(raw)
    hundredths = [r * 10_000 // total for r in raw]
    hundredths[-1] += 10_000 - sum(hundredths)
    return [Decimal(h) / 100 for h in hundredths]


def _is_solvable(instance: dict[str, Any]) -> bool:
    """Whether no order, or selling all that may be sold, is a feasible plan."""
    sales = []
    for asset in instance["assets"]:
        quantity = Decimal(asset["quantity"]) // Decimal(asset["lot"]) * Decimal(asset["lot"])
        if quantity * Decimal(asset["price"]) >= Decimal(asset.get("min_order", "0.01")):
            sales.append(order(asset["id"], "sell", quantity))
    plans: list[list[dict[str, Any]]] = [[], sales]
    return any(evaluate(instance, plan).is_feasible for plan in plans)


def _text(amount: Decimal) -> str:
    return str(amount.quantize(CENT))
