"""Which money is whose: stories of receipts that fit, nearly fit, come twice, in parts or in one sum."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fiel.income.lifecycle import with_code
from fiel.income.values import IncomeKind, ProposalKind, Receipt, State
from tests.income.building import COM, Wallet, announced, bought, money, paid

AFTER = date(2026, 5, 8)
JCP = announced("1.00", kind=IncomeKind.JCP)
TWO_ACCOUNTS = Wallet(movements=(bought("100"), bought("50", account="B")))


def with_money(wallet: Wallet, *receipts: Receipt) -> Wallet:
    """The wallet with this money in its book."""
    return replace(wallet, receipts=receipts)


@pytest.mark.parametrize("amount", ["99.99", "100.00", "100.01"])
def test_a_cent_is_no_difference(amount: str) -> None:
    """Brokers round otherwise; that is not worth a word."""
    record = with_money(Wallet(), paid(amount)).one(AFTER)
    assert (record.state, with_code(record.reasons, "amount_differs")) == (State.RECEIVED, ())


def test_half_a_percent_is_taken_and_said() -> None:
    """R$ 100.50 for R$ 100.00 fits; a cent more is only proposed as a link, and no second booking is."""
    record = with_money(Wallet(), paid("100.50")).one(AFTER)
    assert record.reasons == ("received:100.50/2026-04-15", "amount_differs:100.50/100.00")
    result = with_money(Wallet(), paid("100.51")).at(AFTER)
    assert result.records[0].state is State.LATE
    (proposal,) = result.proposals
    assert (proposal.kind, proposal.receipt_id, proposal.amount) == (
        ProposalKind.LINK,
        "r-1",
        money("0"),
    )
    assert proposal.reasons == result.unmatched[0].reasons == ("amount_differs:100.51/100.00",)


def test_gross_instead_of_net_is_taken_and_said() -> None:
    """A broker that shows the tax apart credits the gross."""
    record = with_money(Wallet(announcements=(JCP,)), paid("100.00")).one(AFTER)
    assert record.state is State.RECEIVED
    assert record.reasons[-1] == "gross_received:100.00/82.50"


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (date(2026, 4, 9), False),
        (date(2026, 4, 10), True),
        (date(2026, 5, 8), True),
        (date(2026, 5, 11), False),
    ],
)
def test_the_window_is_in_business_days(day: date, fits: bool) -> None:
    """From three business days before the payment to fifteen after it (two holidays in between)."""
    result = with_money(Wallet(), paid("100.00", on=day)).at(AFTER)
    assert (result.records[0].state is State.RECEIVED) is fits
    if not fits:
        assert result.unmatched[0].reasons[0].startswith("day_outside_window:")
        assert result.proposals[0].kind is ProposalKind.LINK


def test_money_never_comes_before_the_com_date_has_passed() -> None:
    """Paid two days after the com date: money of the com date itself is of something else."""
    quick = Wallet(announcements=(announced(pay=COM + timedelta(days=2)),))
    assert with_money(quick, paid("100.00", on=COM)).one(AFTER).state is not State.RECEIVED
    assert with_money(quick, paid("100.00", on=COM + timedelta(days=1))).one(AFTER).state is State.RECEIVED


def test_without_a_payment_date_money_may_take_two_hundred_days() -> None:
    """Counted from the com date; so may that of a payment "until" a day, from the com date on."""
    undated = Wallet(announcements=(announced(pay=None),))
    last = COM + timedelta(days=200)
    assert with_money(undated, paid("100.00", on=last)).one(last).state is State.RECEIVED
    late = with_money(undated, paid("100.00", on=last + timedelta(days=1)))
    assert late.one(last + timedelta(days=1)).state is State.MISSING
    until = Wallet(announcements=(announced(pay=date(2026, 12, 30), deadline=True),))
    assert with_money(until, paid("100.00")).one(AFTER).state is State.RECEIVED


def test_each_account_has_its_receipt() -> None:
    """One of two came: still late for the other, whose booking alone is proposed."""
    half = with_money(TWO_ACCOUNTS, paid("50.00", account="B")).at(AFTER)
    (record,) = half.records
    assert (record.state, record.received) == (State.LATE, money("50.00"))
    assert "received_partly:50.00/150.00" in record.reasons
    assert [(one.account, one.amount) for one in half.proposals] == [("A", money("100.00"))]
    both = with_money(TWO_ACCOUNTS, paid("50.00", account="B"), paid("100.00", id_="r-2"))
    assert (both.one(AFTER).state, both.one(AFTER).received) == (State.RECEIVED, money("150.00"))


def test_one_sum_for_all_accounts() -> None:
    """The whole payment credited in one account, even in a third one, is the payment."""
    for account in "ABC":
        record = with_money(TWO_ACCOUNTS, paid("150.00", account=account)).one(AFTER)
        assert record.state is State.RECEIVED


def test_a_share_in_several_credits() -> None:
    """R$ 60.00 and R$ 40.00 on two days are the R$ 100.00."""
    record = with_money(Wallet(), paid("60.00"), paid("40.00", id_="r-2", on=date(2026, 4, 16))).one(AFTER)
    assert (record.receipts, record.received_on) == (("r-1", "r-2"), date(2026, 4, 16))
    assert record.state is State.RECEIVED


def test_the_same_receipt_twice_counts_once() -> None:
    """A message delivered twice is one credit."""
    result = with_money(Wallet(), paid("100.00"), paid("100.00")).at(AFTER)
    assert (result.records[0].received, result.unmatched) == (money("100.00"), ())


def test_a_second_credit_of_the_same_amount_and_day_is_suspected() -> None:
    """Another id, the same money: a person must look, and no link is proposed."""
    result = with_money(Wallet(), paid("100.00"), paid("100.00", id_="r-2")).at(AFTER)
    (left,) = result.unmatched
    assert (left.receipt.receipt_id, left.reasons) == ("r-2", ("possible_duplicate",))
    assert result.proposals == ()


def test_two_payments_of_one_day_and_amount_take_one_credit_each() -> None:
    """A dividend and a JCP with the same net are two credits, not a duplicate."""
    fund = announced(event="e-2", kind=IncomeKind.FII_INCOME)
    wallet = Wallet(announcements=(announced(), fund))
    result = with_money(wallet, paid("100.00"), paid("100.00", id_="r-2")).at(AFTER)
    assert [one.state for one in result.records] == [State.RECEIVED] * 2
    assert result.unmatched == ()


def test_a_kind_is_believed_when_the_receipt_says_one() -> None:
    """Two kinds of one amount: each credit goes to its kind; another kind is only proposed as a link."""
    interest = announced(event="e-2", kind=IncomeKind.INTEREST)
    wallet = Wallet(announcements=(announced(), interest))
    money_in = (paid("100.00", kind=IncomeKind.INTEREST), paid("100.00", id_="r-2", kind=IncomeKind.DIVIDEND))
    found = {one.event_id: one.receipts for one in with_money(wallet, *money_in).at(AFTER).records}
    assert found == {"e-1": ("r-2",), "e-2": ("r-1",)}
    other = with_money(Wallet(), paid("100.00", kind=IncomeKind.JCP)).at(AFTER)
    assert other.proposals[0].reasons == ("kind_differs:jcp/dividend",)


@pytest.mark.parametrize("kind", [IncomeKind.DIVIDEND, IncomeKind.FII_INCOME])
def test_a_receipt_that_says_its_kind_goes_first(kind: IncomeKind) -> None:
    """One credit says its kind, the other may be either: both payments are paid."""
    fund = announced(event="e-2", kind=IncomeKind.FII_INCOME)
    wallet = Wallet(announcements=(announced(), fund))
    result = with_money(wallet, paid("100.00"), paid("100.00", id_="r-2", kind=kind)).at(AFTER)
    found = {one.kind: one.receipts for one in result.records}
    assert found[kind] == ("r-2",)
    assert [one.state for one in result.records] == [State.RECEIVED] * 2


def test_instalments_share_a_com_date_and_not_the_money() -> None:
    """Two payments of one decision, a month apart: each credit goes to the nearer one."""
    first, second = announced(event="1"), announced(event="2", pay=date(2026, 4, 29))
    wallet = Wallet(announcements=(second, first))
    credited = paid("100.00", on=date(2026, 4, 28)), paid("100.00", id_="r-2")
    found = {one.event_id: one.receipts for one in with_money(wallet, *credited).at(AFTER).records}
    assert found == {"1": ("r-2",), "2": ("r-1",)}


def test_money_that_nobody_announced() -> None:
    """Another asset, another currency, another year: nothing was expected."""
    strange = (
        paid("100.00", id_="1", asset="VALE3"),
        replace(paid("100.00", id_="2"), currency="USD"),
        paid("7.00", id_="3", on=date(2025, 4, 15)),
    )
    result = with_money(Wallet(), *strange).at(AFTER)
    assert {one.receipt.receipt_id: one.reasons for one in result.unmatched} == dict.fromkeys(
        "123", ("nothing_expected",)
    )
    assert [one.kind for one in result.proposals] == [ProposalKind.BOOK]


def test_what_was_matched_stays_matched() -> None:
    """A correction does not take the money away from its record, and a deleted receipt does."""
    wallet = with_money(Wallet(), paid("100.00"))
    corrected = wallet.after(AFTER, announcements=(announced("5.00"),))
    assert corrected.one(AFTER).receipts == ("r-1",)
    assert replace(corrected, receipts=()).one(AFTER).state is State.LATE


def test_a_record_that_is_named_wins_over_what_was_remembered() -> None:
    """A person moved the credit to the other payment."""
    second = announced(event="2", pay=date(2026, 4, 29))
    wallet = with_money(Wallet(announcements=(announced(event="1"), second)), paid("100.00"))
    target = next(one for one in wallet.at(AFTER).records if one.event_id == "2")
    moved = wallet.after(AFTER, receipts=(paid("100.00", record=target.record_id),))
    found = {one.event_id: one.receipts for one in moved.at(AFTER).records}
    assert found == {"1": (), "2": ("r-1",)}
