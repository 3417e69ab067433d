"""Whole-number arithmetic of orders: limits, stages, and buys that custody can always reserve for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.autobalance.planning.orders import Terms, operations_of
from fiel.custody.accounts import minor_step, rounded_half_up
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees, cash_needed_by_new

E9 = 10**9
CENT = 10**16
FREE = Terms("BRL", Fees(), Decimal("0.003"))

_fees = st.builds(Fees, st.integers(0, 2_000), st.integers(0, 20_000))
_price = st.one_of(st.integers(1, 10 * E9), st.integers(E9 // 100, 10_000 * E9))
_lot = st.sampled_from([1, 1_000, E9, 100 * E9])


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Terms, list[tuple[int, int, int, int]], int]:
    terms = Terms("BRL", draw(_fees), draw(st.decimals("0", "0.05", places=4)))
    lines = []
    for _ in range(draw(st.integers(2, 8))):
        lot, price = draw(_lot), draw(_price)
        # Orders of like worth on both sides, so that sales pay for buys and do not quite cover them.
        most, worth = (draw(st.integers(0, 10**7)) * CENT // price for _ in "ab")
        wished = draw(st.sampled_from([-1, 1])) * (worth // lot * lot)
        lines.append((lot, price, max(most, -wished), wished))
    return terms, lines, draw(st.one_of(st.integers(0, 10**6), st.integers(-(10**6), 10**9)))


@given(_cases())
def test_custody_can_always_reserve(case: tuple[Terms, list[tuple[int, int, int, int]], int]) -> None:
    """Fault 62: stage 1 is covered by the cash, and stage 2 by the cash and sales at their limits."""
    # Sells are of free shares, orders of whole lots, on the side that was wished, and buys never grow.
    terms, lines, cash = case
    assets = [terms.traded(f"T{n}", lot, price, CENT) for n, (lot, price, _, _) in enumerate(lines)]
    wished = [line[3] for line in lines]
    made = operations_of(assets, wished, [line[2] for line in lines], cash, terms)
    available = cash
    for stage in (1, 2):
        now = [op for op in made if op.stage == stage]
        needs = sum(_needs(op.side, op.quantity, op.limit, terms) for op in now)
        assert needs <= max(available, 0)
        available -= needs
        for op in now:
            if op.side is Side.SELL:
                gross = rounded_half_up(op.limit * op.quantity, minor_step("BRL"))
                available += gross - terms.fees.of(gross)
    for op in made:
        lot, price, free, wish = lines[int(op.ticker[1:])]
        assert op.quantity % lot == 0
        assert op.quantity * price >= CENT
        if op.side is Side.SELL:
            assert -wish <= op.quantity <= free
        else:
            assert 0 < op.quantity <= wish
    assert [op.number for op in made] == list(range(1, len(made) + 1))
    assert not any(op.stage == 2 for op in made if op.side is Side.SELL)


def _needs(side: Side, quantity: int, limit: int, terms: Terms) -> int:
    return cash_needed_by_new(side, quantity, limit, terms.currency, terms.fees)


@given(_price, st.decimals("0", "0.5", places=4))
def test_limits_lie_outside_the_price(price: int, slippage: Decimal) -> None:
    """A limit is on its side of the price, at least as far as asked and at most one step farther."""
    made = Terms("BRL", Fees(), slippage).traded("A", 1, price, 0)
    step = 10**7 if price >= E9 else 10**5
    exact = price * slippage
    assert made.sell_limit >= 1
    assert price + exact <= made.buy_limit < price + exact + step
    assert made.sell_limit <= max(Decimal(1), price - exact)
    assert made.sell_limit > price - exact - step


@pytest.mark.parametrize(
    ("price", "buy", "sell"),
    [
        ("33.33", "33.43", "33.23"),
        ("1", "1.01", "0.99"),
        ("0.5", "0.5015", "0.4985"),
        ("0.01", "0.0101", "0.0099"),
    ],
)
def test_limits_are_prices_that_an_exchange_takes(price: str, buy: str, sell: str) -> None:
    """Cents from 1.00 up, hundredths of a cent below."""
    made = FREE.traded("A", 1, int(Decimal(price) * E9), 0)
    assert (made.buy_limit, made.sell_limit) == (int(Decimal(buy) * E9), int(Decimal(sell) * E9))


def test_what_is_not_covered_is_shared_out() -> None:
    """Three orders bear equal parts of what limits cost, so that no asset is left far behind."""
    price = 10 * E9
    assets = [FREE.traded(name, 1, price, 0) for name in "ABC"]
    made = operations_of(assets, [-200 * E9, 100 * E9, 100 * E9], [10**15] * 3, 0, FREE)
    moved = [
        abs(op.quantity - wish * E9) * price // E9 for op, wish in zip(made, (200, 100, 100), strict=True)
    ]
    assert max(moved) - min(moved) < 5 * 10**7
    assert max(moved) < 4.5 * E9


def test_a_missing_cent_costs_one_coarse_lot_only() -> None:
    """In whole shares one buy gives way, the largest; the others stay whole."""
    assets = [FREE.traded(name, E9, 10 * E9, 0) for name in "AB"]
    made = operations_of(assets, [5 * E9, 4 * E9], [0, 0], 9 * 1_003 - 1, FREE)
    assert [op.quantity // E9 for op in made] == [4, 4]


def test_an_order_below_its_least_value_is_left_out() -> None:
    """Also one that was cut below it: its money is then not missing."""
    assets = [FREE.traded(name, E9, 10 * E9, 50 * 10**18) for name in "AB"]
    assert operations_of(assets, [4 * E9, -4 * E9], [0, 4 * E9], 10**6, FREE) == ()
    made = operations_of(assets, [6 * E9, 5 * E9], [0, 0], 8_000, FREE)
    assert [(op.ticker, op.quantity // E9) for op in made] == [("B", 5)]
