"""Numbers as people type them: read the Brazilian way, refused where they could mean two things."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.entrypoints.web.typed_numbers import number_box, price_box, typed_number
from fiel.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", "1000"),
        ("1.000", "1000"),
        ("1.000,5", "1000.5"),
        ("R$ 1.000,50", "1000.50"),
        ("R$\u00a01.000,50", "1000.50"),
        (" 12,5% ", "12.5"),
        ("0,01", "0.01"),
        ("1.234.567,89", "1234567.89"),
    ],
)
def test_brazilian_numbers_are_read(text: str, number: str) -> None:
    """A point groups thousands, a comma begins the decimals; sign of money and blanks do not matter."""
    assert typed_number(text, "valor") == Decimal(number)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("1000.50", "1.000,50", "100.050"),
        ("12.5", "12,5", "125"),
        ("1.5", "1,5", "15"),
        ("1,000.50", "1.000,50", "1,0005"),
        ("1,000", "1.000", "1"),
    ],
)
def test_what_could_be_two_numbers_is_refused_with_both(text: str, one: str, other: str) -> None:
    """Nobody guesses: the person is shown both readings, each in the form to type."""
    with pytest.raises(InvalidInput) as refused:
        typed_number(text, "valor")

    assert refused.value.code == "number_ambiguous"
    assert (refused.value.details["one"], refused.value.details["other"]) == (one, other)
    assert refused.value.field == "valor"
    assert typed_number(one, "valor") != typed_number(other, "valor", decimals_max=9)


@pytest.mark.parametrize("text", ["", "abc", "1.00,5", "--1", "1,,5", "1e5", "NaN", "1" * 60, "=1+1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """Text, formulas, exponents and slips of the keyboard are told as such."""
    with pytest.raises(InvalidInput):
        typed_number(text, "valor")


def test_a_quantity_may_have_three_decimals() -> None:
    """Where so many decimals are an answer, `1,000` is one in Brazilian and is read so."""
    assert typed_number("1,000", "quantidade", decimals_max=9) == 1


@given(st.decimals(min_value=0, max_value=10**12, places=4, allow_nan=False))
def test_what_stands_in_a_box_is_read_back(number: Decimal) -> None:
    """A form that was shown can be sent as it is: no digit is lost or gained."""
    assert typed_number(number_box(number), "peso", decimals_max=8) == number


def test_a_price_box_has_cents() -> None:
    """Prices are shown with two decimals at least, and with all that they have."""
    assert [price_box(Decimal(text)) for text in ("38.1", "2310", "0.12345")] == [
        "38,10",
        "2310,00",
        "0,12345",
    ]
