"""Splitting money so that the parts add up to the whole, to the cent (largest remainder)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fiel.kernel.decimals import DecimalInput, decimals_of, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.money import Money
from fiel.kernel.rounding import exact_context


def split(total: Money, weights: Sequence[DecimalInput]) -> list[Money]:
    """`total` shared out in proportion to `weights`; the parts sum to `total` exactly.

    Each part is its exact share cut to the cent; the cents left over go, one each, to the largest
    remainders, and among equal remainders to the earlier part. So every part is less than one cent
    from its exact share, and a weight of zero gets nothing. A negative total is the mirror of the positive.

    Raises `InvalidInput` when there is no weight, one is negative or all are zero.

    >>> [str(part) for part in split(Money("100.00"), [1, 1, 1])]
    ['BRL 33.34', 'BRL 33.33', 'BRL 33.33']
    """
    shares = _whole_numbers(weights)
    whole = sum(shares)
    if not whole:
        raise InvalidInput(
            "weights_sum_to_zero", "there is nothing to share by; give at least one weight above zero"
        )
    cents = abs(total.minor)
    parts = [cents * share // whole for share in shares]
    remainders = [cents * share % whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: cents - sum(parts)]:
        parts[index] += 1
    sign = -1 if total.is_negative else 1
    return [Money.from_minor(sign * part, total.currency) for part in parts]


def split_evenly(total: Money, parts: int) -> list[Money]:
    """`total` in equal parts; the cents left over go to the first parts."""
    if type(parts) is not int or parts < 1:
        raise InvalidInput("parts_out_of_range", "split into a whole number of parts, at least 1")
    return split(total, [1] * parts)


def _whole_numbers(weights: Sequence[DecimalInput]) -> list[int]:
    """The weights on a common scale, as integers, so that the sharing has no rounding of its own."""
    exact = [
        parse_decimal(weight, field=f"weights.{index}", minimum=0) for index, weight in enumerate(weights)
    ]
    decimals = max((decimals_of(weight) for weight in exact), default=0)
    return [int(exact_context().scaleb(weight, Decimal(decimals))) for weight in exact]
