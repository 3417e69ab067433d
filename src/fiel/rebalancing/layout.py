"""From the exact model to the kernels' arrays: everything as a fraction of the whole, in search order.

Ratios are formed in Decimal before they become floats, so that money scaled by a power of ten
gives the same bits and hence the same orders. Inner nodes are numbered breadth first (the
children of a node stand together); the leaves of a node stand together too, largest lot first,
then lots too fine to branch on, then cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from itertools import pairwise

from fiel.rebalancing.model import Model
from fiel.rebalancing.problem import AssetLine, FeeSchedule, Mode, TaxGroup

#: Lots worth less than this fraction of the whole are continuous while searching.
FINE_LOT = Decimal("1e-9")
LOTS_MAX = 2**53
PRECISION = 40


@dataclass(frozen=True, slots=True)
class Range:
    """The net lots an asset may get, and the least order in lots."""

    least: int
    most: int
    order_least: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The problem as the kernels see it. Leaves and nodes by position; `leaf_asset` -1 is cash."""

    leaf_asset: tuple[int, ...]
    leaf_parent: tuple[int, ...]
    leaf_target: tuple[float, ...]
    leaf_weight: tuple[float, ...]
    leaf_slack: tuple[float, ...]
    held: tuple[float, ...]
    unit: tuple[float, ...]
    ranges: tuple[Range, ...]
    fine: tuple[bool, ...]
    node_target: tuple[float, ...]
    node_weight: tuple[float, ...]
    node_slack: tuple[float, ...]
    node_parent: tuple[int, ...]
    leaf_start: tuple[int, ...]
    leaf_end: tuple[int, ...]
    child_start: tuple[int, ...]
    child_end: tuple[int, ...]
    cash_leaf: int
    budget: float
    minimum_cash: float
    sequence: tuple[int, ...]
    twin_of: tuple[int, ...]
    by_name: tuple[int, ...]

    @property
    def leaf_count(self) -> int:
        return len(self.leaf_asset)

    @property
    def node_count(self) -> int:
        return len(self.node_target)


def ranges_of(model: Model, sellable: frozenset[str] | None = None) -> tuple[Range, ...]:
    """What each asset may get, in whole lots, from holdings, flags, mode, caps and money. Exact.

    `sellable` restricts sales further (hybrid mode); `None` = whatever the mode allows.
    """
    problem = model.problem
    with localcontext() as context:
        context.prec = PRECISION
        may_buy = problem.mode is not Mode.WITHDRAWAL
        may_sell = problem.mode is not Mode.CONTRIBUTION
        sales = [
            _sellable_lots(asset) if may_sell and (sellable is None or asset.id in sellable) else 0
            for asset in model.assets
        ]
        spendable = problem.cash + problem.flow - problem.minimum_cash
        for asset, price, count in zip(model.assets, model.prices, sales, strict=True):
            spendable += count * asset.lot * price
        return tuple(
            _range(
                count,
                _buyable_lots(asset, price, spendable, model.whole) if may_buy else 0,
                _order_least(asset, price),
            )
            for asset, price, count in zip(model.assets, model.prices, sales, strict=True)
        )


def _range(sellable: int, buyable: int, order_least: int) -> Range:
    """What is less than the least order is nothing: it cannot be ordered at all."""
    return Range(
        -sellable if sellable >= order_least else 0,
        buyable if buyable >= order_least else 0,
        order_least,
    )


def _sellable_lots(asset: AssetLine) -> int:
    if not asset.can_sell:
        return 0
    return min(int((asset.quantity / asset.lot).to_integral_value(ROUND_FLOOR)), LOTS_MAX)


def _buyable_lots(asset: AssetLine, price: Decimal, spendable: Decimal, whole: Decimal) -> int:
    if not asset.can_buy or spendable <= 0:
        return 0
    money = spendable
    if asset.maximum_weight is not None:
        money = min(money, asset.maximum_weight * whole - asset.quantity * price)
    if money <= 0:
        return 0
    return min(int((money / (asset.lot * price)).to_integral_value(ROUND_FLOOR)), LOTS_MAX)


def _order_least(asset: AssetLine, price: Decimal) -> int:
    lots = (asset.minimum_order / (asset.lot * price)).to_integral_value(ROUND_CEILING)
    return max(1, min(int(lots), LOTS_MAX))


