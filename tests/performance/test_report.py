"""The report of a period: what adds up, at every level, whatever happened."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import Corrupt, InvalidInput, NotFound, Refused
from fiel.performance.aligned import DoubtKind
from fiel.performance.attribution import shared_out
from fiel.performance.book import CashMode, value_book
from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries
from fiel.performance.identity import Identity
from fiel.performance.levels import Level
from fiel.performance.periods import Period
from fiel.performance.report import LevelReport, Report, quota_series, report
from fiel.performance.xirr import OneRate
from tests.performance.drawn_books import ACCOUNTS, DAYS, SESSIONS, START, Clerk, Drawn, drawn_books

WHOLE = Period(START - timedelta(days=1), DAYS[-1])
CENT = Decimal("0.01")


def _levels(told: Report) -> tuple[LevelReport, ...]:
    return (told.portfolio, *told.classes, *told.accounts, *told.assets)


def _sum(parts: tuple[LevelReport, ...], name: str) -> Decimal:
    return sum((getattr(part.identity, name) for part in parts), Decimal(0))


@given(drawn_books(), st.integers(-1, len(DAYS) - 2))
def test_a_clerk_counts_the_same(drawn: Drawn, after: int) -> None:
    """Worths, flows, income and costs of any period are those of a count by hand, to the cent."""
    period = Period(DAYS[after] if after >= 0 else WHOLE.after, DAYS[-1])
    whole = report(drawn.book(), period).portfolio.identity
    start, end = Clerk(drawn, period.after), Clerk(drawn, period.until)
    cents = [int(one * 100) for one in (whole.initial, whole.final, whole.income, whole.fees, whole.taxes)]
    assert cents == [
        sum(start.worth(account) for account in ACCOUNTS),
        sum(end.worth(account) for account in ACCOUNTS),
        end.income - start.income,
        end.fees - start.fees,
        end.taxes - start.taxes,
    ]
    net = end.into - end.out - start.into + start.out
    assert whole.contributions - whole.withdrawals == Decimal(net) / 100


@given(drawn_books())
def test_every_level_keeps_the_identity_and_adds_up(drawn: Drawn) -> None:
    """Each group explains its worth to the cent; classes, accounts and assets sum to the portfolio."""
    told = report(drawn.book(), WHOLE)
    for one in _levels(told):
        assert one.identity.explained == one.identity.final
    for parts in (told.classes, told.accounts, told.assets):
        for name in ("initial", "price_gain", "income", "currency", "fees", "taxes", "final", "gain"):
            assert _sum(parts, name) == getattr(told.portfolio.identity, name)


@given(drawn_books(), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(drawn: Drawn, chance: random.Random) -> None:
    """The same entries shuffled, days and all, give the same report."""
    shuffled = list(drawn.entries)
    chance.shuffle(shuffled)
    other = Drawn(tuple(shuffled), drawn.prices, drawn.rates)
    assert report(other.book(), WHOLE) == report(drawn.book(), WHOLE)


@given(drawn_books())
def test_shares_add_up_to_the_gain_and_to_the_return(drawn: Drawn) -> None:
    """By asset and by class: money to the cent, points of the return to the last digit told."""
    told = report(drawn.book(), WHOLE)
    for shares in (told.asset_shares, told.class_shares):
        assert sum(share.gain for share in shares) == told.portfolio.identity.gain
        missing = sum(share.points for share in shares) - told.portfolio.time_weighted
        assert abs(missing) <= Decimal("5e-11")


def test_the_points_of_each_asset_are_its_own() -> None:
    """Half in what doubled: 50 points; then what came in to the other half makes 6 % of all: 9 points."""
    entries = [
        Entry(SESSIONS[0], EntryKind.BUY, "one", "AAAA3", Decimal(1000), Decimal(100)),
        Entry(SESSIONS[0], EntryKind.BUY, "one", "BBBB3", Decimal(1000), Decimal(100)),
        Entry(SESSIONS[2], EntryKind.BUY, "one", "BBBB3", Decimal(2000), Decimal(200)),
    ]
    prices = {"AAAA3": _prices(1000, 2000, 2000, 2000), "BBBB3": _prices(1000, 1000, 1000, 1100)}
    assets = [Asset("AAAA3", "one"), Asset("BBBB3", "two")]
    book = value_book(assets, entries, prices, SESSIONS[:4], cash=CashMode.OUTSIDE)
    told = report(book, Period(SESSIONS[0], SESSIONS[3]))
    # 1.5 after the second day; 300.00 of 5,000.00 on the last: 1.5 * 6 %.
    assert [(share.name, share.gain, share.points) for share in told.asset_shares] == [
        ("AAAA3", Decimal(1000), Decimal("0.5")),
        ("BBBB3", Decimal(300), Decimal("0.09")),
    ]
    assert [share.points for share in told.class_shares] == [Decimal("0.5"), Decimal("0.09")]


def test_shares_that_miss_the_return_are_corrupt() -> None:
    """Parts that add up to something else are never stretched to fit."""
    with pytest.raises(Corrupt, match="shares miss"):
        shared_out([10**28, 10**28], Decimal(3))


@given(drawn_books())
def test_an_account_alone_is_the_account_in_the_whole(drawn: Drawn) -> None:
    """A book of one account's entries has the worths of that account in the whole book."""
    entries = tuple(one for one in drawn.entries if isinstance(one, Entry))
    both = report(Drawn(entries, drawn.prices, drawn.rates).book(), WHOLE)
    for place, account in enumerate(ACCOUNTS):
        own = tuple(entry for entry in entries if entry.account == account)
        alone = report(Drawn(own, drawn.prices, drawn.rates).book(), WHOLE)
        assert alone.portfolio.identity == both.accounts[place].identity
        assert alone.portfolio.time_weighted == both.accounts[place].time_weighted


