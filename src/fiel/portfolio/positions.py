"""What is held of one asset and what it cost on average, fees of buying included.

The Brazilian rule (IN RFB 1585/2015 art. 58): a weighted average per asset over all brokers; a buy
moves it, a sale does not. The average is kept at 12 decimals, half to even.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from fiel.kernel.errors import InvalidInput, Refused

AVERAGE_COST_DECIMALS = 12
_STEP = Decimal(1).scaleb(-AVERAGE_COST_DECIMALS)
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Position:
    """`quantity` in units of the asset; `average_cost` in money per unit, `None` = unknown, never zero."""

    asset: str
    quantity: Decimal = Decimal(0)
    average_cost: Decimal | None = None

    @property
    def cost(self) -> Decimal | None:
        """What the whole position cost, in money; `None` when the average is unknown."""
        if self.quantity == 0:
            return Decimal(0)
        return None if self.average_cost is None else self.quantity * self.average_cost

    def bought(self, quantity: Decimal, price: Decimal, fees: Decimal = Decimal(0)) -> Position:
        """After a buy of `quantity` at `price` per unit; the buy's `fees` are part of the cost.

        A position of unknown cost stays unknown.
        Raises `InvalidInput` for a quantity that is not above zero, or a negative price or fee.
        """
        self._check(quantity, price, fees)
        total = self.quantity + quantity
        known = self.cost
        if known is None:
            return replace(self, quantity=total)
        with localcontext(_EXACT):
            average = (known + quantity * price + fees) / total
            average = average.quantize(_STEP, rounding=ROUND_HALF_EVEN)
        return replace(self, quantity=total, average_cost=average)

    def sold(self, quantity: Decimal) -> Position:
        """After a sale of `quantity`: the average stays; with nothing left there is no cost to keep.

        Raises `Refused` when more is sold than held.
        """
        self._check(quantity, Decimal(0), Decimal(0))
        if quantity > self.quantity:
            raise Refused(
                "quantity_not_held",
                f"cannot sell {quantity} of {self.asset}: {self.quantity} held",
                field=f"positions.{self.asset}.quantity",
                details={"held": str(self.quantity), "missing": str(quantity - self.quantity)},
            )
        left = self.quantity - quantity
        return replace(self, quantity=left, average_cost=self.average_cost if left else None)

    def gain(self, quantity: Decimal, price: Decimal, fees: Decimal = Decimal(0)) -> Decimal:
        """Gain (loss if negative) of selling `quantity` at `price`, net of the sale's `fees`, unrounded.

        Raises `Refused` when the average cost is unknown.
        """
        self._check(quantity, price, fees)
        if self.average_cost is None:
            raise Refused(
                "average_cost_missing",
                f"the gain on {self.asset} needs its average cost",
                field=f"positions.{self.asset}.average_cost",
            )
        return quantity * (price - self.average_cost) - fees

    def _check(self, quantity: Decimal, price: Decimal, fees: Decimal) -> None:
        named: tuple[tuple[str, object], ...] = (("quantity", quantity), ("price", price), ("fees", fees))
        for name, value in named:
            place = f"positions.{self.asset}.{name}"
            if not isinstance(value, Decimal):
                raise InvalidInput("float_refused", f"{name} must be a Decimal", field=place)
            if not value.is_finite() or value < 0 or (name == "quantity" and value == 0):
                raise InvalidInput(f"{name}_out_of_range", f"{name} {value} is out of range", field=place)
