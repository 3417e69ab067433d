"""Targets for somebody who has none: made of what is held, saved only where nothing is unknown."""

from __future__ import annotations

import pytest

from fiel.copilot.own_plan.first_targets import first_targets, held_text, save_first_targets
from fiel.copilot.plan_view.words import Lang
from fiel.custody.store.prices import StoredPrices
from fiel.kernel.clock import FixedClock
from fiel.kernel.errors import InvalidInput
from tests.copilot.own_plan.books import NOW, TODAY, WALLET, SavedBook

CLOCK = FixedClock(NOW)


def _saves(book: SavedBook, **said: str) -> bool:
    database = book.opened.database
    return save_first_targets(database, CLOCK, StoredPrices(database), WALLET, TODAY, said, Lang.PT)


def test_what_is_held_becomes_the_targets_by_its_value(book: SavedBook) -> None:
    """The text that is saved is the one that every door shows to begin with; a price of all makes weights."""
    book.holds("PETR4", "100", "3000.00")
    book.holds("VALE3", "100", "5000.00")
    book.costs(PETR4="30.00", VALE3="90.00")
    desk, database = book.desk(), book.opened.database
    shown = held_text(desk, StoredPrices(database), desk.look(WALLET), TODAY, Lang.PT)
    assert shown.by_value
    assert 'PETR4F = "25"' in shown.text
    assert _saves(book) is True
    saved = desk.saved(WALLET)
    assert saved is not None
    assert saved.body == shown.text
    with pytest.raises(InvalidInput, match="already"):
        _saves(book)


def test_without_a_price_the_parts_are_equal(book: SavedBook) -> None:
    """And whoever saves them is told so."""
    book.holds("PETR4", "100", "3000.00")
    book.holds("VALE3", "100", "5000.00")
    book.costs(PETR4="30.00")
    assert _saves(book) is False
    saved = book.desk().saved(WALLET)
    assert saved is not None
    assert saved.body.count('F = "50"') == 2


def test_an_unknown_kind_is_asked_for_and_remembered(book: SavedBook) -> None:
    """What was sold is no part of it; saying what an asset is makes the targets whole."""
    book.holds("XPML11", "10", "1000.00")
    book.holds("PETR4", "100", "3000.00")
    book.sells("2026-02-02", "PETR4", "100", "31.00")
    ready = first_targets(book.opened.database, CLOCK, WALLET, TODAY)
    assert (ready.has_targets, ready.assets, ready.unknown) == (False, ("XPML11",), ("XPML11",))
    assert not ready.is_priced(StoredPrices(book.opened.database))
    with pytest.raises(InvalidInput):
        _saves(book)
    _saves(book, XPML11="fii")
    assert first_targets(book.opened.database, CLOCK, WALLET, TODAY).unknown == ()
