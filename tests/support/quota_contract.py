"""What every store of quota counts must do. Subclass it, with a fixture `reopen` for the same store anew.

Coroutines run on a real loop: a store may talk to a database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from fiel.infra.resilience.quota import PeriodBudget, QuotaStore

MONTH, DAY = PeriodBudget("2026-11", 10), PeriodBudget("2026-11-21", 4)


class QuotaStoreContract:
    """The tests of the port."""

    @pytest.fixture
    def reopen(self) -> Callable[[], QuotaStore]:
        """Opens the store: the same counts each time, as after a restart."""
        raise NotImplementedError

    def test_it_counts_up_to_the_budget(self, reopen: Callable[[], QuotaStore]) -> None:
        """Four of a day go through, the fifth names the day and changes nothing."""

        async def story() -> None:
            store = reopen()
            found = [await store.reserve("brapi", [MONTH, DAY], 1) for _ in range(6)]
            assert found == [None] * 4 + ["2026-11-21"] * 2
            used = await store.used("brapi", ["2026-11", "2026-11-21", "2026-12"])
            assert used == {"2026-11": 4, "2026-11-21": 4, "2026-12": 0}

        asyncio.run(story())

    def test_names_have_their_own_counts(self, reopen: Callable[[], QuotaStore]) -> None:
        """What one service used is not taken from another."""

        async def story() -> None:
            store = reopen()
            assert await store.reserve("brapi", [DAY], 4) is None
            assert await store.reserve("hgbrasil", [DAY], 4) is None
            assert await store.reserve("brapi", [DAY], 1) == "2026-11-21"

        asyncio.run(story())

    def test_a_cost_that_does_not_fit_takes_nothing(self, reopen: Callable[[], QuotaStore]) -> None:
        """Three of four are used: a call that costs two is refused, one that costs one goes through."""

        async def story() -> None:
            store = reopen()
            assert await store.reserve("brapi", [MONTH, DAY], 3) is None
            assert await store.reserve("brapi", [MONTH, DAY], 2) == "2026-11-21"
            assert await store.reserve("brapi", [MONTH, DAY], 1) is None
            assert await store.used("brapi", ["2026-11"]) == {"2026-11": 4}

        asyncio.run(story())

    def test_the_budget_holds_among_many_at_once(self, reopen: Callable[[], QuotaStore]) -> None:
        """Forty callers of two openings of the store book exactly ten."""

        async def story() -> None:
            stores = [reopen(), reopen()]
            found = await asyncio.gather(
                *(stores[number % 2].reserve("brapi", [MONTH], 1) for number in range(40))
            )
            assert found.count(None) == 10

        asyncio.run(story())

    def test_a_restart_forgets_nothing(self, reopen: Callable[[], QuotaStore]) -> None:
        """What was booked before is still booked after."""

        async def before() -> None:
            assert await reopen().reserve("brapi", [DAY], 4) is None

        async def after() -> None:
            assert await reopen().reserve("brapi", [DAY], 1) == "2026-11-21"

        asyncio.run(before())
        asyncio.run(after())

    def test_the_service_can_only_raise_a_count(self, reopen: Callable[[], QuotaStore]) -> None:
        """What the service counted holds if it is more than ours."""

        async def story() -> None:
            store = reopen()
            await store.reserve("brapi", [MONTH], 3)
            await store.raise_to("brapi", "2026-11", 9)
            await store.raise_to("brapi", "2026-11", 2)
            assert await store.used("brapi", ["2026-11"]) == {"2026-11": 9}

        asyncio.run(story())
