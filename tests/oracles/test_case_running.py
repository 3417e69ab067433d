"""The runner of worked cases: what passes, what fails, and what it prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracles.__main__ import main
from tests.oracles.case_running import agrees, registry, run_case, run_paths
from tests.oracles.fixed_income_tax import kind_of

WIDER = Path(__file__).parents[3] / "shared" / "oracles" / "fixed-income"
LTN = {
    "id": "stn-ltn-2008",
    "topic": "ltn_pu",
    "inputs": {"settlement": "2008-05-21", "maturity": "2010-07-01", "rate_pct": "14.3600"},
    "expected": {"business_days": 532, "pu": "753.315323"},
    "tolerance": "0",
}
#: Neighbours of the published topics: each is answered too, with these names.
NEIGHBOURS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ntnf_rate": (
        {"settlement": "2024-07-05", "maturity": "2035-01-01", "pu": "895.359254"},
        {"rate_pct": "11.921"},
    ),
    "ntnb_rate": (
        {"settlement": "2024-05-31", "maturity": "2035-05-15", "pu": "4271.864805", "vna": "4299.160173"},
        {"rate_pct": "6.149"},
    ),
    "ntnc_pu": (
        {"settlement": "2025-03-21", "maturity": "2031-01-01", "rate_pct": "6.7626", "vna": "6598.913723"},
        {"quotation_pct": "126.4958", "pu": "8347.348705"},
    ),
    "ntnc_rate": (
        {"settlement": "2008-05-21", "maturity": "2011-03-01", "pu": "2207.556177", "vna": "2126.473734"},
        {"rate_pct": "4.9877"},
    ),
    "ntnc_coupon": ({"vna": "1000", "maturity": "2031-01-01"}, {"coupon": "58.300520"}),
    "ntnbp_pu": (
        {"settlement": "2019-10-25", "maturity": "2024-08-15", "rate_pct": "2.19", "vna": "3238.649808"},
        {"quotation_pct": "90.1594", "pu": "2919.947234"},
    ),
    "lft_quotation": (
        {"settlement": "2024-07-24", "maturity": "2030-09-01", "rate_pct": "0.1717"},
        {"quotation_pct": "98.9645"},
    ),
    "lft_pu_from_quotation": ({"quotation_pct": "99.9291", "vna": "15785.324502"}, {"pu": "15774.132706"}),
    "lft_rate_from_quotation": (
        {"settlement": "2024-07-24", "maturity": "2030-09-01", "quotation_pct": "98.9645"},
        {"rate_pct": "0.1717"},
    ),
    "td_ntnf_price": (
        {"settlement": "2024-07-05", "maturity": "2035-01-01", "rate_pct": "11.921"},
        {"td_price": "895.35"},
    ),
    "td_ntnb_price": (
        {"settlement": "2024-05-31", "maturity": "2035-05-15", "rate_pct": "6.149", "vna": "4299.160173"},
        {"td_price": "4271.86"},
    ),
    "ntnf_pu": (
        {"settlement_date": "2024-07-05", "maturity": "2035-01-01", "yield_pct": "11.921"},
        {"pu": "895.359254"},
    ),
    "td_ltn_price": (
        {"trade": "2019-10-22", "maturity_date": "2022-01-01", "rate": "4.99"},
        {"td_price": "899.17", "business_days": 550},
    ),
    "td_ntnbp_price": (
        {"settlement": "2019-10-25", "maturity": "2024-08-15", "rate_pct": "2.19", "vna": "3238.649808"},
        {"td_price": "2919.94"},
    ),
    "td_ntnc_price": (
        {"settlement": "2025-03-21", "maturity": "2031-01-01", "rate_pct": "6.7626", "vna": "6598.913723"},
        {"td_price": "8347.34"},
    ),
    "ntnb_pu_from_quotation": ({"quotation": "99.3651", "vna": "4299.160173"}, {"pu": "4271.864805"}),
    "spread_pu_by_day": (
        # Debenture event of 2018-10-11, its PU before the event.
        {"nominal_before": "97.75", "di_factor": "1.03120491", "spread_pct_252": "3.9", "business_days": 125},
        {"pu": "102.7314877", "interest": "4.9814877"},
    ),
    "cdi_spread_pu": (
        {"di_pct": "6.89", "business_days": 22, "spread_pct": "0", "nominal": "1000"},
        {"pu": "1005.83386"},
    ),
    "ipca_spread_pu": (
        {"nominal": "1000", "index_prev": "7060.10", "index_next": "7100.50", "dup": 10, "dut": 21}
        | {"rate_pct": "0", "business_days": 10},
        {"vna": "1002.72083", "pu": "1002.72083"},
    ),
    "prefixed_cdb": (
        {"principal": "10000", "rate_pct": "12.5", "business_days": 378},
        {"value": "11932.42"},
    ),
    "savings_old_rule": ({"tr_pct": "0.0468"}, {"total_pct": "0.5470"}),
    "savings_new_rule": (
        {"tr_pct": "0", "selic_target_pct": "7.25", "deposit_date": "2012-10-11"},
        {"total_pct": "0.4134"},
    ),
    "iof_rate": ({"day": 10}, {"iof_pct": "66"}),
    "redemption_tax": (
        {"product": "debenture incentivada", "gross_yield": "532.10", "calendar_days": 10},
        {"iof": "0", "ir": "0", "net_yield": "532.10"},
    ),
    "ir_rate": ({"bought_on": "2026-01-05", "redeemed_on": "2026-07-05"}, {"rate_pct": "20"}),
    "td_lft_price": (
        {"settlement": "2024-07-24", "maturity": "2030-09-01", "rate_pct": "0.1717", "vna": "15785.324502"},
        {"td_price": "15621.86"},
    ),
}


def echo(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answers with what was put in."""
    return inputs


