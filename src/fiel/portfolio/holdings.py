"""What is held of one asset and what all of it cost: the total, so that splits and sales lose no cent.

`positions.Position` keeps the average that plans show; a `Holding` keeps the total that tax is reckoned
from. The rule is the same (IN RFB 1585/2015 art. 58: a weighted average per asset over all brokers).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from fiel.kernel.rounding import Rounding, finance_context, round_to

#: Of a cost that was divided: its share leaves, the rest stays, and the two always sum to the whole.
COST_DECIMALS = 12
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """`quantity` in units, `cost` of all of it in money; `None` = unknown. Both negative when sold short.

    `fraction` is what an event left below one unit, waiting for its auction, with its own cost; it is not
    part of `quantity`.
    """

    asset: str
    quantity: Decimal = _ZERO
    cost: Decimal | None = _ZERO
    fraction: Decimal = _ZERO
    fraction_cost: Decimal | None = _ZERO

    @property
    def average_cost(self) -> Decimal | None:
        """Money per unit at 12 decimals, half to even; `None` when unknown or nothing is held."""
        if self.cost is None or not self.quantity:
            return None
        with localcontext(finance_context()):
            return round_to(self.cost / self.quantity, COST_DECIMALS, Rounding.HALF_EVEN)

    def cost_of(self, quantity: Decimal) -> Decimal | None:
        """The share of the cost that `quantity` units take with them; all of it for all of them."""
        with localcontext(finance_context()):
            return self._cost_of(quantity)

    def plus(self, quantity: Decimal, cost: Decimal | None) -> Holding:
        """With more units and their cost; an unknown cost on either side makes the whole unknown."""
        with localcontext(finance_context()):
            total = None if self.cost is None or cost is None else self.cost + cost
            return replace(self, quantity=self.quantity + quantity, cost=total)

    def minus(self, quantity: Decimal) -> Holding:
        """Without so many units and their share of the cost."""
        with localcontext(finance_context()):
            left = self.quantity - quantity
            gone = self._cost_of(quantity)
            cost = None if self.cost is None or gone is None else self.cost - gone
            return replace(self, quantity=left, cost=cost if left else _ZERO)

    def _cost_of(self, quantity: Decimal) -> Decimal | None:
        if self.cost is None or quantity == self.quantity:
            return self.cost
        return self.cost - _share(self.cost, self.quantity - quantity, self.quantity)


def share_of(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """`amount * part / whole` at 12 decimals, half to even; all of it when the part is the whole."""
    if part == whole:
        return amount
    with localcontext(finance_context()):
        return _share(amount, part, whole)


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return round_to(amount * part / whole, COST_DECIMALS, Rounding.HALF_EVEN)


def sum_costs(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    """Two costs together; unknown when one is."""
    if left is None or right is None:
        return None
    with localcontext(finance_context()):
        return left + right
