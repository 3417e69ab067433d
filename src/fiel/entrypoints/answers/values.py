"""What answers for programs are made of: exact numbers and instants as text."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from fiel.copilot.taxes.remarks import Remark


def moment_text(moment: datetime | None) -> str | None:
    """An instant for programs: ISO 8601 in UTC."""
    return None if moment is None else moment.isoformat()


def number_text(number: Decimal | None) -> str | None:
    """A number for programs: exact, as plain text."""
    return None if number is None else f"{number:f}"


def remark_records(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"code": one.code, "day": None if one.day is None else one.day.isoformat(), **dict(one.values)}
        for one in remarks
    ]


def amount_of(minor: int, currency: str) -> Decimal:
    """Minor units as the amount they are."""
    from fiel.custody.accounts import money_of

    return money_of(minor, currency)


def quantity_of(units: int) -> Decimal:
    """Billionths as the quantity they are."""
    from fiel.custody.accounts import units_of

    return units_of(units)


def quantity_text(units: int) -> str:
    """Billionths as a quantity for programs: plain decimal text."""
    from fiel.custody.accounts import QUANTITY_SCALE, units_text

    return units_text(units, QUANTITY_SCALE)


def nanos(units: int) -> Decimal:
    """Billionths as the quantity or price they are."""
    return quantity_of(units).normalize() + 0
