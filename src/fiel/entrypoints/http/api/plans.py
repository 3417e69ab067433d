"""Plans: a question and its answer. Nothing is saved until a plan is accepted.

The id of a plan is its question and a digest of its orders, so that any process can answer for it: accepting
asks again, and books only when the answer is still the same.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import ConfigDict, Field, ValidationError
from starlette.responses import Response

from fiel.copilot.booking.sorting import Said
from fiel.copilot.booking.typed import typed_file, typed_row
from fiel.copilot.buying import Plan
from fiel.copilot.buying import plan as plan_of
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.kinds import book_asset
from fiel.copilot.own_plan.planning import OwnPortfolio
from fiel.copilot.own_plan.prices import unpriced, with_kept_prices
from fiel.copilot.plan_view.record import text_of as exact_text
from fiel.copilot.portfolio import Portfolio
from fiel.entrypoints.answers.own_plan import book_record
from fiel.entrypoints.http.api.answering import text_of, writes
from fiel.entrypoints.http.api.desk import READ, TRADE, At, Desk, Wallet, day_in
from fiel.entrypoints.http.api.models import Amount, Day, Decimal, Instant, Question, Shape, Text
from fiel.entrypoints.http.api.repeating import Done, Key, hashed, once
from fiel.entrypoints.http.api.transactions import Booked, book
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused
from fiel.market.sanitizer.context import local_day
from fiel.portfolio.quotes import Quote
from fiel.rebalancing.plan import Side

routes = APIRouter(prefix="/api/v1/portfolios/{wallet}/plans", tags=["plans"], dependencies=[READ])
#: A long weekend: older prices are refused unless the question or the targets say otherwise.
AGE_MAX = "5d"
#: Of the search behind one answer; beyond it the best found comes with its proven gap.
NODES_MAX, NODES_DEFAULT = 50_000, 20_000
PRICES_MAX, TEXT_MAX, ID_MAX = 200, 20_000, 4_000


class Ask(Question):
    """What is asked: money to invest, or to take out; what may be done; and what is only supposed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"amount": "1000.00", "mode": "contribution", "prices": {"PETR4": "38.10"}}
        }
    )

    amount: Amount | None = Field(default=None, description="New money to invest.")
    withdraw: Amount | None = Field(default=None, description="Money to take out.")
    mode: Literal["contribution", "full", "withdrawal", "hybrid"] | None = Field(
        default=None,
        description="Buy only (the default), buy and sell, sell only (the default with `withdraw`), or sell "
        "only what stays out of its band.",
    )
    cost_sensitivity: Literal["eager", "balanced", "patient"] | None = None
    max_price_age: Annotated[str, Field(pattern=r"^[0-9]{1,6}[smhd]$", examples=["5d"])] | None = None
    max_nodes: Annotated[int, Field(ge=1, le=NODES_MAX)] | None = None
    prices: dict[Text, Amount] = Field(
        default={}, max_length=PRICES_MAX, description="What if: prices by asset, as of now."
    )
    targets: Annotated[str, Field(max_length=TEXT_MAX)] | None = Field(
        default=None, description="What if: a text of targets in the place of the saved one."
    )


class PlanOrder(Shape):
    """One net order per asset."""

    model_config = ConfigDict(extra="allow", alias_generator=None)

    asset: str
    side: Literal["BUY", "SELL", "buy", "sell"]
    quantity: Decimal
    price: Decimal
    value: Decimal
    fee: Decimal
    price_as_of: Instant | None
    price_source: str | None


class PlanDocument(Shape):
    """The plan, the very document of `fiel plan --json` (its members are snake_case): orders, why each, why
    not the others, before and after of every node, fees, tax, the proof, and where the figures come from.
    Money is in `currency`, weights are fractions of the whole."""

    model_config = ConfigDict(extra="allow", alias_generator=None)

    id: str
    status: str
    currency: str
    orders: list[PlanOrder]
    objective: Decimal
    lower_bound: Decimal
    gap_proven: Decimal
    residual_cash: Decimal
    fees: Decimal
    tax: Decimal
    whole: Decimal
    weights_after: dict[str, Decimal]
    explanations: dict[str, Any]
    nodes: list[dict[str, Any]]
    taxes: list[dict[str, Any]]
    summary: dict[str, str]
    prices: list[dict[str, Any]]
    priced_as_of: Instant | None
    book: dict[str, Any]


