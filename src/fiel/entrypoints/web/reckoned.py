"""What several pages rest on, reckoned once until the book, a price or the day changes."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.copilot.income.desk import Reconciled
from fiel.copilot.income.kept_series import kept_series
from fiel.copilot.income.titles import Planned, planned, spans_of
from fiel.copilot.performing.asked import read_yardstick
from fiel.copilot.performing.desk import PerformanceDesk, PerformanceView
from fiel.entrypoints.web.request import Site


@dataclass(frozen=True, slots=True)
class IncomeGround:
    """What is known of a wallet's payments, and what its titles will pay."""

    seen: Reconciled
    plan: Planned


def performance_of(page: Site, period: str, compared: tuple[str, ...]) -> PerformanceView:
    """The report beside yardsticks, as they are written. Raises what `PerformanceDesk.view` raises."""
    key = ("performance", page.wallet, page.version(), page.today, period, compared)
    asked = [read_yardstick(each) for each in compared]
    desk = PerformanceDesk(page.database)
    return page.memo.get(key, lambda: desk.view(page.wallet, period, asked, page.now))


def income_of(page: Site) -> IncomeGround:
    """Raises what the income desk raises."""
    opened, wallet, today = page.income, page.wallet, page.today

    def read() -> IncomeGround:
        titles = opened.titles.of(wallet, today)
        with opened.database.reading() as connection:
            told = kept_series(connection, spans_of(titles), today)
        return IncomeGround(opened.desk.look(wallet), planned(titles, told, today))

    return page.memo.get(("income", wallet, page.version(), today), read)
