"""STALE: kept, seen by every worker after a restart, told once, cleared by a person with a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from fiel.autobalance.journal_port import Held, Hindrance, NotBegun
from fiel.autobalance.orders import OrderState
from fiel.autobalance.saga.model import SagaStatus
from fiel.autobalance.store.portfolios import PortfolioStatus
from fiel.autobalance.topics import ALERTS
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused
from tests.support.autobalance.books import Desk, buy, sell


def _stale(desk: Desk) -> Held:
    """The sale was executed, the purchase refused, and buying back refused three times."""
    held = desk.begin(sell(1), buy(2))
    sale, purchase = (operation.attempts[0] for operation in held.saga.operations)
    held = desk.saved(desk.after(held, desk.answer(sale), desk.answer(purchase, OrderState.REJECTED)))
    while not held.saga.status.is_final:
        last = held.saga.operation(1).attempts[-1]
        assert last.number <= 3
        if last.state.value == "planned":
            held = desk.saved(desk.after(held, desk.woken(last)))
            continue
        held = desk.saved(desk.after(held, desk.answer(last, OrderState.REJECTED)))
    return held


def _refused(desk: Desk, reason: str = "sold by hand") -> str:
    with pytest.raises(Refused) as refusal:
        desk.portfolios.clear_stale("ana", reason=reason, by="ana@example.com")
    return refusal.value.code


def test_stale_blocks_every_worker_after_a_restart(desk: Desk) -> None:
    """Fault 57: the portfolio is blocked for whoever comes, its lease is free, one alert waits for people."""
    held = _stale(desk)
    assert held.saga.status is SagaStatus.STALE
    desk.bank.restart()

    for worker in (desk, desk.other()):
        found = worker.try_begin()
        assert isinstance(found, NotBegun)
        assert found.hindrance is Hindrance.STALE
    portfolio = desk.portfolios.status("ana").portfolio
    assert (portfolio.status, portfolio.stale_saga) == (PortfolioStatus.STALE, held.saga.id)
    assert portfolio.status_reason == held.saga.failed
    assert [each["code"] for each in desk.bank.told(ALERTS)] == ["portfolio_stale"]
    assert desk.lease_is_free()
    desk.bank.adds_up()


def test_a_person_clears_it_with_a_reason(desk: Desk) -> None:
    """Cleared, the next batch begins; who cleared it and why stays for ever."""
    held = _stale(desk)
    found = desk.portfolios.clear_stale("ana", reason="bought back by hand", by="ana@example.com")
    assert (found.status, found.stale_saga) == (PortfolioStatus.ACTIVE, None)
    assert desk.begin().saga.id != held.saga.id

    records, notes = desk.portfolios.history("ana")
    assert [record.saga.status for record in records] == [SagaStatus.RUNNING, SagaStatus.STALE]
    note = notes[0]
    assert (note.action, note.saga, note.reason, note.by) == (
        "cleared",
        held.saga.id,
        "bought back by hand",
        "ana@example.com",
    )
    for statement in ("UPDATE balance_notes SET reason = 'x'", "DELETE FROM saga_steps"):
        with pytest.raises(Conflict) as conflict, desk.bank.database.unit_of_work() as unit:
            unit.connection.execute(text(statement))
        assert conflict.value.code == "append_only"


def test_it_is_not_cleared_while_an_order_is_in_doubt(desk: Desk) -> None:
    """Fault 60: an order that the broker may have keeps it STALE, and nothing is noted."""
    held = _stale(desk)
    name = held.saga.operation(1).attempts[-1].id
    doubt = text("UPDATE saga_attempts SET state = 'unknown' WHERE client_order_id = :name")
    with desk.bank.database.unit_of_work() as unit:
        unit.connection.execute(doubt, {"name": name})
    before = desk.image()

    assert _refused(desk) == "order_in_doubt"
    assert desk.image() == before
    assert desk.portfolios.status("ana").in_doubt == (name,)


def test_only_stale_is_cleared_and_nothing_else_ends_it(desk: Desk) -> None:
    """Neither pausing, resuming nor enrolling anew takes STALE away; an active one has nothing to clear."""
    assert _refused(desk) == "not_stale"
    _stale(desk)
    for command in (desk.portfolios.pause, desk.portfolios.resume):
        with pytest.raises(Refused) as refusal:
            command("ana", reason="please", by="ana")
        assert refusal.value.code == "is_stale"
    again = desk.portfolios.enrol("ana", "BRL", model="{}", policy="{}", broker="simulated", by="ana")
    assert again.status is PortfolioStatus.STALE
    assert isinstance(desk.try_begin(), NotBegun)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x00b"])
def test_a_reason_is_a_reason(desk: Desk, reason: str) -> None:
    """Empty, too long, or unstorable: refused, naming the field."""
    with pytest.raises(InvalidInput) as refusal:
        desk.portfolios.clear_stale("ana", reason=reason, by="ana")
    assert refusal.value.field == "reason"


def test_who_is_not_enrolled_is_not_found(desk: Desk) -> None:
    """Every command and question names the portfolio it does not know."""
    commands = (
        lambda: desk.portfolios.clear_stale("bob", reason="x", by="y"),
        lambda: desk.portfolios.pause("bob", reason="x", by="y"),
        lambda: desk.portfolios.status("bob"),
        lambda: desk.portfolios.history("bob"),
    )
    for command in commands:
        with pytest.raises(NotFound) as missing:
            command()
        assert missing.value.code == "portfolio_unknown"
