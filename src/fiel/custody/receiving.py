"""Messages of the order log into the book: up to a batch per transaction, poison set apart, nothing lost.

Inbox, offsets, ledger, audit and what is told to others commit together. A message that cannot be read
or contradicts the book becomes a dead letter in that same transaction. When the batch as a whole cannot
be written for a reason that trying again does not cure, it is halved until the one message that breaks it
is found: that one becomes a dead letter, the others are booked.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from fiel.custody.accounts import AccountKey, Rejection
from fiel.custody.events import TimeOut
from fiel.custody.ledger.batch import Batch, Verdict, overdue
from fiel.custody.messages import (
    BodyEncoding,
    DeadLetterRow,
    DeadLetterStatus,
    Message,
    dead_letter,
)
from fiel.custody.order_events import OrderEvent, parse_order_event
from fiel.custody.store.book import Book, BookUnit
from fiel.custody.store.rows import event_of, event_text
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, FielError, NotFound, Refused, Unavailable
from fiel.kernel.ids import deterministic_id

#: More per transaction gains nothing and makes others wait.
BATCH_MAX = 500
#: So many events are decided while the database writes what those before them did to the history.
AHEAD = 167


@dataclass(frozen=True, slots=True)
class Progress:
    """A partition of the log, held by an epoch, and the offset that follows the messages given.

    `on_the_way`: of a part of what was delivered together. Delivered again, it was done before, perhaps.
    """

    assignment: Assignment
    next_offset: int
    on_the_way: bool = False


@dataclass(slots=True)
class Received:
    """What became of the messages: how many of each verdict, and what people are told."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    alerts: int = 0
    dead_letters: list[DeadLetterRow] = field(default_factory=list)

    def add(self, other: Received) -> None:
        self.verdicts.update(other.verdicts)
        self.alerts += other.alerts
        self.dead_letters += other.dead_letters


class _Read(NamedTuple):
    """A message and what was read of it."""

    message: Message
    outcome: OrderEvent | Rejection


