"""`fiel bond price`: what a title is worth on a day, gross and net, and how that number was made."""

from __future__ import annotations

import typer

from fiel.copilot.bonds.answering import price_answer
from fiel.copilot.bonds.asking import Asked, Rates, series_spans
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.bond import options
from fiel.entrypoints.cli.bond.reading import series_told, today_here
from fiel.entrypoints.cli.bond.showing import answer_record, show_answer
from fiel.entrypoints.cli.screen import LangOption, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.bond import PRICE_EXAMPLES


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("price", epilog=PRICE_EXAMPLES)(price)


def price(
    kind: options.KindArgument,
    *,
    on: options.OnOption = None,
    maturity: options.MaturityOption = None,
    rate: options.RateOption = None,
    units: options.UnitsOption = None,
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
    curve: options.CurveOption = None,
    tr: options.TrOption = None,
    target: options.TargetOption = None,
    offline: options.OfflineOption = False,
    explain: options.ExplainOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the price of a federal bond at a rate, the value of a private paper on its curve, or savings.

    Each number says its unit, its day and its source; what a series does not tell is assumed, and named.
    """
    words = words_of(lang)
    asked = Asked(
        " ".join(kind), today_here(), on, rate, maturity, units, bought, paid, pays, start, nominal, interest,
        amortise, amortise_base, vna, vna_day, projection, pro_rata,
        Rates(cdi, selic, ipca, None, tr, target, curve),
    )  # fmt: skip
    spans = series_spans(asked, projects=False)
    told = series_told(spans, asked.today, words, offline=offline, database=database)
    answer = price_answer(asked, told)
    if as_json:
        write_json(answer_record(answer, explain=explain))
    else:
        show_answer(answer, words, explain=explain)
