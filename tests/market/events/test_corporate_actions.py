"""A factor is believed when the price did what it says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.market.corporate_actions import Jump, check_factor, jump_after
from fiel.market.values import Bar, ShareEvent, ShareKind
from fiel.market.verdicts import Kind, Outcome

COM = date(2026, 3, 10)


def event(factor: str) -> ShareEvent:
    """A split as a source writes it."""
    return ShareEvent("MGLU3", ShareKind.SPLIT, "DESDOBRAMENTO", Decimal(factor), COM, "brapi")


def jump(before: str, after: str) -> Jump:
    """Two closes."""
    return Jump(Decimal(before), Decimal(after), COM + timedelta(days=1))


@pytest.mark.parametrize(
    ("factor", "before", "after", "outcome", "believed"),
    [
        ("2", "40.00", "20.10", Outcome.ACCEPT, "2"),
        ("0.01", "0.40", "39.00", Outcome.ACCEPT, "0.01"),
        ("1.1", "40.00", "36.50", Outcome.ACCEPT, "1.1"),
        ("100", "40.00", "20.10", Outcome.REPAIR, "2"),
        ("300", "40.00", "10.10", Outcome.REPAIR, "4"),
        ("8", "1.00", "8.10", Outcome.REPAIR, "0.125"),
        ("10", "40.00", "39.00", Outcome.REPAIR, "1.1"),
        ("3", "40.00", "39.00", Outcome.REPAIR, "1.03"),
        ("0.5", "40.00", "4.00", Outcome.QUARANTINE, "0.5"),
    ],
)
def test_the_price_decides_how_a_factor_is_read(
    factor: str, before: str, after: str, outcome: Outcome, believed: str
) -> None:
    """New per old, percent, or old per new: what the next session shows; else put apart."""
    verdict = check_factor(event(factor), jump(before, after))

    assert verdict.outcome is outcome
    assert verdict.value is not None
    assert verdict.value.new_per_old == Decimal(believed)


def test_without_closes_it_is_taken_and_said() -> None:
    """Nothing contradicts it, nothing confirms it."""
    verdict = check_factor(event("2"), None)

    assert (verdict.outcome, verdict.kind) == (Outcome.ACCEPT, Kind.CORPORATE_ACTION)


def test_the_sessions_around_the_com_date() -> None:
    """The close of that very day, and the next one there is, if it is not weeks away."""
    bars = [
        Bar(COM - timedelta(days=1), Decimal(1)),
        Bar(COM, Decimal(2)),
        Bar(COM + timedelta(days=3), Decimal(3)),
    ]

    assert jump_after(bars, COM) == Jump(Decimal(2), Decimal(3), COM + timedelta(days=3))
    assert jump_after(bars, COM + timedelta(days=1)) is None
    assert jump_after([bars[1], Bar(COM + timedelta(days=30), Decimal(3))], COM) is None


@given(
    st.decimals("0.01", "100", places=2).filter(lambda factor: factor > 0),
    st.decimals("-0.15", "0.15", places=3),
)
def test_a_true_factor_is_never_read_another_way(factor: Decimal, move: Decimal) -> None:
    """Whatever the market did that day within its usual moves."""
    before = Decimal("50")
    after = before / factor * (1 + move)

    verdict = check_factor(event(str(factor)), Jump(before, after, COM))

    assert verdict.value is not None
    assert (verdict.outcome, verdict.value.new_per_old) == (Outcome.ACCEPT, factor)
