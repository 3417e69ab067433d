"""The page of faults says what the tests say."""

from __future__ import annotations

from tests.support.custody_fault_table import FAULTS, PAGE, found_tests, written

#: Covered outside of the stored book: by the consumer of the log, valuation and reconciliation.
ELSEWHERE = {38, 42, 46, 66}


def test_every_fault_has_a_test() -> None:
    """Each fault has at least one test of its name."""
    assert set(FAULTS) - set(found_tests()) <= ELSEWHERE


def test_every_test_names_a_fault_that_is_known() -> None:
    """No test claims a number that the list does not have."""
    assert set(found_tests()) <= set(FAULTS)


def test_the_page_is_up_to_date() -> None:
    """The page lists the tests that there are; `python -m tests.support.custody_fault_table` writes it."""
    assert PAGE.read_text(encoding="utf-8") == written()
