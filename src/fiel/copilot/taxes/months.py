"""The tax of months, from what a wallet's book says of them and what the investor told beside it."""

from __future__ import annotations

from datetime import date

from fiel.copilot.taxes.book import TaxBook
from fiel.copilot.taxes.told import Told
from fiel.tax.cost_basis import History
from fiel.tax.monthly import Carried, MonthTax, ledger, month_tax
from fiel.tax.results import MonthResults, ResultsOptions, results_by_month


def month_of(book: TaxBook, told: Told, month: date, until: date) -> MonthTax:
    """The tax of the month that begins on `month`, of what was done up to `until`.

    Raises `Refused` for what is missing: category_missing, quantity_not_held, average_cost_missing,
    repricing_days_missing.
    """
    book.categories.require(book.sold_until(until))
    months = months_of(book.taxed.history(until), told, month)
    return months[-1] if months else month_tax(MonthResults(month), Carried(told.losses))


def months_of(history: History, told: Told, last: date) -> tuple[MonthTax, ...]:
    """The months from the first in which something was sold to `last`. Raises `Refused`
    (repricing_days_missing)."""
    options = ResultsOptions(repricing_days=told.repricing_days)
    return ledger(results_by_month(history, options), Carried(told.losses), until=last)
