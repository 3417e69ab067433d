"""The wallet's routes, the same under `/api/v1/wallet` and `/api/v1/wallets`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from fiel.custody.accounts import AccountKey
from fiel.custody.names import read_currency, read_user_id
from fiel.custody.queries import PAGE_MAX
from fiel.custody.service import CashAnswer
from fiel.custody.valuation import value
from fiel.entrypoints.http import wallet_answers as answers
from fiel.entrypoints.http.exact_json import ExactResponse
from fiel.entrypoints.http.services import HttpServices
from fiel.kernel.errors import InvalidInput

UserId = Annotated[str, Path(description="The account's owner, 1 to 100 characters.")]
Amount = Annotated[
    str | None, Query(description="Exact digits with a dot, above zero: `1000.00`.", examples=["1000.00"])
]
Currency = Annotated[str, Query(description="Three letters; BRL when it is left out.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Names the request through all its retries: the same key and body have one effect and "
        "one answer, another body is a 409 that names the field.",
    ),
]
_ACCOUNT = {
    "id": "ana:BRL",
    "userId": "ana",
    "balance": 1000.00,
    "blockedBalance": 0.00,
    "availableBalance": 1000.00,
    "currency": "BRL",
    "updatedAt": "2026-05-04T13:00:00+00:00",
    "shortfall": 0.00,
}
_NUMBER = {"type": "number", "description": "A JSON number with exact digits: read it as a decimal"}
_TEXT, _MAYBE_TEXT = {"type": "string"}, {"type": ["string", "null"]}
_MAYBE_NUMBER = {"type": ["number", "null"]}


def _object(**members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members)}


_ACCOUNT_SHAPE = _object(
    id=_TEXT,
    userId=_TEXT,
    balance=_NUMBER,
    blockedBalance=_NUMBER,
    availableBalance=_NUMBER,
    currency=_TEXT,
    updatedAt=_TEXT,
    shortfall=_NUMBER,
)
_SUMMARY_SHAPE = _object(
    priceProblems={"type": "array", "items": _object(ticker=_TEXT, reason=_TEXT)},
    oldestPriceAt=_MAYBE_TEXT,
    oldestPriceAgeSeconds={"type": ["integer", "null"]},
    priceSources={"type": "array", "items": _TEXT},
    asOf=_TEXT,
)
_POSITION_SHAPE = _object(
    ticker=_TEXT,
    quantity=_NUMBER,
    reservedQuantity=_NUMBER,
    averagePrice=_NUMBER,
    currentPrice=_MAYBE_NUMBER,
    currentPriceAt=_MAYBE_TEXT,
    name=_TEXT,
    currency=_TEXT,
)
_TRANSACTION_SHAPE = _object(
    id=_TEXT,
    userId=_TEXT,
    orderId={"type": ["integer", "null"]},
    transactionType=_TEXT,
    amount=_NUMBER,
    createdAt=_TEXT,
    ticker=_MAYBE_TEXT,
    balanceAfter=_NUMBER,
    blockedBalanceAfter=_NUMBER,
    sequence={"type": "integer"},
    recordedAt=_TEXT,
    currency=_TEXT,
)
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "A value is missing or malformed, or the account is unknown (problem+json)"},
    503: {"description": "The book cannot be reached now; nothing was done"},
}
_CASH_ERRORS = _ERRORS | {
    409: {"description": "The Idempotency-Key was used with another body"},
    422: {"description": "More than is available"},
}


def _answers(schema: dict[str, Any], **more: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"schema": schema} | more}}}


def router(prefix: str) -> APIRouter:
    """The routes under a prefix."""
    routes = APIRouter(prefix=f"{prefix}/{{user_id}}", tags=[prefix.rsplit("/", 1)[-1]])
    cash = _answers(_ACCOUNT_SHAPE, example=_ACCOUNT) | _CASH_ERRORS
    name = prefix.rsplit("/", 1)[-1]
    for path, answer, summary_text in (
        ("deposit", deposit, "Money in"),
        ("withdraw", withdraw, "Money out"),
    ):
        routes.add_api_route(
            f"/{path}",
            answer,
            methods=["POST"],
            summary=summary_text,
            responses=cash,
            operation_id=f"{name}{path.title()}",
        )
    reads: tuple[tuple[str, Callable[..., Response], str, dict[str, Any]], ...] = (
        ("summary", summary, "What the account is worth", _SUMMARY_SHAPE),
        ("positions", positions, "What is held", {"type": "array", "items": _POSITION_SHAPE}),
        ("transactions", transactions, "What happened", {"type": "array", "items": _TRANSACTION_SHAPE}),
    )
    for path, read, told, shape in reads:
        routes.add_api_route(
            f"/{path}",
            read,
            summary=told,
            responses=_answers(shape) | _ERRORS,
            operation_id=f"{name}{path.title()}",
        )
    return routes


def deposit(
    request: Request, user_id: UserId, amount: Amount = None, currency: Currency = "BRL", key: Key = None
) -> Response:
    """Money in. The first deposit opens the account."""
    given = _one_amount(request, amount)
    return _account(_services(request).custody.deposit(user_id, given, currency, key=key))


def withdraw(
    request: Request, user_id: UserId, amount: Amount = None, currency: Currency = "BRL", key: Key = None
) -> Response:
    """Money out, never more than is available."""
    given = _one_amount(request, amount)
    return _account(_services(request).custody.withdraw(user_id, given, currency, key=key))


def summary(request: Request, user_id: UserId, currency: Currency = "BRL") -> Response:
    """Cash and positions at last prices. A position without a price is named, and never counts as zero."""
    services, key = _services(request), _key(user_id, currency)
    with services.queries.snapshot() as book:
        account = book.account(key)
        held = [position for position in book.positions(key.user_id) if position.currency == key.currency]
    prices = services.prices.last_prices([position.ticker for position in held])
    return ExactResponse(answers.summary_answer(value(account, held, prices, services.clock.now())))


def positions(request: Request, user_id: UserId, currency: Currency = "BRL") -> Response:
    """What is held of each ticker, with its last price or null."""
    services, key = _services(request), _key(user_id, currency)
    with services.queries.snapshot() as book:
        book.account(key)
        held = [position for position in book.positions(key.user_id) if position.currency == key.currency]
    prices = services.prices.last_prices([position.ticker for position in held])
    return ExactResponse([answers.position_answer(each, prices.get(each.ticker)) for each in held])


def transactions(
    request: Request,
    user_id: UserId,
    currency: Currency = "BRL",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX, description="How many at most.")] = PAGE_MAX,
    before: Annotated[
        int, Query(ge=0, description="Only those with a lower `sequence`; 0 starts at the newest.")
    ] = 0,
) -> Response:
    """Every movement of the account's money, newest first."""
    key = _key(user_id, currency)
    with _services(request).queries.snapshot() as book:
        book.account(key)
        found = book.transactions(key, after=before, limit=limit, newest_first=True)
    return ExactResponse([answers.transaction_answer(each) for each in found])


def _services(request: Request) -> HttpServices:
    services: HttpServices = request.app.state.services
    return services


def _key(user_id: str, currency: str) -> AccountKey:
    return AccountKey(read_user_id(user_id), read_currency(currency))


def _account(answer: CashAnswer) -> Response:
    headers = {"Idempotent-Replayed": "true"} if answer.repeated else None
    return ExactResponse(answers.account_answer(answer.account, answer.at), headers=headers)


def _one_amount(request: Request, amount: str | None) -> str:
    """The amount as it was written. Given twice, it is not for us to choose."""
    if len(request.query_params.getlist("amount")) > 1:
        raise InvalidInput("amount_twice", "give the amount once", field="amount")
    if amount is None:
        raise InvalidInput("amount_missing", "give the amount, such as ?amount=1000.00", field="amount")
    return amount
