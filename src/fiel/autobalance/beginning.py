"""Beginning batches: everything that one transaction decides about the plans that came together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fiel.autobalance.journal_means import Means, cost_of
from fiel.autobalance.journal_port import BeginResult, Held, Hindrance, NotBegun, Plan
from fiel.autobalance.saga.events import Begun, Step
from fiel.autobalance.saga.step import begun_saga
from fiel.autobalance.store import portfolios, sagas
from fiel.autobalance.store.portfolios import PortfolioStatus, Standing
from fiel.autobalance.store.sagas import Change, Origin
from fiel.custody.accounts import AccountKey
from fiel.infra.storage import leases
from fiel.infra.storage.database import Session
from fiel.infra.storage.leases import Lease
from fiel.kernel.ids import deterministic_id


@dataclass(frozen=True, slots=True)
class Beginning:
    """One transaction that begins batches."""

    means: Means
    session: Session
    holder: str

    def begin(self, plans: Sequence[Plan]) -> list[BeginResult]:
        if not plans:
            return []
        sagas.begin(self.session)
        first = {plan.portfolio: plan for plan in reversed(plans)}
        known = portfolios.standings(self.session, first)
        found: dict[str, BeginResult] = {}
        for name in first:
            hindrance = self._hindrance(known.get(name))
            if hindrance is not None:
                found[name] = NotBegun(name, hindrance)
        taken = self.means.leased(self.session, [name for name in first if name not in found], self.holder)
        now = portfolios.standings(self.session, taken)
        found |= self._hindered({name: first[name] for name in first if name not in found}, taken, now)
        found |= self._started([first[name] for name in first if name not in found], taken, now)
        back = [lease for name, lease in taken.items() if not isinstance(found[name], Held)]
        leases.release_many(self.session, back)
        return [
            found[plan.portfolio]
            if first[plan.portfolio] is plan
            else NotBegun(plan.portfolio, Hindrance.IN_PROGRESS)
            for plan in plans
        ]

    def _hindered(
        self, plans: dict[str, Plan], taken: dict[str, Lease], now: dict[str, Standing]
    ) -> dict[str, BeginResult]:
        """What can be said once the leases are ours, and not before."""
        unfinished = sagas.unfinished_of(self.session, taken)
        keys = {name: AccountKey(name, plans[name].currency) for name in taken}
        sequences = self.means.book.sequences(self.session, keys.values())
        found: dict[str, BeginResult] = {}
        for name, plan in plans.items():
            if name not in taken:
                found[name] = NotBegun(name, Hindrance.IN_PROGRESS)
                continue
            hindrance = self._hindrance(now.get(name))
            if name in unfinished:
                found[name] = NotBegun(name, Hindrance.UNFINISHED, unfinished[name])
            elif hindrance is not None:
                found[name] = NotBegun(name, hindrance)
            elif now[name].currency != plan.currency:
                found[name] = NotBegun(name, Hindrance.MOVED, "currency")
            elif sequences.get(keys[name]) != plan.account_sequence:
                seen = sequences.get(keys[name])
                found[name] = NotBegun(name, Hindrance.MOVED, "no account" if seen is None else str(seen))
        return found

    def _hindrance(self, standing: Standing | None) -> Hindrance | None:
        if standing is None:
            return Hindrance.NOT_ENROLLED
        if standing.status is PortfolioStatus.STALE:
            return Hindrance.STALE
        if standing.status is PortfolioStatus.PAUSED:
            return Hindrance.PAUSED
        mine = self.means.config.broker
        return Hindrance.OTHER_BROKER if mine is not None and standing.broker != mine else None

    def _started(
        self, plans: Sequence[Plan], taken: dict[str, Lease], standing: dict[str, Standing]
    ) -> dict[str, BeginResult]:
        means, at = self.means, self.means.clock.now()
        ordinals = [standing[plan.portfolio].sagas_begun + 1 for plan in plans]
        begun = []
        for plan, ordinal in zip(plans, ordinals, strict=True):
            name, token = saga_id(plan.portfolio, ordinal), taken[plan.portfolio].token
            saga = begun_saga(name, plan.portfolio, plan.currency, plan.operations, token, at)
            begun.append(means.stepping(saga, Begun(at), means.patience))
        steps = means.settled(self.session, begun, at)
        changes = [
            Change(None, step.saga, self.holder, _origin(plan, ordinal), cost_of(step.saga))
            for plan, ordinal, step in zip(plans, ordinals, steps, strict=True)
        ]
        sagas.write(self.session, changes, at)
        sagas.tell(self.session, [alert for step in steps for alert in step.alerts], at)
        return {step.saga.portfolio: _begin_result(step, taken) for step in steps}


def saga_id(portfolio: str, ordinal: int) -> str:
    """The name of the batch of a portfolio with this number: the same for ever."""
    return f"sg_{deterministic_id('sg', portfolio, ordinal)[3:23]}"


def _origin(plan: Plan, ordinal: int) -> Origin:
    return Origin(ordinal, plan.request, plan.trigger, plan.worst, plan.account_sequence)


def _begin_result(step: Step, taken: dict[str, Lease]) -> BeginResult:
    saga = step.saga
    if saga.status.is_final:
        return NotBegun(saga.portfolio, Hindrance.REFUSED, saga.failed or saga.status.value)
    return Held(saga, taken[saga.portfolio], step.commands)
