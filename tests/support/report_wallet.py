"""A wallet whose pages have something to tell: three years of purchases, income, sales with tax, a title.

Prices, payments and rates are those recorded in the package, as of the evening of `NOW`; the wallet is
invented.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from fastapi import FastAPI

from fiel.bootstrap import OpenCustody
from fiel.bootstrap.market import open_market
from fiel.copilot.bonds.asking import Asked
from fiel.copilot.income.accepting import accept
from fiel.copilot.income.desk import IncomeDesk
from fiel.copilot.income.titles import Titles, checked_title
from fiel.infra.storage.database import Database
from fiel.kernel.clock import Clock, FixedClock
from fiel.kernel.months import month_after
from fiel.market.loading import Loader
from fiel.market.queries import closes_of
from tests.copilot.performing.books import Wallet
from tests.support.served_pages import pages_app, settings_of
from tests.support.told_wallets import WALLET

__all__ = ["NOW", "TODAY", "WALLET", "booked", "served_report"]

#: A Wednesday evening; the session is over.
NOW = datetime(2024, 8, 7, 22, tzinfo=UTC)
TODAY = date(2024, 8, 7)
SYMBOLS = ("ITUB4", "WEGE3", "TAEE11", "BBAS3", "BOVA11")
SERIES = ("cdi", "ipca", "selic")
#: Income up to here was accepted; what came due later waits, and some of it is late.
ACCEPTED_UNTIL = date(2024, 6, 30)


def booked(opened: OpenCustody, clock: Clock) -> None:
    """Fill an empty book and its market."""
    url = opened.database.url.render_as_string(hide_password=False).replace("+pysqlite", "")
    # In a thread of its own: a test that drives a browser has an event loop in this one.
    with ThreadPoolExecutor(1) as beside:
        beside.submit(lambda: asyncio.run(_recorded(url))).result()
    ana = Wallet(opened)
    month, number = date(2021, 7, 1), 0
    held = [each for each in SYMBOLS if each != "BOVA11"]
    while month <= date(2024, 7, 1):
        ana.deposits(f"{month}", "3000.00")
        symbol = held[number % len(held)]
        day, price = _close(opened.database, symbol, month)
        ana.trades(f"{day}", symbol, str(int(Decimal(2900) / price)), f"{price:.2f}", fee="0.90")
        month, number = month_after(month), number + 1
    ana.deposits("2022-01-10", "30000.00")
    day, price = _close(opened.database, "WEGE3", date(2022, 1, 11))
    ana.trades(f"{day}", "WEGE3", "850", f"{price:.2f}", fee="9.00")
    day, price = _close(opened.database, "WEGE3", date(2024, 7, 15))
    ana.trades(f"{day}", "WEGE3", "-600", f"{price:.2f}", fee="8.00")
    day, price = _close(opened.database, "BBAS3", date(2024, 3, 12))
    ana.trades(f"{day}", "BBAS3", "-100", f"{price:.2f}", fee="2.00")
    _income(opened, clock)
    title = Asked(
        "CDB",
        TODAY,
        units="10",
        bought="2024-01-05",
        pays="110% CDI",
        start="2024-01-05",
        maturity="2026-01-05",
    )
    Titles(opened.database, clock).keep(WALLET, checked_title(title))


async def _recorded(url: str) -> None:
    async with open_market(settings_of(Path("/nonexistent")), url) as market:
        loader = Loader(market.symbols, market.events, market.rates.book, market.timing.clock)
        await loader.recorded(list(SYMBOLS), list(SERIES))


def _close(database: Database, symbol: str, since: date) -> tuple[date, Decimal]:
    """The first close on a day or after it."""
    with database.reading() as connection:
        kept = closes_of(connection, [symbol], TODAY)[symbol]
    return next(
        (day, Decimal(text)) for day, text in zip(kept.days, kept.closes, strict=True) if day >= since
    )


def _income(opened: OpenCustody, clock: Clock) -> None:
    desk = IncomeDesk(opened.database, clock, "America/Sao_Paulo")
    proposals = desk.look(WALLET).reconciliation.proposals
    due = [each.proposal_id for each in proposals if each.day <= ACCEPTED_UNTIL]
    accept(desk, replace(opened.custody, clock=clock), WALLET, due)


@contextmanager
def served_report(folder: Path) -> Iterator[tuple[FastAPI, OpenCustody]]:
    """The application over that wallet, at that evening."""
    clock = FixedClock(NOW)
    with pages_app(folder, clock=clock) as (app, opened):
        booked(opened, clock)
        yield app, opened
