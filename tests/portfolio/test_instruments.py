"""Market facts by kind and by day, and what a ticker does and does not tell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.portfolio.instruments import (
    MARKET_FACTS,
    TAX_GROUP_FACTS,
    Kind,
    cost_id,
    infer_kind,
    market_facts,
    tax_group_facts,
)


@pytest.mark.parametrize(
    ("kind", "lot", "group"),
    [
        (Kind.STOCK, "100", "br_stock"),
        (Kind.STOCK_FRACTIONAL, "1", "br_stock"),
        (Kind.FII, "1", "br_fii"),
        (Kind.ETF, "1", "br_etf_bdr"),
        (Kind.BDR, "1", "br_etf_bdr"),
        (Kind.TREASURY, "0.01", None),
        (Kind.CRYPTO, "1e-9", None),
        (Kind.FRACTIONAL, "1e-9", None),
    ],
)
def test_each_kind_trades_in_its_lot_and_pays_its_tax(kind: Kind, lot: str, group: str | None) -> None:
    """The defaults are those of the market."""
    facts = market_facts(kind)
    assert (facts.lot, facts.tax_group) == (Decimal(lot), group)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_facts_with_a_source_and_decimals_that_hold_its_lot(kind: Kind) -> None:
    """No kind is without facts, and a lot can be written with the decimals of its quantity."""
    facts = market_facts(kind, date(1990, 1, 1))
    assert facts.source
    assert facts.lot == round(facts.lot, facts.quantity_decimals)
    assert facts.tax_group is None or tax_group_facts(facts.tax_group)


def test_stocks_pay_fifteen_percent_beyond_twenty_thousand_and_funds_twenty_without_exemption() -> None:
    """Rates and exemptions are those of the law that each row names."""
    rows = {row.id: (row.rate, row.exempt_sales) for row in TAX_GROUP_FACTS}
    assert rows == {
        "br_stock": (Decimal("0.15"), Decimal(20000)),
        "br_etf_bdr": (Decimal("0.15"), None),
        "br_fii": (Decimal("0.20"), None),
    }
    assert all(row.source for row in TAX_GROUP_FACTS)
    assert tax_group_facts("mine") is None


def test_rows_of_a_kind_are_in_order_of_their_dates() -> None:
    """The last row in force wins, so the table must be sorted within each kind."""
    for kind in Kind:
        days = [row.valid_from for row in MARKET_FACTS if row.kind is kind]
        assert days == sorted(set(days))


@pytest.mark.parametrize(
    ("ticker", "kind"),
    [
        ("PETR4", Kind.STOCK),
        ("B3SA3", Kind.STOCK),
        ("PETR4F", Kind.STOCK_FRACTIONAL),
        ("TAEE11F", Kind.STOCK_FRACTIONAL),
        ("AAPL34", Kind.BDR),
        ("BIVB39", Kind.BDR),
        ("MXRF11", None),
        ("BOVA11", None),
        ("TAEE11", None),
        ("PETR2", None),
        ("petr4", None),
        ("CDB-2026", None),
        ("", None),
    ],
)
def test_a_kind_is_inferred_only_when_the_ticker_settles_it(ticker: str, kind: Kind | None) -> None:
    """An ending of 11 may be a FII, an ETF or a unit, so it is never guessed."""
    assert infer_kind(ticker) is kind


def test_the_fractional_ticker_is_the_same_asset_for_cost_and_tax() -> None:
    """PETR4F costs and is taxed as PETR4; a ticker that only ends in F is left alone."""
    assert cost_id("PETR4F", Kind.STOCK_FRACTIONAL) == cost_id("PETR4", Kind.STOCK) == "PETR4"
    assert cost_id("STOF", Kind.FUND) == "STOF"
