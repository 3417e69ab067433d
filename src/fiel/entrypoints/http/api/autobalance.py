"""The auto-balancer: how portfolios stand, what it did, what people decide, and what it would do now."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from fiel.autobalance.brokers.config import BrokerKind
from fiel.autobalance.portfolios import BalancedPortfolio, Portfolios
from fiel.copilot.booking.looking import wallet_of_account
from fiel.entrypoints.answers.autobalance import (
    batch_record,
    note_record,
    portfolio_record,
    status_record,
)
from fiel.entrypoints.answers.dry_run import dry_run_record, look
from fiel.entrypoints.answers.enrolling import Text as TargetsText
from fiel.entrypoints.answers.enrolling import enrol, enrolled_record
from fiel.entrypoints.answers.policy import Said
from fiel.entrypoints.http.api.answering import reads, reply, writes
from fiel.entrypoints.http.api.desk import READ, TRADE, At, Desk
from fiel.entrypoints.http.api.models import Amount, Currency, Decimal, Instant, Question, Shape, Text
from fiel.entrypoints.http.api.repeating import Done, Key, once
from fiel.entrypoints.http.security import Scope
from fiel.kernel.errors import NotFound, Refused

routes = APIRouter(prefix="/api/v1/autobalance", tags=["autobalance"], dependencies=[READ])
TEXT_MAX, PRICES_MAX = 100_000, 200


class Enrolment(Shape):
    """An account that is balanced. STALE waits for a person."""

    model_config = ConfigDict(extra="allow")

    portfolio: str
    currency: Currency
    broker: str
    model: str
    status: Literal["active", "paused", "stale"]
    status_reason: str | None
    status_by: str | None
    status_at: Instant
    stale_saga: str | None
    sagas_begun: int
    last_begun_at: Instant | None
    last_done_at: Instant | None
    verdict: str | None
    verdict_at: Instant | None
    enrolled_at: Instant


class Running(Shape):
    """A batch that is not over."""

    id: str
    status: str
    started_at: Instant
    operations: int
    failed: str | None


class Standing(Enrolment):
    """How it stands: what runs, and orders of which nobody knows the outcome."""

    unfinished: Running | None
    in_doubt: list[str]


class Fleet(Shape):
    """Counts by status, and those that a person may have to look at."""

    counts: dict[str, int]
    portfolios: list[Standing]


class Batch(Shape):
    """A batch with its orders, tries and executions."""

    model_config = ConfigDict(extra="allow")

    id: str
    ordinal: int
    status: str
    currency: Currency
    trigger: str
    started_at: Instant
    ended_at: Instant | None
    failed: str | None
    undoing_cost: Decimal | None
    operations: list[dict[str, Any]]


class Note(Shape):
    """What a person decided."""

    number: int
    action: str
    saga: str | None
    reason: str | None
    by: str
    at: Instant


class History(Shape):
    """Batches and notes, the latest first."""

    portfolio: str
    batches: list[Batch]
    notes: list[Note]


class EnrolAsk(Question):
    """What it should look like (the saved targets, or a text), and when to act."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"broker": "paper", "threshold": "5", "coolDown": "1d"}}
    )

    targets: Annotated[str, Field(max_length=TEXT_MAX)] | None = None
    broker: Literal["paper", "exchange", "alpaca"] = "paper"
    threshold: Amount | None = Field(default=None, description="Points of the whole.")
    relative: Amount | None = Field(default=None, description="Percent of the target.")
    calendar: Literal["weekly", "monthly", "quarterly", "yearly"] | None = None
    cool_down: Text | None = None
    hours: Text | None = Field(default=None, description="`10:00-17:55` or `always`.")
    price_age: Text | None = None
    minimum_gain: Amount | None = None
    lot: Amount | None = None
    currency: Currency = "BRL"


