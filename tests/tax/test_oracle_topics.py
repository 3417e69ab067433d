"""Worked cases of others, with their sources, through the runner; and neighbours that a wider set may ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.oracles.case_running import registry, run_case, run_paths
from tests.oracles.tax_inputs import category_named

WIDER = Path(__file__).parents[3] / "shared" / "oracles" / "tax"
INVESTINDOWS = "github slrocker/investindows: worked examples of shares and FIIs"
CHALLENGE = "Nubank's public code challenge: its own rate and exemption, not the law"
GUILHERME = "github guilhermecgs/ir: tests"
HAND = "by hand from the rules"
Case = tuple[str, dict[str, Any], dict[str, Any], str]

BUYS = [["01-05", "buy", "INVE3", 100, "10.00"], ["01-08", "buy", "INVE3", 100, "12.00"]]
PUBLISHED: list[Case] = [
    (
        "monthly_stock_tax",
        {"operations": [*BUYS, ["01-10", "sell", "INVE3", 200, "13.00"]]},
        {"average_cost": "11.00", "gain": "400.00", "sales": "2600.00", "exempt": True, "tax": "0.00"},
        INVESTINDOWS,
    ),
    (
        "fii_tax",
        {"operations": [*BUYS, ["01-10", "sell", "INVE3", 200, "13.00"]]},
        {"gain": "400.00", "tax": "80.00"},
        INVESTINDOWS,
    ),
    (
        "bonus_shares",
        {"quantity": 100, "average_cost": "10.00", "bonus_pct": "21.21", "declared_cost": "15.82"},
        {"new_quantity": 121, "fraction": "0.21", "total_cost": "1332.22", "average_cost": "11.01"},
        INVESTINDOWS,
    ),
    (
        "average_cost",
        {"operations": [["2019-04-13", "buy", 200, "200"], ["2019-04-20", "buy", 100, "100"]]},
        {"average_cost_on": {"2019-04-19": "200.00", "2019-04-20": "166.67"}},
        GUILHERME,
    ),
    (
        "average_cost_engine_parametric",
        {
            "rate_pct": "20",
            "exempt_sale_value_up_to": "20000",
            "operations": [["buy", "10.00", 10000], ["sell", "5.00", 5000], ["sell", "20.00", 3000]],
        },
        {"tax": ["0", "0", "1000"]},
        CHALLENGE,
    ),
    (
        "day_trade_darf",
        {"gross_gain": "2775", "costs": "188"},
        {"net": "2587.00", "irrf": "25.87", "tax": "517.40", "darf": "491.53"},
        "scribd 678663690, p. 1",
    ),
]
NEIGHBOURS: list[Case] = [
    ("fii_tax", {"gain": "400", "prior_loss": "150"}, {"tax": "50", "loss_carried": "0"}, HAND),
    ("etf_tax", {"sales": "900", "gain": "100"}, {"tax": "15", "exempt_income": "0"}, HAND),
    ("category_tax", {"category": "ações", "gain": "100", "month_sales": "20000"}, {"tax": "0"}, HAND),
    ("category_tax", {"category": "day trade", "gain": "100"}, {"tax": "20"}, HAND),
    (
        "category_separation",
        {
            "month": {
                "stocks": {"sales": "30000", "gain": "100"},
                "etf": {"gain": "300"},
                "day_trade": {"gain": "-9"},
            }
        },
        {"tax": "60", "tax_stocks": "15", "tax_etf": "45", "loss_carried_day_trade": "9"},
        HAND,
    ),
    (
        "year",
        {
            "rule": "DARF minimum 10",
            "months": [
                {"m": "2026-01", "sales": "25000", "gain": "40", "irrf": "0"},
                {"m": "2026-02", "sales": "0", "gain": "0", "fii_gain": "50", "day_trade_gain": "-10"},
            ],
        },
        {"tax_due": {"2026-01": "0", "2026-02": "16"}, "loss_carried": "10"},
        HAND,
    ),
    ("irrf_day_trade", {"daily_results": ["1000", "-600"]}, {"irrf": "10"}, HAND),
    (
        "darf_late",
        {"amount": "1000", "period": "2026-01", "paid_on": "2026-03-02", "selic": []},
        {"days_late": 3, "fine": "9.90", "interest": "10.00", "total": "1019.90"},
        HAND,
    ),
    ("darf", {"period": "2026-01", "amount": "10.00"}, {"payable": True, "carried": "0"}, HAND),
    (
        "split",
        {"quantity": 10, "average_cost": "40", "ratio": "1:4"},
        {"quantity": 40, "average_cost": "10"},
        HAND,
    ),
    (
        "reverse_split",
        {"quantity": 105, "total_cost": "1050", "ratio": "10:1"},
        {"quantity": 10, "fraction": "0.5"},
        HAND,
    ),
    (
        "amortization",
        {"quantity": 10, "total_cost": "100", "amortization_per_unit": "12"},
        {"total_cost": "0", "gain": "20"},
        HAND,
    ),
    (
        "spin_off",
        {"quantity": 100, "total_cost": "1000", "ratio": "0.25", "cost_pct": "20"},
        {"total_cost": "800", "new_asset_quantity": 25, "new_asset_total_cost": "200"},
        HAND,
    ),
    (
        "subscription",
        {"quantity": 100, "average_cost": "10", "subscribed": 20, "subscription_price": "8.5"},
        {"quantity": 120, "total_cost": "1170"},
        HAND,
    ),
    (
        "fraction_auction",
        {"fraction": "0.21", "fraction_cost": "3.32", "proceeds": "5.00"},
        {"gain": "1.68"},
        HAND,
    ),
    (
        "fifo",
        {"operations": [["buy", 100, "10.00"], ["buy", 100, "12.00"], ["sell", 150, "13.00"]]},
        {"gain": "350", "remaining_quantity": 50, "remaining_cost": "600"},
        HAND,
    ),
    (
        "dividend_withholding",
        {"month": "2026-03", "payments": [["PJ1", "60000.00"]], "approved_on": "2025-12-20"},
        {"irrf": "0", "net": "60000"},
        "Lei 15.270/2025: profits of 2025 decided in time",
    ),
    (
        "jcp_net",
        {"payment_date": "2025-12-30", "gross": "100.00"},
        {"rate_pct": "15", "irrf": "15", "net": "85"},
        HAND,
    ),
    ("fii_income", {"gross": "100.00", "holders": 99}, {"irrf": "20", "exempt": False}, HAND),
    ("b3_fees", {"date": "2024-05-10", "type": "day_trade", "value": "10000"}, {"total": "2.30"}, HAND),
]


@pytest.mark.parametrize(("topic", "inputs", "expected", "source"), [*PUBLISHED, *NEIGHBOURS])
def test_worked_cases_pass(topic: str, inputs: dict[str, Any], expected: dict[str, Any], source: str) -> None:
    """Each within half a cent, or a cent where the source rounds an average."""
    case = {"id": source, "topic": topic, "inputs": inputs, "expected": expected, "tolerance": "0.005"}
    result = run_case(case, registry())
    assert result.is_pass, result.line()


def test_operations_may_be_objects() -> None:
    """The same trades as rows and as objects."""
    operations = [
        {"date": "2026-01-05", "side": "compra", "ticker": "A", "quantity": 10, "price": "10", "fees": "1"},
        {"date": "2026-01-06", "operation": "sell", "ticker": "A", "qty": 10, "unit_price": "12"},
    ]
    case = {
        "topic": "average_cost_with_fees",
        "inputs": {"operations": operations},
        "expected": {"gain": "19"},
    }
    assert run_case(case, registry()).is_pass


def test_a_category_that_is_not_known_fails() -> None:
    """It is not taken for shares."""
    case = {"topic": "category_tax", "inputs": {"category": "vinho", "gain": "1"}, "expected": {"tax": "0"}}
    assert "no category is known" in run_case(case, registry()).got
    with pytest.raises(KeyError):
        category_named("vinho")


@pytest.mark.skipif(not WIDER.is_dir(), reason="the wider set of cases is not here")
def test_the_wider_set_passes() -> None:
    """All published cases of tax, when the set lies next to the repository."""
    results = run_paths([WIDER], registry())
    assert len(results) >= 62
    assert [result.line() for result in results if not result.is_pass] == []
