"""Lots too fine to branch on, settled to the last one in Decimal.

The search leaves them where floats put them: a few lots beside the optimum, or a rounding error over
the budget. Here what is overspent is given back, finest lots first, and then each asset takes the lots
that lower the objective most while the money lasts, coarsest lots first, so that the finest spend what
the others cannot. Every step is judged exactly and kept only when it is allowed and better; the objective
along one asset is a parabola (but for fees and tax, which the judge sees), so three points give its least.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from fiel.rebalancing.evaluation import Change, Evaluation, evaluate, evaluate_change, exact
from fiel.rebalancing.layout import Layout
from fiel.rebalancing.model import Model

PASSES_MAX = 3


def settled(model: Model, layout: Layout, lots: tuple[int, ...]) -> tuple[tuple[int, ...], Evaluation]:
    """The lots (per asset, model order) with the fine ones settled, and their evaluation.

    Only assets with fine lots change. The result may still overspend, when they cannot make up for it.
    """
    plan = _Plan(model, layout, lots)
    fine = [k for k, is_fine in enumerate(layout.fine) if is_fine]
    fine.sort(key=lambda k: (-layout.unit[k], layout.leaf_asset[k]))
    with exact():
        for k in reversed(fine):
            plan.give_back(k)
        for _ in range(PASSES_MAX):
            steps = [plan.improve(k) for k in fine]
            if not any(steps):
                break
    return tuple(plan.lots), plan.evaluation


class _Plan:
    """Lots being changed one asset at a time, with their exact evaluation."""

    def __init__(self, model: Model, layout: Layout, lots: tuple[int, ...]) -> None:
        self.model = model
        self.layout = layout
        self.lots = list(lots)
        self.evaluation = evaluate(model, self.lots)

    @property
    def _spare(self) -> Decimal:
        return self.evaluation.residual_cash - self.model.problem.minimum_cash

    def give_back(self, leaf: int) -> None:
        """Sell more of an asset, or buy less of it, as far as the plan overspends."""
        if self._spare >= 0:
            return
        asset = self.layout.leaf_asset[leaf]
        raised = self._trial(asset)(-1).residual_cash - self.evaluation.residual_cash
        if raised <= 0:
            return
        steps = -int((self._spare / raised).to_integral_value(ROUND_FLOOR))
        self._move(asset, self._allowed(leaf, self.lots[asset] - steps))

    def improve(self, leaf: int) -> bool:
        """Take the lots of one asset to their best; whether that changed anything."""
        asset = self.layout.leaf_asset[leaf]
        at = self._trial(asset)
        now, more, less = self.evaluation, at(1), at(-1)
        bend = more.objective + less.objective - 2 * now.objective
        if bend <= 0:
            return False
        wished = (less.objective - more.objective) / (2 * bend)
        steps = int(wished.to_integral_value(ROUND_HALF_EVEN))
        price = now.residual_cash - more.residual_cash
        if steps > 0 and price > 0:
            steps = min(steps, int((self._spare / price).to_integral_value(ROUND_FLOOR)))
        count = self._allowed(leaf, self.lots[asset] + steps)
        if count == self.lots[asset]:
            return False
        change = at(count - self.lots[asset])
        if change.objective >= now.objective or change.residual_cash < self.model.problem.minimum_cash:
            return False
        self._move(asset, count)
        return True

    def _trial(self, asset: int) -> Callable[[int], Change]:
        """The totals with so many lots more of an asset."""
        return lambda steps: evaluate_change(
            self.model, self.lots, self.evaluation, asset, self.lots[asset] + steps
        )

    def _allowed(self, leaf: int, count: int) -> int:
        """The count within the asset's range; what is less than the least order stays as it is."""
        span = self.layout.ranges[leaf]
        count = min(max(count, span.least), span.most)
        return (
            count if count == 0 or abs(count) >= span.order_least else self.lots[self.layout.leaf_asset[leaf]]
        )

    def _move(self, asset: int, count: int) -> None:
        if count != self.lots[asset]:
            self.lots[asset] = count
            self.evaluation = evaluate(self.model, self.lots)
