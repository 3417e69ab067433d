"""Names of numbers, charts, scales and the record for programs."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.number_ids import NumberId
from fiel.copilot.performing.chart import ASCII_MARKS, Line, chart
from fiel.copilot.performing.record import over_period, record_of, rows_of
from fiel.copilot.performing.scales import as_traded
from fiel.copilot.performing.share_changes import Event, after_event, told_ratio
from fiel.kernel.errors import InvalidInput
from fiel.market.queries import StoredCloses
from fiel.performance.levels import Level
from tests.copilot.performing.books import Wallet, day, flat

D = Decimal
START = date(2026, 1, 5)


@given(
    st.text(min_size=1, max_size=20),
    st.sampled_from(["portfolio", "asset:PETR4", "account:ana/clear", "asset:cash:BRL", "class:á%2F ç"]),
)
def test_a_number_can_be_asked_after(wallet: str, scope: str) -> None:
    """What is printed is read again as it was, whatever the wallet is called; there is no slash too many."""
    told = NumberId("performance", wallet, START, day("11-21"), scope, "price_gain")
    assert NumberId.parse(str(told)) == told
    assert str(told).count("/") == 4


def test_the_parts_of_a_number() -> None:
    """The level and the name of its scope; the whole has none."""
    told = NumberId.parse("performance/ana/2026-01-01..2026-11-21/asset:cash:BRL/gain")
    assert (told.level, told.name) == ("asset", "cash:BRL")
    assert NumberId.parse("tax/ana/2026-01-01..2026-01-31/portfolio/due").name == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "performance/ana/portfolio/gain",
        "performance/ana/2026-01-01/portfolio/gain",
        "performance/ana/2026-02-01..2026-01-01/portfolio/gain",
        "performance//2026-01-01..2026-01-31/portfolio/gain",
        "performance/ana/2026-01-01..2026-01-31//gain",
        "performance/ana/2026-01-01..2026-01-31/portfolio/Gain",
        "x" * 1000,
    ],
)
def test_what_names_no_number(text: str) -> None:
    """Refused, and nothing is guessed."""
    with pytest.raises(InvalidInput) as refusal:
        NumberId.parse(text)
    assert refusal.value.code == "number_id_malformed"


def test_a_chart_is_as_wide_as_asked() -> None:
    """Every row has its cells; the highest return is on top, zero is drawn, plain signs where asked."""
    days = tuple(START + timedelta(days=one) for one in range(200))
    mine = Line("mine", days, tuple(1000 + one for one in range(200)))
    other = Line("other", days[:50], tuple(2000 - 2 * one for one in range(50)))
    drawn = chart([mine, other], 40, ascii_only=True)
    assert drawn is not None
    assert {len(row) for row in drawn.rows} == {40}
    assert (drawn.returns[0], drawn.returns[-1]) == (Fraction(199, 1000), Fraction(-98, 2000))
    assert drawn.rows[0].rstrip()[-1] == ASCII_MARKS[0]
    assert ASCII_MARKS[1] in drawn.rows[-1]
    assert any("---" in row for row in drawn.rows)
    assert set("".join(drawn.rows)) <= {*ASCII_MARKS, " ", "-"}


def test_nothing_to_draw() -> None:
    """One day, no level, or no room."""
    days = (START, START + timedelta(days=1))
    assert chart([Line("one", days[:1], (1,))], 40) is None
    assert chart([Line("none", days, (None, None))], 40) is None
    assert chart([Line("thin", days, (1, 2))], 5) is None
    still = chart([Line("still", days, (5, 5))], 40)
    assert still is not None
    assert still.returns[0] > 0 > still.returns[-1]


def closes(*prices: str) -> StoredCloses:
    """One close a day from the start."""
    days = tuple(START + timedelta(days=one) for one in range(len(prices)))
    return StoredCloses("PETR4", "brapi", days, prices, (), days[-1])


def events(*told: tuple[int, str]) -> list[Event]:
    """Ratios by the number of the day."""
    return [Event("PETR4", START + timedelta(days=place), Fraction(ratio)) for place, ratio in told]


def test_divided_closes_are_multiplied_again() -> None:
    """Two splits, of 2 and of 5: ten times before both, five between; a grouping the other way."""
    series = as_traded(closes("1.00", "1.01", "1.02", "1.03"), events((1, "2"), (3, "5"))).prices
    assert [Decimal(unit or 0).scaleb(-series.decimals) for unit in series.units] == [
        D("10.00"),
        D("5.05"),
        D("5.10"),
        D("1.03"),
    ]
    grouped = as_traded(closes("30.00", "30.30"), events((1, "1/10"))).prices
    assert [Decimal(unit or 0).scaleb(-grouped.decimals) for unit in grouped.units] == [D(3), D("30.30")]


def test_undivided_closes_stay_and_small_events_follow_the_usual() -> None:
    """Seen to fall by half: a bonus of 5 % of the same source, too small to be seen, is not undone either."""
    told = closes("20.00", "10.10", "10.00", "9.60")
    found = as_traded(told, events((1, "2"), (3, "21/20")))
    assert [Decimal(unit or 0).scaleb(-found.prices.decimals) for unit in found.prices.units] == [
        D("20"),
        D("10.1"),
        D("10"),
        D("9.6"),
    ]
    first, last = found.levels.units[0], found.levels.units[-1]
    assert Fraction(last or 0, first or 1) == Fraction("9.6") * 2 * Fraction(21, 20) / 20


def test_events_outside_the_closes_change_nothing() -> None:
    """Before the first one, or after the closes were read: their scale is that of the reading."""
    told = closes("20.00", "20.20")
    assert as_traded(told, events((0, "2"), (9, "2"))).prices.units == (2000, 2020)


def test_ratios_that_quantities_tell() -> None:
    """The simplest one that explains whole shares; otherwise what it is."""
    nano = 10**9
    assert told_ratio(101 * nano, 202 * nano) == 2
    assert told_ratio(1005 * nano, 10 * nano) == Fraction(1, 100)
    assert told_ratio(100 * nano, 105 * nano) == Fraction(21, 20)
    assert told_ratio(0, 5) == told_ratio(-5, 5) == 1
    assert after_event(15 * 10**8, Fraction(2)) == 3 * nano
    assert after_event(101 * nano, Fraction(1, 10)) == 10 * nano


def test_a_yearly_rate_over_some_days() -> None:
    """21 % a year is 10 % of half a year of 182.5 days; beyond any number there is none."""
    assert over_period(D("0.21"), 365) == D("0.21")
    assert over_period(D(-1), 10) is None
    assert over_period(D("1e14"), 10**4) is None


def test_the_record_names_every_number(ana: Wallet) -> None:
    """Plain text for programs, with ids when asked; cash that never was has no row."""
    ana.trades("01-06", "PETR4", "10", "30.00", account="clear")
    ana.closes("PETR4", flat("01-05", "01-30", "33.00"))
    view = ana.view()
    assert [row.told.name for row in rows_of(view, Level.ASSET)] == ["PETR4"]
    told = json.loads(json.dumps(record_of(view, ids=True)))
    assert told["portfolio"]["final"] == "330.00"
    assert told["portfolio"]["ids"]["timeWeighted"] == (
        "performance/ana/2026-01-06..2026-01-30/portfolio/time_weighted"
    )
    assert told["accounts"][0]["ids"]["gain"].endswith("/account:ana%2Fclear/gain")
    assert "ids" not in record_of(view)["portfolio"]
    assert told["doubts"] == []
    assert told["drawdown"]["peak"] is None
