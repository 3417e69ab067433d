"""From a price back to its rate: a bounded search on the grid of six-decimal rates.

Prices are step functions of the rate (quotations are cut at four decimals, prices at six), so a
root to fifty digits would be an illusion. The search asks only for rates that exist: multiples of
0.000001 %. Secant steps come near; then a bracket grows around that point until it holds the answer,
and is halved. At most 8 secant steps, 31 doublings and 31 halvings.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

from fiel.fixed_income.treasury.discounting import RATE_DECIMALS, RATE_MAX, RATE_MIN
from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context

SECANT_STEPS_MAX = 8
#: Grid steps in 0.01 % and 0.0001 %: the precision of rates in the retail window, and among banks.
_TRADED = (10_000, 100)
_UNITS: int = 10**RATE_DECIMALS
_LOWEST = int(RATE_MIN) * _UNITS
_HIGHEST = int(RATE_MAX) * _UNITS
#: Where the secant starts.
_USUAL = (5 * _UNITS, 15 * _UNITS)

PriceAt = Callable[[Decimal], Decimal]


def rate_of(price_at: PriceAt, price: Decimal, quantum: Decimal) -> Decimal:
    """The rate in percent per year whose price is `price`; `price_at` must not rise with the rate.

    When several six-decimal rates have that very price: the only one with two decimals, as retail sees
    them; else the only one with four, as banks trade them; else the lowest. When none has it: the
    highest rate whose price is still not below it. `quantum` is a unit of the price's last decimal.
    Raises `Refused` when the price belongs to no rate from -50 % to 1000 %.

    The STN's example of an LTN (532 business days), backwards:

    >>> from fiel.fixed_income.treasury.discounting import zero_price
    >>> from fiel.kernel.rounding import truncate
    >>> def pu(rate: Decimal) -> Decimal:
    ...     return truncate(zero_price(Decimal(1000), rate, 532), 6)
    >>> rate_of(pu, Decimal("753.315323"), Decimal("0.000001"))
    Decimal('14.360000')
    """
    known: dict[int, Decimal] = {}

    def at(point: int) -> Decimal:
        if point not in known:
            known[point] = price_at(_rate(point))
        return known[point]

    highest = _last_not_below(at, price, _near(at, price))
    if at(highest) != price:
        return _rate(highest)
    with localcontext(finance_context()):
        above = price + quantum
    lowest = _LOWEST if at(_LOWEST) < above else _last_not_below(at, above, highest) + 1
    return _rate(_likeliest(lowest, highest))


def _likeliest(lowest: int, highest: int) -> int:
    """Which of the rates with one and the same price was meant."""
    for grid in _TRADED:
        first = -(-lowest // grid) * grid
        if first <= highest < first + grid:
            return first
    return lowest


def _rate(point: int) -> Decimal:
    with localcontext(finance_context()):
        return Decimal(point).scaleb(-RATE_DECIMALS)


def _near(at: Callable[[int], Decimal], target: Decimal) -> int:
    """A point near the answer, by the secant; how near is not promised."""
    before, last = _USUAL
    for _ in range(SECANT_STEPS_MAX):
        with localcontext(finance_context()):
            rise = at(last) - at(before)
            if not rise:
                break
            step = (target - at(last)) * (last - before) / rise
        # Clamped before it is made whole: a flat line may lead very far.
        limited = min(max(step, Decimal(_LOWEST - last)), Decimal(_HIGHEST - last))
        before, last = last, last + int(limited)
        if before == last:
            break
    return last


def _last_not_below(at: Callable[[int], Decimal], target: Decimal, near: int) -> int:
    """The highest grid point whose price is at least `target`, sought around `near`."""
    low = high = near
    width = 1
    while at(low) < target:
        if low == _LOWEST:
            raise _without_rate(target)
        low, high, width = max(low - width, _LOWEST), low, width * 2
    while high == low or at(high) >= target:
        if high == _HIGHEST:
            raise _without_rate(target)
        low, high, width = high, min(high + width, _HIGHEST), width * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle) >= target else (low, middle)
    return low


def _without_rate(price: Decimal) -> Refused:
    return Refused(
        "price_without_rate",
        f"no rate from {RATE_MIN} % to {RATE_MAX} % has the price {price}; check its unit and dates",
        field="pu",
    )
