"""What is withheld of distributions, by law and date; published cases are carried in with their source."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import round_half_up
from fiel.tax.income import (
    DECIDED_BY_UNDER_INJUNCTION,
    PayerPayment,
    Payout,
    WithholdingOptions,
    dividend_withholdings,
    minimum_tax,
    month_total,
    net_per_unit,
    rule_for,
    withholding,
)

LAW = "Lei 15.270/2025 (art. 6-A of Lei 9.250/1995)"
#: (case, inputs, expected, source).
CASES: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    (
        "dividend_withholding",
        {"month": "2026-03", "payments": [["PJ1", "60000.00"]]},
        {"irrf": "6000.00"},
        LAW,
    ),
    (
        "dividend_withholding",
        {"month": "2026-05", "payments": [["PJ1", "40000.00"], ["PJ2", "40000.00"]]},
        {"irrf": "0.00"},
        LAW,
    ),
    ("dividend_withholding", {"month": "2025-12", "payments": [["PJ1", "500000.00"]]}, {"irrf": "0.00"}, LAW),
    (
        "irpfm_gross",
        {"annual_income": "900000"},
        {"rate_pct": "5", "irpfm_before_credits": "45000.00"},
        "Lei 15.270/2025; example of bpoconsulting.com.br",
    ),
    (
        "irpfm_gross",
        {"annual_income": "1500000"},
        {"rate_pct": "10", "irpfm_before_credits": "150000.00"},
        "Lei 15.270/2025",
    ),
    (
        "jcp_net",
        {"payment_or_credit_date": "2026-02-02", "gross_per_share": "0.018182"},
        {"rate_pct": "17.5", "net_per_share": "0.015"},
        "Itau Unibanco, notice of 2026-01-26",
    ),
]
SHARED = Path("/work/shared/oracles/tax/dividends-jcp.json")


def _answer(topic: str, inputs: dict[str, Any]) -> dict[str, Decimal]:
    if topic == "dividend_withholding":
        year, month = map(int, inputs["month"].split("-"))
        payments = [
            PayerPayment(str(i), payer, date(year, month, 10), Decimal(gross))
            for i, (payer, gross) in enumerate(inputs["payments"])
        ]
        taxes = dividend_withholdings(payments).values()
        return {"irrf": sum((tax.amount for tax in taxes), Decimal("0.00"))}
    if topic == "irpfm_gross":
        tax = minimum_tax(Decimal(inputs["annual_income"]))
        return {"rate_pct": tax.rate_percent, "irpfm_before_credits": tax.amount}
    day = date.fromisoformat(inputs["payment_or_credit_date"])
    net = net_per_unit(Payout.JCP, Decimal(inputs["gross_per_share"]), day)
    return {"rate_pct": rule_for(Payout.JCP, day).rate * 100, "net_per_share": net}


@pytest.mark.parametrize(("topic", "inputs", "expected", "source"), CASES)
def test_published_cases(topic: str, inputs: dict[str, Any], expected: dict[str, str], source: str) -> None:
    """The law's own numbers and those that a bank and an office published."""
    got = _answer(topic, inputs)
    for name, value in expected.items():
        assert abs(got[name] - Decimal(value)) <= Decimal("0.000001"), source


@pytest.mark.skipif(not SHARED.exists(), reason="an extra: the file is not part of the repository")
def test_shared_cases() -> None:
    """Every case of the file, when it is there."""
    for case in json.loads(SHARED.read_text(encoding="utf-8"))["cases"]:
        got = _answer(case["topic"], case["inputs"])
        for name, value in case["expected"].items():
            assert abs(got[name] - Decimal(value)) <= Decimal(case["tolerance"]), case["id"]


def test_jcp_changes_its_rate_with_the_year() -> None:
    """15 % to the last day of 2025, 17.5 % from the first of 2026, half up to the cent."""
    gross = Decimal("10.30")
    assert withholding(Payout.JCP, gross, date(2025, 12, 31)).amount == Decimal("1.55")
    after = withholding(Payout.JCP, gross, date(2026, 1, 1))
    assert (after.rule, after.rate, after.amount, after.net) == (
        "jcp_2026",
        Decimal("0.175"),
        Decimal("1.80"),
        Decimal("8.50"),
    )


def test_the_limit_is_of_the_month_and_the_payer() -> None:
    """R$ 50,000.00 exactly is free; a cent more taxes all of it; another payer or month does not count."""
    half = Decimal("25000.00")
    first = PayerPayment("1", "PJ1", date(2026, 3, 2), half)
    second = PayerPayment("2", "PJ1", date(2026, 3, 31), half)
    assert all(not one.amount for one in dividend_withholdings([first, second]).values())
    cent = PayerPayment("3", "PJ1", date(2026, 3, 31), Decimal("0.01"))
    taxed = dividend_withholdings([cent, second, first])
    assert [taxed[id_].amount for id_ in "123"] == [Decimal("2500.00"), Decimal("2500.00"), Decimal("0.00")]
    assert taxed["1"].rule == "dividend_2026"
    for other in (
        PayerPayment("3", "PJ2", date(2026, 3, 31), half),
        PayerPayment("3", "PJ1", date(2026, 4, 1), half),
    ):
        assert all(not one.amount for one in dividend_withholdings([first, second, other]).values())


