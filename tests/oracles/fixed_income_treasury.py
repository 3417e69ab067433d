"""Federal bonds: from a case's inputs to our answer, one function per topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from fiel.fixed_income.treasury import Flow, Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, Plan
from fiel.fixed_income.treasury import ntnb as ntnb_rules
from fiel.fixed_income.treasury import ntnf as ntnf_rules
from fiel.fixed_income.treasury.indexed import price_of
from fiel.fixed_income.treasury.tesouro_direto import (
    custody_fee,
    custody_terms,
    display_price,
    financial_value,
    minimum_investment,
)
from fiel.fixed_income.treasury.vna import (
    ProRata,
    days_between_anniversaries,
    last_anniversary,
    lft_vna,
    lft_vna_projected,
    vna_from_index,
    vna_pro_rata,
    vna_projected,
)
from fiel.kernel.calendars import anbima

Inputs: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]
Topic: TypeAlias = Callable[[Inputs], Answer]
IndexedBond: TypeAlias = NtnB | NtnBPrincipal | NtnC | Lft

_PROJECTIONS = ("ipca_projection_pct", "igpm_projection_pct", "projection_pct")
_TARGETS = ("selic_target_pct", "selic_meta_pct", "selic_meta", "selic_pct")


def ltn(inputs: Inputs) -> Answer:
    """Price of an LTN."""
    bond = Ltn(_maturity(inputs))
    settlement, known_on = _terms(inputs)
    return {
        "pu": bond.pu(settlement, _rate(inputs), known_on),
        "business_days": bond.business_days(settlement, known_on),
    }


def ltn_rate(inputs: Inputs) -> Answer:
    """Rate of an LTN's price."""
    settlement, known_on = _terms(inputs)
    bond = Ltn(_maturity(inputs))
    return {
        "rate_pct": bond.rate_pct(settlement, _given_pu(inputs), known_on),
        "business_days": bond.business_days(settlement, known_on),
    }


def ntnf(inputs: Inputs) -> Answer:
    """Price and flows of an NTN-F."""
    bond = NtnF(_maturity(inputs))
    settlement, known_on = _terms(inputs)
    flows = bond.flows(settlement, _rate(inputs), known_on)
    return {"pu": bond.pu(settlement, _rate(inputs), known_on), **_flows(flows)}


def ntnf_rate(inputs: Inputs) -> Answer:
    """Rate of an NTN-F's price."""
    settlement, known_on = _terms(inputs)
    return {"rate_pct": NtnF(_maturity(inputs)).rate_pct(settlement, _given_pu(inputs), known_on)}


def ntnf_coupon(inputs: Inputs) -> Answer:
    """Coupon of an NTN-F, as paid and as priced."""
    face = inputs.get("face", "1000")
    paid = ntnf_rules.coupon_payment(face)
    return {"coupon_payment": paid, "coupon": paid, "pricing_cash_flow": ntnf_rules.pricing_coupon(face)}


def indexed(kind: Callable[[date], IndexedBond]) -> Topic:
    """Quotation of an indexed bond and, when the case tells of its nominal value, the price."""

    def answer(inputs: Inputs) -> Answer:
        bond = kind(_maturity(inputs))
        settlement, known_on = _terms(inputs)
        if (given := _quotation(inputs)) is not None:
            return {"pu": price_of(given, _vna(inputs)), "vna_projected": _vna(inputs)}
        quotation = bond.quotation(settlement, _rate(inputs), known_on)
        result: Answer = {"quotation_pct": quotation}
        if isinstance(bond, NtnB | NtnC):
            result |= _flows(bond.flows(settlement, _rate(inputs), known_on))
        else:
            result["business_days"] = bond.business_days(settlement, known_on)
        if _has_vna(inputs):
            vna = _vna(inputs)
            result |= {"vna": vna, "vna_projected": vna, "pu": price_of(quotation, vna)}
        return result

    return answer


def from_quotation(inputs: Inputs) -> Answer:
    """Price of an indexed bond whose quotation is told."""
    vna = _vna(inputs)
    pu = price_of(_quotation(inputs), vna)
    return {"pu": pu, "td_price": display_price(pu), "vna": vna, "vna_projected": vna}


