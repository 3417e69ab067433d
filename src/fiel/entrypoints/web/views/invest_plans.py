"""Plans that were kept: what was decided, at which prices. They never change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fiel.copilot.papers import PLAN, Paper, PaperDesk
from fiel.entrypoints.web.views.invest import InvestView
from fiel.infra.storage.database import Database
from fiel.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """`query`: the question; `record`: the answer as `fiel plan --json` writes it."""

    id: str
    at: datetime
    title: str
    query: str
    record: Mapping[str, Any]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """Orders with Decimals."""
        names = ("quantity", "price", "value")
        return [dict(one) | {name: Decimal(one[name]) for name in names} for one in self.record["orders"]]


def keep_plan(
    database: Database, wallet: str, plan_id: str, view: InvestView, query: str, title: str, at: datetime
) -> None:
    """Keep the answer as it is. Raises `InvalidInput` (paper_too_long)."""
    body = json.dumps(
        {"title": title, "query": query, "plan": view.plan.to_dict()},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    PaperDesk(database, PLAN).keep(wallet, plan_id, body, at)


def saved_plans(database: Database, wallet: str, limit: int) -> list[SavedPlan]:
    """The latest."""
    return [_read(paper) for paper in PaperDesk(database, PLAN).latest(wallet, limit)]


def saved_plan(database: Database, wallet: str, plan_id: str) -> SavedPlan:
    """One of them. Raises `NotFound` (plan_unknown)."""
    paper = PaperDesk(database, PLAN).named(wallet, plan_id)
    if paper is None:
        raise NotFound("plan_unknown", "there is no such plan", field="plan")
    return _read(paper)


def remove_plan(database: Database, wallet: str, plan_id: str) -> None:
    """Forget it."""
    PaperDesk(database, PLAN).forget(wallet, plan_id)


def _read(paper: Paper) -> SavedPlan:
    told = json.loads(paper.body)
    return SavedPlan(paper.id, paper.changed_at, told["title"], told["query"], told["plan"])
