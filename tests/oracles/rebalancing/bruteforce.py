"""The ultimate truth for tiny instances: every feasible combination of whole lots, in Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import prod
from typing import Any

from tests.oracles.rebalancing.checker import Verdict, evaluate, order
from tests.oracles.rebalancing.instance import (
    EXACT,
    ZERO,
    Instance,
    node_values,
    nodes,
    number,
    tax_bill,
    whole,
)
from tests.oracles.rebalancing.lot_ranges import LotRange, lot_ranges

COMBINATIONS_MAX = 3_000_000
TIE = Decimal("1e-40")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that an asset can do: `lots` is signed, 0 = no order."""

    asset: str
    lots: int
    quantity: Decimal
    value: Decimal
    fee: Decimal
    sale: Decimal
    gain: Decimal

    @property
    def cash(self) -> Decimal:
        return -self.value - self.fee


@dataclass(frozen=True, slots=True)
class Truth:
    """All the best plans of an instance (more than one = ties) and their common verdict."""

    plans: tuple[tuple[dict[str, Any], ...], ...]
    verdict: Verdict
    combinations: int


def best(instance: Instance) -> Truth | None:
    """The optimum by enumeration, or `None` when no plan is feasible. Raises if there are too many."""
    with localcontext(EXACT):
        return _Enumeration(instance).run()


def combinations(instance: Instance) -> int:
    """How many plans there are to try, the infeasible ones included."""
    count = {a["id"]: 1 for a in instance["assets"]}
    for reach in lot_ranges(instance):
        count[reach.asset] += reach.last - reach.first + 1
    return prod(count.values())


def choices(instance: Instance) -> list[list[Choice]]:
    """For each asset everything it can do, "no order" first."""
    by_asset: dict[str, list[Choice]] = {}
    raw = {a["id"]: a for a in instance["assets"]}
    for id_ in raw:
        by_asset[id_] = [Choice(id_, 0, ZERO, ZERO, ZERO, ZERO, ZERO)]
    for reach in lot_ranges(instance):
        for lots in range(reach.first, reach.last + 1):
            by_asset[reach.asset].append(_choice(reach, lots, raw[reach.asset]))
    return list(by_asset.values())


def _choice(reach: LotRange, lots: int, asset: dict[str, Any]) -> Choice:
    value = reach.lot_value * lots
    fee = reach.fixed + reach.rate * value
    quantity = reach.lot * lots
    if reach.side == "buy":
        return Choice(reach.asset, lots, quantity, value, fee, ZERO, ZERO)
    gain = ZERO
    if asset.get("tax_group") is not None:
        gain = value - quantity * Decimal(asset["avg_cost"]) - fee
    return Choice(reach.asset, -lots, -quantity, -value, fee, value, gain)


class _Enumeration:
    """Depth-first over the assets; the only cut is cash that no later sale could bring back."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.tree = nodes(instance)
        self.total = whole(instance)
        self.combinations = combinations(instance)
        if self.combinations > COMBINATIONS_MAX:
            raise ValueError(f"{self.combinations} combinations are too many to try")
        self.options = choices(instance)
        self.held = {a["id"]: number(a, "price") * number(a, "quantity") for a in instance["assets"]}
        self.groups = dict(instance.get("tax_groups") or {})
        self.group_of = {a["id"]: a.get("tax_group") for a in instance["assets"]}
        self.min_cash = number(instance, "min_cash")
        self.kappa = Decimal(instance["objective"]["kappa"])
        self.later_cash = [ZERO] * (len(self.options) + 1)
        for i in range(len(self.options) - 1, -1, -1):
            self.later_cash[i] = self.later_cash[i + 1] + max(c.cash for c in self.options[i])
        self.lowest: Decimal | None = None
        self.winners: list[list[Choice]] = []

    def run(self) -> Truth | None:
        self._descend([], number(self.instance, "cash") + number(self.instance, "flow"))
        if not self.winners:
            return None
        plans = [tuple(_orders(w)) for w in self.winners]
        return Truth(tuple(plans), evaluate(self.instance, plans[0]), self.combinations)

    def _descend(self, taken: list[Choice], cash: Decimal) -> None:
        depth = len(taken)
        if cash + self.later_cash[depth] < self.min_cash:
            return
        if depth == len(self.options):
            self._score(taken, cash)
            return
        for choice in self.options[depth]:
            self._descend([*taken, choice], cash + choice.cash)

    def _score(self, taken: list[Choice], cash: Decimal) -> None:
        tax = ZERO
        for id_, group in self.groups.items():
            own = [c for c in taken if self.group_of[c.asset] == id_]
            tax += tax_bill(group, sum((c.sale for c in own), ZERO), sum((c.gain for c in own), ZERO))
        if cash - tax < self.min_cash:
            return
        values = node_values(self.tree, {c.asset: self.held[c.asset] + c.value for c in taken}, cash - tax)
        squares = sum(
            (n.scale * (v - n.share * self.total) ** 2 for n, v in zip(self.tree, values, strict=True)), ZERO
        )
        costs = tax + sum((c.fee for c in taken), ZERO)
        score = squares / self.total**2 + self.kappa * costs / self.total
        if self.lowest is None or score < self.lowest - TIE:
            self.lowest, self.winners = score, [taken]
        elif score <= self.lowest + TIE:
            self.winners.append(taken)


def _orders(taken: list[Choice]) -> list[dict[str, Any]]:
    return [order(c.asset, "buy" if c.lots > 0 else "sell", abs(c.quantity)) for c in taken if c.lots != 0]
