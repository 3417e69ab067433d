"""`fiel tax year`: the rows of the annual return (IRPF), on the screen and as CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.number_ids import NumberId
from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.tax import year_record
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.bond.reading import today_here
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.income.opening import opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import (
    CategoryOption,
    IdsOption,
    LossesOption,
    RememberOption,
    RepricingOption,
    UserOption,
    month_text,
    show_ids,
    show_remarks,
)
from fiel.entrypoints.cli.writing import write_whole
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.tax import YEAR_EXAMPLES
from fiel.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from fiel.copilot.taxes.desk import YearView
    from fiel.tax.annual import GoodRow, IncomeRow, VariableRow, YearSummary

YearArgument = Annotated[int, typer.Argument(metavar="YYYY", help="The calendar year of the income.")]
CsvOption = Annotated[
    Path | None,
    typer.Option(
        "--csv", metavar="FOLDER", help="Also write the tables into this folder; no file is overwritten."
    ),
]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("year", epilog=YEAR_EXAMPLES)(year)


def year(
    year: YearArgument,
    *,
    user: UserOption = None,
    csv: CsvOption = None,
    category: CategoryOption = None,
    remember: RememberOption = False,
    repricing: RepricingOption = None,
    losses: LossesOption = None,
    ids: IdsOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what the annual return (IRPF) asks of a year: goods, income, and results month by month.

    All amounts are in reais (R$). Check every code in the Receita's program of the year. Not tax advice.
    """
    from fiel.copilot.taxes.desk import TaxDesk
    from fiel.copilot.taxes.told import read_told

    words, today = words_of(lang), today_here()
    told = read_told(category or (), repricing or (), losses or ())
    with opened_income(database) as opened:
        desk, wallet = TaxDesk(opened.database, told), user_of(opened, user)
        if remember:
            desk.remember(wallet, opened.clock.now())
        view = desk.year(wallet, year, today)
    written = [] if csv is None else _write_tables(csv, view.summary)
    if as_json:
        write_json(year_record(view))
    else:
        _show(view, words)
        if ids:
            show_ids(_ids(view, words))
    for path in written:
        show_note(note("tax_table_written", words, file=path))


def _ids(view: YearView, words: Words) -> Iterator[tuple[str, NumberId]]:
    """Quantity and cost of each good at the end of the year, and what each asset paid in it."""
    first, last = date(view.summary.year, 1, 1), date(view.summary.year, 12, 31)
    for good in view.summary.goods:
        for title, measure in (("positions_quantity", "quantity"), ("positions_cost", "total_cost")):
            number_id = NumberId("tax", view.wallet, last, last, f"asset:{good.asset}", measure)
            yield f"{good.asset} {note(title, words)}", number_id
    for payer in dict.fromkeys(row.payer for row in view.summary.income if row.payer):
        number_id = NumberId("tax", view.wallet, first, last, f"asset:{payer}", "income")
        yield f"{payer} {note('tax_income', words)}", number_id


def _write_tables(folder: Path, summary: YearSummary) -> list[Path]:
    """All of the tables or, when one of them is there already, none."""
    from fiel.tax.csv_text import csv_tables

    if not folder.is_dir():
        raise NotFound("folder_not_found", f"there is no folder {folder}; make it first", field=str(folder))
    tables = {folder / f"{name}.csv": text for name, text in csv_tables(summary).items()}
    for path in tables:
        if path.exists():
            raise Conflict(
                "table_exists",
                f"{path} exists already and is not overwritten; choose another folder",
                field=str(path),
            )
    for path, text in tables.items():
        write_whole(path, text)
    return list(tables)


def _show(view: YearView, words: Words) -> None:
    summary = view.summary
    write_out(note("tax_year_of", words, wallet=printable(view.wallet), year=summary.year))
    if view.is_open:
        write_out(note("tax_year_open", words, day=day_words(view.today, words)))
    blocks = (
        ("tax_goods", _goods(summary.goods, summary.year, words)),
        ("tax_income", _income(summary.income, words)),
        ("tax_variable", _variable(summary.variable, words)),
    )
    for title, table in blocks:
        show(screen(), Text(), Text(note(title, words), "bold"), table)
    write_out("")
    write_out(note("tax_check_codes", words))
    write_out(note("tax_not_advice", words))
    show_remarks(view.remarks, words)


def _goods(rows: tuple[GoodRow, ...], year: int, words: Words) -> Table:
    ends = [day_words(date(each, 12, 31), words) for each in (year - 1, year)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("tax_group_code", "tax_asset"):
        table.add_column(note(title, words))
    for end in ends:
        table.add_column(note("tax_quantity_on", words, day=end), justify="right")
        table.add_column(note("tax_cost_on", words, day=end), justify="right")
    for row in rows:
        cells = (
            words.quantity(row.quantity_before),
            _amount(row.cost_before, words),
            words.quantity(row.quantity),
            _amount(row.cost, words),
        )
        table.add_row(f"{row.group}-{row.code}", printable(row.asset), *cells)
    return table


def _income(rows: tuple[IncomeRow, ...], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("tax_form", "tax_code", "tax_kind", "tax_payer"):
        table.add_column(note(title, words))
    for title in ("tax_amount", "tax_withheld"):
        table.add_column(note(title, words), justify="right")
    for row in rows:
        table.add_row(
            note(f"tax_form_{row.form.value}", words),
            row.code or "-",
            note(f"tax_kind_{row.kind.value}", words),
            printable(row.payer) or "-",
            words.amount(row.amount),
            words.amount(row.withheld),
        )
    return table


def _variable(rows: tuple[VariableRow, ...], words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("tax_month", words))
    titles = ("common", "day_trade", "fii")
    for title in titles:
        table.add_column(note(f"tax_pool_{title}", words), justify="right")
    for title in ("all_losses", "tax", "withheld", "darf_amount", "due_day"):
        table.add_column(note(f"tax_{title}", words), justify="right")
    for row in rows:
        losses = row.loss_common + row.loss_day_trade + row.loss_fii
        amounts = (row.common, row.day_trade, row.fii, losses, row.tax, row.withheld, row.darf)
        cells = (words.amount(each) for each in amounts)
        table.add_row(month_text(row.month, words), *cells, day_words(row.due_date, words))
    return table


def _amount(value: Decimal | None, words: Words) -> str:
    return "?" if value is None else words.amount(value)
