"""The words between the pipeline and its callers: what is asked of whom, what came of it, what is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Value]):
    """What came of one call, as its caller judges it.

    `taken`: the value may be served. `retry`: the same question may be answered better in a moment;
    `fallback`: another source may know; `breaker_failure`: the service is ill; `wait`: the pause it asked
    for; `absent`: it says with authority that there is nothing. `reason` is stable and short, `detail` is
    prose; neither holds secrets. A `value` that is not taken is kept for whoever wants to see it.
    """

    taken: bool
    value: Value | None = None
    retry: bool = False
    fallback: bool = True
    breaker_failure: bool = False
    wait: timedelta | None = None
    absent: bool = False
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Source(Generic[Value]):
    """Somebody to ask. `host` shares limits and a breaker, `topic` has a breaker below it.

    `call` asks once and judges; it raises nothing but programming errors. `quota` names a budget, if any;
    `cost` is what one call takes from it. `timeout` is for this call alone, if the host's does not suit.
    """

    name: str
    host: str
    call: Callable[[], Awaitable[Attempt[Value]]]
    topic: str = ""
    quota: str = ""
    cost: int = 1
    timeout: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Held(Generic[Value]):
    """What a shelf has. `fresh`: served without asking. No `value`: it is known that there is none."""

    value: Value | None
    fresh: bool


class Shelf(Protocol[Value]):
    """The caller's cache for one kind of value. Judges itself what is fresh, and what is too old to serve."""

    async def look(self, key: str) -> Held[Value] | None:
        """What is held; `None` when nothing may be served. Raises `Unavailable`: counts as nothing."""

    async def put(self, key: str, value: Value, source: str) -> None:
        """Keep what was taken. Raises `Unavailable`: it is served all the same."""

    async def put_absent(self, key: str, reason: str) -> None:
        """Remember for a short while that every source says there is nothing."""


class Event(StrEnum):
    """What happened to one source, or to the shelf."""

    TAKEN = "taken"
    REFUSED = "refused"
    SKIPPED = "skipped"
    FAULT = "fault"
    SHELF = "shelf"
    OUT_OF_TIME = "out_of_time"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of `--explain`. `attempt` counts calls to that source from 1; 0 when it was not called."""

    source: str
    event: Event
    at: datetime
    reason: str = ""
    detail: str = ""
    attempt: int = 0
    seconds: float = 0.0


class How(StrEnum):
    """How a value was had. `held`: from the shelf, fresh; `stale`: from the shelf, nobody had better."""

    HELD = "held"
    FIRST = "first"
    FALLBACK = "fallback"
    STALE = "stale"
    ABSENT = "absent"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Result(Generic[Value]):
    """The value, how it was had, and everything that was tried, in order.

    `value` is `None` exactly when `how` is absent or none. `refused`: the answers that were not taken, with
    the name of their source.
    """

    value: Value | None
    how: How
    source: str = ""
    trail: tuple[Step, ...] = ()
    refused: tuple[tuple[str, Attempt[Value]], ...] = ()


@dataclass(frozen=True, slots=True)
class Request(Generic[Value]):
    """One question: its key among all, who may answer, in order of preference, and where answers are kept.

    `renew`: ask even if what is held is fresh. `within`: not longer than this for all of it.
    """

    key: str
    sources: tuple[Source[Value], ...]
    shelf: Shelf[Value] | None = None
    renew: bool = False
    within: timedelta | None = None
