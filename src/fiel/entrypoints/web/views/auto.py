"""What the page of auto-rebalancing shows: how it stands, its batches with their steps, what it would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from fiel.autobalance.parts import Parts
from fiel.autobalance.planning import NotPlanned
from fiel.autobalance.portfolios import Note, PortfolioView, Record
from fiel.autobalance.saga.model import Attempt, AttemptState, Operation, Saga, SagaStatus
from fiel.entrypoints.answers.autobalance import average_price
from fiel.entrypoints.answers.dry_run import Looked, look, value_of
from fiel.entrypoints.answers.values import amount_of, nanos
from fiel.kernel.errors import FielError, NotFound

#: Batches that the page shows.
BATCHES = 10
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order of a batch: units, reais per unit. `state` is the last try's, `None` where none was made."""

    asset: str
    side: str
    quantity: Decimal
    limit: Decimal
    filled: Decimal
    average: Decimal | None
    state: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of a batch. `key` names its words, `done`: it happened; `at` when, where that is kept."""

    key: str
    done: bool
    at: datetime | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch of orders. `cost`: what undoing it cost, in its currency; `worst` in percent."""

    id: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    cause: str
    worst: Decimal | None
    failed: str | None
    cost: Decimal | None
    currency: str
    orders: tuple[OrderView, ...]
    steps: tuple[StepView, ...]

    @property
    def is_running(self) -> bool:
        """Whether something may still happen."""
        return not SagaStatus(self.status).is_final


@dataclass(frozen=True, slots=True)
class WouldOrder:
    """An order that would go out now."""

    stage: int
    asset: str
    side: str
    quantity: Decimal
    price: Decimal
    limit: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Would:
    """What would happen now. `why_not` is a code with its detail, `None` when it would act."""

    looked: Looked
    cause: str | None
    worst: Decimal | None
    why_not: tuple[str, str] | None
    orders: tuple[WouldOrder, ...]
    reserve: Decimal
    free: Decimal | None


@dataclass(frozen=True, slots=True)
class AutoView:
    """How one wallet stands. `would` is `None` where it cannot be looked at (`problem`)."""

    view: PortfolioView
    batches: tuple[BatchView, ...]
    notes: tuple[Note, ...]
    would: Would | None
    problem: FielError | None

    @property
    def status(self) -> str:
        """active, paused, stale."""
        return self.view.portfolio.status.value

    @property
    def running(self) -> BatchView | None:
        """The batch that runs."""
        return next((batch for batch in self.batches if batch.is_running), None)

    @property
    def is_real(self) -> bool:
        """Whether its orders leave this machine."""
        return self.view.portfolio.broker not in {"paper", "exchange"}


def auto_view(parts: Parts, wallet: str) -> AutoView | None:
    """How the wallet stands; `None` when it is not enrolled. Raises `Unavailable`, `Corrupt`."""
    try:
        view = parts.portfolios.status(wallet)
        records, notes = parts.portfolios.history(wallet, BATCHES)
    except NotFound:
        return None
    would, problem = None, None
    try:
        would = _would(look(parts, wallet, ()))
    except FielError as error:
        problem = error
    return AutoView(view, tuple(batch_of(each) for each in records), tuple(notes), would, problem)


def running_batch(parts: Parts, wallet: str) -> BatchView | None:
    """The batch that runs now, or the last one. Raises `NotFound` (portfolio_unknown)."""
    records, _ = parts.portfolios.history(wallet, 1)
    return batch_of(records[0]) if records else None


def batch_of(record: Record) -> BatchView:
    """A batch as it was saved last."""
    saga = record.saga
    cost = None if record.cost is None else amount_of(record.cost, saga.currency)
    worst = _decimal(record.worst)
    return BatchView(
        saga.id,
        saga.status.value,
        saga.started_at,
        record.ended_at,
        record.cause,
        worst,
        saga.failed,
        cost,
        saga.currency,
        tuple(_order(operation) for operation in saga.operations),
        tuple(_steps(saga, record)),
    )


def _order(operation: Operation) -> OrderView:
    last: Attempt | None = operation.attempts[-1] if operation.attempts else None
    forward = operation.forward
    return OrderView(
        operation.ticker,
        operation.side.value,
        nanos(operation.quantity),
        nanos(operation.limit),
        nanos(operation.filled),
        None if forward is None else average_price(forward),
        None if last is None else last.state.value,
        None if last is None else last.reason,
    )


def _steps(saga: Saga, record: Record) -> Iterator[StepView]:
    forward = [each.forward for each in saga.operations]
    sent = [each for each in forward if each is not None and each.sends]
    filled = [each for each in sent if each.state is AttemptState.DONE]
    every = str(len(saga.operations))
    times = [each.sent_at for each in sent if each.sent_at is not None]
    worst = _decimal(record.worst)
    said = (("cause", record.cause), ("worst", f"{worst or ZERO}"))
    yield StepView("auto_step_trigger", done=True, at=saga.started_at, values=said)
    yield StepView("auto_step_reserve", done=True, at=saga.started_at)
    told = (("sent", str(len(sent))), ("all", every))
    yield StepView("auto_step_orders", len(sent) == len(forward), min(times, default=None), told)
    yield StepView(
        "auto_step_fills", len(filled) == len(forward), None, (("filled", str(len(filled))), ("all", every))
    )
    if saga.status in {SagaStatus.COMPENSATING, SagaStatus.ROLLED_BACK, SagaStatus.STALE}:
        yield StepView("auto_step_undone", saga.status is SagaStatus.ROLLED_BACK, record.ended_at)
    if saga.status is not SagaStatus.ABANDONED:
        yield StepView("auto_step_booked", saga.status.is_final, record.ended_at)


def _would(looked: Looked) -> Would:
    answer, currency = looked.answer, looked.view.portfolio.currency
    free = None if looked.account is None else amount_of(looked.account.available, currency)
    reserve = amount_of(looked.reserve, currency)
    if answer is None:
        saga = looked.view.unfinished
        return Would(looked, None, None, ("in_progress", "" if saga is None else saga.id), (), reserve, free)
    if isinstance(answer, NotPlanned):
        return Would(looked, None, None, (answer.code.value, answer.detail), (), reserve, free)
    orders = tuple(
        WouldOrder(
            each.stage,
            each.ticker,
            each.side.value,
            nanos(each.quantity),
            nanos(each.price),
            nanos(each.limit),
            value_of(each),
        )
        for each in answer.operations
    )
    return Would(looked, answer.trigger, _decimal(answer.worst), None, orders, reserve, free)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
