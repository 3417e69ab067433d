"""What is over is recognised and kept; whatever touches it opens it again, exactly as the long way would."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fiel.income.lifecycle import IncomePolicy
from fiel.income.reconciling import record_id
from fiel.income.values import IncomeKind, ShareChange, Standing, State
from fiel.tax.income import WithholdingOptions
from tests.income.building import COM, WALLET, Wallet, announced, bought, paid

AFTER, LATER = date(2026, 5, 8), date(2026, 5, 11)
FUND = announced(kind=IncomeKind.FII_INCOME)
SECOND = announced(event="e-2", kind=IncomeKind.FII_INCOME, pay=date(2026, 4, 29))
PAID_FUND = Wallet(
    announcements=(FUND,),
    movements=(bought("60"), bought("40", account="B")),
    receipts=(paid("60.00"), paid("40.00", id_="r-2", account="B")),
)
OTHER = record_id(WALLET, "e-2")


def test_a_paid_record_is_kept_as_it_is() -> None:
    """The same object: nothing was computed again. A lapsed one, too."""
    remembering = PAID_FUND.after(AFTER)
    assert remembering.one(LATER) is remembering.known[0]
    assert remembering.known[0].state is State.RECEIVED
    lapsed = replace(PAID_FUND.after(date(2026, 3, 1), movements=()), receipts=()).after(AFTER)
    assert lapsed.one(LATER) is lapsed.known[0]
    assert lapsed.known[0].state is State.LAPSED


def test_a_dividend_from_2026_is_never_over() -> None:
    """Another one of its month may still cross the limit."""
    remembering = replace(PAID_FUND, announcements=(announced(),)).after(AFTER)
    assert remembering.one(LATER) == remembering.known[0]
    assert remembering.one(LATER) is not remembering.known[0]


def with_announcement(**changes: object) -> Callable[[Wallet], Wallet]:
    """The source says something else."""
    return lambda wallet: replace(wallet, announcements=(replace(FUND, **changes),))  # type: ignore[arg-type]


def with_receipts(*receipts: object) -> Callable[[Wallet], Wallet]:
    """The book holds something else."""
    return lambda wallet: replace(wallet, receipts=receipts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        with_announcement(per_unit=Decimal("1.10")),
        with_announcement(com_date=date(2026, 3, 27)),
        with_announcement(payment_date=date(2026, 4, 16)),
        with_announcement(kind=IncomeKind.AMORTISATION),
        with_announcement(currency="USD"),
        with_announcement(source="other"),
        with_announcement(standing=Standing.AGREED),
        with_announcement(deadline=True),
        with_announcement(differences=("per_unit:1.00/1.10",)),
        with_receipts(paid("60.00")),
        with_receipts(paid("60.00"), paid("39.99", id_="r-2", account="B")),
        with_receipts(paid("60.00"), paid("40.00", id_="r-2", account="B", on=date(2026, 4, 16))),
        with_receipts(paid("60.00"), paid("40.00", id_="r-2", account="B", record=OTHER)),
        with_receipts(*PAID_FUND.receipts, paid("1.00", id_="r-3", record=record_id(WALLET, "e-1"))),
        lambda wallet: replace(wallet, announcements=()),
        lambda wallet: replace(wallet, movements=(bought("60"), bought("40", account="C"))),
        lambda wallet: replace(wallet, movements=(bought("60"), bought("41", account="B"))),
        lambda wallet: replace(wallet, movements=(bought("60"),)),
        lambda wallet: replace(wallet, movements=(*wallet.movements, bought("1", account="C"))),
        lambda wallet: replace(wallet, movements=()),
        lambda wallet: replace(wallet, changes=(ShareChange("ITSA4", date(2026, 2, 2), Decimal(2)),)),
        lambda wallet: replace(wallet, policy=IncomePolicy(taxed_funds=frozenset({"ITSA4"}))),
        lambda wallet: replace(wallet, policy=IncomePolicy(withholding=WithholdingOptions(exempt=False))),
    ],
)
def test_whatever_touches_it_opens_it_again(change: Callable[[Wallet], Wallet]) -> None:
    """Another record comes out, the one that the long way makes; a reason of its own sends it there."""
    known = PAID_FUND.at(AFTER).records
    changed = replace(change(PAID_FUND), announcements=(*change(PAID_FUND).announcements, SECOND))
    unsettled = [replace(one, reasons=(*one.reasons, "looked_at")) for one in known]
    result = changed.knowing(known).at(LATER)
    assert result == changed.knowing(unsettled).at(LATER)
    assert known[0] not in result.records


def test_a_record_with_more_to_tell_goes_the_long_way() -> None:
    """A list that was forgotten and is back: the record no longer says that it was."""
    forgotten = PAID_FUND.after(AFTER).after(AFTER, announcements=())
    assert forgotten.known[0].reasons == ("received:100.00/2026-04-15",)
    told = forgotten.after(AFTER, announcements=(FUND,))
    assert told.known[0].reasons[-1] == "source_forgot"
    assert told.one(LATER).reasons == ("received:100.00/2026-04-15",)


def test_money_for_a_lapsed_record_opens_it() -> None:
    """Nothing was held, and yet a person booked money for it."""
    lapsed = replace(PAID_FUND.after(date(2026, 3, 1), movements=()), receipts=()).after(AFTER)
    booked = paid("5.00", record=record_id(WALLET, "e-1"))
    assert replace(lapsed, receipts=(booked,)).one(LATER).state is State.RECEIVED


def test_the_units_of_today_are_not_final() -> None:
    """Money that was named for a record before its com date: what is held may still change."""
    early = Wallet(
        announcements=(replace(FUND, com_date=AFTER, payment_date=date(2026, 5, 20)),),
        receipts=(paid("100.00", on=COM, record=record_id(WALLET, "e-1")),),
    )
    more = early.after(date(2026, 4, 30), movements=(bought("100"), bought("1", on=date(2026, 5, 4))))
    assert more.one(date(2026, 5, 5)).quantity == 101
    assert early.after(date(2026, 4, 30)).one(AFTER) is not early.after(date(2026, 4, 30)).known[0]


def test_a_run_for_an_earlier_day_sees_that_day() -> None:
    """Lapsed in May; asked about March, before the com date, it is announced."""
    lapsed = replace(PAID_FUND.after(date(2026, 3, 1), movements=()), receipts=()).after(AFTER)
    assert lapsed.one(date(2026, 3, 20)).state is State.ANNOUNCED


def test_one_receipt_of_two_records_is_not_trusted() -> None:
    """Contradicting records: the money is given anew, in any order of the records the same way."""
    both = replace(PAID_FUND, announcements=(FUND, SECOND))
    first, second = both.at(AFTER).records
    wrong = replace(
        first,
        **{name: getattr(second, name) for name in ("record_id", "event_id", "payment_date")},
    )
    answers = {both.knowing(known).at(LATER) for known in ((first, wrong), (wrong, first))}
    (answer,) = answers
    assert sorted(id_ for one in answer.records for id_ in one.receipts) == ["r-1", "r-2"]
