"""Yardsticks with the wallet's flows, what is said when they are not kept, and the words that ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.copilot.performing.asked import Part, Yardstick, read_period, read_yardstick
from fiel.kernel.calendars import anbima
from fiel.kernel.errors import InvalidInput
from fiel.performance.aligned import DoubtKind
from fiel.performance.periods import Period
from tests.copilot.performing.books import Wallet, day, flat, sessions

D = Decimal
FIRST, LAST = "01-05", "01-30"
START, TODAY = date(2020, 1, 6), date(2026, 11, 21)


@pytest.fixture
def invested(ana: Wallet) -> Wallet:
    """A thousand reais in one share that rises by a tenth."""
    ana.deposits(FIRST, "1000.00")
    ana.trades(FIRST, "PETR4", "100", "10.00")
    ana.closes("PETR4", flat("01-02", "01-16", "10.00") | flat("01-19", LAST, "11.00"))
    return ana


def rates(first: str, last: str, percent: str) -> dict[date, str]:
    """A rate for every day of the banks."""
    days = anbima(day(last)).sessions(day(first), day(last))
    return dict.fromkeys(days, percent)


def test_the_cdi_with_the_same_flows(invested: Wallet) -> None:
    """A thousand at 0.05 % a day over nineteen days, and the return as a percent of it, both ways."""
    invested.series("cdi", rates("01-02", LAST, "0.05"))
    view = invested.view("all", "cdi", "200% cdi")
    cdi, twice = view.benchmarks
    days = len(anbima(day(LAST)).sessions(day(FIRST), day(LAST)))
    assert cdi.value == round(1000 * D("1.0005") ** days, 2)
    assert twice.value == round(1000 * D("1.001") ** days, 2)
    assert (cdi.name, twice.name) == ("CDI", "200% CDI")
    assert view.against is not None
    assert view.against.of_period is not None
    assert round(view.against.of_period, 1) == round(D(10) / (cdi.time_weighted), 1)
    assert view.against.of_days != view.against.of_period


def test_days_of_the_cdi_that_nobody_told_yet(invested: Wallet) -> None:
    """Known until a week before: the level stands still, and the days are named."""
    invested.series("cdi", rates("01-02", "01-24", "0.05"))
    (cdi,) = invested.view("all", "cdi").benchmarks
    assert cdi.doubt is not None
    assert (cdi.doubt.kind, cdi.doubt.days[-1]) == (DoubtKind.PRICE_CARRIED, day(LAST))


def test_a_series_that_is_not_kept_is_a_line_with_its_command(invested: Wallet) -> None:
    """The report is told all the same; a hole in the middle is as bad."""
    view = invested.view("all", "cdi", "selic", "ibov", "ipca+6")
    told = {one.name: one.command for one in view.lacking}
    assert told["CDI"] == "fiel market sync --series cdi --since 2026-01-04"
    assert told["SELIC"] == "fiel market sync --series selic --since 2026-01-04"
    assert told["IPCA + 6%"] == "fiel market sync --series ipca --since 2026-01-01"
    assert told["IBOV"] == "fiel performance --fetch --benchmark BOVA11"
    assert (view.benchmarks, view.against, view.real) == ((), None, None)
    holed = rates("01-02", LAST, "0.05")
    del holed[day("01-14")]
    invested.series("cdi", holed)
    assert [one.name for one in invested.view("all", "cdi").lacking] == ["CDI", "IPCA"]


def test_inflation_that_is_not_published_yet_is_assumed(invested: Wallet) -> None:
    """January is taken to be like December, and said; months missing for long are not."""
    invested.series("ipca", {date(2025, 11, 1): "0.40", date(2025, 12, 1): "0.50"})
    view = invested.view("all", "ipca", "ipca+6")
    assert view.assumed == (date(2026, 1, 1), D("0.50"))
    assert view.inflation is not None
    assert D("0.003") < view.inflation < D("0.005")
    assert view.real == round((D("1.1") / (1 + view.inflation)) - 1, 10)
    plain, plus = view.benchmarks
    assert plus.time_weighted > plain.time_weighted


def test_a_symbol_in_one_scale_through_its_split(invested: Wallet) -> None:
    """BOVA11 undivided through a split of 2: one share becomes two, nothing is lost."""
    invested.closes("BOVA11", flat("01-02", "01-12", "100.00") | flat("01-13", LAST, "60.00"))
    invested.market_tells("01-12", "BOVA11", "2")
    (index,) = invested.view("all", "bova11").benchmarks
    assert index.time_weighted == D("0.2")
    assert index.value == 1200


def test_dividends_count_where_the_source_tells_them(invested: Wallet) -> None:
    """Adjusted closes are preferred, and the source says so; the index stands for IBOV where it is kept."""
    invested.closes("^BVSP", flat("01-02", LAST, "130000"), adjusted=True)
    (index,) = invested.view("all", "ibov").benchmarks
    assert (index.name, index.source) == ("IBOV", "^BVSP (brapi, adjusted for dividends)")


def test_a_mix_goes_back_to_its_weights(invested: Wallet) -> None:
    """Half and half of what stands still and what rises by a fifth: a tenth."""
    invested.series("cdi", rates("01-02", LAST, "0"))
    invested.closes("BOVA11", flat("01-02", "01-12", "100.00") | flat("01-13", LAST, "120.00"))
    (mixed,) = invested.view("all", "50% cdi + 50% BOVA11").benchmarks
    assert mixed.name == "50% CDI + 50% BOVA11"
    assert mixed.time_weighted == D("0.1")


def test_a_mix_goes_back_at_the_end_of_a_month(ana: Wallet) -> None:
    """One half doubles in December and halves in January: a quarter of it was put aside in between."""
    ana.deposits("2025-12-01", "1000.00")
    ana.series("cdi", rates("2025-11-28", LAST, "0"))
    december = flat("2025-11-28", "2025-12-12", "100.00") | flat("2025-12-15", "2025-12-30", "200.00")
    ana.closes("BOVA11", december | flat("01-02", "01-12", "200.00") | flat("01-13", LAST, "100.00"))
    (mixed,) = ana.view("all", "50% cdi + 50% BOVA11").benchmarks
    assert mixed.time_weighted == D("0.125")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CDI", (Part("cdi"),)),
        ("110% do cdi", (Part("cdi", percent=D(110)),)),
        ("ipca + 6,5%", (Part("ipca", spread=D("6.5")),)),
        ("^bvsp", (Part("^BVSP"),)),
        ("40% ipca+6 + 60% cdi", (Part("ipca", D("0.4"), spread=D(6)), Part("cdi", D("0.6")))),
        ("60% ipca + 40% bova11", (Part("ipca", D("0.6")), Part("BOVA11", D("0.4")))),
    ],
)
def test_yardsticks_in_words(text: str, parts: tuple[Part, ...]) -> None:
    """Rates, percents of them, spreads, symbols, and mixes."""
    assert read_yardstick(text) == Yardstick(parts)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "benchmark_unknown"),
        ("gold", "benchmark_unknown"),
        ("cdi +", "benchmark_unknown"),
        ("cdi; BOVA11", "benchmark_unknown"),
        ("60% cdi + 30% BOVA11", "benchmark_weights"),
        ("cdi + BOVA11", "benchmark_weights"),
        ("110% BOVA11", "benchmark_weights"),
        (" + ".join(["5% cdi"] * 20), "benchmark_unknown"),
    ],
)
def test_yardsticks_that_say_nothing(text: str, code: str) -> None:
    """Refused with what can be written."""
    with pytest.raises(InvalidInput) as refusal:
        read_yardstick(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "after", "until"),
    [
        ("ytd", "2025-12-31", "2026-11-21"),
        ("month", "2026-10-31", "2026-11-21"),
        ("12m", "2025-11-21", "2026-11-21"),
        ("all", "2020-01-05", "2026-11-21"),
        ("2025", "2024-12-31", "2025-12-31"),
        ("2026", "2025-12-31", "2026-11-21"),
        ("2020", "2020-01-05", "2020-12-31"),
        ("2025-02", "2025-01-31", "2025-02-28"),
        ("2025-12", "2025-11-30", "2025-12-31"),
        ("2025-03-10..2025-03-10", "2025-03-09", "2025-03-10"),
    ],
)
def test_periods_in_words(text: str, after: str, until: str) -> None:
    """No later than today and no sooner than the wallet; both ends of a span count."""
    assert read_period(text, START, TODAY) == Period(date.fromisoformat(after), date.fromisoformat(until))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon", "period_malformed"),
        ("2025-13", "period_malformed"),
        ("2027", "period_to_come"),
        ("2019", "period_before_start"),
        ("2025-03-10..", "day_malformed"),
        ("2025-03-10..2025-03-01", "dates_reversed"),
    ],
)
def test_periods_that_say_nothing(text: str, code: str) -> None:
    """Refused with what can be written."""
    with pytest.raises(InvalidInput) as refusal:
        read_period(text, START, TODAY)
    assert refusal.value.code == code


def test_sessions_of_the_stories() -> None:
    """The builder's days are those of the exchange."""
    assert len(sessions(FIRST, LAST)) == 20
