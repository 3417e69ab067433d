"""Budgets of calls per day and month, kept where a restart does not forget them.

A call is booked before it is made and never given back: a service counts what it got, not what we received.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from fiel.infra.resilience.timing import Timing, check_count
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import InvalidInput, Unavailable


@dataclass(frozen=True, slots=True)
class QuotaConfig:
    """At most `month` calls a calendar month and `day` calls a day, in `zone`; `None` is no limit.

    Raises `InvalidInput` out of range.
    """

    month: int | None = None
    day: int | None = None
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        for name in ("month", "day"):
            if (value := getattr(self, name)) is not None:
                check_count(value, name, least=0, most=1_000_000_000)

    def periods(self, now: datetime) -> tuple[PeriodBudget, ...]:
        """The periods that `now` lies in, each with its budget."""
        local = now.astimezone(self.zone)
        found = []
        if self.month is not None:
            found.append(PeriodBudget(f"{local:%Y-%m}", self.month))
        if self.day is not None:
            found.append(PeriodBudget(f"{local:%Y-%m-%d}", self.day))
        return tuple(found)

    def ends_in(self, period: str, now: datetime) -> float:
        """Seconds until that period is over."""
        local = now.astimezone(self.zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if len(period) == len("2026-01"):
            after = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            after = midnight + timedelta(days=1)
        return (after - local).total_seconds()


@dataclass(frozen=True, slots=True)
class PeriodBudget:
    """`2026-11` or `2026-11-21`, and how many calls it allows."""

    period: str
    budget: int


class QuotaStore(Protocol):
    """Counts per name and period. Each method is atomic, between processes too."""

    async def reserve(self, name: str, budgets: Sequence[PeriodBudget], cost: int) -> str | None:
        """Add `cost` to every period, or to none: then the first period that cannot bear it is returned.

        Raises `Unavailable` when it is not known; nothing may be called then.
        """

    async def raise_to(self, name: str, period: str, used: int) -> None:
        """The service says how many it counted: the higher number holds. Raises `Unavailable`."""

    async def used(self, name: str, periods: Sequence[str]) -> Mapping[str, int]:
        """Calls so far; 0 for a period not heard of. Raises `Unavailable`."""


@dataclass(slots=True)
class MemoryQuotaStore:
    """For tests and for services without a budget worth keeping: a restart forgets it."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    async def reserve(self, name: str, budgets: Sequence[PeriodBudget], cost: int) -> str | None:
        for one in budgets:
            if self.counts.get((name, one.period), 0) + cost > one.budget:
                return one.period
        for one in budgets:
            self.counts[name, one.period] = self.counts.get((name, one.period), 0) + cost
        return None

    async def raise_to(self, name: str, period: str, used: int) -> None:
        self.counts[name, period] = max(used, self.counts.get((name, period), 0))

    async def used(self, name: str, periods: Sequence[str]) -> Mapping[str, int]:
        return {period: self.counts.get((name, period), 0) for period in periods}


class Quotas:
    """The budgets of all services that have one."""

    def __init__(self, configs: Mapping[str, QuotaConfig], store: QuotaStore, timing: Timing) -> None:
        self._configs, self._store, self._timing = dict(configs), store, timing
        self.refused = 0

    async def reserve(self, name: str, cost: int = 1) -> None:
        """Book a call. Raises `TurnedAway` (quota_empty; quota_unknown when the store cannot be asked)."""
        if cost < 1:
            raise InvalidInput("cost_out_of_range", "a call costs at least 1", field="cost")
        config = self._config(name)
        now = self._timing.clock.now()
        budgets = config.periods(now)
        if not budgets:
            return
        try:
            full = await self._store.reserve(name, budgets, cost)
        except Unavailable as error:
            self.refused += 1
            raise TurnedAway(
                "quota_unknown", f"the budget of {name} cannot be read ({error.code})"
            ) from error
        if full is not None:
            self.refused += 1
            again = config.ends_in(full, now)
            raise TurnedAway("quota_empty", f"{name} has no calls left for {full}", again_in=again)

    async def learn(self, name: str, used: int) -> None:
        """The service says how many calls it counted this month. Raises `Unavailable`."""
        now = self._timing.clock.now()
        month = f"{now.astimezone(self._config(name).zone):%Y-%m}"
        await self._store.raise_to(name, month, used)

    async def snapshot(self) -> dict[str, dict[str, tuple[int, int]]]:
        """By name and period: calls so far, and the budget. Raises `Unavailable`."""
        found = {}
        for name, config in self._configs.items():
            budgets = config.periods(self._timing.clock.now())
            used = await self._store.used(name, [one.period for one in budgets])
            found[name] = {one.period: (used[one.period], one.budget) for one in budgets}
        return found

    def _config(self, name: str) -> QuotaConfig:
        if name not in self._configs:
            raise InvalidInput("quota_unknown_name", f"no budget is configured for {name}", field="quota")
        return self._configs[name]
