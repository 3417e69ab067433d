"""`fiel book add`: one row by hand, shown first, booked with --accept."""

from __future__ import annotations

from typing import Annotated

import typer

from fiel.entrypoints.cli.answers import JsonOption
from fiel.entrypoints.cli.bond.reading import today_here
from fiel.entrypoints.cli.booking import Ask, book_files
from fiel.entrypoints.cli.screen import LangOption, words_of
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import UserOption
from fiel.entrypoints.words.importing import BOOK_EXAMPLES

KindArgument = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="buy, sell, dividend, jcp, fii-income, interest, capital-return, opening, transfer, deposit, "
        "withdrawal, fee, tax, rights-sale or fraction-sale.",
    ),
]
AssetArgument = Annotated[str | None, typer.Argument(metavar="[ASSET]", help="PETR4, HGLG11...")]
QuantityOption = Annotated[str | None, typer.Option("--quantity", metavar="NUMBER", help="How many units.")]
PriceOption = Annotated[
    str | None, typer.Option("--price", metavar="MONEY", help="Of one unit; of an opening the average cost.")
]
AmountOption = Annotated[str | None, typer.Option("--amount", metavar="MONEY", help="In all, net.")]
FeesOption = Annotated[str | None, typer.Option("--fees", metavar="MONEY", help="What the trade cost.")]
TaxesOption = Annotated[
    str | None, typer.Option("--taxes", metavar="MONEY", help="Withheld; the amount is then before it.")
]
DayOption = Annotated[str | None, typer.Option("--day", metavar="DATE", help="When (default: today).")]
AccountOption = Annotated[
    str | None, typer.Option("--account", metavar="NAME", help="Which broker or bank (default: none).")
]
ToAccountOption = Annotated[
    str | None, typer.Option("--to-account", metavar="NAME", help="Where a transfer goes.")
]
CurrencyOption = Annotated[str | None, typer.Option("--currency", metavar="CODE", help="Default: BRL.")]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Kept with the row.")]
ShortOption = Annotated[bool, typer.Option("--short", help="Book a sale of more than is held.")]
AcceptOption = Annotated[bool, typer.Option("--accept/--preview", help="Book it, or only show it (default).")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("add", epilog=BOOK_EXAMPLES)(add)


def add(
    kind: KindArgument,
    asset: AssetArgument = None,
    *,
    quantity: QuantityOption = None,
    price: PriceOption = None,
    amount: AmountOption = None,
    fees: FeesOption = None,
    taxes: TaxesOption = None,
    day: DayOption = None,
    account: AccountOption = None,
    to_account: ToAccountOption = None,
    currency: CurrencyOption = None,
    text: NoteOption = None,
    short: ShortOption = False,
    accept: AcceptOption = False,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Type one row: what a file does not tell, or tells wrong. The same row again is not booked twice."""
    from fiel.copilot.bonds.dated_percents import read_day
    from fiel.copilot.booking.typed import typed_file, typed_row

    row = typed_row(
        kind,
        read_day(day, "--day") if day else today_here(),
        asset,
        quantity=quantity,
        price=price,
        amount=amount,
        fees=fees,
        taxes=taxes,
        currency=currency,
        account=account,
        to_account=to_account,
        text=text,
    )
    ask = Ask(user, account, (), (), None, short, accept)
    book_files([typed_file([row])], ask, words_of(lang), as_json=as_json, database=database)
