"""Stories of a payment from its announcement to the money; sources correct themselves and forget."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fiel.income.lifecycle import with_code
from fiel.income.reconciling import record_id
from fiel.income.values import IncomeKind, ProposalKind, ShareChange, Standing, State
from fiel.kernel.errors import InvalidInput
from tests.income.building import COM, PAID, WALLET, Wallet, announced, bought, money, paid

BEFORE, BETWEEN, AFTER = date(2026, 3, 20), date(2026, 4, 2), date(2026, 4, 17)


def test_from_announcement_to_money() -> None:
    """Announced, confirmed, due with a booking to accept, received; the id never changes."""
    wallet = Wallet()
    assert wallet.one(BEFORE).state is State.ANNOUNCED
    assert wallet.one(BETWEEN).state is State.CONFIRMED
    due = wallet.at(PAID)
    (proposal,) = due.proposals
    assert (proposal.kind, proposal.amount, proposal.day, proposal.account) == (
        ProposalKind.BOOK,
        money("100.00"),
        PAID,
        "A",
    )
    came = replace(wallet, receipts=(paid("100.00"),)).at(AFTER)
    (record,) = came.records
    assert (record.state, record.received, record.received_on) == (State.RECEIVED, money("100.00"), PAID)
    assert record.reasons == ("received:100.00/2026-04-15",)
    assert came.proposals == ()
    assert came.unmatched == ()
    assert {record.record_id, due.records[0].record_id, proposal.record_id} == {record_id(WALLET, "e-1")}


def test_late_and_missing_keep_their_proposal() -> None:
    """The same proposal, by id, from the first day to the last: accepting it twice is once."""
    wallet = Wallet()
    days = [PAID, date(2026, 4, 22), date(2026, 6, 1)]
    assert [wallet.one(day).state for day in days] == [State.DUE, State.LATE, State.MISSING]
    assert len({wallet.at(day).proposals[0].proposal_id for day in days}) == 1


def test_the_accepted_booking_is_known_by_its_record() -> None:
    """A receipt that names the record is its money, whatever its amount and day; the difference is said."""
    booked = paid("90.00", on=date(2026, 7, 1), record=record_id(WALLET, "e-1"))
    record = replace(Wallet(), receipts=(booked,)).one(date(2026, 7, 2))
    assert record.state is State.RECEIVED
    assert "amount_differs:90.00/100.00" in record.reasons


def test_nothing_held_makes_no_record() -> None:
    """Somebody else's dividend is no business of this wallet, nor is one taken back before it was known."""
    assert replace(Wallet(), movements=()).at(AFTER).records == ()
    assert replace(Wallet(), announcements=(announced("0"),)).at(BEFORE).records == ()


def test_what_was_sold_before_the_com_date_lapses() -> None:
    """The record stays, and says that nothing was held; before the com date it may still come back."""
    sold = Wallet().after(BEFORE, movements=(bought("100"), bought("-100", on=date(2026, 3, 25))))
    assert sold.one(date(2026, 3, 26)).reasons[-1] == "nothing_held_yet"
    lapsed = sold.one(BETWEEN)
    assert (lapsed.state, lapsed.quantity, lapsed.net) == (State.LAPSED, money("0"), money("0"))


def test_a_backfilled_trade_makes_the_record() -> None:
    """History that comes later counts as if it had always been there."""
    early = replace(Wallet(), movements=())
    later = early.after(AFTER, movements=(bought("100", on=date(2025, 5, 5)),))
    assert later.at(AFTER) == Wallet().at(AFTER)
    more = Wallet().after(AFTER, movements=(bought("100"), bought("20", account="B")))
    assert (more.one(AFTER).gross, len(more.at(AFTER).proposals)) == (money("120.00"), 2)


