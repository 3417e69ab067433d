"""Rounding for display such that what is shown adds up.

`DISPLAY_ROUNDING` names the rule: the total is rounded half-even to the unit, every part is rounded
down, and the units that are missing go to the parts with the largest remainder (ties: first part
first). A part that needs no rounding is never changed. The plan itself is never rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

from fiel.kernel.errors import Corrupt

CENT = Decimal("0.01")
DISPLAY_ROUNDING = "half_even_total_largest_remainder_parts"
#: Wide enough that no amount of money loses a digit before it is rounded on purpose.
_EXACT = Context(prec=80)
_ZERO = Decimal(0)


def rounded(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """`amount` rounded half-even to `unit`."""
    return amount.quantize(unit, rounding=ROUND_HALF_EVEN, context=_EXACT)


def parts_adding_up(parts: Sequence[Decimal], total: Decimal, unit: Decimal = CENT) -> list[Decimal]:
    """`parts` rounded to `unit` so that their sum is `total` (already a multiple of `unit`).

    Raises `Corrupt` when the parts are more than rounding away from the total.
    """
    in_units = [_EXACT.divide(part, unit) for part in parts]
    floors = [part.to_integral_value(rounding=ROUND_FLOOR) for part in in_units]
    missing = int(_EXACT.divide(total, unit) - sum(floors, _ZERO))
    if not 0 <= missing <= len(parts):
        raise Corrupt(
            "parts_do_not_add_up",
            f"the parts sum to {sum(parts, _ZERO)}, not to {total}; please report this plan",
        )
    by_remainder = sorted(range(len(parts)), key=lambda i: floors[i] - in_units[i])
    for i in by_remainder[:missing]:
        floors[i] += 1
    return [floor * unit for floor in floors]
