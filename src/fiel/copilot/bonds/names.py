"""What people call a title, and which one is meant: "ntn-b", "Tesouro IPCA+ 2035", "CDB", "poupança"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from fiel.fixed_income.credit.terms import Kind
from fiel.kernel.errors import InvalidInput, NotFound

TEXT_MAX = 80


class Treasury(StrEnum):
    """Federal bonds, by the names of the auctions."""

    LTN = "LTN"
    NTN_F = "NTN-F"
    NTN_B = "NTN-B"
    NTN_B_PRINCIPAL = "NTN-B-PRINCIPAL"
    NTN_C = "NTN-C"
    LFT = "LFT"
    #: NTN-B1, by their retail names; their "maturity" is the conversion date, from which they pay each month.
    RENDA = "RENDA+"
    EDUCA = "EDUCA+"

    @property
    def is_indexed(self) -> bool:
        """Whether its price is a percentage of an updated nominal value (VNA)."""
        return self not in (Treasury.LTN, Treasury.NTN_F)


class Savings(StrEnum):
    """The savings account."""

    SAVINGS = "savings"


AnyKind: TypeAlias = Treasury | Kind | Savings


@dataclass(frozen=True, slots=True)
class Named:
    """A kind, and the maturity when the name tells it (Tesouro Direto names tell the year)."""

    kind: AnyKind
    maturity: date | None = None


#: Other names of the same thing, folded by `_folded`.
_OTHERS: Mapping[str, AnyKind] = MappingProxyType(
    {
        "ntnf": Treasury.NTN_F,
        "ntnb": Treasury.NTN_B,
        "ntnbprincipal": Treasury.NTN_B_PRINCIPAL,
        "ntnbp": Treasury.NTN_B_PRINCIPAL,
        "ntnc": Treasury.NTN_C,
        "debenture": Kind.DEBENTURE,
        "debentureincentivada": Kind.INCENTIVISED_DEBENTURE,
        "incentiviseddebenture": Kind.INCENTIVISED_DEBENTURE,
        "notacomercial": Kind.COMMERCIAL_NOTE,
        "commercialnote": Kind.COMMERCIAL_NOTE,
        "nc": Kind.COMMERCIAL_NOTE,
        "letradecambio": Kind.LC,
        "poupanca": Savings.SAVINGS,
        "savings": Savings.SAVINGS,
    }
)
#: The names of Tesouro Direto: with half-yearly interest they are other bonds, of other days.
_DIRECT = re.compile(
    r"tesouro(?P<index>prefixado|ipca|selic|igpm)(?P<coupons>comjurossemestrais)?(?P<year>20[0-9]{2})?"
)
_BONDS: Mapping[tuple[str, bool], Treasury] = MappingProxyType(
    {
        ("prefixado", False): Treasury.LTN,
        ("prefixado", True): Treasury.NTN_F,
        ("ipca", False): Treasury.NTN_B_PRINCIPAL,
        ("ipca", True): Treasury.NTN_B,
        ("igpm", True): Treasury.NTN_C,
        ("selic", False): Treasury.LFT,
    }
)
_MONTHLY = re.compile(r"(?:tesouro)?(?P<plan>renda|educa)(?:aposentadoriaextra)?(?P<year>20[0-9]{2})?")


def known_kinds() -> tuple[str, ...]:
    """Every kind by its name in commands."""
    return (*Treasury, *Kind, *Savings)


def read_name(text: str) -> Named:
    """The title that is meant; spaces, hyphens, accents, case and plus signs make no difference.

    A year in a Tesouro Direto name gives the maturity by the calendar of its issues: 1 January (Prefixado,
    IGPM+), 1 March (Selic), 15 May of odd and 15 August of even years (IPCA+), and the conversion on
    15 January (RendA+, Educa+). Titles of other days exist: a maturity that is told wins over it.
    Raises `NotFound` naming the known kinds; `InvalidInput` beyond 80 letters.

    >>> read_name("Tesouro IPCA+ 2035")
    Named(kind=<Treasury.NTN_B_PRINCIPAL: 'NTN-B-PRINCIPAL'>, maturity=datetime.date(2035, 5, 15))
    """
    if len(text) > TEXT_MAX:
        raise InvalidInput("bond_name_long", f"a title's name has at most {TEXT_MAX} letters", field="KIND")
    folded = _folded(text)
    kind = _OTHERS.get(folded) or _by_value().get(folded)
    if kind is not None:
        return Named(kind)
    if found := _MONTHLY.fullmatch(folded):
        plan = Treasury.RENDA if found["plan"] == "renda" else Treasury.EDUCA
        return Named(plan, date(int(found["year"]), 1, 15) if found["year"] else None)
    found = _DIRECT.fullmatch(folded)
    bond = _BONDS.get((found["index"], bool(found["coupons"]))) if found else None
    if found is None or bond is None:
        known = ", ".join(known_kinds())
        raise NotFound(
            "bond_unknown",
            f"{text!r} is no title that is known here; known are {known}, and the names of Tesouro Direto",
            field="KIND",
            details={"kind": text, "known": known},
        )
    return Named(bond, _maturity(bond, int(found["year"])) if found["year"] else None)


def _maturity(bond: Treasury, year: int) -> date:
    match bond:
        case Treasury.LTN | Treasury.NTN_F | Treasury.NTN_C:
            return date(year, 1, 1)
        case Treasury.LFT:
            return date(year, 3, 1)
        case Treasury.NTN_B | Treasury.NTN_B_PRINCIPAL:
            return date(year, 5, 15) if year % 2 else date(year, 8, 15)
        case Treasury.RENDA | Treasury.EDUCA:
            return date(year, 1, 15)


def _by_value() -> dict[str, AnyKind]:
    kinds: tuple[AnyKind, ...] = (*Treasury, *Kind, *Savings)
    return {_folded(kind.value): kind for kind in kinds}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
