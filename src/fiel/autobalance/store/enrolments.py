"""The enrolments as the other parts read them, from the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from fiel.autobalance import tables
from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.enrolment import Enrolment
from fiel.autobalance.model_text import BalanceModel, read_model
from fiel.autobalance.planning.port import Subject
from fiel.autobalance.store import portfolios as store
from fiel.autobalance.store.portfolios import PortfolioStatus
from fiel.autobalance.triggers import Policy, Standing, read_policy
from fiel.infra.storage.database import Database
from fiel.kernel.clock import Clock

_table = tables.balanced_portfolios
#: Names in one question.
_TOGETHER = 500
#: Policies and models that are kept read; beyond it they are read again.
_KEPT_MAX = 100_000
VERDICT_MAX = 500


@dataclass
class StoredEnrolments:
    """Reads enrolments; models and policies, which many share, are read once.

    With a `broker`, portfolios enrolled with another are no subjects, and not active.
    """

    database: Database
    clock: Clock
    config: AutobalanceConfig
    broker: str | None = None
    _models: dict[str, BalanceModel] = field(default_factory=dict)
    _policies: dict[str, Policy] = field(default_factory=dict)

    def page(self, after: str, limit: int) -> list[Enrolment]:
        """See `Enrolments`."""
        with self.database.reading() as session:
            return [self._read(each) for each in store.page(session, after, limit)]

    def changed_since(self, instant: datetime, limit: int) -> list[Enrolment]:
        """See `Enrolments`."""
        changed = _table.c.updated_at
        asked = select(_table).where(changed >= instant).order_by(changed, _table.c.portfolio).limit(limit)
        with self.database.reading() as session:
            return [self._read(each) for each in store.rows(session, asked)]

    def named(self, portfolios: Collection[str]) -> Mapping[str, Enrolment]:
        """See `Enrolments`."""
        names = sorted(set(portfolios))
        found: dict[str, Enrolment] = {}
        with self.database.reading() as session:
            for start in range(0, len(names), _TOGETHER):
                asked = select(_table).where(_table.c.portfolio.in_(names[start : start + _TOGETHER]))
                found |= {each.portfolio: self._read(each) for each in store.rows(session, asked)}
        return found

    def models(self, ids: Collection[str]) -> Mapping[str, BalanceModel]:
        """See `Enrolments`."""
        missing = set(ids) - self._models.keys()
        if missing:
            if len(self._models) > _KEPT_MAX:
                self._models.clear()
                missing = set(ids)
            with self.database.reading() as session:
                found = store.models(session, missing)
            self._models |= {name: read_model(text) for name, text in found.items()}
        return {name: self._models[name] for name in ids}

    def subjects_of(self, portfolios: Collection[str]) -> Mapping[str, Subject]:
        """See `planning.Subjects`. What runs is not looked at: the journal refuses it."""
        found = self.named(portfolios)
        models = self.models({each.model for each in found.values()})
        return {
            name: Subject(
                name,
                each.currency,
                models[each.model],
                each.policy,
                Standing(not each.is_active and not each.is_stale, each.is_stale, last_done=each.last_done),
            )
            for name, each in found.items()
            if self._is_mine(each.broker)
        }

    def keep_verdicts(self, verdicts: Iterable[tuple[str, str]]) -> None:
        """See `Enrolments`."""
        told = [(name, text[:VERDICT_MAX]) for name, text in verdicts]
        if self.broker is not None:
            found = self.named([name for name, _ in told])
            told = [
                (name, text) for name, text in told if name in found and self._is_mine(found[name].broker)
            ]
        now = self.clock.now()
        self.database.transact(lambda unit: store.keep_verdicts(unit.connection, told, now))

    def _is_mine(self, broker: str) -> bool:
        return self.broker is None or self.broker == broker

    def _read(self, each: store.BalancedPortfolio) -> Enrolment:
        policy = self._policies.get(each.policy)
        if policy is None:
            if len(self._policies) > _KEPT_MAX:
                self._policies.clear()
            policy = self._policies[each.policy] = read_policy(each.policy, Policy.of(self.config))
        return Enrolment(
            each.portfolio,
            each.currency,
            each.model,
            policy,
            each.broker,
            each.status is PortfolioStatus.ACTIVE and self._is_mine(each.broker),
            each.status is PortfolioStatus.STALE,
            each.last_done_at,
            each.updated_at,
        )
