"""Growth by a yearly rate over business days, to 47 digits and not rounded: each rule rounds it itself."""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from functools import lru_cache

from fiel.kernel.daycount import BUSINESS_DAYS_A_YEAR
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context

#: Percent per year. Beyond this a rate is a slip of the decimal point; Brazil's worst CDI was below.
RATE_MAX = Decimal(100_000)
#: Four hundred years of business days.
BUSINESS_DAYS_MAX = 100_800


def annual_rate(value: DecimalInput, *, field: str, minimum: DecimalInput = "-99.9999") -> Decimal:
    """A rate in percent per year, read and checked.

    Raises `InvalidInput` for a float, for what is not a number and outside `minimum`..100000.

    >>> annual_rate("14.90", field="rate")
    Decimal('14.9')
    """
    return parse_decimal(value, field=field, minimum=minimum, maximum=RATE_MAX)


def business_days(count: int, *, field: str = "business_days") -> int:
    """A count of business days, checked: a whole number from 0 to 100800.

    >>> business_days(252)
    252
    """
    if type(count) is not int or not 0 <= count <= BUSINESS_DAYS_MAX:
        raise InvalidInput(
            "business_days_count",
            f"business days are a whole number from 0 to {BUSINESS_DAYS_MAX}",
            field=field,
        )
    return count


def growth(rate: Decimal, count: int) -> Decimal:
    """(1 + rate/100)^(count/252), to 47 digits, not rounded. `rate` in percent per year.

    >>> growth(Decimal(21), 126)
    Decimal('1.1')
    """
    with localcontext(finance_context()):
        base = 1 + rate / 100
        whole, rest = divmod(count, BUSINESS_DAYS_A_YEAR)
        # Whole years by integer powers: exact where it can be.
        grown = base**whole
        if rest * 2 == BUSINESS_DAYS_A_YEAR:
            return grown * base.sqrt()
        return grown * _daily_root(base) ** rest if rest else grown


@lru_cache(maxsize=4096)
def _daily_root(base: Decimal) -> Decimal:
    """base^(1/252). Kept, because a fractional power costs a hundred times what a whole one does."""
    with localcontext(finance_context()):
        return base ** (Decimal(1) / BUSINESS_DAYS_A_YEAR)


#: A quick power has 30 digits, of which 12 beyond the decimals wanted are looked at, to see a cut coming.
QUICK_DIGITS = 30
_GUARD = 10**12
_QUICK_MAX = 10_000


def quick_context() -> Context:
    """The finance context with 30 digits."""
    context = finance_context()
    context.prec = QUICK_DIGITS
    return context


def quick_scaled(log: Decimal, count: int, total: int, decimals: int, *, is_cut: bool) -> int | None:
    """e^(log * count/total) times 10^decimals, cut (T-n) or rounded half up (A-n): a fifth of a power's time.

    `log` has 30 digits. `None` for a number so near to where its digits would change that 30 digits cannot
    tell (exact roots lie there), or above 10000: ask the plain power then.

    A third of 10 %, 1.10^(1/3) = 1.0322801154..., cut and rounded:

    >>> log = quick_context().ln(Decimal("1.1"))
    >>> quick_scaled(log, 1, 3, 8, is_cut=True), quick_scaled(log, 1, 3, 8, is_cut=False)
    (103228011, 103228012)
    """
    with localcontext(quick_context()):
        grown = (log * count / total).exp()
        if grown > _QUICK_MAX:
            return None
        looked_at = int(grown.scaleb(decimals + 12))
    if not is_cut:
        looked_at += _GUARD // 2
    whole, beyond = divmod(looked_at, _GUARD)
    return whole if 1 < beyond < _GUARD - 2 else None


_SCALE = 10**36
_NINE = 10**27
#: Digits of a daily root: 36 decimals and some to spare.
_ROOT_DIGITS = 42


def quick_growth9(rate: Decimal, count: int) -> int | None:
    """A-9 of (1 + rate/100)^(count/252) times 10^9, from 36 decimals; `None` where they cannot tell.

    Squares of the daily root in whole numbers: `count` steps lose less than 2 * count * 10^-36 of the result
    (of 1, when it is below 1), and 10^-30 is given away. Near a tie the plain power must be asked.

    Half a year at 21 % is 10 %; a yearly factor of 1.0000000005 is a tie of the ninth decimal:

    >>> quick_growth9(Decimal(21), 126), quick_growth9(Decimal("0.00000005"), 252)
    (1100000000, None)
    """
    result, square, left = _SCALE, _daily_root36(rate), count
    while left:
        if left & 1:
            result = result * square // _SCALE
        left >>= 1
        if left:
            square = square * square // _SCALE
    slack = result // 10**30 + 10**6
    low = (result - slack + _NINE // 2) // _NINE
    return low if low == (result + slack + _NINE // 2) // _NINE else None


# Typed: a float must not find what its equal Decimal left here.
@lru_cache(maxsize=4096, typed=True)
def _daily_root36(rate: Decimal) -> int:
    """(1 + rate/100)^(1/252) times 10^36, cut; by the logarithm, which is faster than a power."""
    with localcontext(finance_context()) as context:
        context.prec = _ROOT_DIGITS
        root = ((1 + rate / 100).ln() / BUSINESS_DAYS_A_YEAR).exp()
        return int(root.scaleb(36))
