"""Ana's wallet with targets, for the pages that plan: shares, funds, an ETF that she has none of, a Treasury
title, cash, one asset beside the targets with a price that is too old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fiel.bootstrap import OpenCustody
from fiel.kernel.clock import FixedClock
from tests.copilot.own_plan.books import NOW, SavedBook
from tests.support.import_pages import Visitor
from tests.support.served_pages import client_of, pages_app, served

TARGETS = """schema = "fiel-portfolio/1"
# Minha carteira

[assets.XPML11]
kind="fii"
[assets.HGLG11]
kind="fii"
[assets.BOVA11]
kind="etf"
[assets.TESOUROIPCA2035]
kind="treasury"
lot="0.01"

[targets.rv]
weight="60"
label="Renda variável"
band="3"
[targets.rv.acoes]
weight="58.3"
label="Ações"
PETR4F="34.3"
ITUB4F="65.7"
[targets.rv.etf]
weight="41.7"
label="ETFs"
BOVA11="100"
[targets.fii]
weight="20"   # prédios
label="FIIs"
XPML11="50"
HGLG11="50"
[targets.rf]
weight="20"
label="Renda fixa"
TESOUROIPCA2035="100"
"""
#: Of a wallet of shares, funds and an ETF alone: what an exchange trades can be balanced by itself.
LISTED_TARGETS = """schema = "fiel-portfolio/1"
[assets.XPML11]
kind="fii"
[assets.BOVA11]
kind="etf"
[targets.acoes]
weight="60"
label="Ações"
PETR4="50"
ITUB4="50"
[targets.etf]
weight="20"
BOVA11="100"
[targets.fii]
weight="20"
XPML11="100"
"""


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """Ana's pages, and the book under them."""

    visitor: Visitor
    book: SavedBook
    opened: OpenCustody


def fill(book: SavedBook, targets: str | None = TARGETS) -> None:
    """What Ana has, and what it costs."""
    book.deposits("212.00")
    held = {"PETR4": ("100", "3800"), "ITUB4": ("40", "1200"), "XPML11": ("15", "1500")}
    held |= {"HGLG11": ("3", "480"), "VALE3": ("7", "400"), "TESOUROIPCA2035": ("0.5", "1000")}
    for name, (quantity, cost) in held.items():
        book.holds(name, quantity, cost)
    book.costs(PETR4="38.10", ITUB4="32.20", XPML11="101.20", HGLG11="160.05", BOVA11="120.5")
    book.costs(TESOUROIPCA2035="2310")
    book.costs(NOW - timedelta(days=8), VALE3="61.30")
    if targets is not None:
        book.desk().save("ana", targets)


def fill_listed(book: SavedBook) -> None:
    """A wallet that can be balanced by itself."""
    book.deposits("2120.00")
    book.holds("PETR4", "1000", "38000")
    book.holds("ITUB4", "400", "12000")
    book.holds("XPML11", "150", "15000")
    at = NOW - timedelta(minutes=2)
    book.costs(at, PETR4="38.10", ITUB4="32.20", XPML11="101.20", BOVA11="120.5")
    book.desk().save("ana", LISTED_TARGETS)


@contextmanager
def planned_site(folder: Path) -> Iterator[PlannedSite]:
    """The pages over an empty book, to be filled by the test, asked over HTTP."""
    with pages_app(folder, clock=FixedClock(NOW)) as (app, opened), client_of(app) as client:
        yield PlannedSite(Visitor(client), SavedBook(opened), opened)


@contextmanager
def planned_address(folder: Path, targets: str | None = TARGETS) -> Iterator[str]:
    """The address of the pages over Ana's wallet, for a browser."""
    with pages_app(folder, clock=FixedClock(NOW)) as (app, opened):
        fill(SavedBook(opened), targets)
        with served(app) as url:
            yield url
