"""Long periods on `/rentabilidade`: old years are one row each, opened one by one, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from fiel.entrypoints.http import create_app
from fiel.entrypoints.web.views.performance import Lines, LineSeries, YearRow
from fiel.entrypoints.web.views.performance_years import (
    MOVES_WHOLE,
    POINTS_WHOLE,
    YEARS_WHOLE,
    folded,
    moves_of,
    one_year,
    points_of,
)
from fiel.entrypoints.worker.demonstrating import DemonstrationBeside
from fiel.kernel.errors import NotFound
from tests.support.import_pages import words
from tests.support.served_pages import HTML, served, settings_of

ALL = "/rentabilidade?periodo=tudo"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Page:
    """As much of a page as its long tables need: twenty years by months, a deposit in each."""

    def __init__(self, months: int) -> None:
        days = tuple(date(2004 + n // 12, n % 12 + 1, 28) for n in range(months))
        values = tuple(Decimal(n) for n in range(months))
        moves = tuple((day - timedelta(days=7), Decimal(100)) for day in days)
        self.lines = Lines(days, (LineSeries("", values, is_wallet=True),), moves, "month")
        years = sorted({day.year for day in days})
        self.years = tuple(YearRow(year, (Decimal(0),) * 12, Decimal(0)) for year in years)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The pages of the demonstration, five years long."""
    beside = DemonstrationBeside(settings_of(tmp_path_factory.mktemp("demo")))
    try:
        with (
            served(create_app(beside())) as url,
            httpx.Client(base_url=url, headers=HTML, timeout=60) as client,
        ):
            yield client
    finally:
        beside.close()


def test_twenty_years_are_few_rows() -> None:
    """The newest year by months, each older one by its last point and the sum of its moves."""
    page = Page(239)

    shown = folded(page)  # type: ignore[arg-type]

    assert [row.year for row in shown.points[:20]] == [*range(2004, 2023), None]
    assert len(shown.points) == 19 + 11
    assert shown.points[0].day == date(2004, 12, 28)
    assert (shown.moves[0].count, shown.moves[0].amount) == (12, Decimal(1200))
    assert sum(row.amount for row in shown.moves) == sum(row.amount for row in moves_of(page.lines))
    assert len(shown.years) == YEARS_WHOLE
    assert [row.year for row in (*shown.old_years, *shown.years)] == [*range(2004, 2024)]


def test_every_point_is_in_its_year() -> None:
    """Nothing that was folded is lost: the years together are all points and moves."""
    page = Page(239)
    years = [one_year(page, year) for year in range(2004, 2024)]  # type: ignore[arg-type]

    assert tuple(row for each in years for row in each.points) == points_of(page.lines)
    assert tuple(row for each in years for row in each.moves) == moves_of(page.lines)


def test_a_short_table_stays_whole() -> None:
    """Up to the limits nothing is folded, and a year without points is not there."""
    page = Page(min(POINTS_WHOLE, MOVES_WHOLE))

    shown = folded(page)  # type: ignore[arg-type]

    assert all(row.year is None for row in shown.points)
    assert all(row.year is None for row in shown.moves)
    assert shown.old_years == ()
    with pytest.raises(NotFound):
        one_year(page, 1999)  # type: ignore[arg-type]


def test_an_old_year_is_a_link_that_works_without_a_script(demo: httpx.Client) -> None:
    """From the row to a page of that year, with its points; a script gets the rows alone."""
    assert "ano=2021" in demo.get(ALL).text
    address = "/rentabilidade/ano?periodo=tudo&ano=2021"
    whole, rows = demo.get(address), demo.get(address, headers=PARTIAL)

    assert "Como foi 2021, mês a mês?" in words(whole)
    assert rows.text.lstrip().startswith("<tr")
    assert "<html" not in rows.text
    assert words(rows) in words(whole)


@pytest.mark.parametrize("year", ["1999", "x", "", "20211"])
def test_a_year_that_is_not_in_the_period_is_not_there(demo: httpx.Client, year: str) -> None:
    """404, whatever stands there."""
    assert demo.get(f"/rentabilidade/ano?periodo=tudo&ano={year}").status_code == 404


def test_the_page_of_all_years_is_light(demo: httpx.Client) -> None:
    """At most 1,200 elements before charts are drawn, of the 1,500 that a page may have."""
    assert demo.get(ALL).text.count("<") / 2 < 1200
    # Codes of sources and of zones are words for people.
    assert "horário de Brasília" in words(demo.get(ALL))
    assert "recorded" not in words(demo.get(ALL))
