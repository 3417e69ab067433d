"""What planning takes and gives besides `journal_port.Plan`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.triggers import Policy, Standing, WhyNot
from fiel.custody.accounts import Account
from fiel.custody.queries import Holding


@dataclass(frozen=True, slots=True)
class Subject:
    """An enrolled portfolio: a custody account (user, currency), what it should be, and where it stands."""

    portfolio: str
    currency: str
    model: BalanceModel
    policy: Policy
    standing: Standing


class Subjects(Protocol):
    """Who is enrolled."""

    def subjects_of(self, portfolios: Collection[str]) -> Mapping[str, Subject]:
        """The enrolled among up to 1,000 portfolios. Models should be shared, not read anew for each."""


class Book(Protocol):
    """What planning reads of custody, at one instant; `custody.queries.Snapshot` is one."""

    def accounts_of(self, user_ids: Collection[str]) -> Mapping[str, list[Account]]:
        """The accounts of up to 1,000 users."""

    def holdings_of(self, user_ids: Collection[str]) -> list[Holding]:
        """What up to 1,000 users hold."""


class Books(Protocol):
    """Opens the book; `custody.queries.Queries` is one."""

    def snapshot(self) -> AbstractContextManager[Book]:
        """One instant of the book."""


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """A portfolio for which there is no plan, and why."""

    portfolio: str
    code: WhyNot
    detail: str = ""
