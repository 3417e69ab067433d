"""Transactions: rows of the book by day; one typed by hand; one taken back by entries that reverse it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.booking.looking import BookedRow, Looking
from fiel.copilot.booking.preparing import Prepared
from fiel.copilot.booking.sorting import Said
from fiel.copilot.booking.typed import typed_file, typed_row
from fiel.entrypoints.answers.booking import planned_record, row_record
from fiel.entrypoints.answers.values import quantity_text
from fiel.entrypoints.http.api.answering import reads, reply, writes
from fiel.entrypoints.http.api.desk import READ, TRADE, At, Wallet, day_in, missing
from fiel.entrypoints.http.api.models import (
    Amount,
    Currency,
    Day,
    Decimal,
    Instant,
    Page,
    Question,
    Shape,
    Text,
)
from fiel.entrypoints.http.api.paging import Cursor, Limit, cursor_of, part, place_of
from fiel.entrypoints.http.api.repeating import Done, Key, once
from fiel.kernel.errors import NotFound, Refused

routes = APIRouter(
    prefix="/api/v1/portfolios/{wallet}/transactions", tags=["transactions"], dependencies=[READ]
)
Kind = Literal[
    "buy",
    "sell",
    "dividend",
    "jcp",
    "fii-income",
    "interest",
    "capital-return",
    "opening",
    "transfer",
    "deposit",
    "withdrawal",
    "fee",
    "tax",
    "rights-sale",
    "fraction-sale",
]


class Transaction(Shape):
    """A row of the book. `said` is what was told of it, as exact text; `entries` are those of the journal."""

    id: str
    date: Day
    kind: str
    asset: str | None
    account: str
    said: dict[str, str]
    entries: list[str]
    file: str | None
    row: int
    booked_at: Instant
    taken_back_at: Instant | None


class Transactions(Page):
    """Rows, the latest first."""

    transactions: list[Transaction]


class Typed(Question):
    """What a person types: what no file tells. An `opening` is shares held before, at an average price."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "buy",
                "asset": "PETR4",
                "quantity": "100",
                "price": "38.10",
                "fees": "0.30",
                "day": "2026-05-04",
                "account": "Clear",
            }
        }
    )

    kind: Kind
    day: Day | None = Field(default=None, description="When (default: today).")
    asset: Text | None = None
    quantity: Amount | None = None
    price: Amount | None = None
    amount: Amount | None = None
    fees: Amount | None = None
    taxes: Amount | None = None
    currency: Currency | None = None
    account: Text | None = Field(default=None, description="Which broker or bank (default: none).")
    to_account: Text | None = Field(default=None, description="Where a transfer goes.")
    note: Annotated[str, Field(max_length=500)] | None = None
    allow_short: bool = Field(default=False, description="Book a sale of more than is held.")


class NewRow(Shape):
    """A row that is booked, or would be."""

    id: str
    row: int
    date: Day
    kind: str
    asset: str | None
    account: str
    to_account: str | None
    currency: Currency
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    fees: Decimal | None


class Shortage(Shape):
    """More leaves than is held."""

    account: str
    asset: str
    day: str
    missing: Decimal


class Booked(Shape):
    """What was booked. `known`: rows of the book that tell the same already."""

    wallet: str
    is_booked: bool
    rows: list[NewRow]
    known: list[str]
    waiting: list[str]
    shortages: list[Shortage]
    alerts: list[str]


class Reversed(Shape):
    """Rows that were taken back, and the journal entries that reverse theirs."""

    wallet: str
    rows: list[str]
    entries: list[str]
    alerts: list[str]


