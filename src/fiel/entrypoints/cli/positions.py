"""`fiel positions`: quantity and average cost from the custody book as of a day, splits applied."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.positions import positions_record
from fiel.entrypoints.cli.answers import JsonOption, day_words, write_json
from fiel.entrypoints.cli.bond.reading import today_here
from fiel.entrypoints.cli.income.opening import opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import IdsOption, UserOption, show_ids, show_remarks
from fiel.entrypoints.words.notes import note
from fiel.entrypoints.words.tax import POSITIONS_EXAMPLES
from fiel.kernel.rounding import round_half_up

if TYPE_CHECKING:
    from fiel.copilot.number_ids import NumberId
    from fiel.copilot.taxes.desk import Held, PositionsView
    from fiel.tax.fifo import Lot

OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="At the end of which day (default: today).")
]
FifoOption = Annotated[
    bool,
    typer.Option("--fifo", help="Also the lots by age, first in, first out: tax knows the average only."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("positions", epilog=POSITIONS_EXAMPLES)(positions)


def positions(
    *,
    user: UserOption = None,
    on: OnOption = None,
    fifo: FifoOption = False,
    ids: IdsOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show what the book holds: quantity, average cost and total cost as of a day, splits applied.

    Costs are in reais (R$), fees of buying included; the average is the one that tax uses.
    """
    from fiel.copilot.bonds.dated_percents import read_day
    from fiel.copilot.taxes.desk import TaxDesk

    words = words_of(lang)
    day = read_day(on, "--on") if on else today_here()
    with opened_income(database) as opened:
        view = TaxDesk(opened.database).positions(user_of(opened, user), day, by_age=fifo)
    if as_json:
        write_json(positions_record(view))
        return
    _show(view, words, ids=ids)


def _show(view: PositionsView, words: Words, *, ids: bool) -> None:
    write_out(note("positions_of", words, wallet=printable(view.wallet), day=day_words(view.on, words)))
    if not view.held:
        write_out(note("positions_none", words))
    else:
        show(screen(), Text(), _table(view, words))
        if ids:
            _show_ids(view, words)
    show_remarks(view.remarks, words)


def _show_ids(view: PositionsView, words: Words) -> None:
    show_ids(
        (f"{each.holding.asset} {note(title, words)}", _number_id(view, each, measure))
        for each in view.held
        for title, measure in _MEASURES
    )


def _number_id(view: PositionsView, each: Held, measure: str) -> NumberId:
    from fiel.copilot.number_ids import NumberId

    return NumberId("positions", view.wallet, view.on, view.on, f"asset:{each.holding.asset}", measure)


#: Columns with the measure that each is, as `fiel why` knows it.
_MEASURES = (
    ("positions_quantity", "quantity"),
    ("positions_average", "average_cost"),
    ("positions_cost", "total_cost"),
)


def _table(view: PositionsView, words: Words) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(note("tax_asset", words))
    for title in ("positions_quantity", "positions_average", "positions_cost"):
        table.add_column(note(title, words), justify="right")
    for each in view.held:
        table.add_row(printable(each.holding.asset), *_cells(each, words))
        for lot in each.lots:
            table.add_row(*_lot_cells(lot, words), style="dim")
        if each.holding.fraction:
            fraction = words.quantity(each.holding.fraction)
            table.add_row(note("positions_fraction", words), fraction, "", "", style="dim")
    return table


def _cells(each: Held, words: Words) -> tuple[str, str, str]:
    average = each.holding.average_cost
    return (
        words.quantity(each.holding.quantity),
        "?" if average is None else words.decimals(round_half_up(average, 4), 4),
        _money(each.holding.cost, words),
    )


def _lot_cells(lot: Lot, words: Words) -> tuple[str, str, str, str]:
    day = note("positions_lot", words, day=day_words(lot.day, words))
    return day, words.quantity(lot.quantity), "", _money(lot.cost, words)


def _money(cost: Decimal | None, words: Words) -> str:
    return "?" if cost is None else words.amount(round_half_up(cost, 2))
