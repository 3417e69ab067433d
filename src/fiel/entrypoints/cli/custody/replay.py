"""`fiel custody replay`: order events from a file, through the door that those of the log come in by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, TypeAlias

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from fiel.copilot.plan_view.view import printable
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.answers import JsonOption, write_json
from fiel.entrypoints.cli.custody.answers import (
    opened_book,
)
from fiel.entrypoints.cli.custody.event_lines import Line, batches, opened_events
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.screen import LangOption, screen, words_of, write_out
from fiel.entrypoints.cli.surroundings import DatabaseOption
from fiel.entrypoints.words.notes import note

if TYPE_CHECKING:
    from fiel.custody.receiving import Received
    from fiel.custody.service import Custody

#: Dead letters named one by one on standard error; all of them are in the book.
NAMED_MAX = 20

EventsArgument = Annotated[
    str, typer.Argument(metavar="EVENTS.jsonl", help="Order events, one JSON object per line; - is stdin.")
]


@dataclass(slots=True)
class Tally:
    """What became of the lines so far."""

    lines: int = 0
    alerts: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, lines: Sequence[Line], received: Received) -> None:
        self.lines += len(lines)
        self.alerts += received.alerts
        for verdict, number in received.verdicts.items():
            self.verdicts[verdict.value] += number

    def record(self, waiting: int) -> dict[str, int]:
        """The counts by name; `waiting` is how many events of the book wait for their order now."""
        of = self.verdicts
        return {
            "lines": self.lines,
            "applied": of["applied"],
            "duplicates": of["duplicate"],
            "stale": of["ignored"],
            "parked": of["parked"],
            "deadLetters": of["dead_letter"],
            "alerts": self.alerts,
            "waiting": waiting,
        }


#: Told how many bytes were read so far.
OnBytes: TypeAlias = Callable[[int], None]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("replay", epilog="Example: fiel custody replay events.jsonl")(replay)


def replay(
    events: EventsArgument,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    lang: LangOption = "pt",
) -> None:
    """Take order events into the book; what was taken before changes nothing.

    A line that cannot be applied becomes a dead letter and the rest goes on: the exit code is 0, and
    the dead letters are counted. Code 6 means that the database went away; replay the file again.
    """
    words = words_of(lang)
    with opened_events(events) as stream, opened_book(database) as opened, _bar(events, words) as told:
        tally = _taken(stream, opened.custody, words, told)
        with opened.queries.snapshot() as book:
            counts = tally.record(book.overview().parked)
    if as_json:
        write_json(counts)
    else:
        write_out(note("replay_done", words, **counts))
    if counts["deadLetters"]:
        show_note(note("replay_letters", words), "yellow")


def _taken(stream: BinaryIO, custody: Custody, words: Words, told: OnBytes) -> Tally:
    from fiel.custody.messages import Message
    from fiel.custody.receiving import BATCH_MAX

    tally, named, read = Tally(), 0, 0
    for batch in batches(stream, BATCH_MAX):
        received = custody.receive([Message(line.value) for line in batch])
        tally.add(batch, received)
        for text in _letter_lines(batch, received, words):
            if named < NAMED_MAX:
                show_note(text)
            named += 1
        read += sum(len(line.value) + 1 for line in batch)
        told(read)
    return tally


def _letter_lines(batch: Sequence[Line], received: Received, words: Words) -> Iterator[str]:
    """Each dead letter with the line it came from; one that waited came from an earlier line."""
    from fiel.custody.messages import kept

    if not received.dead_letters:
        return
    numbers = {kept(line.value)[0]: line.number for line in reversed(batch)}
    for letter in received.dead_letters:
        code, message = letter.rejection.code, printable(letter.rejection.message)
        number = numbers.get(letter.body, "-")
        yield note("replay_letter", words, line=number, code=code, message=message)


@contextmanager
def _bar(name: str, words: Words) -> Iterator[OnBytes]:
    """A bar on standard error, when that is a terminal and the file has an end that is known."""
    console = screen(stderr=True)
    if name == "-" or not console.is_terminal or not Path(name).is_file():
        yield lambda _read: None
        return
    columns = (TextColumn(note("replaying", words)), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=Path(name).stat().st_size)
        yield lambda read: progress.update(task, completed=read)
