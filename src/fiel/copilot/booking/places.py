"""The names of a file in the words of the book: which account an institution is, what an asset is called."""

from __future__ import annotations

import re
from hashlib import sha256

from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.rows import Row
from fiel.kernel.errors import InvalidInput

LABEL_MAX = 40
_WORD = re.compile(r"[a-z0-9]+")
_LIMITED = re.compile(r"\bs[./ ]?a\b")
_ASSET = re.compile(r"[A-Z0-9]{1,20}")
#: Words that say what kind of company an institution is, and not which one.
_COMPANY = frozenset(
    _WORD.findall(
        "ltda me cctvm ctvm dtvm cvm cvmc ccvm cv cvc banco bco corretora distribuidora de do da dos e "
        "titulos valores mobiliarios cambio investimentos investimento participacoes mercadorias b3 brasil"
    )
)
_TREASURY = (
    (" com juros semestrais", "JS"),
    (" aposentadoria extra", ""),
    ("prefixado", "PRE"),
)
_CODE_MAX = 20


def label_of(institution: str) -> str:
    """What people call an institution, the same for every way in which reports write it.

    Raises `InvalidInput` (account_malformed) for a name without letters or digits.

    >>> [label_of(name) for name in ("XP INVESTIMENTOS CCTVM S/A.", "CLEAR CORRETORA - GRUPO XP", "CLEAR B3")]
    ['xp', 'clear', 'clear']
    """
    plain = normalised(institution)
    first = plain.partition(" - ")[0] or plain
    words = _WORD.findall(_LIMITED.sub(" ", first))
    named = [word for word in words if word not in _COMPANY] or words
    if not named:
        raise InvalidInput("account_malformed", "an account needs a name with letters", field="account")
    return "-".join(named)[:LABEL_MAX].strip("-")


def same_label(one: str, other: str) -> bool:
    """Whether two labels are of one institution: `nu-invest` and `nuinvest` are."""
    return one.replace("-", "") == other.replace("-", "")


def name_said(name: str) -> str:
    """A name on a note as it is remembered: whatever its case and blanks.

    >>> name_said(" CI FII  Hg Real ")
    'CI FII HG REAL'
    """
    return " ".join(name.upper().split())


def asset_code(row: Row) -> str | None:
    """What the book calls the asset of a row: its ticker, the code of a title, or the name in short.

    `None` where the row names nothing, or something that is no code (a person must say it).
    """
    if row.ticker:
        code = re.sub(r"[^A-Z0-9]", "", row.ticker.upper())
        return code if _ASSET.fullmatch(code) else None
    if title := row.extra.get("code"):
        return _short(re.sub(r"[^A-Z0-9]", "", title.upper()))
    name = row.extra.get("product", "")
    return _title_code(name) if name else None


def asset_name(row: Row) -> str:
    """What the row calls its asset, for people; empty when its code says it all."""
    return "" if row.ticker else name_told(row)


def name_told(row: Row) -> str:
    """What a row without a ticker calls its asset: what a person is asked about. A note tells the title,
    other reports the product, none of them both."""
    return row.extra.get("spec", "") or row.extra.get("product", "")


def _title_code(name: str) -> str:
    """A title without a code, by its name: the Treasury's, mostly.

    >>> _title_code("Tesouro IPCA+ com Juros Semestrais 2037"), _title_code("Tesouro Selic 2029")
    ('TESOUROIPCAJS2037', 'TESOUROSELIC2029')
    """
    plain = normalised(name)
    for words, short in _TREASURY:
        plain = plain.replace(words, short)
    return _short(re.sub(r"[^A-Z0-9]", "", plain.upper()), name)


def _short(code: str, name: str = "") -> str:
    if len(code) <= _CODE_MAX:
        return code
    return code[:13] + sha256((name or code).encode()).hexdigest()[:7].upper()
