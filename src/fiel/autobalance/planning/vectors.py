"""A group on arrays: drift and best lots of hundreds of portfolios at once. Needs numpy.

Floats only judge and search: what is near a band is settled in Decimal, and what is ordered is whole
numbers (`orders`). A portfolio's answer does not depend on who else is in the group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.planning.groups import Group, exact_fact, in_money
from fiel.autobalance.planning.searching import Found, Unanswerable, Wished
from fiel.autobalance.triggers import DriftFacts
from fiel.custody.accounts import QUANTITY_SCALE
from fiel.kernel.errors import Rejected
from fiel.kernel.money import currency_decimals
from fiel.rebalancing.fleet.orders import batch_orders
from fiel.rebalancing.model import Model

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: Part of the whole within which only the exact rule says whether a node is out of its band. Sums of a few
#: hundred products of exact numbers are wrong by less than a thousandth of this.
NEAR = 1e-10
#: Lots worth less than this part of the whole are searched in tens, hundreds... of them.
_FINE = Decimal("1e-8")
_ONE = Decimal(1)


class Vectors:
    """The members of a group as rows, its assets as columns (in the order of `Group.tickers`)."""

    def __init__(self, group: Group, units: Mapping[str, int]) -> None:
        self.group = group
        self.units = units
        flat = group.template.model
        self.free: I64 = np.array([member.free for member in group.members], np.int64).reshape(
            len(group.members), len(group.tickers)
        )
        cents = np.array([member.account.available for member in group.members], np.float64)
        self.cash: F64 = cents / 10.0 ** currency_decimals(group.currency)
        self.held: F64 = self.free / QUANTITY_SCALE
        prices = np.array([units.get(ticker, 0) for ticker in group.tickers], np.float64) / 1e9
        worth = self.held * prices
        self.values: F64 = worth @ _membership(flat)
        if flat.cash_leaf >= 0:
            for node in flat.path_to_root(flat.cash_leaf):
                self.values[:, node] += self.cash
        self.whole: F64 = worth.sum(axis=1) + self.cash
        self.shares: F64 = np.array([float(node.share) for node in flat.nodes])

    def facts(self) -> list[DriftFacts]:
        """The drift of each member."""
        base = self.values[:, 0]
        empty = base <= 0
        safe = np.where(empty, 1.0, base)
        errors = np.abs(self.values[:, 1:] / safe[:, None] - self.shares[1:])
        worst = errors.max(axis=1, initial=0.0)
        excess = np.full(len(base), -np.inf)
        for node, of, weight, limit in self.group.template.limits:
            whole = self.values[:, of]
            error = np.abs(self.values[:, node] - float(weight) * whole) - float(limit) * whole
            # An empty base holds 0 % of everything: left to the exact rule.
            excess = np.maximum(excess, np.where(whole == 0, 0.0, error / safe))
        near = np.abs(excess) <= NEAR
        prices: dict[str, Decimal] = {}
        found = []
        for row, (nothing, out, close, far) in enumerate(
            zip(empty.tolist(), (excess > 0).tolist(), near.tolist(), worst.tolist(), strict=True)
        ):
            if close or nothing:
                prices = prices or in_money(self.units)
                found.append(exact_fact(self.group, self.group.members[row], prices))
            else:
                found.append(DriftFacts(out, Decimal(f"{far:.6f}")))
        return found

    def search(self, rows: Sequence[int], nodes: int) -> list[Found]:
        """The best lots of some members, in the order of `rows`."""
        found: dict[int, Found] = {}
        members = self.group.members
        model = members[0].subject.model
        prices = in_money(self.units)
        short = np.any(self.free < 0, axis=1)
        searched: dict[tuple[Decimal, ...], list[int]] = {}
        lots = self._lots(model, prices)
        for row in rows:
            if short[row] or self.whole[row] <= 0:
                found[row] = Unanswerable("quantity_negative: orders hold more than there is")
            else:
                searched.setdefault(lots(self.whole[row]), []).append(row)
        for coarse, several in searched.items():
            template = _searchable(self.group, model, prices, coarse)
            try:
                answers = self._searched(template, several, nodes)
            except Rejected as refusal:
                answers = [Unanswerable(f"{refusal.code}: {refusal}")] * len(several)
            found |= dict(zip(several, answers, strict=True))
        return [found[row] for row in rows]

    def _lots(
        self, model: BalanceModel, prices: Mapping[str, Decimal]
    ) -> Callable[[float], tuple[Decimal, ...]]:
        """The lots to search a portfolio of a given worth in: by its decade, whoever else is searched."""
        known: dict[int, tuple[Decimal, ...]] = {}

        def lots(whole: float) -> tuple[Decimal, ...]:
            decade = floor(log10(whole)) + 1
            if decade not in known:
                most = Decimal(10) ** decade
                known[decade] = tuple(
                    _coarse(model.assets[ticker].lot, prices.get(ticker, _ONE), most)
                    for ticker in self.group.tickers
                )
            return known[decade]

        return lots

    def _searched(self, template: Model, several: list[int], nodes: int) -> list[Found]:
        rules = self.group.members[0].subject.model
        minimum = float(rules.minimum_cash)
        result = batch_orders(template, self.held[several], self.cash[several], minimum, nodes_max=nodes)
        lots = np.array([int(asset.lot * QUANTITY_SCALE) for asset in template.assets], np.int64)
        free = self.free[several]
        wished = np.maximum(result.lots * lots, -free)
        # What is to be sold off goes to its last fine lot, which the search did not look at.
        finest = np.array([int(rules.assets[t].lot * QUANTITY_SCALE) for t in self.group.tickers], np.int64)
        off = np.array([not wanted for wanted in self.group.template.targeted]) & (wished < 0)
        wished = np.where(off & (free + wished < lots), -(free // finest * finest), wished)
        gains = self.whole[several] * (self._tracking(several) - result.objective)
        return [
            Wished(quantities, Decimal(f"{gain:.4f}"))
            if is_found
            else Unanswerable("no_feasible_plan: no lots keep the minimum cash")
            for quantities, gain, is_found in zip(
                wished.tolist(), gains.tolist(), result.found.tolist(), strict=True
            )
        ]

    def _tracking(self, several: list[int]) -> F64:
        whole = self.whole[several][:, None]
        errors = self.values[several] / whole - self.shares
        squares: F64 = (errors * errors).sum(axis=1)
        return squares


def _membership(model: Model) -> F64:
    """[assets, nodes]: 1 where an asset's value is part of a node's."""
    found = np.zeros((len(model.assets), len(model.nodes)))
    for asset, leaf in enumerate(model.leaf_of_asset):
        found[asset, model.path_to_root(leaf)] = 1.0
    return found


def _coarse(lot: Decimal, price: Decimal, whole: Decimal) -> Decimal:
    """The least ten, hundred... lots that a portfolio of this worth can be searched in."""
    while lot * price < whole * _FINE:
        lot *= 10
    return lot


def _searchable(
    group: Group, model: BalanceModel, prices: Mapping[str, Decimal], lots: tuple[Decimal, ...]
) -> Model:
    """The group's model at these prices and in these lots. Its own holdings and money are not used."""
    flat = group.template.model
    lines = []
    for asset, lot in zip(flat.assets, lots, strict=True):
        rules, price = model.assets[asset.id], prices.get(asset.id)
        # Without a price it is neither held nor wanted by whoever came so far.
        can_buy = rules.can_buy and price is not None
        lines.append(replace(asset, price=price or _ONE, lot=lot, can_buy=can_buy, can_sell=rules.can_sell))
    assets = tuple(lines)
    return replace(
        flat,
        assets=assets,
        prices=tuple(asset.price or _ONE for asset in assets),
        problem=replace(flat.problem, assets=assets),
    )
