"""`fiel custody statement` and `holdings`: an account over a period, and at any instant of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.custody import holdings_record, statement_record
from fiel.entrypoints.answers.values import amount_of, quantity_of
from fiel.entrypoints.cli.answers import JsonOption, moment_of, write_json
from fiel.entrypoints.cli.custody.answers import CurrencyOption, UserArgument, opened_book
from fiel.entrypoints.cli.screen import LangOption, screen, show, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from fiel.custody.accounts import AccountKey
    from fiel.custody.statements import Axis, PastAccount, Statement


FromOption = Annotated[
    str, typer.Option("--from", metavar="INSTANT", help="Where the period starts, that instant included.")
]
ToOption = Annotated[
    str, typer.Option("--to", metavar="INSTANT", help="Where the period ends, that instant not included.")
]
AtOption = Annotated[str, typer.Option("--at", metavar="INSTANT", help="The instant, itself included.")]
AxisOption = Annotated[
    str,
    typer.Option(
        "--axis",
        metavar="occurred|recorded",
        help="Which time counts: when it happened, or when the book learned of it.",
    ),
]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command(
        "statement",
        epilog="Example: fiel custody statement ana --from 2026-05-01T00:00:00-03:00 "
        "--to 2026-06-01T00:00:00-03:00",
    )(statement)
    group.command("holdings", epilog="Example: fiel custody holdings ana --at 2026-05-04T18:00:00-03:00")(
        holdings
    )


def statement(
    user: UserArgument,
    start: FromOption,
    end: ToOption,
    axis: AxisOption = "occurred",
    currency: CurrencyOption = "BRL",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show an account's money over a period: opening, entries, closing. Exit code 4 when unknown."""
    from fiel.custody.statements import Statements

    words = words_of(lang)
    since, until = moment_of(start, "--from"), moment_of(end, "--to")
    with opened_book(database) as opened:
        found = Statements(opened.queries).statement(_key(user, currency), since, until, _axis(axis))
        now = opened.custody.clock.now()
    if as_json:
        write_json(statement_record(found, now))
        return
    names = {"user": printable(found.key.user_id), "currency": found.key.currency}
    start_told, end_told = words.moment(found.start), words.moment(found.end)
    how = note(f"axis_{found.axis}", words)
    write_out(note("statement_head", words, **names, axis=how, start=start_told, end=end_told))
    show(screen(), _statement_table(found, words))
    write_out(note("counted_from", words, count=len(found.lines), at=words.moment(now)))


def holdings(
    user: UserArgument,
    at: AtOption,
    axis: AxisOption = "occurred",
    currency: CurrencyOption = "BRL",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show balance and positions of an account as they stood at an instant. Exit code 4 when unknown."""
    from fiel.custody.statements import Statements

    words, instant = words_of(lang), moment_of(at, "--at")
    with opened_book(database) as opened:
        found = Statements(opened.queries).account_at(_key(user, currency), instant, _axis(axis))
        now = opened.custody.clock.now()
    if as_json:
        write_json(holdings_record(found, now))
        return
    names = {"user": printable(found.key.user_id), "currency": found.key.currency}
    how, told_at = note(f"axis_{found.axis}", words), words.moment(found.at)
    write_out(note("holdings_head", words, **names, axis=how, at=told_at))
    write_out(note("custody_account", words, user=names["user"], **_cash(found, words)))
    if found.holdings:
        show(screen(), _holdings_table(found, words))
    write_out(note("holdings_from", words, at=words.moment(now)))


def _key(user: str, currency: str) -> AccountKey:
    from fiel.custody.accounts import AccountKey
    from fiel.custody.names import read_currency, read_user_id

    return AccountKey(read_user_id(user), read_currency(currency))


def _axis(text: str) -> Axis:
    from fiel.custody.statements import Axis

    try:
        return Axis(text)
    except ValueError:
        raise InvalidInput("axis_unknown", "--axis is occurred or recorded", field="--axis") from None


def _table(words: Words, left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for key in left:
        table.add_column(note(f"column_{key}", words), no_wrap=True)
    for key in right:
        # Numbers are never cut.
        table.add_column(note(f"column_{key}", words), justify="right", no_wrap=True)
    return table


def _statement_table(found: Statement, words: Words) -> Table:
    currency = found.key.currency
    table = _table(words, ("time", "type", "order", "ticker"), ("amount", "balance"))

    def money(minor: int) -> Text:
        return Text(words.money(amount_of(minor, currency), currency))

    table.add_row(words.moment(found.start), note("opening", words), "", "", "", money(found.opening))
    for line in found.lines:
        row = line.transaction
        time = row.occurred_at if found.axis.value == "occurred" else row.recorded_at
        order = "" if row.order_id is None else str(row.order_id)
        cells = (Text(words.moment(time)), Text(row.type.value), Text(order), Text(row.ticker or ""))
        table.add_row(*cells, money(row.amount), money(line.balance))
    table.add_row(words.moment(found.end), note("closing", words), "", "", "", money(found.closing))
    return table


def _holdings_table(found: PastAccount, words: Words) -> Table:
    table = _table(words, ("ticker",), ("quantity", "reserved", "average"))
    for held in found.holdings:
        figures = (words.quantity(quantity_of(units)) for units in (held.quantity, held.reserved))
        average = "-" if held.average_price is None else words.price(held.average_price)
        table.add_row(Text(held.ticker), *map(Text, figures), Text(average))
    return table


def _cash(found: PastAccount, words: Words) -> dict[str, str]:
    currency = found.key.currency
    figures = {"balance": found.balance, "blocked": found.blocked, "available": found.available}
    return {name: words.money(amount_of(minor, currency), currency) for name, minor in figures.items()}
