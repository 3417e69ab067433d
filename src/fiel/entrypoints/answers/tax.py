"""The tax of a month and of a year, for programs."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.copilot.number_ids import camel
from fiel.entrypoints.answers.values import number_text, remark_records
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.copilot.taxes.desk import MonthView, YearView
    from fiel.tax.annual import GoodRow, IncomeRow, VariableRow
    from fiel.tax.monthly import CategoryLine, PoolLine

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


def read_month(text: str) -> date:
    """The first day of a month from YYYY-MM. Raises `InvalidInput` (month_malformed)."""
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12 or not int(found[1]):
        raise InvalidInput(
            "month_malformed", f"{text[:20]!r} is not a month; write it like 2026-01", field="YYYY-MM"
        )
    return date(int(found[1]), int(found[2]), 1)


def month_record(view: MonthView) -> dict[str, Any]:
    """The tax of a month. Rates are fractions, amounts reais."""
    tax = view.tax
    return {
        "userId": view.wallet,
        "month": f"{tax.month:%Y-%m}",
        "currency": "BRL",
        "isOpen": view.is_open,
        "categories": [_category_record(line) for line in tax.lines],
        "pools": [_pool_record(line) for line in tax.pools],
        "stockSales": number_text(tax.stock_sales),
        "stockLimit": number_text(tax.stock_limit),
        "exemptionLeft": number_text(view.exemption_left),
        "exemptGain": number_text(tax.exempt_gain),
        "tax": number_text(tax.tax),
        "withheld": number_text(tax.withheld),
        "creditUsed": number_text(tax.credit_used),
        "creditAfter": number_text(tax.credit_after),
        "creditLapsed": number_text(tax.credit_lapsed),
        "withheldForGood": number_text(tax.withheld_for_good),
        "due": number_text(tax.due),
        "darfCode": tax.darf_code,
        "darf": number_text(tax.darf),
        "carriedUnpaid": number_text(tax.unpaid),
        "dueDate": tax.due_date.isoformat(),
        "laws": [
            {"subject": law.subject, "validFrom": law.valid_from.isoformat(), "source": law.source}
            for law in view.laws
        ],
        "remarks": remark_records(view.remarks),
        "isTaxAdvice": False,
    }


def _category_record(line: CategoryLine) -> dict[str, Any]:
    amounts: dict[str, Decimal] = {
        "sales": line.sales, "gain": line.gain, "exempt": line.exempt, "lossLeftOut": line.left_out,
    }  # fmt: skip
    return {
        "category": line.category.value,
        "dayTrade": line.is_day_trade,
        "pool": line.pool.value,
        **{name: number_text(amount) for name, amount in amounts.items()},
    }


def _pool_record(line: PoolLine) -> dict[str, Any]:
    return {
        "pool": line.pool.value,
        "net": number_text(line.net),
        "lossesBefore": number_text(line.losses_before),
        "lossesUsed": number_text(line.losses_used),
        "lossesAfter": number_text(line.losses_after),
        "taxable": number_text(line.taxable),
        "rate": number_text(line.rate),
        "tax": number_text(line.tax),
    }


def year_record(view: YearView) -> dict[str, Any]:
    """The rows of the annual return."""
    summary = view.summary
    return {
        "userId": view.wallet,
        "year": summary.year,
        "currency": "BRL",
        "isOpen": view.is_open,
        "goods": [_row(each) for each in summary.goods],
        "income": [_row(each) for each in summary.income],
        "variable": [_row(each) for each in summary.variable],
        "remarks": remark_records(view.remarks),
        "isTaxAdvice": False,
    }


def _row(row: GoodRow | IncomeRow | VariableRow) -> dict[str, Any]:
    return {camel(field.name): _plain(getattr(row, field.name)) for field in fields(row)}


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, Decimal):
        return number_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)
