"""Named roundings and the decimal contexts."""

from __future__ import annotations

import decimal
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import (
    Rounding,
    exact_context,
    finance_context,
    round_half_up,
    round_to,
    truncate,
)
from tests.kernel.strategies import decimals


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_UP, ["3", "-3", "3", "-3", "4"]),
        (Rounding.HALF_EVEN, ["2", "-2", "3", "-3", "4"]),
        (Rounding.TRUNCATE, ["2", "-2", "2", "-2", "3"]),
        (Rounding.DOWN, ["2", "-2", "2", "-2", "3"]),
        (Rounding.UP, ["3", "-3", "3", "-3", "4"]),
        (Rounding.FLOOR, ["2", "-3", "2", "-3", "3"]),
        (Rounding.CEILING, ["3", "-2", "3", "-2", "4"]),
    ],
)
def test_each_rounding_does_what_its_name_says(rounding: Rounding, expected: list[str]) -> None:
    """The seven names give the textbook answers on halves, on both signs."""
    values = ["2.5", "-2.5", "2.9", "-2.9", "3.5"]

    assert [str(round_to(Decimal(value), 0, rounding)) for value in values] == expected


def test_market_roundings_keep_the_decimals_they_name() -> None:
    """A-n and T-n return exactly n decimals, also when there is nothing to cut."""
    assert str(round_half_up(Decimal("1.000455135"), 8)) == "1.00045514"
    assert str(truncate(Decimal("-10.789"), 2)) == "-10.78"
    assert str(truncate(5, 2)) == "5.00"


def test_a_negative_zero_never_comes_out() -> None:
    """Rounding a small negative number to nothing gives plain zero."""
    assert str(truncate(Decimal("-0.001"), 2)) == "0.00"


@given(decimals(9), st.integers(0, 9), st.sampled_from(list(Rounding)))
def test_a_rounded_number_is_less_than_one_unit_away(value: Decimal, places: int, rounding: Rounding) -> None:
    """Any rounding moves a number by less than one unit of its last decimal; the half ones by half of it."""
    moved = abs(Fraction(round_to(value, places, rounding)) - Fraction(value))

    assert moved < Fraction(1, 10**places)
    if rounding in {Rounding.HALF_UP, Rounding.HALF_EVEN}:
        assert moved <= Fraction(1, 2 * 10**places)


@given(decimals(9), st.integers(0, 9))
def test_truncating_agrees_with_integer_arithmetic(value: Decimal, places: int) -> None:
    """T-n equals the integer part of the number scaled by 10^n, whatever its sign."""
    scaled = Fraction(value) * 10**places
    whole = abs(scaled.numerator) // scaled.denominator

    assert abs(Fraction(truncate(value, places))) == Fraction(whole, 10**places)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0.5, "number_type"),
        (True, "number_type"),
        ("1", "number_type"),
        (Decimal("NaN"), "number_not_finite"),
        (Decimal("Infinity"), "number_not_finite"),
        (Decimal("1e150"), "number_too_large"),
        (10**200, "number_too_large"),
    ],
)
def test_what_cannot_be_rounded_exactly_is_refused(value: object, code: str) -> None:
    """Floats, flags, text and numbers beyond reason raise InvalidInput."""
    with pytest.raises(InvalidInput) as caught:
        round_to(value, 2, Rounding.HALF_UP)  # type: ignore[arg-type]

    assert caught.value.code == code


@pytest.mark.parametrize("places", [-1, 31, True, "2"])
def test_decimals_out_of_range_are_refused(places: object) -> None:
    """The number of decimals is a whole number from 0 to 30."""
    with pytest.raises(InvalidInput, match="0 to 30"):
        round_to(Decimal(1), places, Rounding.UP)  # type: ignore[arg-type]


def test_the_finance_context_has_fifty_digits_and_refuses_floats() -> None:
    """Inside the house context a third has 50 digits, and mixing a float in raises."""
    with localcontext(finance_context()):
        assert str(Decimal(1) / 3) == "0." + "3" * 50
        with pytest.raises(decimal.FloatOperation):
            Decimal(0.1)  # noqa: RUF032 - the float is the point
        with pytest.raises(decimal.DivisionByZero):
            Decimal(1) / 0


def test_contexts_are_fresh_and_the_process_keeps_its_own() -> None:
    """Changing one house context changes no other, and the process-wide context is left alone."""
    before = decimal.getcontext().copy()
    mine = finance_context()
    mine.prec = 5
    round_to(Decimal("1") / 3, 20, Rounding.UP)

    assert finance_context().prec == 50
    after = decimal.getcontext()
    assert (after.prec, after.rounding, after.traps) == (before.prec, before.rounding, before.traps)


def test_the_exact_context_raises_rather_than_lose_a_digit() -> None:
    """A result that does not fit exactly is an error, not a rounded number."""
    assert exact_context().multiply(Decimal("1.5"), Decimal("1.5")) == Decimal("2.25")
    with pytest.raises(decimal.Inexact):
        exact_context().divide(Decimal(1), Decimal(3))