def test_a_day_below_zero_between_flows_is_left_out_at_every_level() -> None:
    """A fee took the account below zero, and income above it again: the quota stands still on both days."""
    entries = [
        Entry(SESSIONS[0], EntryKind.CONTRIBUTION, "one", amount=Decimal(100)),
        Entry(SESSIONS[1], EntryKind.FEE, "one", amount=Decimal(50)),
        Entry(SESSIONS[2], EntryKind.FEE, "one", amount=Decimal(80)),
        Entry(SESSIONS[3], EntryKind.INCOME, "one", "AAAA3", Decimal(90)),
        Entry(SESSIONS[0], EntryKind.CONTRIBUTION, "two", amount=Decimal(1000)),
    ]
    both = report(value_book([Asset("AAAA3", "shares")], entries, {}, SESSIONS), WHOLE)
    alone = report(value_book([Asset("AAAA3", "shares")], entries[:-1], {}, SESSIONS), WHOLE)
    assert both.accounts[0].time_weighted == alone.portfolio.time_weighted == Decimal("-0.5")


def _prices(*cents: int) -> PriceSeries:
    return PriceSeries(SESSIONS[: len(cents)], cents, 2, "drawn")


@given(
    st.lists(st.integers(500, 5_000), min_size=8, max_size=8),
    st.lists(st.tuples(st.integers(1, 7), st.integers(1, 400)), max_size=6),
)
def test_the_return_of_quotas_does_not_depend_on_the_size_of_flows(
    cents: list[int], buys: list[tuple[int, int]]
) -> None:
    """Money that buys at yesterday's close, whenever and however much, leaves the return of the price."""
    entries = [Entry(SESSIONS[0], EntryKind.BUY, "one", "AAAA3", Decimal(cents[0]), Decimal(100))]
    for place, count in buys:
        paid = Decimal(cents[place - 1] * count) / 100
        entries.append(Entry(SESSIONS[place], EntryKind.BUY, "one", "AAAA3", paid, Decimal(count)))
    prices = {"AAAA3": _prices(*cents)}
    book = value_book([Asset("AAAA3", "shares")], entries, prices, SESSIONS[:8], cash=CashMode.OUTSIDE)
    told = report(book, Period(SESSIONS[0], SESSIONS[7])).portfolio.time_weighted
    assert abs(told - (Decimal(cents[7]) / cents[0] - 1)) < Decimal("1e-11")


