"""Splitting money to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.kernel.money import Money, total
from fiel.kernel.splitting import split, split_evenly
from tests.kernel.strategies import money

weights = st.lists(
    st.integers(0, 10**6).map(lambda units: Decimal(units).scaleb(-3)), min_size=1, max_size=12
).filter(any)


def texts(parts: list[Money]) -> list[str]:
    """The amounts, to be read."""
    return [f"{part.amount:f}" for part in parts]


@pytest.mark.parametrize(
    ("whole", "shares", "expected"),
    [
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("0.02", [1, 1, 1], ["0.01", "0.01", "0.00"]),
        ("0.01", ["0.2", "0.5", "0.3"], ["0.00", "0.01", "0.00"]),
        ("1000.00", ["33.33", "33.33", "33.34"], ["333.30", "333.30", "333.40"]),
        ("-100.00", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("0.05", [1, 0, 1], ["0.03", "0.00", "0.02"]),
        ("0.00", [1, 2], ["0.00", "0.00"]),
        ("10.00", [7], ["10.00"]),
    ],
)
def test_leftover_cents_go_to_the_largest_remainders(
    whole: str, shares: list[int | str], expected: list[str]
) -> None:
    """Known splits: equal remainders favour the earlier part, negatives mirror, zero weights get nothing."""
    assert texts(split(Money(whole), shares)) == expected


@given(money(), weights)
def test_the_parts_sum_to_the_whole_and_are_fair(whole: Money, shares: list[Decimal]) -> None:
    """The sum is exact, each part is within a cent of its exact share, and no part has the wrong sign."""
    parts = split(whole, shares)

    assert total(parts) == whole
    weight = sum(map(Fraction, shares))
    for part, share in zip(parts, shares, strict=True):
        exact = whole.minor * Fraction(share) / weight
        assert abs(part.minor - exact) < 1
        assert part.minor * whole.minor >= 0
        assert share or part.is_zero


@given(money(), weights, st.randoms(use_true_random=False))
def test_reordering_only_moves_the_tied_cents(whole: Money, shares: list[Decimal], random: object) -> None:
    """Permuting the weights permutes the parts, but for the cents that a tie gives to the earlier."""
    order = list(range(len(shares)))
    random.shuffle(order)  # type: ignore[attr-defined]
    parts = split(whole, shares)
    moved = split(whole, [shares[index] for index in order])

    assert sorted(moved) == sorted(parts)
    if len(remainders := _remainders(whole, shares)) == len(set(remainders)):
        assert moved == [parts[index] for index in order]


@given(money(minimum=0), weights)
def test_among_equal_weights_the_earlier_never_gets_less(whole: Money, shares: list[Decimal]) -> None:
    """A tie in weight is decided by position."""
    parts = split(whole, shares)

    for later in range(len(shares)):
        for earlier in range(later):
            if shares[earlier] == shares[later]:
                assert parts[earlier] >= parts[later]


@given(money(), weights, st.integers(1, 1000))
def test_the_scale_of_the_weights_does_not_matter(whole: Money, shares: list[Decimal], scale: int) -> None:
    """Weights in percent, in points or in reais give the same parts; the mirror image holds for -whole."""
    assert split(whole, [share * scale for share in shares]) == split(whole, shares)
    assert split(-whole, shares) == [-part for part in split(whole, shares)]


@pytest.mark.parametrize(
    ("shares", "code", "field"),
    [
        ([], "weights_sum_to_zero", None),
        ([0, "0.00"], "weights_sum_to_zero", None),
        ([1, -1], "number_below_minimum", "weights.1"),
        ([1, 0.5], "number_is_float", "weights.1"),
        (["x", 1], "number_malformed", "weights.0"),
    ],
)
def test_impossible_weights_are_refused(shares: list[object], code: str, field: str | None) -> None:
    """No weight, only zeros, a negative one or a float: refused, naming which."""
    with pytest.raises(InvalidInput) as caught:
        split(Money(1), shares)  # type: ignore[arg-type]

    assert (caught.value.code, caught.value.field) == (code, field)


def test_even_parts_differ_by_a_cent_at_most() -> None:
    """Ten reais in three instalments, and in no instalment at all."""
    assert texts(split_evenly(Money("10.00"), 3)) == ["3.34", "3.33", "3.33"]
    assert split_evenly(Money(7, "JPY"), 2) == [Money(4, "JPY"), Money(3, "JPY")]
    with pytest.raises(InvalidInput):
        split_evenly(Money(1), 0)


def _remainders(whole: Money, shares: list[Decimal]) -> list[Fraction]:
    weight = sum(map(Fraction, shares))
    return [abs(whole.minor) * Fraction(share) / weight % 1 for share in shares]
