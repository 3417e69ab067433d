"""Generators of kernel values for the property tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from fiel.kernel.money import Money

CENTS_MAX = 10**14


def decimals(places: int, magnitude: int = 10**12) -> st.SearchStrategy[Decimal]:
    """Finite decimals of at most `places` decimals."""
    scaled = magnitude * 10**places
    return st.integers(-scaled, scaled).map(lambda units: Decimal(units).scaleb(-places))


def money(minimum: int = -CENTS_MAX, maximum: int = CENTS_MAX) -> st.SearchStrategy[Money]:
    """Reais, from cents."""
    return st.integers(minimum, maximum).map(Money.from_minor)


def days(first: date = date(1991, 1, 1), last: date = date(2099, 12, 31)) -> st.SearchStrategy[date]:
    """Dates well inside the calendars' range."""
    return st.dates(first, last)
