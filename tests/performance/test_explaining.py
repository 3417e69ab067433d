"""Two returns side by side, and what parts them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fiel.performance.book import CashMode, value_book
from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries
from fiel.performance.explaining import Reason, TwoReturns
from fiel.performance.periods import Period
from fiel.performance.report import Report, report
from fiel.performance.xirr import NoRate, NoRateReason, OneRate
from tests.performance.drawn_books import DAYS, START, Drawn, drawn_books

FIRST = date(2023, 12, 31)
MIDDLE = FIRST + timedelta(days=365)
LAST = FIRST + timedelta(days=730)
ASSETS = [Asset("AAAA3", "shares")]


def _told(*trades: tuple[date, EntryKind, int, int]) -> Report:
    """Trades of (day, kind, BRL, shares) in a share of 10.00, 12.00 a year later and 10.80 at the end."""
    entries = [
        Entry(day, kind, "one", "AAAA3", Decimal(amount), Decimal(shares))
        for day, kind, amount, shares in trades
    ]
    days = (FIRST, MIDDLE, MIDDLE + timedelta(days=1), LAST)
    prices = {"AAAA3": PriceSeries(days, (1000, 1200, 1200, 1080), 2, "B3")}
    book = value_book(ASSETS, entries, prices, days, cash=CashMode.OUTSIDE)
    return report(book, Period(FIRST, LAST))


def _explained(told: Report) -> TwoReturns:
    assert told.two_returns is not None
    return told.two_returns


AFTER = MIDDLE + timedelta(days=1)
OPENING = (FIRST, EntryKind.BUY, 1000, 100)


def test_much_money_before_a_bad_year_is_what_parts_them() -> None:
    """R$ 1,000.00 made 20 %, then 12,000.00 more lost 10 %: quotas +8 %, money down, one flow tells why."""
    both = _explained(_told(OPENING, (AFTER, EntryKind.BUY, 12_000, 1000)))
    assert round(both.time_weighted, 6) == Decimal("0.039230")
    assert isinstance(both.money_weighted, OneRate)
    assert both.money_weighted.rate < 0
    (only,) = both.effects
    assert (only.day, only.amount, only.reason) == (AFTER, Decimal(12_000), Reason.IN_BEFORE_BAD)
    assert round(only.after, 6) == Decimal("-0.1")
    assert only.effect == both.effect < -1600
    assert both.difference is not None
    assert only.points is not None
    assert abs(only.points - both.difference) < Decimal("1e-9")


def test_money_taken_out_before_a_bad_year_helps() -> None:
    """Half sold at the top."""
    both = _explained(_told(OPENING, (AFTER, EntryKind.SELL, 600, 50)))
    (only,) = both.effects
    assert only.reason is Reason.OUT_BEFORE_BAD
    assert only.effect > 0
    assert both.difference is not None
    assert both.difference > 0


def test_without_flows_both_returns_are_one() -> None:
    """Nothing to explain."""
    told = _told(OPENING)
    both = _explained(told)
    assert told.portfolio.simple_gain == told.portfolio.time_weighted == Decimal("0.08")
    assert both.effects == ()
    assert both.difference is not None
    assert abs(both.difference) < Decimal("1e-11")


def test_a_loss_of_everything_has_no_average_to_compare_with() -> None:
    """No explanation rather than a made-up one."""
    entries = [Entry(FIRST, EntryKind.BUY, "one", "AAAA3", Decimal(1000), Decimal(100))]
    prices = {"AAAA3": PriceSeries((FIRST, LAST), (1000, 0), 2, "B3")}
    book = value_book(ASSETS, entries, prices, (FIRST, LAST), cash=CashMode.OUTSIDE)
    told = report(book, Period(FIRST, LAST))
    assert told.two_returns is None
    assert told.volatility is None
    assert isinstance(told.portfolio.money_weighted(), NoRate)


def test_one_day_that_tripled_is_no_yearly_rate() -> None:
    """3^365 is beyond every rate that XIRR looks at: the day's return is told, no year of such days."""
    after = FIRST + timedelta(days=1)
    entries = [Entry(FIRST, EntryKind.BUY, "one", "AAAA3", Decimal(1000), Decimal(100))]
    prices = {"AAAA3": PriceSeries((FIRST, after), (1000, 3000), 2, "B3")}
    book = value_book(ASSETS, entries, prices, (FIRST, after), cash=CashMode.OUTSIDE)
    told = report(book, Period(FIRST, after))
    assert told.portfolio.time_weighted == 2
    assert told.two_returns is None
    assert told.portfolio.money_weighted() == NoRate(NoRateReason.OUT_OF_RANGE)


@given(drawn_books())
def test_effects_add_up(drawn: Drawn) -> None:
    """In BRL to the total, to the cent per flow; in points to the difference of the rates."""
    told = report(drawn.book(), Period(START - timedelta(days=1), DAYS[-1]))
    both = told.two_returns
    if both is None:
        return
    assert abs(sum((one.effect for one in both.effects), Decimal(0)) - both.effect) <= Decimal("0.01") * len(
        both.effects
    )
    if both.difference is not None and both.effect:
        points = sum((one.points or Decimal(0) for one in both.effects), Decimal(0))
        assert abs(points - both.difference) <= Decimal("1e-9") * len(both.effects)


@given(
    st.lists(st.integers(800, 1300), min_size=6, max_size=6),
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 90)), max_size=5, unique_by=lambda pair: pair[0]),
)
def test_the_effects_are_what_the_average_does_not_explain(
    cents: list[int], buys: list[tuple[int, int]]
) -> None:
    """Final worth less every flow grown at the average of quotas is the sum of effects (fully invested)."""
    days = tuple(FIRST + timedelta(days=61 * at) for at in range(6))
    entries = [Entry(FIRST, EntryKind.BUY, "one", "AAAA3", Decimal(cents[0]), Decimal(100))]
    for place, count in buys:
        paid = Decimal(cents[place - 1] * count) / 100
        entries.append(Entry(days[place], EntryKind.BUY, "one", "AAAA3", paid, Decimal(count)))
    prices = {"AAAA3": PriceSeries(days, tuple(cents), 2, "B3")}
    told = report(value_book(ASSETS, entries, prices, days, cash=CashMode.OUTSIDE), Period(FIRST, days[-1]))
    both = _explained(told)
    explained = told.portfolio.identity.initial * (1 + told.portfolio.time_weighted)
    for one in both.effects:
        explained += one.amount * (1 + one.average)
    assert abs(told.portfolio.identity.final - explained - both.effect) < Decimal("0.02")
