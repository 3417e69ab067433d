"""Budgets in the database keep the contract of every store of quota counts, on both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fiel.infra.resilience.quota import QuotaStore
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import open_database
from fiel.market.store.budgets import StoredBudgets
from tests.support.quota_contract import QuotaStoreContract


class TestStoredBudgets(QuotaStoreContract):
    """The contract, on rows of `market_quota`."""

    @pytest.fixture
    def reopen(self, either_url: str, request: pytest.FixtureRequest) -> Callable[[], QuotaStore]:
        def opened() -> QuotaStore:
            database: Database = open_database(either_url)
            request.addfinalizer(database.close)
            return StoredBudgets(database)

        return opened