class PlanAnswer(Shape):
    """The answer to a question. `isHypothetical`: prices or targets were only supposed."""

    id: str
    wallet: str
    answered_at: Instant
    is_hypothetical: bool
    plan: PlanDocument


class Executed(Question):
    """An order as it was really executed."""

    asset: Text
    quantity: Amount
    price: Amount
    fees: Amount | None = None


class AcceptPlan(Question):
    """What was done of the plan; all of it at its prices when `executed` is not given."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "account": "Clear",
                "executed": [{"asset": "PETR4", "quantity": "10", "price": "38.12", "fees": "0.02"}],
            }
        }
    )

    day: Day | None = Field(default=None, description="When (default: today).")
    account: Text | None = Field(default=None, description="Which broker (default: none).")
    executed: Annotated[list[Executed], Field(max_length=500)] | None = None


PlanId = Annotated[str, Path(min_length=1, max_length=ID_MAX, description="The id of a plan, as it came.")]


@routes.post(
    "",
    summary="Ask what to buy or sell",
    operation_id="askPlan",
    responses=writes(PlanAnswer, "Orders and explanations; nothing is saved"),
)
def ask(wallet: Wallet, asked: Ask, desk: At) -> Response:
    """The best orders for the saved book and its targets, with the reason of each and of what was left out.
    The same question on the same book has the same answer."""
    name = desk.known(wallet)
    found, plan = answer(desk, name, asked)
    body = {
        "id": id_of(asked, plan),
        "wallet": name,
        "answeredAt": desk.now.isoformat(),
        "isHypothetical": bool(asked.prices or asked.targets is not None),
        "plan": plan.to_dict() | {"book": book_record(plan, found)},
    }
    return Response(text_of(body), media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.post(
    "/{plan_id}/accept",
    summary="Book a plan that was carried out",
    operation_id="acceptPlan",
    status_code=201,
    dependencies=[TRADE],
    responses=writes(Booked, "Its trades are in the book", status=201)
    | {200: {"model": Booked, "description": "The book had them already"}},
)
def accept(
    request: Request, wallet: Wallet, plan_id: PlanId, asked: AcceptPlan, desk: At, key: Key = None
) -> Response:
    """The trades are booked as the orders say, or as `executed` says. Refused (409) when the book, the prices
    or the targets have changed since the plan was made; what was only supposed cannot be accepted."""
    name = desk.known(wallet)
    question, digest = question_of(plan_id)

    def effect() -> Done:
        if question.prices or question.targets is not None:
            raise Refused("plan_hypothetical", "ask again without supposed prices and targets", field="plan")
        _, plan = answer(desk, name, question)
        if digest_of(plan) != digest:
            raise Conflict("plan_changed", "the book or its prices have changed; ask again", field="plan")
        day = day_in(asked.day, "day") or local_day(desk.now)
        rows = [
            typed_row(kind, day, asset, quantity=quantity, price=price, fees=fees, account=asked.account)
            for kind, asset, quantity, price, fees in _trades(plan, asked)
        ]
        if not rows:
            raise Refused("plan_empty", "the plan has no orders to book", field="plan")
        return book(desk.booking, name, [typed_file(rows)], Said({}, asked.account), allow_short=False)

    return once(desk, request, key, asked.model_dump(), effect)


def answer(desk: Desk, wallet: str, asked: Ask) -> tuple[OwnPortfolio, Plan]:
    """The plan of the saved book. Raises `Refused` (targets_missing, own_price_missing, and what planning
    raises), `InvalidInput` naming the field."""
    plans = OwnPlanDesk(desk.database, desk.services.clock)
    text = asked.targets
    if text is None:
        saved = plans.saved(wallet)
        if saved is None:
            raise Refused("targets_missing", f"{wallet} has no targets yet; PUT them first", field="targets")
        text = saved.body
    seen = plans.look(wallet)
    found = plans.portfolio(seen, plans.read(seen, text, name="targets"), desk.today)
    sells = asked.withdraw is not None or asked.mode not in (None, "contribution")
    if sells and found.owned.month_refused is not None:
        raise found.owned.month_refused
    portfolio = _priced(desk, found.portfolio, asked)
    age = asked.max_price_age
    if age is None and portfolio.price_age_seconds_max is None:
        age = AGE_MAX
    plan = plan_of(
        portfolio,
        asked.amount,
        withdraw=asked.withdraw,
        mode=asked.mode,
        cost_sensitivity=asked.cost_sensitivity,
        max_price_age=age,
        now=desk.now,
        max_nodes=asked.max_nodes or NODES_DEFAULT,
    )
    return found, plan


def _priced(desk: Desk, portfolio: Portfolio, asked: Ask) -> Portfolio:
    priced = with_kept_prices(portfolio, desk.services.prices)
    names = {line.id for line in priced.assets}
    for asset in asked.prices:
        if asset not in names:
            raise InvalidInput("asset_unknown", f"the plan has no {asset[:20]}", field=f"prices.{asset[:20]}")
    quotes = [
        Quote(
            asset,
            parse_decimal(text, field=f"prices.{asset[:20]}", decimals_max=9, minimum=0),
            desk.now,
            "supposed",
        )
        for asset, text in asked.prices.items()
    ]
    priced = priced.with_prices(quotes) if quotes else priced
    lacking = sorted(line.id for line in unpriced(priced.assets))
    if lacking:
        raise Refused(
            "own_price_missing",
            f"no price is kept of {', '.join(lacking)}; ask for its quote, or suppose one in `prices`",
            field=f"prices.{lacking[0]}",
        )
    return priced


def _trades(plan: Plan, asked: AcceptPlan) -> list[tuple[str, str, str, str, str | None]]:
    """Kind, asset, quantity, price and fees of each. Raises `InvalidInput` for an asset without an order."""
    kinds = {order.asset: "buy" if order.side is Side.BUY else "sell" for order in plan.orders}
    if asked.executed is None:
        return [
            (
                kinds[order.asset],
                book_asset(order.asset),
                exact_text(order.quantity),
                exact_text(order.price),
                exact_text(order.fee) if order.fee else None,
            )
            for order in plan.orders
        ]
    for each in asked.executed:
        if each.asset not in kinds:
            raise InvalidInput(
                "order_unknown", f"the plan has no order of {each.asset[:20]}", field="executed"
            )
    return [
        (kinds[each.asset], book_asset(each.asset), each.quantity, each.price, each.fees)
        for each in asked.executed
    ]


def digest_of(plan: Plan) -> str:
    """A short name of the orders at their prices."""
    return hashed(
        text_of(
            [
                [order.asset, order.side.value, exact_text(order.quantity), exact_text(order.price)]
                for order in plan.orders
            ]
        )
    )[:16]


def id_of(asked: Ask, plan: Plan) -> str:
    """The question and the digest as one word. A supposed question is told by its digest alone."""
    told = asked.model_dump(exclude_defaults=True, by_alias=True)
    if "targets" in told:
        told["targets"] = ""
    if "prices" in told:
        told["prices"] = {name: told["prices"][name] for name in list(told["prices"])[:1]}
    packed = zlib.compress(text_of([told, digest_of(plan)]).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def question_of(plan_id: str) -> tuple[Ask, str]:
    """The way back. Raises `NotFound` (plan_unknown)."""
    try:
        packed = base64.b64decode(plan_id + "=" * (-len(plan_id) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        told, digest = json.loads(unpacker.decompress(packed, 2 * TEXT_MAX))
        return Ask.model_validate(told), str(digest)
    except (ValueError, TypeError, binascii.Error, zlib.error, RecursionError, ValidationError):
        raise NotFound("plan_unknown", "there is no such plan; ask again", field="plan") from None
