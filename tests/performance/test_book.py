"""From entries to a worth for every day: stories of what people's books have in them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fiel.kernel.errors import InvalidInput
from fiel.performance.aligned import Doubt, DoubtKind
from fiel.performance.book import Book, CashMode, value_book
from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries, Transfer
from fiel.performance.periods import Period, month_to_date, since_start, twelve_months, year_to_date
from fiel.performance.report import Report, report

MON, TUE, WED, THU, FRI = (date(2026, 1, day) for day in range(5, 10))
SAT = date(2026, 1, 10)
WEEK = (MON, TUE, WED, THU, FRI)
ASSETS = (Asset("AAAA3", "shares"), Asset("BBBB3", "shares"), Asset("UUUU", "abroad", "USD"))
BEFORE = date(2026, 1, 4)
#: What must be refused, whatever its type says.
FLOAT: Any = 1.5
INSTANT = datetime(2026, 1, 5, tzinfo=UTC)


def _entry(day: date, kind: EntryKind, asset: str | None, amount: str | None, quantity: str = "0") -> Entry:
    told = None if amount is None else Decimal(amount)
    return Entry(day, kind, "one", asset, told, Decimal(quantity))


def _book(
    *entries: Entry | Transfer, cash: CashMode = CashMode.TRACKED, **prices: dict[date, str | None]
) -> Book:
    series = {name: PriceSeries.of(by_day, "B3") for name, by_day in prices.items()}
    rates = {"USD": PriceSeries.of({MON: "5.00", TUE: "5.10", WED: "4.90"}, "PTAX")}
    return value_book(ASSETS, entries, series, WEEK, rates=rates, cash=cash)


def _told(book: Book, until: date = FRI) -> Report:
    return report(book, Period(BEFORE, until))


DEPOSIT = _entry(MON, EntryKind.CONTRIBUTION, None, "1000")
BUY = _entry(MON, EntryKind.BUY, "AAAA3", "500", "50")


def test_a_missing_price_is_the_last_known_one_and_its_day_is_named() -> None:
    """No price on Tuesday and Wednesday: valued at Monday's; nothing is said of days without the asset."""
    prices: dict[date, str | None] = {MON: "10", TUE: None, THU: "12", FRI: "13"}
    book = _book(DEPOSIT, BUY, AAAA3=prices)
    assert book.doubts == (Doubt(DoubtKind.PRICE_CARRIED, "AAAA3", (TUE, WED)),)
    assert book.cells[1].values == [50000, 50000, 50000, 60000, 65000]
    sold = _entry(TUE, EntryKind.SELL, "AAAA3", "500", "50")
    assert _book(DEPOSIT, BUY, sold, AAAA3=prices).doubts == ()


def test_before_the_first_price_a_trade_tells_it() -> None:
    """A new listing: the price paid serves until the first close."""
    book = _book(DEPOSIT, BUY, AAAA3={WED: "12", THU: "12", FRI: "12"})
    assert book.doubts == (Doubt(DoubtKind.PRICE_OF_TRADE, "AAAA3", (MON, TUE)),)
    assert _told(book, TUE).portfolio.identity.final == Decimal(1000)


def test_several_trades_of_a_day_tell_their_mean_price() -> None:
    """10.00 and 13.00 for twice as many: 12.00, in whichever order they were booked."""
    other = _entry(MON, EntryKind.BUY, "AAAA3", "1300", "100")
    for entries in ((BUY, other), (other, BUY)):
        book = _book(*entries, cash=CashMode.OUTSIDE)
        assert _told(book).portfolio.identity.final == Decimal(1800)


def test_what_nobody_knows_is_named_and_not_made_up() -> None:
    """Shares from outside at no price that anyone told."""
    book = _book(_entry(WED, EntryKind.DELIVERY_IN, "AAAA3", None, "5"))
    assert book.doubts == (Doubt(DoubtKind.WORTH_UNKNOWN, "AAAA3", (WED, THU, FRI)),)


def test_a_price_of_before_a_split_is_carried_in_the_new_scale() -> None:
    """One share becomes four on a day without a price: the worth stays, the day is named."""
    split = Entry(TUE, EntryKind.QUANTITY, "one", "AAAA3", quantity=Decimal(150), ratio=Decimal(4))
    book = _book(DEPOSIT, BUY, split, AAAA3={MON: "10", WED: "2.50", THU: "2.50", FRI: "2.60"})
    assert _told(book, TUE).portfolio.identity.final == Decimal(1000)
    told = _told(book)
    assert told.portfolio.identity.price_gain == Decimal(20)
    assert [doubt.days for doubt in told.doubts] == [(TUE,)]


