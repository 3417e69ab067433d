"""What the other parts read of the enrolments: a port, so that each can be tried without a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.triggers import Policy


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A portfolio as it is enrolled; `is_active` is neither paused nor stale."""

    portfolio: str
    currency: str
    model: str
    policy: Policy
    broker: str
    is_active: bool
    is_stale: bool
    last_done: datetime | None
    updated_at: datetime


class Enrolments(Protocol):
    """The enrolments, read."""

    def page(self, after: str, limit: int) -> list[Enrolment]:
        """By name, those after `after`; a page that is not full is the last."""

    def changed_since(self, instant: datetime, limit: int) -> list[Enrolment]:
        """Those that people changed at or after an instant, in the order of the change."""

    def named(self, portfolios: Collection[str]) -> Mapping[str, Enrolment]:
        """Of the portfolios named, those that are enrolled."""

    def models(self, ids: Collection[str]) -> Mapping[str, BalanceModel]:
        """Models by id; each is read once and kept."""

    def keep_verdicts(self, verdicts: Iterable[tuple[str, str]]) -> None:
        """Why nothing was done, by portfolio."""


def pages(enrolments: Enrolments, size: int) -> Iterator[list[Enrolment]]:
    """Every enrolment by name, so many at a time."""
    after = ""
    while page := enrolments.page(after, size):
        yield page
        if len(page) < size:
            return
        after = page[-1].portfolio
