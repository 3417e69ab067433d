"""What happens to a saga, what it asks for next, and what must be saved with it. All values.

`step(saga, happened, patience) -> Step` (see `saga.step`) is pure. Whoever runs it saves `Step.saga`
together with `Step.told` and `Step.alerts` in ONE transaction under the saga's fencing token, and only
then carries out `Step.commands`: an order is committed as SENT before the network hears of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from fiel.autobalance.orders import OrderReport
from fiel.autobalance.saga.model import Saga


@dataclass(frozen=True, slots=True)
class Begun:
    """The batch is to start: stage 1 goes out."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReservationsRefused:
    """Custody refused to reserve for `refused` (why, by attempt). None of `prepared` was sent.

    `prepared` are all attempts that the refused step had just made SENT, the refused ones among them.
    The commands of the refused step are dropped: those of the step that answers this event count.
    """

    refused: tuple[tuple[str, str], ...]
    prepared: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The broker said where an order stands (to a place, a query or a cancel)."""

    attempt: str
    report: OrderReport
    at: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody knows what became of a call that placed or cancelled: time-out, connection lost, a crash."""

    attempt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotDone:
    """The broker could not be reached, or refused to listen: the order was certainly not placed."""

    attempt: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Absent:
    """The broker has no order of this name."""

    attempt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QueryFailed:
    """The question itself got no answer."""

    attempt: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Woken:
    """The pause before a compensation is over."""

    attempt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resumed:
    """Another worker (or the same after a crash) goes on under a new token."""

    token: int
    at: datetime


Happened: TypeAlias = (
    Begun | ReservationsRefused | Answered | Unanswered | NotDone | Absent | QueryFailed | Woken | Resumed
)


@dataclass(frozen=True, slots=True)
class Place:
    """Send the order of an attempt, after a pause when it could not be sent before."""

    attempt: str
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Query:
    """Ask about an attempt after a pause."""

    attempt: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask that nothing more of an attempt be executed, after a pause (unless it ended meanwhile)."""

    attempt: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Wake:
    """Come back with `Woken` after a pause."""

    attempt: str
    after: timedelta


Command: TypeAlias = Place | Query | Cancel | Wake


class SagaAlertCode(StrEnum):
    """What a person must look at."""

    #: A compensation failed for good: the portfolio is blocked.
    PORTFOLIO_STALE = "portfolio_stale"
    #: An order has been in doubt for long: the portfolio is blocked until the broker answers.
    ORDER_IN_DOUBT = "order_in_doubt"
    #: A broker reported what cannot be (more executed than ordered, an order taken back).
    BROKER_CONTRADICTS = "broker_contradicts"


@dataclass(frozen=True, slots=True)
class SagaAlert:
    """Told once per saga, code and attempt."""

    code: SagaAlertCode
    saga: str
    portfolio: str
    attempt: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the saga afterwards, order events for the book (in order), alerts, and what to do next.

    `told` are events in custody's wire format (see `order_events`).
    """

    saga: Saga
    told: tuple[dict[str, object], ...] = ()
    alerts: tuple[SagaAlert, ...] = ()
    commands: tuple[Command, ...] = ()
