"""Whether to act, and if not, why: the pure rules, and policies as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from fiel.autobalance.config import AutobalanceConfig, TradingHours
from fiel.autobalance.triggers import (
    Decision,
    DriftFacts,
    Policy,
    PriceFacts,
    Standing,
    WhyNot,
    decide,
    policy_text,
    read_policy,
    strategy_of,
    worth_it,
)
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band
from fiel.rebalancing.problem import Frequency, Strategy, StrategyKind
from fiel.rebalancing.triggers import Trigger
from tests.support.autobalance.fleets import flat_model, threshold

NOON = datetime(2026, 5, 4, 14, tzinfo=UTC)
HOUSE = Policy.of(AutobalanceConfig())
OUT, INSIDE = DriftFacts(is_out=True, worst=Decimal("0.1")), DriftFacts(is_out=False, worst=Decimal("0.04"))
FINE = PriceFacts()


def _decide(
    policy: Policy = HOUSE,
    standing: Standing | None = None,
    prices: PriceFacts = FINE,
    drift: DriftFacts = OUT,
    strategy: Strategy | None = None,
) -> Decision:
    return decide(policy, strategy or threshold(), standing or Standing(), prices, drift, NOON)


def test_out_of_band_acts() -> None:
    """Nothing in the way, prices that can be believed, out of band."""
    assert _decide() == Decision(act=True, trigger=Trigger.BAND)


@pytest.mark.parametrize(
    ("standing", "prices", "drift", "why"),
    [
        (Standing(is_paused=True, is_stale=True), FINE, OUT, WhyNot.STALE),
        (Standing(is_paused=True, in_progress=True), FINE, OUT, WhyNot.PAUSED),
        (Standing(in_progress=True, last_done=NOON), FINE, OUT, WhyNot.IN_PROGRESS),
        (Standing(last_done=NOON), PriceFacts(("A",)), OUT, WhyNot.COOLING_DOWN),
        (Standing(), PriceFacts(("A",), "B", timedelta(days=1)), OUT, WhyNot.PRICE_MISSING),
        (Standing(), PriceFacts((), "B", timedelta(seconds=301)), OUT, WhyNot.PRICE_TOO_OLD),
        (Standing(), FINE, DriftFacts(False, Decimal(0), is_empty=True), WhyNot.NOTHING_HELD),
        (Standing(), FINE, INSIDE, WhyNot.INSIDE_BANDS),
    ],
)
def test_the_first_reason_is_told(
    standing: Standing, prices: PriceFacts, drift: DriftFacts, why: WhyNot
) -> None:
    """What blocks most comes first; one reason is enough."""
    assert _decide(standing=standing, prices=prices, drift=drift).why_not is why


def test_a_price_as_old_as_allowed_is_good() -> None:
    """The limit itself is allowed."""
    assert _decide(prices=PriceFacts((), "A", timedelta(minutes=5))).act


def test_without_hours_the_market_is_always_open() -> None:
    """A policy for markets that never close."""
    sunday = datetime(2026, 5, 3, 3, tzinfo=UTC)
    policy = replace(HOUSE, hours=None)
    assert decide(policy, threshold(), Standing(), FINE, OUT, sunday).act
    assert decide(HOUSE, threshold(), Standing(), FINE, OUT, sunday).why_not is WhyNot.MARKET_CLOSED


def test_the_day_is_that_of_the_market() -> None:
    """A batch that ended at 23:00 UTC ended on that day in São Paulo; 01:00 UTC is the evening before."""
    weekly = Strategy(StrategyKind.CALENDAR, frequency=Frequency.WEEKLY)
    late = Standing(last_done=datetime(2026, 4, 28, 1, tzinfo=UTC))  # the 27th in São Paulo
    assert decide(HOUSE, weekly, late, FINE, INSIDE, NOON).act
    later = Standing(last_done=datetime(2026, 4, 28, 4, tzinfo=UTC))
    assert decide(HOUSE, weekly, later, FINE, INSIDE, NOON).why_not is WhyNot.NOT_DUE


def test_a_gain_that_is_worth_it() -> None:
    """At least so many times the cost; without a cost any gain will do."""
    policy = replace(HOUSE, minimum_gain=Decimal(2))
    assert worth_it(policy, Decimal(20), Decimal(10)) is None
    refused = worth_it(policy, Decimal("19.99"), Decimal(10))
    assert refused is not None
    assert refused.why_not is WhyNot.TOO_SMALL
    assert worth_it(policy, Decimal(0), Decimal(0)) is None


def test_the_strategy_in_force() -> None:
    """The portfolio's before the model's before the house's threshold, which also fills a missing band."""
    house, own = Decimal("0.05"), threshold("0.01")
    model = flat_model({"A": "100"}, strategy=threshold("0.03"))
    assert strategy_of(replace(HOUSE, strategy=own), model, house) == own
    assert strategy_of(HOUSE, model, house) == threshold("0.03")
    assert strategy_of(HOUSE, flat_model({"A": "100"}), house) == threshold("0.05")
    bare = flat_model({"A": "100"}, strategy=Strategy(StrategyKind.HYBRID, frequency=Frequency.WEEKLY))
    assert strategy_of(HOUSE, bare, house).band == Band(absolute=house)


def test_a_policy_travels_as_text() -> None:
    """Everything comes back, also times below a second and a zone of its own."""
    policy = Policy(
        Strategy(StrategyKind.HYBRID, Band(Decimal("0.05"), Decimal("0.25")), frequency=Frequency.MONTHLY),
        timedelta(milliseconds=1_500),
        TradingHours(time(9, 30), time(16), ZoneInfo("America/New_York")),
        Decimal("1.5"),
        timedelta(minutes=2),
    )
    assert read_policy(policy_text(policy), HOUSE) == policy
    assert read_policy(policy_text(HOUSE), policy) == HOUSE


def test_what_a_policy_leaves_out_is_the_houses() -> None:
    """An empty object is the house's policy; `null` hours are none."""
    assert read_policy("{}", HOUSE) == HOUSE
    assert read_policy('{"hours":null,"coolDownSeconds":"60"}', HOUSE) == replace(
        HOUSE, hours=None, cool_down=timedelta(minutes=1)
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "object_expected"),
        ("{", "json_malformed"),
        ('{"coolDownSeconds": 1.5}', "number_is_float"),
        ('{"coolDownSeconds": NaN}', "number_is_float"),
        ('{"coolDownSeconds": "-1"}', "number_below_minimum"),
        ('{"cooldown": "1"}', "key_unknown"),
        ('{"minimumGain": "1", "minimumGain": "2"}', "key_repeated"),
        ('{"strategy": {"kind": "yearly"}}', "choice_unknown"),
        ('{"strategy": {"kind": "calendar"}}', "frequency_missing"),
        ('{"hours": {"opens": "10:00", "closes": "25:00", "zone": "UTC"}}', "time_malformed"),
        ('{"hours": {"opens": "18:00", "closes": "10:00", "zone": "UTC"}}', "hours_reversed"),
        ('{"hours": {"opens": "10:00", "closes": "11:00", "zone": "../etc"}}', "zone_unknown"),
        ("x" * 10_001, "too_long"),
    ],
)
def test_a_policy_that_is_none_is_refused(text: str, code: str) -> None:
    """With a code that says what is wrong."""
    with pytest.raises(InvalidInput) as refused:
        read_policy(text, HOUSE)
    assert refused.value.code == code
