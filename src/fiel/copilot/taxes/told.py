"""What only the investor can say: what an asset is for tax, a fund's term, losses from before the book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.tax.dated_rows import Category, Pool

#: A Fiagro pays tax as a FII does, and stands under a code of its own in the annual return.
FIAGRO = "fiagro"
#: Not traded on the exchange: no tax on gains by the month, and left out.
OUTSIDE = "outside"
WORDS = (*(category.value for category in Category), FIAGRO, OUTSIDE)
LOSS_POOLS = (Pool.COMMON, Pool.DAY_TRADE, Pool.FII)
_PAIRS_MAX = 1_000
_DAYS_MAX = 40_000


@dataclass(frozen=True, slots=True)
class Told:
    """`words`: one of `WORDS` by asset. `repricing_days`: calendar days by fixed-income ETF.

    `losses`: reais (positive) by pool, carried from before the first month of the book.
    """

    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    repricing_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    losses: Mapping[Pool, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def fiagros(self) -> frozenset[str]:
        """The assets that are Fiagros."""
        return frozenset(asset for asset, word in self.words.items() if word == FIAGRO)

    def after(self, remembered: Mapping[str, str]) -> Told:
        """With the words that were remembered; what is said now goes before them."""
        kept = {asset: word for asset, word in remembered.items() if word in WORDS}
        return replace(self, words={**kept, **self.words})


def read_told(
    categories: Iterable[str] = (), repricing: Iterable[str] = (), losses: Iterable[str] = ()
) -> Told:
    """From texts such as `XPML11=fii`, `IMAB11=1800` and `common=1500.00`.

    Raises `InvalidInput` (pair_malformed, pair_twice, category_unknown, pool_unknown, or of the number).

    >>> told = read_told(["xpml11=fii"], losses=["common=1500.00"])
    >>> told.words["XPML11"], told.losses[Pool.COMMON]
    ('fii', Decimal('1500'))
    """
    words = {asset.upper(): word.lower() for asset, word in _pairs(categories, "--category").items()}
    for asset, word in words.items():
        if word not in WORDS:
            raise InvalidInput(
                "category_unknown",
                f"{asset} cannot be {word!r}; say one of: {', '.join(WORDS)}",
                field="--category",
                details={"words": ", ".join(WORDS)},
            )
    days = {
        asset.upper(): int(
            parse_decimal(text, field="--repricing", decimals_max=0, minimum=0, maximum=_DAYS_MAX)
        )
        for asset, text in _pairs(repricing, "--repricing").items()
    }
    carried = {
        _pool(name): parse_decimal(text, field="--losses", decimals_max=2, minimum=0, integer_digits_max=15)
        for name, text in _pairs(losses, "--losses").items()
    }
    return Told(words, days, carried)


def _pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (name and sign and value) or len(found) >= _PAIRS_MAX:
            raise InvalidInput(
                "pair_malformed", f"{text[:40]!r} is not NAME=VALUE; write it like XPML11=fii", field=option
            )
        if name in found:
            raise InvalidInput("pair_twice", f"{name} is said twice; keep one", field=option)
        found[name] = value
    return found


def _pool(name: str) -> Pool:
    for pool in LOSS_POOLS:
        if name == pool.value:
            return pool
    raise InvalidInput(
        "pool_unknown",
        f"there are no losses of {name!r}; say one of: {', '.join(LOSS_POOLS)}",
        field="--losses",
    )
