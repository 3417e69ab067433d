"""What holds for every bond, rate and date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnBPrincipal, NtnC, NtnF
from fiel.fixed_income.treasury.rate_search import rate_of
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import truncate
from tests.support.examples import examples

VNA = "4596.158793"
PriceOf = Callable[[date, Decimal], Decimal]

traded_rates = st.integers(-20_000, 400_000).map(lambda units: Decimal(units).scaleb(-4))
settlements = st.dates(date(2008, 1, 1), date(2028, 11, 30))

PRICES: dict[str, PriceOf] = {
    "ltn": Ltn(date(2029, 1, 1)).pu,
    "ntnf": NtnF(date(2029, 1, 1)).pu,
    "ntnb": lambda day, rate: NtnB(date(2030, 8, 15)).pu(day, rate, VNA),
    "ntnb principal": lambda day, rate: NtnBPrincipal(date(2035, 5, 15)).pu(day, rate, VNA),
    "ntnc": lambda day, rate: NtnC(date(2031, 1, 1)).pu(day, rate, VNA),
    "lft": lambda day, rate: Lft(date(2031, 3, 1)).pu(day, rate, VNA),
}
RATES: dict[str, PriceOf] = {
    "ltn": Ltn(date(2029, 1, 1)).rate_pct,
    "ntnf": NtnF(date(2029, 1, 1)).rate_pct,
    "ntnb": lambda day, pu: NtnB(date(2030, 8, 15)).rate_pct(day, pu, VNA),
    "ntnb principal": lambda day, pu: NtnBPrincipal(date(2035, 5, 15)).rate_pct(day, pu, VNA),
    "ntnc": lambda day, pu: NtnC(date(2031, 1, 1)).rate_pct(day, pu, VNA),
    "lft": lambda day, pu: Lft(date(2031, 3, 1)).rate_pct(day, pu, VNA),
}
KINDS = pytest.mark.parametrize("kind", PRICES)


@KINDS
@settings(max_examples=examples(25), deadline=None)
@given(day=settlements, rate=traded_rates, rise=st.integers(1, 200_000))
def test_the_price_falls_when_the_rate_rises(kind: str, day: date, rate: Decimal, rise: int) -> None:
    """By a hundredth of a percent or more: the price is strictly lower, a month or more before maturity."""
    higher = rate + Decimal("0.01") + Decimal(rise).scaleb(-4)
    assert PRICES[kind](day, higher) < PRICES[kind](day, rate)


@KINDS
@settings(max_examples=examples(15), deadline=None)
@given(day=settlements, rate=traded_rates)
def test_the_rate_of_a_price_has_that_price(kind: str, day: date, rate: Decimal) -> None:
    """From rate to price to rate to price: the second price is the first, or within the LTN's T-6 rate."""
    price = PRICES[kind](day, rate)
    again = PRICES[kind](day, RATES[kind](day, price))
    assert abs(again - price) <= (Decimal("0.001") if kind == "ltn" else 0)


@settings(max_examples=examples(25), deadline=None)
@given(day=settlements, rate=traded_rates)
def test_the_price_is_the_sum_of_its_flows(day: date, rate: Decimal) -> None:
    """The flows of an NTN-F add up to its price, and their cash to coupons plus the face."""
    bond = NtnF(date(2029, 1, 1))
    flows = bond.flows(day, rate)
    assert truncate(sum((f.present_value for f in flows), Decimal(0)), 6) == bond.pu(day, rate)
    assert sum(f.cash for f in flows) == 1000 + len(flows) * Decimal("48.80885")
    assert [f.business_days for f in flows] == sorted(f.business_days for f in flows)
    assert all(f.day > day for f in flows)


@settings(max_examples=examples(25), deadline=None)
@given(day=settlements)
def test_a_rate_of_nothing_adds_the_cash(day: date) -> None:
    """At 0 % a present value is the cash itself, and a zero-coupon bond costs its face."""
    assert all(f.present_value == f.cash for f in NtnB(date(2030, 8, 15)).flows(day, 0))
    assert Ltn(date(2029, 1, 1)).pu(day, 0) == 1000
    assert Lft(date(2031, 3, 1)).quotation(day, 0) == 100


def test_a_bond_at_its_coupon_rate_is_worth_about_par() -> None:
    """An NTN-F at 10 % after a coupon costs its face, but for half-years that are not 126 days."""
    price = NtnF(date(2029, 1, 1)).pu(date(2025, 1, 2), "10")
    assert Decimal(995) < price < Decimal(1005)


@settings(max_examples=examples(50), deadline=None)
@given(
    highest=st.integers(-49_000_000, 999_000_000),
    steepness=st.integers(1, 10**9),
    width=st.integers(1, 10_000),
)
def test_the_search_finds_the_step_wherever_it_is(highest: int, steepness: int, width: int) -> None:
    """On any staircase, however steep or flat, the rate found stands on the step asked for."""
    calls = []

    def stairs(rate: Decimal) -> Decimal:
        calls.append(rate)
        point = int(rate.scaleb(6))
        return Decimal(10**19 + (highest - point) // width * steepness)

    found = rate_of(stairs, Decimal(10**19), Decimal(1))
    assert 0 <= highest - int(found.scaleb(6)) < width
    assert len(calls) <= 150


@pytest.mark.parametrize("pu", ["0.000001", "20", "900000000"])
def test_a_price_without_a_rate_is_refused(pu: str) -> None:
    """A price that no rate from -50 % to 1000 % explains is refused, not approximated."""
    with pytest.raises(Refused, match="no rate from"):
        NtnF(date(2037, 1, 1)).rate_pct(date(2026, 2, 6), pu)


@pytest.mark.parametrize("pu", ["0.000001", "900000000"])
def test_an_ltn_price_without_a_rate_is_refused(pu: str) -> None:
    """The closed formula of the LTN refuses the same absurd prices."""
    with pytest.raises(Refused, match="no rate from"):
        Ltn(date(2028, 1, 1)).rate_pct(date(2026, 2, 6), pu)


def test_an_ltn_without_a_business_day_left_has_no_rate() -> None:
    """From Saturday to the Sunday of maturity no business day passes: every rate gives R$ 1,000."""
    bond, saturday = Ltn(date(2026, 11, 1)), date(2026, 10, 31)
    assert bond.pu(saturday, "14") == 1000
    with pytest.raises(Refused, match="no business day"):
        bond.rate_pct(saturday, "1000")


def test_bad_inputs_are_named() -> None:
    """Floats, reversed dates, absurd rates and values say which field is wrong."""
    bond, day = Ltn(date(2028, 1, 1)), date(2026, 2, 6)
    cases: list[tuple[Callable[[], object], str, str]] = [
        (lambda: bond.pu(day, 12.5), "rate_pct", "number_is_float"),  # type: ignore[arg-type]
        (lambda: bond.pu(day, "1000.1"), "rate_pct", "number_above_maximum"),
        (lambda: bond.pu(date(2028, 1, 1), "12"), "settlement", "settlement_after_maturity"),
        (lambda: bond.rate_pct(day, 0), "pu", "value_not_positive"),
        (lambda: Ltn(day + timedelta(days=70 * 366)).pu(day, 1), "maturity", "maturity_too_far"),
        (lambda: NtnB(date(2035, 8, 31)).pu(day, 6, "4000"), "maturity", "maturity_day"),
        (lambda: NtnB(date(2035, 5, 15)).pu(day, 6, "-1"), "vna", "number_below_minimum"),
    ]
    for call, field, code in cases:
        with pytest.raises(InvalidInput) as refusal:
            call()
        assert (refusal.value.field, refusal.value.code) == (field, code)
