"""States by day: what a payment is on each day of its life, and the codes that say why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.income.lifecycle import Facts, IncomePolicy, last_due_day, stand, with_code
from fiel.income.values import State
from fiel.kernel.errors import InvalidInput

POLICY = IncomePolicy()
COM, PAY = date(2026, 3, 30), date(2026, 4, 15)
HELD = Facts(COM, PAY, is_held=True)


@pytest.mark.parametrize(
    ("today", "state", "reason"),
    [
        (date(2026, 3, 1), State.ANNOUNCED, "com_date_to_come:2026-03-30"),
        (COM, State.ANNOUNCED, "com_date_to_come:2026-03-30"),
        (date(2026, 3, 31), State.CONFIRMED, "payment_to_come:2026-04-15"),
        (date(2026, 4, 14), State.CONFIRMED, "payment_to_come:2026-04-15"),
        (PAY, State.DUE, "payment_date:2026-04-15"),
        (date(2026, 4, 16), State.DUE, "payment_date_passed:2026-04-15"),
        # The 18th and 19th are a weekend; the 21st (Tiradentes) is closed.
        (date(2026, 4, 20), State.DUE, "payment_date_passed:2026-04-15"),
        (date(2026, 4, 21), State.LATE, "patience_business_days:3"),
        (date(2026, 5, 15), State.LATE, "patience_business_days:3"),
        (date(2026, 5, 16), State.MISSING, "missing_after_days:30"),
    ],
)
def test_the_life_of_a_payment_that_is_held(today: date, state: State, reason: str) -> None:
    """Announced to the close of the com date, confirmed the next day, due, late, missing."""
    standing = stand(HELD, today, POLICY)
    assert standing.state is state
    assert reason in standing.reasons


def test_a_payment_on_a_holiday_is_awaited_from_the_next_business_day() -> None:
    """Paid on Saturday the 18th: Monday stands for it, and Tuesday the 21st is closed."""
    assert last_due_day(date(2026, 4, 18), POLICY) == date(2026, 4, 24)


def test_money_in_the_book_ends_the_waiting() -> None:
    """Received whatever the day is; an open difference after a correction comes before that."""
    came = replace(HELD, is_paid=True)
    assert stand(came, date(2027, 1, 1), POLICY).state is State.RECEIVED
    changed = stand(replace(came, is_changed=True), date(2027, 1, 1), POLICY)
    assert (changed.state, changed.reasons) == (State.CORRECTED, ("difference_open",))


def test_nothing_held_and_taken_back_lapse() -> None:
    """Not held at the com date: nothing comes; before it nobody knows. A payment of zero is taken back."""
    empty = Facts(COM, PAY, is_held=False)
    assert stand(empty, COM, POLICY).state is State.ANNOUNCED
    lapsed = stand(empty, date(2026, 3, 31), POLICY)
    assert (lapsed.state, lapsed.reasons) == (State.LAPSED, ("nothing_held:2026-03-30",))
    assert stand(replace(HELD, is_taken_back=True), COM, POLICY).reasons == ("taken_back",)


def test_unknown_dates_wait_and_say_so() -> None:
    """Without com date only announced; without payment date confirmed, not late."""
    undated = stand(Facts(None, PAY, is_held=True), date(2026, 12, 1), POLICY)
    assert (undated.state, undated.reasons) == (State.ANNOUNCED, ("com_date_unknown",))
    unpaid = stand(Facts(COM, None, is_held=True), COM + timedelta(days=20), POLICY)
    assert (unpaid.state, unpaid.reasons[1]) == (State.CONFIRMED, "payment_date_unknown")


def test_a_deadline_is_due_only_at_its_end() -> None:
    """ "Paid until" the 15th: confirmed before, and the reason says until."""
    until = replace(HELD, deadline=True)
    assert stand(until, date(2026, 4, 14), POLICY).reasons[1] == "payment_until:2026-04-15"
    assert stand(until, PAY, POLICY).state is State.DUE


def test_the_policy_rules_the_patience() -> None:
    """No patience: late the day after. Negative days are refused with the field named."""
    strict = IncomePolicy(patience=0, missing_after=5)
    assert stand(HELD, PAY + timedelta(days=1), strict).state is State.LATE
    assert stand(HELD, PAY + timedelta(days=6), strict).state is State.MISSING
    with pytest.raises(InvalidInput) as refused:
        IncomePolicy(patience=-1)
    assert refused.value.field == "patience"


def test_reasons_are_found_by_their_code() -> None:
    """With or without figures; a longer code is another one."""
    assert with_code(("a:1", "ab:2", "a"), "a") == ("a:1", "a")


ORDER = [State.ANNOUNCED, State.CONFIRMED, State.DUE, State.LATE, State.MISSING]


@given(
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.integers(-5, 400),
    st.integers(0, 400),
    st.integers(0, 60),
    st.booleans(),
)
def test_waiting_only_goes_forward(com: date, delay: int, day: int, more: int, deadline: bool) -> None:
    """As days pass a payment that is held never becomes less urgent."""
    facts = Facts(com, com + timedelta(days=delay), is_held=True, deadline=deadline)
    today = com - timedelta(days=20) + timedelta(days=day)
    now, later = stand(facts, today, POLICY), stand(facts, today + timedelta(days=more), POLICY)
    assert ORDER.index(now.state) <= ORDER.index(later.state)


def test_a_payment_whose_date_was_never_told_is_missing_in_the_end() -> None:
    """Two hundred days after its com date it is no longer "to come": the date was never told to us."""
    last = COM + timedelta(days=POLICY.undated_days)
    assert stand(Facts(COM, None, is_held=True), last, POLICY).state is State.CONFIRMED
    over = stand(Facts(COM, None, is_held=True), last + timedelta(days=1), POLICY)
    assert (over.state, over.reasons[-1]) == (State.MISSING, "undated_after_days:200")
