"""The rough side of a report on a screen: the chart of the quota, falls, volatility and months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fiel.copilot.performing.chart import Line, chart
from fiel.copilot.performing.record import downside_yearly
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import day_words
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.copilot.performing.desk import PerformanceView
    from fiel.performance.risk import MonthReturn

_WIDTH_MAX = 100
_LABEL = 10
_HUNDRED = Decimal(100)


def chart_lines(
    view: PerformanceView, words: Words, width: int, *, ascii_only: bool
) -> Iterable[RenderableType]:
    """The quota and the yardsticks since the first day, in percent; nothing for a single day."""
    told = view.report
    lines = [Line(note("performance_yours", words), told.days, told.quotas)]
    lines += [Line(one.name, one.series.days, one.series.units) for one in view.levels]
    wide = min(width, _WIDTH_MAX) - _LABEL - 2
    drawn = chart(lines, wide, ascii_only=ascii_only)
    if drawn is None:
        return
    edge = "|" if ascii_only else "│"
    for row, value in zip(drawn.rows, drawn.returns, strict=True):
        yield Text(f"{_label(value, words):>{_LABEL}} {edge}{row}".rstrip())
    first, last = day_words(told.days[0], words), day_words(told.days[-1], words)
    yield Text(f"{'':>{_LABEL}}  {first}{last:>{wide - len(first)}}")
    yield Text(f"{'':>{_LABEL}}  {'   '.join(f'{mark} {name}' for mark, name in drawn.marks)}")
    yield Text()


def _label(value: Fraction, words: Words) -> str:
    percent = (Decimal(value.numerator) / Decimal(value.denominator)) * _HUNDRED
    return f"{words.percent(percent, signed=True)}%"


def risk_blocks(view: PerformanceView, words: Words) -> Iterable[RenderableType]:
    """The deepest fall, volatility, the best and the worst month, and all months."""
    told = view.report
    fall = told.drawdown
    if fall.peak is None or fall.trough is None:
        yield Text(note("performance_drawdown_none", words))
    else:
        days = {"peak": day_words(fall.peak, words), "trough": day_words(fall.trough, words)}
        depth = _signed(fall.depth, words)
        if fall.recovered is None:
            yield Text(note("performance_drawdown_open", words, depth=depth, **days))
        else:
            back = day_words(fall.recovered, words)
            yield Text(note("performance_drawdown", words, depth=depth, recovered=back, **days))
    if told.volatility is not None:
        values = {
            "yearly": words.percent(told.volatility.yearly * _HUNDRED),
            "downside": words.percent(downside_yearly(told.volatility) * _HUNDRED),
        }
        yield Text(note("performance_volatility", words, days=told.volatility.days, **values))
    if told.best_month is not None and told.worst_month is not None:
        best, worst = told.best_month, told.worst_month
        values = {"month": _month(best), "worst": _month(worst)}
        values |= {"value": _signed(best.value, words), "low": _signed(worst.value, words)}
        yield Text(note("performance_best", words, **values))
    if len(told.months) > 1:
        yield Text()
        yield _months(told.months, words)


def _months(months: tuple[MonthReturn, ...], words: Words) -> Table:
    """A row for each year, a column for each month, and what the year's months make together."""
    table = Table(box=None, pad_edge=False, header_style="bold", title=note("performance_months", words))
    table.title_justify = "left"
    table.add_column(note("performance_year", words))
    for month in range(1, 13):
        table.add_column(f"{month:02d}", justify="right")
    table.add_column(note("performance_total", words), justify="right")
    years: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
    for one in months:
        years[one.year][one.month] = one.value
    for year, values in years.items():
        total = Decimal(1)
        for value in values.values():
            total *= 1 + value
        cells = [_signed(values[month], words) if month in values else "" for month in range(1, 13)]
        table.add_row(str(year), *cells, _signed(total - 1, words))
    return table


def _month(one: MonthReturn) -> str:
    return f"{one.month:02d}/{one.year}"


def _signed(fraction: Decimal, words: Words) -> str:
    return words.percent(fraction * _HUNDRED, signed=True)
