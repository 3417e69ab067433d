"""A wallet's income from book and market to records, and back into the book."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fiel.copilot.income.accepting import accept
from fiel.copilot.income.view import Span, income_view
from fiel.income.values import IncomeRecord, State
from fiel.kernel.errors import NotFound
from fiel.market.event_codec import told_text
from fiel.market.store.events import SUBSCRIPTION, EventRow, StoredEvents
from fiel.market.values import CashKind, SubscriptionEvent
from tests.support.income_wallets import Pays, Town, bodies

COM, PAID = date(2026, 7, 1), date(2026, 7, 14)


def _record(town: Town, user: str = "ana") -> IncomeRecord:
    (record,) = town.opened.desk.reconcile_now(user).reconciliation.records
    return record


def test_what_was_held_on_the_com_date_is_paid(town: Town) -> None:
    """A hundred shares on the com date give a hundred dividends; those bought later give none."""
    town.holds("ana", "ITUB4", "100")
    town.holds("ana", "ITUB4", "50", since=date(2026, 7, 2))
    town.announce(Pays("ITUB4", "0.25", COM, PAID))

    record = _record(town)

    assert (record.quantity, record.gross, record.state) == (Decimal(100), Decimal("25.00"), State.DUE)


def test_the_fractional_board_is_the_same_asset(town: Town) -> None:
    """ITUB4F and ITUB4 are one entitlement."""
    town.holds("ana", "ITUB4", "100")
    town.holds("ana", "ITUB4F", "7")
    town.announce(Pays("ITUB4", "1", COM, PAID))

    assert _record(town).quantity == 107


def test_the_day_begins_in_the_wallets_zone(town: Town) -> None:
    """A trade at 01:30 UTC was made the evening before in São Paulo, and in the morning in Tokyo."""
    at = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)
    for user in ("ana", "aiko"):
        town.opened.custody.bring_shares(user, "ITUB4", "100", "1000.00", key="k", occurred_at=at)
    town.opened.desk.set_zone("aiko", "Asia/Tokyo")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))

    assert _record(town, "ana").gross == Decimal("25.00")
    assert town.opened.desk.reconcile_now("aiko").reconciliation.records == ()


def test_again_and_again_nothing_more_changes(town: Town) -> None:
    """The second reconciliation writes nothing, and the database stays as it was."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID), Pays("ITUB4", "0.10", date(2026, 8, 3)))
    assert len(town.opened.desk.reconcile_now("ana").changed) == 2
    before = bodies(town.opened.database)

    assert town.opened.desk.reconcile_now("ana").changed == ()
    assert bodies(town.opened.database) == before


def test_money_in_the_book_makes_it_received(town: Town) -> None:
    """A receipt of the right amount near the day of payment settles the record."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    town.pay("ana", "ITUB4", "25.00", PAID, key="pix")

    record = _record(town)

    assert (record.state, record.received, record.received_on) == (State.RECEIVED, Decimal("25.00"), PAID)


def test_a_proposal_is_booked_once(town: Town) -> None:
    """Accepting books the net money with its tax; a second time there is nothing to accept."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "1.00", COM, PAID, CashKind.JCP))
    (proposal,) = town.opened.desk.look("ana").reconciliation.proposals

    (done,) = accept(town.opened.desk, town.opened.custody, "ana", [proposal.proposal_id])

    assert done.record is not None
    assert (done.record.state, done.record.received) == (State.RECEIVED, Decimal("82.50"))
    with pytest.raises(NotFound, match="no open proposal"):
        accept(town.opened.desk, town.opened.custody, "ana", [proposal.proposal_id])
    assert accept(town.opened.desk, town.opened.custody, "ana", None) == []
    with town.opened.database.reading() as connection:
        from fiel.custody.queries import Snapshot

        (receipt,) = Snapshot(connection).income_received("ana")
    assert (receipt.net, receipt.withheld) == (8250, 1750)


def test_one_unknown_proposal_stops_all(town: Town) -> None:
    """All or nothing: a wrong id books none of the others."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    (proposal,) = town.opened.desk.look("ana").reconciliation.proposals

    with pytest.raises(NotFound):
        accept(town.opened.desk, town.opened.custody, "ana", [proposal.proposal_id, "proposal_of_nobody"])

    assert _record(town).state is State.DUE


def test_a_correction_of_the_source_is_counted(town: Town) -> None:
    """The source changes the amount before any money came: the record follows, and says how often."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    first = _record(town)
    town.announce(Pays("ITUB4", "0.26", COM, PAID))

    after = _record(town)

    assert after.record_id == first.record_id
    assert (after.gross, after.corrections) == (Decimal("26.00"), 1)


def test_looking_writes_nothing(town: Town) -> None:
    """The view is of now, and the database stays empty."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))

    view = income_view(town.opened.desk, town.opened.forecasts, "ana", Span())

    assert [each.net for each in view.entries] == [Decimal("25.00")]
    assert bodies(town.opened.database) == []


def test_events_that_change_are_seen_by_the_same_desk(town: Town) -> None:
    """What is kept in memory of a symbol is left as soon as the database has something newer."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    assert len(town.opened.desk.look("ana").reconciliation.records) == 1
    town.announce(Pays("ITUB4", "0.40", date(2026, 6, 1), date(2026, 6, 20)))

    assert len(town.opened.desk.look("ana").reconciliation.records) == 2


def test_another_users_money_is_another_users(town: Town) -> None:
    """The same payment of two users is two records, and each has its own money."""
    for user in ("ana", "bia"):
        town.holds(user, "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    town.pay("bia", "ITUB4", "25.00", PAID, key="pix")

    assert _record(town, "ana").state is State.DUE
    assert _record(town, "bia").state is State.RECEIVED


def test_rights_and_splits_stand_beside_the_money(town: Town) -> None:
    """A right that is open is shown with what it costs, though its com date is long past."""
    town.holds("ana", "ITUB4", "107")
    right = SubscriptionEvent(
        "ITUB4", "told", Decimal("12.5"), Decimal("9.50"), date(2026, 2, 2), "brapi", date(2026, 8, 31)
    )
    row = EventRow("right-1", SUBSCRIPTION, right.com_date, None, told_text(right))
    StoredEvents(town.opened.database).save("ITUB4", [row], at=town.clock.now())

    (action,) = income_view(town.opened.desk, town.opened.forecasts, "ana", Span(past=0)).actions

    assert (action.change, action.cost, action.is_open(COM)) == (Decimal(13), Decimal("123.50"), True)


def test_money_comes_on_the_wallets_day(town: Town) -> None:
    """A credit at 01:30 UTC came the evening before in São Paulo: the record says that day."""
    town.holds("ana", "ITUB4", "100")
    town.announce(Pays("ITUB4", "0.25", COM, PAID))
    at = datetime(2026, 7, 15, 1, 30, tzinfo=UTC)
    town.opened.custody.book_income("ana", "ITUB4", "dividend", "25.00", key="pix", occurred_at=at)

    assert _record(town).received_on == PAID
