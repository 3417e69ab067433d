"""The income of a wallet with accounts at several brokers, and splits that files booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from fiel.copilot.income.accepting import accept
from fiel.copilot.income.jobs import Schedule, WalletDay
from fiel.copilot.store.accounts import WalletAccount, add_accounts
from fiel.custody.accounts import AccountKey, CashMode
from fiel.custody.bookings import Bookings, Told
from fiel.custody.events import BookFact, FactKind
from fiel.income.values import IncomeRecord
from fiel.market import event_codec
from fiel.market.store.events import SHARES, EventRow, StoredEvents
from fiel.market.values import ShareEvent, ShareKind
from tests.copilot.income.test_jobs import Heap
from tests.support.income_wallets import MORNING, TODAY, Pays, Town

D = Decimal
COM, PAID = date(2026, 7, 1), date(2026, 7, 14)


def _opens(town: Town, *labels: str) -> None:
    """Accounts of ana at brokers."""
    brokers = [WalletAccount("ana", label, f"ana/{label}", label) for label in labels]
    town.opened.database.transact(lambda unit: add_accounts(unit.connection, brokers, MORNING))


def _splits(town: Town, user: str, ticker: str, on: date, units: int) -> None:
    """A file told a split."""
    at = datetime.combine(on, time(12), UTC)
    key = AccountKey(user, "BRL")
    fact = BookFact(f"{user}-{on}", FactKind.SPLIT, at, at, ticker, units * 10**9)
    Bookings(town.opened.custody.book, town.clock).book_all([Told(key, fact)], {key: CashMode.TRACKED})


def _market_splits(town: Town, ticker: str, com: date, ratio: str) -> None:
    event = ShareEvent(ticker, ShareKind.SPLIT, "DESDOBRAMENTO", D(ratio), com, "brapi")
    row = EventRow(f"{ticker}{com}", SHARES, com, None, event_codec.told_text(event))
    StoredEvents(town.opened.database).save(ticker, [row], at=town.clock.now())


def _record(town: Town) -> IncomeRecord:
    (record,) = town.opened.desk.reconcile_now("ana").reconciliation.records
    return record


def test_every_account_of_a_wallet_is_paid(town: Town) -> None:
    """One record, with a share for each broker; money is booked where it is due."""
    _opens(town, "clear", "xp")
    town.holds("ana/clear", "ITUB4", "100")
    town.holds("ana/xp", "ITUB4", "7")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    town.pay("ana/xp", "ITUB4", "1.75", PAID, key="xp")

    record = _record(town)
    accept(town.opened.desk, town.opened.custody, "ana", None)

    assert [(share.account, share.gross) for share in record.shares] == [
        ("clear/BRL", D("25.00")),
        ("xp/BRL", D("1.75")),
    ]
    assert _record(town).received == D("26.75")
    with town.opened.database.reading() as connection:
        from fiel.custody.queries import Snapshot

        assert [each.net for each in Snapshot(connection).income_received("ana/clear")] == [2500]


def test_a_split_that_is_booked_is_not_applied_again(town: Town) -> None:
    """Booked days after the market's first session: a com date in between sees the new units, once."""
    town.holds("ana", "ITUB4", "100")
    _market_splits(town, "ITUB4", date(2026, 6, 29), "2")
    _splits(town, "ana", "ITUB4", date(2026, 7, 3), 100)
    town.announce(Pays("ITUB4", "0.25", COM, PAID))

    assert _record(town).quantity == 200


def test_units_that_came_before_the_booking_keep_its_day(town: Town) -> None:
    """Bought between the market's session and the booked one: only the book knows what was there when."""
    town.holds("ana", "ITUB4", "100")
    _market_splits(town, "ITUB4", date(2026, 6, 25), "2")
    town.holds("ana", "ITUB4", "10", since=date(2026, 6, 30))
    _splits(town, "ana", "ITUB4", date(2026, 7, 3), 110)
    town.announce(Pays("ITUB4", "0.25", COM, PAID))

    assert _record(town).quantity == 110


def test_an_account_without_the_booking_splits_with_the_market(town: Town) -> None:
    """One broker's file told the split and the other's did not: both have the new units."""
    _opens(town, "clear", "xp")
    town.holds("ana/clear", "ITUB4", "100")
    town.holds("ana/xp", "ITUB4", "10")
    _market_splits(town, "ITUB4", date(2026, 6, 25), "2")
    _splits(town, "ana/clear", "ITUB4", date(2026, 6, 29), 100)
    town.announce(Pays("ITUB4", "0.25", COM, PAID))

    assert [share.quantity for share in _record(town).shares] == [200, 20]


def test_a_wallet_of_brokers_only_is_one_user_and_one_job(town: Town) -> None:
    """Its accounts are no users of their own: the only wallet is known, and visited once a day."""
    _opens(town, "clear", "xp")
    town.holds("ana/clear", "ITUB4", "100")
    town.holds("ana/xp", "ITUB4", "100")
    heap, desk = Heap(), town.opened.desk
    queue: object = heap
    schedule = Schedule(
        town.opened.database,
        queue,  # type: ignore[arg-type]
        town.clock,
        "America/Sao_Paulo",
        town.opened.schedule.at,
    )

    schedule.turn()

    assert (desk.users(2), desk.knows("ana")) == (["ana"], True)
    assert set(desk.held("ana")) == {"ITUB4"}
    assert [WalletDay.of(job) for job in heap.jobs] == [WalletDay("ana", TODAY)]
