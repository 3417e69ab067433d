"""Budgets of calls: booked before the call, never above, kept over a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.support.quota_contract import QuotaStoreContract
from tests.support.resilience import timing_of
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.quota import MemoryQuotaStore, QuotaConfig, Quotas, QuotaStore
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import InvalidInput, Unavailable

EVENING = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)


class TestMemoryStore(QuotaStoreContract):
    """The store in memory keeps the contract, as far as its process goes."""

    @pytest.fixture
    def reopen(self) -> Callable[[], QuotaStore]:
        """The same store each time."""
        store = MemoryQuotaStore()
        return lambda: store


def test_an_empty_budget_says_when_it_is_full_again() -> None:
    """At 23:00 of the last of the month, day and month are full again in an hour, and calls go through."""

    async def story(clock: VirtualClock) -> None:
        quotas = Quotas({"brapi": QuotaConfig(month=2)}, MemoryQuotaStore(), timing_of(clock))
        await quotas.reserve("brapi")
        await quotas.reserve("brapi")
        with pytest.raises(TurnedAway) as refusal:
            await quotas.reserve("brapi")
        assert (refusal.value.code, refusal.value.again_in) == ("quota_empty", 3600)
        await clock.pause(3600)
        await quotas.reserve("brapi")
        assert await quotas.snapshot() == {"brapi": {"2026-12": (1, 2)}}

    run(story, EVENING)


def test_days_and_months_are_those_of_the_service() -> None:
    """In Brazil it is still November for three more hours."""

    async def story(clock: VirtualClock) -> None:
        zone = ZoneInfo("America/Sao_Paulo")
        quotas = Quotas(
            {"brapi": QuotaConfig(month=5, day=1, zone=zone)}, MemoryQuotaStore(), timing_of(clock)
        )
        await clock.pause(3 * 3600)
        await quotas.reserve("brapi")
        with pytest.raises(TurnedAway, match="2026-11-30") as refusal:
            await quotas.reserve("brapi")
        assert refusal.value.again_in == 3600

    run(story, EVENING)


def test_what_the_service_counted_holds() -> None:
    """The service says that all is used: nothing more is asked this month."""

    async def story(clock: VirtualClock) -> None:
        quotas = Quotas({"brapi": QuotaConfig(month=15_000)}, MemoryQuotaStore(), timing_of(clock))
        await quotas.learn("brapi", 15_000)
        with pytest.raises(TurnedAway):
            await quotas.reserve("brapi")
        assert quotas.refused == 1

    run(story, EVENING)


def test_an_unknown_count_is_not_spent() -> None:
    """While the store cannot be asked no call is made, and the reason says so."""

    class Down(MemoryQuotaStore):
        async def reserve(self, *_: object) -> str | None:
            raise Unavailable("database_unavailable", "down")

    async def story(clock: VirtualClock) -> None:
        quotas = Quotas({"brapi": QuotaConfig(month=5)}, Down(), timing_of(clock))
        with pytest.raises(TurnedAway, match="database_unavailable") as refusal:
            await quotas.reserve("brapi")
        assert refusal.value.code == "quota_unknown"

    run(story, EVENING)


def test_a_budget_that_nobody_configured_is_an_error() -> None:
    """A misspelt name does not mean without limit."""

    async def story(clock: VirtualClock) -> None:
        with pytest.raises(InvalidInput, match="brappi"):
            await Quotas({}, MemoryQuotaStore(), timing_of(clock)).reserve("brappi")

    run(story, EVENING)
