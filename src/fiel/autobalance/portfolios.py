"""What people decide about balanced portfolios: enrol, pause, resume, clear STALE; and what is to be seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fiel.autobalance.saga.model import Saga
from fiel.autobalance.store import portfolios as store
from fiel.autobalance.store import sagas
from fiel.autobalance.store.portfolios import BalancedPortfolio, Note, PortfolioStatus
from fiel.autobalance.store.sagas import Record
from fiel.custody.names import read_currency, read_user_id
from fiel.infra.storage.database import Database, Session, UnitOfWork
from fiel.infra.storage.types import storable_text
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused

__all__ = [
    "BalancedPortfolio",
    "Note",
    "PortfolioStatus",
    "PortfolioView",
    "Portfolios",
    "Record",
    "model_name",
]

#: A tree of targets with lots and limits is a few KB; this is more than the longest that anybody needs.
MODEL_MAX = 4_000_000
POLICY_MAX = 64_000
_NAME_MAX = 100
REASON_MAX = 500
_PAGE = 1000
#: Portfolios that are listed as busy at most.
BUSY_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """An enrolment and what goes on: the batch that runs, and orders nobody knows the outcome of."""

    portfolio: BalancedPortfolio
    unfinished: Saga | None
    in_doubt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrolling:
    """A portfolio to be enrolled; `model` and `policy` are JSON texts."""

    portfolio: str
    currency: str
    model: str
    policy: str
    broker: str


@dataclass(frozen=True, slots=True)
class Portfolios:
    """The portfolios that are balanced."""

    database: Database
    clock: Clock

    def enrol(
        self, portfolio: str, currency: str, *, model: str, policy: str, broker: str, by: str
    ) -> BalancedPortfolio:
        """Balance a portfolio, or balance it otherwise from now on; paused or STALE stays so.

        `model` and `policy` are JSON texts. Raises `InvalidInput` naming the field, and `Refused`
        (saga_unfinished) for another currency or broker while a batch runs.
        """
        name, money = read_user_id(portfolio), read_currency(currency)
        _json_text(model, "model", MODEL_MAX)
        _json_text(policy, "policy", POLICY_MAX)
        _said(broker, "broker", _NAME_MAX)
        _said(by, "by", _NAME_MAX)
        model_id = model_name(model)

        def work(unit: UnitOfWork) -> BalancedPortfolio:
            session, now = unit.connection, self.clock.now()
            store.keep_model(session, model_id, model, now)
            known = store.find(session, name, lock=True)
            if known is None:
                found = _new(name, money, model_id, policy, broker, by, now)
                store.add(session, found)
            else:
                if (known.currency, known.broker) != (money, broker):
                    _nothing_runs(session, name)
                terms = {"currency": money, "model": model_id, "policy": policy, "broker": broker}
                found = replace(known, **terms, updated_at=now)  # type: ignore[arg-type]
                store.change(session, found)
            store.note(session, name, "enrolled", by=by, at=now, reason=f"model {model_id}")
            return found

        try:
            return self.database.transact(work)
        except Conflict as conflict:
            if conflict.code != "constraint_broken":
                raise
            # Somebody else has just enrolled it: now it is there.
            return self.database.transact(work)

    def enrol_many(self, wanted: Sequence[Enrolling], *, by: str) -> int:
        """The same for many, in one transaction for those that are new; how many there were.

        Raises as `enrol`: nothing of the new ones was enrolled then.
        """
        for each in wanted:
            read_user_id(each.portfolio)
            read_currency(each.currency)
        for text in {each.model for each in wanted}:
            _json_text(text, "model", MODEL_MAX)
        for text in {each.policy for each in wanted}:
            _json_text(text, "policy", POLICY_MAX)
        _said(by, "by", _NAME_MAX)
        names = {text: model_name(text) for text in {each.model for each in wanted}}

        def work(unit: UnitOfWork) -> list[Enrolling]:
            session, now = unit.connection, self.clock.now()
            for text, name in names.items():
                store.keep_model(session, name, text, now)
            known = store.standings(session, [each.portfolio for each in wanted])
            new = {each.portfolio: each for each in wanted if each.portfolio not in known}
            store.add_many(
                session,
                [
                    _new(e.portfolio, e.currency, names[e.model], e.policy, e.broker, by, now)
                    for e in new.values()
                ],
            )
            store.note_first(
                session, [(e.portfolio, f"model {names[e.model]}") for e in new.values()], by, now
            )
            return [each for each in wanted if each.portfolio in known]

        for each in self.database.transact(work):
            self.enrol(
                each.portfolio,
                each.currency,
                model=each.model,
                policy=each.policy,
                broker=each.broker,
                by=by,
            )
        return len(wanted)

    def pause(self, portfolio: str, *, reason: str, by: str) -> BalancedPortfolio:
        """Begin no more batches; one that runs goes on to its end.

        Raises `NotFound`, `Refused` (is_stale)."""
        return self._set(portfolio, PortfolioStatus.PAUSED, "paused", reason, by)

    def resume(self, portfolio: str, *, reason: str, by: str) -> BalancedPortfolio:
        """Balance it again. Raises `NotFound`, `Refused` (is_stale: see `clear_stale`)."""
        return self._set(portfolio, PortfolioStatus.ACTIVE, "resumed", reason, by)

    def _set(
        self, portfolio: str, status: PortfolioStatus, action: str, reason: str, by: str
    ) -> BalancedPortfolio:
        _said(reason, "reason", REASON_MAX)
        _said(by, "by", _NAME_MAX)

        def work(unit: UnitOfWork) -> BalancedPortfolio:
            session, now = unit.connection, self.clock.now()
            known = _known(session, portfolio)
            if known.status is PortfolioStatus.STALE:
                raise Refused(
                    "is_stale",
                    f"{portfolio} is STALE ({known.status_reason}); look at {known.stale_saga}, clear it",
                    field="portfolio",
                )
            if known.status is status:
                return known
            return _stand(session, known, status, action, reason, by, now, None)

        return self.database.transact(work)

    def clear_stale(self, portfolio: str, *, reason: str, by: str) -> BalancedPortfolio:
        """A person looked, and the portfolio may be balanced again; the note stays for ever.

        Raises `NotFound`, and `Refused`: not_stale, order_in_doubt (an order that the broker may have
        without our knowing), saga_unfinished.
        """
        _said(reason, "reason", REASON_MAX)
        _said(by, "by", _NAME_MAX)

        def work(unit: UnitOfWork) -> BalancedPortfolio:
            session, now = unit.connection, self.clock.now()
            known = _known(session, portfolio)
            if known.status is not PortfolioStatus.STALE:
                raise Refused(
                    "not_stale",
                    f"{portfolio} is {known.status}, there is nothing to clear",
                    field="portfolio",
                )
            doubted = sagas.in_doubt(session, portfolio)
            if doubted:
                raise Refused(
                    "order_in_doubt",
                    f"the broker may have {', '.join(doubted[:5])}; wait for its answer, then clear",
                    field="portfolio",
                )
            _nothing_runs(session, portfolio)
            saga = known.stale_saga
            return _stand(session, known, PortfolioStatus.ACTIVE, "cleared", reason, by, now, saga)

        return self.database.transact(work)

    def status(self, portfolio: str) -> PortfolioView:
        """What there is to know now. Raises `NotFound` (portfolio_unknown)."""
        with self.database.reading() as session:
            return _view(session, _known(session, portfolio, lock=False))

    def history(self, portfolio: str, limit: int = 20) -> tuple[list[Record], list[Note]]:
        """The batches of a portfolio and what people did to it, the latest first. Raises `NotFound`."""
        with self.database.reading() as session:
            _known(session, portfolio, lock=False)
            return sagas.records(session, portfolio, limit), store.notes_of(session, portfolio, limit)

    def all(self, status: PortfolioStatus | None = None) -> Iterator[BalancedPortfolio]:
        """Every enrolment by name, read page by page."""
        after = ""
        while True:
            with self.database.reading() as session:
                found = store.page(session, after, _PAGE, status)
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1].portfolio

    def busy(self, limit: int = BUSY_MAX) -> list[PortfolioView]:
        """Those that are not quietly active, by name: stale, paused, or with a batch that runs."""
        with self.database.reading() as session:
            names = set(sagas.portfolios_unfinished(session, "", limit))
            for status in (PortfolioStatus.STALE, PortfolioStatus.PAUSED):
                names |= {each.portfolio for each in store.page(session, "", limit, status)}
            found = _views(session, store.find_all(session, names))
        # What a person must look at comes before what goes on by itself.
        ranked = sorted(found, key=_urgency)[:limit]
        return sorted(ranked, key=lambda view: view.portfolio.portfolio)

    def counts(self) -> dict[PortfolioStatus, int]:
        """How many enrolments there are of each status."""
        with self.database.reading() as session:
            return store.count(session)

    def count_stale(self) -> int:
        """How many wait for a person."""
        return self.counts()[PortfolioStatus.STALE]

    def models(self, names: Collection[str]) -> dict[str, str]:
        """Bodies of models by id."""
        with self.database.reading() as session:
            return store.models(session, names)

    def keep_verdicts(self, verdicts: Iterable[tuple[str, str]]) -> None:
        """(portfolio, why nothing was done), of many."""
        told = [(name, text[:REASON_MAX]) for name, text in verdicts]
        now = self.clock.now()
        self.database.transact(lambda unit: store.keep_verdicts(unit.connection, told, now))


def model_name(body: str) -> str:
    """The id of a model: the hash of its text."""
    return f"md_{hashlib.sha256(body.encode('utf-8')).hexdigest()[:32]}"


def _known(session: Session, portfolio: str, *, lock: bool = True) -> BalancedPortfolio:
    found = store.find(session, portfolio, lock=lock)
    if found is None:
        raise NotFound("portfolio_unknown", f"{portfolio} is not enrolled; enrol it first", field="portfolio")
    return found


def _view(session: Session, known: BalancedPortfolio) -> PortfolioView:
    (view,) = _views(session, [known])
    return view


def _views(session: Session, known: Sequence[BalancedPortfolio]) -> list[PortfolioView]:
    """In their order, with a few questions for all of them."""
    names = [each.portfolio for each in known]
    unfinished = sagas.unfinished_of(session, names)
    loaded = sagas.load(session, list(unfinished.values()))
    doubted = sagas.in_doubt_of(session, names)
    return [
        PortfolioView(
            each, loaded.get(unfinished.get(each.portfolio, "")), tuple(doubted.get(each.portfolio, ()))
        )
        for each in known
    ]


def _urgency(view: PortfolioView) -> int:
    if view.portfolio.status is PortfolioStatus.STALE:
        return 0
    return 1 if view.in_doubt else 2


def _nothing_runs(session: Session, portfolio: str) -> None:
    running = sagas.unfinished_of(session, [portfolio])
    if running:
        raise Refused(
            "saga_unfinished",
            f"batch {running[portfolio]} is not finished; wait for its end",
            field="portfolio",
        )


def _stand(
    session: Session,
    known: BalancedPortfolio,
    status: PortfolioStatus,
    action: str,
    reason: str,
    by: str,
    now: datetime,
    saga: str | None,
) -> BalancedPortfolio:
    found = replace(
        known,
        status=status,
        status_reason=reason,
        status_by=by,
        status_at=now,
        stale_saga=None,
        updated_at=now,
    )
    store.change(session, found)
    store.note(session, known.portfolio, action, by=by, at=now, reason=reason, saga=saga)
    return found


def _new(
    name: str, currency: str, model: str, policy: str, broker: str, by: str, now: datetime
) -> BalancedPortfolio:
    return BalancedPortfolio(
        portfolio=name,
        currency=currency,
        model=model,
        policy=policy,
        broker=broker,
        status=PortfolioStatus.ACTIVE,
        status_reason=None,
        status_by=by,
        status_at=now,
        stale_saga=None,
        sagas_begun=0,
        last_begun_at=None,
        last_done_at=None,
        verdict=None,
        verdict_at=None,
        enrolled_at=now,
        updated_at=now,
    )


def _said(text: str, field: str, longest: int) -> None:
    if not text.strip() or len(text) > longest:
        raise InvalidInput(f"{field}_missing", f"{field} has 1 to {longest} characters", field=field)
    storable_text(text, field=field)


def _json_text(text: str, field: str, longest: int) -> None:
    _said(text, field, longest)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{field}_not_json", f"{field} is not JSON", field=field) from None
