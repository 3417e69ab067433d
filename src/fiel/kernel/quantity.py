"""Quantity: how much of an asset, in units of the asset (shares, quotas, bonds, coins)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fiel.kernel.scalar import Scalar


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Quantity(Scalar):
    """A number of units with at most 9 decimals; negative means leaving.

    >>> Quantity("100") + Quantity("0.5")
    Quantity('100.5')
    """

    DECIMALS: ClassVar[int] = 9
