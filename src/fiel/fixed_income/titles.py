"""What can be held: private credit, and federal bonds with the names of Tesouro Direto."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from fiel.fixed_income.credit.papers import CreditPaper
from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, Plan
from fiel.kernel.errors import InvalidInput

FederalBond: TypeAlias = Ltn | NtnF | NtnB | NtnBPrincipal | NtnB1 | NtnC | Lft
Title: TypeAlias = CreditPaper | FederalBond

_NAME_MAX = 80
_COUPONS = "com juros semestrais"
_RETIREMENT, _EDUCATION = "tesouro renda+", "tesouro educa+"
#: The longest beginnings first.
_BY_NAME: tuple[tuple[str, Callable[[date], FederalBond]], ...] = (
    (f"tesouro prefixado {_COUPONS}", NtnF),
    ("tesouro prefixado", Ltn),
    (f"tesouro ipca+ {_COUPONS}", NtnB),
    ("tesouro ipca+", NtnBPrincipal),
    (f"tesouro igpm+ {_COUPONS}", NtnC),
    ("tesouro selic", Lft),
)
_RETAIL: MappingProxyType[type[FederalBond], str] = MappingProxyType(
    {
        Ltn: "Tesouro Prefixado",
        NtnF: "Tesouro Prefixado com Juros Semestrais",
        NtnB: "Tesouro IPCA+ com Juros Semestrais",
        NtnBPrincipal: "Tesouro IPCA+",
        NtnC: "Tesouro IGPM+ com Juros Semestrais",
        Lft: "Tesouro Selic",
    }
)
_YEAR = re.compile(r"\b(20[0-9]{2})$")


def federal_bond(name: str, maturity: date) -> FederalBond:
    """The bond behind a retail name, such as "Tesouro IPCA+ 2035", and its maturity.

    Names carry a year only, days differ between series: say the maturity. For RendA+ and Educa+ give the
    conversion date, which is what their names carry. Raises `InvalidInput` for a name of no known kind and
    for a year that is not that of the date.

    >>> federal_bond("Tesouro Prefixado com Juros Semestrais 2035", date(2035, 1, 1))
    NtnF(maturity=datetime.date(2035, 1, 1))
    """
    text = " ".join(name[:_NAME_MAX].split()).lower()
    year = _YEAR.search(text)
    if year and int(year[1]) != maturity.year:
        raise InvalidInput(
            "title_year", f"{name[:_NAME_MAX]} does not mature on {maturity}", field="maturity"
        )
    if text.startswith(_RETIREMENT):
        return NtnB1(Plan.RETIREMENT, maturity)
    if text.startswith(_EDUCATION):
        return NtnB1(Plan.EDUCATION, maturity)
    for beginning, kind in _BY_NAME:
        if text.startswith(beginning):
            return kind(maturity)
    raise InvalidInput(
        "title_unknown",
        f"{name[:_NAME_MAX]!r} is no title of the Tesouro Direto; write it as the site does",
        field="name",
    )


def retail_name(bond: FederalBond) -> str:
    """The name under which the retail window shows a bond.

    >>> retail_name(Lft(date(2031, 3, 1)))
    'Tesouro Selic 2031'
    """
    if isinstance(bond, NtnB1):
        plan = "RendA+ Aposentadoria Extra" if bond.plan is Plan.RETIREMENT else "Educa+"
        return f"Tesouro {plan} {bond.conversion.year}"
    return f"{_RETAIL[type(bond)]} {bond.maturity.year}"


def maturity_of(title: Title) -> date:
    """The nominal date of the last payment.

    >>> maturity_of(Lft(date(2031, 3, 1)))
    datetime.date(2031, 3, 1)
    """
    return title.schedule.maturity if isinstance(title, CreditPaper) else title.maturity
