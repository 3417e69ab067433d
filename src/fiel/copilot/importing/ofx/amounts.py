"""Amounts and days of OFX as they are met: decimal commas, no separator, cut or odd time zones."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)")
_LENGTH_MAX = 24


def amount(text: str) -> Decimal | None:
    """The amount, whichever of comma and dot is the decimal sign; `None` when it cannot be told.

    The last separator is the decimal one when both stand, when it stands once, or when two digits follow it.
    A single separator before exactly three digits could be either and is not guessed.

    >>> amount("-250,75"), amount("1.234,50"), amount("5000"), amount("1.234")
    (Decimal('-250.75'), Decimal('1234.50'), Decimal('5000'), None)
    """
    found = _NUMBER.fullmatch(text.replace(" ", "")) if len(text) <= _LENGTH_MAX else None
    if found is None:
        return None
    sign, digits = found.groups()
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return Decimal(sign + digits)
    whole, decimals = digits[:last], digits[last + 1 :]
    other = "," if digits[last] == "." else "."
    if digits[last] in whole or (len(decimals) == 3 and other not in whole):
        return None
    groups = whole.split(other)
    if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
        return None
    return Decimal(f"{sign}{''.join(groups) or '0'}.{decimals or '0'}")


def has_decimals(text: str) -> bool:
    """Whether any decimal sign is written."""
    return "," in text or "." in text


def day(text: str) -> date | None:
    """The day in the first eight digits; hours, zones and digits missing after them do not matter.

    >>> day("2025033110000[-03:EST]")
    datetime.date(2025, 3, 31)
    """
    digits = text[:8]
    if len(digits) < 8 or not digits.isdecimal() or not digits.isascii():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
