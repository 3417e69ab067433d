"""Money, Price, Quantity, Percent and Rate."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.kernel.money import CURRENCY_DECIMALS, Money, total
from fiel.kernel.percent import Percent, Rate
from fiel.kernel.price import Price
from fiel.kernel.quantity import Quantity
from fiel.kernel.rounding import Rounding
from tests.kernel.strategies import decimals, money

UNITS = [Money, Price, Quantity, Percent, Rate]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "bad", [0.1, True, None, "", "1,0", "NaN", Decimal("Infinity"), Decimal("1e400"), "9" * 39]
)
def test_no_value_is_made_from_a_bad_number(unit: type[Money], bad: object) -> None:
    """Floats, flags, commas, NaN and monsters are refused by every unit."""
    with pytest.raises(InvalidInput):
        unit(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "decimals_max"), [(Money, 2), (Price, 9), (Quantity, 9), (Percent, 4), (Rate, 16)]
)
def test_decimals_beyond_the_unit_are_refused_unless_a_rounding_is_named(
    unit: type[Money], decimals_max: int
) -> None:
    """One decimal too many is refused; with a named rounding it is cut, by that rounding."""
    fits = "1." + "1" * decimals_max
    with pytest.raises(InvalidInput, match="name a rounding") as caught:
        unit(fits + "5")

    assert caught.value.code == "too_many_decimals"
    assert unit.rounded(fits + "5", Rounding.TRUNCATE) == unit(fits)
    assert unit.rounded(fits + "5", Rounding.UP) > unit(fits)


def test_money_keeps_the_decimals_of_its_currency() -> None:
    """Reais show two decimals and yen none, and yen with cents are refused."""
    assert str(Money(10)) == "BRL 10.00"
    assert str(Money("1500", "JPY")) == "JPY 1500"
    with pytest.raises(InvalidInput, match="at most 0"):
        Money("1500.5", "JPY")


@pytest.mark.parametrize(
    ("currency", "code"),
    [("brl", "currency_malformed"), ("R$", "currency_malformed"), ("XYZ", "currency_unknown")],
)
def test_only_known_currencies_exist(currency: str, code: str) -> None:
    """A malformed or unknown currency is refused for money and for prices."""
    for unit in (Money, Price):
        with pytest.raises(InvalidInput) as caught:
            unit(1, currency)
        assert caught.value.code == code


def test_two_currencies_never_mix() -> None:
    """Adding, subtracting, comparing and dividing across currencies is refused; equality is just false."""
    real, dollar = Money(1), Money(1, "USD")
    operations: list[Callable[[], object]] = [
        lambda: real + dollar,
        lambda: real - dollar,
        lambda: real < dollar,
        lambda: real >= dollar,
        lambda: real.ratio_to(dollar),
        lambda: total([real, dollar]),
        lambda: Price(1) + Price(1, "USD"),
        lambda: Price(1) - Price(1, "USD"),
        lambda: Price(1) < Price(1, "USD"),
    ]
    for operation in operations:
        with pytest.raises(InvalidInput) as caught:
            operation()
        assert caught.value.code == "currency_mismatch"
    assert real != dollar
    assert Price(1) != Price(1, "USD")


def test_equal_numbers_of_different_units_are_not_equal() -> None:
    """One percent, a rate of one, one share and one real are four different things."""
    values = [Money(1), Price(1), Quantity(1), Percent(1), Rate(1), Decimal(1)]

    assert all(left != right for i, left in enumerate(values) for right in values[i + 1 :])


@pytest.mark.parametrize(
    "value",
    [Money("-1.50"), Money(2, "JPY"), Price("38.2"), Quantity("0.000000001"), Percent(5), Rate("0.1")],
)
def test_a_value_is_immutable_and_survives_copies(value: Money) -> None:
    """Values cannot be changed, hash by content, and repr, copy and pickle give them back."""
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, Decimal(0))
    namespace = {unit.__name__: unit for unit in UNITS}

    assert eval(repr(value), namespace) == value  # noqa: S307 - repr is promised to be code
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes
    assert copy.deepcopy(value) == value
    assert len({value, copy.copy(value)}) == 1


def test_text_forms_are_short_and_plain() -> None:
    """Values print their number without an exponent, with their unit."""
    assert str(Price("38.20")) == "BRL 38.2"
    assert str(Quantity("0.000000001")) == "0.000000001"
    assert str(Quantity(10**20)) == "1" + "0" * 20
    assert str(Percent("33.30")) == "33.3%"
    assert repr(Quantity("1.50")) == "Quantity('1.5')"
    assert repr(Money("-0.00")) == "Money('0.00', 'BRL')"


@given(money(), money(), money())
def test_money_adds_like_the_integers_of_its_cents(a: Money, b: Money, c: Money) -> None:
    """Sums, differences, negation, order and products by integers are those of whole cents."""
    assert (a + b - c).minor == a.minor + b.minor - c.minor
    assert (-a).minor == -a.minor
    assert abs(a).minor == abs(a.minor)
    assert (a * 7 + 7 * b).minor == 7 * (a.minor + b.minor)
    assert (a < b) == (a.minor < b.minor)
    assert (a >= b) == (a.minor >= b.minor)
    assert sorted([a, b, c], key=lambda m: m.minor) == sorted([a, b, c])
    assert total([a, b, c]) == a + b + c


@pytest.mark.parametrize("unit", UNITS)
def test_order_is_that_of_the_numbers(unit: type[Money]) -> None:
    """Every unit sorts by number; a value is not below itself."""
    low, high = unit("-1.5"), unit("2")

    assert sorted([high, low]) == [low, high]
    assert (low < low, low <= low, low > low, low >= low) == (False, True, False, True)  # noqa: PLR0124
    assert (low < high, low <= high, low > high, low >= high) == (True, True, False, False)


@given(money(), money())
def test_results_are_in_the_same_form_as_constructed_money(a: Money, b: Money) -> None:
    """Whatever the operations, money has two decimals and no negative zero."""
    for result in (a + b, a - a, -(a - a), a * 0, -a * 0, a.times("0.001", Rounding.TRUNCATE)):
        assert repr(result) == repr(Money(result.amount))


@pytest.mark.parametrize("currency", sorted(CURRENCY_DECIMALS))
@given(units=st.integers(-(10**15), 10**15))
def test_minor_units_come_back(currency: str, units: int) -> None:
    """Money made from minor units gives them back, in every currency."""
    assert Money.from_minor(units, currency).minor == units


@pytest.mark.parametrize("bad", [1.0, "1", True, Decimal(1)])
def test_minor_units_are_whole_numbers(bad: object) -> None:
    """Minor units that are not an int are refused."""
    with pytest.raises(InvalidInput):
        Money.from_minor(bad)  # type: ignore[arg-type]


def test_results_beyond_38_digits_are_refused() -> None:
    """The largest amount exists, and one cent or one fold more is refused rather than rounded."""
    largest = Money("9" * 36 + ".99")

    assert largest - Money("0.01") < largest
    operations: list[Callable[[], object]] = [
        lambda: largest + Money("0.01"),
        lambda: largest * 2,
        lambda: Money("9" * 37),
    ]
    for operation in operations:
        with pytest.raises(InvalidInput) as caught:
            operation()
        assert caught.value.code == "number_too_large"


def test_arithmetic_does_not_depend_on_the_process_context() -> None:
    """With a tiny process-wide precision the sums and products stay exact."""
    with localcontext() as context:
        context.prec = 3
        assert Money("12345.67") + Money("0.01") == Money("12345.68")
        assert Money("12345.67") * 3 == Money("37037.01")
        assert Price("1.23456789") * Quantity("123456.789") == Decimal("152415.78750190521")
        assert Quantity("12345.678") - Quantity("0.001") == Quantity("12345.677")
        assert Percent("99.9999").fraction == Decimal("0.999999")
        assert -Money("12345.67") == Money("-12345.67")


@given(decimals(9, 10**9), decimals(9, 10**9))
def test_price_times_quantity_is_exact(price: Decimal, quantity: Decimal) -> None:
    """The product of a price and a quantity has every digit, in either order."""
    exact = Fraction(price) * Fraction(quantity)

    assert Fraction(Price(price) * Quantity(quantity)) == exact
    assert Fraction(Quantity(quantity) * Price(price)) == exact


@given(decimals(9, 10**6), decimals(9, 10**6), st.sampled_from(list(Rounding)))
def test_the_financial_value_is_the_exact_product_rounded_once(
    price: Decimal, quantity: Decimal, rounding: Rounding
) -> None:
    """Price.times rounds the exact product to the cent, once, by the named rounding."""
    exact = Price(price) * Quantity(quantity)

    assert Price(price).times(Quantity(quantity), rounding) == Money.rounded(exact, rounding)


def test_a_ratio_of_money_is_a_plain_number() -> None:
    """A share of a total has 50 digits, and a share of zero is refused."""
    assert Money(1).ratio_to(Money(3)) == Decimal("0." + "3" * 50)
    with pytest.raises(InvalidInput) as caught:
        Money(1).ratio_to(Money(0))
    assert caught.value.code == "ratio_to_zero"


@given(decimals(4, 10**6))
def test_percent_fraction_and_rate_are_the_same_number(value: Decimal) -> None:
    """Percent to fraction or rate and back loses nothing."""
    percent = Percent(value)

    assert Fraction(percent.fraction) == Fraction(value) / 100
    assert Percent.from_fraction(percent.fraction) == percent
    assert percent.rate().percent == value
    assert Rate.from_percent(value) == percent.rate()
    assert percent.rate().factor - 1 == percent.fraction


def test_a_fraction_with_too_many_decimals_needs_a_rounding() -> None:
    """One third is no percentage of four decimals until a rounding is named."""
    third = Decimal(1) / 3
    with pytest.raises(InvalidInput):
        Percent.from_fraction(third)

    assert Percent.from_fraction(third, Rounding.HALF_UP) == Percent("33.3333")


def test_a_percentage_of_money_is_rounded_by_name() -> None:
    """B3's 0.03 % of 1,234.56 is 37 cents, and 38 when rounded up."""
    assert Percent("0.03").of(Money("1234.56"), Rounding.HALF_UP) == Money("0.37")
    assert Rate("0.0003").of(Money("1234.56"), Rounding.UP) == Money("0.38")


def test_signs_are_named() -> None:
    """is_zero and is_negative tell the sign of money and of the other units."""
    assert Money(0).is_zero
    assert not Money(0).is_negative
    assert Money("-0.01").is_negative
    assert Quantity(0).is_zero
    assert Percent("-1").is_negative
    assert not Quantity(1).is_negative
