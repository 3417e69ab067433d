"""When a case plays. The age of an answer is only judged where the case tells the time.

In this order: a structured `as_of`, `now` or `today` of the case, of `want` or in its note
(`as_of=2026-08-24`); the answer's own `Date`; the service's `requestedAt` (taken by the reader). For series:
a month after the last day asked, so that its rows are due; without a range, the latest day that the answer
names. Of a series published ahead, the last rows are all of days to come: the day before the first one. Never
HG's answers do not say when they were made: one that names nothing of the last year is judged at present.
Never later than the present, which is the clock's day, or the latest `requestedAt` of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from tests.bad_payloads.cases import Case

_NOTE = re.compile(
    r"\b(?:as_of|now|today)\s*[=:]\s*([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?)"
)
_ISO = re.compile(r"(?<![0-9])([12][0-9]{3})-([0-9]{2})-([0-9]{2})(?![0-9])")
_SLASHED = re.compile(r"(?<![0-9])([0-9]{2})/([0-9]{2})/([12][0-9]{3})(?![0-9])")
_AMERICAN = re.compile(r"'([0-9]{2})-([0-9]{2})-([12][0-9]{3})'")
_REQUESTED_AT = re.compile(r'"requestedAt"\s*:\s*"([^"]{10,40})"')
_SERIES = ("bcb", "ipeadata", "macro", "CDIIDI", "prime-rate", "inflation")
_LAST_ROWS = re.compile(r"bcdata\.sgs\.432/dados/ultimos/")


@dataclass(frozen=True, slots=True)
class Moment:
    """`today` bounds what may be true; `now` is known or not."""

    today: date
    now: datetime | None


def present(cases: Sequence[Case], clock: datetime) -> date:
    """Today, or a later day that the file speaks of as the present."""
    told = [clock.date()]
    for case in cases:
        found = _REQUESTED_AT.search(case.body[:2_000_000].decode("utf-8", errors="replace"))
        day = _instant(found[1]) if found else None
        if day is not None and day.year < 2100:
            told.append(min(day.date(), clock.date() + timedelta(days=366)))
    return max(told)


def moment_of(case: Case, today: date) -> Moment:
    """See the head of the file."""
    told = _told(case)
    if told is not None:
        return Moment(told.date(), told)
    dated = _header(case.headers.get("date", ""))
    if dated is not None:
        return Moment(dated.date(), dated)
    if "hgbrasil" in case.request and max(_days(_body(case)), default=today) < today - timedelta(days=366):
        return Moment(today, datetime.combine(today, time(12), UTC))
    if not any(word in case.request for word in _SERIES):
        return Moment(today, None)
    asked = _days(case.request)
    if asked:
        return Moment(min(today, max(asked) + timedelta(days=30)), None)
    named = _days(_body(case))
    if named and _LAST_ROWS.search(case.request):
        return Moment(min(today, min(named) - timedelta(days=1)), None)
    return Moment(min(today, max(named, default=today)), None)


def _body(case: Case) -> str:
    return case.body[:2_000_000].decode("utf-8", errors="replace")


def _told(case: Case) -> datetime | None:
    for place in (case.raw, case.want):
        for name in ("as_of", "now", "today", "asked_at", "fetched_at"):
            value = place.get(name)
            if isinstance(value, str) and (instant := _instant(value)) is not None:
                return instant
    note = _NOTE.search(str(case.want.get("note", ""))) or _NOTE.search(str(case.raw.get("note", "")))
    return _instant(note[1]) if note else None


def _instant(text: str) -> datetime | None:
    """A day alone is its end in Brasília, when all of it is known."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), datetime.max.time(), UTC)
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _header(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _days(text: str) -> list[date]:
    found = [(y, m, d) for y, m, d in _ISO.findall(text)]
    found += [(y, m, d) for d, m, y in _SLASHED.findall(text)]
    found += [(y, m, d) for m, d, y in _AMERICAN.findall(text)]
    days = []
    for year, month, day in found:
        try:
            days.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return days
