"""The saga journal as its users see it: what is begun, saved, taken over and asked.

The implementation (`journal.Journal`) commits the steps of many sagas in one transaction when they come
at the same time; each step is saved whole or not at all, whatever becomes of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fiel.autobalance.saga.events import Command, Step
from fiel.autobalance.saga.model import Operation, Saga
from fiel.infra.storage.leases import Lease


class Hindrance(StrEnum):
    """Why a batch was not begun."""

    NOT_ENROLLED = "not_enrolled"
    PAUSED = "paused"
    STALE = "stale"
    #: Another worker has the portfolio.
    IN_PROGRESS = "in_progress"
    #: An old saga of the portfolio is not finished; it is resumed first.
    UNFINISHED = "unfinished"
    #: The account changed since the plan was made: plan again.
    MOVED = "moved"
    #: Custody refused to reserve what the plan needs.
    REFUSED = "refused"
    #: Its orders go to a broker that this worker does not serve.
    OTHER_BROKER = "other_broker"


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch to be begun: made when the account stood at `account_sequence` transactions (custody).

    `request` says what asked for it (id of the request), `trigger` why, `worst` the largest deviation that
    it is to repair, in percent text, for the history. `note` tells what the plan left out of account
    (shares and cash that other orders hold).
    """

    portfolio: str
    currency: str
    account_sequence: int
    operations: tuple[Operation, ...]
    request: str
    trigger: str
    worst: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A saga under our lease, as it was saved last, and what it asks for next."""

    saga: Saga
    lease: Lease
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class NotBegun:
    """A batch that was not begun, and why."""

    portfolio: str
    hindrance: Hindrance
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ToSave:
    """A step of a saga that is held."""

    held: Held
    step: Step


class LeaseLost(Exception):
    """Raised (or set on the future) for a step of a saga that another worker has taken over: stop at once."""


BeginResult = Held | NotBegun
