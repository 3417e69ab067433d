"""The book folded in a transaction of somebody else's: an answer per event, and nothing without the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fiel.autobalance.order_events import closed, executed, pending
from fiel.autobalance.orders import BrokerOrder, Execution, OrderState
from fiel.custody.accounts import AccountKey
from fiel.custody.joint import Folded, JointBook
from fiel.custody.ledger.batch import Verdict
from fiel.custody.order_events.event import Side
from fiel.infra.storage.database import UnitOfWork
from tests.support.autobalance.books import Desk
from tests.support.custody_bank import BRL, E9, START

ORDER = BrokerOrder("sg_1.1.f", "ana", "PETR4", Side.BUY, 10 * E9, 30 * E9)


def _fold(desk: Desk, *events: dict[str, object]) -> list[Folded]:
    with desk.bank.database.unit_of_work() as unit:
        return JointBook(desk.bank.policy).fold(unit.connection, events, desk.bank.clock.now())


def test_an_order_is_reserved_filled_and_answered(desk: Desk) -> None:
    """One answer per event, in their order; the book adds up."""
    fill = Execution(1, 10 * E9, 29 * E9, START)
    assert _fold(desk, pending(ORDER, START), executed(ORDER, fill, 10 * E9)) == [
        Folded(Verdict.APPLIED),
        Folded(Verdict.APPLIED),
    ]
    assert desk.bank.position().quantity == 10 * E9
    assert desk.bank.account().blocked == 0
    assert _fold(desk) == []
    desk.bank.adds_up()


def test_a_refusal_is_told_with_its_reason_again_and_again(desk: Desk) -> None:
    """Without the money the PENDING is refused; told again it is a duplicate, and refused still."""
    dear = replace(ORDER, quantity=1000 * E9)
    assert _fold(desk, pending(dear, START)) == [Folded(Verdict.APPLIED, "cash_not_available")]
    assert _fold(desk, pending(dear, START)) == [Folded(Verdict.DUPLICATE, "cash_not_available")]
    (closing,) = _fold(desk, closed(dear, OrderState.CANCELLED, START))
    assert closing.refusal is None
    assert desk.bank.account().blocked == 0


def test_shares_that_are_not_there_are_refused(desk: Desk) -> None:
    """A sale of more than there is."""
    sale = replace(ORDER, side=Side.SELL, ticker="VALE3", quantity=11 * E9)
    assert _fold(desk, pending(sale, START)) == [Folded(Verdict.APPLIED, "shares_not_available")]


def test_who_has_no_account_is_refused_with_a_dead_letter(desk: Desk) -> None:
    """The event is kept for a person to see; those beside it are taken."""
    stranger = replace(ORDER, portfolio="nobody", client_order_id="x.1.f")
    found = _fold(desk, pending(stranger, START), pending(ORDER, START))
    assert found == [Folded(Verdict.DEAD_LETTER, "account_unknown"), Folded(Verdict.APPLIED)]
    assert desk.bank.dead() == ["account_unknown"]


def test_what_cannot_be_read_is_a_dead_letter(desk: Desk) -> None:
    """A malformed event stops nobody."""
    found = _fold(desk, pending(ORDER, START) | {"quantity": "ten"}, pending(ORDER, START))
    assert [each.verdict for each in found] == [Verdict.DEAD_LETTER, Verdict.APPLIED]
    assert len(desk.bank.dead()) == 1


def test_an_exchange_that_tells_the_same_is_a_duplicate(desk: Desk) -> None:
    """The log brings what the saga has folded already, and the other way round: once is once."""
    fill = executed(ORDER, Execution(1, 10 * E9, 30 * E9, START), 10 * E9)
    _fold(desk, pending(ORDER, START))
    desk.bank.send(pending(ORDER, START), fill)
    assert _fold(desk, fill) == [Folded(Verdict.DUPLICATE)]
    assert desk.bank.position().quantity == 10 * E9
    desk.bank.adds_up()


def test_nothing_is_folded_when_the_transaction_fails(desk: Desk) -> None:
    """The caller's failure undoes the book's part."""
    before = desk.image()

    def work(unit: UnitOfWork) -> None:
        JointBook(desk.bank.policy).fold(unit.connection, [pending(ORDER, START)], START)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        desk.bank.database.transact(work)
    assert desk.image() == before


def test_sequences_are_those_of_the_accounts_that_there_are(desk: Desk) -> None:
    """How many transactions each account has had; nothing for one that does not exist."""
    ana, euro, nobody = AccountKey("ana", BRL), AccountKey("ana", "EUR"), AccountKey("nobody", BRL)
    with desk.bank.database.unit_of_work() as unit:
        found = JointBook(desk.bank.policy).sequences(unit.connection, [ana, euro, nobody])
    assert found == {ana: desk.sequence("ana")}
