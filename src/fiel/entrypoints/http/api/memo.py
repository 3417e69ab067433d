"""Answers that take long to reckon, kept while nothing that they are made of has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from fiel.bootstrap.versions import version_of
from fiel.copilot.own_plan.desk import OwnPlanDesk, SavedTargets
from fiel.copilot.own_plan.owned import Owned
from fiel.copilot.own_plan.planning import OwnPortfolio
from fiel.entrypoints.http.api.desk import Desk
from fiel.entrypoints.http.kept import Memo

#: Answers kept by one process: some hundred kilobytes each at most.
KEPT_MAX = 64


def kept(request: Request, desk: Desk, make: Callable[[], Any], *of: Hashable) -> Any:
    """The answer about `of`, of this minute and of this state of the database; not for what needs prices
    that are kept elsewhere."""
    memo: Memo | None = getattr(request.app.state, "api_memo", None)
    if memo is None:
        memo = request.app.state.api_memo = Memo(KEPT_MAX)
    return memo.get((version_of(desk.database), f"{desk.now:%Y-%m-%dT%H:%M}", *of), make)


@dataclass(frozen=True, slots=True)
class Own:
    """What a wallet owns today, and in its targets where it has any; without prices."""

    saved: SavedTargets | None
    owned: Owned
    portfolio: OwnPortfolio | None


def own_of(request: Request, desk: Desk, wallet: str) -> Own:
    """Kept. Raises `Refused` (category_missing), `InvalidInput` of the targets, `Unavailable`, `Corrupt`."""
    plans, today = OwnPlanDesk(desk.database, desk.services.clock), desk.today
    saved = plans.saved(wallet)

    def make() -> Own:
        seen = plans.look(wallet)
        if saved is None:
            return Own(None, plans.owned(seen, today), None)
        found = plans.portfolio(seen, plans.read(seen, saved.body, name="targets"), today)
        return Own(saved, found.owned, found)

    # The version knows texts by when they were saved, and a clock may be set back: the text itself is asked.
    made: Own = kept(request, desk, make, "own", wallet, today, saved and saved.body)
    return made
