"""Who gets how much: accounts rounded as brokers do, withheld by the payer's rule."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fiel.income.entitlement import Entitlement, entitle
from fiel.income.holdings import Holdings
from fiel.income.lifecycle import IncomePolicy
from fiel.income.values import Announcement, IncomeKind, Movement
from fiel.tax.income import DECIDED_BY_UNDER_INJUNCTION, WithholdingOptions
from tests.income.building import COM, POLICY, announced, bought, money

LATER = date(2026, 6, 1)


def of(
    announcement: Announcement, *movements: Movement, today: date = LATER, policy: IncomePolicy = POLICY
) -> Entitlement:
    """The entitlement of one announcement."""
    return entitle([announcement], Holdings(movements), today, policy)[announcement.event_id]


def test_each_account_is_rounded_by_itself() -> None:
    """JCP of 0.018182 on 333 and 334 units: each broker rounds gross and tax to the cent, and we sum."""
    jcp = announced("0.018182", kind=IncomeKind.JCP)
    got = of(jcp, bought("333", account="A"), bought("334", account="B"))
    assert [(one.account, one.gross, one.withheld, one.net) for one in got.shares] == [
        ("A", money("6.05"), money("1.06"), money("4.99")),
        ("B", money("6.07"), money("1.06"), money("5.01")),
    ]
    assert (got.quantity, got.gross, got.withheld, got.net) == (
        money("667"),
        money("12.12"),
        money("2.12"),
        money("10.00"),
    )
    assert got.rule == "jcp_2026"


def test_the_close_of_the_com_date_decides() -> None:
    """Bought on the com date: entitled. Sold the day after, before the payment: still entitled."""
    sold_after = bought("-100", on=date(2026, 3, 31))
    assert of(announced(), bought("100", on=COM), sold_after).gross == money("100.00")
    assert of(announced(), bought("100", on=date(2026, 3, 31))).shares == ()


def test_before_the_com_date_it_is_what_is_held_today() -> None:
    """An order of tomorrow counts only tomorrow."""
    moves = bought("100"), bought("50", on=date(2026, 3, 20))
    assert of(announced(), *moves, today=date(2026, 3, 19)).quantity == 100
    assert of(announced(), *moves, today=date(2026, 3, 20)).quantity == 150


def test_a_short_account_owes_its_part() -> None:
    """The negative gross is said; it is not taxed, the other account's is."""
    got = of(announced("1.00", kind=IncomeKind.JCP), bought("100"), bought("-40", account="S"))
    assert [one.net for one in got.shares] == [money("82.50"), money("-40.00")]
    assert got.reasons == ("short_owes:S:-40.00",)
    assert (got.quantity, got.net) == (money("60"), money("42.50"))


def test_the_law_of_the_payment_day_is_applied() -> None:
    """JCP of a com date in 2025 paid in 2026 loses 17.5 %, paid in 2025 15 %."""
    com = date(2025, 12, 10)
    held = bought("100", on=date(2025, 1, 2))
    old = announced(kind=IncomeKind.JCP, com=com, pay=date(2025, 12, 30))
    new = announced(kind=IncomeKind.JCP, com=com, pay=date(2026, 1, 2))
    undated = announced(kind=IncomeKind.JCP, com=com, pay=None)
    assert [of(one, held).withheld for one in (old, new, undated)] == [
        money("15.00"),
        money("17.50"),
        money("17.50"),
    ]


def test_a_later_dividend_of_the_month_taxes_the_earlier_one() -> None:
    """PETR3 and PETR4 are one payer: R$ 30,000 and R$ 30,000 in one month lose 10 %, and say why."""
    first = announced("30", event="1", asset="PETR4", pay=date(2026, 5, 4))
    second = announced("30", event="2", asset="PETR3", pay=date(2026, 5, 20))
    holdings = Holdings([bought("1000", asset="PETR4"), bought("1000", asset="PETR3")])
    alone = entitle([first], holdings, LATER, POLICY)["1"]
    assert not alone.withheld
    assert alone.reasons == ()
    both = entitle([second, first], holdings, LATER, POLICY)
    assert [both[event].withheld for event in "12"] == [money("3000.00"), money("3000.00")]
    assert both["1"].reasons == ("month_limit_crossed:PETR:2026-05:60000.00",)


