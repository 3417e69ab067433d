"""`fiel bond flows`: every payment to come, with its day, its tax, and whether it is known or assumed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.bonds.answering import payments_answer
from fiel.copilot.bonds.asking import Asked, Rates, series_spans
from fiel.copilot.bonds.payments import Payment, PaymentsAnswer, by_month
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import number_text
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.bond import options
from fiel.entrypoints.cli.bond.reading import series_told, today_here
from fiel.entrypoints.cli.bond.showing import (
    series_record,
    show_notes,
    show_series,
    show_working,
    step_record,
)
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.bond import FLOWS_EXAMPLES, bond_note

MonthsOption = Annotated[bool, typer.Option("--months", help="Add the payments up by month.")]
_COLUMNS = ("pays_on", "principal", "indexation", "interest", "gross", "tax", "net", "standing")


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("flows", epilog=FLOWS_EXAMPLES)(flows)


def flows(
    kind: options.KindArgument,
    *,
    on: options.OnOption = None,
    maturity: options.MaturityOption = None,
    months: MonthsOption = False,
    units: options.UnitsOption = None,
    rate: options.RateOption = None,
    vna: options.VnaOption = None,
    vna_day: options.VnaDayOption = None,
    projection: options.ProjectionOption = None,
    pro_rata: options.ProRataOption = "calendar",
    pays: options.PaysOption = None,
    start: options.StartOption = None,
    nominal: options.NominalOption = None,
    interest: options.InterestOption = "at-maturity",
    amortise: options.AmortiseOption = None,
    amortise_base: options.BaseOption = "current",
    bought: options.BoughtOption = None,
    paid: options.PaidOption = None,
    cdi: options.CdiOption = None,
    selic: options.SelicOption = None,
    ipca: options.IpcaOption = None,
    igpm: options.IgpmOption = None,
    curve: options.CurveOption = None,
    offline: options.OfflineOption = False,
    explain: options.ExplainOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show every payment to come: day, principal, indexation, interest, tax and net, known or assumed.

    Days are moved to business days. After the series end, rates go on flat unless an option says otherwise.
    """
    words = words_of(lang)
    asked = Asked(
        " ".join(kind), today_here(), on, rate, maturity, units, bought, paid, pays, start, nominal, interest,
        amortise, amortise_base, vna, vna_day, projection, pro_rata,
        Rates(cdi, selic, ipca, igpm, None, None, curve),
    )  # fmt: skip
    spans = series_spans(asked, projects=True)
    told = series_told(spans, asked.today, words, offline=offline, database=database)
    answer = payments_answer(asked, told)
    if as_json:
        write_json(_record(answer, months=months, explain=explain))
    else:
        _show(answer, words, months=months, explain=explain)


def _show(answer: PaymentsAnswer, words: Words, *, months: bool, explain: bool) -> None:
    units = words.quantity(answer.units)
    heading = bond_note("flows_of", words, title=answer.title, units=units, day=day_words(answer.on, words))
    table = _by_month(answer, words) if months else _each(answer, words)
    show(screen(), Text(heading, "bold"), table)
    show_series(answer.series, words)
    show_notes(answer.notes, words)
    if explain:
        show_working(answer.steps, words)


def _each(answer: PaymentsAnswer, words: Words) -> Table:
    table = _table(_COLUMNS, words)
    for payment in answer.payments:
        parts = (payment.principal, payment.indexation, payment.interest, payment.gross)
        table.add_row(
            Text(_moved(payment, words)),
            *(Text(words.amount(part)) for part in parts),
            Text(_or_dash(payment.tax, words)),
            Text(_or_dash(payment.net, words)),
            Text(_standing(words, is_known=payment.is_known)),
        )
    total = bond_note("total", words)
    table.add_row(
        total, "", "", "", words.amount(answer.gross), "", _or_dash(answer.net, words), "", style="bold"
    )
    return table


def _by_month(answer: PaymentsAnswer, words: Words) -> Table:
    table = _table(("month", "gross", "net", "standing"), words)
    for month in by_month(answer.payments):
        standing = _standing(words, is_known=month.is_known)
        table.add_row(f"{month.month:%Y-%m}", words.amount(month.gross), _or_dash(month.net, words), standing)
    total = bond_note("total", words)
    table.add_row(total, words.amount(answer.gross), _or_dash(answer.net, words), "", style="bold")
    return table


def _table(columns: tuple[str, ...], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in columns:
        is_text = key in ("pays_on", "month", "standing")
        table.add_column(bond_note(f"column_{key}", words), justify="left" if is_text else "right")
    return table


def _moved(payment: Payment, words: Words) -> str:
    shown = day_words(payment.day, words)
    return shown if payment.day == payment.nominal_day else f"{shown} ({payment.nominal_day:%d/%m})"


def _or_dash(amount: Decimal | None, words: Words) -> str:
    return "-" if amount is None else words.amount(amount)


def _standing(words: Words, *, is_known: bool) -> str:
    return bond_note("known" if is_known else "projected", words)


def _record(answer: PaymentsAnswer, *, months: bool, explain: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": answer.title,
        "kind": answer.kind,
        "on": answer.on.isoformat(),
        "units": f"{answer.units:f}",
        "unit": "BRL",
        "gross": f"{answer.gross:f}",
        "net": number_text(answer.net),
        "payments": [_payment_record(payment) for payment in answer.payments],
        "series": [series_record(used) for used in answer.series],
        "notes": [{"code": key, **dict(values)} for key, values in answer.notes],
    }
    if months:
        found["months"] = [
            {
                "month": f"{month.month:%Y-%m}",
                "gross": f"{month.gross:f}",
                "net": number_text(month.net),
                "known": month.is_known,
            }
            for month in by_month(answer.payments)
        ]
    if explain:
        found["steps"] = [step_record(step) for step in answer.steps]
    return found


def _payment_record(payment: Payment) -> dict[str, Any]:
    return {
        "day": payment.day.isoformat(),
        "nominal_day": payment.nominal_day.isoformat(),
        "principal": f"{payment.principal:f}",
        "indexation": f"{payment.indexation:f}",
        "interest": f"{payment.interest:f}",
        "gross": f"{payment.gross:f}",
        "tax": number_text(payment.tax),
        "net": number_text(payment.net),
        "known": payment.is_known,
    }
