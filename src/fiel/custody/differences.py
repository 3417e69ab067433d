"""Differences between the book and a broker's statement, as items that a person decides on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from fiel.custody.accounts import AccountKey
from fiel.custody.broker_statement import CASH, StatedAmount
from fiel.kernel.ids import deterministic_id


class ItemKind(StrEnum):
    """What the difference is counted in: minor units of money, or billionths of a ticker."""

    CASH = "CASH"
    SHARES = "SHARES"


class ItemStatus(StrEnum):
    """An open item waits for a person; the others are decided for good."""

    OPEN = "open"
    APPROVED = "approved"
    DISMISSED = "dismissed"


class Difference(NamedTuple):
    """`ours` and `theirs` in minor units when `asset` is `CASH`, in billionths of the ticker otherwise."""

    key: AccountKey
    asset: str
    ours: int
    theirs: int

    @property
    def kind(self) -> ItemKind:
        return ItemKind.CASH if self.asset == CASH else ItemKind.SHARES


@dataclass(frozen=True, slots=True)
class Item:
    """A difference as it is kept. `as_of` is the instant that the statement speaks of, that instant
    included; `entry_id` the journal entry that an approval booked.
    """

    id: str
    statement: str
    as_of: datetime
    difference: Difference
    status: ItemStatus
    recorded_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    entry_id: str | None = None

    @property
    def missing(self) -> int:
        """What the book lacks (above zero) or has too much (below), to be as the statement has it."""
        return self.difference.theirs - self.difference.ours


def compared(
    stated: Iterable[StatedAmount], ours: Mapping[AccountKey, Mapping[str, int]]
) -> list[Difference]:
    """Where the book and the statement differ, by user, currency and asset.

    `ours` are the book's amounts per asset of each account of the statement. What one side does not name
    is zero there.
    """
    theirs: dict[AccountKey, dict[str, int]] = {}
    for line in stated:
        theirs.setdefault(line.key, {})[line.asset] = line.amount
    found = []
    for key in sorted(theirs):
        held, told = ours.get(key, {}), theirs[key]
        for asset in sorted(held.keys() | told.keys()):
            difference = Difference(key, asset, held.get(asset, 0), told.get(asset, 0))
            if difference.ours != difference.theirs:
                found.append(difference)
    return found


def item_of(
    difference: Difference, statement: str, as_of: datetime, recorded_at: datetime, again: int = 0
) -> Item:
    """The open item of a difference. Its id follows from its contents alone, so that the same statement
    makes the same items; `again` counts how often just this difference was approved and came back.
    """
    key, asset, ours, theirs = difference
    parts = [statement, *key, asset, as_of.isoformat(), str(ours), str(theirs)]
    if again:
        parts.append(str(again))
    item_id = deterministic_id("reconciliation", *parts)
    return Item(item_id, statement, as_of, difference, ItemStatus.OPEN, recorded_at)
