"""Facts, payments, orders and reversals on a stored book, in any order that Hypothesis finds."""

from __future__ import annotations

from pathlib import Path
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

from fiel.custody.accounts import CashMode
from fiel.custody.ledger.journal import entry_id
from fiel.kernel.errors import Refused
from tests.custody.facts.drawn import TICKERS, WHATS, Drawn, drawn, histories
from tests.custody.facts.telling import ANA, EVA, Teller, fact
from tests.support.custody_bank import E9, Bank
from tests.support.custody_homes import FileHome, fresh_file
from tests.support.examples import examples

FACTS = tuple(what for what in WHATS if what != "order")


class FactsMachine(RuleBasedStateMachine):
    """Ana keeps her cash here and eva elsewhere; each thing happens in a minute of its own."""

    def __init__(self, template: FileHome, folder: Path) -> None:
        super().__init__()
        self.bank = Bank(fresh_file(template, folder))
        self.book = Teller(self.bank)
        self.bank.custody.open_account("ana")
        self.bank.custody.open_account("eva", cash_mode=CashMode.EXTERNAL)
        self.told: dict[int, Drawn] = {}
        self.gone: set[int] = set()

    def teardown(self) -> None:
        self.bank.close()
        self.bank.home.give_back()

    @rule(happened=histories(*FACTS, most=5))
    def tell(self, happened: list[Drawn]) -> None:
        """A file; rows told before are left as they are."""
        fresh = [each for each in happened if self.told.get(each.minute, each) == each]
        self.book.tell(*(each.told() for each in fresh))
        self.told |= {each.minute: each for each in fresh}

    @rule(happened=histories(*FACTS, most=3))
    def tell_wrongly(self, happened: list[Drawn]) -> None:
        """A file with one row that cannot be: none of it is booked."""
        before = self.bank.image()
        with pytest.raises(Refused):
            self.book.tell(*(each.told() for each in happened), fact("opening", "wrong", shares=-1))
        assert self.bank.image() == before

    @rule(one=drawn("order"))
    def order(self, one: Drawn) -> None:
        """An order that is filled."""
        if one.minute not in self.told:
            self.bank.send(*one.events())
            self.told[one.minute] = one

    @precondition(lambda self: any(each.what != "order" for each in self.told.values()))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Some rows at once, perhaps some of them for the second time."""
        able = sorted(minute for minute, each in self.told.items() if each.what != "order")
        asked = data.draw(st.lists(st.sampled_from(able), min_size=1, max_size=3))
        self.book.bookings.reverse([entry_id(self.told[minute].command) for minute in asked])
        self.gone.update(asked)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def take_back_again(self, data: st.DataObject) -> None:
        """Nothing more happens, and a reversal stays."""
        entry = entry_id(self.told[data.draw(st.sampled_from(sorted(self.gone)))].command)
        before = self.bank.image()
        (reversal,) = self.book.bookings.reverse([entry]).entries.values()
        with pytest.raises(Refused):
            self.book.bookings.reverse([reversal])
        assert self.bank.image() == before

    @rule()
    def restart(self) -> None:
        self.bank.restart()

    @invariant()
    def adds_up(self) -> None:
        self.book.agrees()

    @invariant()
    def sums_are_those_of_what_was_told(self) -> None:
        """Balances and quantities, counted here again."""
        left = [each for minute, each in self.told.items() if minute not in self.gone]
        money = sum(each.moved()[0] for each in left if each.user == ANA.user_id)
        assert (self.bank.account("ana").balance, self.bank.account("eva").balance) == (money, 0)
        for owner in (ANA, EVA):
            for ticker in TICKERS:
                own = [each for each in left if (each.user, each.ticker) == (owner.user_id, ticker)]
                held = self.bank.position(ticker, owner.user_id).quantity
                assert held == sum(each.moved()[1] for each in own), (ticker, held / E9)


@pytest.mark.hypothesis
def test_facts_in_any_order(book_file: FileHome, tmp_path: Path) -> None:
    """After each step the checker finds nothing, and money and shares are those that were told."""
    run_state_machine_as_test(
        cast(Any, lambda: FactsMachine(book_file, tmp_path)),
        settings=settings(
            max_examples=examples(15),
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
