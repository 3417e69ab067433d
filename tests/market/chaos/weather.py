"""What goes wrong on a day: faults of every provider and of the shared cache, drawn from a seed.

Left out are the faults that nobody can tell from the truth by what is known when the answer comes: a last
digit that is off, a disagreement within a usual day's move, another symbol's figures under the right name,
an old price with the present time, and two providers that are wrong alike. Every symbol and every series is
known from the evening before: whether the decimal point slipped is told by what is known already. Months of
the IPCA may be zero or negative, and may be revised: these two faults befall other series.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fiel.market.simulator.faults import Plan
from fiel.market.simulator.plans import parse_plan

#: Answers that do not come, come late, or are none. They befall every provider.
NO_ANSWERS = (
    "latency:amount=3",
    "latency:amount=14",
    "silent",
    "reset",
    "drip",
    "short",
    "truncated",
    "throttle",
    "html",
    "402",
    "401",
    "404",
    "429",
    "429:amount=300",
    "503",
    "503:amount=500",
    "wrong-type",
    "huge",
    "nested",
)
#: Prices that are wrong or old.
WRONG_PRICES = (
    "x10",
    "x100",
    "/10",
    "/100",
    "unit",
    "zero",
    "negative",
    "comma",
    "swapped",
    "stale:amount=1",
    "stale:amount=5",
)
#: Rows that are wrong, too many or too few.
WRONG_ROWS = (
    "x10",
    "x100",
    "/10",
    "/100",
    "unit",
    "comma",
    "duplicate",
    "conflict",
    "gaps",
    "phantom",
    "empty",
    "stale:amount=1",
)
#: How a provider may be away for hours.
_AWAY = ("503", "silent", "reset", "throttle", "429", "402", "html")
#: TR has been zero for years.
_NEVER_ZERO = ("cdi", "selic", "cdi_annual", "selic_annual", "selic_target", "usd_ptax")
_QUOTES, _SERIES = ("brapi", "hg"), ("sgs", "olinda", "ipeadata", "b3")


@dataclass(frozen=True, slots=True)
class Times:
    """A day: it begins, all is well again from `calm` on, and it ends."""

    begin: datetime
    calm: datetime
    end: datetime

    @classmethod
    def of(cls, begin: datetime) -> Times:
        """24 hours, the last of which is for coming back."""
        return cls(begin, begin + timedelta(hours=23), begin + timedelta(hours=24))


def plan_of(seed: int, times: Times) -> Plan:
    """The faults of a day: about a third of all calls meet one, and every provider is away for a while."""
    chance = random.Random(f"weather {seed}")
    return parse_plan(_rules(chance, times), seed=seed)


def plan_without_anybody(times: Times) -> Plan:
    """Nobody answers until all is well again."""
    return parse_plan([f"*:503:{_while(times.begin, times.calm)}"])


def _rules(chance: random.Random, times: Times) -> Iterator[str]:
    whole = _while(times.begin, times.calm)
    one_sided = chance.choice(_QUOTES)
    for provider in (*_QUOTES, *_SERIES):
        for fault in NO_ANSWERS:
            yield _rule(provider, fault, f"rate={chance.randint(0, 20) / 1000}", whole)
        wrong = WRONG_PRICES if provider in _QUOTES else WRONG_ROWS
        place = "brapi/quote" if provider == "brapi" else provider
        for fault in wrong:
            yield _rule(place, fault, f"rate={chance.randint(0, 30) / 1000}", whole)
        start = times.begin + timedelta(minutes=chance.randint(0, 20 * 60))
        away = _while(start, start + timedelta(minutes=chance.randint(20, 180)))
        yield _rule(provider, chance.choice(_AWAY), "rate=1", away)
    for key in _NEVER_ZERO:
        for fault in ("zero", "negative"):
            yield _rule(f"sgs/range/{key}", fault, "rate=0.03", whole)
    yield _rule(one_sided, f"disagree:amount={chance.choice((30, 45, 70))}", "rate=0.03", whole)


def _while(since: datetime, until: datetime) -> str:
    return f"from={since.isoformat()},to={until.isoformat()}"


def _rule(provider: str, fault: str, *options: str) -> str:
    name, _, amount = fault.partition(":")
    return f"{provider}:{name}:{','.join(filter(None, (amount, *options)))}"