def test_a_split_between_com_and_payment_changes_nothing() -> None:
    """Units of the close of the com date are paid; a booked split is not applied again."""
    split = ShareChange("ITSA4", COM, Decimal(2))
    assert replace(Wallet(), changes=(split,)).one(AFTER).quantity == 100
    earlier = ShareChange("ITSA4", date(2026, 2, 2), Decimal(2))
    assert replace(Wallet(), changes=(earlier,)).one(AFTER).quantity == 200
    assert replace(Wallet(), changes=(replace(earlier, booked=True),)).one(AFTER).quantity == 100


# Sources that change their mind


def test_a_correction_before_the_money_replaces_the_figures() -> None:
    """R$ 1.00 becomes R$ 1.10: the record follows, counts one change and tells it, also the next day."""
    wallet = Wallet().after(BETWEEN, announcements=(announced("1.10"),))
    record = wallet.one(BETWEEN)
    assert (record.state, record.net, record.corrections) == (State.CONFIRMED, money("110.00"), 1)
    assert with_code(record.reasons, "source_changed") == ("source_changed:per_unit=1.00>1.10",)
    assert wallet.knowing([record]).one(BETWEEN) == record


def test_the_last_five_changes_are_told() -> None:
    """In their order, while all of them are counted."""
    wallet = Wallet()
    for step in range(1, 8):
        wallet = wallet.after(BETWEEN, announcements=(announced(f"1.0{step}"),))
    record = wallet.one(BETWEEN)
    told = [f"source_changed:per_unit=1.0{step - 1}>1.0{step}" for step in range(3, 8)]
    assert (list(record.reasons[-5:]), record.corrections) == (told, 7)


def test_learning_a_date_is_no_correction_and_losing_one_is_none() -> None:
    """A payment date that was unknown is filled; one that the source no longer tells is kept."""
    undated = Wallet(announcements=(announced(pay=None),))
    assert undated.one(AFTER).state is State.CONFIRMED
    dated = undated.after(BETWEEN, announcements=(announced(),))
    assert (dated.one(AFTER).payment_date, dated.one(AFTER).corrections) == (PAID, 0)
    lost = Wallet().after(BETWEEN, announcements=(announced(pay=None, com=None),))
    assert (lost.one(AFTER).payment_date, lost.one(AFTER).com_date) == (PAID, COM)


def test_a_correction_after_the_money_proposes_the_difference() -> None:
    """Corrected until the difference is booked on the record, then received again."""
    paid_wallet = replace(Wallet(), receipts=(paid("100.00"),))
    wallet = paid_wallet.after(AFTER, announcements=(announced("1.10"),))
    changed = wallet.at(AFTER)
    (record,) = changed.records
    assert (record.state, record.net, record.received) == (State.CORRECTED, money("110.00"), money("100.00"))
    assert with_code(record.reasons, "changed_after_payment") == ("changed_after_payment:per_unit=1.00>1.10",)
    (proposal,) = changed.proposals
    assert (proposal.kind, proposal.amount) == (ProposalKind.BOOK_DIFFERENCE, money("10.00"))
    assert wallet.knowing(changed.records).at(AFTER) == changed
    more = paid("10.00", id_="r-2", on=AFTER, record=record.record_id)
    settled = replace(wallet, receipts=(*wallet.receipts, more)).knowing(changed.records).at(AFTER)
    assert (settled.records[0].state, settled.proposals) == (State.RECEIVED, ())


def test_the_difference_is_proposed_account_by_account() -> None:
    """Less than what came is a negative booking in each account."""
    wallet = Wallet(
        movements=(bought("100"), bought("50", account="B")),
        receipts=(paid("100.00"), paid("50.00", id_="r-2", account="B")),
    )
    changed = wallet.after(AFTER, announcements=(announced("0.90"),)).at(AFTER)
    assert [(one.account, one.amount) for one in sorted(changed.proposals, key=lambda p: p.account)] == [
        ("A", money("-10.00")),
        ("B", money("-5.00")),
    ]