From = Annotated[
    str | None, Query(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$", description="From this day.")
]
To = Annotated[str | None, Query(alias="to", pattern=r"^\d{4}-\d{2}-\d{2}$", description="Up to this day.")]
Asset = Annotated[str | None, Query(max_length=20, description="Only of this asset.", examples=["PETR4"])]
TakenBack = Annotated[bool, Query(alias="takenBack", description="Rows that were taken back, too.")]
RowId = Annotated[str, Path(min_length=1, max_length=100, description="The id of a row.")]


@routes.get(
    "",
    summary="What was booked",
    operation_id="listTransactions",
    responses=reads(Transactions, "Rows by day, the latest first"),
)
def listed(
    request: Request,
    wallet: Wallet,
    desk: At,
    first: From = None,
    last: To = None,
    asset: Asset = None,
    taken_back: TakenBack = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Rows of files and rows that people typed, each with the id by which it is taken back."""
    name, place = desk.known(wallet), place_of(cursor, str, str)
    until = day_in(None if place is None else place[0], "cursor") or day_in(last, "to")
    rows = Looking(desk.database).rows(
        name,
        first=day_in(first, "from"),
        last=until,
        asset=None if asset is None else asset.upper(),
        taken_back=taken_back,
    )
    rows.reverse()
    if place is not None:
        rows = [row for row in rows if (row.day.isoformat(), row.id) < place]
    shown, more = part(rows, limit)
    end = cursor_of(shown[-1].day.isoformat(), shown[-1].id) if more else None
    return reply(request, {"transactions": [row_record(row) for row in shown], "nextCursor": end})


@routes.get(
    "/{row_id}",
    summary="One row of the book",
    operation_id="getTransaction",
    responses=reads(Transaction, "The row"),
)
def one(request: Request, wallet: Wallet, row_id: RowId, desk: At) -> Response:
    """A row, taken back or not."""
    return reply(request, row_record(row_named(Looking(desk.database), desk.known(wallet), row_id)))


@routes.post(
    "",
    summary="Type one row",
    operation_id="createTransaction",
    status_code=201,
    dependencies=[TRADE],
    responses=writes(Booked, "It is booked", status=201)
    | {200: {"model": Booked, "description": "Only looked at (`dryRun`), or the book had it already"}},
)
def typed(
    request: Request,
    wallet: Wallet,
    asked: Typed,
    desk: At,
    dry_run: Annotated[bool, Query(alias="dryRun", description="Look, and book nothing.")] = False,
    key: Key = None,
) -> Response:
    """What a file does not tell, or tells wrong. The same row again is not booked twice. In an empty book it
    begins the wallet."""
    name = desk.own(wallet)
    told = asked.model_dump(exclude={"kind", "day", "note", "allow_short"})
    row = typed_row(asked.kind, day_in(asked.day, "day") or desk.today, text=asked.note, **told)
    files, said, booking = [typed_file([row])], Said({}, asked.account), desk.booking
    if dry_run:
        return reply(request, booked_body(booking.prepare(name, files, said), (), is_booked=False))

    def effect() -> Done:
        return book(booking, name, files, said, allow_short=asked.allow_short)

    return once(desk, request, key, asked.model_dump(), effect)


def book(booking: BookingDesk, wallet: str, files: list[Any], said: Said, *, allow_short: bool) -> Done:
    """Book what is new. Raises `Refused` (shares_missing, row_waits) in the words of the API."""
    prepared = booking.prepare(wallet, files, said)
    waiting = [each for checked in prepared.files for each in checked.waiting]
    if waiting and not prepared.planned:
        raise Refused(waiting[0].reason, waiting[0].text or _waits(waiting[0].reason), field="row")
    try:
        done = booking.accept(wallet, files, said, allow_short=allow_short)
    except Refused as error:
        if error.code != "shares_missing":
            raise
        raise Refused(
            error.code,
            f"more leaves than is held: {error.details.get('told', '')}; book an opening or a purchase, "
            "or say allowShort",
            field="quantity",
            details=error.details,
        ) from error
    body = booked_body(done.prepared, done.alerts, is_booked=True)
    rows = body["rows"]
    place = {"Location": f"/api/v1/portfolios/{wallet}/transactions/{rows[0]['id']}"} if rows else {}
    return Done(body, 201 if rows else 200, place)


def _waits(reason: str) -> str:
    return f"the row cannot be booked as it is ({reason})"


def booked_body(prepared: Prepared, alerts: tuple[str, ...], *, is_booked: bool) -> dict[str, Any]:
    """What was booked, or would be."""
    return {
        "wallet": prepared.wallet,
        "isBooked": is_booked,
        "rows": [planned_record(each) for each in prepared.planned],
        "known": [one.id for checked in prepared.files for _, one in checked.compared.known],
        "waiting": [each.reason for checked in prepared.files for each in checked.waiting],
        "shortages": [
            {
                "account": one.user_id,
                "asset": one.asset,
                "day": str(one.day),
                "missing": quantity_text(one.missing),
            }
            for one in prepared.shortages
        ],
        "alerts": list(alerts),
    }


@routes.post(
    "/{row_id}/reversal",
    summary="Take a row back",
    operation_id="reverseTransaction",
    status_code=201,
    dependencies=[TRADE],
    responses=writes(Reversed, "It is taken back; the row stays in the record", status=201),
)
def reverse(request: Request, wallet: Wallet, row_id: RowId, desk: At, key: Key = None) -> Response:
    """What it booked is reversed on its day. The same row of a file is not booked again."""
    name = desk.known(wallet)

    def effect() -> Done:
        row = row_named(Looking(desk.database), name, row_id)
        if row.reversed_at is not None:
            raise Refused("row_taken_back", "the row was taken back already", field="row")
        with missing("row_unknown"):
            done = desk.booking.take_back(name, [row.id])
        entries = list(done.entries.values())
        return Done({"wallet": name, "rows": [row.id], "entries": entries, "alerts": list(done.alerts)}, 201)

    return once(desk, request, key, {}, effect)


def row_named(looking: Looking, wallet: str, row_id: str) -> BookedRow:
    """A row of the wallet. Raises `NotFound` (row_unknown)."""
    for row in looking.rows(wallet, taken_back=True):
        if row.id == row_id:
            return row
    raise NotFound("row_unknown", "the wallet has no such row", field="row")
