"""What one asset may do, as ranges of whole lots: exact integer bounds instead of inequalities in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Any

from tests.oracles.rebalancing.instance import (
    EXACT,
    ZERO,
    Instance,
    Tier,
    inside_bands,
    number,
    tiers,
    whole,
)


@dataclass(frozen=True, slots=True)
class LotRange:
    """An order of `first`..`last` lots on one side inside one fee bracket: fee = fixed + rate * value."""

    asset: str
    side: str
    first: int
    last: int
    lot: Decimal
    lot_value: Decimal
    fixed: Decimal
    rate: Decimal

    @property
    def sign(self) -> int:
        return 1 if self.side == "buy" else -1


def lot_ranges(instance: Instance) -> list[LotRange]:
    """Every range that an order may take (an asset can also have no order), in the order of the assets."""
    with localcontext(EXACT):
        if inside_bands(instance):
            return []
        total = whole(instance)
        money = number(instance, "cash") + number(instance, "flow") - number(instance, "min_cash")
        money += sum((_sell_lots(instance, a) * _lot_value(a) for a in instance["assets"]), ZERO)
        found = []
        for asset in instance["assets"]:
            for side, most in (
                ("sell", _sell_lots(instance, asset)),
                ("buy", _buy_lots(instance, asset, money, total)),
            ):
                for tier in tiers(instance):
                    found += _range_in_tier(asset, side, most, tier)
        return found


def _range_in_tier(asset: Mapping[str, Any], side: str, most: int, tier: Tier) -> list[LotRange]:
    value = _lot_value(asset)
    first = max(1, _ceil(number(asset, "min_order") / value), _floor(tier.above / value) + 1)
    last = most if tier.up_to is None else min(most, _floor(tier.up_to / value))
    if last < first:
        return []
    return [LotRange(asset["id"], side, first, last, Decimal(asset["lot"]), value, tier.fixed, tier.rate)]


def _lot_value(asset: Mapping[str, Any]) -> Decimal:
    return Decimal(asset["price"]) * Decimal(asset["lot"])


def _sell_lots(instance: Instance, asset: Mapping[str, Any]) -> int:
    if instance["mode"] == "contribution" or not asset.get("can_sell", True):
        return 0
    return _floor(number(asset, "quantity") / Decimal(asset["lot"]))


def _buy_lots(instance: Instance, asset: Mapping[str, Any], money: Decimal, total: Decimal) -> int:
    if instance["mode"] == "withdrawal" or not asset.get("can_buy", True):
        return 0
    room = money
    if asset.get("max_weight") is not None:
        held = number(asset, "quantity") * Decimal(asset["price"])
        room = min(room, Decimal(asset["max_weight"]) * total - held)
    return max(0, _floor(room / _lot_value(asset)))


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))


def _ceil(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))
