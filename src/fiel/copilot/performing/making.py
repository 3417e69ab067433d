"""What entries are made with: names of assets and prices of days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fiel.copilot.performing.moves import Move
from fiel.custody.accounts import units_of
from fiel.kernel.rounding import round_half_up
from fiel.performance.entries import Entry, EntryKind, Transfer

#: (asset, day) -> the close of the day or of one not long before it; `None` when there is none.
PriceOn = Callable[[str, date], Decimal | None]
Happened = Entry | Transfer


@dataclass(slots=True)
class Making:
    """Entries on their way. `price_on` knows closes; `ids` tells an asset in a currency by its id."""

    price_on: PriceOn
    ids: dict[tuple[str, str], str]
    made: list[Happened] = field(default_factory=list)
    #: Assets and days of shares that came at their cost, for want of a price.
    at_cost: list[tuple[str, date]] = field(default_factory=list)

    def id_of(self, move: Move) -> str | None:
        """The asset of a move."""
        return None if move.asset is None else self.ids[move.currency, move.asset]

    def add(self, move: Move, kind: EntryKind, amount: Decimal | None, **numbers: Decimal) -> None:
        """An entry on the day of a move, of its account and asset."""
        asset = self.id_of(move)
        self.made.append(
            Entry(move.day, kind, move.account, asset, amount, currency=move.currency, **numbers)
        )


def worth(making: Making, asset: str, leg: Move) -> Decimal | None:
    """The shares of a leg at the close of its day; `None` without a close."""
    price = making.price_on(asset, leg.day)
    return None if price is None else round_half_up(price * units_of(abs(leg.quantity)), 2)
