"""Everything about the auto-balancer that people may set: one immutable block, with units and bounds.

Fractions are Decimal (0.05 = 5 points), times are `timedelta`. Nothing here reads the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal

from fiel.autobalance.saga.model import Patience
from fiel.custody.config import default_zone
from fiel.kernel.calendars import b3
from fiel.kernel.errors import InvalidInput

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
#: A portfolio is not kept by one worker for longer, whatever happens.
LONGEST_LEASE = timedelta(hours=6)
IN_FLIGHT_MAX = 100_000
#: Custody answers for so many users at a time.
BATCH_MAX = 1_000
NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class LeaseSpans:
    """How long a worker has a portfolio: `time_to_live` without a word, a word each `heartbeat`, and
    `longest` in all. Raises `InvalidInput` naming the field."""

    time_to_live: timedelta = timedelta(seconds=30)
    heartbeat: timedelta = timedelta(seconds=10)
    longest: timedelta = LONGEST_LEASE

    def __post_init__(self) -> None:
        _span(self, "lease.time_to_live", _SECOND, LONGEST_LEASE)
        _span(self, "lease.heartbeat", timedelta(milliseconds=10), LONGEST_LEASE)
        _span(self, "lease.longest", _SECOND, LONGEST_LEASE)
        if self.heartbeat * 2 > self.time_to_live:
            message = "a lease must outlive two heartbeats; raise time_to_live or lower heartbeat"
            raise InvalidInput("heartbeat_too_slow", message, field="lease.heartbeat")
        if self.time_to_live > self.longest:
            message = "time_to_live must not be above longest"
            raise InvalidInput("lease_spans", message, field="lease.time_to_live")


@dataclass(frozen=True, slots=True)
class TradingHours:
    """When orders go out: from `opens` up to (not at) `closes`, local to `zone`, on B3's business days.

    Raises `InvalidInput` unless it opens before it closes.
    """

    opens: time = time(10, 0)
    closes: time = time(17, 55)
    zone: tzinfo = field(default_factory=default_zone)

    def __post_init__(self) -> None:
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise InvalidInput("hours_with_zone", "give local times; the zone has its own", field="hours")
        if self.opens >= self.closes:
            raise InvalidInput("hours_reversed", "it must open before it closes", field="hours")

    def are_on(self, now: datetime) -> bool:
        """Whether orders may go out at an instant (aware)."""
        here = now.astimezone(self.zone)
        return self.opens <= here.time() < self.closes and b3().is_business_day(here.date())


@dataclass(frozen=True, slots=True)
class AutobalanceConfig:
    """What the house sets. Raises `InvalidInput` naming the field.

    | | |
    |---|---|
    | `threshold` | half-width of the band where a portfolio sets none: a fraction of the whole |
    | `lease`, `patience` | how long a worker has a portfolio; how long and often a batch tries |
    | `cool_down` | after a batch, before the next of the same portfolio |
    | `hours` | when orders go out; `None` around the clock |
    | `minimum_gain` | how many times its cost a batch must gain (whole x fall of the objective's tracking) |
    | `price_age_max` | prices older than this are no prices |
    | `slippage` | distance of limits from the market price, a fraction |
    | `smallest_order` | orders worth less (money) are left out |
    | `ask_again` | a portfolio that stays out of band is asked for once in this time |
    | `in_flight` | batches that one worker runs at a time |
    | `calls_at_once` | calls to the broker that one worker has under way; the others wait, untimed |
    | `group_commit` | batches whose steps are saved in one transaction |
    | `requests_per_batch` | portfolios that are planned together |
    | `search_nodes` | how far the search for the best lots of one portfolio goes |
    | `holder` | this worker's name in leases; `None`: made at start |
    """

    threshold: Decimal = Decimal("0.05")
    lease: LeaseSpans = field(default_factory=LeaseSpans)
    patience: Patience = field(default_factory=Patience)
    cool_down: timedelta = timedelta(minutes=15)
    hours: TradingHours | None = field(default_factory=TradingHours)
    minimum_gain: Decimal = Decimal(1)
    price_age_max: timedelta = timedelta(minutes=5)
    slippage: Decimal = Decimal("0.003")
    smallest_order: Decimal = Decimal(1)
    ask_again: timedelta = timedelta(minutes=1)
    in_flight: int = 1_000
    calls_at_once: int = 64
    group_commit: int = 64
    requests_per_batch: int = 500
    search_nodes: int = 25
    holder: str | None = None

    def __post_init__(self) -> None:
        _fraction(self, "threshold", Decimal("0.0001"), Decimal(1))
        _fraction(self, "minimum_gain", Decimal(0), Decimal(1_000))
        _fraction(self, "slippage", Decimal(0), Decimal("0.5"))
        _fraction(self, "smallest_order", Decimal(0), Decimal(10) ** 9)
        _span(self, "cool_down", timedelta(), 366 * _DAY)
        _span(self, "price_age_max", _SECOND, 366 * _DAY)
        _span(self, "ask_again", timedelta(milliseconds=1), _DAY)
        _whole(self, "in_flight", 1, IN_FLIGHT_MAX)
        _whole(self, "calls_at_once", 1, IN_FLIGHT_MAX)
        _whole(self, "group_commit", 1, BATCH_MAX)
        _whole(self, "requests_per_batch", 1, BATCH_MAX)
        _whole(self, "search_nodes", 1, 1_000_000)
        _check_patience(self.patience)
        if self.holder is not None and not (1 <= len(self.holder) <= NAME_MAX and self.holder.isprintable()):
            raise InvalidInput("holder", f"a name has 1 to {NAME_MAX} printable characters", field="holder")


def _check_patience(patience: Patience) -> None:
    for each in fields(patience):
        value, place = getattr(patience, each.name), f"patience.{each.name}"
        if isinstance(value, timedelta):
            _span(patience, place, timedelta(), _DAY)
        elif isinstance(value, Decimal):
            _fraction(patience, place, Decimal(0), Decimal(1))
        elif isinstance(value, float):
            if not 0 <= value <= 1:
                raise InvalidInput("out_of_range", f"{place} must lie from 0 to 1", field=place)
        else:
            _whole(patience, place, 1, 100)
    if not patience.answer:
        raise InvalidInput("out_of_range", "a broker needs time to answer", field="patience.answer")
    if patience.first_query > patience.longest_query:
        message = "first_query must not be above longest_query"
        raise InvalidInput("out_of_range", message, field="patience.first_query")


def _value(block: object, place: str) -> object:
    return getattr(block, place.rpartition(".")[2])


def _span(block: object, place: str, least: timedelta, most: timedelta) -> None:
    value = _value(block, place)
    if not isinstance(value, timedelta):
        raise InvalidInput("time_expected", f"{place} is a length of time", field=place)
    if not least <= value <= most:
        raise InvalidInput("out_of_range", f"{place} must lie from {least} to {most}", field=place)


def _whole(block: object, place: str, least: int, most: int) -> None:
    value = _value(block, place)
    if type(value) is not int or not least <= value <= most:
        message = f"{place} must be a whole number from {least} to {most}"
        raise InvalidInput("out_of_range", message, field=place)


def _fraction(block: object, place: str, least: Decimal, most: Decimal) -> None:
    value = _value(block, place)
    if not isinstance(value, Decimal):
        raise InvalidInput("decimal_required", f"{place} must be a Decimal, which is exact", field=place)
    if not value.is_finite() or not least <= value <= most:
        raise InvalidInput("out_of_range", f"{place} must lie from {least} to {most}", field=place)
