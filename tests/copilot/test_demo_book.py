"""The demonstration's wallet: invented choices, and not one invented figure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from fiel.copilot import demo_book
from fiel.copilot.importing.rows import Row, RowKind
from fiel.kernel.rounding import round_half_up
from fiel.market.providers.recorded import recorded_events, recorded_history, recorded_series


@pytest.fixture(scope="module")
def rows() -> tuple[Row, ...]:
    """Everything that happened."""
    return demo_book.demo_file().booked


def test_every_trade_of_the_exchange_is_at_the_recorded_close(rows: tuple[Row, ...]) -> None:
    """Of its own day, which is a session."""
    closes = {
        name: {bar.day: bar.close for bar in recorded_history(name).bars}
        for name in (*demo_book.SHARES, *demo_book.FUNDS)
    }
    trades = [row for row in rows if row.ticker in closes and row.kind in (RowKind.BUY, RowKind.SELL)]
    assert len(trades) > 50
    for row in trades:
        assert row.ticker is not None
        assert row.day is not None
        assert row.price == closes[row.ticker][row.day]


def test_every_dividend_is_a_recorded_rate_on_what_was_held(rows: tuple[Row, ...]) -> None:
    """On the com date, paid on the recorded day; tax is withheld of interest on own capital only."""
    told = {name: recorded_events(name).cash for name in demo_book.SHARES}
    paid = [row for row in rows if row.kind in (RowKind.DIVIDEND, RowKind.JCP, RowKind.INTEREST)]
    assert len(paid) > 30
    for row in paid:
        assert row.ticker is not None
        wanted = {
            round_half_up(_held(rows, row.ticker, event.com_date) * event.rate, 2)
            for event in told[row.ticker]
            if event.payment_date == row.day and event.com_date is not None
        }
        assert row.amount in wanted
        assert row.amount is not None
        expected = round_half_up(row.amount * Decimal("0.15"), 2) if row.kind is RowKind.JCP else None
        assert row.taxes == expected


def test_units_of_fixed_income_grow_by_the_recorded_rates() -> None:
    """A unit is a thousand reais times the product of the daily factors, to nine decimals."""
    for title, series in demo_book.TITLES.items():
        units = demo_book.demo_units(title)
        days = sorted(units)
        product = Decimal(1000)
        for row in recorded_series(series).rows:
            if days[0] <= row.day < days[-1]:
                product *= 1 + row.value / 100
        assert abs(units[days[-1]] - product) < Decimal("0.00001")


def test_nothing_is_known_before_its_day(rows: tuple[Row, ...]) -> None:
    """No price, no announcement and no row after the recorded day."""
    assert max(row.day for row in rows if row.day is not None) <= demo_book.DAY
    for name in (*demo_book.SHARES, *demo_book.FUNDS):
        assert demo_book.demo_bars(name)[-1].day == demo_book.DAY
        for event in demo_book.demo_payments(name):
            assert event.approved_on is not None
            assert event.approved_on <= demo_book.DAY
    for key in demo_book.SERIES:
        assert demo_book.demo_rates(key)[-1].day <= demo_book.DAY


def test_no_day_ends_below_zero(rows: tuple[Row, ...]) -> None:
    """Neither cash nor units: each purchase is paid from what was there."""
    cash, units, days = Decimal(0), defaultdict[str, Decimal](Decimal), defaultdict[date, list[Row]](list)
    for row in rows:
        assert row.day is not None
        days[row.day].append(row)
    for day in sorted(days):
        for row in days[day]:
            cash += _cash(row)
            sign = {RowKind.BUY: 1, RowKind.SELL: -1}.get(row.kind or RowKind.FEE, 0)
            units[row.ticker or ""] += sign * (row.quantity or 0)
        assert cash >= 0, day
        assert min(units.values()) >= 0, day


def _held(rows: tuple[Row, ...], asset: str, day: date | None) -> Decimal:
    signs = {RowKind.BUY: 1, RowKind.SELL: -1}
    return sum(
        (
            signs[row.kind] * row.quantity
            for row in rows
            if row.ticker == asset
            and row.kind in signs
            and row.day
            and day
            and row.day <= day
            and row.quantity
        ),
        Decimal(0),
    )


def _cash(row: Row) -> Decimal:
    if row.kind in (RowKind.BUY, RowKind.SELL):
        assert row.quantity is not None
        assert row.price is not None
        worth = round_half_up(row.quantity * row.price, 2)
        return worth if row.kind is RowKind.SELL else -worth
    return (row.amount or Decimal(0)) - (row.taxes or Decimal(0))
