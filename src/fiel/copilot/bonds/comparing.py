"""Papers beside each other over the same time: what each leaves after tax, and its equivalent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from fiel.copilot.bonds.answer import SeriesUsed, Unit
from fiel.copilot.bonds.credit import CreditTerms
from fiel.copilot.bonds.names import read_name
from fiel.copilot.bonds.net import equivalent
from fiel.copilot.bonds.pays import read_pays
from fiel.copilot.bonds.series import CDI, IPCA, HeldRates, needed_series
from fiel.fixed_income.accrual.daily import accumulated_percent
from fiel.fixed_income.accrual.interest import annual_rate_of
from fiel.fixed_income.credit.terms import Kind, Remuneration
from fiel.fixed_income.projecting import flows
from fiel.fixed_income.returns import (
    percent_of_cdi,
)
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import months_later
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.tax.fixed_income import ir_rate, net_value, tax_kind

PAPERS_MAX = 20
MONTHS_MAX = 480
#: Series come late: what is read before the day makes a flat assumption possible all the same.
_DAILY_MARGIN = timedelta(days=200)
_MONTHLY_MARGIN = timedelta(days=600)


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper as it is offered: its kind and what it pays."""

    text: str
    kind: Kind
    pays: Remuneration


@dataclass(frozen=True, slots=True)
class Compared:
    """One offer at its maturity: reais and cents, percents of the period and per year.

    `equivalent`: the rate of a paper of the other tax (taxed for an exempt one) that leaves as much; in
    percent of the CDI when the offer is one, else percent per year (252).
    """

    offer: Offer
    gross: Decimal
    iof: Decimal
    ir: Decimal
    ir_pct: Decimal
    net: Decimal
    annual_net: Decimal
    net_percent_of_cdi: Decimal | None
    equivalent: Decimal
    equivalent_unit: Unit


@dataclass(frozen=True, slots=True)
class Comparison:
    """The offers, the one that leaves most first."""

    on: date
    maturity: date
    amount: Decimal
    rows: tuple[Compared, ...]
    series: tuple[SeriesUsed, ...]


def read_offer(text: str) -> Offer:
    """`CDB 110% CDI`: a kind, then what it pays. Raises `InvalidInput`, `NotFound` for an unknown kind."""
    kind_text, _, pays = text.strip().partition(" ")
    named = read_name(kind_text)
    if not isinstance(named.kind, Kind) or not pays:
        raise InvalidInput(
            "offer_malformed",
            f"{text[:60]!r} is not understood; write a kind of private paper and what it pays, like "
            '"CDB 110% CDI" or "LCI 92% CDI"',
            field="OFFER",
        )
    return Offer(f"{named.kind} {pays.strip()}", named.kind, read_pays(pays))


def check_offers(offers: Sequence[Offer], months: int) -> None:
    """Raises `InvalidInput` for less than one offer, too many, or an endless time."""
    if not 1 <= len(offers) <= PAPERS_MAX:
        raise InvalidInput("offers_count", f"give 1 to {PAPERS_MAX} offers", field="OFFER")
    if not 1 <= months <= MONTHS_MAX:
        raise InvalidInput("months", f"give 1 to {MONTHS_MAX} months", field="--months")


def spans_of(offers: Sequence[Offer], on: date) -> dict[str, date]:
    """The series that the offers need, and the CDI to compare with, each with the first day to read."""
    keys = dict.fromkeys([*(key for offer in offers for key in needed_series(offer.pays)), CDI])
    margin = {IPCA: _MONTHLY_MARGIN}
    return {key: (on - margin.get(key, _DAILY_MARGIN)).replace(day=1) for key in keys}


def compare(offers: Sequence[Offer], on: date, months: int, amount: Decimal, rates: HeldRates) -> Comparison:
    """Each offer as a bullet from `on` for so many months, by net value; ties keep their order."""
    check_offers(offers, months)
    maturity = months_later(on, months)
    rows = [_compared(offer, on, maturity, amount, rates) for offer in offers]
    rows.sort(key=lambda row: -row.net)
    keys = dict.fromkeys(key for offer in offers for key in needed_series(offer.pays))
    if rates.market.cdi is not None:
        keys |= {CDI: None}
    used = tuple(rates.used(key, maturity) for key in keys)
    return Comparison(on, maturity, amount, tuple(rows), used)


def _compared(offer: Offer, on: date, maturity: date, amount: Decimal, rates: HeldRates) -> Compared:
    paper = CreditTerms(offer.kind, offer.pays, on, maturity, amount).paper()
    (paid,) = flows(paper, 1, rates.outlook, on)
    found = net_value(paid.paid, amount, on, paid.day, tax_kind(paper))
    count = rates.market.calendar.business_days_between(on, paid.day)
    with localcontext(finance_context()):
        left = round_half_up(found.net / amount, 16)
        made = round_half_up((left - 1) * 100, 8)
        grew = round_half_up(found.gross / amount, 16)
    other, unit = equivalent(offer.pays, offer.kind, ir_rate(found.days, paid.day), count, grew)
    return Compared(
        offer,
        found.gross,
        found.tax.iof,
        found.tax.ir,
        found.tax.ir_pct,
        found.net,
        annual_rate_of(left, count),
        _percent_of_cdi(made, on, paid.day, rates),
        other,
        unit,
    )


def _percent_of_cdi(made: Decimal, on: date, end: date, rates: HeldRates) -> Decimal | None:
    if rates.market.cdi is None or made < 0:
        return None
    benchmark = accumulated_percent(rates.market.cdi.rates(on, end), 8)
    return percent_of_cdi(made, benchmark) if benchmark > 0 else None