def ntnb1(inputs: Inputs) -> Answer:
    """Quotation and price of RendA+ and Educa+, on roundings that are assumed."""
    plan = Plan.EDUCATION if "educa" in str(inputs.get("title", inputs.get("plan", ""))).lower() else None
    bond = NtnB1(plan or Plan.RETIREMENT, _day(inputs, "conversion"))
    settlement, known_on = _terms(inputs)
    quotation = bond.quotation(settlement, _rate(inputs), known_on)
    result: Answer = {"quotation_pct": quotation}
    return result | {"pu": price_of(quotation, _vna(inputs))} if _has_vna(inputs) else result


def indexed_rate(kind: Callable[[date], IndexedBond]) -> Topic:
    """Rate of an indexed bond's price, or of its quotation (which is its price at a VNA of 100)."""

    def answer(inputs: Inputs) -> Answer:
        settlement, known_on = _terms(inputs)
        bond = kind(_maturity(inputs))
        if _quotation(inputs) is None:
            return {"rate_pct": bond.rate_pct(settlement, _given_pu(inputs), _vna(inputs), known_on)}
        return {"rate_pct": bond.rate_pct(settlement, _quotation(inputs), "100", known_on)}

    return answer


def ntnb_coupon(inputs: Inputs) -> Answer:
    """Coupon paid by an NTN-B."""
    paid = ntnb_rules.coupon_payment(_vna(inputs))
    return {"coupon": paid, "coupon_payment": paid}


def ntnc_coupon(inputs: Inputs) -> Answer:
    """Coupon paid by an NTN-C; without a maturity or a coupon rate it is one of the ordinary series."""
    is_exception = str(inputs.get("coupon_pct", inputs.get("coupon_rate_pct", "6"))).startswith("12")
    default = "2031-01-01" if is_exception else "2021-04-01"
    paid = NtnC(date.fromisoformat(inputs.get("maturity", default))).coupon_payment(_vna(inputs))
    return {"coupon": paid, "coupon_payment": paid}


def vna_index(inputs: Inputs) -> Answer:
    """VNA on an anniversary, from index numbers."""
    index = _first(inputs, "ipca_index_prev_month", "index_prev_month", "index")
    base = _optional(inputs, "ipca_index_base_jun2000", "index_base_jun2000", "index_base")
    return {"vna": vna_from_index(index) if base is None else vna_from_index(index, base)}


def igpm_vna_index(inputs: Inputs) -> Answer:
    """VNA of the NTN-C on the 1st; its base index must be given."""
    index = _first(inputs, "igpm_index_prev_month", "index_prev_month", "index")
    base = _first(inputs, "igpm_index_base_jun2000", "igpm_index_base", "index_base_jun2000", "index_base")
    return {"vna": vna_from_index(index, base)}


def on_the_first(topic: Topic) -> Topic:
    """The same for the NTN-C, whose index days are the 1sts."""
    return lambda inputs: topic({"index_day": 1, **inputs})


def vna_realized(inputs: Inputs) -> Answer:
    """VNA between anniversaries, both index numbers known."""
    elapsed, total = _days_passed(inputs)
    return {
        "vna": vna_pro_rata(inputs["vna_base"], inputs["index_base"], inputs["index_next"], elapsed, total)
    }


def vna_with_projection(inputs: Inputs) -> Answer:
    """VNA between anniversaries, from the projection of the index."""
    elapsed, total = _days_passed(inputs)
    vna = vna_projected(inputs["vna_base"], _first(inputs, *_PROJECTIONS), elapsed, total)
    return {"vna": vna, "vna_projected": vna}


def lft_accrual(inputs: Inputs) -> Answer:
    """VNA of the LFT carried by daily Selic rates, and the day on which it holds."""
    rates = _selic_rates(inputs)
    last = max(rates)
    vna = lft_vna(inputs["vna_start"], rates)
    return {"vna_end": vna, "vna": vna, "end": anbima(last).next_business_day(last).isoformat()}


