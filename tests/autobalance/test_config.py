"""The one block of settings: defaults that hold together, and bounds that name the field."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fiel.autobalance.config import AutobalanceConfig, LeaseSpans, TradingHours
from fiel.autobalance.saga.model import Patience
from fiel.kernel.errors import InvalidInput


def test_the_defaults_hold() -> None:
    """What nobody set is allowed, and is what the documents say."""
    config = AutobalanceConfig()
    assert config.threshold == Decimal("0.05")
    assert config.lease == LeaseSpans(timedelta(seconds=30), timedelta(seconds=10), timedelta(hours=6))
    assert config.slippage == Decimal("0.003")
    assert config.in_flight == 1_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("threshold", Decimal(0)),
        ("threshold", Decimal("1.01")),
        ("threshold", Decimal("NaN")),
        ("threshold", 0.05),
        ("slippage", Decimal("-0.001")),
        ("slippage", Decimal("0.51")),
        ("minimum_gain", Decimal(-1)),
        ("smallest_order", Decimal("Infinity")),
        ("cool_down", timedelta(seconds=-1)),
        ("cool_down", 60),
        ("price_age_max", timedelta()),
        ("ask_again", timedelta()),
        ("in_flight", 0),
        ("in_flight", True),
        ("group_commit", 1_001),
        ("requests_per_batch", 1_001),
        ("search_nodes", 0),
        ("holder", ""),
        ("holder", "two\nlines"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(field: str, value: Any) -> None:
    """The field is named, whatever is wrong with the value."""
    with pytest.raises(InvalidInput) as refused:
        AutobalanceConfig(**{field: value})
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer", timedelta()),
        ("fill", timedelta(days=2)),
        ("tries", 0),
        ("sends", 101),
        ("jitter", 1.5),
        ("first_query", timedelta(minutes=2)),
    ],
)
def test_patience_has_bounds_too(field: str, value: Any) -> None:
    """A saga that never tries, or tries for ever, is not configured."""
    with pytest.raises(InvalidInput) as refused:
        AutobalanceConfig(patience=Patience(**{field: value}))
    assert refused.value.field == f"patience.{field}"


@pytest.mark.parametrize(
    ("spans", "field"),
    [
        ({"heartbeat": timedelta(seconds=16)}, "lease.heartbeat"),
        ({"time_to_live": timedelta(hours=7)}, "lease.time_to_live"),
        ({"longest": timedelta(seconds=20)}, "lease.time_to_live"),
        ({"longest": timedelta(hours=6, seconds=1)}, "lease.longest"),
    ],
)
def test_a_lease_outlives_its_heartbeats(spans: dict[str, timedelta], field: str) -> None:
    """Spans that would lose every lease, or keep one for more than six hours, are refused."""
    with pytest.raises(InvalidInput) as refused:
        LeaseSpans(**spans)
    assert refused.value.field == field


def test_hours_are_those_of_b3() -> None:
    """It opens at 10:00 and is closed at 17:55, at weekends and on holidays."""
    hours = TradingHours()
    assert hours.are_on(datetime(2026, 5, 4, 13, tzinfo=UTC))
    assert not hours.are_on(datetime(2026, 5, 4, 20, 55, tzinfo=UTC))
    assert not hours.are_on(datetime(2026, 12, 25, 14, tzinfo=UTC))
    with pytest.raises(InvalidInput):
        TradingHours(time(10), time(10))
    with pytest.raises(InvalidInput):
        TradingHours(time(10, tzinfo=UTC), time(11))
