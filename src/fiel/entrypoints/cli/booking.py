"""Files and typed rows against the book, shown and booked: what `fiel import` and `fiel book` share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rich.status import Status
from rich.table import Table
from rich.text import Text

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.booking import checked_record
from fiel.entrypoints.answers.values import quantity_text
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.file_rows import amount_words, kind_words, reasoned_line, show_others
from fiel.entrypoints.cli.income.opening import booking_parts, opened_income, user_of
from fiel.entrypoints.cli.screen import screen, show, write_out
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import NotFound

if TYPE_CHECKING:
    from fiel.bootstrap import OpenIncome
    from fiel.copilot.booking.desk import BookingDesk
    from fiel.copilot.booking.preparing import Checked, Planned, Prepared
    from fiel.copilot.importing.rows import ReadFile, Reasoned

#: The wallet of somebody who names none, in a book that has none yet.
FIRST_WALLET = "carteira"
#: Rows shown on a terminal; the record for programs has all.
SHOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, as typed."""

    user: str | None
    account: str | None
    tickers: Sequence[str]
    openings: Sequence[str]
    opening_day: str | None
    allow_short: bool
    accept: bool


def desk_on(opened: OpenIncome) -> BookingDesk:
    """Booking on a book that is open, in the zone of the settings."""
    from fiel.copilot.booking.desk import BookingDesk

    return BookingDesk(*booking_parts(opened))


def wallet_of(opened: OpenIncome, user: str | None) -> str:
    """The wallet of the option, new or not; else the only one of the book; in an empty book, the first."""
    if user is not None:
        return user
    try:
        return user_of(opened, None)
    except NotFound:
        return FIRST_WALLET


def book_files(
    read: Sequence[ReadFile], ask: Ask, words: Words, *, as_json: bool, database: str | None
) -> None:
    """Compare, show, and book when asked. Raises what preparing and accepting raise."""
    from fiel.copilot.bonds.dated_percents import read_day
    from fiel.copilot.booking.sorting import Said
    from fiel.copilot.booking.typed import opening_rows, tickers_said, typed_file

    day: date | None = read_day(ask.opening_day, "--opening-day") if ask.opening_day else None
    said = Said(tickers_said(ask.tickers), ask.account)
    openings = opening_rows(ask.openings, read, day)
    files = [typed_file(openings), *read] if openings else list(read)
    with opened_income(database) as opened:
        desk, wallet = desk_on(opened), wallet_of(opened, ask.user)
        with _waiting(words):
            if ask.accept:
                done = desk.accept(wallet, files, said, allow_short=ask.allow_short)
                prepared, alerts = done.prepared, done.alerts
            else:
                prepared, alerts = desk.prepare(wallet, files, said), ()
    if as_json:
        for checked in prepared.files:
            write_out(json.dumps(checked_record(checked, prepared, is_booked=ask.accept), ensure_ascii=True))
        return
    for checked in prepared.files:
        _show(checked, wallet, words, is_booked=ask.accept)
    _show_end(prepared, alerts, words, ask)


def _waiting(words: Words) -> Status | nullcontext[None]:
    """What a person sees while rows are compared and booked."""
    console = screen(stderr=True)
    return console.status(note("import_working", words)) if console.is_terminal else nullcontext()


def _show(checked: Checked, wallet: str, words: Words, *, is_booked: bool) -> None:
    file, compared = checked.file, checked.compared
    write_out(note("import_file", words, file=printable(file.name), format=file.layout, sha=file.sha256[:12]))
    if checked.before is not None:
        write_out(note("import_before", words, day=checked.before.booked_at.date().isoformat()))
    code = "import_done" if is_booked else "import_new"
    write_out(note(code, words, n=len(checked.planned)))
    if checked.planned:
        show(screen(), planned_table(checked.planned[:SHOWN_MAX], wallet, words))
    if len(checked.planned) > SHOWN_MAX:
        write_out(note("import_more", words, n=len(checked.planned) - SHOWN_MAX))
    counts = (
        ("known", compared.known),
        ("taken_back", compared.taken_back),
        ("replaced", compared.replaced),
        ("gone", compared.gone),
    )
    for name, listed in counts:
        if listed:
            write_out(note(f"import_{name}", words, n=len(listed)))
    for gone in compared.gone[:SHOWN_MAX]:
        write_out(printable(f"  {gone.id}  {gone.day}  {gone.kind}  {gone.asset}"))
    if checked.waiting:
        write_out(note("import_waiting", words, n=len(checked.waiting)))
        for each in checked.waiting[:SHOWN_MAX]:
            write_out(f"{reasoned_line(each)}  {_waiting_why(each, words)}".rstrip())
    show_others(file, words)


def _waiting_why(each: Reasoned, words: Words) -> str:
    return "" if each.text else note(f"import_waits_{each.reason}", words)


def planned_table(planned: Sequence[Planned], wallet: str, words: Words) -> Table:
    """Lines to be booked, as a table: the name that each row has in the book comes first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    add_columns(table, words)
    for each in planned:
        line, row = each.line, each.line.row
        cells = (
            each.id[:10],
            line.day.isoformat(),
            kind_words(line.kind.value, words),
            line.asset or "-",
            "-" if row.quantity is None else words.quantity(row.quantity),
            "-" if row.price is None else words.price(row.price),
            "-" if row.amount is None else amount_words(row.amount, line.currency, words),
            account_words(line.user_id, wallet),
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def account_words(user_id: str, wallet: str) -> str:
    """What people call an account of a wallet: the institution's label; the wallet's own has none."""
    return "-" if user_id == wallet else user_id.removeprefix(f"{wallet}/")


def add_columns(table: Table, words: Words) -> None:
    """The columns of rows as the book has them."""
    for name in ("id", "day", "kind", "ticker", "quantity", "price", "amount", "account_column"):
        right = name in {"quantity", "price", "amount"}
        table.add_column(note(f"import_{name}", words), justify="right" if right else "left")


def _show_end(prepared: Prepared, alerts: Sequence[str], words: Words, ask: Ask) -> None:
    for account in prepared.accounts_opened:
        name = printable(account.name)
        write_out(note("import_account", words, label=account.label, name=name, user=account.user_id))
    for one in prepared.shortages:
        missing = quantity_text(one.missing)
        told = {"asset": one.asset, "day": one.day, "account": one.user_id}
        show_note(note("import_short", words, **told, n=missing), "yellow")
    for text in alerts[:SHOWN_MAX]:
        show_note(note("import_alert", words, text=printable(text)), "yellow")
    n = len(prepared.planned)
    if not ask.accept and n:
        write_out(note("import_accept_hint", words, n=n, wallet=printable(prepared.wallet)))
    elif ask.accept:
        write_out(note("import_accepted", words, n=n, wallet=printable(prepared.wallet)))