class Decided(Question):
    """Why; kept for ever."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "holidays"}})

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DryRunAsk(Question):
    """Prices to reckon with, as of now; the last ones that are kept where none is given."""

    model_config = ConfigDict(json_schema_extra={"example": {"prices": {"PETR4": "38.10"}}})

    prices: dict[Text, Amount] = Field(default={}, max_length=PRICES_MAX)


class DryRun(Shape):
    """What would be ordered now, in which stages and at which limits, or why nothing would be."""

    model_config = ConfigDict(extra="allow")

    portfolio: str
    currency: Currency
    broker: str
    as_of: Instant
    strategy: dict[str, Any]
    whole: Decimal | None
    would: Literal["nothing", "order"]
    trigger: str | None
    why_not: str | None
    detail: str | None
    orders: list[dict[str, Any]]
    reserve: Decimal
    drift: list[dict[str, Any]]
    prices: list[dict[str, Any]]


Name = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        description="The account of the book that is balanced.",
        examples=["ana"],
    ),
]


@routes.get(
    "",
    summary="How the fleet stands",
    operation_id="getFleet",
    responses=reads(Fleet, "Counts, and all that are stale, paused, in progress or in doubt"),
)
def fleet(
    request: Request,
    desk: At,
    limit: Annotated[int, Query(ge=1, le=500, description="How many at most.")] = 100,
) -> Response:
    """For a key of some wallets: those wallets alone."""
    known = _portfolios(desk)
    if desk.principal.wallets is None:
        busy = known.busy(limit)
        counts = {status.value: count for status, count in known.counts().items()}
    else:
        views = [view for name in sorted(desk.principal.wallets) if (view := _standing(known, name))]
        counts = {"active": 0, "paused": 0, "stale": 0}
        for view in views:
            counts[view.portfolio.status.value] += 1
        busy = [
            each
            for each in views
            if each.unfinished or each.in_doubt or each.portfolio.status.value != "active"
        ][:limit]
    return reply(request, {"counts": counts, "portfolios": [status_record(each) for each in busy]})


@routes.get(
    "/{portfolio}",
    summary="How one stands",
    operation_id="getEnrolment",
    responses=reads(Standing, "What runs, what nobody knows, and why nothing was done"),
)
def one(request: Request, portfolio: Name, desk: At) -> Response:
    """One enrolment whole."""
    return reply(request, status_record(_portfolios(desk).status(_known(desk, portfolio))))


@routes.put(
    "/{portfolio}",
    summary="Balance an account, or otherwise than before",
    operation_id="enrolPortfolio",
    dependencies=[TRADE],
    responses=writes(Enrolment, "It is balanced from now on; nothing is traded yet"),
)
def enrolled(request: Request, portfolio: Name, asked: EnrolAsk, desk: At, key: Key = None) -> Response:
    """Of the targets it takes the tree, lots, bands, strategy and the cash to keep. A broker with real money
    needs the scope admin."""
    name = _known(desk, portfolio)
    if asked.broker == BrokerKind.ALPACA.value and Scope.ADMIN not in desk.principal.scopes:
        raise Refused("scope_missing", "a broker with real money needs the scope admin", field="broker")
    said = Said(
        asked.threshold,
        asked.relative,
        asked.calendar,
        asked.cool_down,
        asked.hours,
        asked.price_age,
        asked.minimum_gain,
    )

    def effect() -> Done:
        done = enrol(
            desk.balancer,
            name,
            asked.currency,
            said,
            targets=TargetsText("targets", asked.targets),
            broker=asked.broker,
            lot=asked.lot,
            by=desk.principal.name,
        )
        return Done(enrolled_record(done))

    return once(desk, request, key, asked.model_dump(), effect)


@routes.get(
    "/{portfolio}/history",
    summary="What it did",
    operation_id="getAutobalanceHistory",
    responses=reads(History, "Batches and notes, the latest first"),
)
def history(
    request: Request,
    portfolio: Name,
    desk: At,
    limit: Annotated[int, Query(ge=1, le=200, description="How many batches at most.")] = 20,
) -> Response:
    """Orders, tries, executions, what undoing cost, and what people decided."""
    name = _known(desk, portfolio)
    records, notes = _portfolios(desk).history(name, limit)
    body = {
        "portfolio": name,
        "batches": [batch_record(each) for each in records],
        "notes": [note_record(each) for each in notes],
    }
    return reply(request, body)


@routes.post(
    "/{portfolio}/pause",
    summary="Begin no more batches",
    operation_id="pausePortfolio",
    dependencies=[TRADE],
    responses=writes(Enrolment, "It is paused"),
)
def paused(request: Request, portfolio: Name, asked: Decided, desk: At, key: Key = None) -> Response:
    """One that runs goes on to its end."""
    name, known = _known(desk, portfolio), _portfolios(desk)
    return _decided(
        request, desk, key, asked, lambda: known.pause(name, reason=asked.reason, by=desk.principal.name)
    )


@routes.post(
    "/{portfolio}/resume",
    summary="Balance it again",
    operation_id="resumePortfolio",
    dependencies=[TRADE],
    responses=writes(Enrolment, "It is active"),
)
def resumed(request: Request, portfolio: Name, asked: Decided, desk: At, key: Key = None) -> Response:
    """A STALE one is cleared with `clear-stale`, after somebody looked."""
    name, known = _known(desk, portfolio), _portfolios(desk)
    return _decided(
        request, desk, key, asked, lambda: known.resume(name, reason=asked.reason, by=desk.principal.name)
    )


@routes.post(
    "/{portfolio}/clear-stale",
    summary="A person looked: balance it again",
    operation_id="clearStale",
    dependencies=[TRADE],
    responses=writes(Enrolment, "It is active"),
)
def cleared(request: Request, portfolio: Name, asked: Decided, desk: At, key: Key = None) -> Response:
    """Refused while the broker may have an order that nobody knows the outcome of. The reason stays."""
    name, known = _known(desk, portfolio), _portfolios(desk)
    return _decided(
        request,
        desk,
        key,
        asked,
        lambda: known.clear_stale(name, reason=asked.reason, by=desk.principal.name),
    )


@routes.post(
    "/{portfolio}/dry-run",
    summary="What it would do now",
    operation_id="dryRun",
    responses=writes(DryRun, "Orders, or why nothing; nothing is written and nothing is sent"),
)
def dry_run(request: Request, portfolio: Name, asked: DryRunAsk, desk: At) -> Response:
    """At the prices given or kept."""
    given = [f"{ticker}={price}" for ticker, price in asked.prices.items()]
    return reply(request, dry_run_record(look(desk.balancer, _known(desk, portfolio), given)))


def _decided(request: Request, desk: Desk, key: str | None, asked: Decided, work: Any) -> Response:
    def effect() -> Done:
        found: BalancedPortfolio = work()
        return Done(portfolio_record(found))

    return once(desk, request, key, asked.model_dump(), effect)


def _portfolios(desk: Desk) -> Portfolios:
    return desk.balancer.portfolios


def _standing(known: Portfolios, name: str) -> Any:
    try:
        return known.status(name)
    except NotFound:
        return None


def _known(desk: Desk, portfolio: str) -> str:
    """An account that the caller may see: it belongs to one of their wallets. Raises `NotFound`."""
    if portfolio.isprintable() and desk.principal.may_see(wallet_of_account(desk.database, portfolio)):
        return portfolio
    raise NotFound("portfolio_unknown", "there is no such portfolio", field="portfolio")
