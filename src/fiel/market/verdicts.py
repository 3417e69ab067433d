"""What is thought of an answer: taken or not, why, and what to do next.

The kinds are stable and machine-readable; they appear in logs, metrics, `--explain` and `market health`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

Value = TypeVar("Value")
Other = TypeVar("Other")


class Outcome(StrEnum):
    """What becomes of an answer. `quarantine`: kept apart for a person, never served as if it were right."""

    ACCEPT = "accept"
    REPAIR = "repair"
    PARTIAL = "partial"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Kind(StrEnum):
    """Why. The first block is about the service, the second about the content, the third are remarks."""

    AUTH = "auth"
    PLAN = "plan"
    QUOTA_EXHAUSTED = "quota_exhausted"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    WINDOW_TOO_LONG = "window_too_long"
    NOT_FOUND = "not_found"
    TIMEOUT = "timeout"
    UPSTREAM_DOWN = "upstream_down"

    MALFORMED = "malformed"
    SCHEMA = "schema"
    NO_DATA = "no_data"
    IMPLAUSIBLE = "implausible"
    INCONSISTENT = "inconsistent"
    STALE = "stale"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    GAP = "gap"
    SUSPICIOUS_EMPTY = "suspicious_empty"
    FORMAT = "format"
    UNCONFIRMED = "unconfirmed"

    FUTURE_ROWS = "future_rows"
    PERIOD_ROWS = "period_rows"
    RENAMED = "renamed"
    CORPORATE_ACTION = "corporate_action"
    CORPORATE_ACTION_PAIR = "corporate_action_pair"
    SHAPE_VARIANT = "shape_variant"
    METADATA_MISMATCH = "metadata_mismatch"
    DEGRADED = "degraded"


class Keep(StrEnum):
    """What may be stored of an answer. `negative-short`: that there is nothing, for a few minutes."""

    NEVER = "never"
    NEGATIVE_SHORT = "negative-short"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What to do after an answer that was not taken whole.

    `retry`: the same question again, after a pause; `fallback`: ask another source;
    `breaker_failure`: it counts against the breaker of this series or symbol.
    """

    retry: bool
    fallback: bool
    breaker_failure: bool
    keep: Keep


def _reaction(
    *, retry: bool = False, fallback: bool = True, breaker: bool = False, keep: Keep = Keep.NEVER
) -> Reaction:
    return Reaction(retry, fallback, breaker, keep)


#: What to do when an answer is refused for that reason, unless the reader knows better. Only what says
#: that the service itself is ill counts for the breaker: a bad token or an unknown name does not.
REACTIONS: Mapping[Kind, Reaction] = MappingProxyType(
    {
        Kind.AUTH: _reaction(),
        Kind.PLAN: _reaction(),
        Kind.QUOTA_EXHAUSTED: _reaction(),
        Kind.RATE_LIMITED: _reaction(retry=True),
        Kind.BAD_REQUEST: _reaction(fallback=False),
        Kind.WINDOW_TOO_LONG: _reaction(fallback=False),
        Kind.NOT_FOUND: _reaction(keep=Keep.NEGATIVE_SHORT),
        Kind.TIMEOUT: _reaction(retry=True, breaker=True),
        Kind.UPSTREAM_DOWN: _reaction(retry=True, breaker=True),
        Kind.MALFORMED: _reaction(retry=True, breaker=True),
        Kind.SCHEMA: _reaction(),
        Kind.NO_DATA: _reaction(retry=True),
        Kind.IMPLAUSIBLE: _reaction(),
        Kind.INCONSISTENT: _reaction(),
        Kind.STALE: _reaction(),
        Kind.DUPLICATE: _reaction(retry=True),
        Kind.CONFLICT: _reaction(retry=True),
        Kind.GAP: _reaction(retry=True),
        Kind.SUSPICIOUS_EMPTY: _reaction(retry=True),
        Kind.FORMAT: _reaction(),
        Kind.UNCONFIRMED: _reaction(),
    }
)
_TAKEN = Reaction(retry=False, fallback=False, breaker_failure=False, keep=Keep.OK)


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: `place` in the answer (`results[0].price`), what was found and what was done about it.

    `repair` is the name of the repair, when one was made. No finding repeats a token.
    """

    kind: Kind
    place: str
    detail: str
    repair: str = ""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Value]):
    """What is thought of an answer. `value` is `None` exactly when the outcome is reject.

    `kind` is the chief reason, `None` when there is nothing to say; `wait`: the service asked for a pause.
    """

    outcome: Outcome
    kind: Kind | None
    value: Value | None
    reaction: Reaction = _TAKEN
    findings: tuple[Finding, ...] = ()
    wait: timedelta | None = None

    @property
    def taken(self) -> bool:
        """Whether there is a value that may be served."""
        return self.outcome in (Outcome.ACCEPT, Outcome.REPAIR, Outcome.PARTIAL)


def accept(value: Value, *findings: Finding) -> Verdict[Value]:
    """Taken as it is; findings are remarks, and the first one names the kind."""
    return Verdict(Outcome.ACCEPT, findings[0].kind if findings else None, value, findings=findings)


def repaired(value: Value, *findings: Finding) -> Verdict[Value]:
    """Taken after named repairs; at least one finding."""
    return Verdict(Outcome.REPAIR, findings[0].kind, value, findings=findings)


def partial(value: Value, *findings: Finding, reaction: Reaction = _TAKEN) -> Verdict[Value]:
    """Some of it taken; the first finding names why the rest was not."""
    return Verdict(Outcome.PARTIAL, findings[0].kind, value, reaction, findings)


def quarantined(value: Value, *findings: Finding) -> Verdict[Value]:
    """Kept apart: it may be right, but it contradicts what is known, and another source is asked."""
    kind = findings[0].kind
    return Verdict(Outcome.QUARANTINE, kind, value, REACTIONS.get(kind, _reaction()), findings)


def rejected(
    kind: Kind,
    detail: str,
    *,
    place: str = "",
    reaction: Reaction | None = None,
    wait: timedelta | None = None,
) -> Verdict[Value]:
    """Not taken. The reaction is that of the kind unless another is given."""
    return Verdict(
        Outcome.REJECT, kind, None, reaction or REACTIONS[kind], (Finding(kind, place, detail),), wait
    )
