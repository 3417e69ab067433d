"""Enrolling, pausing and looking: what people decide about a portfolio, on both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fiel.autobalance.journal_port import Hindrance, NotBegun
from fiel.autobalance.portfolios import Enrolling, model_name
from fiel.autobalance.store.portfolios import PortfolioStatus
from fiel.infra.storage import schema
from fiel.kernel.errors import InvalidInput, Refused
from tests.support.autobalance.books import MODEL, Desk

TERMS = {"model": MODEL, "policy": '{"threshold": "5"}', "broker": "paper", "by": "ana@example.com"}


def test_a_portfolio_is_enrolled_with_its_model(empty_desk: Desk) -> None:
    """The same model of many portfolios is kept once, under the hash of its text."""
    portfolios = empty_desk.portfolios
    for name in ("ana", "bob"):
        found = portfolios.enrol(name, "BRL", **TERMS)
        assert portfolios.status(name).portfolio == found
        assert (found.status, found.sagas_begun) == (PortfolioStatus.ACTIVE, 0)
    assert found.model == model_name(MODEL)
    assert portfolios.models([found.model, "md_unknown"]) == {found.model: MODEL}
    assert schema.differences(empty_desk.bank.database) == []


def test_enrolling_again_changes_the_terms_and_keeps_the_rest(desk: Desk) -> None:
    """Another model and policy from now on; a paused one stays paused, its batches stay counted."""
    desk.saved(desk.filled(desk.begin()))
    desk.portfolios.pause("ana", reason="holidays", by="ana")
    found = desk.portfolios.enrol("ana", "BRL", **(TERMS | {"model": "[]"}))
    assert (found.status, found.sagas_begun, found.model) == (
        PortfolioStatus.PAUSED,
        1,
        model_name("[]"),
    )
    assert desk.portfolios.status("ana").portfolio == found
    assert [note.action for note in desk.portfolios.history("ana")[1]] == ["enrolled", "paused", "enrolled"]


def test_broker_and_currency_stay_while_a_batch_runs(desk: Desk) -> None:
    """A batch is asked about at the broker that it was sent to."""
    desk.begin()
    with pytest.raises(Refused) as refusal:
        desk.portfolios.enrol("ana", "BRL", **TERMS)
    assert refusal.value.code == "saga_unfinished"
    desk.portfolios.enrol("ana", "BRL", **(TERMS | {"broker": "simulated"}))


def test_a_fleet_is_enrolled_together(empty_desk: Desk) -> None:
    """Those that are new in one transaction, each with its note; those that were there get the new terms."""
    portfolios = empty_desk.portfolios
    portfolios.enrol("bob", "BRL", **TERMS)
    wanted = [Enrolling(name, "BRL", "[]", TERMS["policy"], "paper") for name in ("ana", "bob", "eva")]
    assert portfolios.enrol_many(wanted, by="fleet") == 3
    found = {each.portfolio: each for each in portfolios.all()}
    assert {name: each.model for name, each in found.items()} == dict.fromkeys(
        ("ana", "bob", "eva"), model_name("[]")
    )
    notes = [[(n.number, n.action, n.by) for n in portfolios.history(name)[1]] for name in ("ana", "bob")]
    assert notes == [
        [(1, "enrolled", "fleet")],
        [(2, "enrolled", "fleet"), (1, "enrolled", TERMS["by"])],
    ]


def test_a_fleet_with_one_bad_portfolio_is_not_enrolled(empty_desk: Desk) -> None:
    """Nobody of it is: the list is mended and given again."""
    wanted = [Enrolling(name, "BRL", "[]", TERMS["policy"], "paper") for name in ("ana", "")]
    with pytest.raises(InvalidInput):
        empty_desk.portfolios.enrol_many(wanted, by="fleet")
    assert list(empty_desk.portfolios.all()) == []


def test_enrolled_twice_at_once_is_enrolled_once(empty_desk: Desk) -> None:
    """Four people enrol the same portfolio at the same moment: one enrolment, four notes."""
    start = threading.Barrier(4, timeout=30)

    def enrol(_number: int) -> None:
        start.wait()
        empty_desk.portfolios.enrol("ana", "BRL", **TERMS)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(enrol, range(4)))
    assert len(list(empty_desk.portfolios.all())) == 1
    assert [note.number for note in empty_desk.portfolios.history("ana")[1]] == [4, 3, 2, 1]


def test_paused_begins_nothing_and_resumed_does(desk: Desk) -> None:
    """A batch that runs goes on to its end; the next begins after resuming."""
    held = desk.begin()
    desk.portfolios.pause("ana", reason="holidays", by="ana")
    desk.saved(desk.filled(held))
    found = desk.try_begin()
    assert isinstance(found, NotBegun)
    assert found.hindrance is Hindrance.PAUSED
    again = desk.portfolios.resume("ana", reason="back", by="ana")
    assert desk.portfolios.resume("ana", reason="twice", by="ana") == again
    desk.begin()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"model": "{"}, "model"),
        ({"model": ""}, "model"),
        ({"policy": "yes"}, "policy"),
        ({"broker": ""}, "broker"),
        ({"by": " "}, "by"),
        ({"policy": '"' + "x" * 64_000 + '"'}, "policy"),
    ],
)
def test_what_makes_no_sense_is_refused(empty_desk: Desk, changed: dict[str, str], field: str) -> None:
    """Naming the field."""
    with pytest.raises(InvalidInput) as refusal:
        empty_desk.portfolios.enrol("ana", "BRL", **(TERMS | changed))
    assert refusal.value.field == field
    assert list(empty_desk.portfolios.all()) == []


def test_all_are_read_page_by_page(empty_desk: Desk) -> None:
    """More than one page, by name, and by status."""
    names = [f"user-{number:04d}" for number in range(1003)]
    database, portfolios = empty_desk.bank.database, empty_desk.portfolios
    portfolios.enrol("user-0000", "BRL", **TERMS)
    with database.unit_of_work() as unit:
        unit.connection.exec_driver_sql(
            "INSERT INTO balanced_portfolios (portfolio, currency, model, policy, broker, status, "
            "status_at, sagas_begun, enrolled_at, updated_at) "
            "SELECT 'user-' || substr('000' || n, length('000' || n) - 3), currency, model, policy, broker, "
            "CASE WHEN n = 7 THEN 'paused' ELSE 'active' END, status_at, 0, enrolled_at, updated_at "
            "FROM balanced_portfolios, (WITH RECURSIVE c(n) AS "
            "(SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1002) SELECT n FROM c) AS c"
        )
    assert [each.portfolio for each in portfolios.all()] == names
    assert [each.portfolio for each in portfolios.all(PortfolioStatus.PAUSED)] == ["user-0007"]


def test_why_nothing_was_done_is_kept(desk: Desk) -> None:
    """The last word of each portfolio, with its time; unknown portfolios are left out."""
    desk.enrol("bob")
    desk.portfolios.keep_verdicts([("ana", "inside the band"), ("nobody", "x"), ("ana", "market closed")])
    found = desk.portfolios.status("ana").portfolio
    assert (found.verdict, found.verdict_at) == ("market closed", desk.bank.clock.now())
    assert desk.portfolios.status("bob").portfolio.verdict is None
