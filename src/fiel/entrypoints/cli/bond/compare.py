"""`fiel bond compare`: offers beside each other, by what they leave after tax."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.bonds.answering import compare_answer
from fiel.copilot.bonds.asking import Asked, Rates
from fiel.copilot.bonds.comparing import Compared, Comparison, check_offers, read_offer, spans_of
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import number_text
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.bond import options
from fiel.entrypoints.cli.bond.reading import series_told, today_here
from fiel.entrypoints.cli.bond.showing import number_words, series_record, show_series, unit_words
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.bond import COMPARE_EXAMPLES, bond_note

OffersArgument = Annotated[
    list[str], typer.Argument(metavar="OFFER...", help='"CDB 110% CDI", "LCI 92% CDI", "CDB 13.2% a.a."...')
]
MonthsOption = Annotated[int, typer.Option("--months", min=1, max=480, help="How long the money stays.")]
AmountOption = Annotated[
    str, typer.Option("--amount", metavar="BRL", help="Reais to invest in each (default: 1000).")
]
_COLUMNS = ("offer", "gross", "ir_rate", "tax", "net", "annual_net", "percent_of_cdi", "equivalent")


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("compare", epilog=COMPARE_EXAMPLES)(compare)


def compare(
    offers: OffersArgument,
    *,
    months: MonthsOption,
    on: options.OnOption = None,
    amount: AmountOption = "1000",
    cdi: options.CdiOption = None,
    selic: options.SelicOption = None,
    ipca: options.IpcaOption = None,
    curve: options.CurveOption = None,
    offline: options.OfflineOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Compare offers that pay all at the end: gross, tax, net, and the rate that the other kind would need.

    The one that leaves most comes first. An exempt paper's equivalent is the rate of a taxed one, and the
    other way round, at the income tax of the time given.
    """
    words = words_of(lang)
    read = [read_offer(text) for text in offers]
    check_offers(read, months)
    rates = Rates(cdi, selic, ipca, None, None, None, curve)
    asked = Asked("CDB", today_here(), on, nominal=amount, rates=rates)
    told = series_told(spans_of(read, asked.day()), asked.today, words, offline=offline, database=database)
    found = compare_answer(asked, read, months, told)
    if as_json:
        write_json(_record(found))
    else:
        _show(found, words)


def _show(found: Comparison, words: Words) -> None:
    on, until = day_words(found.on, words), day_words(found.maturity, words)
    heading = bond_note("compared", words, amount=words.money(found.amount), on=on, until=until)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in _COLUMNS:
        table.add_column(bond_note(f"column_{key}", words), justify="left" if key == "offer" else "right")
    for row in found.rows:
        table.add_row(*(Text(cell) for cell in _cells(row, words)))
    show(screen(), Text(heading, "bold"), table)
    show_series(found.series, words)


def _cells(row: Compared, words: Words) -> tuple[str, ...]:
    unit = unit_words(row.equivalent_unit, words)
    other = bond_note("needs_taxed" if row.offer.kind.exempt_for_individuals else "needs_exempt", words)
    return (
        row.offer.text,
        words.amount(row.gross),
        words.percent(row.ir_pct),
        words.amount(row.iof + row.ir),
        words.amount(row.net),
        number_words(row.annual_net, words),
        "-" if row.net_percent_of_cdi is None else words.percent(row.net_percent_of_cdi),
        f"{words.percent(row.equivalent)} {unit} {other}",
    )


def _record(found: Comparison) -> dict[str, Any]:
    return {
        "on": found.on.isoformat(),
        "maturity": found.maturity.isoformat(),
        "amount": f"{found.amount:f}",
        "unit": "BRL",
        "offers": [_row_record(row) for row in found.rows],
        "series": [series_record(used) for used in found.series],
    }


def _row_record(row: Compared) -> dict[str, Any]:
    return {
        "offer": row.offer.text,
        "gross": f"{row.gross:f}",
        "iof": f"{row.iof:f}",
        "ir": f"{row.ir:f}",
        "ir_rate": f"{row.ir_pct:f}",
        "net": f"{row.net:f}",
        "annual_net": f"{row.annual_net:f}",
        "net_percent_of_cdi": number_text(row.net_percent_of_cdi),
        "equivalent": f"{row.equivalent:f}",
        "equivalent_unit": row.equivalent_unit.value,
        "equivalent_of": "taxed" if row.offer.kind.exempt_for_individuals else "exempt",
    }
