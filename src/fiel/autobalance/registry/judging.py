"""The exact rule on whole numbers: a template per model and bands, judged at any holdings and prices.

Same answer as `rebalancing.drift.out_of_band` on the portfolio's own model, without building one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.registry.port import Verdict
from fiel.custody.accounts import QUANTITY_SCALE, money_of
from fiel.rebalancing.drift import bands
from fiel.rebalancing.evaluation import exact
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.problem import AssetLine, Problem, Strategy, StrategyKind

_NANO = Decimal(1) / QUANTITY_SCALE
_ONE = Decimal(1)
PRICE_MAX = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Template:
    """A model with bands, ready to be judged. `tickers` are in the order of `model.assets`."""

    model: Model
    tickers: tuple[str, ...]
    #: Node, base, weight and limit of each band; as in `drift.bands`.
    limits: tuple[tuple[int, int, Decimal, Decimal], ...]
    #: Whether an asset has a target at all.
    targeted: tuple[bool, ...]

    def node_values(self, quantities: Mapping[str, int], cash: int, currency: str, prices: Prices) -> Values:
        """The value of every node in money, exactly; `None` when a price that matters is missing."""
        held = [quantities.get(ticker, 0) for ticker in self.tickers]
        known = [prices.get(ticker) for ticker in self.tickers]
        if any(p is None and (q or t) for p, q, t in zip(known, held, self.targeted, strict=True)):
            return None
        priced = replace(self.model, prices=tuple(_ONE if price is None else price for price in known))
        with exact():
            return priced.values([_NANO * quantity for quantity in held], money_of(cash, currency))

    def judge(self, quantities: Mapping[str, int], cash: int, currency: str, prices: Prices) -> Verdict:
        """The verdict of the exact rule."""
        values = self.node_values(quantities, cash, currency, prices)
        if values is None:
            return Verdict.UNPRICED
        if values[0] <= 0:
            return Verdict.EMPTY
        return Verdict.OUT if self.is_out(values) else Verdict.INSIDE

    def is_out(self, values: list[Decimal]) -> bool:
        """Whether some node with these values is out of its band."""
        with exact():
            return any(beyond(values, *each) for each in self.limits)

    def worst(self, values: list[Decimal]) -> Decimal:
        """The largest deviation of any node from its target, a fraction of the whole (0 % of nothing)."""
        with exact():
            whole, nodes = values[0], self.model.nodes[1:]
            if not whole:
                return max((node.share for node in nodes), default=Decimal(0))
            errors = (abs(values[node.index] - node.share * whole) / whole for node in nodes)
            return max(errors, default=Decimal(0))


Prices = Mapping[str, Decimal]
Values = list[Decimal] | None


def beyond(values: list[Decimal], node: int, base: int, weight: Decimal, limit: Decimal) -> bool:
    """Whether a node is out of its band, as `rebalancing.drift` has it. To be called in the exact context."""
    whole = values[base]
    error = values[node] - weight * whole if whole else -weight
    return abs(error) > limit * (whole or 1)


def template_of(model: BalanceModel, strategy: Strategy) -> Template:
    """The template of a model under a strategy. Raises `InvalidInput` for a model that is not sound."""
    lines = tuple(
        AssetLine(ticker, _ONE, lot=rules.lot, minimum_order=rules.minimum_order)
        for ticker, rules in model.assets.items()
    )
    # The dates of a strategy do not matter to bands.
    judged = replace(strategy, kind=StrategyKind.NONE)
    flat = build(Problem("template", lines, model.tree, cash=_ONE, mode=model.mode, strategy=judged))
    return Template(
        flat,
        tuple(asset.id for asset in flat.assets),
        tuple((band.node, band.base, band.weight, band.limit) for band in bands(flat)),
        tuple(flat.nodes[leaf].share > 0 for leaf in flat.leaf_of_asset),
    )


def usable(price: Decimal | None) -> Decimal | None:
    """The price, or `None` for one that no order may be made on."""
    if price is None or not price.is_finite() or not 0 < price <= PRICE_MAX:
        return None
    return price
