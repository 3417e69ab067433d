"""A fleet made from a seed: stocks with prices, models, portfolios with money, and waves of price changes.

The same seed makes the same fleet and the same market on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fiel.autobalance.model_text import FINEST_LOT, BalanceModel, balance_model
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import TargetNode, placed

PORTFOLIOS_MAX, STOCKS_MAX, WAVES_MAX, CHANGES_MAX = 1_000_000, 5_000, 1_000, 100_000
#: Portfolios that follow the same model.
PER_MODEL = 5
ASSETS_MIN, ASSETS_MAX = 4, 12
CENT = PRICE_SCALE // 100


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """How large a fleet, over how many stocks, moved how often in each wave. Raises `InvalidInput`."""

    portfolios: int = 100
    stocks: int = 50
    waves: tuple[int, ...] = (10, 20, 100)
    seed: int = 7

    def __post_init__(self) -> None:
        _within("portfolios", self.portfolios, 1, PORTFOLIOS_MAX)
        _within("stocks", self.stocks, 1, STOCKS_MAX)
        _within("waves", len(self.waves), 1, WAVES_MAX)
        for changes in self.waves:
            _within("waves", changes, 1, CHANGES_MAX)
        _within("seed", self.seed, 0, 2**63 - 1)


@dataclass(frozen=True, slots=True)
class Founded:
    """A portfolio to be founded: its money (minor units) before its first buys, and those (billionths)."""

    portfolio: str
    model: BalanceModel
    cash: int
    shares: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FleetMaker:
    """Makes the fleet of a plan."""

    plan: FleetPlan

    def start_prices(self) -> dict[str, int]:
        """Whole cents between 2 and 200, in billionths, by ticker."""
        draw = random.Random(f"{self.plan.seed}:prices")  # noqa: S311 (a simulation)
        return {
            f"SIM{number:04d}": draw.randint(200, 20_000) * CENT for number in range(1, self.plan.stocks + 1)
        }

    def models(self) -> list[BalanceModel]:
        """Each a class of stocks and some cash; weights with two decimals that sum to 100."""
        draw = random.Random(f"{self.plan.seed}:models")  # noqa: S311
        tickers = list(self.start_prices())
        count = -(-self.plan.portfolios // PER_MODEL)
        return [self._model(draw, tickers) for _ in range(count)]

    def portfolios(self) -> Iterator[Founded]:
        """Every portfolio at its target, as far as billionths go, from 10,000 to a million of money."""
        draw = random.Random(f"{self.plan.seed}:portfolios")  # noqa: S311
        prices, models = self.start_prices(), self.models()
        for number in range(self.plan.portfolios):
            model = models[number % len(models)]
            money = draw.randint(10_000, 1_000_000) * 100
            yield Founded(f"sim-{number + 1:06d}", model, money, _at_target(model, money, prices))

    def waves(self) -> Iterator[list[tuple[str, int]]]:
        """For each wave its changes: a ticker and its new price in billionths, in order.

        Most moves are a few percent, one in eight is a jump up to a third, one in a hundred a crash.
        """
        draw = random.Random(f"{self.plan.seed}:waves")  # noqa: S311
        prices = self.start_prices()
        tickers = list(prices)
        for changes in self.plan.waves:
            wave = []
            for _ in range(changes):
                ticker = draw.choice(tickers)
                prices[ticker] = _moved(draw, prices[ticker])
                wave.append((ticker, prices[ticker]))
            yield wave

    def _model(self, draw: random.Random, tickers: list[str]) -> BalanceModel:
        most = min(ASSETS_MAX, len(tickers))
        chosen = sorted(draw.sample(tickers, draw.randint(min(ASSETS_MIN, most), most)))
        parts = [draw.randint(5, 30) for _ in chosen]
        weights = [Decimal(part * 10_000 // sum(parts)) / 100 for part in parts]
        weights[0] += 100 - sum(weights)
        leaves = tuple(
            TargetNode(ticker, weight, asset=ticker) for ticker, weight in zip(chosen, weights, strict=True)
        )
        stocks = TargetNode("stocks", Decimal(98), children=leaves)
        tree = TargetNode("whole", children=(stocks, TargetNode("cash", Decimal(2), cash=True)))
        return balance_model(tree, lot=FINEST_LOT)


def _at_target(model: BalanceModel, money: int, prices: Mapping[str, int]) -> dict[str, int]:
    """What the money buys at the targets, rounded down, by ticker."""
    shares = {}
    for each in placed(model.tree):
        if each.node.asset is not None:
            value = Decimal(money) * each.share * PRICE_SCALE / 100
            shares[each.node.asset] = int(value * QUANTITY_SCALE / prices[each.node.asset])
    return shares


def _moved(draw: random.Random, price: int) -> int:
    kind = draw.random()
    if kind < 0.01:
        factor = draw.uniform(0.2, 0.5)
    elif kind < 0.26:
        factor = draw.uniform(0.65, 1.6)
    else:
        factor = draw.gauss(1.0, 0.08)
    cents = round(price / CENT * min(max(factor, 0.1), 5.0))
    return max(1, min(cents, 100_000_00)) * CENT


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput("out_of_range", f"{name}: write {least} to {most}", field=name)
