"""A price with its age and its origin. Nothing is priced without saying when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fiel.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one unit of `asset`, in the portfolio's currency, at `as_of` (with a time zone).

    Raises `InvalidInput` for a float, a price that is not above zero, or a time without a zone.
    """

    asset: str
    price: Decimal
    as_of: datetime
    source: str

    def __post_init__(self) -> None:
        place = f"quotes.{self.asset}"
        given: object = self.price
        if not isinstance(given, Decimal):
            kind = type(given).__name__
            raise InvalidInput(
                "float_refused", f"price must be a Decimal, not {kind}", field=f"{place}.price"
            )
        if not self.price.is_finite() or self.price <= 0:
            raise InvalidInput(
                "price_not_positive", f"price {self.price} must be above zero", field=f"{place}.price"
            )
        if self.as_of.tzinfo is None:
            raise InvalidInput("zone_missing", "as_of needs a time zone", field=f"{place}.as_of")