def lay_out(model: Model, ranges: tuple[Range, ...]) -> Layout:
    """Arrange a model for the kernels."""
    with localcontext() as context:
        context.prec = PRECISION
        return _lay_out(model, ranges)


def _lay_out(model: Model, ranges: tuple[Range, ...]) -> Layout:
    inner = _breadth_first(model)
    position = {node: i for i, node in enumerate(inner)}
    leaves: list[int] = []
    leaf_start: list[int] = []
    leaf_end: list[int] = []
    for node in inner:
        below = [n.index for n in model.nodes if n.parent == node and (n.asset >= 0 or n.is_cash)]
        leaf_start.append(len(leaves))
        leaves.extend(sorted(below, key=lambda leaf: _search_key(model, ranges, leaf)))
        leaf_end.append(len(leaves))
    child_start, child_end = _child_spans(model, inner)
    units = [_unit(model, leaf) for leaf in leaves]
    order = [k for k in range(len(leaves)) if units[k] >= FINE_LOT and _movable(model, ranges, leaves[k])]
    order.sort(key=lambda k: _search_key(model, ranges, leaves[k]))
    assets = [model.nodes[leaf].asset for leaf in leaves]
    none = Range(0, 0, 1)
    return Layout(
        leaf_asset=tuple(assets),
        leaf_parent=tuple(position[model.nodes[leaf].parent] for leaf in leaves),
        leaf_target=tuple(float(model.nodes[leaf].share) for leaf in leaves),
        leaf_weight=tuple(float(model.nodes[leaf].weight) for leaf in leaves),
        leaf_slack=tuple(float(model.nodes[leaf].slack) for leaf in leaves),
        held=tuple(
            float(model.assets[a].quantity * model.prices[a] / model.whole) if a >= 0 else 0.0 for a in assets
        ),
        unit=tuple(float(unit) for unit in units),
        ranges=tuple(ranges[a] if a >= 0 else none for a in assets),
        fine=tuple(
            0 < unit < FINE_LOT and _movable(model, ranges, leaf)
            for unit, leaf in zip(units, leaves, strict=True)
        ),
        node_target=tuple(float(model.nodes[node].share) for node in inner),
        node_weight=tuple(float(model.nodes[node].weight) for node in inner),
        node_slack=tuple(float(model.nodes[node].slack) for node in inner),
        node_parent=tuple(position.get(model.nodes[node].parent, -1) for node in inner),
        leaf_start=tuple(leaf_start),
        leaf_end=tuple(leaf_end),
        child_start=child_start,
        child_end=child_end,
        cash_leaf=next((k for k, leaf in enumerate(leaves) if model.nodes[leaf].is_cash), -1),
        budget=float((model.whole - model.problem.minimum_cash) / model.whole),
        minimum_cash=float(model.problem.minimum_cash / model.whole),
        sequence=tuple(order),
        twin_of=_twins(model, ranges, leaves, order),
        by_name=tuple(sorted((k for k, a in enumerate(assets) if a >= 0), key=lambda k: assets[k])),
    )


def _breadth_first(model: Model) -> list[int]:
    children: dict[int, list[int]] = {}
    for node in model.nodes:
        if node.parent >= 0 and node.asset < 0 and not node.is_cash:
            children.setdefault(node.parent, []).append(node.index)
    inner = [0]
    for node_index in inner:
        inner.extend(children.get(node_index, ()))
    return inner


