"""Each worker serves one broker: portfolios of others are neither begun nor taken over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import event

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal import JournalConfig
from fiel.autobalance.journal_port import Hindrance, NotBegun
from fiel.autobalance.model_text import balance_model
from fiel.autobalance.portfolios import Portfolios
from fiel.autobalance.saga.model import SagaStatus
from fiel.autobalance.store import sagas
from fiel.autobalance.store.enrolments import StoredEnrolments
from fiel.autobalance.store.portfolios import PortfolioStatus
from fiel.portfolio.targets import TargetNode
from tests.support.autobalance.books import Desk
from tests.support.custody_bank import BRL

MODEL = balance_model(TargetNode("all", children=(TargetNode("PETR4", Decimal(100), asset="PETR4"),))).text


def serving(desk: Desk, broker: str, holder: str = "worker-2") -> Desk:
    """Another worker on the same book, for one broker."""
    return Desk(desk.bank, holder, desk.patience, JournalConfig(broker=broker))


def test_a_worker_of_another_broker_begins_nothing(desk: Desk) -> None:
    """Ana is enrolled with the simulated broker: a worker of paper is told so, that of her broker begins."""
    refused = serving(desk, "paper").try_begin()
    assert isinstance(refused, NotBegun)
    assert refused.hindrance is Hindrance.OTHER_BROKER
    assert desk.portfolios.status("ana").unfinished is None
    serving(desk, "simulated").begin()


def test_a_worker_of_another_broker_takes_nothing_over(desk: Desk) -> None:
    """An orphan waits for a worker that can ask its broker; who serves all takes it too."""
    held = desk.begin()
    desk.let_pass()
    assert serving(desk, "paper").journal.take_over("worker-2", 10) == []
    (taken,) = serving(desk, "simulated").journal.take_over("worker-3", 10)
    assert taken.saga.id == held.saga.id


def test_enrolments_of_another_broker_are_no_subjects(empty_desk: Desk) -> None:
    """Not planned for, not watched, and no word of why is written on them."""
    bank = empty_desk.bank
    portfolios = Portfolios(bank.database, bank.clock)
    for name, broker in (("ana", "paper"), ("bob", "exchange")):
        portfolios.enrol(name, BRL, model=MODEL, policy="{}", broker=broker, by="eva")
    paper = StoredEnrolments(bank.database, bank.clock, AutobalanceConfig(), "paper")
    assert set(paper.subjects_of(["ana", "bob"])) == {"ana"}
    assert {each.portfolio: each.is_active for each in paper.page("", 10)} == {"ana": True, "bob": False}
    paper.keep_verdicts([("ana", "not_due"), ("bob", "not_enrolled")])
    assert [portfolios.status(name).portfolio.verdict for name in ("ana", "bob")] == ["not_due", None]
    everybody = StoredEnrolments(bank.database, bank.clock, AutobalanceConfig())
    assert set(everybody.subjects_of(["ana", "bob"])) == {"ana", "bob"}


def test_those_that_are_not_quietly_active_are_listed(desk: Desk) -> None:
    """Paused ones and those with a batch that runs, by name; counted by status."""
    for name in ("bob", "eva"):
        desk.enrol(name)
    desk.begin(portfolio="eva")
    desk.portfolios.pause("bob", reason="holidays", by="bob")
    busy = desk.portfolios.busy()
    assert [(each.portfolio.portfolio, each.unfinished is not None) for each in busy] == [
        ("bob", False),
        ("eva", True),
    ]
    assert busy[1].in_doubt
    assert [each.portfolio.portfolio for each in desk.portfolios.busy(1)] == ["eva"]
    assert desk.portfolios.counts() == {
        PortfolioStatus.ACTIVE: 2,
        PortfolioStatus.PAUSED: 1,
        PortfolioStatus.STALE: 0,
    }
    assert desk.portfolios.count_stale() == 0


@contextmanager
def _statements(desk: Desk) -> Iterator[list[str]]:
    """What the database is asked inside the block."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = desk.bank.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_as_many_questions_for_many_as_for_one(desk: Desk) -> None:
    """A list of busy portfolios is asked for together, each with its batch and its doubts."""
    desk.begin()
    with _statements(desk) as few:
        assert len(desk.portfolios.busy()) == 1
    for number in range(5):
        desk.enrol(f"p{number}")
        desk.begin(portfolio=f"p{number}")
    with _statements(desk) as many:
        busy = desk.portfolios.busy()
    assert [len(each.in_doubt) for each in busy] == [1] * 6
    assert all(each.unfinished is not None for each in busy)
    assert len(many) == len(few)
    assert desk.portfolios.status("p3") == busy[4]


def test_running_batches_are_counted_without_the_journal(desk: Desk) -> None:
    """Only what has not ended: by the index that has nothing else, so a scrape costs the same for ever."""
    desk.begin()
    assert desk.journal.running() == {SagaStatus.RUNNING: 1, SagaStatus.COMPENSATING: 0}
    assert sum(desk.journal.counts().values()) == 1
    with desk.bank.database.reading() as connection, _statements(desk) as asked:
        sagas.running(connection)
        (statement,) = asked
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        if explain == "EXPLAIN":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = " ".join(map(str, connection.exec_driver_sql(f"{explain} {statement}").all()))
    assert "ix_sagas_unfinished" in plan
