"""Whether to act on a portfolio now, and if not, why. Pure: everything it needs is told.

The order of the questions is that of their cost and of what people want to hear first: is anything in
the way (paused, stale, in progress, cooling down, market closed), can the prices be believed, is the
portfolio out of band or its date come, and is the gain worth the cost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fiel.autobalance.config import AutobalanceConfig, TradingHours
from fiel.autobalance.model_text import BalanceModel, read_strategy, strategy_document
from fiel.autobalance.reading import known_keys, number_in, object_in, parsed, text_in
from fiel.infra.zones import zone_of
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band
from fiel.rebalancing.problem import Strategy, StrategyKind
from fiel.rebalancing.triggers import Trigger, is_weekday, next_due

#: The age of a price of which nobody says how old it is.
UNDATED = timedelta.max
POLICY_TEXT_MAX = 10_000
_SECONDS_MAX = Decimal(366 * 86_400)


class WhyNot(StrEnum):
    """Why nothing is done. Stable codes, stored and translated."""

    PAUSED = "paused"
    STALE = "stale"
    IN_PROGRESS = "in_progress"
    COOLING_DOWN = "cooling_down"
    MARKET_CLOSED = "market_closed"
    PRICE_MISSING = "price_missing"
    PRICE_TOO_OLD = "price_too_old"
    NOT_DUE = "not_due"
    INSIDE_BANDS = "inside_bands"
    NOTHING_HELD = "nothing_held"
    TOO_SMALL = "too_small"
    #: Out of band, but no order makes it better.
    NO_BETTER = "no_better"
    NOT_ENROLLED = "not_enrolled"
    #: Its cash is kept elsewhere: nobody could say whether orders are covered.
    CASH_NOT_KEPT = "cash_not_kept"
    #: More cash is held or owed than there is.
    CASH_SHORT = "cash_short"
    NO_ACCOUNT = "no_account"
    #: The engine refused the question; the detail says what to correct.
    NOT_ANSWERABLE = "not_answerable"


@dataclass(frozen=True, slots=True)
class Policy:
    """When a portfolio is acted on; the units are those of `AutobalanceConfig`.

    `strategy` replaces the model's (`None`: the model's, or else the house's threshold).
    """

    strategy: Strategy | None = None
    cool_down: timedelta = timedelta(minutes=15)
    hours: TradingHours | None = None
    minimum_gain: Decimal = Decimal(1)
    price_age_max: timedelta = timedelta(minutes=5)

    @classmethod
    def of(cls, config: AutobalanceConfig) -> Policy:
        """The house's own."""
        return cls(None, config.cool_down, config.hours, config.minimum_gain, config.price_age_max)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a portfolio stands, apart from the market. `last_done` is when its last batch ended."""

    is_paused: bool = False
    is_stale: bool = False
    in_progress: bool = False
    last_done: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """What is known of the prices a portfolio needs: those missing, and the age of the oldest."""

    missing: tuple[str, ...] = ()
    oldest: str | None = None
    age: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """`is_out`: some node is out of its band; `worst` the largest deviation of any, a fraction of the whole.

    `is_empty`: it is worth nothing, so that no deviation exists.
    """

    is_out: bool
    worst: Decimal
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to act: `trigger` says on what, or `why_not` what is in the way; `detail` in words."""

    act: bool
    trigger: Trigger | None = None
    why_not: WhyNot | None = None
    detail: str = ""


IsBusinessDay = Callable[[date], bool]


def strategy_of(policy: Policy, model: BalanceModel, threshold: Decimal) -> Strategy:
    """The strategy in force: the portfolio's, the model's, or the house's threshold."""
    found = policy.strategy or model.strategy
    if found is None:
        return Strategy(StrategyKind.THRESHOLD, Band(absolute=threshold))
    wants_band = found.kind in {StrategyKind.THRESHOLD, StrategyKind.HYBRID}
    if wants_band and found.band == Band() and not any(node.band for node in model.tree.walk()):
        return replace(found, band=Band(absolute=threshold))
    return found


def decide(
    policy: Policy,
    strategy: Strategy,
    standing: Standing,
    prices: PriceFacts,
    drift: DriftFacts,
    now: datetime,
    is_business_day: IsBusinessDay = is_weekday,
) -> Decision:
    """All questions but the last, which needs the orders (see `worth_it`)."""
    return (
        in_the_way(policy, standing, now)
        or unbelievable(policy, prices)
        or by_strategy(policy, strategy, standing, drift, now, is_business_day)
    )


def in_the_way(policy: Policy, standing: Standing, now: datetime) -> Decision | None:
    """What forbids acting whatever the market does."""
    if standing.is_stale:
        return _no(WhyNot.STALE, "a rollback failed; a person must clear it")
    if standing.is_paused:
        return _no(WhyNot.PAUSED)
    if standing.in_progress:
        return _no(WhyNot.IN_PROGRESS)
    if standing.last_done is not None and now - standing.last_done < policy.cool_down:
        return _no(WhyNot.COOLING_DOWN, f"until {(standing.last_done + policy.cool_down).isoformat()}")
    if policy.hours is not None and not policy.hours.are_on(now):
        return _no(WhyNot.MARKET_CLOSED)
    return None