def test_an_entry_on_a_saturday_has_a_day_of_its_own() -> None:
    """A dividend paid on a Saturday counts, and Friday's price is no doubt."""
    paid = _entry(SAT, EntryKind.INCOME, "AAAA3", "20")
    book = _book(DEPOSIT, BUY, paid, AAAA3=dict.fromkeys(WEEK, "10"))
    assert book.axis[-1] == SAT
    assert book.doubts == ()
    told = _told(book, SAT)
    assert told.portfolio.identity.final == Decimal(1020)
    assert told.volatility is not None
    assert told.volatility.days == len(WEEK)


def test_moving_shares_to_another_broker_is_no_flow_of_the_whole() -> None:
    """The account sees them leave; portfolio, class and asset do not."""
    moved = Transfer(WED, "one", "two", "AAAA3", "AAAA3", Decimal(50), Decimal(50))
    told = _told(_book(DEPOSIT, BUY, moved, AAAA3=dict.fromkeys(WEEK, "10")))
    one, two = told.accounts
    assert one.identity.withdrawals == two.identity.contributions == Decimal(500)
    assert told.portfolio.identity.contributions == Decimal(1000)
    asset = next(asset for asset in told.assets if asset.name == "AAAA3")
    assert (asset.identity.contributions, asset.identity.withdrawals) == (Decimal(500), Decimal(0))


def test_a_spin_off_takes_its_worth_with_it() -> None:
    """Ten shares of a new company at the price of the day, out of the old one: nobody gained by it."""
    spun = Transfer(TUE, "one", "one", "AAAA3", "BBBB3", Decimal(0), Decimal(10))
    prices: dict[date, str | None] = {MON: "10", TUE: "9", WED: "9", THU: "9", FRI: "9"}
    told = _told(_book(DEPOSIT, BUY, spun, AAAA3=prices, BBBB3=dict.fromkeys(WEEK, "5")))
    assert told.portfolio.identity.gain == 0
    assert told.portfolio.time_weighted == 0
    assert [share.gain for share in told.asset_shares] == [0, 0, 0]


def test_dollars_gain_by_the_price_and_by_the_rate() -> None:
    """10 at USD 10.00 bought with USD 100.00 at 5.00: the rate adds R$ 10.00, the price at 4.90 R$ 98.00."""
    entries = (
        DEPOSIT,
        Transfer(MON, "one", "one", quantity=Decimal(500), to_quantity=Decimal(100), to_currency="USD"),
        _entry(MON, EntryKind.BUY, "UUUU", "100", "10"),
    )
    told = _told(_book(*entries, UUUU={MON: "10", TUE: "10", WED: "12", THU: "12", FRI: "12"}), WED)
    whole = told.portfolio.identity
    # Tuesday: USD 100.00 * 0.10; Wednesday: USD 100.00 * -0.20, then USD 20.00 more at 4.90.
    assert (whole.currency, whole.price_gain, whole.final) == (Decimal(-10), Decimal(98), Decimal(1088))


def test_changing_money_at_a_bad_rate_costs_currency() -> None:
    """USD 100.00 for R$ 520.00 when they are worth 500.00: R$ 20.00 lost, by the currency."""
    change = Transfer(MON, "one", "one", quantity=Decimal(520), to_quantity=Decimal(100), to_currency="USD")
    whole = _told(_book(DEPOSIT, change), MON).portfolio.identity
    assert (whole.currency, whole.final) == (Decimal(-20), Decimal(980))


def test_without_cash_what_pays_a_buy_comes_from_outside() -> None:
    """A swap of one share for another on a day is no flow; what is left over is."""
    entries = (
        BUY,
        _entry(WED, EntryKind.SELL, "AAAA3", "600", "50"),
        _entry(WED, EntryKind.BUY, "BBBB3", "550", "11"),
    )
    prices: dict[date, str | None] = {MON: "10", TUE: "10", WED: "12", THU: "12", FRI: "12"}
    told = _told(_book(*entries, cash=CashMode.OUTSIDE, AAAA3=prices, BBBB3=dict.fromkeys(WEEK, "50")))
    assert told.portfolio.flows == ((MON, 50000, 0), (WED, 0, 5000))
    assert told.portfolio.time_weighted == Decimal("0.2")
    with pytest.raises(InvalidInput, match="no deposits"):
        _book(DEPOSIT, cash=CashMode.OUTSIDE)


