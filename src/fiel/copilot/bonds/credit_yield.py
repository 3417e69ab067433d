"""The rate of a paper bought at a price: what its payments to come, as projected, make a year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.copilot.bonds.answer import GIVEN, Answer, Figure, Step, Unit
from fiel.copilot.bonds.credit import CreditTerms
from fiel.copilot.bonds.series import HeldRates, needed_series
from fiel.fixed_income.credit.curve import unit_price
from fiel.fixed_income.projecting import Flow, flows
from fiel.fixed_income.treasury.discounting import exact_sum, zero_price
from fiel.fixed_income.treasury.rate_search import rate_of
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import truncate

_PRICE_MAX = Decimal(10) ** 12
_QUANTUM = Decimal("0.000001")
_METHOD = "du/252, ANBIMA"


def credit_rate(terms: CreditTerms, on: date, price: DecimalInput, rates: HeldRates) -> Answer:
    """The rate, percent per year (252), at which the projected payments of one unit are worth `price` reais.

    Gross of tax; present values are cut together at six decimals. The price of the curve stands beside it.
    Raises `Refused` when no rate from -50 to 1000 has that price.
    """
    told = parse_decimal(price, field="--price", minimum=_QUANTUM, maximum=_PRICE_MAX)
    if not terms.start <= on < terms.maturity:
        raise InvalidInput(
            "outside_life",
            f"the paper lives from {terms.start} to {terms.maturity}, not on {on}",
            field="--on",
        )
    paper, calendar = terms.paper(), rates.market.calendar
    payments = [flow for flow in flows(paper, 1, rates.outlook, on) if flow.day > on]
    counted = [(flow, calendar.business_days_between(on, flow.day)) for flow in payments]

    def price_at(rate: Decimal) -> Decimal:
        return truncate(exact_sum(zero_price(flow.gross, rate, days) for flow, days in counted), 6)

    try:
        rate = rate_of(price_at, told, _QUANTUM)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, field="--price") from None
    back = price_at(rate)
    steps = (
        *(_step(flow, days, rate) for flow, days in counted),
        Step(
            "price_of_rate",
            "PU(i) = T-6(ΣVP)",
            (("n", str(len(counted))),),
            back,
            Unit.BRL_PER_UNIT,
            "T-6",
            _METHOD,
        ),
        Step(
            "rate_of_price",
            "PU(i) = PU",
            (("PU", f"{told:f}"), ("PU(i)", f"{back:f}")),
            rate,
            Unit.PERCENT_YEAR,
            "",
            _METHOD,
        ),
    )
    figures = (
        Figure("rate", rate, Unit.PERCENT_YEAR, on),
        Figure("price", told, Unit.BRL_PER_UNIT, on, GIVEN),
        Figure("price_of_rate", back, Unit.BRL_PER_UNIT, on),
        Figure("price_of_curve", unit_price(paper, on, rates.market).price, Unit.BRL_PER_UNIT, on),
    )
    used = tuple(rates.used(key, payments[-1].day) for key in needed_series(terms.pays))
    return Answer(terms.title, terms.kind.value, on, terms.maturity, figures, steps, used)


def _step(flow: Flow, days: int, rate: Decimal) -> Step:
    return Step(
        "flow",
        "VP = F / (1 + i/100)^T-14(du/252)",
        (("F", f"{flow.gross:f}"), ("i", f"{rate:f}"), ("du", str(days))),
        truncate(zero_price(flow.gross, rate, days), 10),
        Unit.BRL_PER_UNIT,
        "T-10",
        _METHOD,
        label=flow.day.isoformat(),
    )
