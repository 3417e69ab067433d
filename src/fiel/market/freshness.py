"""How long what is held is as good as new. Pure.

A quote is fresh for `in_session` after it was read while the exchange is open. After the close of the last
session it knows of, it stays fresh until the next one has been open for a while: nothing new can come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fiel.infra.resilience.timing import check_duration
from fiel.kernel.calendars import special_opening
from fiel.market.providers.fields import BRASILIA
from fiel.market.sanitizer.context import CLOSING, OPENING, is_session, local_day

_LOOK_AHEAD = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Freshness:
    """`in_session`: fifty tickers an hour apart are 450 calls a day, inside BRAPI's free month.

    `absent`: how long it is remembered that nobody knows a symbol. `stale`: older quotes are not served.
    """

    in_session: timedelta = timedelta(minutes=60)
    absent: timedelta = timedelta(minutes=5)
    stale: timedelta = timedelta(days=60)
    first_look: timedelta = timedelta(minutes=20)

    def __post_init__(self) -> None:
        for name in ("in_session", "absent", "first_look"):
            check_duration(getattr(self, name), name, longest=timedelta(days=1))
        check_duration(self.stale, "stale", longest=timedelta(days=400))

    def fresh_until(self, as_of: datetime, fetched_at: datetime) -> datetime:
        """Until when a quote read at `fetched_at` that speaks of `as_of` is as good as new."""
        day = local_day(fetched_at)
        if _open_at(fetched_at):
            closes, until = _session(day)[1], fetched_at + self.in_session
            # What would last until about the close is asked for again when the closing price is known.
            return closes if until > closes - self.in_session / 2 else until
        knows = _last_close(fetched_at)
        if as_of < knows - timedelta(hours=2):
            # The service had not told the closing price yet: look again soon.
            return fetched_at + self.in_session
        return _next_opening(day, fetched_at) + self.first_look


def _session(day: date) -> tuple[datetime, datetime]:
    special = special_opening(day)
    opens = datetime.combine(day, special.opens_at if special else OPENING, BRASILIA)
    return opens, datetime.combine(day, CLOSING, BRASILIA)


def _open_at(at: datetime) -> bool:
    day = local_day(at)
    opens, closes = _session(day)
    return is_session(day) and opens <= at < closes


def _last_close(at: datetime) -> datetime:
    day = local_day(at)
    for back in range(_LOOK_AHEAD.days):
        earlier = day - timedelta(days=back)
        if is_session(earlier) and _session(earlier)[1] <= at:
            return _session(earlier)[1]
    return at - _LOOK_AHEAD


def _next_opening(day: date, at: datetime) -> datetime:
    for ahead in range(_LOOK_AHEAD.days):
        later = day + timedelta(days=ahead)
        if is_session(later) and _session(later)[0] > at:
            return _session(later)[0]
    return at + _LOOK_AHEAD