def unbelievable(policy: Policy, prices: PriceFacts) -> Decision | None:
    """Prices that no order may be made on."""
    if prices.missing:
        return _no(WhyNot.PRICE_MISSING, ", ".join(prices.missing[:20]))
    if prices.age > policy.price_age_max:
        told = "of unknown age" if prices.age == UNDATED else f"{_seconds(prices.age)} s"
        return _no(WhyNot.PRICE_TOO_OLD, f"{prices.oldest}: {told}")
    return None


def by_strategy(
    policy: Policy,
    strategy: Strategy,
    standing: Standing,
    drift: DriftFacts,
    now: datetime,
    is_business_day: IsBusinessDay = is_weekday,
) -> Decision:
    """What the strategy says of the drift and the date."""
    if drift.is_empty:
        return _no(WhyNot.NOTHING_HELD)
    due = due_on(policy, strategy, standing, is_business_day)
    if due is not None and _day(policy, now) < due:
        return _no(WhyNot.NOT_DUE, f"next on {due.isoformat()}")
    if strategy.kind is StrategyKind.NONE:
        return Decision(act=True, trigger=Trigger.ALWAYS)
    if strategy.kind is StrategyKind.CALENDAR:
        return Decision(act=True, trigger=Trigger.DATE)
    if not drift.is_out:
        return _no(WhyNot.INSIDE_BANDS, f"at most {percent(drift.worst)} % off")
    hybrid = strategy.kind is StrategyKind.HYBRID
    return Decision(act=True, trigger=Trigger.BAND_ON_DATE if hybrid else Trigger.BAND)


def due_on(
    policy: Policy, strategy: Strategy, standing: Standing, is_business_day: IsBusinessDay = is_weekday
) -> date | None:
    """The day from which a calendar lets act, in the market's zone; `None`: at once (or no calendar)."""
    if strategy.kind not in {StrategyKind.CALENDAR, StrategyKind.HYBRID} or standing.last_done is None:
        return None
    last = _day(policy, standing.last_done)
    return next_due(replace(strategy, last_rebalance=last), is_business_day)


def worth_it(policy: Policy, gain: Decimal, cost: Decimal) -> Decision | None:
    """`None` when the orders gain enough: `gain` and `cost` in money, the gain before the cost."""
    if cost > 0 and gain < policy.minimum_gain * cost:
        return _no(WhyNot.TOO_SMALL, f"a gain of {gain:.2f} for a cost of {cost:.2f}")
    return None


def percent(fraction: Decimal) -> str:
    """A fraction in percent with two decimals, half even."""
    return f"{fraction * 100:.2f}"


def policy_text(policy: Policy) -> str:
    """The canonical JSON of a policy."""
    hours = policy.hours
    zone = None if hours is None else str(hours.zone)
    document = {
        "strategy": None if policy.strategy is None else strategy_document(policy.strategy),
        "coolDownSeconds": _seconds(policy.cool_down),
        "hours": None
        if hours is None
        else {"opens": hours.opens.isoformat(), "closes": hours.closes.isoformat(), "zone": zone},
        "minimumGain": f"{policy.minimum_gain:f}",
        "priceAgeSeconds": _seconds(policy.price_age_max),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def read_policy(text: str, house: Policy) -> Policy:
    """A policy from its JSON; what it leaves out is the house's. Raises `InvalidInput` naming the place."""
    body = parsed(text, POLICY_TEXT_MAX, "policy")
    known_keys(body, {"strategy", "coolDownSeconds", "hours", "minimumGain", "priceAgeSeconds"}, "policy")
    strategy, hours = house.strategy, house.hours
    if "strategy" in body:
        given = body["strategy"]
        strategy = None if given is None else read_strategy(object_in(body, "strategy", "policy"))
    if "hours" in body:
        hours = None if body["hours"] is None else _read_hours(object_in(body, "hours", "policy"))
    return Policy(
        strategy,
        _read_span(body, "coolDownSeconds", house.cool_down),
        hours,
        number_in(body, "minimumGain", house.minimum_gain, maximum=Decimal(1_000), decimals=6),
        _read_span(body, "priceAgeSeconds", house.price_age_max),
    )


def _read_span(body: Mapping[str, Any], key: str, default: timedelta) -> timedelta:
    seconds = number_in(body, key, Decimal(_seconds(default)), maximum=_SECONDS_MAX, decimals=6)
    return timedelta(microseconds=int(seconds * 1_000_000))


def _read_hours(body: Mapping[str, Any]) -> TradingHours:
    known_keys(body, {"opens", "closes", "zone"}, "hours")
    try:
        opens, closes = (time.fromisoformat(text_in(body, key, "hours", 15)) for key in ("opens", "closes"))
    except ValueError as error:
        raise InvalidInput("time_malformed", "write times as 10:00", field="hours") from error
    name = text_in(body, "zone", "hours", 60)
    try:
        zone = zone_of(name)
    except InvalidInput as error:
        raise InvalidInput(
            "zone_unknown", "name a zone such as America/Sao_Paulo", field="hours.zone"
        ) from error
    return TradingHours(opens, closes, zone)


def _day(policy: Policy, instant: datetime) -> date:
    hours = policy.hours or TradingHours()
    return instant.astimezone(hours.zone).date()


def _seconds(span: timedelta) -> str:
    whole, rest = divmod(span // timedelta(microseconds=1), 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)


def _no(why: WhyNot, detail: str = "") -> Decision:
    return Decision(act=False, why_not=why, detail=detail)
