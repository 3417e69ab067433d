"""Arrays say of drift what the Decimal rule says, and find lots no worse than the engine's."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.autobalance.journal_port import Plan
from fiel.autobalance.planning.groups import Group, Member, exact_facts
from fiel.autobalance.planning.port import Subject
from fiel.autobalance.planning.vectors import Vectors
from fiel.autobalance.registry.judging import template_of
from fiel.autobalance.triggers import Policy, Standing
from fiel.autobalance.wire import Request
from fiel.custody.accounts import Account
from tests.support.autobalance.fleets import E9, FRACTIONAL, flat_model, random_fleet, random_holding
from tests.support.autobalance.planning import NOON, Desk, worst_after
from tests.support.examples import examples


@settings(max_examples=examples(40), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_drift_is_that_of_the_exact_rule(seed: int) -> None:
    """Every verdict alike, and every deviation to six decimals: at any model, holdings and prices."""
    fleet = random_fleet(seed, portfolios=1, models=1)
    model, strategy = fleet.portfolios[0].model, fleet.portfolios[0].strategy
    group = Group(template_of(model, strategy), strategy, "BRL")
    for number in range(12):
        held = random_holding(fleet.dice, f"p{number}", model, fleet.prices)
        subject = Subject(held.portfolio, "BRL", model, Policy(), Standing())
        account = Account(held.portfolio, balance=max(0, held.cash))
        free = [held.quantities.get(ticker, 0) for ticker in group.tickers]
        group.members.append(Member(subject, Request(held.portfolio, "band", NOON), account, free))
    units = {ticker: int(price * E9) for ticker, price in fleet.prices.items()}
    for fast, exact in zip(Vectors(group, units).facts(), exact_facts(group, units), strict=True):
        assert (fast.is_out, fast.is_empty) == (exact.is_out, exact.is_empty)
        assert abs(fast.worst - exact.worst) <= Decimal("0.000001")


def test_a_hair_beyond_the_band_is_told_from_the_band() -> None:
    """A billionth of a share beyond five points is out, on it is inside."""
    for arrays in (True, False):
        desk = Desk(arrays=arrays)
        desk.price(A="0.07", B="0.07")
        model = flat_model({"A": "50", "B": "50"}, lot=FRACTIONAL)
        desk.enroll("beyond", model, A="55000.000000001", B="45000")
        desk.enroll("edge", model, A="55000", B="45000")
        answers = {each.portfolio: isinstance(each, Plan) for each in desk.plan()}
        assert answers == {"beyond": True, "edge": False}


@settings(max_examples=examples(15), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_arrays_come_as_near_as_the_engine(seed: int) -> None:
    """In whole shares, what the arrays plan ends as near the target as what the engine plans."""
    dice = Random(seed)
    model = flat_model({"A": "40", "B": "35", "C": "25"})
    prices: dict[str, Any] = {ticker: f"{dice.randint(500, 9_000) / 100:.2f}" for ticker in "ABC"}
    held: dict[str, Any] = {ticker: str(dice.randint(50, 500)) for ticker in "ABC"}
    worst = []
    for arrays in (True, False):
        desk = Desk(arrays=arrays)
        desk.price(**prices)
        desk.enroll("ana", model, cash="100", **held)
        (found,) = desk.plan("ana")
        worst.append(worst_after(desk, found) if isinstance(found, Plan) else None)
    fast, engine = worst
    assert (fast is None) == (engine is None)
    if fast is not None and engine is not None:
        # Limits keep some money back: a lot or two either way.
        assert fast <= engine + Decimal("0.01")
