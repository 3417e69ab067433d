"""The yearly rate of dated flows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, Refused
from fiel.performance.xirr import NoRate, NoRateReason, OneRate, RateOutcome, SeveralRates, rates, xirr
from tests.support.examples import examples

START = date(2025, 1, 1)
EXAMPLE = [
    (date(2008, 1, 1), -10000),
    (date(2008, 3, 1), 2750),
    (date(2008, 10, 30), 4250),
    (date(2009, 2, 15), 3250),
    (date(2009, 4, 1), 2750),
]


def test_the_documented_example_has_its_exact_root() -> None:
    """Microsoft's example; the exact root is 0.37336253351 (the spreadsheet stops a little early)."""
    assert xirr(EXAMPLE, decimals=11) == Decimal("0.37336253352")


def test_the_order_of_flows_does_not_matter_and_a_day_adds_up() -> None:
    """Reversed, and with one flow in two parts."""
    parts = [*EXAMPLE[1:], (date(2008, 1, 1), -4000), (date(2008, 1, 1), -6000)]
    assert xirr(reversed(parts)) == xirr(EXAMPLE)


@given(st.decimals("-0.5", 2, places=4), st.integers(30, 3650))
def test_a_single_growth_gives_its_rate_back(rate: Decimal, days: int) -> None:
    """What grew at a rate shows that rate."""
    end = Decimal(1_000_000) * (1 + rate) ** (Decimal(days) / 365)
    found = xirr([(START, -1_000_000), (START + timedelta(days=days), round(end, 10))])
    assert abs(found - rate) < Decimal("1e-6")


def test_flows_of_one_sign_have_no_rate() -> None:
    """Only put in, or nothing at all."""
    with pytest.raises(Refused, match="same sign"):
        xirr([(START, -1), (date(2026, 1, 1), -1)])
    with pytest.raises(InvalidInput, match="two days"):
        xirr([(START, -1), (START, 2)])
    with pytest.raises(InvalidInput, match="two days"):
        xirr([])


def test_flows_with_several_rates_are_refused() -> None:
    """-100, +230, -132 a year apart fits 10 % and 20 %: no one of them is told as the truth."""
    with pytest.raises(Refused, match="2 rates"):
        xirr([(START, -100), (date(2026, 1, 1), 230), (date(2027, 1, 1), -132)])


def test_a_rate_beyond_reason_is_refused() -> None:
    """A cent that became a million in a day."""
    with pytest.raises(Refused, match="no rate"):
        xirr([(START, "-0.01"), (date(2025, 1, 2), 1_000_000)])


def _days(*amounts: int | str) -> list[tuple[date, int | str]]:
    """Amounts a year of 365 days apart."""
    return [(START + timedelta(days=365 * at), amount) for at, amount in enumerate(amounts)]


def _worth(flows: list[tuple[date, int]], rate: Decimal) -> tuple[Decimal, Decimal]:
    """The worth of flows at a rate on the first day, and the sum of its parts without signs."""
    parts = [
        Decimal(amount) * (1 + rate) ** (Decimal(-(day - flows[0][0]).days) / 365) for day, amount in flows
    ]
    return sum(parts, Decimal(0)), sum((abs(part) for part in parts), Decimal(0))


@pytest.mark.parametrize(
    ("flows", "outcome"),
    [
        (_days(-100, 230, -132), SeveralRates((Decimal("0.1"), Decimal("0.2")))),
        (_days(-1000, 6000, -11000, 6000), SeveralRates((Decimal(0), Decimal(1), Decimal(2)))),
        # Three rates on one side of zero, between signs that differ.
        (
            _days(-1000, 3600, -4310, 1716),
            SeveralRates((Decimal("0.1"), Decimal("0.2"), Decimal("0.3"))),
        ),
        (_days(100, -200, 150), NoRate(NoRateReason.NO_CROSSING)),
        (_days(-1, -2), NoRate(NoRateReason.ONE_SIGN)),
        (_days(-1, 0), NoRate(NoRateReason.TOO_FEW_DAYS)),
        ([(START, "-0.01"), (date(2025, 1, 2), 10**6)], NoRate(NoRateReason.OUT_OF_RANGE)),
        # All taken out and begun again: the balance changes sides, and still there is one rate.
        (_days(-100, 120, -100, 105), OneRate(Decimal("0.134408529466"))),
        (_days(-100, 100), OneRate(Decimal(0))),
    ],
)
def test_each_answer_has_its_type(flows: list[tuple[date, int | str]], outcome: RateOutcome) -> None:
    """One rate, all of several, or none with its reason; never an exception for flows that make sense."""
    assert rates(flows) == outcome


def test_a_rate_that_only_touches_zero_is_found() -> None:
    """-100, +220, -121 is worth nothing at 10 % and less everywhere else: a double root."""
    found = rates(_days(-100, 220, -121))
    assert isinstance(found, OneRate | SeveralRates)
    values = (found.rate,) if isinstance(found, OneRate) else found.rates
    assert all(abs(value - Decimal("0.1")) < Decimal("1e-6") for value in values)


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(st.integers(1, 1_500), st.integers(-9_999, 9_999)), min_size=1, max_size=12))
def test_every_rate_told_is_a_root_and_none_is_forgotten(rows: list[tuple[int, int]]) -> None:
    """At each rate the flows are worth nothing; wherever their worth changes sign on a grid there is one."""
    flows = [(START, -10_000)] + [(START + timedelta(days=days), amount) for days, amount in rows]
    found = rates(flows)
    told = (found.rate,) if isinstance(found, OneRate) else getattr(found, "rates", ())
    for rate in told:
        # Twelve decimals of a rate just above -100 % say too little of its growth.
        if rate > Decimal("-0.99"):
            worth, size = _worth(flows, rate)
            assert abs(worth) <= size * Decimal("1e-8")
    grid = [Decimal(step) / 10 for step in range(-9, 30)]
    signs = [_worth(flows, rate)[0] > 0 for rate in grid]
    for at in range(len(grid) - 1):
        if signs[at] != signs[at + 1]:
            assert any(grid[at] <= rate <= grid[at + 1] for rate in told)


def test_ten_thousand_flows_have_a_rate() -> None:
    """Twenty years of daily savings, and what became of them."""
    flows: list[tuple[date, int]] = [(START + timedelta(days=day % 7_300), -10) for day in range(10_000)]
    flows.append((START + timedelta(days=7_301), 250_000))
    found = rates(flows)
    assert isinstance(found, OneRate)
    worth, size = _worth(sorted(flows), found.rate)
    assert abs(worth) < size * Decimal("1e-9")


def test_more_flows_than_the_limit_are_refused() -> None:
    """The limit is named."""
    with pytest.raises(InvalidInput, match="50000"):
        rates((START, 1) for _ in range(50_001))


def test_floats_datetimes_and_too_many_decimals_are_refused() -> None:
    """Each names its place."""
    with pytest.raises(InvalidInput, match=r"flows\[0\]"):
        xirr([(START, -1.5)])  # type: ignore[list-item]
    with pytest.raises(InvalidInput, match="date"):
        xirr([(datetime(2025, 1, 1), -1)])  # noqa: DTZ001 - a datetime is what must be refused
    with pytest.raises(InvalidInput, match="decimals"):
        xirr(EXAMPLE, decimals=13)
