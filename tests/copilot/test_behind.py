"""What is behind a printed number: the entries of the journal that it rests on, and no others."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fiel.copilot.behind import Behind, behind
from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.booking.typed import typed_file, typed_row
from fiel.copilot.number_ids import NumberId
from fiel.custody.bookings import Bookings
from fiel.custody.events import FactKind
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import InvalidInput, NotFound
from tests.copilot.taxes.conftest import ana
from tests.copilot.taxes.wallets import Wallet

__all__ = ["ana"]

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


def asked(ana: Wallet, scope: str, measure: str, first: date = FIRST, until: date = LAST) -> Behind:
    """What is behind a number of ana's."""
    number = NumberId("performance", "ana", first, until, scope, measure)
    return behind(ana.opened.database, number, zone_of(DEFAULT_ZONE))


def causes(found: Behind) -> list[tuple[str, int, int]]:
    """(asset, billionths, cents) of each entry."""
    return [(entry.ticker or "", entry.quantity, entry.gross) for entry in found.entries]


def test_income_of_an_asset_is_its_payments_in_the_days_of_the_number(ana: Wallet) -> None:
    """Payments of other assets and other days, and trades, are not behind it."""
    ana.trades("02-10", "PETR4", "100", "30.00")
    ana.is_paid("03-10", "PETR4", "dividend", "50.00")
    ana.is_paid("03-11", "VALE3", "dividend", "70.00")
    ana.is_paid("07-10", "PETR4", "dividend", "90.00")

    assert causes(asked(ana, "asset:PETR4", "income")) == [("PETR4", 0, 5_000)]
    assert causes(asked(ana, "portfolio", "income")) == [("PETR4", 0, 5_000), ("VALE3", 0, 7_000)]


def test_what_is_held_rests_on_all_that_came_before(ana: Wallet) -> None:
    """An average cost of June rests on the buy of the year before, too; later trades do not count."""
    ana.trades("2025-11-10", "PETR4", "100", "30.00")
    ana.trades("05-10", "PETR4", "-40", "36.00")
    ana.trades("08-10", "PETR4", "10", "36.00")

    found = causes(asked(ana, "asset:PETR4", "average_cost", LAST, LAST))
    assert found == [("PETR4", 100 * 10**9, -300_000), ("PETR4", -40 * 10**9, 144_000)]


def test_fees_and_taxes_are_the_entries_that_had_them(ana: Wallet) -> None:
    """A trade with a fee, a fee by itself, and income of which tax was withheld."""
    ana.tells(FactKind.TRADE, "02-10", "PETR4", "10", amount="-300.00", fee="1.50", price="30")
    ana.trades("02-11", "VALE3", "10", "60.00")
    ana.tells(FactKind.FEE, "02-12", "PETR4", amount="-2.00")
    ana.is_paid("03-10", "PETR4", "jcp", "85.00", "15.00")

    assert [entry.fee or -entry.gross for entry in asked(ana, "portfolio", "fees").entries] == [150, 200]
    assert [entry.withheld for entry in asked(ana, "portfolio", "taxes").entries] == [1_500]


def test_an_account_and_a_class_are_scopes_too(ana: Wallet) -> None:
    """Only what was booked in that account; only assets of that class."""
    ana.trades("02-10", "PETR4", "10", "30.00", account="clear")
    ana.trades("02-11", "PETR4", "20", "30.00", account="xp")
    ana.trades("02-12", "AAPL34", "5", "50.00", account="xp")

    assert [entry.quantity for entry in asked(ana, "account:ana/clear", "price_gain").entries] == [10 * 10**9]
    assert {entry.ticker for entry in asked(ana, "class:bdr", "price_gain").entries} == {"AAPL34"}
    assert {entry.ticker for entry in asked(ana, "class:stock", "price_gain").entries} == {"PETR4"}


def test_a_months_gain_rests_on_what_was_sold_and_how_it_came(ana: Wallet) -> None:
    """Sales of the month's category, and for the gain the buys of those assets, however long ago."""
    ana.trades("2025-11-10", "PETR4", "100", "30.00")
    ana.trades("02-10", "VALE3", "10", "60.00")
    ana.trades("03-10", "PETR4", "-40", "36.00")
    ana.trades("03-11", "AAPL34", "5", "50.00")
    month = date(2026, 3, 1), date(2026, 3, 31)

    assert causes(asked(ana, "category:stock", "sales", *month)) == [("PETR4", -40 * 10**9, 144_000)]
    assert [entry.quantity for entry in asked(ana, "category:stock", "taxed_gain", *month).entries] == [
        100 * 10**9,
        -40 * 10**9,
    ]
    assert asked(ana, "category:bdr", "taxed_gain", *month).entries == ()


def test_each_entry_names_the_row_that_a_person_or_a_file_told(ana: Wallet) -> None:
    """From the number to the row: its id, file and line."""
    clock = FixedClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
    desk = BookingDesk(
        ana.opened.database, Bookings(ana.opened.custody.book, clock), clock, zone_of(DEFAULT_ZONE)
    )
    row = typed_row("buy", date(2026, 3, 10), "PETR4", quantity="10", price="30", account="xp")
    done = desk.accept("ana", [typed_file([row])])

    found = asked(ana, "asset:PETR4", "quantity")
    [entry] = found.entries
    assert found.rows[entry.id].id == done.prepared.planned[0].id
    assert found.rows[entry.id].said["quantity"] == str(Decimal(10))


def test_what_names_nothing_is_said(ana: Wallet) -> None:
    """A wallet that the book has not, and a level that no number has."""
    ana.trades("02-10", "PETR4", "10", "30.00")
    zone = zone_of(DEFAULT_ZONE)
    with pytest.raises(NotFound, match="nothing of eva"):
        behind(ana.opened.database, NumberId("performance", "eva", FIRST, LAST, "portfolio", "income"), zone)
    with pytest.raises(InvalidInput, match="no level"):
        asked(ana, "planet:mars", "income")
    with pytest.raises(InvalidInput, match="names no number"):
        NumberId.parse("performance/ana/yesterday/portfolio/income")
