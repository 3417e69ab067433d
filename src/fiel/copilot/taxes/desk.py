"""The tax of one wallet: a month, a year, and what is held. Nothing is written.

Everything is reckoned again from the whole book, so a split that is learned of late corrects the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.store.remembered import CATEGORY, remember, remembered_of
from fiel.copilot.taxes.book import TaxBook, read_book
from fiel.copilot.taxes.laws import Law, laws_of
from fiel.copilot.taxes.months import month_of, months_of
from fiel.copilot.taxes.remarks import Remark, between
from fiel.copilot.taxes.told import Told
from fiel.infra.storage.database import Database
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.months import month_after
from fiel.portfolio.holdings import Holding
from fiel.tax.annual import YearSummary, from_outcomes, owned, year_summary
from fiel.tax.fifo import Lot, fifo_lots
from fiel.tax.monthly import Carried, MonthTax, month_tax
from fiel.tax.results import MonthResults

#: Before it the rules of the month are not known here (`fiel.tax.dated_rows`).
FIRST_YEAR = 2005
_ONE_DAY = timedelta(days=1)
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month of a wallet. `exemption_left` (reais): shares that could still be sold exempt; zero above.

    `is_open`: the month is not over on `today`, and the figures may change.
    """

    wallet: str
    today: date
    tax: MonthTax
    exemption_left: Decimal
    laws: tuple[Law, ...]
    remarks: tuple[Remark, ...]

    @property
    def is_open(self) -> bool:
        """Whether the month is not over."""
        return self.today < month_after(self.tax.month)