def test_a_day_trade_from_nothing_is_a_return_on_what_it_used() -> None:
    """Bought for 500.00 and sold for 505.00 the same day: 1 %, not a gain without capital."""
    entries = (BUY, _entry(MON, EntryKind.SELL, "AAAA3", "505", "50"))
    told = _told(_book(*entries, cash=CashMode.OUTSIDE, AAAA3=dict.fromkeys(WEEK, "10")))
    assert told.portfolio.time_weighted == Decimal("0.01")
    assert told.doubts == ()


def test_fees_and_taxes_are_told_apart_from_the_gain() -> None:
    """Bought for 500.00 and 1.50 of costs, sold for 550.00 less 2.00 and 0.03 withheld."""
    bought = Entry(MON, EntryKind.BUY, "one", "AAAA3", Decimal(500), Decimal(50), Decimal("1.50"))
    sold = Entry(FRI, EntryKind.SELL, "one", "AAAA3", Decimal(550), Decimal(50), Decimal(2), Decimal("0.03"))
    whole = _told(_book(DEPOSIT, bought, sold, AAAA3=dict.fromkeys(WEEK, "10"))).portfolio.identity
    assert (whole.price_gain, whole.fees, whole.taxes) == (Decimal(50), Decimal("3.50"), Decimal("0.03"))
    assert whole.final == Decimal("1046.47")


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: Entry(MON, EntryKind.BUY, "one", None, Decimal(1)), "needs an asset"),
        (lambda: Entry(MON, EntryKind.WITHDRAWAL, "one", "AAAA3", Decimal(1)), "or has none"),
        (lambda: Entry(MON, EntryKind.INCOME, "one", "AAAA3"), "needs an amount"),
        (lambda: Entry(MON, EntryKind.INCOME, "one", "AAAA3", Decimal(-1)), "below the minimum"),
        (lambda: Entry(MON, EntryKind.INCOME, "one", "AAAA3", Decimal("0.001")), "at most 2"),
        (lambda: Entry(MON, EntryKind.INCOME, "one", "AAAA3", FLOAT), "must be a Decimal"),
        (lambda: Entry(MON, EntryKind.INCOME, "one", "AAAA3", Decimal(10) ** 15), "15 digits"),
        (lambda: Entry(INSTANT, EntryKind.INCOME, "one", "AAAA3", Decimal(1)), "date"),
        (lambda: Entry(MON, EntryKind.QUANTITY, "one", "A", quantity=Decimal(1), ratio=Decimal(0)), "ratio"),
        (lambda: Asset("cash:BRL", "x"), "does not begin"),
        (lambda: PriceSeries((MON,), (), 2, "B3"), "one price or None"),
        (lambda: PriceSeries((TUE, MON), (1, 1), 2, "B3"), "ascend"),
        (lambda: PriceSeries((MON,), (-1,), 2, "B3"), "not below zero"),
        (lambda: PriceSeries((MON,), (1,), 19, "B3"), "decimals"),
        (lambda: Period(MON, MON), "not after"),
        (lambda: _book(_entry(MON, EntryKind.BUY, "ZZZZ3", "1", "1")), "not among the assets"),
        (
            lambda: value_book(ASSETS[2:], [], {}, WEEK),
            "exchange rates of USD",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(made: object, told: str) -> None:
    """Each refusal says what is wrong."""
    assert callable(made)
    with pytest.raises(InvalidInput, match=told):
        made()


def test_periods_that_people_ask_for() -> None:
    """Each starts from the close of the day before its first."""
    today = date(2024, 2, 29)
    assert month_to_date(today).after == date(2024, 1, 31)
    assert year_to_date(today).after == date(2023, 12, 31)
    assert twelve_months(today).after == date(2023, 2, 28)
    assert twelve_months(date(2026, 3, 10)).after == date(2025, 3, 10)
    assert since_start(MON, FRI) == Period(BEFORE, FRI)
    assert since_start(MON, FRI).days == 5
