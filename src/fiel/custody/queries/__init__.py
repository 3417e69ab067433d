"""Custody's reads: `Queries(database).snapshot()` for what the book says now, `past` for what it said."""

from __future__ import annotations

from fiel.custody.queries.income import IncomeReceipt
from fiel.custody.queries.snapshot import PAGE_MAX, Holding, Overview, Queries, Snapshot, StoredAlert

__all__ = ["PAGE_MAX", "Holding", "IncomeReceipt", "Overview", "Queries", "Snapshot", "StoredAlert"]
