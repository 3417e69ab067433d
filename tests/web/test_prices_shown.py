"""Prices by the convention of what is priced; what is paid per unit keeps all its decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.plan_view.words import Lang
from fiel.entrypoints.web.numbers import NBSP, Numbers


@pytest.mark.parametrize(
    ("price", "asset", "written"),
    [
        ("1180.2041882", "TESOUROSELIC2029", "1.180,20"),
        ("456.789123", "TesouroPrefixado2031", "456,79"),
        ("1132.074597432", "CDBCDI2027", "1.132,074597"),
        ("38.1", "PETR4", "38,10"),
        ("7.008031", "CPLE6", "7,008031"),
        ("0.000012345", "SHIB", "0,000012345"),
        ("0", "PETR4", "0,00"),
    ],
)
def test_a_price_has_the_decimals_of_its_kind(price: str, asset: str, written: str) -> None:
    """Two for a title of the Treasury, six at most from 1.00 up, all below."""
    assert Numbers(Lang.PT).price(Decimal(price), asset=asset) == f"R${NBSP}{written}"


def test_what_is_paid_per_unit_keeps_all_decimals() -> None:
    """Otherwise quantity times amount would not make the sum that stands beside it."""
    assert Numbers(Lang.EN).per_unit(Decimal("1.24187612345"), "USD") == f"US${NBSP}1.24187612345"
