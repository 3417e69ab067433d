"""The options that the commands of tax share, and what they show alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Lang, Words
from fiel.entrypoints.cli.answers import day_words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import write_out
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.copilot.number_ids import NumberId
    from fiel.copilot.taxes.remarks import Remark

UserOption = Annotated[
    str | None,
    typer.Option("--user", metavar="USER", help="Whose book (default: the only user of the book)."),
]
CategoryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--category",
        metavar="ASSET=WORD",
        help="What an asset is where nothing tells it: stock, fii, fiagro, etf, fixed_income_etf, bdr, "
        "option, right, forward, future, or outside (no tax by the month). May be repeated.",
    ),
]
RememberOption = Annotated[
    bool,
    typer.Option("--remember", help="Keep what --category says: it then counts without being said again."),
]
RepricingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--repricing",
        metavar="ASSET=DAYS",
        help="The average repricing term of a fixed-income ETF, in days: its rate needs it. May be repeated.",
    ),
]
LossesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--losses",
        metavar="POOL=AMOUNT",
        help="Losses from before the book, in reais: common, day_trade or fii. May be repeated.",
    ),
]

IdsOption = Annotated[
    bool,
    typer.Option("--ids", help="Print an id beside each number; `fiel why ID` shows what it is made of."),
]


def month_text(month: date, words: Words) -> str:
    """A month: 03/2026, or 2026-03."""
    return f"{month:%m/%Y}" if words.lang is Lang.PT else f"{month:%Y-%m}"


def show_remarks(remarks: Iterable[Remark], words: Words) -> None:
    """What must be said beside the numbers, on standard error."""
    for one in remarks:
        values = {name: printable(text) for name, text in one.values}
        if one.day is not None:
            values["day"] = day_words(one.day, words)
        show_note(note(f"tax_remark_{one.code}", words, **values), "yellow")


def show_ids(named: Iterable[tuple[str, NumberId]]) -> None:
    """Each number's name and id, for `fiel why`."""
    for name, number_id in named:
        write_out(printable(f"  {name}: {number_id}"))
