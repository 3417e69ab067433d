"""Calls booked against budgets, between processes too. Satisfies `infra.resilience.quota.QuotaStore`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from fiel.infra.resilience.quota import PeriodBudget
from fiel.infra.storage.database import Database
from fiel.infra.storage.upserts import insert_into
from fiel.market.tables import market_quota as quota


@dataclass(frozen=True, slots=True)
class StoredBudgets:
    """Counts in the database; each call is one short transaction in a thread."""

    database: Database

    async def reserve(self, name: str, budgets: Sequence[PeriodBudget], cost: int) -> str | None:
        """Add `cost` to every period, or to none. Raises `Unavailable`."""
        return await asyncio.to_thread(
            self.database.transact, lambda unit: _reserve(unit.connection, name, budgets, cost)
        )

    async def raise_to(self, name: str, period: str, used: int) -> None:
        """The service counted that many. Raises `Unavailable`."""

        def raised(connection: Connection) -> None:
            _begin(connection, name, period)
            connection.execute(
                update(quota)
                .where(quota.c.name == name, quota.c.period == period, quota.c.used < used)
                .values(used=used)
            )

        await asyncio.to_thread(self.database.transact, lambda unit: raised(unit.connection))

    async def used(self, name: str, periods: Sequence[str]) -> Mapping[str, int]:
        """Calls so far. Raises `Unavailable`."""
        return await asyncio.to_thread(self._used, name, periods)

    def _used(self, name: str, periods: Sequence[str]) -> dict[str, int]:
        asked = select(quota.c.period, quota.c.used).where(quota.c.name == name, quota.c.period.in_(periods))
        with self.database.reading() as connection:
            found: dict[str, int] = {row.period: row.used for row in connection.execute(asked)}
        return {period: found.get(period, 0) for period in periods}


def _reserve(connection: Connection, name: str, budgets: Sequence[PeriodBudget], cost: int) -> str | None:
    point = connection.begin_nested()
    # In one order everywhere, so that two processes never wait for each other crosswise.
    for one in sorted(budgets, key=lambda one: one.period):
        _begin(connection, name, one.period)
        booked = connection.execute(
            update(quota)
            .where(quota.c.name == name, quota.c.period == one.period, quota.c.used + cost <= one.budget)
            .values(used=quota.c.used + cost)
        )
        if booked.rowcount != 1:
            point.rollback()
            return one.period
    point.commit()
    return None


def _begin(connection: Connection, name: str, period: str) -> None:
    connection.execute(
        insert_into(quota, connection).values(name=name, period=period, used=0).on_conflict_do_nothing()
    )