@given(
    st.lists(st.integers(500, 5_000), min_size=8, max_size=8),
    st.lists(st.tuples(st.integers(1, 7), st.integers(1, 300)), max_size=4, unique_by=lambda pair: pair[0]),
)
def test_one_asset_without_flows_returns_its_price_with_income_put_back(
    cents: list[int], paid: list[tuple[int, int]]
) -> None:
    """Income that leaves at the close of its day counts as if it had bought quotas at that close."""
    entries = [Entry(SESSIONS[0], EntryKind.BUY, "one", "AAAA3", Decimal(cents[0]), Decimal(100))]
    growth = Decimal(1)
    by_place = dict(paid)
    for place in range(1, 8):
        per_share = Decimal(by_place.get(place, 0)) / 100
        if per_share:
            entries.append(Entry(SESSIONS[place], EntryKind.INCOME, "one", "AAAA3", per_share * 100))
        growth *= (Decimal(cents[place]) / 100 + per_share) / (Decimal(cents[place - 1]) / 100)
    book = value_book(
        [Asset("AAAA3", "shares")],
        entries,
        {"AAAA3": _prices(*cents)},
        SESSIONS[:8],
        cash=CashMode.OUTSIDE,
    )
    told = report(book, Period(SESSIONS[0], SESSIONS[7]))
    assert abs(told.portfolio.time_weighted - (growth - 1)) < Decimal("1e-11")
    assert told.assets[0].time_weighted == told.portfolio.time_weighted


@given(drawn_books())
def test_a_month_after_the_other_is_the_year(drawn: Drawn) -> None:
    """Gains of consecutive periods add up to the gain of the whole, and quotas chain."""
    book, middle = drawn.book(), DAYS[5]
    first = report(book, Period(WHOLE.after, middle))
    second = report(book, Period(middle, WHOLE.until))
    whole = report(book, WHOLE)
    assert first.portfolio.identity.final == second.portfolio.identity.initial
    gains = first.portfolio.identity.gain + second.portfolio.identity.gain
    assert gains == whole.portfolio.identity.gain
    chained = (1 + first.portfolio.time_weighted) * (1 + second.portfolio.time_weighted) - 1
    scale = max(Decimal(1), 1 + abs(whole.portfolio.time_weighted))
    assert abs(chained - whole.portfolio.time_weighted) < Decimal("1e-9") * scale


def test_one_deposit_that_grew_tells_the_same_by_every_method() -> None:
    """R$ 1,000.00 that became 1,100.00 in a year: 10 % of quotas, of money and of what was put in."""
    days = (date(2025, 1, 2), date(2026, 1, 2))
    entries = [Entry(days[0], EntryKind.BUY, "one", "AAAA3", Decimal(1000), Decimal(100))]
    book = value_book(
        [Asset("AAAA3", "shares")],
        entries,
        {"AAAA3": PriceSeries(days, (1000, 1100), 2, "B3")},
        days,
        cash=CashMode.OUTSIDE,
    )
    told = report(book, Period(date(2025, 1, 1), days[1])).portfolio
    assert told.time_weighted == told.simple_gain == Decimal("0.1")
    assert told.money_weighted() == OneRate(Decimal("0.100000000000"))


