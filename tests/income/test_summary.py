"""Bars and yields: layers apart, capital apart, totals that are the sum of their parts."""

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fiel.income.calendar import CalendarEntry, Origin, month_of
from fiel.income.summary import Amounts, By, Stack, next_twelve_months, summarize, yields
from fiel.income.values import IncomeKind, State
from tests.income.building import money

AS_OF = date(2026, 11, 21)


def entry(
    net: str,
    state: State = State.RECEIVED,
    day: date | None = AS_OF,
    *,
    withheld: str = "0.00",
    kind: IncomeKind = IncomeKind.DIVIDEND,
    asset: str = "ITSA4",
    class_: str = "stocks",
    currency: str = "BRL",
) -> CalendarEntry:
    """Money of a day; gross is net and what was withheld."""
    return CalendarEntry(
        day,
        month_of(day),
        asset,
        class_,
        kind,
        state,
        money(net) + money(withheld),
        money(withheld),
        money(net),
        currency,
        "b3",
        AS_OF,
        Origin.EQUITY,
    )


def amounts(net: str, withheld: str = "0.00") -> Amounts:
    """Gross, withheld and net of a layer."""
    return Amounts(money(net) + money(withheld), money(withheld), money(net))


def test_the_layers_of_a_month() -> None:
    """Due, late and missing are confirmed; corrected is received; estimated stays by itself."""
    states = [s for s in State if s is not State.LAPSED]
    (bucket,) = summarize([entry("1.00", state) for state in states], By.MONTH).buckets
    assert bucket.key == "2026-11"
    assert bucket.income == Stack(amounts("2.00"), amounts("4.00"), amounts("1.00"), amounts("1.00"))
    assert bucket.income.total == amounts("8.00")


def test_capital_is_no_income() -> None:
    """An amortisation stands beside the dividends, net and gross kept apart."""
    (bucket,) = summarize(
        [entry("10.00", withheld="2.00"), entry("5.00", kind=IncomeKind.AMORTISATION)], By.ASSET
    ).buckets
    assert bucket.income.received == amounts("10.00", "2.00")
    assert bucket.capital.received == amounts("5.00")


def test_the_keys_of_each_cut() -> None:
    """Day, month, asset, class in order; what has no key comes last; currencies are never added."""
    entries = [
        entry("1.00", day=None, asset="B", class_=""),
        entry("1.00", asset="A", class_="x"),
        entry("1.00", day=date(2026, 1, 2), asset="C", class_="x", currency="USD"),
    ]
    keys = {by: [(one.currency, one.key) for one in summarize(entries, by).buckets] for by in By}
    assert keys == {
        By.DAY: [("BRL", "2026-11-21"), ("BRL", ""), ("USD", "2026-01-02")],
        By.MONTH: [("BRL", "2026-11"), ("BRL", ""), ("USD", "2026-01")],
        By.ASSET: [("BRL", "A"), ("BRL", "B"), ("USD", "C")],
        By.CLASS: [("BRL", "x"), ("BRL", ""), ("USD", "x")],
    }
    totals = summarize(entries, By.DAY).totals
    assert [(one.currency, one.income.total.net) for one in totals] == [
        ("BRL", money("2.00")),
        ("USD", money("1.00")),
    ]


def test_the_next_twelve_months_are_all_there() -> None:
    """From this month on, empty ones too; overdue money is counted now, money without a date apart."""
    entries = [
        entry("1.00"),
        entry("2.00", State.MISSING, date(2026, 6, 1)),
        entry("3.00", State.ESTIMATED, date(2027, 10, 31)),
        entry("4.00", State.ESTIMATED, date(2027, 11, 1)),
        entry("5.00", State.CONFIRMED, None),
    ]
    coming = next_twelve_months(entries, AS_OF)
    sums = {one.key: one.income.total.net for one in coming.buckets}
    assert len(sums) == 13
    assert {key: net for key, net in sums.items() if net} == {"2026-11": 2, "2027-10": 3, "": 5}
    assert coming.totals[0].income.total.net == 10
    assert [one.key for one in next_twelve_months([], AS_OF).buckets][::11] == ["2026-11", "2027-10"]


def test_yields_are_of_the_income_of_a_year() -> None:
    """Net, after the same day a year before; neither capital nor what is to come nor other money."""
    entries = [
        entry("30.00", withheld="5.00"),
        entry("20.00", day=date(2025, 11, 22)),
        entry("500.00", day=date(2025, 11, 21)),
        entry("500.00", State.CONFIRMED),
        entry("500.00", kind=IncomeKind.AMORTISATION),
        entry("500.00", currency="USD"),
        entry("500.00", day=date(2026, 11, 22)),
    ]
    got = yields(entries, AS_OF, money("300.00"), money("700.00"))
    assert (got.received, got.on_cost, got.on_value) == (
        money("50.00"),
        Decimal("16.6667"),
        Decimal("7.1429"),
    )
    assert got.reasons == ()


def test_an_unknown_base_gives_no_yield() -> None:
    """Not zero: nothing, and the reason. A cost of zero or below is no base either."""
    got = yields([entry("50.00")], AS_OF, None, money("0.00"))
    assert (got.on_cost, got.on_value) == (None, None)
    assert got.reasons == ("cost_unknown", "value_not_positive")


def test_a_year_from_the_leap_day() -> None:
    """29 February looks back to the 28th of the year before."""
    leap = date(2028, 2, 29)
    entries = [entry("1.00", day=date(2027, 2, 28)), entry("2.00", day=date(2027, 3, 1))]
    assert yields(entries, leap, None, None).received == 2


ENTRIES = st.lists(
    st.builds(
        entry,
        st.integers(-500, 100_000).map(lambda cents: str(Decimal(cents) / 100)),
        st.sampled_from([state for state in State if state is not State.LAPSED]),
        st.one_of(st.none(), st.dates(date(2025, 6, 1), date(2028, 6, 1))),
        withheld=st.integers(0, 500).map(lambda cents: str(Decimal(cents) / 100)),
        kind=st.sampled_from(IncomeKind),
        asset=st.sampled_from("ABC"),
        class_=st.sampled_from(["x", "y", ""]),
        currency=st.sampled_from(["BRL", "USD"]),
    ),
    max_size=20,
)


@given(ENTRIES, st.sampled_from(By), st.randoms())
def test_totals_are_the_sum_of_their_parts(entries: list[CalendarEntry], by: By, random: Random) -> None:
    """To the cent, in every cut and in any order; gross less what was withheld is net."""
    summary = summarize(entries, by)
    for total in summary.totals:
        own = [one for one in entries if one.currency == total.currency]
        parts = [one for one in summary.buckets if one.currency == total.currency]
        assert total.income == sum((one.income for one in parts), Stack())
        assert total.capital == sum((one.capital for one in parts), Stack())
        both = total.income.total + total.capital.total
        assert both.net == sum(one.net for one in own)
        assert both.gross - both.withheld == both.net
    random.shuffle(entries)
    assert summarize(entries, by) == summary
