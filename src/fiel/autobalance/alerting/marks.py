"""What each channel was told, and how much in which clock hour: marks that survive a restart.

All are runs of one job (`infra.storage.job_runs`, name `MARKS`), so that `job_runs.forget` tidies them up:
forget what is older than a quarter, and no alert comes back as new.

| run                           | says                                                             |
|-------------------------------|------------------------------------------------------------------|
| `<channel>/told/<notice id>`  | sent, or held over: never again                                  |
| `<channel>/<hour>/sent/<n>`   | the n-th message of that hour went out                           |
| `<channel>/<hour>/held/<n>`   | the n-th alert beyond the limit; its portfolio                   |

Numbers of one hour have no gaps: the first that is free is looked for by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fiel.autobalance.alerting.config import Channel
from fiel.infra.storage import job_runs
from fiel.infra.storage.database import Session

MARKS = "autobalance-alerts"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a channel, in a transaction that is open."""

    session: Session
    channel: Channel
    now: datetime

    @property
    def hour(self) -> str:
        """The clock hour (UTC) that it is now."""
        return hour_of(self.now)

    def told(self, notice_id: str) -> bool:
        """Whether the channel is done with a notice."""
        return self._outcome(f"told/{notice_id}") is not None

    def is_full(self, per_hour: int) -> bool:
        """Whether `per_hour` messages went out in this hour."""
        return self._outcome(f"{self.hour}/sent/{per_hour - 1}") is not None

    def sent(self, notice_id: str) -> None:
        """A message went out."""
        if self._put(f"told/{notice_id}", "sent"):
            self._append(f"{self.hour}/sent", notice_id)

    def hold(self, notice_id: str, portfolio: str) -> str | None:
        """Hold an alert over to the message at the end of an hour: that hour, when it is its first one."""
        if not self._put(f"told/{notice_id}", "held"):
            return None
        hour = self.hour
        if self.told(rest_id(self.channel, hour)):
            # A clock that goes behind another's: that hour's message is out.
            hour = hour_of(self.now + _HOUR)
        return hour if self._append(f"{hour}/held", portfolio) == 0 else None

    def held(self, hour: str, named: int) -> tuple[int, Sequence[str]]:
        """How many were held over in an hour, and the portfolios of the first `named`."""
        count = self._count(f"{hour}/held")
        first = (self._outcome(f"{hour}/held/{number}") for number in range(min(count, named)))
        return count, [each or "" for each in first]

    def _append(self, series: str, outcome: str) -> int:
        number = self._count(series)
        while not self._put(f"{series}/{number}", outcome):
            number += 1  # another took it meanwhile
        return number

    def _count(self, series: str) -> int:
        return first_free(lambda number: self._outcome(f"{series}/{number}") is not None)

    def _outcome(self, key: str) -> str | None:
        return job_runs.outcome_of(self.session, MARKS, f"{self.channel}/{key}")

    def _put(self, key: str, outcome: str) -> bool:
        return job_runs.first_run(self.session, MARKS, f"{self.channel}/{key}", at=self.now, outcome=outcome)


def rest_id(channel: Channel, hour: str) -> str:
    """The id of the message that sums up what was held over in an hour."""
    return f"rest/{channel}/{hour}"


def hour_of(instant: datetime) -> str:
    """A clock hour in UTC, such as 2026-11-21T22."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H}"


def end_of(hour: str) -> datetime:
    """When an hour is over. Raises `ValueError` for what `hour_of` did not write."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC) + _HOUR


def first_free(taken: Callable[[int], bool]) -> int:
    """The first number from 0 that is not taken, of numbers taken without a gap.

    >>> first_free(lambda number: number < 1000)
    1000
    """
    step = 1
    while taken(step - 1):
        step *= 2
    low, high = step // 2, step - 1  # all below `low` are taken, `high` is not
    while low < high:
        middle = (low + high) // 2
        if taken(middle):
            low = middle + 1
        else:
            high = middle
    return low
