"""Custody: the accounts of a wallet, their statements, what they held once, and whether the book adds up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from fiel.copilot.booking.looking import Looking
from fiel.custody.accounts import AccountKey
from fiel.custody.ledger.checker import check
from fiel.custody.names import read_currency
from fiel.custody.sealing import Verifier
from fiel.custody.statements import Axis, Statements
from fiel.entrypoints.answers.custody import finding_record, holdings_record, statement_record
from fiel.entrypoints.http.api.answering import reads, reply
from fiel.entrypoints.http.api.desk import ADMIN, READ, At, Desk, Wallet
from fiel.entrypoints.http.api.models import Currency, Decimal, Instant, Shape
from fiel.entrypoints.http.api.portfolios import AccountShape, account_body
from fiel.kernel.errors import InvalidInput, NotFound, Refused

routes = APIRouter(prefix="/api/v1", tags=["custody"])
#: The wallet's own account, which bears no institution's name.
OWN = "own"
#: A larger book is checked by `fiel custody check`, beside the service.
ACCOUNTS_MAX = 1_000


class Accounts(Shape):
    """The accounts of a wallet: its own, then those of institutions by label."""

    wallet: str
    accounts: list[AccountShape]


class StatementEntry(Shape):
    """One movement, with the balance after it."""

    id: str
    type: str
    order_id: str | None
    ticker: str | None
    amount: Decimal
    balance: Decimal
    occurred_at: Instant
    recorded_at: Instant


class StatementShape(Shape):
    """A period [from, to): the opening and all entries give the closing. Amounts are in `currency`."""

    user_id: str
    currency: Currency
    axis: Literal["occurred", "recorded"]
    from_: Instant = Field(alias="from")
    to: Instant
    opening: Decimal
    entries: list[StatementEntry]
    closing: Decimal
    source: str
    as_of: Instant


class HeldThen(Shape):
    """A ticker at an instant."""

    ticker: str
    quantity: Decimal
    reserved_quantity: Decimal
    average_price: Decimal | None


class HoldingsShape(Shape):
    """An account as it stood at an instant, that instant included."""

    user_id: str
    currency: Currency
    axis: Literal["occurred", "recorded"]
    at: Instant
    balance: Decimal
    blocked_balance: Decimal
    available_balance: Decimal
    positions: list[HeldThen]
    source: str
    as_of: Instant


class Finding(Shape):
    """A row that does not agree; amounts in minor units, quantities in billionths."""

    row: str
    code: str
    expected: str
    found: str


class Broken(Shape):
    """Where the chain breaks."""

    entry: int
    seal: int | None
    reason: str


class Chain(Shape):
    """The hash chain over the journal. `head` proves all before it: keep it elsewhere."""

    sound: bool
    head: str
    unsealed: int
    broken: Broken | None


class Verification(Shape):
    """The book added up again by code that shares nothing with what wrote it, and its chain."""

    sound: bool
    accounts: int
    orders: int
    entries: int
    findings: list[Finding]
    chain: Chain


Label = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        description="The account's label; `own` is the wallet's own.",
        examples=["own"],
    ),
]
CurrencyOf = Annotated[str, Query(pattern=r"^[A-Za-z]{3}$", description="The account's currency.")]
AxisOf = Annotated[
    Literal["occurred", "recorded"],
    Query(description="Which time counts: when it happened, or when the book learned of it."),
]
_INSTANT = r"^\d{4}-\d{2}-\d{2}T\S{5,40}$"


@routes.get(
    "/portfolios/{wallet}/accounts",
    summary="The accounts of a wallet",
    operation_id="listAccounts",
    dependencies=[READ],
    responses=reads(Accounts, "Accounts with their cash"),
)
def listed(request: Request, wallet: Wallet, desk: At) -> Response:
    """One for each institution and currency. Cash that is kept elsewhere is null."""
    name = desk.known(wallet)
    found = [account_body(each) for each in Looking(desk.database).accounts(name)]
    return reply(request, {"wallet": name, "accounts": found})


@routes.get(
    "/portfolios/{wallet}/accounts/{label}/statement",
    summary="An account's money over a period",
    operation_id="getStatement",
    dependencies=[READ],
    responses=reads(StatementShape, "Opening, entries and closing"),
)
def statement(
    request: Request,
    wallet: Wallet,
    label: Label,
    desk: At,
    start: Annotated[str, Query(alias="from", pattern=_INSTANT, description="That instant included.")],
    end: Annotated[str, Query(alias="to", pattern=_INSTANT, description="That instant not included.")],
    axis: AxisOf = "occurred",
    currency: CurrencyOf = "BRL",
) -> Response:
    """By occurrence: the story as it is known today. By recording: what the book said at the time."""
    key = _key(desk, wallet, label, currency)
    since, until = instant_in(start, "from"), instant_in(end, "to")
    found = Statements(desk.opened.queries).statement(key, since, until, Axis(axis))
    return reply(request, statement_record(found, desk.now))


@routes.get(
    "/portfolios/{wallet}/accounts/{label}/holdings",
    summary="What an account held at an instant",
    operation_id="getHoldings",
    dependencies=[READ],
    responses=reads(HoldingsShape, "Balance and positions then"),
)
def holdings(
    request: Request,
    wallet: Wallet,
    label: Label,
    desk: At,
    at: Annotated[str | None, Query(pattern=_INSTANT, description="The instant (default: now).")] = None,
    axis: AxisOf = "occurred",
    currency: CurrencyOf = "BRL",
) -> Response:
    """Counted from the journal, as of any instant."""
    key = _key(desk, wallet, label, currency)
    instant = desk.now if at is None else instant_in(at, "at")
    found = Statements(desk.opened.queries).account_at(key, instant, Axis(axis))
    return reply(request, holdings_record(found, desk.now))


@routes.get(
    "/custody/verification",
    summary="Whether the book adds up",
    operation_id="verifyBook",
    dependencies=[ADMIN],
    responses=reads(Verification, "Every row that does not agree, and where the chain breaks", 422),
)
def verification(request: Request, desk: At) -> Response:
    """The whole book is added up again. A book of more than 1,000 accounts is refused here: `fiel custody
    check` does it beside the service."""
    with desk.opened.queries.snapshot() as book:
        if len(book.user_ids("", ACCOUNTS_MAX)) >= ACCOUNTS_MAX:
            raise Refused("book_too_large", "run `fiel custody check` for a book of this size", field="book")
        record = book.record()
        found = check(record)
    chain = _chain(desk)
    sizes = {"accounts": len(record.accounts), "orders": len(record.orders), "entries": len(record.entries)}
    sound = not found and bool(chain["sound"])
    findings = [finding_record(each) for each in found]
    return reply(request, {"sound": sound, **sizes, "findings": findings, "chain": chain})


def _chain(desk: Desk) -> dict[str, Any]:
    found = Verifier(desk.database).verify(None)
    broken = found.broken
    return {
        "sound": broken is None,
        "head": str(found.head),
        "unsealed": found.unsealed,
        "broken": None
        if broken is None
        else {"entry": broken.seq, "seal": broken.position, "reason": broken.reason},
    }


def _key(desk: Desk, wallet: str, label: str, currency: str) -> AccountKey:
    """The account of a label. Raises `NotFound` (account_unknown)."""
    name, money = desk.known(wallet), read_currency(currency)
    for each in Looking(desk.database).accounts(name):
        own = each.label is None and label == OWN
        if each.account.currency == money and (own or each.label == label):
            return each.account.key
    raise NotFound("account_unknown", f"{name} has no such account in {money}", field="label")


def instant_in(text: str, field: str) -> datetime:
    """An instant with its zone. Raises `InvalidInput` (moment_malformed)."""
    try:
        # A plus sign that was not escaped comes as a blank.
        found = datetime.fromisoformat(text.replace(" ", "+"))
        if found.utcoffset() is not None:
            found.astimezone(found.tzinfo)
            return found
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        "moment_malformed", "write an instant with its zone, such as 2026-01-31T17:00:00-03:00", field=field
    )
