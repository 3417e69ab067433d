"""The answers to the commands: price, rate and payments of any title, from one way of asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from fiel.copilot.bonds.answer import Answer
from fiel.copilot.bonds.asking import (
    Asked,
    assumed,
    credit_terms,
    projected_keys,
    rates_for,
    savings_question,
    treasury_question,
)
from fiel.copilot.bonds.comparing import Comparison, Offer, compare
from fiel.copilot.bonds.credit import AMOUNT_MAX, purchase_cost, valued
from fiel.copilot.bonds.credit_yield import credit_rate
from fiel.copilot.bonds.names import Savings, Treasury
from fiel.copilot.bonds.payments import Bought, PaymentsAnswer, payments_of
from fiel.copilot.bonds.savings import savings_value
from fiel.copilot.bonds.series import IPCA, HeldRates, SeriesTold, held_rates
from fiel.copilot.bonds.treasury import bond_of, priced, rate_found
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.months import months_later
from fiel.kernel.rounding import finance_context, truncate

Told = tuple[SeriesTold, ...]


def price_answer(asked: Asked, told: Told) -> Answer:
    """The price of a federal bond at its rate, the curve of a private paper, or the balance of savings."""
    kind = asked.named().kind
    if isinstance(kind, Savings):
        rows = {each.key: each.rows for each in told}
        return savings_value(savings_question(asked), rows, {each.key: each.sources for each in told})
    if isinstance(kind, Treasury):
        if asked.rate is None:
            raise InvalidInput("rate_option_missing", "say at which rate, like --rate 7.5841", field="--rate")
        return priced(treasury_question(asked, _selic(asked, told)), asked.rate)
    terms, on = credit_terms(asked), asked.day()
    return valued(terms, on, rates_for(asked, told, until=on), asked.holding(terms.start))


def rate_answer(asked: Asked, price: str, told: Told) -> Answer:
    """The rate of a price in reais per bond or unit."""
    kind = asked.named().kind
    if isinstance(kind, Savings):
        raise Refused(
            "savings_has_no_price", "a savings account is not traded: it has no price", field="KIND"
        )
    if isinstance(kind, Treasury):
        return rate_found(treasury_question(asked, _selic(asked, told)), price)
    terms = credit_terms(asked)
    return credit_rate(terms, asked.day(), price, rates_for(asked, told, until=terms.maturity))


def payments_answer(asked: Asked, told: Told) -> PaymentsAnswer:
    """Every payment to come; a federal bond's purchase at its rate, unless its price was told."""
    kind, on = asked.named().kind, asked.day()
    if isinstance(kind, Savings):
        raise Refused(
            "savings_has_no_flows", "a savings account pays into itself: see its balance", field="KIND"
        )
    if isinstance(kind, Treasury):
        bond = bond_of(kind, asked.ends())
        bought = _bond_purchase(asked, told, on)
        rates = rates_for(asked, told, until=bond.maturity)
        found = payments_of(
            bond, f"{kind} {asked.ends()}", kind.value, on=on, units=asked.held_units(), rates=rates,
            bought=bought, keys=projected_keys(asked),
        )  # fmt: skip
        estimated = asked.vna is None and IPCA in projected_keys(asked)
        return replace(found, notes=(*found.notes, ("vna_estimated", ()))) if estimated else found
    terms = credit_terms(asked)
    rates = rates_for(asked, told, until=terms.maturity)
    holding = asked.holding(terms.start)
    cost = purchase_cost(terms, holding, rates)
    return payments_of(
        terms.paper(), terms.title, terms.kind.value, on=on, units=terms.units, rates=rates,
        bought=Bought(holding.bought, cost), keys=projected_keys(asked),
    )  # fmt: skip


def compare_answer(asked: Asked, offers: Sequence[Offer], months: int, told: Told) -> Comparison:
    """Offers beside each other; only the day, the amount and the assumptions of `asked` count."""
    on = asked.day()
    amount = parse_decimal(asked.nominal, field="--amount", decimals_max=2, minimum=1, maximum=AMOUNT_MAX)
    until = months_later(on, months) + timedelta(days=10)
    rates = held_rates(told, assumed(asked, on), on=on, until=until, start=on)
    return compare(offers, on, months, amount, rates)


def _bond_purchase(asked: Asked, told: Told, on: date) -> Bought:
    holding = asked.holding(on)
    if holding.paid is None and asked.rate is not None:
        if holding.bought != on:
            raise InvalidInput(
                "rate_of_purchase", "--rate prices a purchase on --on; for an earlier one give --paid",
                field="--rate",
            )  # fmt: skip
        answer = price_answer(asked, told)
        paid: Decimal | None = answer.figure("price").value
    else:
        paid = holding.paid
    if paid is None:
        return Bought(holding.bought)
    with localcontext(finance_context()):
        return Bought(holding.bought, truncate(paid * asked.held_units(), 2))


def _selic(asked: Asked, told: Told) -> HeldRates | None:
    """The Selic that carries a nominal value to the day of settlement, when it is asked for."""
    needed = asked.named().kind is Treasury.LFT and asked.vna_day is not None
    return rates_for(asked, told, until=asked.day()) if needed else None
