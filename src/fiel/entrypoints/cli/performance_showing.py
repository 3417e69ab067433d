"""How `fiel performance` looks on a screen: the identity, both returns, tables, a chart, risk and doubts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from fiel.copilot.performing.record import Row, doubts_of, number_id, over_period, rows_of
from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import day_words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.performance_risk import chart_lines, risk_blocks
from fiel.entrypoints.cli.screen import show
from fiel.entrypoints.cli.tax.options import show_ids
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import Refused
from fiel.performance.entries import CASH
from fiel.performance.explaining import FlowEffect, TwoReturns
from fiel.performance.levels import Level
from fiel.performance.xirr import OneRate, RateOutcome, SeveralRates

if TYPE_CHECKING:
    from fiel.copilot.number_ids import NumberId
    from fiel.copilot.performing.desk import PerformanceView
    from fiel.performance.aligned import Doubt

_FLOWS_SHOWN = 3
_DAYS_NAMED = 3
_HUNDRED = Decimal(100)
_LINES = (
    "initial",
    "contributions",
    "withdrawals",
    "price_gain",
    "income",
    "currency",
    "fees",
    "taxes",
    "final",
)


def show_view(view: PerformanceView, by: Level, words: Words, console: Console, *, ids: bool) -> None:
    """The whole report; what must be said beside it goes to standard error."""
    span = {"first": day_words(view.first, words), "until": day_words(view.until, words)}
    blocks: list[RenderableType] = [
        Text(note("performance_of", words, wallet=printable(view.wallet), **span), "bold"),
        Text(),
        _identity(view, words),
        Text(),
        *_returns(view, words),
        Text(),
    ]
    if by is not Level.PORTFOLIO:
        blocks += [_groups(view, by, words), Text()]
    blocks += [_benchmarks(view, words), *_beside(view, words), Text()]
    ascii_only = not (console.encoding or "").lower().startswith("utf")
    blocks += [*chart_lines(view, words, console.width, ascii_only=ascii_only)]
    blocks += [*risk_blocks(view, words), Text(), Text(_as_of(view, words), "dim")]
    show(console, *blocks)
    if ids:
        show_ids(_named(view, by, words))
    _show_doubts(view, words)


def percent(fraction: Decimal, words: Words) -> str:
    """A fraction as a percentage with its sign, two decimals."""
    return words.percent(fraction * _HUNDRED, signed=True)


def _identity(view: PerformanceView, words: Words) -> Table:
    """The lines that add up to the worth at the end."""
    told = view.report.portfolio
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in _LINES:
        style = "bold" if name in ("initial", "final") else ""
        amount = words.amount(getattr(told.identity, name))
        table.add_row(note(f"performance_{name}", words), amount, style=style)
    table.add_row(note("performance_gain", words), words.amount(told.identity.gain))
    with suppress(Refused):
        table.add_row(note("performance_simple", words), f"{percent(told.simple_gain, words)} %")
    return table


def _returns(view: PerformanceView, words: Words) -> Iterable[RenderableType]:
    """Of quotas and of money, side by side, and why they differ."""
    told = view.report
    both, outcome = told.two_returns, told.portfolio.money_weighted()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("performance_rate", words))
    for title in ("performance_period", "performance_yearly"):
        table.add_column(f"{note(title, words)} %", justify="right")
    yearly = "" if both is None else percent(both.time_weighted, words)
    table.add_row(note("performance_twr", words), percent(told.portfolio.time_weighted, words), yearly)
    if isinstance(outcome, OneRate):
        whole = over_period(outcome.rate, told.period.days)
        shown = "" if whole is None else percent(whole, words)
        table.add_row(note("performance_mwr", words), shown, percent(outcome.rate, words))
    yield table
    if not isinstance(outcome, OneRate):
        yield Text(rate_words(outcome, words))
    if both is not None and both.difference is not None:
        yield from _difference(both, words)


def rate_words(outcome: RateOutcome, words: Words) -> str:
    """Rates that are several, or why there is none."""
    if isinstance(outcome, SeveralRates):
        rates = ", ".join(f"{percent(rate, words)} %" for rate in outcome.rates)
        return note("performance_mwr_several", words, n=len(outcome.rates), rates=rates)
    if isinstance(outcome, OneRate):
        return percent(outcome.rate, words)
    reason = note(f"performance_reason_{outcome.reason.value}", words)
    return note("performance_mwr_none", words, reason=reason)


def _difference(both: TwoReturns, words: Words) -> Iterable[RenderableType]:
    if both.difference is None or not both.effects or not round(both.difference, 6):
        yield Text(note("performance_same", words))
        return
    points, effect = percent(both.difference, words), words.money(both.effect)
    yield Text(note("performance_why_differ", words, points=points, effect=effect))
    for one in both.effects[:_FLOWS_SHOWN]:
        yield Text(f"  {_flow(one, words)}")
    more = len(both.effects) - _FLOWS_SHOWN
    if more > 0:
        yield Text(f"  {note('performance_more_flows', words, n=more)}")


def _flow(one: FlowEffect, words: Words) -> str:
    way = "in" if one.amount > 0 else "out"
    return note(
        f"performance_flow_{way}",
        words,
        day=day_words(one.day, words),
        amount=words.money(abs(one.amount)),
        after=percent(one.after, words),
        average=percent(one.average, words),
        effect=words.money(one.effect),
    )


def _groups(view: PerformanceView, by: Level, words: Words) -> Table:
    """A row for each group, and the sum of their points, which is the return."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note(f"performance_by_{by.value}", words))
    for title in ("start", "in", "out", "made", "end", "twr_short", "mwr_short", "points"):
        table.add_column(note(f"performance_{title}", words), justify="right")
    rows = rows_of(view, by)
    for row in rows:
        table.add_row(*_cells(row, words))
    made = sum((row.told.identity.gain for row in rows), Decimal(0))
    final = sum((row.told.identity.final for row in rows), Decimal(0))
    points = sum((row.points or Decimal(0) for row in rows), Decimal(0))
    table.add_row(
        note("performance_sum", words),
        "",
        "",
        "",
        words.amount(made),
        words.amount(final),
        "",
        "",
        percent(points, words),
        style="bold",
    )
    return table


