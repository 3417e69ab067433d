"""`fiel income forecast`: what an asset may pay, by which method, and how wrong that method has been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.income import forecast_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.income.opening import OfflineOption, announced_here
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.income_reasons import reasons_text
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.copilot.income.announced import AnnouncedOf
    from fiel.income.forecast.results import Forecast, ForecastPayment, Trial

AssetArgument = Annotated[str, typer.Argument(metavar="ASSET", help="TAEE11, ITUB4, MXRF11...")]
MonthsOption = Annotated[int, typer.Option("--months", min=1, max=60, help="How far ahead.")]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="The methods that were tried, their errors, and the past behind it.")
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="As if it were that day: nothing later is looked at."),
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("forecast", epilog="Example: fiel income forecast TAEE11 --explain")(forecast)


def forecast(
    asset: AssetArgument,
    *,
    months: MonthsOption = 12,
    on: OnOption = None,
    explain: ExplainOption = False,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what an asset may pay per unit: a forecast from its history, never an announcement.

    The method is the one that would have done best in the past, and its error is told.
    """
    from fiel.copilot.income.forecasts import Forecasts

    words = words_of(lang)
    found, today = announced_here(asset, on, words, offline=offline, database=database)
    made = Forecasts().of(found, today, months)
    if as_json:
        write_json(forecast_record(made))
        return
    _show(made, found, words, explain=explain)


def _show(made: Forecast, found: AnnouncedOf, words: Words, *, explain: bool) -> None:
    head = {
        "asset": printable(made.asset),
        "day": made.today,
        "months": made.months,
        "n": len(found.payments),
    }
    write_out(note("income_forecast_of", words, **head))
    if made.method is None:
        write_out(
            note(
                "income_no_forecast",
                words,
                asset=printable(made.asset),
                why=reasons_text(made.reasons, words),
            )
        )
        return
    error = "-" if made.error is None else f"{words.percent(made.error * 100)} %"
    method = note(f"income_method_{made.method.value}", words)
    why = reasons_text(made.reasons, words)
    write_out(note("income_forecast_method", words, method=method, error=error, why=why))
    if made.announced:
        write_out(note("income_forecast_announced", words, n=len(made.announced)))
    show(screen(), Text(), _payments(made.payments, words))
    if explain:
        show(screen(), Text(), _trials(made.candidates, words), Text(), _basis(made.payments, words))


def _payments(payments: tuple[ForecastPayment, ...], words: Words) -> Table:
    table = _table(("com_date", "day", "kind", "per_unit", "low", "high"), words)
    for each in payments:
        amounts = (each.per_unit, each.low, each.high)
        kind = note(f"income_kind_{each.kind.value}", words)
        days = (each.com_date.isoformat(), each.payment_date.isoformat())
        cells = (*days, kind, *(f"{words.sign(each.currency)} {words.price(amount)}" for amount in amounts))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _trials(trials: tuple[Trial, ...], words: Words) -> Table:
    table = _table(("method", "origins", "error", "median_error"), words)
    for each in trials:
        errors = [
            "-" if one is None else f"{words.percent(one * 100)} %" for one in (each.error, each.median_error)
        ]
        method = note(f"income_method_{each.method.value}", words)
        table.add_row(*(Text(cell) for cell in (method, str(each.origins), *errors)))
    return table


def _basis(payments: tuple[ForecastPayment, ...], words: Words) -> Table:
    table = _table(("com_date", "kind", "basis"), words)
    for each in payments:
        past = "; ".join(f"{one.com_date}: {words.price(one.per_unit)}" for one in each.basis)
        kind = note(f"income_kind_{each.kind.value}", words)
        table.add_row(*(Text(cell) for cell in (each.com_date.isoformat(), kind, past)))
    return table


_RIGHT = {"per_unit", "low", "high", "origins", "error", "median_error"}


def _table(names: tuple[str, ...], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(note(f"income_{name}", words), justify="right" if name in _RIGHT else "left")
    return table
