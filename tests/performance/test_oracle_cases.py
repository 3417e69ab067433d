"""Worked cases of performance through the runner: a few here, and the wider set when it is there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracles.case_inputs import AnyOf
from tests.oracles.case_running import agrees, registry, run_case, run_paths
from tests.oracles.performance_topics import as_case

WIDER = Path(__file__).parents[3] / "shared" / "oracles" / "performance"

#: Published worked examples, each with its source.
CASES: dict[str, dict[str, Any]] = {
    # Microsoft, documentation of XIRR.
    "xirr": {
        "input": {
            "cash_flows": [
                ["2008-01-01", -10000],
                {"date": "2008-03-01", "amount": 2750},
                {"date": "2008-10-30", "amount": 4250},
                {"date": "2009-02-15", "amount": 3250},
                {"date": "2009-04-01", "amount": 2750},
            ]
        },
        "expected": {"xirr": 0.373362535},
        "tolerance": "1e-7",
    },
    # Portfolio Performance, documentation of the time-weighted return.
    "annualise": {
        "input": {"total_return": 0.3, "days": 730, "basis": 365},
        "expected": {"annualised": 0.1402},
        "tolerance": "5e-5",
    },
    "twr_daily": {
        "input": {
            "days": [
                {"date": "2011-12-31", "end_value": 10000},
                {"date": "2012-01-01", "end_value": 10230},
                {"date": "2012-01-02", "inflow": 200, "end_value": 10630},
                {"date": "2012-01-03", "outflow": 400, "end_value": 9995.59},
            ]
        },
        "expected": {"twr": 0.019624983, "daily": [0, 0.023, 0.019175455, -0.0220517]},
        "tolerance": "1e-7",
    },
    "drawdown": {
        "input": {"cumulative_returns": [1, 1, -0.5, 1, 1, 2, 3]},
        "expected": {"max_drawdown": 0.75},
        "tolerance": "1e-10",
    },
    "modified_dietz": {
        "input": {
            "start": "2026-01-01",
            "end": "2026-01-31",
            "initial": 1000,
            "final": 1200,
            "flows": [{"date": "2026-01-16", "amount": 100}],
        },
        "expected": {"modified_dietz": 0.0952380952},
        "tolerance": "1e-10",
    },
    "split": {
        "input": {
            "trades_before_adjustment": [
                {"date": "2020-01-01", "type": "BUY", "quantity": 10, "price": 100},
                {"date": "2021-01-01", "type": "SELL", "quantity": 5, "price": 60},
            ],
            "splits": [{"date": "2021-01-01", "numerator": 2, "denominator": 1}],
        },
        "expected": {"quantity": 15, "average_price": 50, "cost": 750},
        "tolerance": "0",
    },
    # Ghostfolio's specification of buying two and selling one (NOVN): cost, average and gains.
    "position_gain": {
        "input": {
            "as_of": "2022-04-11",
            "activities": [
                {"date": "2022-03-07", "type": "BUY", "quantity": 2, "price": 75.8, "fee": 1.3},
                {"date": "2022-04-08", "type": "SELL", "quantity": 1, "price": 85.73, "fee": 2.95},
            ],
            "closing_prices": {"2022-04-11": 87.8},
        },
        "expected": {
            "quantity": 1,
            "average_price": 75.8,
            "cost": 75.8,
            "market_value": 87.8,
            "gross_gain": 21.93,
            "net_gain": 17.68,
            "gross_return": "0.15113417083448",
        },
        "tolerance": "1e-9",
    },
    "period_attribution": {
        "input": {
            "start": "2025-12-31",
            "end": "2026-12-31",
            "prices": {"A": [["2025-01-01", 100], ["2026-06-01", 110]]},
            "events": [
                {"date": "2025-02-01", "type": "deposit", "amount": 2000},
                {"date": "2025-02-01", "type": "buy", "security": "A", "shares": 10, "amount": 1000},
                {"date": "2026-06-02", "type": "dividend", "security": "A", "amount": 17, "tax": 3},
                {"date": "2026-07-01", "type": "sell", "security": "A", "shares": 4, "amount": 439, "fee": 1},
                {"date": "2026-08-01", "type": "withdrawal", "amount": 100},
            ],
        },
        "expected": {
            "initial_value": 2000,
            "unrealized_gains": 60,
            "realized_gains": 40,
            "earnings": 20,
            "taxes": 3,
            "fees": 1,
            "net_transfers": -100,
            "final_value": 2016,
        },
        "tolerance": "0",
    },
}


@pytest.mark.parametrize("kind", CASES)
def test_a_worked_case_is_answered(kind: str) -> None:
    """Each kind by the names its file uses."""
    result = run_case(as_case({"id": kind, "kind": kind, **CASES[kind]}), registry())
    assert result.is_pass, result.line()


def test_one_of_several_rates_is_an_answer_and_another_number_is_not() -> None:
    """Flows with two rates pass with either, and a case that says none exists fails."""
    flows = [{"date": "2025-01-01", "amount": -100}, {"date": "2026-01-01", "amount": 230}]
    flows.append({"date": "2027-01-01", "amount": -132})
    for expected, verdict in ((0.1, True), (0.2, True), (0.15, False), (None, False)):
        case = {"kind": "xirr", "input": {"cash_flows": flows}, "expected": {"xirr": expected}}
        assert run_case(as_case({**case, "tolerance": "1e-6"}), registry()).is_pass is verdict
    assert not agrees(None, AnyOf(()), Decimal(0))


def test_a_case_with_a_topic_stays_as_it_is() -> None:
    """The other files are not touched."""
    case = {"topic": "xirr", "kind": "published", "inputs": {}, "input": {}}
    assert as_case(case) == case


@pytest.mark.skipif(not WIDER.is_dir(), reason="the wider set of cases is not here")
def test_the_wider_set_passes() -> None:
    """All cases of performance, when the set lies next to the repository."""
    results = run_paths([WIDER], registry())
    assert len(results) >= 51
    assert [result.line() for result in results if not result.is_pass] == []