def _child_spans(model: Model, inner: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts: list[int] = []
    ends: list[int] = []
    at = 1
    for node in inner:
        count = sum(1 for other in inner if model.nodes[other].parent == node)
        starts.append(at)
        ends.append(at + count)
        at += count
    return tuple(starts), tuple(ends)


def _unit(model: Model, leaf: int) -> Decimal:
    asset = model.nodes[leaf].asset
    return model.assets[asset].lot * model.prices[asset] / model.whole if asset >= 0 else Decimal(0)


def _movable(model: Model, ranges: tuple[Range, ...], leaf: int) -> bool:
    asset = model.nodes[leaf].asset
    return asset >= 0 and ranges[asset].least < ranges[asset].most


def _search_key(model: Model, ranges: tuple[Range, ...], leaf: int) -> tuple[object, ...]:
    """Largest lot first; equals side by side; then by id. What is never branched on comes last."""
    asset = model.nodes[leaf].asset
    if asset < 0:
        return (2,)
    unit = _unit(model, leaf)
    searched = unit >= FINE_LOT and _movable(model, ranges, leaf)
    return (0 if searched else 1, -unit, *_likeness(model, ranges, leaf), asset)


def _likeness(model: Model, ranges: tuple[Range, ...], leaf: int) -> tuple[object, ...]:
    """Two assets of one node with the same likeness are interchangeable."""
    node = model.nodes[leaf]
    asset = model.assets[node.asset]
    span = ranges[node.asset]
    return (
        node.parent,
        node.share,
        node.slack,
        node.weight,
        asset.quantity * model.prices[node.asset],
        asset.lot * model.prices[node.asset],
        span.least,
        span.most,
        span.order_least,
        asset.tax_group or "",
        asset.average_cost / model.prices[node.asset] if asset.average_cost is not None else Decimal(-1),
    )


def _twins(model: Model, ranges: tuple[Range, ...], leaves: list[int], order: list[int]) -> tuple[int, ...]:
    twins = [-1] * len(leaves)
    for before, after in pairwise(order):
        if _likeness(model, ranges, leaves[before]) == _likeness(model, ranges, leaves[after]):
            twins[after] = before
    return tuple(twins)


@dataclass(frozen=True, slots=True)
class Groups:
    """Tax groups as fractions of the whole; `exempt` < 0 = no exemption; `states` = which to search."""

    ids: tuple[str, ...]
    rate: tuple[float, ...]
    exempt: tuple[float, ...]
    sales: tuple[float, ...]
    taxable: tuple[float, ...]
    states: tuple[tuple[int, ...], ...]


def groups_of(model: Model, ranges: tuple[Range, ...], exempt: int, taxed: int) -> Groups:
    """The tax groups that can matter, with the states that are possible for each."""
    ids: list[str] = []
    states: list[tuple[int, ...]] = []
    with localcontext() as context:
        context.prec = PRECISION
        groups = sorted(model.problem.tax_groups.values(), key=lambda g: g.id)
        for group in groups:
            possible = _states(model, ranges, group, exempt, taxed)
            if possible:
                ids.append(group.id)
                states.append(possible)
        chosen = [model.problem.tax_groups[i] for i in ids]
        return Groups(
            ids=tuple(ids),
            rate=tuple(float(g.rate) for g in chosen),
            exempt=tuple(
                float(g.exempt_sales / model.whole) if g.exempt_sales is not None else -1.0 for g in chosen
            ),
            sales=tuple(float(g.sales_so_far / model.whole) for g in chosen),
            taxable=tuple(float((g.gain_so_far - g.loss_carry) / model.whole) for g in chosen),
            states=tuple(states),
        )


def _states(
    model: Model, ranges: tuple[Range, ...], group: TaxGroup, exempt: int, taxed: int
) -> tuple[int, ...]:
    if group.rate == 0:
        return ()
    sales_most = group.sales_so_far
    gain_most = group.gain_so_far - group.loss_carry
    for asset, price, span in zip(model.assets, model.prices, ranges, strict=True):
        if asset.tax_group == group.id and span.least < 0:
            sales_most += -span.least * asset.lot * price
            if asset.average_cost is not None and price > asset.average_cost:
                gain_most += -span.least * asset.lot * (price - asset.average_cost)
    if gain_most <= 0:
        return ()
    if group.exempt_sales is None or group.sales_so_far > group.exempt_sales:
        return (taxed,)
    if sales_most <= group.exempt_sales:
        return ()
    return (exempt, taxed)


def tiers_of(fees: FeeSchedule, whole: Decimal) -> list[tuple[float, float, float]]:
    """Brackets as (up to, fixed, rate), money as a fraction of the whole; the last has no limit."""
    with localcontext() as context:
        context.prec = PRECISION
        if not fees.tiers:
            return [(1e300, float(fees.fixed / whole), float(fees.rate))]
        rows = [
            (
                float(tier.up_to / whole) if tier.up_to is not None else 1e300,
                float(tier.fixed / whole),
                float(tier.rate),
            )
            for tier in fees.tiers
        ]
        if rows[-1][0] < 1e300:
            rows.append((1e300, rows[-1][1], rows[-1][2]))
        return rows
