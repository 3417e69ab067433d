"""When a strategy acts: on a flow, on a band, on a date, on a band on a date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.model import build
from fiel.rebalancing.plan import Status
from fiel.rebalancing.problem import Frequency, Strategy, StrategyKind
from fiel.rebalancing.triggers import Decision, Trigger, decide, is_weekday, next_due, one_period_after
from tests.support.portfolios import band, problem

IN_BAND = "A 52 @ 10; B 48 @ 10"
OUT_OF_BAND = "A 60 @ 10; B 40 @ 10"


def _decide(
    wallet: str,
    kind: StrategyKind,
    *,
    flow: str = "0",
    last: date | None = None,
    now: datetime | None = None,
    frequency: Frequency | None = Frequency.MONTHLY,
) -> Decision:
    strategy = Strategy(kind, band("0.05"), frequency=frequency, last_rebalance=last)
    given = problem(wallet, targets={"A": "50", "B": "50"}, flow=flow, strategy=strategy)
    return decide(build(replace(given, now=now)))


def _noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(StrategyKind))
@pytest.mark.parametrize("flow", ["100", "-100"])
def test_a_flow_acts_whatever_the_strategy(kind: StrategyKind, flow: str) -> None:
    """Money that comes or goes is acted on inside the bands and before the date."""
    decision = _decide(IN_BAND, kind, flow=flow, last=date(2024, 1, 2), now=_noon(2024, 1, 3))

    assert decision == Decision(act=True, trigger=Trigger.FLOW)


def test_no_strategy_always_acts() -> None:
    """Asked without a strategy, the engine looks for orders."""
    assert _decide(IN_BAND, StrategyKind.NONE) == Decision(act=True, trigger=Trigger.ALWAYS)


def test_a_threshold_acts_only_out_of_band_and_says_which_node() -> None:
    """60/40 is out of 50 +/- 5 on both sides; 52/48 stands still, inside the bands."""
    acts, stands = (_decide(wallet, StrategyKind.THRESHOLD) for wallet in (OUT_OF_BAND, IN_BAND))

    assert acts.act
    assert acts.status is None
    assert [node.node for node in acts.out] == ["a", "b"]
    assert acts.out[0].actual == Decimal("0.6")
    assert (stands.act, stands.status, stands.out) == (False, Status.INSIDE_BANDS, ())


@pytest.mark.parametrize(("day", "acts"), [(29, False), (30, True), (31, True)])
def test_a_calendar_acts_from_its_due_day_on(day: int, acts: bool) -> None:
    """The last rebalance was on 30 September 2024: due on Wednesday, 30 October."""
    decision = _decide(IN_BAND, StrategyKind.CALENDAR, last=date(2024, 9, 30), now=_noon(2024, 10, day))

    assert decision.act is acts
    assert decision.due == date(2024, 10, 30)
    assert decision.status is (None if acts else Status.NOT_DUE)


def test_a_calendar_that_never_ran_is_due_now() -> None:
    """Without a last rebalance there is nothing to wait for, not even a clock."""
    assert _decide(IN_BAND, StrategyKind.CALENDAR).act


def test_the_day_is_that_of_the_clock_s_own_zone() -> None:
    """23:30 in São Paulo on the 29th is already the 30th in UTC, but not there."""
    late = datetime(2024, 10, 29, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    before = _decide(IN_BAND, StrategyKind.CALENDAR, last=date(2024, 9, 30), now=late)
    utc = _decide(IN_BAND, StrategyKind.CALENDAR, last=date(2024, 9, 30), now=late.astimezone(UTC))

    assert (before.act, utc.act) == (False, True)


@pytest.mark.parametrize(
    ("wallet", "now", "status"),
    [
        (OUT_OF_BAND, _noon(2024, 10, 15), Status.NOT_DUE),
        (IN_BAND, _noon(2024, 11, 15), Status.INSIDE_BANDS),
        (OUT_OF_BAND, _noon(2024, 11, 15), None),
    ],
)
def test_the_hybrid_needs_the_date_and_the_band(wallet: str, now: datetime, status: Status | None) -> None:
    """Out of band too early: not due. Due but inside: inside the bands. Both: act."""
    decision = _decide(wallet, StrategyKind.HYBRID, last=date(2024, 9, 30), now=now)

    assert decision.status is status
    assert decision.act is (status is None)


@pytest.mark.parametrize(
    ("last", "frequency", "due"),
    [
        ("2024-01-31", Frequency.MONTHLY, "2024-02-29"),
        ("2023-01-31", Frequency.MONTHLY, "2023-02-28"),
        ("2024-12-31", Frequency.MONTHLY, "2025-01-31"),
        ("2024-11-30", Frequency.QUARTERLY, "2025-02-28"),
        ("2024-02-29", Frequency.YEARLY, "2025-02-28"),
        ("2024-12-26", Frequency.WEEKLY, "2025-01-02"),
    ],
)
def test_a_day_that_the_month_lacks_becomes_its_last(last: str, frequency: Frequency, due: str) -> None:
    """31 January plus a month is the last day of February; years and weeks cross the new year."""
    assert one_period_after(date.fromisoformat(last), frequency) == date.fromisoformat(due)


def test_a_due_day_without_a_market_moves_to_the_next_with_one() -> None:
    """Saturday 1 June 2024 becomes Monday 3, and Tuesday 4 when that Monday is a holiday."""
    strategy = Strategy(StrategyKind.CALENDAR, frequency=Frequency.MONTHLY, last_rebalance=date(2024, 5, 1))

    assert next_due(strategy) == date(2024, 6, 3)
    closed = date(2024, 6, 3)
    assert next_due(strategy, lambda day: is_weekday(day) and day != closed) == date(2024, 6, 4)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(list(Frequency)))
def test_the_due_day_is_a_business_day_at_most_two_days_late(last: date, frequency: Frequency) -> None:
    """Without holidays the due day is a weekday, at or at most two days after the plain date."""
    plain = one_period_after(last, frequency)
    due = next_due(Strategy(StrategyKind.CALENDAR, frequency=frequency, last_rebalance=last))

    assert due is not None
    assert is_weekday(due)
    assert timedelta(0) <= due - plain <= timedelta(days=2)
    assert plain > last


@pytest.mark.parametrize(
    ("strategy", "code"),
    [
        (Strategy(StrategyKind.CALENDAR, last_rebalance=date(2024, 1, 1)), "frequency_missing"),
        (
            Strategy(StrategyKind.CALENDAR, frequency=Frequency.YEARLY, last_rebalance=date(9999, 12, 1)),
            "date_out_of_range",
        ),
    ],
)
def test_a_calendar_that_cannot_be_computed_is_refused(strategy: Strategy, code: str) -> None:
    """No frequency, or a date beyond the calendar's end, is an error that names the field."""
    with pytest.raises(InvalidInput) as refused:
        next_due(strategy)

    assert refused.value.code == code
    assert (refused.value.field or "").startswith("strategy.")


def test_a_market_that_never_opens_is_refused() -> None:
    """A calendar without a single business day ends in an error, not in an endless search."""
    strategy = Strategy(StrategyKind.CALENDAR, frequency=Frequency.WEEKLY, last_rebalance=date(2024, 5, 1))
    with pytest.raises(InvalidInput) as refused:
        next_due(strategy, lambda _day: False)

    assert refused.value.code == "calendar_closed"


def test_a_calendar_without_a_clock_is_refused() -> None:
    """A last rebalance but no present date: it cannot be told whether a month has gone by."""
    with pytest.raises(InvalidInput) as refused:
        _decide(IN_BAND, StrategyKind.CALENDAR, last=date(2024, 9, 30))

    assert (refused.value.code, refused.value.field) == ("now_missing", "now")
