"""The saga journal: what is begun, saved and taken over, each in one transaction with the book.

Order in every transaction: leases, then accounts, then portfolios, so that two never wait for each
other in a ring. Many sagas share a transaction; when one of them breaks it for a reason that trying again
does not cure, it is halved until that one is alone, and the others are saved.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from fiel.autobalance.beginning import Beginning
from fiel.autobalance.journal_means import JournalConfig, Means, cost_of, unheld
from fiel.autobalance.journal_port import (
    BeginResult,
    Held,
    Hindrance,
    LeaseLost,
    NotBegun,
    Plan,
    ToSave,
)
from fiel.autobalance.saga.events import Resumed, Step
from fiel.autobalance.saga.model import Patience, Saga, SagaStatus
from fiel.autobalance.saga.step import step
from fiel.autobalance.settling import Stepping
from fiel.autobalance.store import sagas
from fiel.autobalance.store.sagas import Change
from fiel.custody.joint import JointBook
from fiel.infra.storage import leases
from fiel.infra.storage.database import Database, Session, UnitOfWork
from fiel.infra.storage.failures import CommitUnknown
from fiel.infra.storage.leases import Lease
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, FielError, Unavailable

__all__ = ["Also", "Journal", "JournalConfig", "SaveResult"]

_log = logging.getLogger("fiel.autobalance")
Item = TypeVar("Item")
Answer = TypeVar("Answer")
Also = Callable[[UnitOfWork], None]
SaveResult = Held | LeaseLost | FielError

#: Others that wrote the same rows first make a transaction run again this often before it is halved.
_TWINS_MAX = 3
#: Unfinished sagas asked for at a time in a search for those whose holder is gone, and found at most.
_PAGE = 1_000
_FOUND_MAX = 10_000
_BREAKS = (FielError, ArithmeticError, LookupError, TypeError, ValueError, AssertionError)


class _AlsoFailed(Exception):
    """What was to run in the same transaction said no: no plan is to blame."""

    def __init__(self, error: FielError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Journal:
    """Sagas in the database, and the book with them."""

    database: Database
    book: JointBook
    clock: Clock
    config: JournalConfig = field(default_factory=JournalConfig)
    patience: Patience = field(default_factory=Patience)
    stepping: Stepping = step

    @property
    def _means(self) -> Means:
        return Means(self.book, self.clock, self.config, self.patience, self.stepping)

    def begin(self, plans: Sequence[Plan], holder: str, also: Also | None = None) -> list[BeginResult]:
        """Batches that are begun: leased, saved, their first orders reserved for. Each decided alone.

        All in one transaction, in which `also` runs at the end; when a plan breaks it the others are
        begun without it. Raises `Unavailable`, and what `also` raises: then nothing was begun.
        (`CommitUnknown`: it may have been; whoever looks for unfinished sagas takes such a batch over.)
        """
        try:
            return self._begin(plans, holder, also)
        except _AlsoFailed as failed:
            raise failed.error from failed

    def _begin(self, plans: Sequence[Plan], holder: str, also: Also | None) -> list[BeginResult]:
        def work(unit: UnitOfWork) -> list[BeginResult]:
            found = Beginning(self._means, unit.connection, holder).begin(plans)
            if also is not None:
                _run_also(also, unit)
            return found

        try:
            return self._transact(work)
        except Unavailable:
            raise
        except _BREAKS as error:
            if len(plans) > 1:
                middle = len(plans) // 2
                first = self._begin(plans[:middle], holder, None)
                return first + self._begin(plans[middle:], holder, also)
            if not plans:
                raise
            _log.exception("the plan for %s cannot be begun", plans[0].portfolio)
            if also is not None:
                self._begin([], holder, also)
            return [NotBegun(plans[0].portfolio, Hindrance.REFUSED, _code(error))]

    def save(self, items: Sequence[ToSave]) -> list[SaveResult]:
        """Steps of sagas that are held: what became of each. Each is saved whole or not at all.

        `LeaseLost` for a saga that is another's by now; another error for one that cannot be saved.
        Raises `Unavailable` when the database cannot be written now: nothing was saved. (`CommitUnknown`:
        it may have been. Saved again, such a step is refused; whoever takes the saga over knows more.)
        """
        return self._apart(items, self._save, lambda _item, error: _named(error))

    def _save(self, items: Sequence[ToSave]) -> list[SaveResult]:
        try:
            return self._transact(lambda unit: self._save_on(unit.connection, items))
        except CommitUnknown as unknown:
            return self._look(items, unknown)

    def _save_on(self, session: Session, items: Sequence[ToSave]) -> list[SaveResult]:
        sagas.begin(session)
        kept = leases.guard_many(session, [item.held.lease for item in items])
        stored = sagas.versions_locked(session, [item.held.saga.id for item in items])
        mine = _first_of_each([item for item in items if _is_mine(item, kept, stored)])
        steps = self._means.settled(session, [item.step for item in mine], self.clock.now())
        saved = {
            id(item): Held(step.saga, item.held.lease, step.commands)
            for item, step in zip(mine, steps, strict=True)
        }
        self._write(session, [item.held for item in mine], steps)
        return [saved.get(id(item)) or LeaseLost(item.held.saga.id) for item in items]

    def _write(self, session: Session, befores: Sequence[Held], steps: Sequence[Step]) -> None:
        at = self.clock.now()
        changes = [
            Change(held.saga, step.saga, held.lease.holder, cost=cost_of(step.saga))
            for held, step in zip(befores, steps, strict=True)
            if step.saga is not held.saga and step.saga != held.saga
        ]
        sagas.write(session, changes, at)
        sagas.tell(session, [alert for step in steps for alert in step.alerts], at)
        ended = [held.lease for held, step in zip(befores, steps, strict=True) if step.saga.status.is_final]
        leases.release_many(session, ended)

    def _look(self, items: Sequence[ToSave], unknown: CommitUnknown) -> list[SaveResult]:
        """The commit may have been done: the sagas' own versions say so."""

        def work(unit: UnitOfWork) -> dict[str, tuple[int, int]]:
            return sagas.versions_locked(unit.connection, [item.held.saga.id for item in items])

        stored = self._transact(work)
        done = {
            item.held.saga.id
            for item in items
            if stored.get(item.held.saga.id) == (item.step.saga.version, item.held.saga.token)
            and item.step.saga.version != item.held.saga.version
        }
        if not done and all(
            stored.get(item.held.saga.id) == (item.held.saga.version, item.held.saga.token) for item in items
        ):
            return self._transact(lambda unit: self._save_on(unit.connection, items))
        return [
            Held(item.step.saga, item.held.lease, item.step.commands)
            if item.held.saga.id in done
            else unknown
            for item in items
        ]

    def take_over(self, holder: str, limit: int) -> list[Held]:
        """Up to `limit` unfinished sagas that nobody holds (by the database's clock), under new tokens.

        One that cannot be read is left and logged; the others are taken.
        """
        with self.database.reading() as session:
            free = _lapsed(session, self.config.broker)
        taken: list[Held] = []
        while free and len(taken) < limit:
            room = min(self.config.together, limit - len(taken))
            part, free = free[:room], free[room:]
            found = self._apart(part, lambda names: self._take_over(names, holder), self._left)
            taken += [held for held in found if held is not None]
        return taken

    def _left(self, portfolio: str, error: Exception) -> Held | None:
        _log.error("the unfinished saga of %s cannot be taken over: %s", portfolio, error)
        return None

    def _take_over(self, names: Sequence[str], holder: str) -> list[Held | None]:
        return self._transact(lambda unit: self._take_over_on(unit.connection, names, holder))

    def _take_over_on(self, session: Session, names: Sequence[str], holder: str) -> list[Held | None]:
        sagas.begin(session)
        taken = self._means.leased(session, names, holder)
        unfinished = sagas.unfinished_of(session, taken)
        sagas.versions_locked(session, list(unfinished.values()))
        found = sagas.load(session, list(unfinished.values()))
        at = self.clock.now()
        befores = [Held(found[saga], taken[name], ()) for name, saga in sorted(unfinished.items())]
        resumed = [
            _resumed(self.stepping, held, self.patience, Resumed(held.lease.token, at)) for held in befores
        ]
        steps = self._means.settled(session, resumed, at)
        self._write(session, befores, steps)
        leases.release_many(session, [lease for name, lease in taken.items() if name not in unfinished])
        helds = {
            held.saga.portfolio: Held(step.saga, held.lease, step.commands)
            for held, step in zip(befores, steps, strict=True)
            if not step.saga.status.is_final
        }
        return [helds.get(name) for name in names]

    def heartbeat(self, helds: Sequence[Held]) -> list[Held]:
        """Hold on to these; gives back those that are lost. Raises `Unavailable`."""
        spans = self.config.time_to_live

        def work(unit: UnitOfWork) -> dict[str, Lease]:
            return leases.renew_many(unit.connection, [held.lease for held in helds], spans)

        longer = self._transact(work)
        return [held for held in helds if held.lease.name not in longer]

    def give_back(self, helds: Sequence[Held]) -> None:
        """End the leases of these, unfinished as they are: another takes them over at once."""

        def work(unit: UnitOfWork) -> None:
            leases.release_many(unit.connection, [held.lease for held in helds])

        self._transact(work)

    def counts(self) -> dict[SagaStatus, int]:
        """How many sagas there are of each status; goes over the whole journal."""
        with self.database.reading() as session:
            return sagas.counts(session)

    def running(self) -> dict[SagaStatus, int]:
        """How many sagas there are of each status that is not final; quick, however many have ended."""
        with self.database.reading() as session:
            return sagas.running(session)

    def has_unfinished(self) -> bool:
        """Whether any saga has not ended."""
        with self.database.reading() as session:
            return bool(sagas.portfolios_unfinished(session, "", 1))

    def saga(self, saga_id: str) -> Saga | None:
        """A saga as it is stored."""
        with self.database.reading() as session:
            return sagas.load(session, [saga_id]).get(saga_id)

    def sagas_of(self, portfolio: str, limit: int = 20) -> list[Saga]:
        """The sagas of a portfolio, the latest first."""
        with self.database.reading() as session:
            names = sagas.ids_of(session, portfolio, limit)
            found = sagas.load(session, names)
        return [found[name] for name in names]

    def unfinished_of(self, portfolio: str) -> Saga | None:
        """The saga of a portfolio that has not ended."""
        with self.database.reading() as session:
            name = sagas.unfinished_of(session, [portfolio]).get(portfolio)
            return None if name is None else sagas.load(session, [name]).get(name)

    def _transact(self, work: Callable[[UnitOfWork], Answer]) -> Answer:
        for _ in range(_TWINS_MAX - 1):
            try:
                return self.database.transact(work)
            except Conflict as conflict:
                if conflict.code != "constraint_broken":
                    raise
        return self.database.transact(work)

    def _apart(
        self,
        items: Sequence[Item],
        work: Callable[[Sequence[Item]], list[Answer]],
        failed: Callable[[Item, Exception], Answer],
    ) -> list[Answer]:
        """`work` on all; on halves of them when it breaks, until those that break it stand alone."""
        if not items:
            return []
        try:
            return work(items)
        except Unavailable:
            raise
        except _BREAKS as error:
            if len(items) == 1:
                return [failed(items[0], error)]
            middle = len(items) // 2
            return self._apart(items[:middle], work, failed) + self._apart(items[middle:], work, failed)