def test_income_after_all_was_sold_is_named_and_kept_in_the_money() -> None:
    """A dividend of shares sold before: money of the asset, but no return without capital."""
    entries = [
        Entry(SESSIONS[0], EntryKind.BUY, "one", "AAAA3", Decimal(1000), Decimal(100)),
        Entry(SESSIONS[1], EntryKind.SELL, "one", "AAAA3", Decimal(1000), Decimal(100)),
        Entry(SESSIONS[3], EntryKind.INCOME, "one", "AAAA3", Decimal(50)),
    ]
    assets, prices = [Asset("AAAA3", "shares")], {"AAAA3": _prices(1000, 1000, 1000, 1000)}
    told = report(value_book(assets, entries, prices, SESSIONS, cash=CashMode.OUTSIDE), WHOLE)
    assert told.portfolio.identity.gain == Decimal(50)
    assert told.portfolio.time_weighted == 0
    assert [(doubt.kind, doubt.days) for doubt in told.doubts] == [
        (DoubtKind.WITHOUT_CAPITAL, (SESSIONS[3],))
    ]


def test_the_best_and_the_worst_month() -> None:
    """Months by the quota at their ends; the first and last may be parts."""
    days = (date(2026, 1, 5), date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 2))
    entries = [Entry(days[0], EntryKind.BUY, "one", "AAAA3", Decimal(1000), Decimal(100))]
    prices = {"AAAA3": PriceSeries(days, (1000, 1100, 990, 1089), 2, "B3")}
    book = value_book([Asset("AAAA3", "shares")], entries, prices, days, cash=CashMode.OUTSIDE)
    told = report(book, Period(date(2026, 1, 4), days[-1]))
    assert [month.value for month in told.months] == [Decimal("0.1"), Decimal("-0.1"), Decimal("0.1")]
    assert told.best_month == told.months[0]
    assert told.worst_month == told.months[1]
    assert told.drawdown.depth == Decimal("-0.1")
    assert (told.drawdown.peak, told.drawdown.trough, told.drawdown.recovered) == (days[1], days[2], None)


@given(drawn_books())
def test_the_quotas_of_a_group_end_where_its_report_does(drawn: Drawn) -> None:
    """A chart of a class, an account or an asset tells the return of its line in the report."""
    book = drawn.book()
    told = report(book, WHOLE)
    for one in (*told.classes, *told.accounts, *told.assets):
        days, made = quota_series(book, WHOLE, one.level, one.name)
        assert days == told.days
        if min(made.units) > 0:
            scale = max(Decimal(1), abs(one.time_weighted))
            assert abs(made.total_return - one.time_weighted) < Decimal("1e-9") * scale


def test_a_group_that_is_not_there_is_not_found() -> None:
    """By its name and level."""
    entries = [Entry(SESSIONS[0], EntryKind.CONTRIBUTION, "one", amount=Decimal(1))]
    with pytest.raises(NotFound, match="no class is called bonds"):
        quota_series(value_book([], entries, {}, SESSIONS), WHOLE, Level.CLASS, "bonds")


def test_a_period_before_everything_is_refused() -> None:
    """There is nothing to report."""
    entries = [Entry(SESSIONS[3], EntryKind.CONTRIBUTION, "one", amount=Decimal(1))]
    book = value_book([], entries, {}, SESSIONS[3:])
    with pytest.raises(InvalidInput, match="nothing happened"):
        report(book, Period(date(2025, 1, 1), date(2025, 2, 1)))


def test_a_simple_gain_needs_something_put_in() -> None:
    """An account that only paid a fee has no gain over nothing."""
    entries = [Entry(SESSIONS[0], EntryKind.FEE, "one", amount=Decimal(1))]
    told = report(value_book([], entries, {}, SESSIONS), WHOLE)
    with pytest.raises(Refused, match="nothing was put into"):
        _ = told.portfolio.simple_gain


def test_a_broken_identity_is_corrupt() -> None:
    """Sides that differ by a cent stop everything."""
    zero = Decimal(0)
    with pytest.raises(Corrupt, match="explained"):
        Identity(zero, zero, zero, zero, zero, zero, zero, zero, CENT).check("portfolio")
