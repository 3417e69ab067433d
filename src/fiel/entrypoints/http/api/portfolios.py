"""Portfolios: which there are, and one at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal as Exact
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from fiel.copilot.booking.looking import Looking, NamedAccount
from fiel.copilot.income.worth import worth_of
from fiel.copilot.own_plan.owned import Owned
from fiel.copilot.own_plan.prices import kept_values, with_kept_prices
from fiel.copilot.own_plan.tree import TargetTree, target_tree
from fiel.copilot.wallets import wallets_after
from fiel.custody.accounts import CashMode, money_of
from fiel.entrypoints.answers.targets import targets_record
from fiel.entrypoints.answers.values import moment_text, remark_records
from fiel.entrypoints.http.api.answering import reads, reply
from fiel.entrypoints.http.api.desk import READ, At, Desk, Wallet
from fiel.entrypoints.http.api.memo import own_of
from fiel.entrypoints.http.api.models import Currency, Decimal, Instant, Money, Page, Remark, Shape, money
from fiel.entrypoints.http.api.paging import Cursor, Limit, cursor_of, place_of
from fiel.entrypoints.http.api.targets import TargetsTree
from fiel.kernel.rounding import round_half_up

BRL = "BRL"
routes = APIRouter(prefix="/api/v1/portfolios", tags=["portfolios"], dependencies=[READ])


class PortfolioName(Shape):
    """A portfolio that the caller may see."""

    wallet: str
    href: str


class Portfolios(Page):
    """Portfolios by name."""

    portfolios: list[PortfolioName]


class AccountShape(Shape):
    """An account of the wallet. `label` is null for its own. Cash that is kept elsewhere is null."""

    account: str
    label: str | None
    name: str | None
    currency: Currency
    cash: Money | None
    is_cash_tracked: bool


class PriceSource(Shape):
    """Which prices are of one source and time."""

    source: str | None
    as_of: Instant | None
    assets: list[str]


class Drift(Shape):
    """The node that is furthest from its target; `deviation` is a fraction of the whole, with its sign."""

    id: str
    label: str
    target: Decimal
    actual: Decimal
    deviation: Decimal


class Overview(Shape):
    """A portfolio at a glance. `worth` is null while the price of anything held is not known: a part is not
    the whole."""

    wallet: str
    as_of: Instant
    worth: Money | None
    cost: Money | None
    cash: Money
    accounts: list[AccountShape]
    assets: int
    without_price: list[str]
    open_orders: int
    targets: TargetsTree | None
    drift: Drift | None
    prices: list[PriceSource]
    untargeted: list[str]
    remarks: list[Remark]


@routes.get(
    "",
    summary="Which portfolios there are",
    operation_id="listPortfolios",
    responses=reads(Portfolios, "By name, those that the caller may see"),
)
def listed(request: Request, desk: At, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """The wallets of the book, or those of the caller's key."""
    place = place_of(cursor, str)
    names, after = _names(desk, "" if place is None else str(place[0]), limit)
    body = {
        "portfolios": [{"wallet": name, "href": f"/api/v1/portfolios/{name}"} for name in names],
        "nextCursor": None if after is None else cursor_of(after),
    }
    return reply(request, body)


def _names(desk: Desk, after: str, limit: int) -> tuple[list[str], str | None]:
    """The next names, and the place after them; nothing at the end."""
    if desk.principal.wallets is None:
        with desk.database.reading() as connection:
            return wallets_after(connection, after, limit)
    mine = [name for name in sorted(desk.principal.wallets) if name > after]
    found = [name for name in mine[:limit] if _is_there(desk, name)]
    return found, mine[limit - 1] if len(mine) > limit else None


def _is_there(desk: Desk, wallet: str) -> bool:
    from fiel.copilot.wallets import is_known

    with desk.database.reading() as connection:
        return is_known(connection, wallet)


@routes.get(
    "/{wallet}",
    summary="A portfolio at a glance",
    operation_id="getPortfolio",
    responses=reads(Overview, "Worth, cash, accounts, targets against what there is, and doubts", 422),
)
def overview(request: Request, wallet: Wallet, desk: At) -> Response:
    """What it is worth at the prices that are kept, what it cost, and how far it is from its targets."""
    name = desk.known(wallet)
    own = own_of(request, desk, name)
    tree: TargetTree | None = None
    untargeted: list[str] = []
    told: dict[str, Any] | None = None
    if own.portfolio is not None:
        portfolio = with_kept_prices(own.portfolio.portfolio, desk.services.prices)
        tree, untargeted = target_tree(portfolio), list(own.portfolio.untargeted)
        told = targets_record(tree, portfolio, desk.today.isoformat())
    return reply(request, _overview(desk, name, own.owned, tree, told) | {"untargeted": untargeted})


def _overview(
    desk: Desk, wallet: str, owned: Owned, tree: TargetTree | None, told: dict[str, Any] | None
) -> dict[str, Any]:
    values = kept_values(owned.assets.values(), desk.services.prices)
    lacking = sorted(name for name, value in values.items() if value is None)
    with desk.database.reading() as connection:
        worth = worth_of(connection, desk.services.prices, wallet, desk.now)
    known = [value for value in values.values() if value is not None]
    whole = None if lacking else round_half_up(sum(known, owned.free_cash), 2)
    return {
        "wallet": wallet,
        "asOf": moment_text(desk.now),
        "worth": money(whole, BRL),
        "cost": money(worth.cost, BRL),
        "cash": money(owned.free_cash, BRL),
        "accounts": [account_body(each) for each in Looking(desk.database).accounts(wallet)],
        "assets": len(owned.assets),
        "withoutPrice": lacking,
        "openOrders": owned.open_orders,
        "targets": told,
        "drift": _drift(tree),
        "prices": _prices(desk, owned.assets),
        "remarks": remark_records(owned.remarks),
    }


def account_body(each: NamedAccount) -> dict[str, Any]:
    """An account on the wire."""
    account = each.account
    is_tracked = account.cash_mode is CashMode.TRACKED
    balance = money_of(account.balance, account.currency) if is_tracked else None
    return {
        "account": account.user_id,
        "label": each.label,
        "name": each.name,
        "currency": account.currency,
        "cash": money(balance, account.currency),
        "isCashTracked": is_tracked,
    }


def _drift(tree: TargetTree | None) -> dict[str, str] | None:
    rows = [row for row in (tree.rows if tree else ()) if row.actual is not None and row.depth]
    if not rows:
        return None
    worst = max(rows, key=lambda row: abs((row.actual or Exact(0)) - row.target))
    actual = round_half_up(worst.actual or Exact(0), 6)
    return {
        "id": worst.id,
        "label": worst.label,
        "target": f"{worst.target:f}",
        "actual": f"{actual:f}",
        "deviation": f"{actual - round_half_up(worst.target, 6):f}",
    }


def _prices(desk: Desk, assets: Mapping[str, Any]) -> list[dict[str, Any]]:
    from fiel.custody.ports import LastPrice

    found: dict[tuple[str, str | None], list[str]] = {}
    for ticker, each in sorted(desk.services.prices.last_prices(sorted(assets)).items()):
        if isinstance(each, LastPrice):
            found.setdefault((each.source, moment_text(each.as_of)), []).append(ticker)
    return [{"source": source, "asOf": at, "assets": names} for (source, at), names in found.items()]
