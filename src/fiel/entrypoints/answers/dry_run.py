"""What the auto-balancer would do now: looked at, and told to programs. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.autobalance import strategy_record
from fiel.entrypoints.answers.values import amount_of, moment_text, nanos, number_text
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import round_half_up

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fiel.autobalance.drifting import Drifted, DriftRow
    from fiel.autobalance.journal_port import Plan
    from fiel.autobalance.parts import Parts
    from fiel.autobalance.planning import NotPlanned
    from fiel.autobalance.portfolios import PortfolioView
    from fiel.autobalance.saga.model import Operation
    from fiel.custody.accounts import Account
    from fiel.custody.ports import LastPrice, NoPrice, PriceSource
    from fiel.rebalancing.problem import Strategy

PRICES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything that is shown, read at one time."""

    view: PortfolioView
    answer: Plan | NotPlanned | None
    account: Account | None
    drift: Drifted | None
    strategy: Strategy
    prices: Mapping[str, LastPrice | NoPrice]
    reserve: int
    at: datetime


class GivenPrices:
    """Prices that a person gives, before those that are kept."""

    def __init__(self, given: Mapping[str, LastPrice], kept: PriceSource) -> None:
        self._given, self._kept = given, kept

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        """See `custody.ports.PriceSource`."""
        others = [ticker for ticker in tickers if ticker not in self._given]
        found = dict(self._kept.last_prices(others)) if others else {}
        return found | {ticker: self._given[ticker] for ticker in tickers if ticker in self._given}


def look(parts: Parts, portfolio: str, given: Sequence[str]) -> Looked:
    """Everything that is shown, read at one time. Raises `NotFound` (portfolio_unknown), `InvalidInput`."""
    from fiel.autobalance.drifting import drifted
    from fiel.autobalance.planning.orders import Terms
    from fiel.autobalance.triggers import strategy_of
    from fiel.autobalance.wire import Request
    from fiel.custody.accounts import PRICE_SCALE
    from fiel.custody.order_events.event import Side
    from fiel.custody.ports import LastPrice

    view, now = parts.portfolios.status(portfolio), parts.clock.now()
    currency = view.portfolio.currency
    source = GivenPrices(_given(given, currency, now), parts.prices)
    planner = replace(parts.planner, prices=source)
    (answer,) = planner.plan_many([Request(portfolio, "person", now)])
    subject = parts.enrolments.subjects_of([portfolio])[portfolio]
    strategy = strategy_of(subject.policy, subject.model, parts.config.threshold)
    prices = source.last_prices(sorted(subject.model.assets))
    with parts.queries.snapshot() as book:
        accounts = [each for each in book.accounts_of([portfolio])[portfolio] if each.currency == currency]
        held = [each for each in book.positions_of([portfolio])[portfolio] if each.currency == currency]
    account = accounts[0] if accounts else None
    usable = {
        ticker: Decimal(each.price) / PRICE_SCALE
        for ticker, each in prices.items()
        if isinstance(each, LastPrice) and each.currency == currency
    }
    free = {each.ticker: each.free for each in held}
    cash = 0 if account is None else account.available
    drift = drifted(subject.model, strategy, free, cash, currency, usable)
    terms = Terms(currency, parts.planner.fees, parts.config.slippage)
    buys = [each for each in getattr(answer, "operations", ()) if each.side is Side.BUY]
    reserve = sum(terms.needs(each.limit, each.quantity) for each in buys)
    return Looked(
        view,
        None if view.unfinished is not None else answer,
        account,
        drift,
        strategy,
        prices,
        reserve if view.unfinished is None else 0,
        now,
    )


def _given(texts: Sequence[str], currency: str, now: datetime) -> dict[str, LastPrice]:
    from fiel.custody.prices import given_price

    if len(texts) > PRICES_MAX:
        raise InvalidInput("too_many_prices", f"at most {PRICES_MAX} prices", field="--price")
    found = {}
    for text in texts:
        ticker, sign, value = text.partition("=")
        if not sign:
            raise InvalidInput("price_malformed", "write TICKER=VALUE, such as PETR4=38.10", field="--price")
        price = given_price(ticker.strip(), value.strip(), currency, now, "--price")
        found[price.ticker] = price
    return found


def value_of(operation: Operation) -> Decimal:
    """What an order is worth at its price."""
    return round_half_up(nanos(operation.price) * nanos(operation.quantity), 2)


def dry_run_record(found: Looked) -> dict[str, Any]:
    """What would be ordered, or why nothing."""
    from fiel.autobalance.planning import NotPlanned
    from fiel.custody.ports import LastPrice

    known, answer = found.view.portfolio, found.answer
    record: dict[str, Any] = {
        "portfolio": known.portfolio,
        "currency": known.currency,
        "broker": known.broker,
        "asOf": moment_text(found.at),
        "strategy": strategy_record(found.strategy),
        "whole": None if found.drift is None else number_text(round_half_up(found.drift.whole, 2)),
        "would": "nothing",
        "trigger": None,
        "whyNot": None,
        "detail": None,
        "orders": [],
        "reserve": number_text(amount_of(found.reserve, known.currency)),
        "drift": [] if found.drift is None else [_drift_record(row) for row in found.drift.rows],
        "prices": [
            {
                "ticker": each.ticker,
                "price": number_text(nanos(each.price)),
                "currency": each.currency,
                "asOf": moment_text(each.as_of),
                "source": each.source,
            }
            for each in found.prices.values()
            if isinstance(each, LastPrice)
        ],
    }
    if answer is None:
        saga = found.view.unfinished
        return record | {"whyNot": "in_progress", "detail": None if saga is None else saga.id}
    if isinstance(answer, NotPlanned):
        return record | {"whyNot": answer.code.value, "detail": answer.detail or None}
    return record | {
        "would": "order",
        "trigger": answer.trigger,
        "worstDeviationPercent": answer.worst,
        "orders": [_order_record(each) for each in answer.operations],
        "note": answer.note or None,
    }


def _order_record(operation: Operation) -> dict[str, Any]:
    return {
        "stage": operation.stage,
        "side": operation.side.value,
        "ticker": operation.ticker,
        "quantity": number_text(nanos(operation.quantity)),
        "price": number_text(nanos(operation.price)),
        "limit": number_text(nanos(operation.limit)),
        "value": number_text(value_of(operation)),
    }


def _drift_record(row: DriftRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "asset": row.asset,
        "target": number_text(row.target),
        "actual": number_text(round_half_up(row.actual, 6)),
        "limit": number_text(row.limit),
        "isOut": row.is_out,
        "value": number_text(round_half_up(row.value, 2)),
    }