def lft_projection(inputs: Inputs) -> Answer:
    """VNA of the LFT carried by the Selic target to settlement."""
    vna = _lft_projected(inputs)
    return {"vna": vna, "vna_projected": vna, "vna_end": vna}


def retail(price: Topic) -> Topic:
    """The price displayed by Tesouro Direto, and the cost of a quantity when one is given."""

    def answer(inputs: Inputs) -> Answer:
        result = price(inputs)
        result["td_price"] = display_price(result["pu"])
        if "quantity" in inputs:
            result["value"] = financial_value(inputs["quantity"], result["pu"])
        return result

    return answer


def td_minimum(inputs: Inputs) -> Answer:
    """The least purchase."""
    least = minimum_investment(_day(inputs, "date"), inputs["unit_price"])
    return {"fraction": least.fraction, "value": least.value}


def td_custody(inputs: Inputs) -> Answer:
    """The custody fee, on the terms of the case or of its date."""
    days = inputs.get("days", "one year")
    count = 365 if days == "one year" else int(days)
    rate, exempt = inputs.get("rate_pct_year"), inputs.get("exempt_up_to", "0")
    if rate is None:
        terms = custody_terms(_day(inputs, "date"), is_selic="selic" in inputs.get("title", "").lower())
        rate, exempt = terms.rate_pct, inputs.get("exempt_up_to", terms.exempt_up_to)
    return {"fee": custody_fee(_first(inputs, "stock", "position_value", "value"), rate, exempt, count)}


def _selic_rates(inputs: Inputs) -> dict[date, Any]:
    """Daily rates by date; a list starts on `start`, one rate holds from `start` to before `end`."""
    given = inputs["selic_over_pct"]
    if isinstance(given, Mapping):
        return {date.fromisoformat(day): rate for day, rate in given.items()}
    start = _day(inputs, "start")
    calendar = anbima(start)
    if isinstance(given, list):
        return {calendar.add_business_days(start, count): rate for count, rate in enumerate(given)}
    return dict.fromkeys(calendar.sessions(start, _day(inputs, "end")), given)


def _terms(inputs: Inputs) -> tuple[date, date | None]:
    """Settlement and trade date; a case with only one of them settles then, or the business day after."""
    trade = _optional(inputs, "trade", "trade_date", "reference_date", "known_on")
    known_on = None if trade is None else date.fromisoformat(trade)
    settlement = _optional(inputs, "settlement", "settlement_date", "date", "pricing_date")
    if settlement is not None:
        return date.fromisoformat(settlement), known_on
    if known_on is None:
        raise KeyError("one of settlement, date, trade")
    return anbima(known_on).next_business_day(known_on), known_on


def _maturity(inputs: Inputs) -> date:
    return date.fromisoformat(_first(inputs, "maturity", "maturity_date", "due"))


def _rate(inputs: Inputs) -> Any:
    return _first(inputs, "rate_pct", "rate", "yield_pct", "taxa", "rate_pct_year")


def _quotation(inputs: Inputs) -> Any:
    return _optional(inputs, "quotation_pct", "quotation", "cotacao", "cotacao_pct")


def _given_pu(inputs: Inputs) -> Any:
    return _first(inputs, "pu", "price", "unit_price")


def _day(inputs: Inputs, field: str) -> date:
    return date.fromisoformat(inputs[field])


def _flows(flows: tuple[Flow, ...]) -> Answer:
    rows = [
        {
            "date": flow.day.isoformat(),
            "cash": flow.cash,
            "pv": flow.present_value,
            "du": flow.business_days,
        }
        for flow in flows
    ]
    return {"flows": rows, "business_days": flows[-1].business_days}


def _has_vna(inputs: Inputs) -> bool:
    return "vna" in inputs or "vna_base" in inputs


def _vna(inputs: Inputs) -> Any:
    """The nominal value on settlement: given, or carried there by a projection."""
    if "vna" in inputs:
        return inputs["vna"]
    if _optional(inputs, *_TARGETS) is not None:
        return _lft_projected(inputs)
    if "index_next" in inputs:
        return vna_realized(inputs)["vna"]
    return vna_with_projection(inputs)["vna"]


