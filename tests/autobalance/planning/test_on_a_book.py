"""Plans on a real book: custody reserves for every order, and fills at the limits never overdraw."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fiel.autobalance import order_events
from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal_port import Plan
from fiel.autobalance.orders import BrokerOrder, Execution
from fiel.autobalance.planning import Planner, Subject
from fiel.autobalance.triggers import Policy, Standing
from fiel.autobalance.wire import Request
from fiel.custody.ports import LastPrice
from fiel.custody.queries import Queries
from fiel.custody.reservations import Fees
from fiel.custody.reservations import Policy as CustodyPolicy
from fiel.kernel.clock import FixedClock
from tests.custody.stories import wire
from tests.support.autobalance.fleets import E9, FRACTIONAL, flat_model
from tests.support.autobalance.planning import NOON
from tests.support.custody_bank import Bank
from tests.support.custody_homes import migrated_file

FEES = Fees(fixed=0, rate_ppm=300)
MODEL = flat_model({"A": "40", "B": "30", "C": "30"}, lot=FRACTIONAL)


@dataclass
class _Town:
    """Prices and the only portfolio."""

    prices: dict[str, int]
    policy: Policy

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice]:
        return {ticker: LastPrice(ticker, self.prices[ticker], "BRL", NOON, "test") for ticker in tickers}

    def subjects_of(self, portfolios: Collection[str]) -> Mapping[str, Subject]:
        return {name: Subject(name, "BRL", MODEL, self.policy, Standing()) for name in portfolios}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """An empty book that charges fees."""
    found = Bank(migrated_file(tmp_path), CustodyPolicy(fees=FEES))
    yield found
    found.close()


@pytest.mark.parametrize("seed", range(6))
def test_every_order_of_a_plan_is_reserved_for(bank: Bank, seed: int) -> None:
    """Whatever was held, at whatever prices: no order is refused, though every fill is at its limit."""
    dice = Random(seed)
    town = _Town({t: dice.randint(1, 9_000) * E9 // 100 for t in "ABC"}, Policy.of(AutobalanceConfig()))
    bank.custody.deposit("ana", "1000000.00")
    for number, ticker in enumerate("ABC", 1):
        units = f"{dice.uniform(1, 1_000):.6f}"
        order: dict[str, Any] = {
            "orderId": number,
            "ticker": ticker,
            "quantity": units,
            "price": f"{town.prices[ticker] / E9:.2f}",
        }
        bank.send(wire(**order), wire("FILLED", **order, executedPrice=order["price"]))
    keep = dice.choice([0, 0, 12_345])
    bank.custody.withdraw("ana", f"{Decimal(bank.account().available - keep) / 100:.2f}")
    planner = Planner(Queries(bank.database), town, town, FixedClock(NOON), AutobalanceConfig(), FEES)
    for turn in range(3):
        (plan,) = planner.plan_many([Request("ana", "band", NOON)])
        if isinstance(plan, Plan):
            assert plan.account_sequence == bank.account().sequence
            _carry_out(bank, plan, turn)
        moved = dice.choice(sorted(town.prices))
        town.prices[moved] = max(E9 // 100, town.prices[moved] * dice.choice([3, 30, 50]) // 10)
    assert bank.dead() == []
    assert "ORDER_REFUSED" not in bank.alerts()
    bank.adds_up()


def _carry_out(bank: Bank, plan: Plan, turn: int) -> None:
    """All of a stage is reserved before anything of it is filled, at the worst price allowed."""
    for stage in (1, 2):
        orders = [
            BrokerOrder(f"t{turn}.{op.number}", "ana", op.ticker, op.side, op.quantity, op.limit)
            for op in plan.operations
            if op.stage == stage
        ]
        bank.send(*(order_events.pending(order, NOON) for order in orders))
        for order in orders:
            assert bank.order(order.order_id).refusal is None
        for order in orders:
            fill = Execution(1, order.quantity, order.limit, NOON)
            bank.send(order_events.executed(order, fill, order.quantity))
    assert bank.account().available >= 0
    assert replace(plan, note="") == plan
