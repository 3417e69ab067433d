"""Which dated rows of the law a month used, so that every number can be checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fiel.tax.dated_rows import (
    POOL_RATES,
    STOCK_LIMITS,
    Category,
    Pool,
    category_rule,
    darf_rule,
    rows_in_force,
    source_withholding,
)
from fiel.tax.monthly import MonthTax


@dataclass(frozen=True, slots=True)
class Law:
    """`subject`: category.stock, limit, rate.common, withheld or darf; the row's `source` since a day."""

    subject: str
    valid_from: date
    source: str


def laws_of(tax: MonthTax) -> tuple[Law, ...]:
    """The rows that were used for what happened in the month; each once. The payment's is always there."""
    return tuple(dict.fromkeys(_used(tax)))


def _used(tax: MonthTax) -> Iterable[Law]:
    month = tax.month
    for line in tax.lines:
        rule = category_rule(line.category, month)
        yield Law(f"category.{line.category.value}", rule.valid_from, rule.source)
        if line.category is Category.STOCK and not line.is_day_trade:
            limit = rows_in_force(STOCK_LIMITS, month)[0]
            yield Law("limit", limit.valid_from, limit.source)
    for pool in dict.fromkeys(line.pool for line in tax.lines if line.pool is not Pool.WITHHELD):
        rate = rows_in_force((row for row in POOL_RATES if row.pool is pool), month)[0]
        yield Law(f"rate.{pool.value}", rate.valid_from, rate.source)
    if tax.withheld or tax.credit_used:
        kept = source_withholding(month)
        yield Law("withheld", kept.valid_from, kept.source)
    darf = darf_rule(month)
    yield Law("darf", darf.valid_from, darf.source)
