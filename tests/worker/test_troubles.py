"""What passes by itself is counted each time, and told now and then."""

from __future__ import annotations

import logging

import pytest

from fiel.entrypoints.worker.troubles import TROUBLE_EVERY_S, Troubles
from fiel.kernel.errors import Unavailable


def test_each_trouble_is_counted_and_told_once_a_minute_by_its_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A broker that is away for an hour is sixty lines, not thousands; another trouble is told at once."""
    now, counted = [5.0], list[str]()
    troubles = Troubles(counted.append, lambda: now[0])
    away, full = Unavailable("away", "nobody answers"), Unavailable("full", "no room")
    with caplog.at_level(logging.WARNING, "fiel.worker"):
        for error in (away, away, full):
            troubles(error)
        now[0] += TROUBLE_EVERY_S - 1
        troubles(away)
        now[0] += 1
        troubles(away)
    assert counted == ["away", "away", "full", "away", "away"]
    told = [each.getMessage() for each in caplog.records]
    assert told == [
        "waiting: nobody answers [away]",
        "waiting: no room [full]",
        "waiting: nobody answers [away]",
    ]
