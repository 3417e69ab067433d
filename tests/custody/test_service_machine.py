"""The commands on a stored book, in any order that Hypothesis finds, against the auditor; and the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fiel.custody.ledger import Verdict
from fiel.custody.order_events import EventStatus
from fiel.custody.reservations import TRANSITIONS, OrderStatus, Policy
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Refused
from tests.custody.simulation.auditor import Truth
from tests.custody.simulation.order_service import named
from tests.custody.simulation.world import Simulation
from tests.custody.stories import wire
from tests.custody.test_transitions import expected, message
from tests.support.custody_bank import Bank
from tests.support.custody_homes import FileHome, fresh_file
from tests.support.examples import examples

USERS = st.sampled_from(["user-0", "user-1"])
PARTS = st.integers(1, 12).map(lambda part: Fraction(part, 8))


class CustodyMachine(RuleBasedStateMachine):
    """Deposits, withdrawals, income, events of six orders in any order of arrival, repeats, time."""

    def __init__(self, template: FileHome, folder: Path) -> None:
        super().__init__()
        # A world whose chance decides nothing but spelling: what happens, Hypothesis decides.
        self.world = Simulation(fresh_file(template, folder), 1)
        self.bank, self.auditor = self.world.bank, self.world.auditor
        self.terms: dict[int, Truth] = {}
        self.sent: list[Truth] = []
        self.spelling = Random(0)

    def teardown(self) -> None:
        self.bank.close()
        self.bank.home.give_back()

    @rule(user=USERS, cents=st.integers(1, 10**6))
    def deposit(self, user: str, cents: int) -> None:
        self.bank.custody.deposit(user, f"{cents // 100}.{cents % 100:02d}")
        self.auditor.deposit(user, cents)

    @precondition(lambda self: self.auditor.cash)
    @rule(data=st.data(), cents=st.integers(1, 10**6))
    def withdraw(self, data: st.DataObject, cents: int) -> None:
        user = data.draw(st.sampled_from(sorted(self.auditor.cash)))
        amount = f"{cents // 100}.{cents % 100:02d}"
        if cents <= self.auditor.available(user):
            self.bank.custody.withdraw(user, amount)
            self.auditor.deposit(user, -cents)
            return
        before = self.bank.image()
        with pytest.raises(Refused):
            self.bank.custody.withdraw(user, amount)
        assert self.bank.image() == before

    @precondition(lambda self: self.auditor.cash)
    @rule(data=st.data(), cents=st.integers(1, 10**5), kind=st.sampled_from(IncomeKind))
    def income(self, data: st.DataObject, cents: int, kind: IncomeKind) -> None:
        """Money like a deposit's; of an asset that nobody here trades, so that no other cost changes."""
        user = data.draw(st.sampled_from(sorted(self.auditor.cash)))
        self.bank.custody.book_income(user, "XPLG11", kind, f"{cents // 100}.{cents % 100:02d}", withheld="1")
        self.auditor.deposit(user, cents)

    @rule(
        number=st.integers(1, 6),
        user=USERS,
        side=st.sampled_from(["BUY", "SELL"]),
        quantity=st.integers(1, 50),
        cents=st.integers(1, 5000),
        status=st.sampled_from(sorted(status.value for status in EventStatus)),
        part=PARTS,
        paid=st.integers(1, 6000),
    )
    def event(
        self,
        number: int,
        user: str,
        side: str,
        quantity: int,
        cents: int,
        status: str,
        part: Fraction,
        paid: int,
    ) -> None:
        """Any event of an order; its first one says what the order is."""
        price = Fraction(cents, 100)
        fresh: Truth = {"order": number, "user": user, "ticker": "PETR4", "side": side}
        terms = self.terms.setdefault(number, fresh | {"quantity": Fraction(quantity), "price": price})
        truth = terms | {"status": status}
        if status in ("FILLED", "PARTIALLY_FILLED"):
            whole = terms["quantity"] if status == "FILLED" else terms["quantity"] * part
            truth |= {"upto": whole, "paid": Fraction(paid, 100)}
        self.deliver(named(truth) | {"when": self.bank.clock.now()})

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        self.deliver(data.draw(st.sampled_from(self.sent)))

    @rule(minutes=st.integers(-90, 200))
    def time_passes(self, minutes: int) -> None:
        self.bank.clock.move(minutes=minutes)
        received = self.bank.custody.receiver.expire()
        assert received.verdicts[Verdict.APPLIED] == self.auditor.expire(self.bank.clock.now())

    def deliver(self, truth: Truth) -> None:
        self.sent.append(truth)
        value = self.world.service.telling(truth).value
        place = len(self.sent)
        received = self.bank.send_at(value, place)
        assert received.verdicts == {self.auditor.take(truth, self.bank.clock.now()): 1}

    @invariant()
    def all_agrees(self) -> None:
        self.world.inspect()


@pytest.mark.hypothesis
def test_commands_in_any_order(book_file: FileHome, tmp_path: Path) -> None:
    """Whatever is asked, in whatever order, the stored book agrees with the auditor after each step."""
    run_state_machine_as_test(
        cast(Any, lambda: CustodyMachine(book_file, tmp_path)),
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def bank_with(open_bank: Callable[..., Bank], home: FileHome, status: OrderStatus) -> Bank:
    """A stored book in which order 1 (100 at 10.00) has the status."""
    bank = open_bank(home=home, policy=Policy(reserve_for=timedelta(hours=1)))
    bank.custody.deposit("ana", "0.01" if status is OrderStatus.REFUSED else "5000.00")
    first: dict[OrderStatus, dict[str, Any]] = {
        OrderStatus.PARTIALLY_FILLED: {"filledQuantity": 40, "executedPrice": 10},
        OrderStatus.FILLED: {"executedPrice": 10},
        OrderStatus.REJECTED: {},
        OrderStatus.CANCELLED: {},
        OrderStatus.EXPIRED: {},
    }
    if status is not OrderStatus.UNSEEN:
        bank.send(wire())
    if status in first:
        bank.send(wire(status.value, **first[status]))
    if status is OrderStatus.TIMED_OUT:
        bank.clock.move(hours=2)
        bank.custody.receiver.expire()
    return bank


@pytest.mark.parametrize("pair", sorted(TRANSITIONS), ids="-".join)
def test_every_pair_on_the_stored_book(
    pair: tuple[OrderStatus, EventStatus], sqlite_home: FileHome, open_bank_on: Callable[..., Bank]
) -> None:
    """Each event meets each stored status with the contract's outcome; what is not applied moves no row."""
    status, event_status = pair
    bank = bank_with(open_bank_on, sqlite_home, status)
    if status is not OrderStatus.UNSEEN:
        assert bank.order().status is status
    before = bank.record()
    new = wire(event_status.value, **message(event_status))
    verdict = expected(pair)
    assert bank.send(new).verdicts == {verdict: 1}
    if verdict is not Verdict.APPLIED:
        assert bank.record() == before
    bank.adds_up()
    after = bank.record()
    bank.send(new)
    assert bank.record() == after
