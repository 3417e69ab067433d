"""Enrolments and batches of the auto-balancer, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import amount_of, moment_text, nanos, number_text

if TYPE_CHECKING:
    from fiel.autobalance.portfolios import BalancedPortfolio, Note, PortfolioView, Record
    from fiel.autobalance.saga.model import Attempt, Operation, Saga
    from fiel.rebalancing.problem import Strategy


def portfolio_record(portfolio: BalancedPortfolio) -> dict[str, Any]:
    """An enrolment for programs."""
    return {
        "portfolio": portfolio.portfolio,
        "currency": portfolio.currency,
        "broker": portfolio.broker,
        "model": portfolio.model,
        "status": portfolio.status.value,
        "statusReason": portfolio.status_reason,
        "statusBy": portfolio.status_by,
        "statusAt": moment_text(portfolio.status_at),
        "staleSaga": portfolio.stale_saga,
        "sagasBegun": portfolio.sagas_begun,
        "lastBegunAt": moment_text(portfolio.last_begun_at),
        "lastDoneAt": moment_text(portfolio.last_done_at),
        "verdict": portfolio.verdict,
        "verdictAt": moment_text(portfolio.verdict_at),
        "enrolledAt": moment_text(portfolio.enrolled_at),
    }


def status_record(view: PortfolioView) -> dict[str, Any]:
    """An enrolment, what runs of it and what nobody knows."""
    running = view.unfinished
    return portfolio_record(view.portfolio) | {
        "unfinished": None if running is None else _saga_record(running),
        "inDoubt": list(view.in_doubt),
    }


def _saga_record(saga: Saga) -> dict[str, Any]:
    return {
        "id": saga.id,
        "status": saga.status.value,
        "startedAt": moment_text(saga.started_at),
        "operations": len(saga.operations),
        "failed": saga.failed,
    }


def average_price(attempt: Attempt) -> Decimal | None:
    """What was paid or got per unit on average, to a hundredth of a cent half up; nothing executed, none."""
    from fiel.kernel.rounding import round_half_up

    if not attempt.filled:
        return None
    paid = sum(each.price * each.quantity for each in attempt.executions)
    return round_half_up(Decimal(paid) / Decimal(attempt.filled) / 10**9, 4)


def batch_record(record: Record) -> dict[str, Any]:
    """A batch for programs."""
    saga = record.saga
    cost = None if record.cost is None else number_text(amount_of(record.cost, saga.currency))
    return {
        "id": saga.id,
        "ordinal": record.ordinal,
        "status": saga.status.value,
        "currency": saga.currency,
        "trigger": record.cause,
        "worstDeviationPercent": record.worst,
        "request": record.request,
        "holder": record.holder,
        "token": saga.token,
        "startedAt": moment_text(saga.started_at),
        "endedAt": moment_text(record.ended_at),
        "failed": saga.failed,
        "undoingCost": cost,
        "operations": [_operation_record(each) for each in saga.operations],
    }


def _operation_record(operation: Operation) -> dict[str, Any]:
    return {
        "number": operation.number,
        "stage": operation.stage,
        "ticker": operation.ticker,
        "side": operation.side.value,
        "quantity": number_text(nanos(operation.quantity)),
        "price": number_text(nanos(operation.price)),
        "limit": number_text(nanos(operation.limit)),
        "state": operation.state.value,
        "executed": number_text(nanos(operation.filled)),
        "reversed": number_text(nanos(operation.reversed)),
        "attempts": [_attempt_record(each) for each in operation.attempts],
    }


def _attempt_record(attempt: Attempt) -> dict[str, Any]:
    return {
        "clientOrderId": attempt.id,
        "kind": attempt.kind.value,
        "side": attempt.order.side.value,
        "quantity": number_text(nanos(attempt.order.quantity)),
        "limit": number_text(nanos(attempt.order.limit)),
        "state": attempt.state.value,
        "sends": attempt.sends,
        "executed": number_text(nanos(attempt.filled)),
        "averagePrice": number_text(average_price(attempt)),
        "reason": attempt.reason,
    }


def note_record(told: Note) -> dict[str, Any]:
    """What a person decided."""
    return {
        "number": told.number,
        "action": told.action,
        "saga": told.saga,
        "reason": told.reason,
        "by": told.by,
        "at": moment_text(told.at),
    }


def strategy_record(strategy: Strategy) -> dict[str, Any]:
    """A strategy for programs; bands are fractions."""
    band = strategy.band
    return {
        "kind": strategy.kind.value,
        "absolute": number_text(band.absolute),
        "relative": number_text(band.relative),
        "frequency": None if strategy.frequency is None else strategy.frequency.value,
        "destination": strategy.destination.value,
    }
