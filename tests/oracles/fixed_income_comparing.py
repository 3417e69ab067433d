"""Oracle topics of returns, savings and calendars, answered by the product.

`TOPICS[topic](inputs)` answers in the shape of a case's `expected`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fiel.fixed_income.accrual.interest import annual_rate_of
from fiel.fixed_income.returns import (
    annualised,
    daily_percent_of_cdi,
    decompose,
    exempt_equivalent,
    over_cdi,
    percent_of_cdi,
    real_return,
    taxed_equivalent,
)
from fiel.fixed_income.savings import FIXED_ADDITIONAL, NEW_RULE_SINCE, additional_percent, month_total
from fiel.kernel.calendars import BusinessCalendar, anbima, b3
from fiel.performance.xirr import xirr
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick

# Returns


def _decomposition(inputs: Inputs) -> Answer:
    if "start_price" not in inputs:
        total = pick(inputs, "total_pct", "nominal_pct")
        inflation = pick(inputs, "inflation_pct", "ipca_pct")
        return {"real_pct": real_return(str(total), str(inflation))}
    prices = str(inputs["start_price"]), str(inputs["end_price"])
    found = decompose(*prices, str(inputs["start_vna"]), str(inputs["end_vna"]))
    return {"total_pct": found.total, "inflation_pct": found.inflation, "real_pct": found.real}


def _percent_of_di_daily(inputs: Inputs) -> Answer:
    rate, benchmark = (Decimal(str(inputs[name])) * 100 for name in ("prefixed_rate", "di_rate"))
    percent = daily_percent_of_cdi(rate, benchmark, 252, 18)
    return {"ratio": percent / 100, "percent": percent}


def _percent_of_cdi_period(inputs: Inputs) -> Answer:
    made = str(pick(inputs, "return_pct", "portfolio_pct", "total_pct"))
    benchmark = str(pick(inputs, "cdi_pct", "di_pct"))
    answer: Answer = {"spread_pct": over_cdi(made, benchmark)}
    answer["percent_of_cdi"] = answer["percent"] = percent_of_cdi(made, benchmark, 8)
    if "business_days" in inputs:
        answer["daily_percent"] = daily_percent_of_cdi(made, benchmark, int(inputs["business_days"]), 8)
    return answer


def _annualised(inputs: Inputs) -> Answer:
    yearly = annualised(str(pick(inputs, "return_pct", "total_pct")), int(inputs["business_days"]), 8)
    return {"annual_pct": yearly, "rate_pct": yearly}


def _rate_of_factor(inputs: Inputs) -> Answer:
    return {"rate_pct": annual_rate_of(str(inputs["factor"]), int(inputs["business_days"]), 8)}


def _equivalence(inputs: Inputs) -> Answer:
    tax = str(pick(inputs, "tax_pct", "ir_pct", "ir_rate_pct"))
    names = ("lci_percent", "lci_pct_of_cdi", "lca_percent", "exempt_pct", "p_lci")
    exempt = given(inputs, *names, otherwise=None)
    if exempt is not None:
        taxed = taxed_equivalent(str(exempt), tax, 8)
        return dict.fromkeys(("cdb_percent", "cdb_pct_of_cdi", "taxed_pct", "p_cdb", "percent"), taxed)
    taxed = pick(inputs, "cdb_percent", "cdb_pct_of_cdi", "taxed_pct", "p_cdb")
    free = exempt_equivalent(str(taxed), tax, 8)
    return dict.fromkeys(("lci_percent", "lci_pct_of_cdi", "exempt_pct", "p_lci", "percent"), free)


def _xirr(inputs: Inputs) -> Answer:
    return {"rate": xirr((as_day(day), Decimal(str(amount))) for day, amount in inputs["flows"])}


# Savings and calendars


def _savings_additional(inputs: Inputs) -> Answer:
    deposited = given(inputs, "deposit_date", "deposit_after", otherwise=NEW_RULE_SINCE.isoformat())
    return {"additional_pct": additional_percent(str(inputs["selic_target_pct"]), as_day(deposited))}


def _savings_total(inputs: Inputs) -> Answer:
    additional = inputs.get("additional_pct")
    if additional is None:
        names = ("deposit_date", "deposit_after", "period_start")
        deposited = given(inputs, *names, otherwise=NEW_RULE_SINCE.isoformat())
        target = pick(inputs, "selic_target_pct", "selic_meta_pct", "selic_pct")
        additional = additional_percent(str(target), as_day(deposited))
    total = month_total(str(given(inputs, "tr_pct", "tr", otherwise="0")), str(additional))
    return {"total_pct": total, "rate_pct": total, "additional_pct": additional}


def _savings_old(inputs: Inputs) -> Answer:
    return _savings_total({"additional_pct": str(FIXED_ADDITIONAL), **inputs})


def _calendar(name: str, reference: date) -> BusinessCalendar:
    return b3() if name.upper().startswith("B3") else anbima(reference)


def _is_business_day(inputs: Inputs) -> Answer:
    day = as_day(inputs["date"])
    reference = as_day(given(inputs, "reference_date", otherwise=inputs["date"]))
    return {"value": _calendar(inputs["calendar"], reference).is_business_day(day)}


def _business_days_between(inputs: Inputs) -> Answer:
    start, end = as_day(inputs["start"]), as_day(inputs["end"])
    reference = as_day(given(inputs, "reference_date", otherwise=inputs["start"]))
    calendar = _calendar(given(inputs, "calendar", otherwise="ANBIMA"), reference)
    return {"business_days": calendar.business_days_between(start, end)}


def _settlement_t2(inputs: Inputs) -> Answer:
    return {"settlement": b3().add_business_days(as_day(inputs["trade_date"]), 2).isoformat()}


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        "real_return_decomposition": _decomposition,
        "real_return": _decomposition,
        "percent_of_di_daily": _percent_of_di_daily,
        "percent_of_cdi_period": _percent_of_cdi_period,
        "percent_of_cdi": _percent_of_cdi_period,
        "annualised_return": _annualised,
        "rate_from_factor": _rate_of_factor,
        "lci_cdb_equivalence": _equivalence,
        "lci_cdb_equivalent": _equivalence,
        "lca_cdb_equivalence": _equivalence,
        "xirr": _xirr,
        "savings_additional_pct": _savings_additional,
        "savings_month_total": _savings_total,
        "savings_old_rule": _savings_old,
        "savings_new_rule": _savings_total,
        "savings_rate": _savings_total,
        "savings_month": _savings_total,
        "poupanca_month": _savings_total,
        "is_business_day": _is_business_day,
        "business_days_between": _business_days_between,
        "settlement_t2": _settlement_t2,
    }
)
