"""How old a figure is, and what that means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fiel.market.history import last_session
from fiel.market.providers.fields import BRASILIA
from fiel.market.sanitizer.context import local_day

#: A price of the session under way that is younger is "now"; one of its end is the close.
NOW = timedelta(minutes=20)
#: Prices of the closing auction bear this time, Brasilia.
_CLOSE = time(18)


@dataclass(frozen=True, slots=True)
class Age:
    """`level`: now, closed (of the last session), stale (older, `why`), none (no figure at all)."""

    level: str
    at: datetime | None = None
    source: str = ""
    why: str = ""


NO_DATA = Age("none")


def age_of(at: datetime | None, now: datetime, source: str = "", why: str = "") -> Age:
    """The age of a figure of the exchange."""
    if at is None:
        return NO_DATA
    if now - at <= NOW and at.astimezone(BRASILIA).time() < _CLOSE:
        return Age("now", at, source)
    if local_day(at) >= last_session(now):
        return Age("closed", at, source)
    return Age("stale", at, source, why)


def oldest(ages: Iterable[Age]) -> Age:
    """The worst of several, for the header: no data, then the oldest."""
    worst = Age("now")
    for age in ages:
        if age.at is None:
            return NO_DATA
        if worst.at is None or age.at < worst.at:
            worst = age
    return worst if worst.at is not None else NO_DATA
