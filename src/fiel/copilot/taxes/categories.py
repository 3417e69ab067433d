"""What each asset of a wallet is for tax: by what was said, by its ticker, or by what it pays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fiel.copilot.income.announced import AnnouncedOf
from fiel.copilot.income.view import class_of
from fiel.copilot.taxes.told import FIAGRO, OUTSIDE, WORDS, Told
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Refused
from fiel.portfolio.instruments import Kind
from fiel.tax.dated_rows import Category, category_of

_SHARE_RIGHT = re.compile(r"[A-Z][A-Z0-9]{3}[12]")
_FUND_RIGHT = re.compile(r"[A-Z][A-Z0-9]{3}1[2-5]")


@dataclass(frozen=True, slots=True)
class Categories:
    """`known` by asset; `outside` is left out of tax on purpose. Of any other asset nobody can say it."""

    known: Mapping[str, Category]
    outside: frozenset[str]

    def with_rights(self, rights: Mapping[str, str]) -> Categories:
        """With names that stand for rights sold, by the asset that they are of: those of a FII pay as it."""
        found = {
            name: Category.FII if self.known.get(asset) is Category.FII else Category.RIGHT
            for name, asset in rights.items()
        }
        return replace(self, known={**self.known, **found})

    def require(self, assets: Iterable[str]) -> None:
        """Raises `Refused` (category_missing) naming every one of the assets that nothing tells."""
        missing = sorted(set(assets) - self.known.keys() - self.outside)
        if missing:
            raise category_missing(missing)


def category_missing(assets: Sequence[str]) -> Refused:
    """The refusal where nothing tells what these are: at least one, in the order in which they are told."""
    names, words = ", ".join(assets), ", ".join(WORDS)
    return Refused(
        "category_missing",
        f"nothing tells what {names} is for tax; say it with --category {assets[0]}=fii "
        f"(one of: {words}), or ask for what it pays with `fiel market events {assets[0]}`",
        field="--category",
        details={"assets": names, "first": assets[0], "words": words},
    )


def decide(
    assets: Collection[str],
    whole_share: Collection[str],
    paid: Mapping[str, Collection[IncomeKind]],
    announced: Mapping[str, AnnouncedOf],
    told: Told,
) -> Categories:
    """The category of each asset. What was said goes before what is inferred.

    `whole_share`: assets that were traded in the odd-lot market, which only shares and their units have.
    `paid`: what the book says each asset paid, which tells a FII from a unit as announcements do.
    """
    known, outside = {}, set()
    for asset in assets:
        word = told.words.get(asset)
        if word == OUTSIDE:
            outside.add(asset)
            continue
        found = _said(word) or _by_market(asset, announced.get(asset) or AnnouncedOf(asset))
        found = found or _by_book(asset in whole_share, paid.get(asset, ())) or _by_suffix(asset)
        if found is not None:
            known[asset] = found
    return Categories(known, frozenset(outside))


def _said(word: str | None) -> Category | None:
    if word is None:
        return None
    return Category.FII if word == FIAGRO else Category(word)


def _by_market(asset: str, announced: AnnouncedOf) -> Category | None:
    return category_of(Kind(class_of(asset, announced)))


def is_right(asset: str) -> bool:
    """Whether a ticker is one of subscription rights.

    >>> [is_right(ticker) for ticker in ("PETR1", "XPML12", "PETR4", "XPML11")]
    [True, True, False, False]
    """
    return _by_suffix(asset) is not None


def _by_suffix(asset: str) -> Category | None:
    """Subscription rights by suffix: 1 and 2 of shares, 12 of funds, whose receipts end in 13 to 15."""
    if _SHARE_RIGHT.fullmatch(asset):
        return Category.RIGHT
    return Category.FII if _FUND_RIGHT.fullmatch(asset) else None


def _by_book(is_share: bool, paid: Collection[IncomeKind]) -> Category | None:
    if IncomeKind.FII_INCOME in paid:
        return Category.FII
    is_stock = is_share or not {IncomeKind.DIVIDEND, IncomeKind.JCP}.isdisjoint(paid)
    return Category.STOCK if is_stock else None