def _cells(row: Row, words: Words) -> tuple[str, ...]:
    told = row.told.identity
    outcome = row.told.money_weighted()
    amounts = (told.initial, told.contributions, told.withdrawals, told.gain, told.final)
    return (
        _name(row, words),
        *(words.amount(amount) for amount in amounts),
        percent(row.told.time_weighted, words),
        percent(outcome.rate, words) if isinstance(outcome, OneRate) else "-",
        "" if row.points is None else percent(row.points, words),
    )


def _name(row: Row, words: Words) -> str:
    """A group as people call it."""
    name = row.told.name
    if row.told.level is Level.CLASS:
        return note(f"performance_class_{name}", words)
    if row.told.level is Level.ASSET and name.startswith(CASH):
        return note("performance_cash_in", words, currency=name.removeprefix(CASH))
    return printable(name)


def _benchmarks(view: PerformanceView, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("performance_benchmark", words))
    for title in ("worth", "twr_short", "mwr_short", "fall"):
        table.add_column(note(f"performance_{title}", words), justify="right")
    told = view.report
    rows = [
        (
            note("performance_yours", words),
            told.portfolio.identity.final,
            told.portfolio.time_weighted,
            told.portfolio.money_weighted(),
            told.drawdown.depth,
        )
    ]
    rows += [
        (one.name, one.value, one.time_weighted, one.money_weighted, one.drawdown.depth)
        for one in view.benchmarks
    ]
    for name, worth, quotas, outcome, fall in rows:
        money = percent(outcome.rate, words) if isinstance(outcome, OneRate) else "-"
        cells = (words.amount(worth), percent(quotas, words), money, percent(fall, words))
        table.add_row(printable(name), *cells)
    return table


def _beside(view: PerformanceView, words: Words) -> Iterable[RenderableType]:
    """Against the CDI and over inflation."""
    for one in view.benchmarks:
        if one.ran_out_on is not None:
            day = day_words(one.ran_out_on, words)
            yield Text(note("performance_ran_out", words, name=one.name, day=day))
    if view.against is not None:
        spread = words.percent(view.against.spread, signed=True)
        period, days = view.against.of_period, view.against.of_days
        if period is None or days is None:
            yield Text(note("performance_cdi_spread", words, spread=spread))
        else:
            shown = {"period": words.percent(period), "days": words.percent(days)}
            yield Text(note("performance_cdi", words, spread=spread, **shown))
    if view.real is not None and view.inflation is not None:
        inflation, real = percent(view.inflation, words), percent(view.real, words)
        yield Text(note("performance_real", words, inflation=inflation, real=real))
    if view.assumed is not None:
        month, rate = view.assumed
        shown_rate = words.percent(rate, signed=True)
        yield Text(note("performance_assumed", words, month=f"{month:%m/%Y}", percent=shown_rate), "dim")


def _as_of(view: PerformanceView, words: Words) -> str:
    sources = "; ".join(view.sources) or note("performance_no_sources", words)
    shown = {"day": day_words(view.until, words), "zone": view.zone}
    return note("performance_as_of", words, sources=printable(sources), **shown)


def _named(view: PerformanceView, by: Level, words: Words) -> Iterable[tuple[str, NumberId]]:
    """The numbers of the whole, then those of the rows of the table."""
    whole = view.report.portfolio
    for name in (*_LINES, "gain"):
        amount = words.amount(getattr(whole.identity, name))
        yield f"{note(f'performance_{name}', words)} {amount}", number_id(view, whole, name)
    yield note("performance_twr", words), number_id(view, whole, "time_weighted")
    yield note("performance_mwr", words), number_id(view, whole, "money_weighted")
    if by is Level.PORTFOLIO:
        return
    for row in rows_of(view, by):
        for title, name in (("end", "final"), ("made", "gain"), ("points", "points")):
            shown = f"{_name(row, words)}, {note(f'performance_{title}', words)}"
            yield shown, number_id(view, row.told, name)


def _show_doubts(view: PerformanceView, words: Words) -> None:
    """On standard error, what was not known and what was done."""
    for one in view.lacking:
        values = {"name": one.name, "why": printable(one.why)}
        if one.command:
            show_note(note("performance_lacking", words, command=one.command, **values), "yellow")
        else:
            show_note(note("performance_lacking_plain", words, **values), "yellow")
    for doubt in doubts_of(view):
        show_note(_doubt(doubt, words), "yellow")
    for told in view.remarks:
        values = {name: printable(text) for name, text in told.values}
        if told.day is not None:
            values["day"] = day_words(told.day, words)
        show_note(note(f"performance_remark_{told.code}", words, **values), "yellow")


def _doubt(doubt: Doubt, words: Words) -> str:
    subject = printable(doubt.subject)
    return note(
        f"performance_doubt_{doubt.kind.value}", words, subject=subject, days=_days(doubt.days, words)
    )


def _days(days: tuple[date, ...], words: Words) -> str:
    if len(days) <= _DAYS_NAMED:
        return ", ".join(day_words(day, words) for day in days)
    ends = {"first": day_words(days[0], words), "last": day_words(days[-1], words)}
    return note("performance_days", words, n=len(days), **ends)