def test_the_accounts_of_a_person_count_together() -> None:
    """R$ 30,000 at each of two brokers is above the limit; the cents of the tax sum to 10 % of all."""
    got = of(announced("100.005"), bought("300"), bought("301", account="B"))
    assert got.gross == money("30001.50") + money("30101.51")
    assert got.withheld == money("6010.30")


def test_dividends_decided_in_time_are_free() -> None:
    """Of 2025's profits by 2025-12-31; in January 2026 only for those who rely on the injunction."""
    held = bought("1000")
    january = announced("60", decided=date(2026, 1, 20))
    assert of(announced("60", decided=date(2025, 12, 20)), held).rule == "dividend_of_2025"
    assert of(january, held).withheld == money("6000.00")
    relying = IncomePolicy(withholding=WithholdingOptions(decided_by=DECIDED_BY_UNDER_INJUNCTION))
    assert of(january, held, policy=relying).withheld == 0


def test_funds_are_free_unless_the_policy_names_them() -> None:
    """20 % where the exemption's conditions do not hold; amortisation loses nothing."""
    fund = announced("1", asset="XPML11", kind=IncomeKind.FII_INCOME)
    held = bought("100", asset="XPML11")
    assert of(fund, held).withheld == 0
    assert of(fund, held, policy=IncomePolicy(taxed_funds=frozenset({"XPML11"}))).withheld == money("20.00")
    capital = announced("1", asset="XPML11", kind=IncomeKind.AMORTISATION)
    assert of(capital, held).rule == "capital"


def test_what_brazilian_law_does_not_judge_is_said() -> None:
    """Foreign money and interest: nothing withheld here, and a reason."""
    assert of(announced(currency="USD"), bought("1")).reasons == ("withholding_not_known",)
    assert of(announced(kind=IncomeKind.INTEREST), bought("1")).rule == "not_known_here"


def test_an_unknown_com_date_is_no_later_than_the_payment() -> None:
    """What is bought after the payment has no right."""
    got = of(announced(com=None), bought("100"), bought("900", on=date(2026, 5, 1)))
    assert got.quantity == 100


def test_payments_of_before_the_rules_matter_only_to_holders() -> None:
    """A dividend of 1994 in a source's history does not stop a wallet that held nothing then."""
    old = announced(com=date(1994, 3, 1), pay=date(1994, 4, 1))
    assert of(old, bought("100")).shares == ()


@given(
    st.lists(st.integers(1, 10_000), min_size=1, max_size=5),
    st.decimals(min_value="0.000001", max_value="9", places=6),
    st.sampled_from([IncomeKind.JCP, IncomeKind.DIVIDEND, IncomeKind.FII_INCOME]),
)
def test_splitting_a_holding_moves_at_most_a_cent_an_account(
    parts: list[int], per_unit: Decimal, kind: IncomeKind
) -> None:
    """The quantity stays; gross and tax differ by the roundings only; parts sum to the whole."""
    payment = announced(str(per_unit), kind=kind)
    whole = of(payment, bought(str(sum(parts))))
    split = of(payment, *(bought(str(part), account=f"A{i}") for i, part in enumerate(parts)))
    assert whole.quantity == split.quantity
    # The limit of dividends is a cliff: on its two sides the tax may differ.
    if bool(whole.withheld) == bool(split.withheld):
        cents = money("0.01") * len(parts)
        assert abs(whole.gross - split.gross) <= cents
        assert abs(whole.withheld - split.withheld) <= cents
    for one in (whole, split):
        assert one.gross == sum(share.gross for share in one.shares)
        assert one.net == sum(share.net for share in one.shares) == one.gross - one.withheld


def test_old_payments_without_a_date_are_taxed_by_the_law_of_their_time() -> None:
    """A JCP of 2022 whose date nobody told bears the 15 % of then, and its dividends no month of today's."""
    com, today = date(2022, 8, 15), date(2026, 11, 21)
    jcp = announced("1.00", kind=IncomeKind.JCP, com=com, pay=None, event="jcp")
    dividends = [announced("400.00", com=com, pay=None, event=f"d-{number}") for number in range(3)]
    holdings = Holdings([bought("100", on=date(2022, 1, 3))])

    found = entitle([jcp, *dividends], holdings, today, POLICY)

    assert found["jcp"].withheld == money("15.00")
    assert all(found[f"d-{number}"].withheld == 0 for number in range(3))
