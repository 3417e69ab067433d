"""Trading codes and the product column of B3: what is a ticker, an option, a right, a title without one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TICKER = re.compile(r"[A-Z][A-Z0-9]{3}[0-9]{1,2}")
_FRACTIONAL = re.compile(r"([A-Z][A-Z0-9]{3}[0-9]{1,2})F")
_LENT = re.compile(r"([A-Z][A-Z0-9]{3}[0-9]{1,2})L")
_OPTION = re.compile(r"[A-Z][A-Z0-9]{3}[A-X][0-9]{1,4}(W[1-5])?E?")
_TITLE_CODE = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9-]{4,}")
_SPACES = re.compile(r"\s+")
_RIGHT = re.compile(r"[A-Z][A-Z0-9]{3}(1|2|12)")


@lru_cache(maxsize=8_192)
def collapsed(text: str) -> str:
    """Single blanks, none around: how texts of people are kept."""
    return _SPACES.sub(" ", text).strip()


def is_ticker(code: str) -> bool:
    """Four signs and one or two digits: a share, unit, fund, BDR, right or receipt."""
    return _TICKER.fullmatch(code) is not None


def is_option(code: str) -> bool:
    """The code of an option series: root, a letter for month and side, a strike number.

    >>> is_option("TAEEP334"), is_option("TAEE11")
    (True, False)
    """
    return _OPTION.fullmatch(code) is not None


def is_right(code: str) -> bool:
    """A subscription right: 1 and 2 of shares, 12 of funds."""
    return _RIGHT.fullmatch(code) is not None


def whole_lot(code: str) -> str:
    """The code without the F of the fractional market, which is the same asset.

    >>> whole_lot("TAEE11F"), whole_lot("TAEE11")
    ('TAEE11', 'TAEE11')
    """
    match = _FRACTIONAL.fullmatch(code)
    return match.group(1) if match else code


@dataclass(frozen=True, slots=True)
class Product:
    """The product column, taken apart. `ticker` of what trades; `code` of a title that does not."""

    text: str
    ticker: str | None = None
    raw_ticker: str | None = None
    code: str | None = None
    name: str | None = None
    future: bool = False


@lru_cache(maxsize=8_192)
def product_in(text: str) -> Product:
    """Take the product column of B3 apart: `TICKER - NAME`, `TICKER NAME`, `CDB - CODE - ISSUER`, a name.

    >>> product_in("HGLG13        - PATRIA LOG - FDO").ticker
    'HGLG13'
    >>> product_in("CDB - CDB425XYZ12 - BANCO EXEMPLO S.A.").code
    'CDB425XYZ12'
    """
    text = collapsed(text)
    first, _, rest = text.partition(" - ")
    if normal := _traded(first):
        return Product(text, normal, first, name=rest or None)
    if first.lower() == "futuro":
        return Product(text, name=rest or None, future=True)
    word, _, others = text.partition(" ")
    if not rest and (normal := _traded(word)):
        return Product(text, normal, word, name=others or None)
    code, _, issuer = rest.partition(" - ")
    if issuer and _TITLE_CODE.fullmatch(code):
        return Product(text, code=code, name=issuer)
    return Product(text, name=text)


def _traded(word: str) -> str | None:
    """The ticker of a word; of `ALZR11L`, met on lent quotas, the quota itself."""
    match = _LENT.fullmatch(word)
    plain = match.group(1) if match else whole_lot(word)
    return plain if is_ticker(plain) else None
