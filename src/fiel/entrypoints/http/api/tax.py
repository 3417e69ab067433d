"""Tax: the month with its DARF, and the rows of the annual return. Not tax advice."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict
from starlette.responses import Response

from fiel.copilot.taxes.desk import TaxDesk
from fiel.copilot.taxes.told import Told, read_told
from fiel.entrypoints.answers.tax import month_record, read_month, year_record
from fiel.entrypoints.http.api.answering import reads, reply
from fiel.entrypoints.http.api.desk import READ, At, Wallet
from fiel.entrypoints.http.api.memo import kept
from fiel.entrypoints.http.api.models import Currency, Day, Decimal, Month, Remark, Shape

routes = APIRouter(prefix="/api/v1/portfolios/{wallet}/tax", tags=["tax"], dependencies=[READ])
_TOLD_MAX = 100


class Category(Shape):
    """Sales and gains of one kind of asset."""

    category: str
    day_trade: bool
    pool: str
    sales: Decimal
    gain: Decimal
    exempt: Decimal
    loss_left_out: Decimal


class Pool(Shape):
    """Gains and losses that are set against each other. `rate` is a fraction."""

    pool: str
    net: Decimal
    losses_before: Decimal
    losses_used: Decimal
    losses_after: Decimal
    taxable: Decimal
    rate: Decimal
    tax: Decimal


class Law(Shape):
    """What a rule rests on, and since when."""

    subject: str
    valid_from: Day
    source: str


class MonthTax(Shape):
    """The tax of a month; amounts in `currency`. `isOpen`: the month is not over."""

    user_id: str
    month: Month
    currency: Currency
    is_open: bool
    categories: list[Category]
    pools: list[Pool]
    stock_sales: Decimal
    stock_limit: Decimal
    exemption_left: Decimal | None
    exempt_gain: Decimal
    tax: Decimal
    withheld: Decimal
    credit_used: Decimal
    credit_after: Decimal
    credit_lapsed: Decimal
    withheld_for_good: Decimal
    due: Decimal
    darf_code: str
    darf: Decimal
    carried_unpaid: Decimal
    due_date: Day
    laws: list[Law]
    remarks: list[Remark]
    is_tax_advice: bool


class YearRow(Shape):
    """A row of a form; every value is text, what is not known null."""

    model_config = ConfigDict(extra="allow")


class YearTax(Shape):
    """What the annual return (IRPF) asks of a year: goods, income, and results month by month."""

    user_id: str
    year: int
    currency: Currency
    is_open: bool
    goods: list[YearRow]
    income: list[YearRow]
    variable: list[YearRow]
    remarks: list[Remark]
    is_tax_advice: bool


Categories = Annotated[
    list[str] | None,
    Query(
        alias="category",
        max_length=_TOLD_MAX,
        description="What an asset is where nothing tells it: `XPTO11=fii`. May be repeated.",
        examples=[["XPTO11=fii"]],
    ),
]
Losses = Annotated[
    list[str] | None,
    Query(
        max_length=_TOLD_MAX,
        description="Losses from before the book: `common=1000.00`. May be repeated.",
        examples=[["common=1000.00"]],
    ),
]
Repricing = Annotated[
    list[str] | None,
    Query(
        max_length=_TOLD_MAX,
        description="Average repricing term of a fixed-income ETF, in days: `IMAB11=2500`. May be repeated.",
    ),
]


@routes.get(
    "/months/{month}",
    summary="The tax of a month",
    operation_id="getTaxMonth",
    responses=reads(MonthTax, "Sales, gains, what is exempt, losses, and the DARF", 422),
)
def month(
    request: Request,
    wallet: Wallet,
    month: Annotated[str, Path(pattern=r"^\d{4}-\d{2}$", examples=["2026-05"])],
    desk: At,
    category: Categories = None,
    losses: Losses = None,
    repricing: Repricing = None,
) -> Response:
    """Reckoned again from the whole book. Refused (422) with what is missing."""
    taxes, name = TaxDesk(desk.database, _told(category, repricing, losses)), desk.known(wallet)

    def make() -> dict[str, Any]:
        return month_record(taxes.month(name, read_month(month), desk.today))

    return reply(
        request, kept(request, desk, make, "month", name, month, *_said(category, repricing, losses))
    )


@routes.get(
    "/years/{year}",
    summary="The rows of the annual return",
    operation_id="getTaxYear",
    responses=reads(YearTax, "Goods, income and results", 422),
)
def year(
    request: Request,
    wallet: Wallet,
    year: Annotated[int, Path(ge=1900, le=2199, examples=[2025])],
    desk: At,
    category: Categories = None,
    losses: Losses = None,
    repricing: Repricing = None,
) -> Response:
    """Check every code in the Receita's program of the year."""
    taxes, name = TaxDesk(desk.database, _told(category, repricing, losses)), desk.known(wallet)

    def make() -> dict[str, Any]:
        return year_record(taxes.year(name, year, desk.today))

    return reply(request, kept(request, desk, make, "year", name, year, *_said(category, repricing, losses)))


def _told(category: list[str] | None, repricing: list[str] | None, losses: list[str] | None) -> Told:
    return read_told(category or (), repricing or (), losses or ())


def _said(*told: list[str] | None) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each or ()) for each in told)
