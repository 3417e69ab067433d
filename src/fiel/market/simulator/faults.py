"""Which fault befalls which call: pure, and the same for the same seed, plan and call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum

from fiel.kernel.errors import InvalidInput
from fiel.market.providers.recorded import BRASILIA
from fiel.market.simulator.draws import draw, millionths


class Fault(StrEnum):
    """What may go wrong. The word is that of the command line; in brackets what `amount` means there."""

    LATENCY = "latency"  # the answer comes late [seconds, 2]
    SILENT = "silent"  # no answer at all
    RESET = "reset"  # the connection is reset
    DRIP = "drip"  # a byte at a time [bytes a second, 20]
    SHORT = "short"  # the connection ends before the length it promised
    TRUNCATED = "truncated"  # the body is cut, and its length says so [% kept, 60]

    THROTTLE = "throttle"  # the page "Requisição inválida!" with status 200
    HTML = "html"  # another page with status 200
    QUOTA = "402"
    AUTH = "401"
    NOT_FOUND = "404"
    RATE = "429"  # [Retry-After in seconds, 7]
    DOWN = "503"  # a page of a server that is down [status, 503]
    WRONG_TYPE = "wrong-type"  # JSON of another kind
    HUGE = "huge"  # a body without end [megabytes, 50]
    NESTED = "nested"  # lists in lists [depth, 100000]

    STALE = "stale"  # an answer of some sessions ago, with its date [sessions, 3]
    FROZEN = "frozen"  # the same with the present date [sessions, 3]
    TIMES_10 = "x10"
    TIMES_100 = "x100"
    TENTH = "/10"
    HUNDREDTH = "/100"
    RANDOM = "random"  # one number wrong by 5 % to `amount` % [30]
    ZERO = "zero"
    NEGATIVE = "negative"
    UNIT = "unit"  # annual for daily and daily for annual; cents for reais
    LAST_DIGIT = "last-digit"  # one unit in the last place
    DISAGREE = "disagree"  # one number off by `amount` % [1]

    DUPLICATE = "duplicate"  # a row twice
    CONFLICT = "conflict"  # a day twice with two values
    GAPS = "gaps"  # rows left out [how many, 2]
    EMPTY = "empty"  # nothing, politely
    PHANTOM = "phantom"  # a row on a day without one
    COMMA = "comma"  # decimal commas
    SWAPPED = "swapped"  # the answer of another symbol, under its own name
    IMPOSTOR = "impostor"  # the figures of another symbol, under the name asked for


#: These befall figures; two of them may meet. Of the others the first that befalls is what happens.
FIGURES = frozenset(list(Fault)[list(Fault).index(Fault.STALE) :])
#: These may come together with any other.
SLOW = frozenset({Fault.LATENCY})
_EVERY = "*"


@dataclass(frozen=True, slots=True)
class Call:
    """One question to the simulator: the `number`-th of its provider, endpoint and topic, from 0."""

    provider: str
    endpoint: str
    topic: str
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault and when it befalls: by `rate` of the calls, between two times of day (Brasilia) or instants.

    A time of day `until` before `since` spans midnight. `calls` limits it to the first so many.
    """

    fault: Fault
    provider: str = _EVERY
    endpoint: str = _EVERY
    topic: str = _EVERY
    rate: Decimal = Decimal(1)
    since: datetime | time | None = None
    until: datetime | time | None = None
    calls: int | None = None
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise InvalidInput("fault_rate", "a rate lies between 0 and 1", field="rate")
        for name in ("since", "until"):
            value = getattr(self, name)
            if isinstance(value, datetime) and value.tzinfo is None:
                raise InvalidInput("time_zone_missing", f"{name} needs a time zone", field=name)
        if self.amount is not None and not 0 <= self.amount <= 1_000_000:
            raise InvalidInput("fault_amount", "an amount lies between 0 and 1000000", field="amount")

    def concerns(self, call: Call) -> bool:
        """Whether the call is one of those that the rule is for, and its time has come."""
        asked = (call.provider, call.endpoint, call.topic)
        meant = (self.provider, self.endpoint, self.topic)
        if any(one not in (_EVERY, other) for one, other in zip(meant, asked, strict=True)):
            return False
        if self.calls is not None and call.number >= self.calls:
            return False
        return self._in_time(call.at)

    def _in_time(self, at: datetime) -> bool:
        after = self.since is None or _reached(self.since, at)
        before = self.until is None or not _reached(self.until, at)
        if isinstance(self.since, time) and isinstance(self.until, time) and self.until < self.since:
            return after or before
        return after and before


def _reached(bound: datetime | time, at: datetime) -> bool:
    if isinstance(bound, datetime):
        return at >= bound
    return at.astimezone(BRASILIA).time() >= bound


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that befalls a call. `chance` is a number to draw details from; `amount` None: the usual."""

    fault: Fault
    chance: int
    amount: Decimal | None = None

    def amount_or(self, usual: int) -> int:
        """The amount in whole units."""
        return usual if self.amount is None else int(self.amount)


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules and the seed they are drawn with."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0

    def hits(self, call: Call) -> tuple[Hit, ...]:
        """The faults that befall the call: those of time and figures together, of the others the first."""
        drawn = [hit for index, rule in enumerate(self.rules) if (hit := self._drawn(index, rule, call))]
        whole = [hit for hit in drawn if hit.fault not in FIGURES | SLOW][:1]
        return tuple(hit for hit in drawn if hit.fault in FIGURES | SLOW or hit in whole)

    def _drawn(self, index: int, rule: Rule, call: Call) -> Hit | None:
        if not rule.concerns(call):
            return None
        names = (self.seed, index, call.provider, call.endpoint, call.topic, call.number)
        if millionths(*names) >= rule.rate * 1_000_000:
            return None
        return Hit(rule.fault, draw(*names, "details"), rule.amount)
