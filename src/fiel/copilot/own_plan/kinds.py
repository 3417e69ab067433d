"""What the assets of a book are: by their ticker, by what tax knows of them, or by their code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from fiel.copilot.importing.codes import is_option
from fiel.copilot.income.wallet import asset_of
from fiel.copilot.taxes.told import OUTSIDE
from fiel.portfolio.instruments import Kind, infer_kind
from fiel.tax.dated_rows import Category

#: The sign of the odd-lot market, where shares are bought one by one.
ODD_LOT = "F"
_TICKER = re.compile(r"[A-Z][A-Z0-9]{3}[0-9]{1,2}F?")
_TREASURY = "TESOURO"
_BY_CATEGORY: Mapping[Category, Kind] = MappingProxyType(
    {
        Category.STOCK: Kind.STOCK,
        Category.FII: Kind.FII,
        Category.ETF: Kind.ETF,
        Category.FIXED_INCOME_ETF: Kind.ETF,
        Category.BDR: Kind.BDR,
        Category.OPTION: Kind.OTHER,
        Category.RIGHT: Kind.OTHER,
        Category.FORWARD: Kind.OTHER,
        Category.FUTURE: Kind.OTHER,
    }
)
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Kind.STOCK: Category.STOCK.value,
        Kind.STOCK_FRACTIONAL: Category.STOCK.value,
        Kind.FII: Category.FII.value,
        Kind.ETF: Category.ETF.value,
        Kind.BDR: Category.BDR.value,
        Kind.TREASURY: OUTSIDE,
        Kind.FIXED_INCOME: OUTSIDE,
        Kind.FUND: OUTSIDE,
        Kind.CRYPTO: OUTSIDE,
    }
)


def looks_traded(name: str) -> bool:
    """Whether a name has the shape of a ticker of B3: PETR4, PETR4F, XPML11.

    >>> [looks_traded(name) for name in ("PETR4F", "XPML11", "TESOUROSELIC2029")]
    [True, True, False]
    """
    return _TICKER.fullmatch(name) is not None


def book_asset(name: str) -> str:
    """What the book calls the asset of a line: PETR4 of PETR4F, TAEE11 of TAEE11F."""
    return asset_of(name)


def kind_of(name: str, categories: Mapping[str, Category]) -> Kind | None:
    """The kind of a line; `None` when nothing tells it. A code that is no ticker is a title: of the Treasury,
    by its name, or of a bank.

    >>> kind_of("TESOUROSELIC2029", {}).value, kind_of("BOVA11", {}), kind_of("PETRA123", {})
    ('treasury', None, None)
    """
    found = infer_kind(name)
    if found is not None:
        return found
    category = categories.get(book_asset(name))
    if category is not None:
        return _BY_CATEGORY[category]
    if looks_traded(name) or is_option(name):
        return None
    return Kind.TREASURY if name.upper().startswith(_TREASURY) else Kind.FIXED_INCOME


def tax_word(kind: str) -> str | None:
    """What tax calls a kind (`copilot.taxes.told.WORDS`), where the kind tells it."""
    return _WORDS.get(kind)


def line_name(asset: str, kind: Kind) -> str:
    """The line that an asset is bought on one by one: shares have one of their own.

    >>> line_name("PETR4", Kind.STOCK), line_name("XPML11", Kind.FII)
    ('PETR4F', 'XPML11')
    """
    return f"{asset}{ODD_LOT}" if kind is Kind.STOCK else asset
