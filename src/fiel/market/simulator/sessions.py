"""The hours of the simulated exchange, in Brasilia."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fiel.kernel.calendars import b3, special_opening
from fiel.market.providers.recorded import BRASILIA

OPENING = time(10, 0)
CLOSING = time(17, 0)


@dataclass(frozen=True, slots=True)
class Hours:
    """A session from opening to closing, instants in UTC."""

    day: date
    opening: datetime
    closing: datetime


def local_day(at: datetime) -> date:
    """The date in Brasilia."""
    return at.astimezone(BRASILIA).date()


def local_instant(day: date, hour: time) -> datetime:
    """An hour of a day in Brasilia, in UTC."""
    return datetime.combine(day, hour, BRASILIA).astimezone(UTC)


def hours_of(day: date) -> Hours:
    """The hours of a session; Ash Wednesday opens late."""
    late = special_opening(day)
    opening = local_instant(day, late.opens_at if late else OPENING)
    return Hours(day, opening, local_instant(day, CLOSING))


def last_session(at: datetime) -> Hours:
    """The session that is open at `at`, or the last one that was."""
    day = b3().preceding(local_day(at))
    hours = hours_of(day)
    return hours if at >= hours.opening else hours_of(b3().previous_business_day(day))


def sessions_ago(at: datetime, count: int) -> datetime:
    """The closing of the session that came `count` sessions before the one of `at`."""
    day = last_session(at).day
    return hours_of(b3().add_business_days(day, -count)).closing + timedelta(minutes=7)
