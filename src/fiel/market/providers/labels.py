"""Words for what is paid and for what becomes of the shares, as services spell them, and their factors.

Sources: labels of B3's listed-companies files and of the documentation of brapi.dev and hgbrasil.com.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from fiel.kernel.decimals import plain
from fiel.market.providers.complaints import plain_words
from fiel.market.values import CashKind, ShareKind

_CASH = (
    (CashKind.JCP, ("jcp", "jrs cap", "juros sobre", "juros s/", "interest_on_equity", "jscp")),
    (
        CashKind.AMORTIZATION,
        ("amort", "rest cap", "restituic", "return_of_capital_in_cash", "reducao de cap"),
    ),
    (CashKind.REDEMPTION, ("resg", "full_share_redemption")),
    (CashKind.DIVIDEND, ("dividend", "div ")),
)
_INCOME = ("rend", "income")
_INTEREST = ("juros", "atualizacao", "correcao")
_SHARES = (
    (ShareKind.SPLIT, ("desdobr", "split")),
    (ShareKind.REVERSE_SPLIT, ("grup", "reverse", "inplit")),
    (ShareKind.BONUS, ("bonif", "bonus")),
)
_PAIR = re.compile(r"([0-9][0-9.,]{0,20})\s*(?:para|por|:|/|to|x)\s*([0-9][0-9.,]{0,20})")
#: A property fund ends in 11, and so do units of companies; those pay dividends, not income.
_FUND = re.compile(r"[A-Z0-9]{4}1[1-5]B?")
#: More than this for one is no event of a company.
_LARGEST, _SMALLEST = Decimal(100_000), Decimal("0.00001")
_MOST_BONUS = Decimal(2)


@dataclass(frozen=True, slots=True)
class Factor:
    """`new_per_old`, and how it was had when not as told."""

    new_per_old: Decimal
    repair: str = ""


def cash_kind(label: str, symbol: str) -> CashKind:
    """By label, whatever its accents and case; RENDIMENTO is income for funds and interest for shares."""
    text = plain_words(label).strip()
    for kind, words in _CASH:
        if any(word in text for word in words):
            return kind
    if any(text.startswith(word) for word in _INCOME):
        return CashKind.FII_INCOME if _FUND.fullmatch(symbol) else CashKind.INTEREST
    return CashKind.INTEREST if any(word in text for word in _INTEREST) else CashKind.OTHER


def share_kind(label: str) -> ShareKind:
    """By label, whatever its accents and case."""
    text = plain_words(label).strip()
    # "reverse_split" has both words.
    if any(word in text for word in ("reverse", "grup")):
        return ShareKind.REVERSE_SPLIT
    return next((kind for kind, words in _SHARES if any(word in text for word in words)), ShareKind.OTHER)


def factor_from_text(kind: ShareKind, text: str) -> Decimal | None:
    """New shares per old of "2 para 1", "1,02 para 1", "1 / 10"; `None` when there is no pair in it."""
    found = _PAIR.search(plain_words(text))
    if found is None:
        return None
    new, old = (_amount(part) for part in found.groups())
    if new is None or old is None or new <= 0 or old <= 0:
        return None
    return _directed(kind, new / old)[0]


def factor_from_number(kind: ShareKind, factor: Decimal) -> Factor | None:
    """For services that tell new per old, or the extra fraction for a bonus; `None` when it is ambiguous."""
    if factor <= 0:
        return None
    if kind is ShareKind.BONUS and factor > _MOST_BONUS:
        return None
    number, turned = _directed(kind, factor)
    if not _SMALLEST <= number <= _LARGEST:
        return None
    return Factor(plain(number), turned)


def factor_from_percent(kind: ShareKind, factor: Decimal) -> Factor | None:
    """B3's own files: percent for splits and bonuses (100 doubles), the ratio itself for reverse splits."""
    if factor <= 0:
        return None
    number = factor if kind is ShareKind.REVERSE_SPLIT else 1 + factor / 100
    if kind is ShareKind.REVERSE_SPLIT and number >= 1:
        return None
    return Factor(plain(number)) if _SMALLEST <= number <= _LARGEST else None


def _directed(kind: ShareKind, factor: Decimal) -> tuple[Decimal, str]:
    """Turned so that a split gives more shares and a reverse split fewer; a bonus below 1 is the extra."""
    if kind is ShareKind.BONUS and factor < 1:
        return 1 + factor, "bonus_fraction"
    if (kind is ShareKind.SPLIT and factor < 1) or (kind is ShareKind.REVERSE_SPLIT and factor > 1):
        return _inverse(factor), "factor_turned"
    return factor, ""


def _inverse(factor: Decimal) -> Decimal:
    return (1 / factor).quantize(Decimal("1e-12"))


def _amount(text: str) -> Decimal | None:
    text = text.strip(".,")
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        return Decimal(text)
    except ArithmeticError:
        return None