def test_a_new_payment_date_after_the_money_leaves_it_received() -> None:
    """Nothing is left to book when only a day changed."""
    wallet = replace(Wallet(), receipts=(paid("100.00"),))
    record = wallet.after(AFTER, announcements=(announced(pay=date(2026, 4, 16)),)).one(AFTER)
    assert (record.state, record.corrections) == (State.RECEIVED, 1)
    assert record.reasons[-1] == "source_changed:payment_date=2026-04-15>2026-04-16"


def test_sources_forget_and_take_back() -> None:
    """What a source no longer lists stays and says so; what it sets to zero lapses."""
    forgotten = Wallet().after(BEFORE, announcements=())
    assert forgotten.one(AFTER).state is State.DUE
    assert "source_forgot" in forgotten.one(AFTER).reasons
    taken_back = Wallet().after(BEFORE, announcements=(announced("0"),)).one(AFTER)
    assert (taken_back.state, taken_back.reasons[0]) == (State.LAPSED, "taken_back")


def test_a_forgotten_exempt_dividend_stays_exempt() -> None:
    """The record remembers the rule, although it does not know when the dividend was decided."""
    wallet = Wallet(announcements=(announced("900", decided=date(2025, 12, 1)),))
    assert wallet.after(BEFORE, announcements=()).one(AFTER).withheld == 0


def test_a_dividend_of_zero_that_was_paid_is_to_be_given_back() -> None:
    """Taken back after the money: corrected, with all of it as the difference."""
    wallet = replace(Wallet(), receipts=(paid("100.00"),)).after(AFTER, announcements=(announced("0"),))
    assert wallet.one(AFTER).state is State.CORRECTED
    assert [one.amount for one in wallet.at(AFTER).proposals] == [money("-100.00")]


def test_twins_of_one_event_are_one() -> None:
    """Two answers for one event: the one that sources agree on, in any order."""
    agreed = replace(announced("1.10"), standing=Standing.AGREED, differences=("per_unit:b3=1.10,x=1.00",))
    for pair in ((agreed, announced()), (announced(), agreed)):
        record = Wallet(announcements=pair).one(BETWEEN)
        assert record.per_unit == Decimal("1.10")
        assert record.reasons[-1] == "sources_differ:per_unit:b3=1.10,x=1.00"


def test_the_law_is_that_of_the_whole_month() -> None:
    """A second dividend in May makes the first one, already there, lose 10 % and say why."""
    first = announced("400", event="1", pay=date(2026, 5, 4))
    second = announced("400", event="2", pay=date(2026, 5, 20))
    alone = Wallet(announcements=(first,), receipts=(paid("40000.00", on=date(2026, 5, 4)),))
    both = alone.after(date(2026, 5, 6), announcements=(first, second)).at(date(2026, 5, 7))
    paid_record = next(one for one in both.records if one.event_id == "1")
    assert (paid_record.state, paid_record.withheld) == (State.RECEIVED, money("4000.00"))
    assert "month_limit_crossed:ITSA:2026-05:80000.00" in paid_record.reasons
    assert "gross_received:40000.00/36000.00" in paid_record.reasons


def test_records_of_others_and_twice_are_refused() -> None:
    """A record belongs to one wallet, an event has one record."""
    record = Wallet().one(AFTER)
    with pytest.raises(InvalidInput) as other:
        Wallet(known=(replace(record, wallet="w-2"),)).at(AFTER)
    with pytest.raises(InvalidInput) as twice:
        Wallet(known=(record, record)).at(AFTER)
    assert (other.value.code, twice.value.code) == ("record_of_other_wallet", "record_twice")


def test_a_short_wallet_is_asked_to_pay() -> None:
    """Nothing but a short position: the record is negative, and so is the booking."""
    wallet = Wallet(movements=(bought("-100"),), announcements=(announced(kind=IncomeKind.JCP),))
    due = wallet.at(PAID)
    assert due.records[0].net == money("-100.00")
    assert due.proposals[0].amount == money("-100.00")
    assert "short_owes:A:-100.00" in due.records[0].reasons
