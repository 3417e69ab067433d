"""What holds of every forecast, whatever the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fiel.income.forecast import forecast
from fiel.income.values import Announcement, IncomeKind
from fiel.kernel.calendars import b3
from tests.income.forecast.stories import ASSET, TODAY, each_year, histories, renamed

#: Half of the last decimal of an amount, and what the factor makes of it.
HAIR = Decimal("0.00000001")
REGULAR = each_year(range(2016, 2024), "04-20", "10-18")


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_history_says_nothing(rows: list[Announcement], random: object) -> None:
    """A permutation gives the same forecast to the last digit."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert forecast(ASSET, shuffled, TODAY) == forecast(ASSET, rows, TODAY)


@given(histories())
def test_telling_the_same_twice_changes_nothing(rows: list[Announcement]) -> None:
    """Repeated rows, with the same id or another, count once."""
    once = forecast(ASSET, rows, TODAY)

    assert forecast(ASSET, [*rows, *rows], TODAY) == once
    again = forecast(ASSET, [*rows, *renamed(rows, 2)], TODAY)
    assert [replace(each, basis=()) for each in again.payments] == [
        replace(each, basis=()) for each in once.payments
    ]


@given(histories(), st.sampled_from([Decimal(2), Decimal("0.25"), Decimal(1000)]))
def test_amounts_times_a_factor_give_the_forecast_times_the_factor(
    rows: list[Announcement], factor: Decimal
) -> None:
    """Days, methods and errors stay, the amounts scale (up to the last of eight decimals)."""
    plain = forecast(ASSET, rows, TODAY)
    scaled = forecast(ASSET, [replace(each, per_unit=each.per_unit * factor) for each in rows], TODAY)

    assert (scaled.method, scaled.error, scaled.reasons) == (plain.method, plain.error, plain.reasons)
    for ours, theirs in zip(scaled.payments, plain.payments, strict=True):
        assert (ours.kind, ours.com_date, ours.payment_date) == (
            theirs.kind,
            theirs.com_date,
            theirs.payment_date,
        )
        assert abs(ours.per_unit - theirs.per_unit * factor) <= HAIR * (1 + factor)


@given(histories(), st.integers(1, 60))
def test_payments_lie_after_today_on_sessions_in_order_and_in_their_ranges(
    rows: list[Announcement], months: int
) -> None:
    """No com date of today or before, no payment before its com date, low <= amount <= high."""
    found = forecast(ASSET, rows, TODAY, months=months).payments

    assert all(TODAY < each.com_date < each.payment_date for each in found)
    assert all(b3().is_business_day(day) for each in found for day in (each.com_date, each.payment_date))
    assert [each.com_date for each in found] == sorted(each.com_date for each in found)
    assert all(Decimal(0) <= each.low <= each.per_unit <= each.high for each in found)


@given(histories())
def test_there_are_never_more_occasions_than_slots(rows: list[Announcement]) -> None:
    """In a year each slot comes once; each of its kinds is one payment."""
    found = forecast(ASSET, rows, TODAY)

    assert len({each.com_date for each in found.payments}) <= found.slots
    assert len(found.payments) <= found.slots * 3


@given(histories(), histories(), st.integers(1, 400))
def test_what_is_decided_later_cannot_be_seen(
    rows: list[Announcement], later: list[Announcement], wait: int
) -> None:
    """Events decided after today change nothing, not even a digit of an error."""
    decided = TODAY + timedelta(days=wait)
    unseen = [
        replace(
            each, event_id=f"later-{each.event_id}", decided_on=decided, com_date=decided + timedelta(days=3)
        )
        for each in later
    ]
    assert forecast(ASSET, [*rows, *unseen], TODAY) == forecast(ASSET, rows, TODAY)


@given(histories())
def test_no_forecast_stands_where_an_announced_one_of_its_kind_stands(rows: list[Announcement]) -> None:
    """Announcing each forecast payment as it is leaves no forecast at all."""
    found = forecast(ASSET, rows, TODAY)
    told = [
        Announcement(
            f"told-{i}", ASSET, each.kind, each.per_unit, each.com_date, None, "told", decided_on=TODAY
        )
        for i, each in enumerate(found.payments)
    ]
    assert len(forecast(ASSET, [*rows, *told], TODAY).payments) <= len(found.payments) - len(
        {(each.com_date, each.kind) for each in told}
    )


def test_the_trials_of_the_past_do_not_see_what_was_announced_after_their_day() -> None:
    """What was decided in time is known at the origins before it, and what was decided late is not."""
    early = [
        replace(each, decided_on=each.com_date and each.com_date - timedelta(days=300)) for each in REGULAR
    ]
    grown = [replace(each, per_unit=each.per_unit * (i + 1)) for i, each in enumerate(early)]
    late = [replace(each, decided_on=each.com_date) for each in grown]

    known, unknown = forecast(ASSET, grown, TODAY), forecast(ASSET, late, TODAY)
    assert known.error is not None
    assert unknown.error is not None
    assert known.error < unknown.error


def test_a_year_ago_the_same_was_said_as_is_tried_now() -> None:
    """The forecast at a past day is the same with and without what came after it in hand."""
    origin = TODAY - timedelta(days=500)
    past = [each for each in REGULAR if each.decided_on and each.decided_on <= origin]

    assert forecast(ASSET, REGULAR, origin) == forecast(ASSET, past, origin)
    assert {each.kind for each in forecast(ASSET, past, origin).payments} == {IncomeKind.DIVIDEND}