@dataclass(slots=True)
class _Following:
    """Messages in parts, each read once, at the latest when it is wanted."""

    read_one: Callable[[Message], _Read]
    messages: Sequence[Message]
    begun: int = 0
    ready: list[_Read] | None = None

    def part(self) -> list[_Read]:
        """The next part."""
        self.read()
        part, self.ready = self.ready or [], None
        self.begun += len(part)
        return part

    def more(self) -> bool:
        """Whether another part follows."""
        return self.begun < len(self.messages)

    def read(self) -> None:
        """Read the next part now."""
        if self.ready is None:
            read, part = self.read_one, self.messages[self.begun : self.begun + BATCH_MAX]
            self.ready = [read(message) for message in part]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes messages of the order log."""

    book: Book
    clock: Clock
    zone: tzinfo

    def receive(self, messages: Sequence[Message], progress: Sequence[Progress] = ()) -> Received:
        """Messages in their order, in transactions of at most 500; each applied once, however often it comes.

        `progress` moves the consumer's offsets: to the places given with the last of the messages, and
        in every earlier transaction as far as its own messages go.
        Raises `Unavailable` when the database cannot be written now (nothing of the running
        transaction is kept; deliver again) and `Conflict` (epoch_lost) when the partition was given to
        another worker.
        """
        received, following = Received(), _Following(self._read, messages)
        while True:
            part = following.part()
            last = not following.more()
            self._take(part, progress if last else _progress_of(part, progress), received, following.read)
            if last:
                return received

    def _read(self, message: Message) -> _Read:
        outcome = parse_order_event(message.value, message.place, zone=self.zone)
        if isinstance(outcome, OrderEvent) and message.key not in (None, "", outcome.user_id):
            # The key is the unit of order: under another one, this account's events could overtake it.
            wrong = Rejection("key_mismatch", "the record's key must be the userId", "key")
            return _Read(message, wrong)
        return _Read(message, outcome)

    def _take(
        self,
        part: Sequence[_Read],
        progress: Sequence[Progress],
        received: Received,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        try:
            received.add(self.book.transact(lambda unit: self._fold(unit, part, progress, meanwhile)))
        except Unavailable:
            raise
        except Conflict as conflict:
            if conflict.code != "constraint_broken":
                raise
            self._halve(part, progress, received, conflict)
        except (FielError, ArithmeticError, LookupError, TypeError, ValueError, AssertionError) as error:
            # A defect of ours that one message brings out must not stop its partition for ever.
            self._halve(part, progress, received, error)

    def _halve(
        self, part: Sequence[_Read], progress: Sequence[Progress], received: Received, error: Exception
    ) -> None:
        if not part or (len(part) == 1 and isinstance(part[0].outcome, Rejection)):
            # It touches nothing but its dead letter and the offsets: no message is to blame.
            raise error
        if len(part) > 1:
            middle = len(part) // 2
            self._take(part[:middle], _progress_of(part[:middle], progress), received)
            self._take(part[middle:], progress, received)
            return
        code = error.code if isinstance(error, FielError) else type(error).__name__
        poison = Rejection("processing_failed", f"the book could not take it ({code}: {error})"[:500], None)
        self._take([_Read(part[0].message, poison)], progress, received)

    def _fold(
        self,
        unit: BookUnit,
        part: Sequence[_Read],
        progress: Sequence[Progress],
        meanwhile: Callable[[], None],
    ) -> Received:
        now = self.clock.now()
        events = [read.outcome for read in part if isinstance(read.outcome, OrderEvent)]
        moves = [(step.assignment, step.next_offset, step.on_the_way) for step in progress]
        batch = unit.load_events(events, moves, unit.flight)
        received = Received()
        letters: list[DeadLetterRow] = []
        verdicts: list[Verdict] = []
        with unit.saving(batch, now) as saving:
            for left, read in zip(range(len(part) - 1, -1, -1), part, strict=True):
                outcome = read.outcome
                if isinstance(outcome, Rejection):
                    letters.append(dead_letter(read.message, outcome, now))
                    verdicts.append(Verdict.DEAD_LETTER)
                    continue
                verdicts.append(batch.take(outcome, now))
                if batch.dead_letters:
                    letters += new_letters(batch, read.message, outcome, now)
                if left % AHEAD == 0 and left:
                    saving.ahead()
            if letters and unit.flight is not None:
                unit.flight.close()  # they are asked about afterwards
            saving.finish(None if letters else unit.flight)
        meanwhile()  # the database works on what was sent
        received.verdicts.update(verdicts)
        unit.keep_dead_letters(letters)
        received.alerts, received.dead_letters = len(batch.alerts), letters
        return received

    def replay(self, letter_id: str) -> Received:
        """A dead letter once more, through the same door. Applied twice, it changes nothing.

        Raises `NotFound`, `Refused` (dead_letter_settled, dead_letter_cut).
        """

        def work(unit: BookUnit) -> Received:
            letter = _open_letter(unit, letter_id)
            now = self.clock.now()
            outcome = self._read_again(letter)
            received = Received()
            rejection = outcome if isinstance(outcome, Rejection) else None
            if isinstance(outcome, OrderEvent):
                batch = unit.load_events([outcome])
                known = letter.encoding is BodyEncoding.EVENT and outcome.event_id in batch.seen
                if known:
                    # In the inbox since it was parked, and yet never applied.
                    del batch.seen[outcome.event_id]
                verdict = batch.take(outcome, now)
                if known:
                    batch.inbox = [event for event in batch.inbox if event is not outcome]
                received.verdicts[verdict] += 1
                received.alerts = len(batch.alerts)
                if verdict is Verdict.DEAD_LETTER:
                    rejection = batch.dead_letters[0].rejection
                waiting = [told for told in batch.dead_letters if told.event is not outcome]
                received.dead_letters = [_letter_of_waiting(*told, now) for told in waiting]
                unit.save(batch, now)
                unit.keep_dead_letters(received.dead_letters)
            if rejection is None:
                settled = replace(letter, status=DeadLetterStatus.REPLAYED, settled_at=now)
            else:
                settled = replace(letter, rejection=rejection)
                received.dead_letters.append(settled)
                received.verdicts[Verdict.DEAD_LETTER] = 1
            unit.settle_dead_letter(replace(settled, attempts=letter.attempts + 1))
            return received

        return self.book.transact(work)

    def _read_again(self, letter: DeadLetterRow) -> OrderEvent | Rejection:
        if letter.encoding is BodyEncoding.EVENT:
            return event_of(letter.body)
        body = base64.b64decode(letter.body) if letter.encoding is BodyEncoding.BASE64 else letter.body
        return parse_order_event(body, letter.place, zone=self.zone)

    def discard(self, letter_id: str) -> None:
        """A dead letter that a person decided to leave. Raises `NotFound`, `Refused`."""

        def work(unit: BookUnit) -> None:
            letter = _open_letter(unit, letter_id)
            settled = replace(letter, status=DeadLetterStatus.DISCARDED, settled_at=self.clock.now())
            unit.settle_dead_letter(settled)

        self.book.transact(work)

    def expire(self, limit: int = BATCH_MAX) -> Received:
        """What only time does: reservations that ran out are released, overdue events are told of.

        Each order in a transaction of its own, so that one that cannot be released stops no other; its
        error is raised at the end. Time is over only when our clock and the database's both say so: one
        clock that jumps ahead releases nothing.
        """
        received = Received()
        failures: list[FielError] = []
        for user_id, order_id in self.book.transact(lambda unit: unit.expiring(self._now(unit), limit)):
            try:
                received.add(self._release(user_id, order_id))
            except FielError as error:
                failures.append(error)
        received.add(self.book.transact(lambda unit: self._tell_overdue(unit, limit)))
        if failures:
            raise failures[0]
        return received

    def _now(self, unit: BookUnit) -> datetime:
        return min(self.clock.now(), unit.database_now())

    def _release(self, user_id: str, order_id: int) -> Received:
        def work(unit: BookUnit) -> Received:
            now = self._now(unit)
            batch = unit.load(user_id, order_ids=[order_id])
            key = AccountKey(user_id, batch.orders[order_id].currency)
            batch.run(key, TimeOut(now), order_id)
            unit.save(batch, now)
            return Received(Counter({Verdict.APPLIED: 1}), len(batch.alerts))

        return self.book.transact(work)

    def _tell_overdue(self, unit: BookUnit, limit: int) -> Received:
        now = self._now(unit)
        late = unit.overdue(now, limit)
        alerts = overdue([each.parked for each in late], now)
        unit.alert(alerts, now)
        unit.mark_alerted(late, now)
        return Received(alerts=len(alerts))


def _progress_of(part: Sequence[_Read], whole: Sequence[Progress]) -> list[Progress]:
    """How far a part of the messages goes, so that the epoch is held to in every transaction."""
    reached: dict[tuple[str, int], int] = {}
    for read in part:
        place = read.message.place
        if place is not None:
            reached[place.topic, place.partition] = place.offset + 1
    found = []
    for step in whole:
        upto = reached.get((step.assignment.topic, step.assignment.partition))
        if upto is not None:
            again = step.on_the_way or upto < step.next_offset
            found.append(Progress(step.assignment, upto, on_the_way=again))
    return found


def new_letters(batch: Batch, message: Message, event: OrderEvent, now: datetime) -> list[DeadLetterRow]:
    """The dead letters that taking `event` has just made: of itself, or of one that waited for it."""
    letters = []
    for told in batch.dead_letters:
        if told.event is event:
            letters.append(dead_letter(message, told.rejection, now, event))
        else:
            letters.append(_letter_of_waiting(told.event, told.rejection, now))
    batch.dead_letters.clear()
    return letters


def _letter_of_waiting(event: OrderEvent, rejection: Rejection, now: datetime) -> DeadLetterRow:
    letter = dead_letter(Message(event_text(event), event.place, event.user_id), rejection, now, event)
    # Under its own name: its place may have a letter already, replayed when it began to wait.
    name = deterministic_id("dead", "waiting", event.event_id)
    return replace(letter, id=name, encoding=BodyEncoding.EVENT)


def _open_letter(unit: BookUnit, letter_id: str) -> DeadLetterRow:
    letter = unit.dead_letter(letter_id)
    if letter is None:
        raise NotFound("dead_letter_unknown", f"there is no dead letter {letter_id}", field="id")
    if letter.status is not DeadLetterStatus.OPEN:
        raise Refused("dead_letter_settled", f"the dead letter was {letter.status} already", field="id")
    if letter.encoding is BodyEncoding.CUT:
        raise Refused("dead_letter_cut", "the message was too long to be kept whole", field="id")
    return letter
