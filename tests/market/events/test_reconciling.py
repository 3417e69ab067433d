"""Dividends told by several sources become one list that says who told what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.calendars import b3
from fiel.market.reconciling import ReconciledCash, Standing, agree, reconcile
from fiel.market.values import CashEvent, CashKind, EventsReading

ORDER = ("brapi", "hgbrasil", "b3")


def told(
    rate: str = "0.55015787",
    com: str | None = "2026-06-01",
    paid: str | None = "2026-08-20",
    source: str = "brapi",
    kind: CashKind = CashKind.DIVIDEND,
) -> CashEvent:
    """PETR4's dividend, as a source tells it."""
    return CashEvent(
        "PETR4",
        kind,
        kind.value,
        Decimal(rate),
        None if com is None else date.fromisoformat(com),
        None if paid is None else date.fromisoformat(paid),
        source,
    )


def together(*events: CashEvent, known: tuple[ReconciledCash, ...] = ()) -> tuple[ReconciledCash, ...]:
    """Each source's events as one reading, reconciled."""
    readings = [
        EventsReading("PETR4", tuple(each for each in events if each.source == source)) for source in ORDER
    ]
    return reconcile(readings, b3(), order=ORDER, known=known)


def test_two_sources_that_agree_are_one_event() -> None:
    """The amount rounded by the second source is the same amount; the first source's digits are kept."""
    (only,) = together(told(), told("0.5502", source="hgbrasil"))

    assert (only.standing, only.event.rate) == (Standing.AGREED, Decimal("0.55015787"))
    assert [each.source for each in only.told] == ["brapi", "hgbrasil"]


def test_a_date_that_only_the_second_source_knows_is_taken_from_it() -> None:
    """The first leaves the payment date open."""
    (only,) = together(told(paid=None), told(source="hgbrasil"))

    assert (only.event.payment_date, only.standing) == (date(2026, 8, 20), Standing.AGREED)


def test_an_ex_date_given_for_the_com_date_is_the_same_event_and_is_said() -> None:
    """One session later: one event, in conflict on the date, with the first source's date."""
    (only,) = together(told(), told(com="2026-06-02", source="hgbrasil"))

    assert (only.event.com_date, only.standing) == (date(2026, 6, 1), Standing.CONFLICT)
    assert only.differences == ("com_date: brapi 2026-06-01, hgbrasil 2026-06-02",)


def test_instalments_stay_apart() -> None:
    """One com date, one amount, two payment dates: two payments in each source, two events in all."""
    two = [told(paid="2026-08-20"), told(paid="2026-09-21")]
    found = together(*two, *(replace(each, source="hgbrasil") for each in two))

    assert [each.event.payment_date for each in found] == [date(2026, 8, 20), date(2026, 9, 21)]
    assert {each.standing for each in found} == {Standing.AGREED}
    assert found[0].event_id != found[1].event_id


def test_jcp_and_dividend_of_one_day_are_two_rights() -> None:
    """Same com date, other law, other tax."""
    found = together(told(kind=CashKind.JCP), told(source="hgbrasil"))

    assert [each.standing for each in found] == [Standing.SINGLE, Standing.SINGLE]


def test_another_amount_for_the_same_payment_is_a_conflict() -> None:
    """Com and payment dates are equal: the sources contradict each other, and both amounts are shown."""
    (only,) = together(told("0.55"), told("0.61", source="hgbrasil"))

    assert (only.standing, only.event.rate) == (Standing.CONFLICT, Decimal("0.55"))
    assert only.differences == ("rate: brapi 0.55, hgbrasil 0.61",)


def test_a_correction_keeps_the_id() -> None:
    """The same source comes with another amount for the same dates: the event is changed, not doubled."""
    before = together(told("0.55"))
    (after,) = together(told("0.57"), known=before)

    assert (after.event_id, after.event.rate) == (before[0].event_id, Decimal("0.57"))


def test_what_a_source_forgets_is_kept() -> None:
    """An answer without last year's dividend does not undo it."""
    before = together(told())

    assert together(known=before) == before


def test_two_equal_payments_of_one_source_are_two() -> None:
    """Nothing tells them apart but that they are two: both are kept, with ids of their own."""
    found = together(told(paid=None), told(paid=None))

    assert len({each.event_id for each in found}) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0.55015787", "0.5502", True),
        ("0.55015787", "0.5501", True),
        ("0.55015787", "0.55", True),
        ("0.5501", "0.5503", False),
        ("0.10", "0.11", False),
        ("1", "1.004", True),
        ("1", "1.01", False),
    ],
)
def test_amounts_agree_as_far_as_the_coarser_is_written(one: str, other: str, *, same: bool) -> None:
    """Rounded or cut to fewer decimals, but never to fewer than two."""
    assert agree(Decimal(one), Decimal(other)) is same
    assert agree(Decimal(other), Decimal(one)) is same


_EVENTS = st.builds(
    told,
    rate=st.decimals("0.01", "5", places=4).map(str),
    com=st.dates(date(2024, 1, 2), date(2024, 6, 28)).map(date.isoformat),
    paid=st.none() | st.dates(date(2024, 7, 1), date(2024, 12, 30)).map(date.isoformat),
    source=st.sampled_from(ORDER),
    kind=st.sampled_from([CashKind.DIVIDEND, CashKind.JCP]),
)


@given(st.lists(_EVENTS, max_size=12))
def test_nothing_is_lost_doubled_or_renamed(events: list[CashEvent]) -> None:
    """Every telling is in exactly one event, no source twice in one; a second run changes nothing."""
    found = together(*events)

    assert sorted((each for one in found for each in one.told), key=repr) == sorted(events, key=repr)
    assert all(len({each.source for each in one.told}) == len(one.told) for one in found)
    assert len({one.event_id for one in found}) == len(found)
    again = together(*events, known=found)
    assert {one.event_id for one in again} == {one.event_id for one in found}
    assert len(again) == len(found)
