"""What was sold and gained in each month, by category: the step between trades and the month's tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.kernel.errors import Refused
from fiel.kernel.months import first_of
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.portfolio.corporate_actions import Outcome, OutcomeKind
from fiel.tax.cost_basis import History, Realised
from fiel.tax.dated_rows import Category, fixed_income_etf_rate
from fiel.tax.trades import DayPair
from fiel.tax.withholding import withheld_by_month

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Tally:
    """`sales` gross and `gain` net of fees (a loss below zero), in reais."""

    sales: Decimal = _ZERO
    gain: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class MonthResults:
    """One month: `month` its first day; swing and day trades by category.

    `withheld`: what brokers kept back and the month's tax may use. `withheld_for_good`: the tax on
    fixed-income ETFs, which never comes back.
    """

    month: date
    swing: Mapping[Category, Tally] = field(default_factory=lambda: MappingProxyType({}))
    day_trade: Mapping[Category, Tally] = field(default_factory=lambda: MappingProxyType({}))
    withheld: Decimal = _ZERO
    withheld_for_good: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class ResultsOptions:
    """Choices where the rule needs the investor's word.

    `fractions_are_sales`  the auction of a fraction is a sale of its category, within the R$ 20,000
                           (default); else its gain is left out, for other income. No law was read on it.
    `withheld`             what statements say was kept back, by the month's first day; else computed
    `repricing_days`       the average term of each fixed-income ETF, by asset: its rate needs it
    """

    fractions_are_sales: bool = True
    withheld: Mapping[date, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    repricing_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


_Book = defaultdict[tuple[date, Category], list[Tally]]


def results_by_month(history: History, options: ResultsOptions | None = None) -> tuple[MonthResults, ...]:
    """The months in which something was sold or kept back, in order; sums half up to the cent.

    Raises `Refused`: `average_cost_missing`, `repricing_days_missing` (a fixed-income ETF without its
    term), `category_missing` (an event on an asset whose category nothing tells).
    """
    chosen = options or ResultsOptions()
    swing: _Book = defaultdict(list)
    day_trade: _Book = defaultdict(list)
    for_good: defaultdict[date, Decimal] = defaultdict(lambda: _ZERO)
    with localcontext(finance_context()):
        for sale in history.sales:
            swing[first_of(sale.day), sale.category].append(Tally(sale.sale_value, sale.gain))
            for_good[first_of(sale.day)] += _kept_for_good(sale, chosen)
        for pair in history.day_trades:
            day_trade[first_of(pair.day), pair.category].append(Tally(pair.sold, pair.gain))
            for_good[first_of(pair.day)] += _kept_for_good(pair, chosen)
        for outcome in history.outcomes:
            if _counts(outcome, chosen):
                tally = _tally(outcome)
                swing[first_of(outcome.day), _category(history, outcome)].append(tally)
        withheld = {**withheld_by_month(history), **chosen.withheld}
        months = sorted({month for month, _ in (*swing, *day_trade)} | withheld.keys())
        return tuple(
            MonthResults(
                month,
                _of(swing, month),
                _of(day_trade, month),
                withheld.get(month, _ZERO),
                for_good.get(month, _ZERO),
            )
            for month in months
        )


def _of(book: _Book, month: date) -> Mapping[Category, Tally]:
    return MappingProxyType(
        {
            category: Tally(
                round_half_up(sum((one.sales for one in tallies), _ZERO), 2),
                round_half_up(sum((one.gain for one in tallies), _ZERO), 2),
            )
            for (at, category), tallies in sorted(book.items())
            if at == month
        }
    )


def _counts(outcome: Outcome, options: ResultsOptions) -> bool:
    if outcome.kind is OutcomeKind.FRACTION:
        return options.fractions_are_sales
    return outcome.kind is OutcomeKind.GAIN


def _tally(outcome: Outcome) -> Tally:
    if outcome.cost is None:
        raise Refused(
            "average_cost_missing",
            f"the gain of {outcome.action} on {outcome.asset} needs what it cost",
            field=f"positions.{outcome.asset}.average_cost",
        )
    return Tally(outcome.proceeds, outcome.proceeds - outcome.cost)


def _category(history: History, outcome: Outcome) -> Category:
    if outcome.asset not in history.categories:
        raise Refused(
            "category_missing",
            f"say what {outcome.asset} is: {outcome.action} made a gain and no trade tells its category",
            field=f"categories.{outcome.asset}",
        )
    return history.categories[outcome.asset]


def _kept_for_good(sale: Realised | DayPair, options: ResultsOptions) -> Decimal:
    if sale.category is not Category.FIXED_INCOME_ETF or sale.gain <= 0:
        return _ZERO
    if sale.asset not in options.repricing_days:
        raise Refused(
            "repricing_days_missing",
            f"the tax on {sale.asset} needs the average repricing term of its portfolio, in days",
            field=f"repricing_days.{sale.asset}",
        )
    rate = fixed_income_etf_rate(options.repricing_days[sale.asset], sale.day)
    return round_half_up(sale.gain * rate, 2)
