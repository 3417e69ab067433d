"""Average cost: buys move it, sales do not, fees of buying are part of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, Refused
from fiel.portfolio.positions import Position

amounts = st.decimals("0.01", "100000", places=2)


def test_two_buys_average_by_quantity() -> None:
    """100 at 10.00 and 100 at 12.00 cost 11.00 each, and selling 200 at 13.00 gains 400.00."""
    position = Position("INVE3").bought(Decimal(100), Decimal("10.00")).bought(Decimal(100), Decimal("12.00"))
    assert position.average_cost == Decimal("11.00")
    assert position.gain(Decimal(200), Decimal("13.00")) == Decimal("400.00")


def test_fees_of_a_buy_are_part_of_the_cost_and_fees_of_a_sale_reduce_the_gain() -> None:
    """A fee of 5 on 100 shares is 0.05 a share; one of 3 on the sale takes 3 from the gain."""
    position = Position("A").bought(Decimal(100), Decimal(10), Decimal(5))
    assert position.average_cost == Decimal("10.05")
    assert position.gain(Decimal(50), Decimal(12), Decimal(3)) == Decimal("94.50")


def test_a_sale_leaves_the_average_alone_and_an_empty_position_forgets_it() -> None:
    """The next buy after selling everything starts a new average."""
    position = Position("A", Decimal(10), Decimal("7.77"))
    assert position.sold(Decimal(4)) == Position("A", Decimal(6), Decimal("7.77"))
    emptied = position.sold(Decimal(10))
    assert emptied.average_cost is None
    assert emptied.bought(Decimal(1), Decimal(5)).average_cost == Decimal(5)


def test_an_unknown_cost_stays_unknown() -> None:
    """Buying more of what has no known cost does not make it known, and its gain is refused."""
    position = Position("A", Decimal(10)).bought(Decimal(10), Decimal(5))
    assert (position.quantity, position.average_cost, position.cost) == (Decimal(20), None, None)
    with pytest.raises(Refused, match="average cost") as caught:
        position.gain(Decimal(1), Decimal(5))
    assert caught.value.code == "average_cost_missing"


def test_more_than_is_held_cannot_be_sold() -> None:
    """The refusal says how much is missing."""
    with pytest.raises(Refused) as caught:
        Position("A", Decimal(10), Decimal(1)).sold(Decimal(12))
    assert (caught.value.code, caught.value.details["missing"]) == ("quantity_not_held", "2")


@pytest.mark.parametrize("quantity", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_a_quantity_must_be_a_number_above_zero(quantity: Decimal) -> None:
    """Zero, negative and not-a-number quantities are refused."""
    with pytest.raises(InvalidInput):
        Position("A").bought(quantity, Decimal(1))


def test_a_float_is_refused() -> None:
    """A float price would carry its binary error into every later average."""
    with pytest.raises(InvalidInput) as caught:
        Position("A").bought(Decimal(1), 0.1)  # type: ignore[arg-type]
    assert caught.value.code == "float_refused"


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20))
def test_the_average_times_the_quantity_is_what_was_paid(buys: list[tuple[Decimal, Decimal]]) -> None:
    """Rounding the average at 12 decimals loses less than a millionth of a cent per unit bought."""
    position = Position("A")
    for quantity, price in buys:
        position = position.bought(quantity, price)
    paid = sum((quantity * price for quantity, price in buys), Decimal(0))
    assert position.cost is not None
    assert abs(position.cost - paid) <= position.quantity * len(buys) * Decimal("1e-12")
