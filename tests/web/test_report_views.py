"""The view-models of income, performance, taxes and data sources, and what charts are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.taxes.desk import TaxDesk
from fiel.entrypoints.web.views.charts import income_chart, lines_chart, steps_chart
from fiel.entrypoints.web.views.income import MonthBar
from fiel.entrypoints.web.views.income_ask import IncomeAsk, Status
from fiel.entrypoints.web.views.income_ask import read_ask as read_income
from fiel.entrypoints.web.views.income_calendar import calendar_of
from fiel.entrypoints.web.views.performance import (
    Lines,
    LineSeries,
    Span,
    Step,
    lines_of,
    performance_page,
    steps_of,
)
from fiel.entrypoints.web.views.performance import read_ask as read_performance
from fiel.entrypoints.web.views.sources import Situation, read_retry, situation_of
from fiel.entrypoints.web.views.taxes import Standing, first_line, read_year, tax_page
from fiel.income.calendar import CalendarEntry, Origin
from fiel.income.values import IncomeKind, State
from fiel.infra.resilience.breaker import Snapshot
from fiel.infra.resilience.breaker import State as Breaker
from fiel.kernel.calendars import anbima
from fiel.kernel.errors import InvalidInput
from fiel.market.health import ProviderHealth
from tests.copilot.performing.books import Wallet, sessions
from tests.support.told_wallets import new_book

D = Decimal
NOW = datetime(2026, 1, 30, 23, tzinfo=UTC)


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Wallet]:
    """Two assets of which one gained and one lost, a deposit before the gain, a dividend and a fee."""
    with new_book(tmp_path) as opened:
        wallet = Wallet(opened)
        wallet.deposits("2025-01-02", "1000.00")
        wallet.trades("2025-01-02", "PETR4", "100", "10.00")
        wallet.deposits("2025-07-01", "2001.50")
        wallet.trades("2025-07-01", "VALE3", "100", "20.00", fee="1.50")
        wallet.is_paid("2025-09-01", "PETR4", "50.00")
        days = sessions("2025-01-02", "2026-01-30")
        last = len(days) - 1
        wallet.closes("PETR4", {day: f"{10 + D(place) / last * 5:.2f}" for place, day in enumerate(days)})
        wallet.closes("VALE3", {day: f"{20 - D(place) / last * 2:.2f}" for place, day in enumerate(days)})
        bank_days = anbima(days[-1]).sessions(days[0], date(2026, 1, 31))
        wallet.series("cdi", dict.fromkeys(bank_days, "0.05"))
        yield wallet


def test_the_waterfall_adds_up_to_the_cent(ana: Wallet) -> None:
    """From the first worth to the last, whatever is between; both ends stand on zero."""
    steps = steps_of(ana.view("all"))
    assert [steps[0].key, steps[-1].key] == ["initial", "final"]
    assert steps[0].is_total
    assert steps[-1].is_total
    assert sum(step.value for step in steps[:-1]) == steps[-1].value
    assert {step.key for step in steps} >= {"contributions", "income", "fees", "stock"}


def test_the_lines_end_where_the_report_does(ana: Wallet) -> None:
    """The wallet's line is the return of quotas, the yardstick's its own; weekly, with the ends."""
    view = ana.view("all", "cdi")
    assert [one.name for one in view.lacking] == ["IPCA"], view.lacking
    lines = lines_of(view)
    assert lines.every == "week"
    assert (lines.days[0], lines.days[-1]) == (view.report.days[0], view.report.days[-1])
    assert lines.series[0].values[-1] == round(view.report.portfolio.time_weighted * 100, 2)
    assert lines.series[1].values[-1] == round(view.benchmarks[0].time_weighted * 100, 2)
    assert lines.moves == ((date(2025, 1, 2), D("1000.00")), (date(2025, 7, 1), D("2001.50")))
    fall = view.report.drawdown
    assert fall.trough is None or fall.trough in lines.days


def test_a_month_is_drawn_day_by_day(ana: Wallet) -> None:
    """Seventy days at most: nothing is thinned."""
    view = ana.view("month")
    assert lines_of(view).every == "day"
    assert lines_of(view).days == tuple(view.report.days)


def test_the_table_adds_up_to_the_whole(ana: Wallet) -> None:
    """By class, asset and account: gains and points are those of the wallet."""
    view = ana.view("all")
    for by in ("classe", "ativo", "conta"):
        page = performance_page(view, read_performance({"periodo": "tudo", "por": by}, (), chosen=True))
        assert sum(row.identity.gain for row in page.rows) == page.identity.gain
        points = sum(row.points or D(0) for row in page.rows)
        assert abs(points - view.report.portfolio.time_weighted) < D("0.000000001")
        (year, *_) = page.years
        assert year.year == 2025


def test_why_the_returns_differ_names_the_largest_flow(ana: Wallet) -> None:
    """The flow whose timing did most, with its day."""
    page = performance_page(ana.view("all"), read_performance({"periodo": "tudo"}, (), chosen=True))
    assert page.biggest is not None
    assert page.biggest.day in (date(2025, 1, 2), date(2025, 7, 1))
    assert page.begins_late is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"periodo": "semana"}, "periodo"),
        ({"periodo": "datas", "de": "1/2/2025", "ate": "2025-02-01"}, "de"),
        ({"periodo": "datas", "de": "2025-01-01"}, "ate"),
        ({"por": "cor"}, "por"),
    ],
)
def test_a_wrong_question_names_its_field(query: dict[str, str], field: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InvalidInput) as refused:
        read_performance(query, (), chosen=False)
    assert refused.value.field == field


def test_without_a_choice_there_are_yardsticks_and_with_none_chosen_there_are_none() -> None:
    """A first visit compares; a form sent without a mark does not."""
    assert read_performance({}, (), chosen=False).compared == ("cdi", "ibov")
    assert read_performance({}, (), chosen=True).compared == ()
    assert read_performance({}, ["CDI", "cdi ", ""], chosen=True).compared == ("cdi",)
    assert read_performance({}, (), chosen=False).span is Span.TWELVE


@given(
    st.dictionaries(st.sampled_from(["situacao", "valores", "visao", "mes", "antes", "pagina"]), st.text())
)
def test_any_address_is_read_or_refused_by_name(query: dict[str, str]) -> None:
    """Whatever stands in the address: a question, or a refusal that names a field of it."""
    refused = None
    ask = IncomeAsk()
    try:
        ask = read_income(query)
    except InvalidInput as error:
        refused = error.field
    assert refused is None or refused in query
    assert ask.status in set(Status)


def test_the_calendar_has_whole_weeks_and_every_payment_once() -> None:
    """Sunday first; the month's payments on their days, those of other months nowhere."""
    entries = [
        CalendarEntry(
            day, f"{day:%Y-%m}", "ITUB4", "stock", IncomeKind.JCP, State.CONFIRMED, D("10.00"), D("1.75"),
            D("8.25"), "BRL", "brapi", date(2026, 2, 1), Origin.EQUITY,
        )
        for day in (date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    ]  # fmt: skip
    month = calendar_of(entries, "2026-02", date(2026, 2, 5), gross=False)
    assert [len(week) for week in month.weeks] == [7] * 4
    assert month.weeks[0][0].day == date(2026, 2, 1)
    assert [day.day.day for week in month.weeks for day in week if day.payments] == [1, 28]
    assert month.total == D("16.50")
    assert (month.before, month.after) == ("2026-01", "2026-03")
    assert calendar_of(entries, "2026-02", date(2026, 2, 5), gross=True).total == D("20.00")


def test_hidden_charts_hold_proportions_only() -> None:
    """The largest is 100 and no amount is among the data; returns stay, deposits do not."""
    bars = [
        MonthBar("2026-01", D("50.00"), D(0), D(0), D("25.00"), D(0)),
        MonthBar("2026-02", D(0), D("150.00"), D(0), D(0), D(0)),
    ]
    shown = income_chart(bars, "2026-01", str, hidden=True)
    assert shown["totals"] == [D("50.0"), D("100.0")]
    assert income_chart(bars, "2026-01", str, hidden=False)["totals"] == [D("75.00"), D("150.00")]
    steps = [Step("initial", D("900.00"), is_total=True), Step("fees", D("-9.00"))]
    assert [one["value"] for one in steps_chart(steps, ["a", "b"], hidden=True)["steps"]] == [D(100), D(-1)]
    days = (date(2026, 1, 1), date(2026, 1, 8))
    lines = Lines(
        days, (LineSeries("", (D(0), D("1.23")), is_wallet=True),), ((days[0], D("777.00")),), "week"
    )
    drawn = lines_chart(lines, "yours", "moves", hidden=True)
    assert drawn["moves"] == [{"day": "2026-01-01", "amount": D("100.0")}]
    assert drawn["series"][0]["values"] == [D(0), D("1.23")]


def test_a_deposit_between_two_points_stands_under_the_next(ana: Wallet) -> None:
    """Every mark is on a day that the chart has, so that hovering finds it."""
    lines = lines_of(ana.view("all"))
    drawn = lines_chart(lines, "yours", "moves", hidden=False)
    assert {one["day"] for one in drawn["moves"]} <= set(drawn["dates"])


def test_what_is_due_is_the_month_that_is_over(tmp_path: Path) -> None:
    """January's sales are paid in February; in March that day has passed; April owes nothing."""
    with new_book(tmp_path) as opened:
        ana = Wallet(opened)
        ana.deposits("2025-01-02", "30000.00")
        ana.trades("2025-01-02", "PETR4", "1000", "25.00")
        ana.trades("2025-01-20", "PETR4", "-1000", "35.00")
        desk = TaxDesk(opened.database)
        due = tax_page(desk, "ana", 2025, date(2025, 2, 10))
        assert (due.first.standing, due.first.tax.due_date) == (Standing.DUE, date(2025, 2, 28))
        assert (due.first.days, due.first.tax.darf) == (18, D("1498.25"))
        assert [one.tax.month.month for one in due.months] == [1, 2]
        assert tax_page(desk, "ana", 2025, date(2025, 1, 25)).first.standing is Standing.NOTHING
        passed = first_line(due.months[:1], date(2025, 3, 1))
        assert (passed.standing, passed.days) == (Standing.PASSED, -1)
        later = tax_page(desk, "ana", 2025, date(2025, 4, 10))
        assert later.first.standing is Standing.NOTHING
        small = replace(due.months[0], tax=replace(due.months[0].tax, darf=D(0), unpaid=D("8.00")))
        assert first_line([small], date(2025, 2, 10)).standing is Standing.WAITS


def test_the_months_read_together_are_those_read_alone(tmp_path: Path) -> None:
    """Losses and credits go from month to month the same way; months before the first sale are empty."""
    with new_book(tmp_path) as opened:
        ana = Wallet(opened)
        ana.deposits("2025-01-02", "60000.00")
        ana.trades("2025-02-03", "PETR4", "1000", "30.00")
        ana.trades("2025-03-20", "PETR4", "-800", "28.00")
        ana.trades("2025-05-20", "PETR4", "-200", "39.00")
        desk, today = TaxDesk(opened.database), date(2025, 6, 5)
        read, forms, begins = desk.calendar("ana", date(2024, 12, 1), 2025, today)
        assert begins == 2025
        assert len(read) == 7
        for one in read:
            alone = desk.month("ana", one.tax.month, today)
            assert (one.tax.darf, one.tax.pools, one.laws) == (alone.tax.darf, alone.tax.pools, alone.laws)
        assert forms == desk.year("ana", 2025, today)


def test_a_year_outside_is_refused() -> None:
    """Neither text nor the future."""
    for text in ("1999", "2027", "20x5", "２０２５"):
        with pytest.raises(InvalidInput):
            read_year(text, date(2026, 1, 1))
    assert read_year("", date(2026, 1, 1)) == 2026


def test_the_state_of_a_service_is_its_worst_trouble() -> None:
    """Blocked before everything; a failure after the last success counts, one before it does not."""
    good = ProviderHealth("brapi", Snapshot(Breaker.CLOSED, 0), last_success_at=NOW)
    assert situation_of(good) is Situation.OK
    assert situation_of(replace(good, last_success_at=None)) is Situation.UNUSED
    assert situation_of(replace(good, last_failure_at=NOW + timedelta(1))) is Situation.FAILING
    assert situation_of(replace(good, last_failure_at=NOW - timedelta(1))) is Situation.OK
    assert situation_of(replace(good, quota={"2026-01": (15, 15)})) is Situation.OUT_OF_QUOTA
    assert situation_of(replace(good, breaker=Snapshot(Breaker.HALF_OPEN, 5))) is Situation.PROBING


def test_a_retry_is_bounded() -> None:
    """Only what is held, only what the catalogue knows, and not too much at once."""
    assert read_retry(["PETR4", "VALE3"], ["cdi"], ["PETR4"]).symbols == ("PETR4",)
    many = [f"ABCD{number}" for number in range(11)]
    for symbols, series in ((["VALE3"], []), (many, []), ([], ["cdi", "ipca", "selic", "tr"])):
        with pytest.raises(InvalidInput):
            read_retry(symbols, series, many)
