"""Portfolios in one line, for tests.

    problem("A 40 @ 10; B 60 @ 10", targets={"A": "50", "B": "50"}, flow="200")

A line of the wallet is `ID QUANTITY @ PRICE` and then any of `lot 100`, `cost 8.50`, `tax shares`,
`least 200` (minimum order), `most 0.3` (maximum weight), `no-buy`, `no-sell`, `ignored`. Targets are
percent of the parent; a class is a pair of its weight and its own targets; the key `cash` is the cash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.evaluation import Evaluation, evaluate
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.problem import (
    AssetLine,
    FeeSchedule,
    Metric,
    Mode,
    Objective,
    Problem,
    Strategy,
    StrategyKind,
    TaxGroup,
)

Targets: TypeAlias = Mapping[str, "str | tuple[str, Targets]"]
MONEY_WORDS = {
    "lot": "lot",
    "cost": "average_cost",
    "least": "minimum_order",
    "most": "maximum_weight",
}
FLAGS: dict[str, tuple[str, bool]] = {
    "no-buy": ("can_buy", False),
    "no-sell": ("can_sell", False),
    "ignored": ("ignored", True),
}


def asset(line: str) -> AssetLine:
    """One line of a wallet: `A 40 @ 10 lot 100 no-sell`."""
    words = iter(line.split())
    name, quantity, _at, price = (next(words) for _ in range(4))
    fields: dict[str, Decimal | str | bool] = {}
    for word in words:
        if word in FLAGS:
            field, value = FLAGS[word]
            fields[field] = value
        elif word == "tax":
            fields["tax_group"] = next(words)
        else:
            fields[MONEY_WORDS[word]] = Decimal(next(words))
    return replace(AssetLine(name, Decimal(price), Decimal(quantity)), **fields)  # type: ignore[arg-type]


def wallet(lines: str) -> tuple[AssetLine, ...]:
    """Several lines, separated by semicolons."""
    return tuple(asset(line) for line in lines.split(";") if line.strip())


def tree(targets: Targets, node_bands: Mapping[str, Band] | None = None) -> TargetNode:
    """A tree from nested mappings; a leaf's id is its asset's in lower case."""
    return TargetNode("root", children=tuple(_children(targets, node_bands or {})))


def _children(targets: Targets, node_bands: Mapping[str, Band]) -> Iterator[TargetNode]:
    for name, given in targets.items():
        band = node_bands.get(name.lower())
        if isinstance(given, tuple):
            weight, below = given
            yield TargetNode(name, Decimal(weight), tuple(_children(below, node_bands)), band=band)
        elif name == "cash":
            yield TargetNode("cash", Decimal(given), cash=True, band=band)
        else:
            yield TargetNode(name.lower(), Decimal(given), asset=name, band=band)


def tax_group(
    name: str,
    rate: str,
    *,
    exempt: str | None = None,
    carry: str = "0",
    sales: str = "0",
    gain: str = "0",
) -> TaxGroup:
    """A tax group from strings; `sales` and `gain` are those of the month so far."""
    limit = None if exempt is None else Decimal(exempt)
    return TaxGroup(name, Decimal(rate), limit, Decimal(carry), Decimal(sales), Decimal(gain))


def band(absolute: str | None = None, relative: str | None = None) -> Band:
    """A band from strings."""
    return Band(
        None if absolute is None else Decimal(absolute), None if relative is None else Decimal(relative)
    )


def threshold(absolute: str | None = None, relative: str | None = None) -> Strategy:
    """A strategy that acts when a band is crossed."""
    return Strategy(StrategyKind.THRESHOLD, band(absolute, relative))


def problem(
    lines: str,
    *,
    targets: Targets,
    cash: str = "0",
    flow: str = "0",
    minimum_cash: str = "0",
    mode: Mode = Mode.FULL,
    kappa: str = "1",
    metric: Metric = Metric.ABSOLUTE,
    strategy: Strategy | None = None,
    fees: FeeSchedule | None = None,
    taxes: Sequence[TaxGroup] = (),
    node_bands: Mapping[str, Band] | None = None,
) -> Problem:
    """A whole problem; every number is a string, and what is not said is nothing or free."""
    return Problem(
        "story",
        wallet(lines),
        tree(targets, node_bands),
        Decimal(cash),
        Decimal(flow),
        Decimal(minimum_cash),
        mode,
        Objective(metric, Decimal(kappa)),
        strategy or Strategy(),
        fees or FeeSchedule(),
        {group.id: group for group in taxes},
    )


def orders(model: Model, **lots: int) -> list[int]:
    """Net lots in model order from names: `orders(model, A=6, B=-2)`."""
    names = [line.id for line in model.assets]
    unknown = set(lots) - set(names)
    assert not unknown, f"not in the wallet: {unknown}"
    return [lots.get(name, 0) for name in names]


def judged(given: Problem, **lots: int) -> Evaluation:
    """The evaluation of orders given by name."""
    model = build(given)
    return evaluate(model, orders(model, **lots))
