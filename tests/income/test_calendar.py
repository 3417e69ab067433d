"""The calendar of a wallet: every payment once, what came apart from what is to come, estimates apart."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fiel.income.calendar import (
    Basis,
    CalendarEntry,
    Estimate,
    Origin,
    PlannedFlow,
    calendar_entries,
    estimate_entry,
    flow_entries,
    without_announced,
)
from fiel.income.lifecycle import IncomePolicy
from fiel.income.values import Holding, IncomeKind, IncomeRecord, State
from tests.income.building import COM, PAID, Wallet, announced, bought, money, paid

AFTER = date(2026, 4, 17)
HELD = {"ITSA4": (Holding("A", Decimal(100)),), "XPML11": (Holding("A", Decimal(10)),)}
CLASSES = {"ITSA4": "stocks", "XPML11": "funds"}


def expected(
    day: date, *, asset: str = "ITSA4", kind: IncomeKind = IncomeKind.DIVIDEND, per_unit: str = "1.00"
) -> Estimate:
    """A forecast of R$ 1.00, somewhere between 0.80 and 1.20."""
    return Estimate(asset, kind, day, Decimal(per_unit), Decimal("0.80"), Decimal("1.20"), "seasonal", "12%")


def entries_of(
    records: tuple[IncomeRecord, ...], *estimates: Estimate, as_of: date
) -> tuple[CalendarEntry, ...]:
    """The calendar of these records and estimates."""
    return calendar_entries(records, estimates, (), HELD, CLASSES, as_of)


def test_a_record_is_shown_with_its_state_and_reasons() -> None:
    """Confirmed: on its payment date, with the shares of the accounts and the class of the asset."""
    record = Wallet().one(date(2026, 4, 2))
    (entry,) = entries_of((record,), as_of=date(2026, 4, 2))
    assert (entry.day, entry.month, entry.asset_class, entry.state) == (
        PAID,
        "2026-04",
        "stocks",
        State.CONFIRMED,
    )
    assert (entry.net, entry.origin, entry.record_id) == (money("100.00"), Origin.EQUITY, record.record_id)
    assert (entry.reasons, entry.shares) == (record.reasons, record.shares)


def test_money_that_came_is_shown_as_it_came() -> None:
    """On the day of the credit, with its own amount; a gross credit shows no tax."""
    wallet = Wallet(announcements=(announced(kind=IncomeKind.JCP),))
    late = date(2026, 4, 20)
    net = replace(wallet, receipts=(paid("82.60", on=late),)).one(late)
    (entry,) = entries_of((net,), as_of=late)
    assert (entry.day, entry.gross, entry.withheld, entry.net) == (
        late,
        money("100.10"),
        money("17.50"),
        money("82.60"),
    )
    gross = replace(wallet, receipts=(paid("100.00"),)).one(late)
    (entry,) = entries_of((gross,), as_of=late)
    assert (entry.gross, entry.withheld) == (money("100.00"), money("0"))


def test_a_part_that_came_is_apart_from_what_is_to_come() -> None:
    """Two entries that sum to the record, each with its state."""
    wallet = Wallet(
        announcements=(announced("0.333", kind=IncomeKind.JCP),),
        movements=(bought("100"), bought("50", account="B")),
        receipts=(paid("13.74", account="B"),),
    )
    record = wallet.one(AFTER)
    coming, came = entries_of((record,), as_of=AFTER)
    assert {came.state: came.net, coming.state: coming.net} == {
        State.RECEIVED: money("13.74"),
        State.DUE: record.net - money("13.74"),
    }
    assert came.gross + coming.gross == record.gross
    assert came.withheld + coming.withheld == record.withheld
    assert came.withheld == money("2.91")


def test_what_has_no_date_stands_at_the_end_and_lapsed_ones_nowhere() -> None:
    """No day, no month; nothing comes of a lapsed record."""
    undated = Wallet(announcements=(announced(pay=None),)).one(AFTER)
    lapsed = Wallet().after(date(2026, 3, 1), movements=()).one(AFTER)
    assert lapsed.state is State.LAPSED
    shown = entries_of((undated, lapsed), expected(date(2026, 12, 1)), as_of=AFTER)
    assert [(one.day, one.month) for one in shown] == [(date(2026, 12, 1), "2026-12"), (None, "")]


def test_an_estimate_is_always_an_estimate() -> None:
    """For what is held today, net of the law of its day, with method, range and error as its reasons."""
    jcp = expected(date(2026, 12, 1), kind=IncomeKind.JCP, per_unit="1.005")
    entry = estimate_entry(jcp, (Holding("A", Decimal(100)), Holding("B", Decimal(1))), "stocks", AFTER)
    assert (entry.state, entry.origin) == (State.ESTIMATED, Origin.FORECAST)
    assert (entry.gross, entry.withheld, entry.net) == (money("101.51"), money("17.77"), money("83.74"))
    assert entry.reasons == ("method:seasonal", "range:80.80/121.20", "error:12%")


def test_an_estimate_above_the_limit_loses_its_tenth() -> None:
    """R$ 60,000 of dividends are R$ 54,000, in two accounts too; a taxed fund pays 20 %."""
    held = (Holding("A", Decimal(30_000)), Holding("B", Decimal(30_000)))
    assert estimate_entry(expected(date(2026, 12, 1)), held, "", AFTER).net == money("54000.00")
    fund = expected(date(2026, 12, 1), asset="XPML11", kind=IncomeKind.FII_INCOME)
    policy = IncomePolicy(taxed_funds=frozenset({"XPML11"}))
    assert estimate_entry(fund, HELD["XPML11"], "", AFTER, policy).net == money("8.00")


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)])
def test_what_is_announced_takes_the_place_of_its_estimate(day: date) -> None:
    """The same asset and kind in the month of the payment or next to it; neither farther nor another kind."""
    record = Wallet().one(date(2026, 3, 1))
    assert without_announced([expected(day)], [record]) == []
    other = expected(day, kind=IncomeKind.JCP)
    far = expected(date(2026, 6, 1))
    assert without_announced([other, far], [record]) == [other, far]


def test_one_record_takes_one_estimate() -> None:
    """The nearest: that of its own month before the neighbour's."""
    march, may = expected(date(2026, 3, 20)), expected(date(2026, 5, 2))
    assert without_announced([march, may], [Wallet().one(date(2026, 3, 1))]) == [march]
    april = expected(date(2026, 4, 30))
    assert without_announced([march, april], [Wallet().one(date(2026, 3, 1))]) == [march]


