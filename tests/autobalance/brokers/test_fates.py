"""Fates: by name and seed, whatever the order of calls."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest

from fiel.autobalance.brokers.simulated.books import PLAIN
from fiel.autobalance.brokers.simulated.broker import SimulatedBroker
from fiel.autobalance.brokers.simulated.fates import (
    Fate,
    NoFaults,
    Outage,
    Rates,
    ScriptedFates,
    SeededFates,
)  # fmt: skip
from fiel.autobalance.orders import BrokerOrder, OrderState
from fiel.autobalance.ports import OutcomeUnknown
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import InvalidInput
from tests.support.autobalance.brokers import CLOCK, NOW, PORTFOLIO, TICKER, exchange

RATES = Rates(
    fail_rate=0.05, timeout_rate=0.02, partial_rate=0.2, unavailable_rate=0.01, duplicate_rate=0.1,
    cancel_timeout_rate=0.05, silent_query_rate=0.03, latency_s=0.05,
)  # fmt: skip


def order(name: str) -> BrokerOrder:
    """Any order."""
    return BrokerOrder(name, PORTFOLIO, TICKER, Side.BUY, 10**9, 30 * 10**9)


def test_a_fate_depends_on_the_name_and_the_seed_alone() -> None:
    """Asked in another order, twice, or by another object: the same."""
    names = [f"sg_{n}.1.f" for n in range(500)]
    first = {name: SeededFates(7, RATES).fate(order(name), 1) for name in names}
    fates = SeededFates(7, RATES)
    for name in Random(1).sample(names, len(names)) * 2:
        assert fates.fate(order(name), 1) == first[name]
    other = {name: SeededFates(8, RATES).fate(order(name), 1) for name in names}
    assert other != first


def test_rates_come_true() -> None:
    """Of 20 000 orders each thing happens about as often as it was told to."""
    fates = [SeededFates(7, RATES).fate(order(f"o{n}"), 1) for n in range(20_000)]

    def share(count: int) -> float:
        return count / len(fates)

    assert share(sum(each.handling.reject is not None for each in fates)) == pytest.approx(0.05, abs=0.006)
    assert share(sum(each.lost or each.unanswered for each in fates)) == pytest.approx(0.02, abs=0.004)
    assert share(sum(each.lost for each in fates)) == pytest.approx(0.01, abs=0.003)
    assert share(sum(each.unavailable for each in fates)) == pytest.approx(0.01, abs=0.003)
    partly = [each for each in fates if each.handling.first_ppm < 10**6]
    assert share(len(partly)) == pytest.approx(0.19, abs=0.01)
    assert {each.handling.rest_after for each in partly} == {None, 1, 2, 3}
    assert all(0.025 <= each.latency_s <= 0.05 for each in fates)
    assert not any(each.lost and each.unanswered for each in fates)


def test_the_wire_fails_at_the_first_arrival_only() -> None:
    """An order that is sent again arrives, and is handled as it would have been."""
    fates = SeededFates(7, Rates(timeout_rate=1.0, unavailable_rate=1.0, partial_rate=1.0))
    first, again = fates.fate(order("a"), 1), fates.fate(order("a"), 2)
    assert (first.unavailable, first.lost or first.unanswered) == (True, True)
    assert again == Fate(first.handling)
    assert first.handling != PLAIN


def test_outages_are_windows_of_time() -> None:
    """From the start on, up to but without the end."""
    outage = Outage(NOW, NOW + timedelta(seconds=5))
    for fates in (SeededFates(1, outages=[outage]), ScriptedFates(down=[outage])):
        seen = [fates.is_out(NOW + timedelta(seconds=second)) for second in (-1, 0, 4, 5)]
        assert seen == [False, True, True, False]
    assert not NoFaults().is_out(NOW)


def test_scripted_fates_follow_the_arrivals() -> None:
    """One per arrival, the last for all that follow, and `otherwise` for all others."""
    lost, late = Fate(lost=True), Fate(latency_s=1)
    fates = ScriptedFates({"a": [lost, late]}, Fate(unanswered=True))
    assert [fates.fate(order("a"), n) for n in (1, 2, 3)] == [lost, late, late]
    assert fates.fate(order("b"), 1).unanswered


@pytest.mark.parametrize("rates", [{"fail_rate": 1.1}, {"timeout_rate": -0.1}, {"latency_s": 61}])
def test_rates_are_bounded(rates: dict[str, float]) -> None:
    """A share is from 0 to 1, a latency at most a minute."""
    with pytest.raises(InvalidInput) as refused:
        Rates(**rates)
    assert refused.value.field == next(iter(rates))


def test_latency_lies_on_both_sides_of_the_taking() -> None:
    """Whoever gives up early has placed nothing; whoever gives up late has placed it."""
    for last, placed in ((1, False), (2, True)):
        sleep = _GivesUp(last)
        found = exchange()
        broker = SimulatedBroker(found, CLOCK, ScriptedFates(otherwise=Fate(latency_s=0.4)), sleep)
        with pytest.raises(TimeoutError):
            asyncio.run(broker.place(order("a")))
        assert (found.query("a", PORTFOLIO) is not None) is placed
        assert sleep.slept[:1] == [0.2]


class _GivesUp:
    """Sleeps in no time, and raises in the `last`-th sleep."""

    def __init__(self, last: int) -> None:
        self.last, self.slept = last, list[float]()

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == self.last:
            raise TimeoutError


def test_a_fleet_of_faults_ends_in_the_same_books() -> None:
    """The same seed ends in the same books, whatever order the orders were sent in."""

    async def played(names: list[str]) -> object:
        found = exchange()
        found.move(PORTFOLIO, 10**9)
        broker = SimulatedBroker(found, CLOCK, SeededFates(3, Rates(fail_rate=0.3, timeout_rate=0.3)))
        for name in names:
            for _ in range(2):
                try:
                    await broker.place(order(name))
                except OutcomeUnknown:
                    continue
        states = sorted((each.client_order_id, report.state) for each, report in found.orders())
        return states, found.statement(PORTFOLIO)

    names = [f"o{n}" for n in range(200)]
    first = asyncio.run(played(names))
    assert asyncio.run(played(names[::-1])) == first
    assert OrderState.REJECTED in str(first)
