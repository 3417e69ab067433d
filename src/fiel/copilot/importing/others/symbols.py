"""Tickers as other programs write them."""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_SAO_PAULO = ".SA"


def ticker_of(symbol: str) -> str:
    """`PETR4.SA` is PETR4 at B3; symbols of other exchanges stay as they are.

    >>> ticker_of("PETR4.SA"), ticker_of("CBK.DE")
    ('PETR4', 'CBK.DE')
    """
    return symbol.removesuffix(_SAO_PAULO)


def is_uuid(symbol: str) -> bool:
    """Whether the symbol is an identifier that a program made up."""
    return _UUID.fullmatch(symbol) is not None
