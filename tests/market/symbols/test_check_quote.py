"""A price is believed when its sign, currency, age and company agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.market.sanitizer.context import Context
from fiel.market.sanitizer.quotes import check_quote, is_scale_slip
from fiel.market.values import Bar, PriceHistory, QuoteReading, ShareEvent, ShareKind
from fiel.market.verdicts import Kind, Outcome

#: A Tuesday, in the session.
NOW = datetime(2026, 9, 15, 15, 30, tzinfo=UTC)
CONTEXT = Context(NOW)
GOOD = QuoteReading(
    "WEGE3",
    Decimal("41.87"),
    "BRL",
    NOW - timedelta(minutes=10),
    previous_close=Decimal("41.5"),
    change=Decimal("0.37"),
    change_percent=Decimal("0.89"),
    high=Decimal("42.1"),
    low=Decimal("41.2"),
)
SPLIT = ShareEvent("WEGE3", ShareKind.SPLIT, "DESDOBRAMENTO", Decimal(2), date(2026, 9, 14), "brapi")


def _bare(price: str) -> QuoteReading:
    return QuoteReading("WEGE3", Decimal(price), "BRL", GOOD.as_of)


def test_a_good_quote_is_taken_without_a_word() -> None:
    """Nothing is found, and nothing is changed."""
    verdict = check_quote(GOOD, None, CONTEXT)
    assert (verdict.outcome, verdict.kind, verdict.value) == (Outcome.ACCEPT, None, GOOD)


@pytest.mark.parametrize("price", ["0", "-1", "100000001"])
def test_a_price_is_positive_and_of_this_world(price: str) -> None:
    """Zero, negatives and absurd prices are refused, whatever stands beside them."""
    verdict = check_quote(replace(GOOD, price=Decimal(price)), None, CONTEXT)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.IMPLAUSIBLE)


def test_the_currency_must_be_the_one_expected() -> None:
    """Dollars are refused where reais are due, and taken where dollars are."""
    dollars = replace(GOOD, currency="USD")
    assert check_quote(dollars, None, CONTEXT).kind is Kind.INCONSISTENT
    assert check_quote(dollars, None, replace(CONTEXT, currency="USD")).taken


@pytest.mark.parametrize(
    ("as_of", "now", "stale"),
    [
        # Tuesday's session runs; Monday's close is old once it is two hours old.
        ("2026-09-14T20:07:00Z", "2026-09-15T12:30:00Z", False),
        ("2026-09-14T20:07:00Z", "2026-09-15T14:59:00Z", False),
        ("2026-09-14T20:07:00Z", "2026-09-15T15:00:00Z", True),
        # Friday's close holds through the weekend, and Independence Day after another one.
        ("2026-09-11T20:07:00Z", "2026-09-14T12:00:00Z", False),
        ("2026-09-04T20:07:00Z", "2026-09-08T14:00:00Z", False),
        ("2026-09-04T20:07:00Z", "2026-09-08T16:00:00Z", True),
        # Ash Wednesday opens at 13:00 in Brasília, so two hours later is 18:00 UTC.
        ("2026-02-13T20:07:00Z", "2026-02-18T17:59:00Z", False),
        ("2026-02-13T20:07:00Z", "2026-02-18T18:00:00Z", True),
        # Late in the evening of a day it is the next day in UTC.
        ("2026-09-15T01:59:00Z", "2026-09-15T12:00:00Z", False),
    ],
)
def test_age_is_counted_in_sessions(as_of: str, now: str, stale: bool) -> None:
    """A price is old when a session of B3 went by without it, not when hours did."""
    quote = replace(GOOD, as_of=datetime.fromisoformat(as_of))
    verdict = check_quote(quote, None, Context(datetime.fromisoformat(now)))
    assert (verdict.kind is Kind.STALE) == stale, verdict
    assert verdict.taken != stale


def test_a_price_of_the_future_or_of_no_time_is_not_believed() -> None:
    """A small skew of clocks is borne; more is implausible. Without a time it may be of any age."""
    assert check_quote(replace(GOOD, as_of=NOW + timedelta(minutes=10)), None, CONTEXT).taken
    assert (
        check_quote(replace(GOOD, as_of=NOW + timedelta(minutes=20)), None, CONTEXT).kind is Kind.IMPLAUSIBLE
    )
    timeless = check_quote(replace(GOOD, as_of=None), None, CONTEXT)
    assert (timeless.outcome, timeless.kind) == (Outcome.QUARANTINE, Kind.STALE)


def test_zeros_for_what_is_not_known_become_unknown() -> None:
    """A good price beside zeros is kept, the zeros are not."""
    zero = Decimal(0)
    verdict = check_quote(replace(GOOD, high=zero, low=zero, open=zero, volume=0), None, CONTEXT)
    assert verdict.outcome is Outcome.REPAIR
    assert verdict.value == replace(GOOD, high=None, low=None, open=None, volume=None)


def test_a_jump_needs_a_reason() -> None:
    """A move beyond the threshold is set aside, unless an event or a second source explains it."""
    context = replace(CONTEXT, last_close=Decimal("41.5"), last_close_day=date(2026, 9, 14))
    assert check_quote(_bare("49.7"), None, context).outcome is Outcome.ACCEPT
    assert check_quote(_bare("49.9"), None, context).outcome is Outcome.QUARANTINE
    assert check_quote(_bare("20.9"), None, context).outcome is Outcome.QUARANTINE
    explained = check_quote(_bare("20.9"), None, replace(context, events=(SPLIT,)))
    assert (explained.outcome, explained.kind) == (Outcome.ACCEPT, Kind.CORPORATE_ACTION)
    agreed = check_quote(_bare("20.9"), None, replace(context, other_price=Decimal("20.95")))
    assert agreed.outcome is Outcome.ACCEPT
    other = check_quote(_bare("20.9"), None, replace(context, other_price=Decimal("41.6")))
    assert other.outcome is Outcome.QUARANTINE


def test_an_event_of_long_ago_explains_nothing() -> None:
    """The last day with the right must lie between the close that is known and the price."""
    context = replace(CONTEXT, last_close=Decimal("41.5"), last_close_day=date(2026, 9, 14))
    old = replace(SPLIT, com_date=date(2026, 9, 11))
    to_come = replace(SPLIT, com_date=date(2026, 9, 15))
    for event in (old, to_come):
        assert not check_quote(_bare("20.9"), None, replace(context, events=(event,))).taken


def test_a_price_that_did_not_move_with_a_split_is_not_believed() -> None:
    """After a split the old price is the price from before."""
    context = Context(NOW, last_close=Decimal("41.5"), last_close_day=date(2026, 9, 14), events=(SPLIT,))
    verdict = check_quote(_bare("41.87"), None, context)
    assert (verdict.outcome, verdict.kind) == (Outcome.QUARANTINE, Kind.INCONSISTENT)


@settings(deadline=None)  # the first one makes the calendar
@given(st.sampled_from([10, 100, 1000]), st.decimals("0.9", "1.1", places=3), st.booleans())
def test_slips_of_the_decimal_point_are_refused(scale: int, move: Decimal, up: bool) -> None:
    """About ten, a hundred or a thousand times the last close, or a part of it, is never served."""
    close = Decimal("41.5")
    price = close * move * scale if up else close * move / scale
    context = replace(CONTEXT, last_close=close, last_close_day=date(2026, 9, 14))
    verdict = check_quote(replace(_bare("1"), price=price), None, context)
    assert (verdict.outcome, verdict.kind) == (Outcome.REJECT, Kind.IMPLAUSIBLE)


def test_a_halving_is_no_slip() -> None:
    """What may be an event is set aside, not called impossible."""
    assert not is_scale_slip(Decimal(2))
    assert is_scale_slip(Decimal("0.1"))


def test_the_history_beside_the_price_bears_witness() -> None:
    """A price far from the session before it in the same answer is not believed."""
    history = PriceHistory("WEGE3", (Bar(date(2026, 9, 14), Decimal("41.5")),))
    assert check_quote(_bare("415"), history, CONTEXT).kind is Kind.IMPLAUSIBLE
    assert check_quote(_bare("42"), history, CONTEXT).taken


@pytest.mark.parametrize(
    ("before", "change", "percent", "wanted"),
    [
        ("41.87", "0.37", "0.89", {"previous_close": Decimal("41.5")}),
        ("41.5", "9", "0.89", {"change": Decimal("0.37")}),
        ("41.87", "0.37", None, {"previous_close": Decimal("41.5")}),
    ],
)
def test_the_odd_one_of_three_is_put_right(
    before: str, change: str, percent: str | None, wanted: dict[str, Decimal]
) -> None:
    """Price, change and previous close tell one story; the percentage decides whom to believe."""
    quote = replace(
        GOOD,
        previous_close=Decimal(before),
        change=Decimal(change),
        change_percent=None if percent is None else Decimal(percent),
    )
    verdict = check_quote(quote, None, CONTEXT)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPAIR, Kind.INCONSISTENT)
    for name, value in wanted.items():
        assert getattr(verdict.value, name) == value


def test_three_that_agree_outvote_the_price() -> None:
    """When change, percentage and previous close agree, a price elsewhere is the wrong one."""
    quote = replace(GOOD, price=Decimal("418.7"), high=None, low=None)
    assert check_quote(quote, None, CONTEXT).outcome is Outcome.REJECT


@settings(deadline=None)  # the first one makes the calendar
@given(
    st.decimals("-1000", "1000", places=2),
    st.none() | st.decimals("-100", "100", places=2),
    st.none() | st.decimals("-100", "100", places=2),
    st.none() | st.decimals("-100", "100", places=2),
    st.none() | st.decimals("-100", "100", places=2),
)
def test_whatever_is_taken_is_sound(
    price: Decimal, before: Decimal | None, change: Decimal | None, high: Decimal | None, low: Decimal | None
) -> None:
    """A served quote has a positive price and no field that is zero, negative or on the wrong side of it."""
    quote = replace(GOOD, price=price, previous_close=before, change=change, high=high, low=low)
    verdict = check_quote(replace(quote, change_percent=None), None, CONTEXT)
    if verdict.taken and verdict.value is not None:
        served = verdict.value
        assert served.price == price > 0
        assert all(one is None or one > 0 for one in (served.previous_close, served.high, served.low))
        assert served.high is None or served.high + Decimal("0.011") >= price
        assert served.low is None or served.low - Decimal("0.011") <= price