def case(inputs: Any, expected: Any, tolerance: str = "0", topic: str = "echo") -> dict[str, Any]:
    return {"id": "c", "topic": topic, "inputs": inputs, "expected": expected, "tolerance": tolerance}


@pytest.mark.parametrize("topic", NEIGHBOURS)
def test_the_neighbours_of_the_published_topics_are_answered(topic: str) -> None:
    """Topics that a wider set may ask for have an adapter with the usual names, exact to the last digit."""
    inputs, expected = NEIGHBOURS[topic]
    result = run_case(case(inputs, expected, topic=topic), registry())
    assert result.is_pass, result.line()


@pytest.mark.parametrize(
    ("expected", "got", "tolerance", "verdict"),
    [
        ("1.50", Decimal("1.5"), "0", True),
        ("1.50", Decimal("1.51"), "0", False),
        ("1.50", Decimal("1.51"), "0.01", True),
        ("1.50", Decimal("1.510001"), "0.01", False),
        ("2026-06-02", "2026-06-02", "1", True),
        ("2026-06-02", "2026-06-03", "1", False),
        (True, 1, "0", False),
        (1, True, "0", False),
        (None, None, "0", True),
        ("1", None, "0", False),
        ("1", "NaN", "9", False),
        ([1, 2], [1, 2, 3], "0", False),
        ([{"a": "1"}], [{"a": 1, "b": 2}], "0", True),
        ({"a": "1"}, {"b": "1"}, "0", False),
    ],
)
def test_what_agrees(expected: Any, got: Any, tolerance: str, verdict: bool) -> None:
    """Numbers within the tolerance, all else equal, nothing expected missing; more is no harm."""
    assert agrees(expected, got, Decimal(tolerance)) is verdict


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (case({}, {"a": 1}, topic="unheard_of"), "no adapter for this topic"),
        (case({}, {}), "the case expects nothing"),
        ({"id": "c", "topic": "echo", "expected": {"a": 1}}, "KeyError"),
        (case({"a": 1}, {"a": 1}, tolerance="small"), "InvalidOperation"),
    ],
)
def test_a_case_that_cannot_be_answered_fails(broken: dict[str, Any], told: str) -> None:
    """An unknown topic, nothing expected, no inputs or an odd tolerance are failures that say why."""
    result = run_case(broken, {"echo": echo})
    assert not result.is_pass
    assert told in result.got


def test_files_and_folders_are_run_in_order(tmp_path: Path) -> None:
    """A list, a document with cases, a folder inside, and a file that is neither."""
    (tmp_path / "b").mkdir()
    (tmp_path / "a.json").write_text(json.dumps([LTN]))
    (tmp_path / "b" / "c.json").write_text(json.dumps({"cases": [LTN | {"id": "second"}]}))
    (tmp_path / "d.json").write_text('{"nothing": 1}')
    results = run_paths([tmp_path], registry())
    assert [(r.id, r.is_pass) for r in results] == [
        ("stn-ltn-2008", True),
        ("second", True),
        ("d.json", False),
    ]


def test_the_report_and_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line per case and a summary; 0 when all pass, 1 when one fails, 2 when nothing was run."""
    good, bad, empty = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "empty.json"
    good.write_text(json.dumps([LTN]))
    bad.write_text(json.dumps([LTN | {"expected": {"pu": "753.315324"}}]))
    empty.write_text("[]")
    numbers = '{"business_days": 532, "pu": "753.315323"}'
    assert main([str(good)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"pass  stn-ltn-2008  ltn_pu  expected {numbers}  got {numbers}",
        "1 cases: 1 pass, 0 fail",
    ]
    assert main([str(good), str(bad)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "2 cases: 1 pass, 1 fail"
    assert main([str(empty)]) == main([]) == 2


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        ("CDB", "taxed"),
        ("Tesouro IPCA+ 2035", "taxed"),
        ("debenture comum", "taxed"),
        ("debênture incentivada", "exempt"),
        ("LCA", "exempt"),
        ("poupança", "exempt"),
    ],
)
def test_products_of_cases_are_taxed_by_their_kind(product: str, kind: str) -> None:
    """Names as cases write them, accents or not."""
    assert kind_of(product) == kind


def test_a_product_that_is_not_known_fails() -> None:
    """It is not taken for a taxed one."""
    odd = case({"product": "consórcio", "gross_yield": "1", "calendar_days": 1}, {"ir": "0"})
    assert "no tax is known" in run_case(odd | {"topic": "redemption_tax"}, registry()).got


@pytest.mark.skipif(not WIDER.is_dir(), reason="the wider set of cases is not here")
def test_the_wider_set_passes() -> None:
    """All published cases, when the set lies next to the repository."""
    results = run_paths([WIDER, WIDER.parent / "tax" / "fixed-income-tax.json"], registry())
    assert len(results) >= 136
    assert [result.line() for result in results if not result.is_pass] == []
