"""`fiel custody dlq`: the messages that were not applied, why, and the two ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.cli.answers import JsonOption, LimitOption, write_json
from fiel.entrypoints.cli.custody.answers import (
    opened_book,
)
from fiel.entrypoints.cli.exits import Exit
from fiel.entrypoints.cli.failures import told
from fiel.entrypoints.cli.screen import LangOption, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.custody import DLQ_EXAMPLES
from fiel.entrypoints.words.notes import note
from fiel.kernel.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from fiel.custody.messages import DeadLetterRow
    from fiel.custody.service import Custody

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The dead letter, as `dlq list` names it.")]
IdsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help="The dead letters, as `dlq list` names them.")
]
EveryOption = Annotated[bool, typer.Option("--all", help="Those that were settled already, too.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every open dead letter, oldest first.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    inner = typer.Typer(name="dlq", invoke_without_command=True, callback=_dlq, epilog=DLQ_EXAMPLES)
    inner.command("list")(list_letters)
    inner.command("show")(show)
    inner.command("replay")(replay)
    inner.command("discard")(discard)
    group.add_typer(inner)


def _dlq(context: typer.Context) -> None:
    """Dead letters: messages that were not applied, and why."""
    if context.invoked_subcommand is None:
        write_out(context.get_help())


def list_letters(
    *,
    settled: EveryOption = False,
    limit: LimitOption = 100,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """List the open dead letters, oldest first."""
    from fiel.custody.messages import DeadLetterStatus

    words = words_of(lang)
    with opened_book(database) as opened, opened.queries.snapshot() as book:
        found = book.dead_letters(None if settled else DeadLetterStatus.OPEN, limit)
    if as_json:
        write_json([_summary(letter) for letter in found])
        return
    for letter in found:
        of = (letter.user_id or "-", "-" if letter.order_id is None else letter.order_id)
        at = words.moment(letter.recorded_at)
        write_out(printable(f"{letter.id}  {at}  {letter.status}  {letter.rejection.code}  {of[0]}  {of[1]}"))
    if not found:
        write_out(note("dlq_none", words))


def show(
    letter_id: IdArgument,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Show a dead letter: why it was not applied, and the message as it came."""
    words_of(lang)
    with opened_book(database) as opened, opened.queries.snapshot() as book:
        record = _whole(book.dead_letter(letter_id))
    if as_json:
        write_json(record)
        return
    for name, value in record.items():
        write_out(f"{name}: {'-' if value is None else printable(value)}")


def replay(
    letter_ids: IdsArgument = None,
    *,
    everything: AllOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Try dead letters again, after what stood in their way was put right; exit code 3 if one stays."""
    words = words_of(lang)
    if bool(letter_ids) == everything:
        raise InvalidInput("letters_unnamed", "name dead letters, or give --all", field="ID")
    with opened_book(database) as opened:
        wanted = letter_ids or []
        if everything:
            with opened.queries.snapshot() as book:
                wanted = [letter.id for letter in book.dead_letters()]
        stayed = [each for each in wanted if not _replayed(opened.custody, each, words)]
    if not wanted:
        write_out(note("dlq_none", words))
    if stayed:
        raise typer.Exit(Exit.REFUSED)


def _replayed(custody: Custody, letter_id: str, words: Words) -> bool:
    """Whether the dead letter is one no more; says what became of it."""
    try:
        received = custody.replay_dead_letter(letter_id)
    except Refused as refusal:
        write_out(note("dlq_stays", words, id=letter_id, code=refusal.code, reason=told(refusal, words)))
        return False
    for letter in received.dead_letters:
        code, reason = letter.rejection.code, printable(letter.rejection.message)
        write_out(note("dlq_stays", words, id=letter_id, code=code, reason=reason))
        return False
    verdict = next(iter(received.verdicts)).value
    write_out(note("dlq_replayed", words, id=letter_id, verdict=note(f"verdict_{verdict}", words)))
    return True


def discard(letter_id: IdArgument, database: DatabaseOption = None, lang: LangOption = "pt") -> None:
    """Decide that a dead letter needs nothing more. It is kept, and no longer listed."""
    words = words_of(lang)
    with opened_book(database) as opened:
        opened.custody.discard_dead_letter(letter_id)
    write_out(note("dlq_discarded", words, id=letter_id))


def _summary(letter: DeadLetterRow) -> dict[str, str | None]:
    return {
        "id": letter.id,
        "status": letter.status.value,
        "code": letter.rejection.code,
        "message": letter.rejection.message,
        "field": letter.rejection.field,
        "userId": letter.user_id,
        "orderId": None if letter.order_id is None else str(letter.order_id),
        "eventId": letter.event_id,
        "recordedAt": moment_text(letter.recorded_at),
        "attempts": str(letter.attempts),
        "settledAt": moment_text(letter.settled_at),
    }


def _whole(letter: DeadLetterRow) -> dict[str, str | None]:
    place = letter.place
    return _summary(letter) | {
        "place": f"{place.topic}/{place.partition}/{place.offset}" if place else None,
        "key": letter.key,
        "bodyEncoding": letter.encoding.value,
        "body": letter.body,
    }