@dataclass(frozen=True, slots=True)
class YearView:
    """The forms of a year. `is_open`: the year is not over, and the goods are those of `today`."""

    wallet: str
    today: date
    summary: YearSummary
    is_open: bool
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One asset and its cost; `lots` by age are information only, and empty when nobody asked."""

    holding: Holding
    lots: tuple[Lot, ...] = ()


@dataclass(frozen=True, slots=True)
class PositionsView:
    """What was held at the end of `on`, splits applied."""

    wallet: str
    on: date
    held: tuple[Held, ...]
    remarks: tuple[Remark, ...]


@dataclass(slots=True)
class TaxDesk:
    """The tax of the wallets in a database; days are those of `zone`, by default São Paulo's."""

    database: Database
    told: Told = field(default_factory=Told)
    zone: tzinfo | None = None

    def month(self, wallet: str, month: date, today: date) -> MonthView:
        """The month that begins on `month`. Raises `InvalidInput` (year_outside), `Refused` for what is
        missing: category_missing, quantity_not_held, average_cost_missing, repricing_days_missing."""
        _check_year(month.year, today)
        book, _ = self._book(wallet)
        last = month_after(month) - _ONE_DAY
        tax = month_of(book, self.told, month, last)
        left = max(tax.stock_limit - tax.stock_sales, _ZERO)
        return MonthView(
            wallet, today, tax, left, laws_of(tax), between(_but_income(book.remarks), date.min, last)
        )

    def calendar(
        self, wallet: str, first: date, year: int, today: date
    ) -> tuple[tuple[MonthView, ...], YearView | Refused, int]:
        """The months from `first` to that of `today`, the forms of a year (or why there are none) and the
        year in which the wallet begins: the book is read once.

        Months before the first sale have nothing in them. Raises what `month` raises.
        """
        _check_year(first.year, today)
        _check_year(year, today)
        book, told = self._book(wallet)
        months = self._months(book, first.replace(day=1), today)
        try:
            forms: YearView | Refused = self._year(book, told, year, today)
        except Refused as refusal:
            forms = refusal
        return months, forms, _first_year(book, today)

    def _months(self, book: TaxBook, first: date, today: date) -> tuple[MonthView, ...]:
        end = month_after(today) - _ONE_DAY
        book.categories.require(book.sold_until(end))
        made = {one.month: one for one in months_of(book.taxed.history(end), self.told, today.replace(day=1))}
        found, month, carried = [], first, Carried(self.told.losses)
        while month <= today:
            tax = made.get(month) or month_tax(MonthResults(month), carried)
            carried = tax.carried
            left = max(tax.stock_limit - tax.stock_sales, _ZERO)
            remarks = between(_but_income(book.remarks), date.min, month_after(month) - _ONE_DAY)
            found.append(MonthView(book.wallet, today, tax, left, laws_of(tax), remarks))
            month = month_after(month)
        return tuple(found)

    def year(self, wallet: str, year: int, today: date) -> YearView:
        """The forms of a calendar year. Raises what `month` raises; `Refused` also for what is only held."""
        _check_year(year, today)
        book, told = self._book(wallet)
        return self._year(book, told, year, today)

    def _year(self, book: TaxBook, told: Told, year: int, today: date) -> YearView:
        first, last = date(year, 1, 1), date(year, 12, 31)
        taxed = book.taxed
        before, after = taxed.history(first - _ONE_DAY), taxed.history(last)
        book.categories.require({*before.holdings, *after.holdings, *book.sold_until(last)})
        known = book.categories.known
        goods = owned(before.holdings, after.holdings, known, fiagros=told.fiagros)
        bonuses = [one for one in from_outcomes(after.outcomes) if one.gross]
        months = months_of(after, self.told, min(last, today).replace(day=1))
        summary = year_summary(year, months, goods, [*book.received, *bonuses])
        remarks = (
            *between(_but_income(book.remarks), date.min, last),
            *_income_of(book.remarks, first, last),
        )
        return YearView(book.wallet, today, summary, today <= last, remarks)

    def positions(self, wallet: str, on: date, *, by_age: bool = False) -> PositionsView:
        """What was held at the end of a day. Sold short stands below zero. Raises `Refused`
        (quantity_not_held) for lots by age of what was sold short."""
        book, _ = self._book(wallet)
        held = book.holdings(on)
        lots = _lots(book, on) if by_age else {}
        rows = tuple(Held(each, lots.get(asset, ())) for asset, each in held.items())
        return PositionsView(wallet, on, rows, between(_but_income(book.remarks), date.min, on))

    def remember(self, wallet: str, at: datetime) -> None:
        """Keep the categories that were told: they then count whenever nothing else is said."""
        words = self.told.words
        self.database.transact(lambda unit: remember(unit.connection, wallet, CATEGORY, words, at))

    def _book(self, wallet: str) -> tuple[TaxBook, Told]:
        """The wallet, and what was told of it now or once."""
        with self.database.reading() as connection:
            told = self.told.after(remembered_of(connection, wallet, CATEGORY))
            return read_book(connection, wallet, self.zone or zone_of(DEFAULT_ZONE), told), told


def _lots(book: TaxBook, on: date) -> Mapping[str, tuple[Lot, ...]]:
    """Lots by age; what left without a sale took the oldest along."""
    found = fifo_lots(book.trades, book.actions, until=on).held
    return MappingProxyType(
        {asset: tuple(one for one in lots if one.quantity) for asset, lots in found.items()}
    )


def _first_year(book: TaxBook, today: date) -> int:
    """That of the first trade or income; that of `today` while there is none."""
    days = [*(one.day for one in book.trades), *(one.day for one in book.received)]
    return max(min((day.year for day in days), default=today.year), FIRST_YEAR)


def _but_income(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(one for one in remarks if one.code != "income_left_out")


def _income_of(remarks: Iterable[Remark], first: date, last: date) -> tuple[Remark, ...]:
    return between((one for one in remarks if one.code == "income_left_out"), first, last)


def _check_year(year: int, today: date) -> None:
    if not FIRST_YEAR <= year <= today.year:
        raise InvalidInput(
            "year_outside",
            f"{year} is not one of {FIRST_YEAR} to {today.year}",
            field="year",
            details={"first": str(FIRST_YEAR), "last": str(today.year)},
        )
