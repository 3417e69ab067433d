"""Titles by their retail names."""

from __future__ import annotations

from datetime import date

import pytest

from fiel.fixed_income.titles import FederalBond, federal_bond, maturity_of, retail_name
from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, Plan
from fiel.kernel.errors import InvalidInput
from tests.support.credit_papers import paper

NAMED: list[tuple[str, FederalBond]] = [
    ("Tesouro Prefixado 2029", Ltn(date(2029, 1, 1))),
    ("Tesouro Prefixado com Juros Semestrais 2035", NtnF(date(2035, 1, 1))),
    ("Tesouro IPCA+ 2035", NtnBPrincipal(date(2035, 5, 15))),
    ("Tesouro IPCA+ com Juros Semestrais 2040", NtnB(date(2040, 8, 15))),
    ("Tesouro IGPM+ com Juros Semestrais 2031", NtnC(date(2031, 1, 1))),
    ("Tesouro Selic 2031", Lft(date(2031, 3, 1))),
    ("Tesouro RendA+ Aposentadoria Extra 2040", NtnB1(Plan.RETIREMENT, date(2040, 1, 15))),
    ("Tesouro Educa+ 2032", NtnB1(Plan.EDUCATION, date(2032, 1, 15))),
]


@pytest.mark.parametrize(("name", "bond"), NAMED)
def test_a_retail_name_and_its_bond(name: str, bond: FederalBond) -> None:
    """Each name leads to its bond, whatever its spaces and capitals, and back."""
    day = bond.conversion if isinstance(bond, NtnB1) else bond.maturity
    assert federal_bond(name, day) == federal_bond(f" {name.upper()}  ", day) == bond
    assert retail_name(bond) == name


def test_a_name_that_cannot_be_is_refused() -> None:
    """Another year than the maturity's, and what the window never sold."""
    with pytest.raises(InvalidInput, match="does not mature"):
        federal_bond("Tesouro Selic 2031", date(2030, 3, 1))
    with pytest.raises(InvalidInput, match="no title"):
        federal_bond("CDB do Banco 2031", date(2031, 3, 1))


def test_every_title_has_a_maturity() -> None:
    """Credit by its schedule, RendA+ by its last payment."""
    assert maturity_of(paper()) == date(2027, 1, 4)
    assert maturity_of(NtnB1(Plan.RETIREMENT, date(2030, 1, 15))) == date(2049, 12, 15)