def test_profits_of_2025_decided_in_time_are_free_until_2028() -> None:
    """Decided by 2025-12-31 and paid by the end of 2028: exempt, and it does not count towards the limit."""
    gross, in_time = Decimal("90000.00"), date(2025, 12, 31)
    free = withholding(Payout.DIVIDEND, gross, date(2028, 12, 31), in_time)
    assert (free.rule, free.amount) == ("dividend_of_2025", Decimal("0.00"))
    assert withholding(Payout.DIVIDEND, gross, date(2029, 1, 1), in_time).amount == Decimal("9000.00")
    assert withholding(Payout.DIVIDEND, gross, date(2026, 3, 1), date(2026, 1, 1)).amount == Decimal(
        "9000.00"
    )
    payments = [
        PayerPayment("old", "PJ1", date(2026, 3, 1), gross, in_time),
        PayerPayment("new", "PJ1", date(2026, 3, 1), Decimal("40000.00")),
    ]
    assert month_total(payments) == Decimal("40000.00")
    assert not any(one.amount for one in dividend_withholdings(payments).values())


def test_the_injunction_moves_the_day_for_those_who_rely_on_it() -> None:
    """Decided in January 2026: taxed by the law, exempt under the injunction."""
    args = (Payout.DIVIDEND, Decimal("90000.00"), date(2026, 6, 1), date(2026, 1, 31))
    assert withholding(*args).amount == Decimal("9000.00")
    relying = WithholdingOptions(decided_by=DECIDED_BY_UNDER_INJUNCTION)
    assert withholding(*args, options=relying).amount == Decimal("0.00")


def test_funds_capital_and_the_rest() -> None:
    """Fund income is free or pays 20 %; capital and what is not known here lose nothing."""
    day, gross = date(2026, 3, 1), Decimal("100.00")
    assert withholding(Payout.FUND_INCOME, gross, day).amount == 0
    taxed = withholding(Payout.FUND_INCOME, gross, day, options=WithholdingOptions(exempt=False))
    assert (taxed.rule, taxed.amount) == ("fund_taxed", Decimal("20.00"))
    assert withholding(Payout.CAPITAL, gross, day).amount == 0
    assert withholding(Payout.OTHER, gross, day).rule == "not_known_here"


def test_who_owes_a_payment_is_not_taxed_on_it() -> None:
    """A negative gross passes as it is, and does not lower the month's total."""
    assert withholding(Payout.JCP, Decimal("-10.00"), date(2026, 3, 1)).net == Decimal("-10.00")
    payments = [
        PayerPayment("long", "PJ1", date(2026, 3, 1), Decimal("50000.01")),
        PayerPayment("short", "PJ1", date(2026, 3, 1), Decimal("-20000.00")),
    ]
    taxed = dividend_withholdings(payments)
    assert (taxed["long"].amount, taxed["short"].amount) == (Decimal("5000.00"), Decimal("0.00"))


def test_days_before_the_law_and_ids_twice_are_refused() -> None:
    """No row, no answer; one id cannot name two payments."""
    with pytest.raises(InvalidInput) as early:
        withholding(Payout.JCP, Decimal(1), date(1995, 12, 31))
    assert early.value.code == "withholding_before_rules"
    twin = PayerPayment("1", "PJ1", date(2026, 3, 1), Decimal(1))
    with pytest.raises(InvalidInput) as twice:
        dividend_withholdings([twin, twin])
    assert twice.value.code == "payment_twice"


@pytest.mark.parametrize(
    ("income", "rate", "tax"),
    [("600000.00", "0", "0.00"), ("660000", "1", "6600.00"), ("1200000", "10", "120000.00")],
)
def test_the_minimum_tax_starts_at_zero_and_stops_at_ten_percent(income: str, rate: str, tax: str) -> None:
    """Nothing at the lower edge, the full rate at the upper one."""
    got = minimum_tax(Decimal(income))
    assert (got.rate_percent, got.amount) == (Decimal(rate), Decimal(tax))


@given(
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 3_000_000)), min_size=1, max_size=8), st.randoms()
)
def test_the_parts_of_a_month_sum_to_its_tax(parts: list[tuple[int, int]], random: Random) -> None:
    """10 % of the total to the cent, in any order, however the month is cut."""
    payments = [
        PayerPayment(str(i), "PJ", date(2026, 7, day), Decimal(cents).scaleb(-2))
        for i, (day, cents) in enumerate(parts)
    ]
    total = month_total(payments)
    taxed = dividend_withholdings(payments)
    random.shuffle(payments)
    assert dividend_withholdings(payments) == taxed
    due = round_half_up(total / 10, 2) if total > 50_000 else Decimal(0)
    assert sum(one.amount for one in taxed.values()) == due