def _lft_projected(inputs: Inputs) -> Any:
    days = int(inputs.get("vna_business_days", 1))
    return lft_vna_projected(_first(inputs, "vna_base", "vna", "vna_start"), _first(inputs, *_TARGETS), days)


def _days_passed(inputs: Inputs) -> tuple[int, int]:
    if "days_elapsed" in inputs:
        return int(inputs["days_elapsed"]), int(inputs["days_total"])
    day = date.fromisoformat(_first(inputs, "date", "settlement"))
    base = inputs.get("vna_base_date")
    anniversary = date.fromisoformat(base) if base else last_anniversary(day, inputs.get("index_day", 15))
    is_business = "business" in str(inputs.get("pro_rata", inputs.get("convention", "calendar")))
    return days_between_anniversaries(anniversary, day, ProRata.BUSINESS if is_business else ProRata.CALENDAR)


def _optional(inputs: Inputs, *names: str) -> Any:
    return next((inputs[name] for name in names if name in inputs), None)


def _first(inputs: Inputs, *names: str) -> Any:
    found = _optional(inputs, *names)
    if found is None:
        raise KeyError(f"one of {', '.join(names)}")
    return found


TOPICS: Mapping[str, Topic] = {
    "ltn_pu": ltn,
    "ltn_rate": ltn_rate,
    "ntnf_pu": ntnf,
    "ntnf_rate": ntnf_rate,
    "ntnf_coupon": ntnf_coupon,
    "ntnb_pu": indexed(NtnB),
    "ntnb_quotation": indexed(NtnB),
    "ntnb_rate": indexed_rate(NtnB),
    "ntnb_coupon": ntnb_coupon,
    "ntnbp_pu": indexed(NtnBPrincipal),
    "ntnbp_quotation": indexed(NtnBPrincipal),
    "ntnbp_rate": indexed_rate(NtnBPrincipal),
    "ntnb_principal_pu": indexed(NtnBPrincipal),
    "ntnb_principal_quotation": indexed(NtnBPrincipal),
    "ntnb_principal_rate": indexed_rate(NtnBPrincipal),
    "ntnc_pu": on_the_first(indexed(NtnC)),
    "ntnc_quotation": on_the_first(indexed(NtnC)),
    "ntnc_rate": on_the_first(indexed_rate(NtnC)),
    "ntnc_coupon": ntnc_coupon,
    "lft_pu": indexed(Lft),
    "lft_quotation": indexed(Lft),
    "lft_rate": indexed_rate(Lft),
    "lft_rate_from_quotation": indexed_rate(Lft),
    **dict.fromkeys(
        (f"{bond}_pu_from_quotation" for bond in ("lft", "ntnb", "ntnbp", "ntnc")), from_quotation
    ),
    "ntnb_vna_from_index": vna_index,
    "ntnb_vna_realized_prorata": vna_realized,
    "ntnb_vna_projected": vna_with_projection,
    "ntnc_vna_from_index": igpm_vna_index,
    "ntnc_vna_realized_prorata": on_the_first(vna_realized),
    "ntnc_vna_projected": on_the_first(vna_with_projection),
    "lft_vna_accrual": lft_accrual,
    "lft_vna_projected": lft_projection,
    "td_ltn_price": retail(ltn),
    "td_ntnf_price": retail(ntnf),
    "td_ntnb_price": retail(indexed(NtnB)),
    "td_ntnbp_price": retail(indexed(NtnBPrincipal)),
    "td_ntnc_price": retail(on_the_first(indexed(NtnC))),
    "td_lft_price": retail(indexed(Lft)),
    "td_selic_price": retail(indexed(Lft)),
    "td_prefixado_price": retail(ltn),
    "td_ipca_price": retail(indexed(NtnBPrincipal)),
    "ntnb1_pu": ntnb1,
    "ntnb1_quotation": ntnb1,
    "td_minimum_investment": td_minimum,
    "td_custody_selic": td_custody,
    "td_custody": td_custody,
    "td_custody_fee": td_custody,
}
