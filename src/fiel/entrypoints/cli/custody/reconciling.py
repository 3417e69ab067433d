"""`fiel custody reconcile` and `differences`: the book beside a broker's statement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import amount_of, moment_text, quantity_of, quantity_text
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, moment_of, write_json
from fiel.entrypoints.cli.custody.answers import opened_book
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.custody_desk import DIFFERENCES_EXAMPLES
from fiel.entrypoints.words.notes import counted, note
from fiel.kernel.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from fiel.bootstrap import OpenCustody
    from fiel.custody.reconciliation import Decided, Item, Reconciliation

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="CSV with the header userId,currency,asset,quantity.")
]
StatementOption = Annotated[
    str, typer.Option("--statement", metavar="NAME", help="What the statement is called, such as xp-2026-05.")
]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="INSTANT", help="The instant that the statement speaks of.")
]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The difference, as `differences list` names it.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
CostOption = Annotated[
    str | None, typer.Option("--cost", help="What shares that come had cost in all (default: 0).")
]
EveryOption = Annotated[bool, typer.Option("--all", help="Those that were decided already, too.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command(
        "reconcile",
        epilog="Example: fiel custody reconcile xp.csv --statement xp-2026-05 "
        "--as-of 2026-05-31T18:00:00-03:00",
    )(reconcile)
    inner = typer.Typer(
        name="differences", invoke_without_command=True, callback=_differences, epilog=DIFFERENCES_EXAMPLES
    )
    inner.command("list")(list_items)
    inner.command("show")(show)
    inner.command("approve")(approve)
    inner.command("dismiss")(dismiss)
    group.add_typer(inner)


def _differences(context: typer.Context) -> None:
    """Differences to brokers' statements: each waits for a person to approve or dismiss it."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def reconcile(
    file: FileArgument,
    statement: StatementOption,
    as_of: AsOfOption,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Compare the book with a broker's statement; nothing is booked, and differences are kept to be decided.

    The exit code is 0 with differences, too; 2 names the lines of the file that cannot be read.
    """
    from fiel.custody.broker_statement import read_statement

    words, moment = words_of(lang), moment_of(as_of, "--as-of")
    stated = read_statement(_content(file), file=file)
    with opened_book(database) as opened:
        found = _desk(opened).reconcile(stated, statement, moment)
    if as_json:
        elsewhere = [{"userId": key.user_id, "currency": key.currency} for key in found.cash_elsewhere]
        items = [_record(item) for item in found.items]
        write_json({"accounts": found.accounts, "cashElsewhere": elsewhere, "differences": items})
        return
    for item in found.items:
        write_out(_line(item, words))
    told = counted("difference", len(found.items), words)
    write_out(note("reconciled", words, accounts=found.accounts, found=told, at=words.moment(moment)))
    for key in found.cash_elsewhere:
        show_note(note("cash_elsewhere", words, user=printable(key.user_id), currency=key.currency))


def list_items(
    *,
    settled: EveryOption = False,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """List the open differences, oldest first."""
    from fiel.custody.reconciliation import ItemStatus

    words = words_of(lang)
    with opened_book(database) as opened:
        found = _desk(opened).items(None if settled else ItemStatus.OPEN, limit)
    if as_json:
        write_json([_record(item) for item in found])
        return
    for item in found:
        write_out(_line(item, words))
    if not found:
        write_out(note("differences_none", words))


def show(
    item_id: IdArgument,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show a difference: what the book says, what the statement says, and what was decided."""
    words_of(lang)
    with opened_book(database) as opened:
        record = _record(_desk(opened).item(item_id))
    if as_json:
        write_json(record)
        return
    for name, value in record.items():
        write_out(f"{name}: {'-' if value is None else printable(value)}")


def approve(
    item_id: IdArgument,
    by: ByOption,
    cost: CostOption = None,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Book a difference, so that the book is as the statement has it; approved again it stays one entry.

    Exit code 5 when it was dismissed, or when the book has moved since: reconcile again.
    """
    words = words_of(lang)
    with opened_book(database) as opened:
        decided = _desk(opened).approve(item_id, by, cost=cost)
    _answer(decided, "difference_approved", words, as_json=as_json)


def dismiss(
    item_id: IdArgument,
    by: ByOption,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Decide that the book is right, and the statement wrong. Exit code 5 when it was approved."""
    words = words_of(lang)
    with opened_book(database) as opened:
        decided = _desk(opened).dismiss(item_id, by)
    _answer(decided, "difference_dismissed", words, as_json=as_json)


def _answer(decided: Decided, told: str, words: Words, *, as_json: bool) -> None:
    item = decided.item
    if as_json:
        write_json({**_record(item), "repeated": decided.repeated})
        return
    write_out(note(told, words, id=item.id, entry=item.entry_id, by=printable(item.decided_by or "-")))
    for alert in decided.alerts:
        show_note(printable(f"{alert.code}: {alert.message}"), "bold red")


def _desk(opened: OpenCustody) -> Reconciliation:
    from fiel.custody.reconciliation import Reconciliation

    return Reconciliation(opened.custody.book, opened.custody.clock)


def _content(name: str) -> bytes:
    """The file's bytes, one more than allowed at most."""
    from fiel.custody.broker_statement import BYTES_MAX

    try:
        with Path(name).open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except FileNotFoundError:
        raise NotFound("statement_not_found", f"there is no file {name}", field="FILE") from None
    except OSError as error:
        reason = error.strerror or "it is no file"
        raise InvalidInput("file_unreadable", f"{name} cannot be read: {reason}", field=name) from None


def _line(item: Item, words: Words) -> str:
    difference, (ours, theirs) = item.difference, _amounts(item, words)
    parts = (
        item.id,
        words.moment(item.as_of),
        note(f"item_{item.status}", words),
        difference.key.user_id,
        difference.key.currency,
        difference.asset,
        note("ours_theirs", words, ours=ours, theirs=theirs),
    )
    return printable("  ".join(parts))


def _amounts(item: Item, words: Words) -> tuple[str, str]:
    difference = item.difference
    currency = difference.key.currency
    if difference.kind.value == "CASH":
        ours, theirs = (amount_of(minor, currency) for minor in (difference.ours, difference.theirs))
        return words.money(ours, currency), words.money(theirs, currency)
    return words.quantity(quantity_of(difference.ours)), words.quantity(quantity_of(difference.theirs))


def _record(item: Item) -> dict[str, str | None]:
    difference = item.difference
    if difference.kind.value == "CASH":
        currency = difference.key.currency
        ours, theirs = (f"{amount_of(n, currency):f}" for n in (difference.ours, difference.theirs))
    else:
        ours, theirs = (quantity_text(n) for n in (difference.ours, difference.theirs))
    return {
        "id": item.id,
        "statement": item.statement,
        "asOf": moment_text(item.as_of),
        "userId": difference.key.user_id,
        "currency": difference.key.currency,
        "asset": difference.asset,
        "ours": ours,
        "theirs": theirs,
        "status": item.status.value,
        "recordedAt": moment_text(item.recorded_at),
        "decidedAt": moment_text(item.decided_at),
        "decidedBy": item.decided_by,
        "entryId": item.entry_id,
    }
