"""Models and portfolios for the tests of the auto-balancer, in a line or at random (seeded)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from fiel.autobalance.model_text import AssetRules, BalanceModel, balance_model
from fiel.autobalance.registry import Enrolled, Verdict
from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.drift import out_of_band
from fiel.rebalancing.model import build
from fiel.rebalancing.problem import AssetLine, Basis, Mode, Problem, Strategy, StrategyKind

E9 = 10**9
FRACTIONAL = Decimal("1e-9")


def threshold(
    absolute: str | None = "0.05", relative: str | None = None, *, parent: bool = False
) -> Strategy:
    """A strategy that acts when a band is crossed."""
    band = Band(
        None if absolute is None else Decimal(absolute), None if relative is None else Decimal(relative)
    )
    return Strategy(StrategyKind.THRESHOLD, band, Basis.PARENT if parent else Basis.PORTFOLIO)


def flat_model(
    targets: Mapping[str, str],
    *,
    lot: Decimal = Decimal(1),
    strategy: Strategy | None = None,
    mode: Mode = Mode.FULL,
    minimum_cash: str = "0",
    rules: Mapping[str, AssetRules] | None = None,
) -> BalanceModel:
    """A model of one level from percents; the key `cash` is the cash."""
    leaves = tuple(
        TargetNode("cash", Decimal(weight), cash=True)
        if name == "cash"
        else TargetNode(name.lower(), Decimal(weight), asset=name)
        for name, weight in targets.items()
    )
    return balance_model(
        TargetNode("root", children=leaves),
        rules,
        mode=mode,
        strategy=strategy,
        minimum_cash=Decimal(minimum_cash),
        lot=lot,
    )


def holding(model: BalanceModel, name: str = "ana", cash: int = 0, **quantities: str) -> Enrolled:
    """A portfolio that holds units by ticker; its bands are the model's or 5 points."""
    held = {ticker: int(Decimal(units) * E9) for ticker, units in quantities.items()}
    return Enrolled(name, model, model.strategy or threshold(), held, cash)


@dataclass(frozen=True, slots=True)
class RandomFleet:
    """Portfolios near their targets, and prices in force."""

    portfolios: list[Enrolled]
    prices: dict[str, Decimal]
    dice: Random

    def move(self, part: float = 0.1) -> dict[str, Decimal | None]:
        """New prices for some tickers; now and then one is gone, or no price at all."""
        moved: dict[str, Decimal | None] = {}
        for ticker in self.dice.sample(sorted(self.prices), 1 + self.dice.randrange(3)):
            what = self.dice.random()
            if what < 0.05:
                moved[ticker] = self.dice.choice([None, Decimal(0), Decimal(-1), Decimal("NaN")])
            else:
                change = Decimal(str(round(self.dice.gauss(1, part), 4)))
                moved[ticker] = max(Decimal("0.01"), (self.prices[ticker] * change).quantize(Decimal("0.01")))
                self.prices[ticker] = moved[ticker] or self.prices[ticker]
        return moved


def random_model(dice: Random, tickers: Sequence[str]) -> BalanceModel:
    """A model of one or two levels over some of the tickers, with or without a leaf for cash."""
    chosen = sorted(dice.sample(list(tickers), dice.randint(2, min(8, len(tickers)))))
    leaves: list[TargetNode] = [TargetNode(name.lower(), Decimal(0), asset=name) for name in chosen]
    if dice.random() < 0.5:
        leaves.append(TargetNode("cash", Decimal(0), cash=True))
    if dice.random() < 0.5 and len(leaves) > 3:
        half = len(leaves) // 2
        groups = [leaves[:half], leaves[half:]]
        classes = [
            TargetNode(f"class{n}", Decimal(0), _weighted(dice, below)) for n, below in enumerate(groups)
        ]
        children = _weighted(dice, classes)
    else:
        children = _weighted(dice, leaves)
    relative = dice.choice([None, "0.25"])
    strategy = threshold(dice.choice(["0.02", "0.05"]), relative, parent=dice.random() < 0.15)
    return balance_model(TargetNode("root", children=children), strategy=strategy, lot=FRACTIONAL)


def random_fleet(seed: int, *, portfolios: int = 30, models: int = 5, tickers: int = 12) -> RandomFleet:
    """A fleet whose portfolios share a few models."""
    dice = Random(seed)
    names = [f"T{n:02}" for n in range(tickers)]
    prices = {name: Decimal(dice.randint(100, 10_000)) / 100 for name in names}
    known = [random_model(dice, names) for _ in range(models)]
    return RandomFleet(
        [random_holding(dice, f"p{n:03}", dice.choice(known), prices) for n in range(portfolios)],
        prices,
        dice,
    )


def random_holding(dice: Random, name: str, model: BalanceModel, prices: Mapping[str, Decimal]) -> Enrolled:
    """A portfolio near the targets of a model; a few hold nothing at all."""
    whole = Decimal(dice.choice([0, 1, 50_000, 123_456]))
    quantities: dict[str, int] = {}
    cash = dice.randint(0, 50_000) if whole else 0
    for node, share in _shares(model.tree, Decimal(1)):
        if node.cash:
            cash = int(whole * share * 100)
        elif node.asset is not None:
            noise = Decimal(str(round(max(0.0, dice.gauss(1, 0.1)), 3)))
            quantities[node.asset] = int(whole * share * noise / prices[node.asset] * E9)
    assert model.strategy is not None
    return Enrolled(name, model, model.strategy, quantities, cash)


def verdict_by_drift(each: Enrolled, prices: Mapping[str, Decimal]) -> Verdict:
    """The definition: the engine's own model of the portfolio, and `rebalancing.drift.out_of_band`."""
    shares = {node.asset: share for node, share in _shares(each.model.tree, Decimal(1)) if node.asset}
    for ticker, share in shares.items():
        if ticker not in prices and (share or each.quantities.get(ticker, 0)):
            return Verdict.UNPRICED
    lines = tuple(
        AssetLine(
            ticker,
            prices.get(ticker, Decimal(1)),
            Decimal(each.quantities.get(ticker, 0)) / E9,
            lot=FRACTIONAL,
        )
        for ticker in shares
    )
    cash = Decimal(each.cash) / 100
    has_cash = any(node.cash for node in each.model.tree.walk())
    worth = sum((line.price or 0) * line.quantity for line in lines) + (cash if has_cash else 0)
    if worth <= 0:
        return Verdict.EMPTY
    # A cash below zero is refused by `build`; such a portfolio is judged by the same sums, shifted.
    problem = Problem(each.portfolio, lines, each.model.tree, cash=cash, strategy=each.strategy)
    return Verdict.OUT if out_of_band(build(problem)) else Verdict.INSIDE


def _weighted(dice: Random, nodes: Sequence[TargetNode]) -> tuple[TargetNode, ...]:
    """The nodes with weights that sum to 100; now and then one of them is zero."""
    parts = [dice.choice([0, 1, 2, 3, 5]) for _ in nodes]
    parts[0] += 1
    total = sum(parts)
    weights = [Decimal(part * 10_000 // total) / 100 for part in parts]
    weights[0] += 100 - sum(weights)
    return tuple(
        TargetNode(node.id, weight, node.children, node.asset, node.cash, node.band)
        for node, weight in zip(nodes, weights, strict=True)
    )


def _shares(node: TargetNode, share: Decimal) -> list[tuple[TargetNode, Decimal]]:
    found = [(node, share)]
    for child in node.children:
        found += _shares(child, share * (child.weight or 0) / 100)
    return found
