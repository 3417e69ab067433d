"""What `/impostos` shows: what is to be paid and when, month by month, and the year as the IRPF asks for it.

Amounts in reais. What was paid already is not known to the book: a DARF that is past its day is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fiel.copilot.taxes.desk import FIRST_YEAR, MonthView, TaxDesk, YearView
from fiel.copilot.taxes.laws import Law
from fiel.copilot.taxes.remarks import Remark
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.months import month_after
from fiel.tax.annual import Form, IncomeRow
from fiel.tax.dated_rows import Pool
from fiel.tax.monthly import MonthTax, PoolLine

POOLS = (Pool.COMMON, Pool.DAY_TRADE, Pool.FII)
_ZERO = Decimal("0.00")


class Standing(StrEnum):
    """How the first line is said."""

    #: A DARF is to be paid by its day.
    DUE = "due"
    #: Its day has passed; whether it was paid is not known here.
    PASSED = "passed"
    #: Below R$ 10.00: it waits for a later month.
    WAITS = "waits"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class FirstLine:
    """The answer: the DARF of `tax.month`, `days` to its day (below zero: past)."""

    standing: Standing
    tax: MonthTax
    days: int


@dataclass(frozen=True, slots=True)
class PoolTotal:
    """A regime in the year: result, losses carried after the last month, tax."""

    pool: Pool
    net: Decimal
    losses_after: Decimal
    tax: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class TaxPage:
    """Everything on the page. `year_view` is `None` when the forms cannot be told (`year_refused`)."""

    wallet: str
    today: date
    year: int
    years: tuple[int, ...]
    first: FirstLine
    now: MonthView
    months: tuple[MonthView, ...]
    pools: tuple[PoolTotal, ...]
    laws: tuple[Law, ...]
    remarks: tuple[Remark, ...]
    year_view: YearView | None
    year_refused: Refused | None

    @property
    def forms(self) -> tuple[tuple[Form, tuple[IncomeRow, ...]], ...]:
        """The income of the year by form of the return; forms without a row are left out."""
        rows = () if self.year_view is None else self.year_view.summary.income
        by_form = ((form, tuple(row for row in rows if row.form is form)) for form in Form)
        return tuple((form, own) for form, own in by_form if own)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was sold, is owned or was received in the year."""
        summary = None if self.year_view is None else self.year_view.summary
        sold = any(one.tax.lines for one in self.months)
        return not sold and summary is not None and not (summary.goods or summary.income)


def read_year(text: str, today: date) -> int:
    """The year of the address; nothing is the current one. Raises `InvalidInput` (year_outside)."""
    if not text:
        return today.year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= today.year):
        raise InvalidInput(
            "year_outside",
            f"the year is one of {FIRST_YEAR} to {today.year}",
            field="ano",
            details={"first": str(FIRST_YEAR), "last": str(today.year)},
        )
    return int(text)


def tax_page(desk: TaxDesk, wallet: str, year: int, today: date) -> TaxPage:
    """The page. Raises `Refused` for what only the investor can say (category_missing,
    repricing_days_missing) and for what is missing in the book (quantity_not_held, average_cost_missing)."""
    first = min(date(year, 1, 1), _before(today.replace(day=1)))
    read, forms, begins = desk.calendar(wallet, first, year, today)
    months = tuple(one for one in read if one.tax.month.year == year)
    year_view, refused = (None, forms) if isinstance(forms, Refused) else (forms, None)
    year_remarks = () if year_view is None else year_view.remarks
    own = [remark for one in months for remark in one.remarks]
    return TaxPage(
        wallet,
        today,
        year,
        tuple(range(today.year, min(begins, year) - 1, -1)),
        first_line(read, today),
        read[-1],
        months,
        _pools(months),
        _laws(months),
        tuple(dict.fromkeys((*own, *year_remarks))),
        year_view,
        refused,
    )


def first_line(months: Sequence[MonthView], today: date) -> FirstLine:
    """What the last month that is over owes; of an open month nothing is due yet."""
    over = [one.tax for one in months if month_after(one.tax.month) <= today]
    tax = over[-1] if over else months[-1].tax
    days = (tax.due_date - today).days
    if over and tax.darf:
        return FirstLine(Standing.DUE if days >= 0 else Standing.PASSED, tax, days)
    if over and tax.unpaid:
        return FirstLine(Standing.WAITS, tax, days)
    return FirstLine(Standing.NOTHING, tax, days)


def _before(month: date) -> date:
    return month_after(month, -1)


def _pools(months: Sequence[MonthView]) -> tuple[PoolTotal, ...]:
    found = []
    for pool in POOLS:
        lines: list[PoolLine] = [one.tax.pool(pool) for one in months]
        if not lines:
            continue
        net = sum((line.net for line in lines), _ZERO)
        tax = sum((line.tax for line in lines), _ZERO)
        found.append(PoolTotal(pool, net, lines[-1].losses_after, tax, lines[-1].rate))
    return tuple(found)


def _laws(months: Sequence[MonthView]) -> tuple[Law, ...]:
    return tuple(dict.fromkeys(law for one in months for law in one.laws))
