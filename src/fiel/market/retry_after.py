"""The pause that a service asks for in `Retry-After`: seconds, or the instant to come back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Whoever asks for more than a day is asked again after a day.
LONGEST = timedelta(days=1)
_SECONDS = re.compile(r"[0-9]{1,9}")


def read_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """From nothing to a day; `None` when it is not there or says nothing that can be understood."""
    if not text or len(text) > 64:
        return None
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=int(text)), LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), LONGEST)
