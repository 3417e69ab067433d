"""Positions: what is held on a day, its cost as tax reckons it, its lots, and what it is worth."""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fiel.copilot.taxes.desk import TaxDesk
from fiel.custody.accounts import PRICE_SCALE
from fiel.custody.ports import LastPrice
from fiel.entrypoints.answers.positions import positions_record
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.http.api.answering import reads, reply
from fiel.entrypoints.http.api.desk import READ, At, Desk, Wallet, day_in
from fiel.entrypoints.http.api.memo import kept
from fiel.entrypoints.http.api.models import Day, Decimal, Instant, Money, Remark, Shape, money
from fiel.kernel.errors import NotFound
from fiel.kernel.rounding import round_half_up

routes = APIRouter(prefix="/api/v1/portfolios/{wallet}/positions", tags=["positions"], dependencies=[READ])
BRL = "BRL"


class Lot(Shape):
    """Units bought together, first in first out. Tax in Brazil knows the average only."""

    bought_on: Day
    quantity: Decimal
    cost: Money | None


class Priced(Shape):
    """The last price that is kept, from whom and as of when."""

    price: Money
    as_of: Instant | None
    age_seconds: int | None
    source: str


class Position(Shape):
    """One asset over all accounts. What is not known is null, never zero."""

    asset: str
    quantity: Decimal
    average_cost: Money | None
    total_cost: Money | None
    fraction: Decimal
    last: Priced | None
    worth: Money | None
    lots: list[Lot]


class Positions(Shape):
    """What was held at the end of `on`, splits applied."""

    wallet: str
    on: Day
    positions: list[Position]
    remarks: list[Remark]


On = Annotated[
    str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="At the end of which day (default: today).")
]
Lots = Annotated[bool, Query(description="Also the lots by age.")]


@routes.get(
    "",
    summary="What is held",
    operation_id="listPositions",
    responses=reads(Positions, "By asset, with cost and the last price that is kept", 422),
)
def listed(request: Request, wallet: Wallet, desk: At, on: On = None, lots: Lots = False) -> Response:
    """Quantities and average costs as tax reckons them, fees of buying included, all accounts together."""
    return reply(request, _positions(request, desk, desk.known(wallet), on, lots=lots))


@routes.get(
    "/{asset}",
    summary="One position with its lots",
    operation_id="getPosition",
    responses=reads(Position, "The position", 422),
)
def one(request: Request, wallet: Wallet, asset: str, desk: At, on: On = None) -> Response:
    """One asset, with the lots that it is made of."""
    found = _positions(request, desk, desk.known(wallet), on, lots=True)["positions"]
    for each in found:
        if each["asset"] == asset.upper():
            return reply(request, each)
    raise NotFound("asset_unknown", f"nothing of {asset[:20]!r} is held", field="asset")


def _positions(request: Request, desk: Desk, wallet: str, on: str | None, *, lots: bool) -> dict[str, Any]:
    day = day_in(on, "on") or desk.today

    def make() -> dict[str, Any]:
        return positions_record(TaxDesk(desk.database).positions(wallet, day, by_age=lots))

    record: dict[str, Any] = kept(request, desk, make, "positions", wallet, day, lots)
    prices = desk.services.prices.last_prices(sorted(each["asset"] for each in record["positions"]))
    return {
        "wallet": wallet,
        "on": record["on"],
        "positions": [_position(desk, each, prices.get(each["asset"])) for each in record["positions"]],
        "remarks": record["remarks"],
    }


def _position(desk: Desk, each: dict[str, Any], last: object) -> dict[str, Any]:
    known = last if isinstance(last, LastPrice) and last.currency == BRL else None
    price = None if known is None else Exact(known.price) / PRICE_SCALE
    worth = None if price is None else round_half_up(price * Exact(each["quantity"]), 2)
    return {
        "asset": each["asset"],
        "quantity": each["quantity"],
        "averageCost": _money(each["averageCost"]),
        "totalCost": _money(each["totalCost"]),
        "fraction": each["fraction"],
        "last": None if known is None or price is None else _last(desk, known, price),
        "worth": money(worth, BRL),
        "lots": [{**lot, "cost": _money(lot["cost"])} for lot in each["lots"]],
    }


def _last(desk: Desk, known: LastPrice, price: Exact) -> dict[str, Any]:
    age = None if known.as_of is None else int((desk.now - known.as_of).total_seconds())
    return {
        "price": money(price, BRL),
        "asOf": moment_text(known.as_of),
        "ageSeconds": age,
        "source": known.source,
    }


def _money(text: str | None) -> dict[str, str] | None:
    return None if text is None else {"amount": text, "currency": BRL}