def _lapsed(session: Session, broker: str | None) -> list[str]:
    """Portfolios (of a broker) with an unfinished saga that nobody holds."""
    free: list[str] = []
    after = ""
    while len(free) < _FOUND_MAX:
        names = sagas.portfolios_unfinished(session, after, _PAGE, broker)
        free += unheld(session, names)
        if len(names) < _PAGE:
            break
        after = names[-1]
    return free


def _resumed(stepping: Stepping, held: Held, patience: Patience, news: Resumed) -> Step:
    step = stepping(held.saga, news, patience)
    if step.saga.version == held.saga.version:
        # The new token is saved, as a step of its own, even if nothing else is another.
        return replace(step, saga=replace(step.saga, token=news.token, version=held.saga.version + 1))
    return step


def _first_of_each(items: Sequence[ToSave]) -> list[ToSave]:
    """A saga that came twice is saved as it came first: the second did not know of the first."""
    return list({item.held.saga.id: item for item in reversed(items)}.values())[::-1]


def _is_mine(item: ToSave, kept: Collection[str], stored: dict[str, tuple[int, int]]) -> bool:
    held = item.held
    same = stored.get(held.saga.id) == (held.saga.version, held.lease.token)
    return same and held.lease.name in kept


def _run_also(also: Also, unit: UnitOfWork) -> None:
    try:
        also(unit)
    except Unavailable:
        raise
    except FielError as error:
        raise _AlsoFailed(error) from error


def _code(error: Exception) -> str:
    return error.code if isinstance(error, FielError) else type(error).__name__


def _named(error: Exception) -> FielError:
    if isinstance(error, FielError):
        return error
    return Conflict("saga_unsaved", f"the step cannot be saved ({type(error).__name__}: {error})"[:500])
