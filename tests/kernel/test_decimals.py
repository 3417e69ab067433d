"""Reading numbers at the edges: what is refused, in which words, and what comes in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.decimals import parse_decimal, plain
from fiel.kernel.errors import InvalidInput
from tests.kernel.strategies import decimals

REFUSED: list[tuple[object, str]] = [
    (0.1, "number_is_float"),
    (1.0, "number_is_float"),
    (float("nan"), "number_is_float"),
    (True, "number_type"),
    (None, "number_type"),
    (b"1", "number_type"),
    (Fraction(1, 2), "number_type"),
    ("", "number_missing"),
    (" ", "number_missing"),
    ("\n", "number_missing"),
    (" 1", "number_malformed"),
    ("1\n", "number_malformed"),
    ("1,0", "number_malformed"),
    ("1.234,56", "number_malformed"),
    ("1_000", "number_malformed"),
    ("+1", "number_malformed"),
    (".5", "number_malformed"),
    ("5.", "number_malformed"),
    ("--1", "number_malformed"),
    ("0x10", "number_malformed"),
    ("R$ 10", "number_malformed"),
    ("١٢", "number_malformed"),
    ("1e3", "number_with_exponent"),
    ("1E400", "number_with_exponent"),
    ("NaN", "number_not_finite"),
    ("sNaN", "number_not_finite"),
    ("-Infinity", "number_not_finite"),
    (Decimal("NaN"), "number_not_finite"),
    (Decimal("sNaN"), "number_not_finite"),
    (Decimal("Infinity"), "number_not_finite"),
    (Decimal("1e400"), "number_too_large"),
    (Decimal("1e-400"), "number_too_large"),
    (Decimal("1e999999"), "number_too_large"),
    (10**38, "number_too_large"),
    (10**100_000, "number_too_large"),
    ("9" * 39, "number_too_large"),
    ("9" * 20 + "." + "9" * 19, "number_too_large"),
    ("9" * 100_000, "number_too_large"),
    ("0" * 100_000, "number_too_large"),
]


@pytest.mark.parametrize(
    ("value", "code"), REFUSED, ids=[f"{code}-{n}" for n, (_, code) in enumerate(REFUSED)]
)
def test_what_is_not_a_plain_number_is_refused_with_its_place(value: object, code: str) -> None:
    """Every shape of bad number raises one short InvalidInput with its code and the field it was in."""
    with pytest.raises(InvalidInput) as caught:
        parse_decimal(value, field="cash")

    assert caught.value.code == code
    assert caught.value.field == "cash"
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.56", "1234.56"),
        ("-0.10", "-0.1"),
        ("007", "7"),
        ("1.500", "1.5"),
        ("-0", "0"),
        ("0.00", "0"),
        (12, "12"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E+1000"), "0"),
        (Decimal("-0"), "0"),
        ("9" * 38, "9" * 38),
    ],
)
def test_a_number_is_read_exactly_and_written_plainly(value: object, text: str) -> None:
    """Accepted numbers come out without exponent, trailing zeros or a negative zero."""
    assert str(parse_decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        ("1.123", {"decimals_max": 2}, "too_many_decimals"),
        ("1.5", {"decimals_max": 0}, "too_many_decimals"),
        ("-0.01", {"minimum": 0}, "number_below_minimum"),
        ("100.01", {"maximum": "100"}, "number_above_maximum"),
        ("1000", {"integer_digits_max": 3}, "number_too_large"),
    ],
)
def test_limits_are_refused_one_step_beyond(text: str, limits: dict[str, int], code: str) -> None:
    """A number just over a limit of decimals, range or digits is refused and its message shows it."""
    with pytest.raises(InvalidInput, match=text.replace(".", r"\.")) as caught:
        parse_decimal(text, **limits)  # type: ignore[arg-type]

    assert caught.value.code == code


def test_limits_themselves_are_allowed() -> None:
    """The limits are inclusive, and zeros at the end do not count as decimals."""
    assert parse_decimal("100", minimum=100, maximum="100", integer_digits_max=3) == 100
    assert parse_decimal("1.2300", decimals_max=2) == Decimal("1.23")


def test_a_comma_is_answered_with_what_to_write() -> None:
    """A Brazilian comma is refused and told about the dot."""
    with pytest.raises(InvalidInput, match=r"use a dot.*1234\.56"):
        parse_decimal("10,50")


@given(decimals(9))
def test_reading_what_was_written_gives_the_same_number(number: Decimal) -> None:
    """Writing a number plainly and reading it again changes nothing."""
    assert parse_decimal(f"{number:f}") == number
    assert parse_decimal(number) == number


@given(decimals(9))
def test_the_plain_form_is_canonical(number: Decimal) -> None:
    """Equal numbers have one plain form, without an exponent."""
    padded = number.quantize(Decimal("1e-9"))

    assert str(plain(number)) == str(plain(padded))
    assert "E" not in str(plain(number)) or abs(number) < Decimal("1e-6")


@given(st.text(max_size=90))
def test_any_text_is_read_or_refused_never_anything_else(text: str) -> None:
    """No text makes the reader fail in another way than InvalidInput."""
    try:
        number = parse_decimal(text)
    except InvalidInput:
        return
    assert Decimal(text) == number