def test_a_monthly_payer_keeps_its_other_months() -> None:
    """April is announced: May and June stay estimated, March's received payment hides nothing."""

    def fund(event: str, com: date, pay: date) -> IncomeRecord:
        one = announced(event=event, asset="XPML11", kind=IncomeKind.FII_INCOME, com=com, pay=pay)
        return Wallet(announcements=(one,), movements=(bought("10", asset="XPML11"),)).one(AFTER)

    records = [
        fund("2", date(2026, 2, 27), date(2026, 3, 13)),
        fund("3", COM, PAID),
    ]
    estimates = [
        expected(date(2026, month, 15), asset="XPML11", kind=IncomeKind.FII_INCOME) for month in (4, 5, 6)
    ]
    assert without_announced(estimates, records) == estimates[1:]
    # With a horizon of one month the records alone tell that it pays every month.
    records.append(fund("1", date(2026, 1, 30), date(2026, 2, 13)))
    assert without_announced(estimates[1:2], records) == estimates[1:2]


def test_estimates_of_the_past_and_of_what_is_not_held_are_left_out() -> None:
    """Nobody announced them, and nothing came."""
    strange = expected(date(2026, 12, 1), asset="VALE3")
    assert entries_of((), strange, expected(date(2026, 4, 16)), as_of=AFTER) == ()


def flow(basis: Basis, **more: object) -> PlannedFlow:
    """R$ 50.00 of interest and R$ 100.00 of principal on 2026-12-01."""
    whole = PlannedFlow(
        "CDB Banco X 2026",
        "fixed_income",
        date(2026, 12, 1),
        money("100.00"),
        money("50.00"),
        money("150.00"),
        money("7.50"),
        money("142.50"),
        basis,
        "CDI 14.90 %",
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def test_a_flow_is_interest_and_capital() -> None:
    """The tax is of the interest; the last principal is a redemption, an earlier one an amortisation."""
    interest, capital = flow_entries(flow(Basis.KNOWN, is_last=True), AFTER)
    assert (interest.kind, interest.gross, interest.withheld, interest.net) == (
        IncomeKind.INTEREST,
        money("50.00"),
        money("7.50"),
        money("42.50"),
    )
    assert (capital.kind, capital.net, capital.origin) == (
        IncomeKind.REDEMPTION,
        money("100.00"),
        Origin.FIXED_INCOME,
    )
    assert flow_entries(flow(Basis.KNOWN), AFTER)[1].kind is IncomeKind.AMORTISATION
    coupon = flow(Basis.KNOWN, principal=money("0.00"), gross=money("50.00"), net=money("42.50"))
    assert [one.kind for one in flow_entries(coupon, AFTER)] == [IncomeKind.INTEREST]


def test_a_flow_known_by_contract_is_confirmed_and_a_projected_one_estimated() -> None:
    """What rests on an assumption says which."""
    known, projected = (
        flow_entries(flow(Basis.KNOWN), AFTER)[0],
        flow_entries(flow(Basis.PROJECTED), AFTER)[0],
    )
    assert (known.state, known.reasons) == (State.CONFIRMED, ("fixed_by_contract",))
    assert (projected.state, projected.reasons) == (State.ESTIMATED, ("assumption:CDI 14.90 %",))


def test_past_flows_are_in_the_book() -> None:
    """A flow of yesterday is not planned any more, one of today is."""
    day = date(2026, 12, 1)
    assert len(calendar_entries((), (), [flow(Basis.KNOWN)], {}, {}, day)) == 2
    assert calendar_entries((), (), [flow(Basis.KNOWN)], {}, {}, date(2026, 12, 2)) == ()
