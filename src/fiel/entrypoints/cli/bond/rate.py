"""`fiel bond yield`: the rate that a price means."""

from __future__ import annotations

from typing import Annotated

import typer

from fiel.copilot.bonds.answering import rate_answer
from fiel.copilot.bonds.asking import Asked, Rates, series_spans
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.bond import options
from fiel.entrypoints.cli.bond.reading import series_told, today_here
from fiel.entrypoints.cli.bond.showing import answer_record, show_answer
from fiel.entrypoints.cli.screen import LangOption, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption

PriceOption = Annotated[str, typer.Option("--price", metavar="BRL", help="The price of one bond or unit.")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    epilog = "Example: fiel bond yield LTN --maturity 2028-01-01 --on 2026-02-06 --price 798.615040"
    group.command("yield", epilog=epilog)(rate)


def rate(
    kind: options.KindArgument,
    *,
    price: PriceOption,
    on: options.OnOption = None,
    maturity: options.MaturityOption = None,
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
    cdi: options.CdiOption = None,
    selic: options.SelicOption = None,
    ipca: options.IpcaOption = None,
    curve: options.CurveOption = None,
    offline: options.OfflineOption = False,
    explain: options.ExplainOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the rate that a price means, percent per year (252), and the price of that rate beside it.

    Of a private paper it is the rate of its payments to come, as projected. Exit code 3 when no rate from
    -50 to 1000 has that price.
    """
    words = words_of(lang)
    asked = Asked(
        " ".join(kind), today_here(), on, None, maturity, None, None, None, pays, start, nominal, interest,
        amortise, amortise_base, vna, vna_day, projection, pro_rata,
        Rates(cdi, selic, ipca, None, None, None, curve),
    )  # fmt: skip
    spans = series_spans(asked, projects=False)
    told = series_told(spans, asked.today, words, offline=offline, database=database)
    answer = rate_answer(asked, price, told)
    if as_json:
        write_json(answer_record(answer, explain=explain))
    else:
        show_answer(answer, words, explain=explain)
