"""Oracle topics of accrual and private credit, answered by the product; with `fixed_income_comparing`.

`TOPICS[topic](inputs)` answers in the shape of a case's `expected`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from fiel.fixed_income.accrual.daily import (
    DailyRates,
    accumulated_percent,
    annual_from_daily_rate,
    daily_percent,
    daily_rate,
    rate_factor,
)
from fiel.fixed_income.accrual.interest import (
    grown,
    interest,
    interest_factor,
    prefixed_factor,
    prefixed_value,
    spread_factor,
)
from fiel.fixed_income.accrual.ipca import known_factor, projected_factor
from fiel.fixed_income.credit.schedule import Interest
from fiel.fixed_income.credit.settlement import Settlement, settle
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import anbima
from fiel.kernel.rounding import round_half_up, truncate
from tests.oracles import fixed_income_comparing
from tests.oracles.case_inputs import Answer, Inputs, as_day, given, pick

# Daily rates


def _cdi_daily(inputs: Inputs) -> Answer:
    tdi = daily_rate(str(pick(inputs, "di_pct", "selic_pct", "rate_pct")))
    return {"tdi": tdi, "tselic": tdi, "factor": 1 + tdi, "daily_pct": tdi * 100}


def _cdi_daily_sgs12(inputs: Inputs) -> Answer:
    return {"daily_pct": daily_percent(str(pick(inputs, "di_pct", "selic_pct", "rate_pct")))}


def _annual_from_daily(inputs: Inputs) -> Answer:
    tdi = Decimal(str(pick(inputs, "daily_pct", "sgs12_pct", "tdi")))
    annual = annual_from_daily_rate(tdi if "tdi" in inputs else tdi / 100)
    return {"di_pct": annual, "rate_pct": annual, "annual_pct": annual}


def _runs(inputs: Inputs) -> list[Decimal]:
    """TDIs from runs of [rate, days] or from a plain list of rates."""
    runs = given(inputs, "di_pct_runs", "selic_pct_runs", "runs", otherwise=None)
    if runs is None:
        return [daily_rate(str(rate)) for rate in pick(inputs, "di_pct_list", "di_pcts", "di_pct_daily")]
    return [tdi for rate, days in runs for tdi in [daily_rate(str(rate))] * int(days)]


def _cdi_accumulated(inputs: Inputs) -> Answer:
    tdis = _runs(inputs)
    percent = str(given(inputs, "percent_of_di", "percent_of_cdi", otherwise="100"))
    factor = rate_factor(tdis, percent)
    spread = given(inputs, "spread_pct_252", "spread_pct", otherwise=None)
    answer: Answer = {"factor": factor, "factor_8": factor, "di_factor": factor, "business_days": len(tdis)}
    if spread is not None:
        answer["spread_factor"] = spread_factor(str(spread), len(tdis))
        factor = interest_factor(factor, answer["spread_factor"])
        answer |= {"factor": factor, "interest_factor": factor}
    principal = str(given(inputs, "principal", "nominal", "nominal_before", otherwise="1000"))
    answer["value_of_1000"] = truncate(grown("1000", factor), 2)
    answer["value"] = truncate(grown(principal, factor), 2)
    answer["pu"] = grown(principal, factor)
    answer["accumulated_pct"] = round_half_up((factor - 1) * 100, 4)
    return answer


def _period(text: str) -> tuple[date, date]:
    """Start and excluded end of a month, or of two dates that the published tables both include."""
    if ".." in text:
        first, last = (as_day(part) for part in text.split(".."))
        return first, last + timedelta(days=1)
    year, month = (int(part) for part in text.split("-"))
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _cdi_accumulated_month(inputs: Inputs) -> Answer:
    start, end = _period(inputs["period"])
    count = anbima(start).business_days_between(start, end)
    tdi = daily_rate(str(pick(inputs, "di_pct", "selic_pct")))
    return {"business_days": count, "accumulated_pct": accumulated_percent([tdi] * count)}


# Real series


def _file(path: str) -> Path:
    """A shared series, as given or under the folder that holds the shared material."""
    given = Path(path)
    places = [given, *(parent / given for parent in Path(__file__).resolve().parents)]
    return next((place for place in places if place.is_file()), given)


def _series(inputs: Inputs) -> tuple[RateSeries, bool]:
    """The series of a case, and whether it is in percent per day."""
    path = _file(inputs["series"])
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    column = next(name for name in ("rate_pct_per_year", "value") if name in rows[0])
    per_day = "sgs12" in path.name or "sgs11_" in path.name
    return RateSeries.of(path.name, ((as_day(row["date"]), row[column]) for row in rows)), per_day


def _daily_rates(inputs: Inputs, reference: date) -> DailyRates:
    series, per_day = _series(inputs)
    calendar = anbima(reference)
    read = DailyRates.from_daily_percent if per_day else DailyRates.from_annual
    return read(series, calendar)


def _over(inputs: Inputs, start: date, end: date) -> Answer:
    tdis = _daily_rates(inputs, start).rates(start, end)
    return {"accumulated_pct": accumulated_percent(tdis), "business_days": len(tdis)}


def _from_series_month(inputs: Inputs) -> Answer:
    return _over(inputs, *_period(inputs["month"]))


def _from_series_year(inputs: Inputs) -> Answer:
    year = int(inputs["year"])
    return _over(inputs, date(year, 1, 1), date(year + 1, 1, 1))


def _di_factor(inputs: Inputs) -> Answer:
    start, end = as_day(inputs["start"]), as_day(inputs["end"])
    rates = _daily_rates(inputs, start)
    percent = str(given(inputs, "percent_of_di", "percent_of_cdi", "percent_of_selic", otherwise="100"))
    factor = rates.factor(start, end, percent)
    tdis = rates.rates(start, end)
    accumulated = accumulated_percent(tdis)
    answer: Answer = {"di_factor": factor, "factor": factor, "factor_8": factor, "selic_factor": factor}
    answer |= {"business_days": len(tdis), "accumulated_pct": accumulated}
    if "spread_pct_252" in inputs:
        answer["spread_factor"] = spread_factor(str(inputs["spread_pct_252"]), len(tdis))
        answer["interest_factor"] = interest_factor(factor, answer["spread_factor"])
    return answer


# Private credit and prefixed


def _settlement(done: Settlement) -> Answer:
    return {
        "vna": done.updated,
        "interest": done.interest,
        "amortization": done.amortisation,
        "payment": done.payment,
        "pu_before_event": done.price_before,
        "pu_after_event": done.price_after,
        "nominal_after": done.nominal_after,
    }


def _spread(inputs: Inputs) -> Decimal:
    """The factor printed in the case, or the one that its rate makes."""
    if "spread_factor" in inputs:
        return Decimal(str(inputs["spread_factor"]))
    rate = pick(inputs, "real_rate_pct_252", "spread_pct_252", "rate_pct_252", "rate_pct", "spread_pct")
    return spread_factor(str(rate), _count(inputs))


def _count(inputs: Inputs) -> int:
    if "business_days" in inputs:
        return int(inputs["business_days"])
    start, end = as_day(pick(inputs, "start", "issue")), as_day(pick(inputs, "end", "maturity", "event_date"))
    return anbima(start).business_days_between(start, end)


def _event(inputs: Inputs, factor: Decimal) -> Settlement:
    # Deeds issue at 100, 1000 or 10000: the smallest such value that the nominal still fits into.
    likely = Decimal(10) ** max(2, (Decimal(str(inputs["nominal_before"])) - 1).adjusted() + 1)
    original = given(inputs, "original_nominal", otherwise=likely)
    names = ("amortization_per_original_100", "amortization_pct_of_original")
    per_original = given(inputs, *names, otherwise=None)
    current = given(inputs, "amortization_pct_of_vna", "amortization_pct", otherwise="0")
    return settle(
        str(inputs["nominal_before"]),
        index_factor=str(given(inputs, "ipca_factor", "index_factor", otherwise="1")),
        interest_factor=factor,
        amortisation_percent=str(per_original if per_original is not None else current),
        amortisation_base=str(original) if per_original is not None else None,
        treatment=Interest.PAID if given(inputs, "interest_paid", otherwise=True) else Interest.CAPITALISED,
    )


def _ipca_event(inputs: Inputs) -> Answer:
    factor = _spread(inputs)
    return {**_settlement(_event(inputs, factor)), "spread_factor": factor}


def _di_spread_event(inputs: Inputs) -> Answer:
    spread = _spread(inputs)
    factor = interest_factor(str(inputs["di_factor"]), spread)
    return {**_settlement(_event(inputs, factor)), "interest_factor": factor, "spread_factor": spread}


def _di_of(inputs: Inputs) -> Decimal | None:
    """FatorDI as told, or accumulated from the rates of the case; `None` for a paper without it."""
    told = given(inputs, "di_factor", "selic_factor", otherwise=None)
    if told is not None:
        return Decimal(str(told))
    names = ("di_pct_runs", "runs", "di_pct_list", "di_pcts", "di_pct_daily", "selic_pct_runs")
    if any(name in inputs for name in names):
        return rate_factor(_runs(inputs))
    if "series" in inputs:
        start, end = as_day(inputs["start"]), as_day(inputs["end"])
        return _daily_rates(inputs, start).factor(start, end)
    flat = given(inputs, "di_pct", "selic_pct", otherwise=None)
    return None if flat is None else rate_factor([daily_rate(str(flat))] * _count(inputs))


def _index_of(inputs: Inputs) -> str:
    """The index factor as told, or from index numbers or a projection with the days of the month."""
    told = given(inputs, "ipca_factor", "index_factor", otherwise=None)
    if told is not None:
        return str(told)
    if any(name in inputs for name in ("projection_pct", "index_next", "index_end", "index")):
        return str(_ipca_factor(inputs)["factor"])
    return "1"


def _spread_pu(inputs: Inputs) -> Answer:
    """The unit price on a day of a paper at CDI + spread, IPCA + spread or prefixed."""
    spread = _spread(inputs)
    di = _di_of(inputs)
    factor = spread if di is None else interest_factor(di, spread)
    nominal = str(given(inputs, "nominal_before", "nominal", "principal", "vn", otherwise="1000"))
    updated = grown(nominal, _index_of(inputs))
    run_up = interest(updated, factor)
    return {
        "spread_factor": spread,
        "interest_factor": factor,
        "vna": updated,
        "interest": run_up,
        "pu": updated + run_up,
        "value": truncate(updated + run_up, 2),
    }


def _prefixed_value(inputs: Inputs) -> Answer:
    principal = str(given(inputs, "principal", "pv", "nominal", "invested", otherwise="1000"))
    rate, count = str(pick(inputs, "rate_pct", "rate_pct_252", "rate_pct_year")), _count(inputs)
    value = prefixed_value(principal, rate, count, 2)
    return {
        "business_days": count,
        "factor": prefixed_factor(rate, count),
        "value": value,
        "future_value": value,
        "gross": value,
        "pu": prefixed_value(principal, rate, count),
    }


def _ipca_factor(inputs: Inputs) -> Answer:
    passed = int(given(inputs, "d", "dup", "days_elapsed", otherwise=1))
    total = int(given(inputs, "D", "dut", "days_total", otherwise=1))
    if "projection_pct" in inputs:
        return {"factor": projected_factor(str(inputs["projection_pct"]), passed, total)}
    current = pick(inputs, "index_next", "index_end", "index")
    before = pick(inputs, "index_prev", "index_start", "index_previous")
    return {"factor": known_factor(str(current), str(before), passed, total)}


TOPICS: Mapping[str, Callable[[Inputs], Answer]] = MappingProxyType(
    {
        **fixed_income_comparing.TOPICS,
        "cdi_daily": _cdi_daily,
        "selic_daily": _cdi_daily,
        "cdi_daily_sgs12": _cdi_daily_sgs12,
        "selic_daily_sgs11": _cdi_daily_sgs12,
        "cdi_annual_from_daily": _annual_from_daily,
        "cdi_accumulated": _cdi_accumulated,
        "selic_accumulated": _cdi_accumulated,
        "cdi_percent_accumulated": _cdi_accumulated,
        "cdi_spread_accumulated": _cdi_accumulated,
        "cdi_accumulated_month": _cdi_accumulated_month,
        "selic_accumulated_month": _cdi_accumulated_month,
        "cdi_month_from_sgs12": _from_series_month,
        "cdi_year_from_sgs12": _from_series_year,
        "selic_month_from_sgs11": _from_series_month,
        "selic_year_from_sgs11": _from_series_year,
        "di_factor_from_daily_series": _di_factor,
        "selic_factor_from_daily_series": _di_factor,
        "cdi_factor_from_daily_series": _di_factor,
        "cdi_percent_from_daily_series": _di_factor,
        "debenture_ipca_event": _ipca_event,
        "debenture_ipca_event_grace_capitalised": _ipca_event,
        "debenture_di_spread_event": _di_spread_event,
        "debenture_di_event": _di_spread_event,
        "debenture_di_spread_pu": _spread_pu,
        "di_spread_pu": _spread_pu,
        "spread_pu": _spread_pu,
        "spread_pu_by_day": _spread_pu,
        "debenture_spread_pu": _spread_pu,
        "debenture_di_spread_pu_by_day": _spread_pu,
        "cdi_spread_pu": _spread_pu,
        "cdb_ipca_value": _spread_pu,
        "cdb_spread_value": _spread_pu,
        "ipca_plus_pu": _spread_pu,
        "debenture_spread_factor": _spread_pu,
        "debenture_ipca_pu": _spread_pu,
        "ipca_spread_pu": _spread_pu,
        "prefixed_value": _prefixed_value,
        "prefixed_cdb": _prefixed_value,
        "cdb_prefixed": _prefixed_value,
        "cdb_prefixed_value": _prefixed_value,
        "ipca_factor": _ipca_factor,
        "ipca_factor_pro_rata": _ipca_factor,
        "ipca_pro_rata": _ipca_factor,
    }
)
