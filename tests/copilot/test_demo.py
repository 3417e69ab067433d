"""The demonstration's data: recorded figures with their source, and a wallet that is sound."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from fiel.copilot.demo import demo_plan, demo_portfolio
from fiel.copilot.plan_view.adding_up import rounded
from fiel.copilot.plan_view.words import Lang
from fiel.copilot.recorded_prices import recorded_instant, recorded_quotes
from fiel.kernel.errors import NotFound

RECORDED = Path(__file__).parents[2] / "../shared/data/b3/prices"
ILLUSTRATIVE = {"TESOURO-SELIC-2029", "TESOURO-IPCA-2035", "CDB-2026"}


def test_the_recorded_closes_are_these() -> None:
    """The prices of the shares, ETF and FII are those of 2023-12-18."""
    quotes = {quote.asset: quote.price for quote in recorded_quotes(["ITUB4", "BOVA11", "MXRF11", "VALE3"])}
    assert [Decimal("32.89"), Decimal("127.27"), Decimal("10.46"), Decimal("74.21")] == list(quotes.values())
    assert recorded_instant().isoformat() == "2023-12-18T18:00:00-03:00"


def test_lines_without_a_recorded_price_say_that_it_is_illustrative() -> None:
    """No invented price passes for a recorded one, in either language."""
    for lang, word in ((Lang.PT, "ilustrativo"), (Lang.EN, "illustrative")):
        sources = {line.id: line.source or "" for line in demo_portfolio(lang).assets}
        assert {asset for asset, source in sources.items() if word in source} == ILLUSTRATIVE


def test_an_asset_without_a_recorded_price_is_named() -> None:
    """Asking for what was not recorded is refused with its place."""
    with pytest.raises(NotFound) as caught:
        recorded_quotes(["XPTO3"])
    assert caught.value.field == "assets.XPTO3.price"


def test_both_demonstration_plans_are_proven() -> None:
    """The plans for R$ 1,000 and R$ 50,000 buy something and are proven optimal."""
    for contribution in ("1000", "50000"):
        plan = demo_plan(contribution)
        assert plan.orders
        assert plan.gap_proven <= Decimal("1e-9")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded series are not beside the repository")
def test_the_closes_agree_with_the_recorded_series() -> None:
    """Every recorded price is the series' close of that day, rounded to the cent."""
    names = ["ABEV3", "BBSE3", "BOVA11", "BOVV11", "CPLE6", "ITSA4", "ITUB4", "VALE3", "WEGE3"]
    files = {name: RECORDED / "asof-2024-07" / f"{name}.csv" for name in names}
    files["MXRF11"] = RECORDED / "other" / "MXRF11.asof-2023-12.csv"
    for quote in recorded_quotes(files):
        with files[quote.asset].open(encoding="utf-8") as stream:
            closes = {row["date"]: row["close"] for row in csv.DictReader(stream)}
        assert quote.price == rounded(Decimal(closes["2023-12-18"]))
