"""`fiel book list`, `files` and `accounts`: what was booked, from where, and into which account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.entrypoints.answers.booking import balance_of, row_record
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.booking import account_words, add_columns
from fiel.entrypoints.cli.file_rows import kind_words
from fiel.entrypoints.cli.income.opening import opened_income, user_of
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.cli.tax.options import UserOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    pass

AssetOption = Annotated[
    str | None, typer.Option("--asset", metavar="ASSET", help="Only of this asset (default: of all).")
]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day.")]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Up to this day.")]
AllOption = Annotated[bool, typer.Option("--all", help="Rows that were taken back, too.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("list", epilog="Example: fiel book list --asset PETR4 --since 2026-01-01")(list_rows)
    group.command("files", epilog="Example: fiel book files")(list_files)
    group.command("accounts", epilog="Example: fiel book accounts")(list_accounts)


def list_rows(
    *,
    user: UserOption = None,
    asset: AssetOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: AllOption = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the rows that were booked, each with the id by which it is taken back."""
    from fiel.copilot.bonds.dated_percents import read_day
    from fiel.copilot.booking.looking import Looking

    words = words_of(lang)
    first = read_day(since, "--since") if since else None
    last = read_day(until, "--until") if until else None
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        named = None if asset is None else asset.upper()
        rows = Looking(opened.database).rows(
            wallet, first=first, last=last, asset=named, taken_back=everything
        )
    if as_json:
        write_json([row_record(row) for row in rows])
        return
    write_out(note("book_rows", words, n=len(rows), wallet=printable(wallet)))
    table = Table(box=None, pad_edge=False, header_style="bold")
    add_columns(table, words)
    for row in rows:
        said = row.said
        taken_back = "" if row.reversed_at is None else f" ({note('book_taken_back', words)})"
        cells = (
            row.id[:10],
            row.day.isoformat(),
            kind_words(row.kind, words) + taken_back,
            row.asset or "-",
            words.quantity(Decimal(said["quantity"])) if "quantity" in said else "-",
            words.price(Decimal(said["price"])) if "price" in said else "-",
            words.amount(Decimal(said["amount"])) if "amount" in said else "-",
            account_words(row.user_id, wallet),
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    show(screen(), table)


def list_files(
    *,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the files that were booked."""
    from fiel.copilot.booking.looking import Looking

    words = words_of(lang)
    with opened_income(database) as opened:
        wallet = user_of(opened, user)
        files = Looking(opened.database).files(wallet)
    if as_json:
        write_json(
            [
                {
                    "sha256": each.sha256,
                    "name": each.name,
                    "format": each.format,
                    "firstDay": None if each.first_day is None else each.first_day.isoformat(),
                    "lastDay": None if each.last_day is None else each.last_day.isoformat(),
                    "rows": each.rows,
                    "bookedAt": each.booked_at.isoformat(),
                }
                for each in files
            ]
        )
        return
    write_out(note("book_files", words, n=len(files), wallet=printable(wallet)))
    for each in files:
        span = f"{each.first_day or '-'} .. {each.last_day or '-'}"
        told = {"file": printable(each.name), "format": each.format, "rows": each.rows, "span": span}
        write_out(note("book_file", words, **told, day=each.booked_at.date().isoformat()))


def list_accounts(
    *,
    user: UserOption = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show the accounts of a wallet, and what each holds in cash, as the book has it now."""
    from fiel.copilot.booking.looking import Looking

    words = words_of(lang)
    with opened_income(database) as opened:
        found = Looking(opened.database).accounts(user_of(opened, user))
    if as_json:
        write_json(
            [
                {
                    "account": each.account.user_id,
                    "label": each.label,
                    "name": each.name,
                    "currency": each.account.currency,
                    "cash": each.account.cash_mode.value,
                    "balance": f"{balance_of(each):f}",
                }
                for each in found
            ]
        )
        return
    for each in found:
        account = each.account
        code = "book_account" if account.cash_mode.value == "TRACKED" else "book_account_external"
        cash = words.money(balance_of(each), account.currency)
        told = {"account": account.user_id, "name": each.name or "-", "currency": account.currency}
        write_out(printable(note(code, words, **told, cash=cash)))
