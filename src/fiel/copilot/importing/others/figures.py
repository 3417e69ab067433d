"""Numbers and days as texts of other programs, read exactly or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from fiel.kernel.exact import exact_context

_LENGTH_MAX = 40
_POINT = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?")
_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d*)?")
_PRICE_STEP = Decimal("0.00000001")


class DecimalSign(StrEnum):
    """Which sign parts whole and fraction; the other one may part thousands."""

    POINT = "."
    COMMA = ","


def number(text: str, sign: DecimalSign = DecimalSign.POINT) -> Decimal | None:
    """The number with the digits as written; `None` for anything else.

    >>> number("3.721,15", DecimalSign.COMMA), number("1,259.59"), number("1,5")
    (Decimal('3721.15'), Decimal('1259.59'), None)
    """
    said = text.replace(" ", "").replace("\u00a0", "").replace("\u2212", "-")
    shape = _POINT if sign is DecimalSign.POINT else _COMMA
    if len(said) > _LENGTH_MAX or not shape.fullmatch(said) or not any(one.isdigit() for one in said):
        return None
    thousands = "," if sign is DecimalSign.POINT else "."
    return Decimal(said.replace(thousands, "").replace(sign.value, "."))


def dollars(text: str) -> Decimal | None:
    """`-$1,259.59` and `($12.00)`, with a decimal point."""
    said = text.replace("$", "").strip()
    if said.startswith("(") and said.endswith(")"):
        said = "-" + said[1:-1]
    return number(said)


def sign_of(texts: Iterable[str], otherwise: DecimalSign) -> DecimalSign | None:
    """The decimal sign of a whole file, by any number that can only be read one way.

    `otherwise` when none decides; `None` when two contradict each other.
    """
    found: set[DecimalSign] = set()
    for text in texts:
        readable = {sign for sign in DecimalSign if number(text, sign) is not None}
        if len(readable) == 1 and ("," in text or "." in text):
            found |= readable
    if len(found) > 1:
        return None
    return found.pop() if found else otherwise


def trimmed(value: Decimal) -> Decimal:
    """Without zeros that only a binary number wrote: 100.0 is 100.

    >>> trimmed(Decimal("100.0")), trimmed(Decimal("37.20"))
    (Decimal('100'), Decimal('37.2'))
    """
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def at_least_cents(value: Decimal) -> Decimal:
    """With two decimals, or more when there are more.

    >>> at_least_cents(Decimal("35.5000")), at_least_cents(Decimal("0.355"))
    (Decimal('35.50'), Decimal('0.355'))
    """
    least = trimmed(value)
    exponent = least.as_tuple().exponent
    return least if isinstance(exponent, int) and exponent < -2 else least.quantize(Decimal("0.01"))


def price_of(amount: Decimal, quantity: Decimal) -> Decimal:
    """Price per unit, as far as it goes: exact, or rounded half to even at 8 decimals."""
    with exact_context():
        price = amount / quantity
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -8:
        return price.quantize(_PRICE_STEP, rounding=ROUND_HALF_EVEN)
    return price


_DAYS = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})(?:[;T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?"), (3, 2, 1)),
)
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


def day(text: str) -> date | None:
    """`2025-01-10`, with or without a time after it, `20250110`, `10-01-2025`, `10/01/2025`, `10.01.2025`.

    >>> day("30/04/2025"), day("20250506"), day("2025-01-10T00:00")
    (datetime.date(2025, 4, 30), datetime.date(2025, 5, 6), datetime.date(2025, 1, 10))
    """
    for shape, (year, month, of_month) in _DAYS:
        found = shape.fullmatch(text.strip())
        if found:
            return _date(found[year], found[month], found[of_month])
    return None


def us_day(text: str) -> date | None:
    """`11/01/2023` is the first of November; `... as of ...` after it does not matter."""
    found = _US_DAY.fullmatch(text.strip())
    return _date(found[3], found[1], found[2]) if found else None


def _date(year: str, month: str, of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None
