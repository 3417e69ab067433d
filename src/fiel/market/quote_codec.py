"""Quotes as fields that JSON can hold: one way in and out for the database and the caches.

Symbol, price, currency and instant stand beside these fields, where each of them keeps its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fiel.market.values import QuoteReading

_NUMBERS = ("previous_close", "open", "high", "low", "change", "change_percent")


def quote_fields(reading: QuoteReading) -> dict[str, object]:
    """What a service may leave out of a quote, exact decimals as text."""
    numbers: dict[str, object] = {
        name: None if (value := getattr(reading, name)) is None else f"{value:f}" for name in _NUMBERS
    }
    return numbers | {"volume": reading.volume, "name": reading.name, "requested": reading.requested}


def quote_of(
    symbol: str, price: str, currency: str, as_of: datetime, fields: Mapping[str, Any]
) -> QuoteReading:
    """The way back. Raises the errors of its types for fields that are not those of `quote_fields`."""
    numbers = {name: None if fields[name] is None else Decimal(fields[name]) for name in _NUMBERS}
    return QuoteReading(
        symbol,
        Decimal(price),
        currency,
        as_of,
        requested=fields["requested"],
        volume=fields["volume"],
        name=fields["name"],
        **numbers,
    )
