"""Figures as notes print them: `1.234,56`, `1.000`, `2000`, `-4,80`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

MONEY = re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{2,8}")
_WHOLE = re.compile(r"\d{1,3}(?:\.\d{3})+|\d+")
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_DIGITS_MAX = 18


def money(text: str) -> Decimal | None:
    """A figure with decimals, exactly as printed; `None` when it is none.

    >>> money("1.234,50"), money("1234"), money("12,3456")
    (Decimal('1234.50'), None, Decimal('12.3456'))
    """
    if len(text) > _DIGITS_MAX or not MONEY.fullmatch(text):
        return None
    return Decimal(text.replace(".", "").replace(",", "."))


def quantity(text: str) -> Decimal | None:
    """A number of shares: a dot parts thousands, also when it is left out (`2000`)."""
    if len(text) > _DIGITS_MAX:
        return None
    if _WHOLE.fullmatch(text):
        return Decimal(text.replace(".", ""))
    return money(text)


def day(text: str) -> date | None:
    """The first `dd/mm/aaaa` in the text that is a day of the calendar."""
    found = _DAY.search(text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
