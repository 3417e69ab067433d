"""Budgets that survive a database that is away: a few calls are still made, and counted in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fiel.infra.resilience.quota import MemoryQuotaStore, PeriodBudget, QuotaStore
from fiel.kernel.errors import Unavailable

#: Enough to go on serving a small wallet through an outage, too few to empty a month.
UNSEEN_CALLS_MAX = 20


@dataclass(slots=True)
class PatientBudgets:
    """Satisfies `QuotaStore`. What was called unseen is booked when the database is back."""

    store: QuotaStore
    unseen: MemoryQuotaStore = field(default_factory=MemoryQuotaStore)

    async def reserve(self, name: str, budgets: Sequence[PeriodBudget], cost: int) -> str | None:
        """As the store says; while it is away, at most `UNSEEN_CALLS_MAX` a period and process."""
        try:
            await self._catch_up()
            return await self.store.reserve(name, budgets, cost)
        except Unavailable:
            few = [PeriodBudget(one.period, min(one.budget, UNSEEN_CALLS_MAX)) for one in budgets]
            return await self.unseen.reserve(name, few, cost)

    async def raise_to(self, name: str, period: str, used: int) -> None:
        """The service counted that many. Raises `Unavailable`."""
        await self.store.raise_to(name, period, used)

    async def used(self, name: str, periods: Sequence[str]) -> Mapping[str, int]:
        """Calls so far, with those not booked yet. Raises `Unavailable`."""
        booked = await self.store.used(name, periods)
        return {one: booked[one] + self.unseen.counts.get((name, one), 0) for one in periods}

    async def _catch_up(self) -> None:
        """Book what was called unseen. Raises `Unavailable`; nothing is lost then."""
        for (name, period), count in list(self.unseen.counts.items()):
            booked = (await self.store.used(name, [period]))[period]
            await self.store.raise_to(name, period, booked + count)
            self.unseen.counts.pop((name, period), None)
