"""Faults befall calls by rate, time and target, the same ones for the same seed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from fiel.kernel.errors import InvalidInput
from fiel.market.providers.recorded import BRASILIA
from fiel.market.simulator.faults import Call, Fault, Plan, Rule
from fiel.market.simulator.plans import parse_plan, parse_rule, plan_from_toml

NOON = datetime(2026, 7, 24, 12, 0, tzinfo=BRASILIA)


def _call(number: int = 0, *, at: datetime = NOON, topic: str = "PETR4", provider: str = "brapi") -> Call:
    return Call(provider, "quote", topic, number, at)


def _faults(plan: Plan, call: Call) -> list[Fault]:
    return [hit.fault for hit in plan.hits(call)]


def test_a_rate_is_kept_over_many_calls() -> None:
    """A fifth of 5,000 calls, give or take."""
    plan = parse_plan(["brapi:429:rate=0.2"], seed=7)
    befallen = sum(bool(plan.hits(_call(number))) for number in range(5_000))
    assert 900 < befallen < 1_100


def test_the_same_seed_gives_the_same_faults() -> None:
    """Whatever else was asked in between."""
    rules = ["brapi:429:rate=0.2", "*:latency:rate=0.5,amount=3"]
    one, same, other = (parse_plan(rules, seed=seed) for seed in (7, 7, 8))
    calls = [_call(number) for number in range(200)]
    assert [one.hits(call) for call in calls] == [same.hits(call) for call in reversed(calls)][::-1]
    assert [one.hits(call) for call in calls] != [other.hits(call) for call in calls]


def test_two_faults_of_one_rate_befall_different_calls() -> None:
    """Each is drawn for itself: of two halves a quarter is both."""
    plan = parse_plan(["*:x10:rate=0.5", "*:duplicate:rate=0.5"])
    both = sum(len(plan.hits(_call(number))) == 2 for number in range(1_000))
    assert 200 < both < 300


def test_a_time_of_day_is_that_of_brasilia_and_may_span_midnight() -> None:
    """From ten (included) to noon (excluded); from 22 to 6 through the night."""
    morning = parse_plan(["sgs:throttle:from=10:00,to=12:00"])
    night = parse_plan(["*:503:from=22:00,to=06:00"])
    hours = ((9, False, False), (10, True, False), (12, False, False), (23, False, True))
    for hour, in_morning, in_night in hours:
        call = _call(at=NOON.replace(hour=hour), provider="sgs")
        assert bool(morning.hits(call)) is in_morning
        assert bool(night.hits(call)) is in_night


def test_an_instant_and_a_count_bound_a_fault() -> None:
    """From an instant on, and only the first calls of each topic."""
    plan = parse_plan(["brapi:reset:from=2026-07-24T12:00:00-03:00,calls=2"])
    assert _faults(plan, _call(1)) == [Fault.RESET]
    assert not plan.hits(_call(2))
    assert not plan.hits(_call(1, at=NOON - timedelta(seconds=1)))


def test_a_target_is_a_provider_an_endpoint_or_a_topic() -> None:
    """Empty parts and * are any."""
    assert _faults(parse_plan(["brapi/quote/PETR4:x100"]), _call()) == [Fault.TIMES_100]
    assert _faults(parse_plan(["*//PETR4:x100"]), _call()) == [Fault.TIMES_100]
    for target in ("brapi/quote/VALE3", "brapi/macro", "hg"):
        assert not parse_plan([f"{target}:x100"]).hits(_call())


def test_of_whole_answers_the_first_fault_happens_and_others_may_meet() -> None:
    """An answer cannot be a 429 and a 503; it can be late and wrong."""
    plan = parse_plan(["*:latency", "*:429", "*:503", "*:x10", "*:duplicate"])
    assert _faults(plan, _call()) == [Fault.LATENCY, Fault.RATE, Fault.TIMES_10, Fault.DUPLICATE]


@pytest.mark.parametrize(
    "text",
    [
        "brapi",
        "nobody:429",
        "brapi:wrong",
        "brapi:429:rate=2",
        "brapi:429:rate",
        "brapi:429:rate=0.1,rate=0.2",
        "brapi:429:often=1",
        "brapi:429:from=soon",
        "brapi:429:from=2026-07-24T12:00:00",
        "brapi:429:amount=-1",
    ],
)
def test_a_fault_that_cannot_be_read_is_refused(text: str) -> None:
    """With the part that is wrong."""
    with pytest.raises(InvalidInput) as refusal:
        parse_rule(text)
    assert refusal.value.field


def test_toml_says_the_same_as_the_command_line() -> None:
    """Rates are exact there too."""
    plan = plan_from_toml(
        """
        seed = 7
        [[fault]]
        target = "brapi"
        fault = "429"
        rate = 0.2
        [[fault]]
        target = "sgs"
        fault = "throttle"
        from = 10:00:00
        to = "12:00"
        """
    )
    assert plan == parse_plan(["brapi:429:rate=0.2", "sgs:throttle:from=10:00,to=12:00"], seed=7)
    assert plan.rules[0].rate == Decimal("0.2")


@pytest.mark.parametrize(
    "text", ["seed = 'x'", "[[fault]]\ntarget = 'sgs'", "what = 1", "fault = [3]", "= 1", "#" * 200_001]
)
def test_toml_that_is_no_plan_is_refused(text: str) -> None:
    """Instead of running without the faults that were meant."""
    with pytest.raises(InvalidInput):
        plan_from_toml(text)


def test_a_rule_without_a_rate_befalls_every_call() -> None:
    """And a rate of zero none."""
    assert Plan((Rule(Fault.DOWN),)).hits(_call())
    assert not Plan((Rule(Fault.DOWN, rate=Decimal(0)),)).hits(_call())
