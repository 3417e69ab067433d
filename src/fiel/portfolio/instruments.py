"""Kinds of instrument and the market's facts about each: lots, decimals and the tax its gains pay.

Facts are dated rows, because rules change: ask with the day that matters. Sources are named row by
row. A default is what the market does; a portfolio file may say otherwise for any asset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What an asset is, as far as lots and tax care."""

    STOCK = "stock"
    #: The odd-lot market: ticker + F, a line of its own; the same asset as the stock for cost and tax.
    STOCK_FRACTIONAL = "stock_fractional"
    FII = "fii"
    ETF = "etf"
    BDR = "bdr"
    TREASURY = "treasury"
    FIXED_INCOME = "fixed_income"
    FUND = "fund"
    CRYPTO = "crypto"
    #: Anything sold in pieces as small as a billionth, foreign fractional shares for example.
    FRACTIONAL = "fractional"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """What the market says of a kind since `valid_from`: `lot` and decimals in units of the asset.

    `tax_group` is the group of `TAX_GROUP_FACTS` that its gains belong to, or `None` when its tax
    is not a monthly one (withheld at source by holding time) or is not known here.
    """

    kind: Kind
    valid_from: date
    lot: Decimal
    quantity_decimals: int
    tax_group: str | None
    source: str


@dataclass(frozen=True, slots=True)
class TaxGroupFacts:
    """A monthly tax: `rate` (fraction) of the gains, exempt while sales are at most `exempt_sales` (BRL).

    `exempt_sales` is `None` when there is no exemption at all.
    """

    id: str
    valid_from: date
    rate: Decimal
    exempt_sales: Decimal | None
    source: str


BR_STOCK = "br_stock"
BR_ETF_BDR = "br_etf_bdr"
BR_FII = "br_fii"

_ONE = Decimal(1)
_CENT = Decimal("0.01")
_BILLIONTH = Decimal("0.000000001")
_LOTS_B3 = "B3 rules of trading: round lot of 100 shares; 1 to 99 in the fractional market, ticker + F"
_CONVENTION = "convention of this program; give the lot your broker sells"
_LAW_EQUITIES = "Lei 11.033/2004 art. 2 and 3; IN RFB 1585/2015 art. 56 to 59"

MARKET_FACTS: tuple[MarketFacts, ...] = (
    MarketFacts(Kind.STOCK, date(2005, 1, 1), Decimal(100), 0, BR_STOCK, _LOTS_B3),
    MarketFacts(Kind.STOCK_FRACTIONAL, date(2005, 1, 1), _ONE, 0, BR_STOCK, _LOTS_B3),
    MarketFacts(Kind.FII, date(2005, 1, 1), _ONE, 0, BR_FII, "B3: FII units trade one by one"),
    MarketFacts(Kind.ETF, date(2005, 1, 1), _ONE, 0, BR_ETF_BDR, "B3: ETF units trade one by one"),
    MarketFacts(Kind.BDR, date(2005, 1, 1), _ONE, 0, BR_ETF_BDR, "B3: BDRs trade one by one"),
    MarketFacts(
        Kind.TREASURY,
        date(2024, 11, 18),
        _CENT,
        2,
        None,
        "Tesouro Direto: multiples of 0.01 bond; the R$ 30 minimum ended on 2024-11-18",
    ),
    MarketFacts(Kind.FIXED_INCOME, date(2005, 1, 1), _ONE, 9, None, _CONVENTION),
    MarketFacts(Kind.FUND, date(2005, 1, 1), Decimal("0.00000001"), 8, None, _CONVENTION),
    MarketFacts(Kind.CRYPTO, date(2005, 1, 1), _BILLIONTH, 9, None, _CONVENTION),
    MarketFacts(Kind.FRACTIONAL, date(2005, 1, 1), _BILLIONTH, 9, None, _CONVENTION),
    MarketFacts(Kind.OTHER, date(2005, 1, 1), _ONE, 9, None, _CONVENTION),
)

TAX_GROUP_FACTS: tuple[TaxGroupFacts, ...] = (
    TaxGroupFacts(BR_STOCK, date(2005, 1, 1), Decimal("0.15"), Decimal(20000), _LAW_EQUITIES),
    TaxGroupFacts(BR_ETF_BDR, date(2005, 1, 1), Decimal("0.15"), None, _LAW_EQUITIES),
    TaxGroupFacts(
        BR_FII, date(2005, 1, 1), Decimal("0.20"), None, "Lei 8.668/1993 art. 18; IN RFB 1585/2015 art. 37"
    ),
)


def market_facts(kind: Kind, on: date | None = None) -> MarketFacts:
    """The facts in force on a day; without a day, or before the first row, the nearest ones known."""
    rows = [row for row in MARKET_FACTS if row.kind is kind]
    in_force = [row for row in rows if on is None or row.valid_from <= on]
    return in_force[-1] if in_force else rows[0]


def tax_group_facts(group: str, on: date | None = None) -> TaxGroupFacts | None:
    """The facts of a known tax group in force on a day, or `None` when the group is not one of ours."""
    rows = [row for row in TAX_GROUP_FACTS if row.id == group]
    if not rows:
        return None
    in_force = [row for row in rows if on is None or row.valid_from <= on]
    return in_force[-1] if in_force else rows[0]


_STOCK_PATTERN = re.compile(r"[A-Z][A-Z0-9]{3}[3-8]")
_STOCK_FRACTIONAL_PATTERN = re.compile(r"[A-Z][A-Z0-9]{3}(?:[3-8]|11)F")
_BDR_PATTERN = re.compile(r"[A-Z][A-Z0-9]{3}(?:3[2-5]|39)")


def infer_kind(ticker: str) -> Kind | None:
    """The kind when the ticker alone settles it, else `None`.

    A suffix of 11 never settles it: FIIs, ETFs and units of shares (TAEE11) all end so.
    """
    if _STOCK_FRACTIONAL_PATTERN.fullmatch(ticker):
        return Kind.STOCK_FRACTIONAL
    if _STOCK_PATTERN.fullmatch(ticker):
        return Kind.STOCK
    if _BDR_PATTERN.fullmatch(ticker):
        return Kind.BDR
    return None


def cost_id(ticker: str, kind: Kind) -> str:
    """The asset that cost and tax know: PETR4 for both PETR4 and PETR4F."""
    if kind is Kind.STOCK_FRACTIONAL and ticker.endswith("F"):
        return ticker[:-1]
    return ticker
