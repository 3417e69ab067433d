"""Imports on their way: begun from files, looked at against the book, decided row by row, booked, undone.

Nothing is written to the book before `accept`, and a draft is accepted once, however often it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from fiel.copilot.booking.desk import Accepted, BookingDesk
from fiel.copilot.booking.looking import Looking
from fiel.copilot.booking.places import name_said
from fiel.copilot.booking.typed import opening_rows, tickers_said
from fiel.copilot.drafts.applying import applied, fixed_row, rows_in
from fiel.copilot.drafts.document import decisions_text, draft_of, outcome_text, stored
from fiel.copilot.drafts.draft import Choice, Decision, Decisions, Draft, DraftState, Outcome
from fiel.copilot.drafts.reviewing import Review, reviewed
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.store import drafts
from fiel.custody.names import read_user_id
from fiel.infra.storage.database import Database, Session, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, InvalidInput, NotFound
from fiel.kernel.ids import IdSource

#: Drafts that a wallet keeps open at once; the oldest gives way.
OPEN_MAX = 20
FILES_MAX = 20
#: Decisions about single rows of one draft.
DECISIONS_MAX = 50_000
#: How often a decision is written again when another one came between.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class DraftDesk:
    """Drafts of the wallets in a database."""

    database: Database
    booking: BookingDesk
    clock: Clock
    ids: IdSource

    def begin(self, wallet: str, files: Sequence[ReadFile]) -> Draft:
        """A draft of what was read. Raises `InvalidInput` (files_missing, too_many_files, file_twice)."""
        read_user_id(wallet)
        if not files:
            raise InvalidInput("files_missing", "choose at least one file", field="arquivo")
        if len(files) > FILES_MAX:
            raise InvalidInput("too_many_files", f"at most {FILES_MAX} files at once", field="arquivo")
        names = {each.sha256: each.name for each in files}
        if len(names) < len(files):
            raise InvalidInput("file_twice", "the same file was given twice", field="arquivo")
        now = self.clock.now()
        draft = Draft(self.ids.next_id(), wallet, DraftState.OPEN, tuple(files), Decisions(), 1, now, now)
        self.database.transact(lambda unit: _begin(unit, draft))
        return draft

    def named(self, draft_id: str) -> Draft:
        """One draft, whosever it is: who asks must be shown only their own. Raises `NotFound`."""
        with self.database.reading() as connection:
            found = drafts.draft_named(connection, draft_id)
        if found is None:
            raise NotFound("draft_unknown", "there is no such import", field="id")
        return draft_of(found)

    def recent(self, wallet: str, limit: int = 10) -> list[Draft]:
        """The latest drafts, without what was read."""
        with self.database.reading() as connection:
            return [draft_of(each) for each in drafts.drafts_of(connection, wallet, limit)]

    def review(self, draft: Draft) -> Review:
        """The draft against the book as it is now. Raises what `BookingDesk.prepare` raises."""
        given = applied(draft)
        prepared = self.booking.prepare(draft.wallet, given.files, given.said)
        held = Looking(self.database).positions(draft.wallet)
        return reviewed(draft, given, prepared, held)

    def decide(self, draft_id: str, decisions: Mapping[str, Decision | None]) -> Draft:
        """Say something of rows, by name; `None` takes back what was said.

        Raises `NotFound` (draft_unknown, row_unknown), `Conflict` (draft_closed), `InvalidInput` for a fix.
        """

        def change(draft: Draft) -> Decisions:
            rows = {each.key: each.row for each in rows_in(draft)}
            for key, decision in decisions.items():
                if key not in rows:
                    raise NotFound("row_unknown", "the import has no such row", field="linha")
                if decision is not None and decision.choice is Choice.FIX:
                    fixed_row(rows[key], decision.said)
            merged = {**draft.decisions.rows, **decisions}
            said = {key: each for key, each in merged.items() if each is not None}
            if len(said) > DECISIONS_MAX:
                raise InvalidInput("too_many_decisions", f"at most {DECISIONS_MAX} rows", field="linha")
            return replace(draft.decisions, rows=MappingProxyType(said))

        return self._change(draft_id, change)

    def say_ticker(self, draft_id: str, name: str, ticker: str) -> Draft:
        """What a name without a ticker is, in all files. Raises `InvalidInput` (ticker_malformed)."""
        said = {name_said(known): code for known, code in tickers_said([f"{name}={ticker}"]).items()}

        def change(draft: Draft) -> Decisions:
            return replace(draft.decisions, tickers={**draft.decisions.tickers, **said})

        return self._change(draft_id, change)

    def say_opening(self, draft_id: str, opening: str) -> Draft:
        """What was held before, as `ASSET=QTY@AVERAGE/account`. Raises `InvalidInput`."""

        def change(draft: Draft) -> Decisions:
            opening_rows([opening], draft.files, None)
            start = opening.partition("=")[0], opening.partition("/")[2]
            kept = [
                each
                for each in draft.decisions.openings
                if (each.partition("=")[0], each.partition("/")[2]) != start
            ]
            return replace(draft.decisions, openings=(*kept, opening))

        return self._change(draft_id, change)

    def allow_short(self, draft_id: str, *, allowed: bool) -> Draft:
        """Whether more may leave than is held."""
        return self._change(draft_id, lambda draft: replace(draft.decisions, allow_short=allowed))

    def say_account(self, draft_id: str, account: str | None) -> Draft:
        """The account of rows that name no institution."""
        name = " ".join((account or "").split())[:100] or None
        return self._change(draft_id, lambda draft: replace(draft.decisions, account=name))

    def accept(self, draft: Draft) -> Accepted:
        """Book it: all of it, once. Raises `Conflict` (draft_closed) when it was booked, or changed since it
        was seen, and what `BookingDesk.accept` raises."""
        if draft.state is not DraftState.OPEN:
            raise _closed()
        given, now = applied(draft), self.clock.now()

        def also(connection: Session, done: Accepted) -> None:
            rows = tuple(each.id for each in done.prepared.planned)
            files = tuple((each.name, each.layout) for each in draft.files)
            outcome = Outcome(files, rows, done.entries, len(done.prepared.replaced), done.alerts)
            told = {"state": DraftState.BOOKED.value, "body": "[]", "outcome": outcome_text(outcome)}
            if not _change(connection, draft, now, **told):
                raise _closed()

        allowed = draft.decisions.allow_short
        return self.booking.accept(draft.wallet, given.files, given.said, allow_short=allowed, also=also)

    def undo(self, draft: Draft) -> int:
        """Take back all that it booked, by reversing entries; how many rows. Raises `Conflict`
        (draft_closed) when it is not booked, and what `BookingDesk.take_back` raises."""
        if draft.state is not DraftState.BOOKED or draft.outcome is None:
            raise _closed()
        now, rows = self.clock.now(), self._standing(draft)

        def also(connection: Session) -> None:
            if not _change(connection, draft, now, state=DraftState.UNDONE.value):
                raise _closed()

        if not rows:
            self.database.transact(lambda unit: also(unit.connection))
        else:
            self.booking.take_back(draft.wallet, rows, also)
        return len(rows)

    def drop(self, draft_id: str) -> None:
        """Forget an open draft."""
        self.database.transact(lambda unit: drafts.remove_draft(unit.connection, draft_id))

    def _standing(self, draft: Draft) -> list[str]:
        """Its rows that nobody took back one by one."""
        booked = set(draft.outcome.rows if draft.outcome else ())
        return [row.id for row in Looking(self.database).rows(draft.wallet) if row.id in booked]

    def _change(self, draft_id: str, change: Callable[[Draft], Decisions]) -> Draft:
        for _ in range(_TRIES):
            draft = self.named(draft_id)
            if draft.state is not DraftState.OPEN:
                raise _closed()
            said, now = change(draft), self.clock.now()
            text = decisions_text(said)
            if self.database.transact(partial(_decided, draft=draft, at=now, decisions=text)):
                return replace(draft, decisions=said, version=draft.version + 1, changed_at=now)
        raise Conflict("draft_changed", "the import was changed elsewhere at the same time; look again")


def _begin(unit: UnitOfWork, draft: Draft) -> None:
    kept = [
        each for each in drafts.drafts_of(unit.connection, draft.wallet, 1_000) if each.state == drafts.OPEN
    ]
    for old in kept[OPEN_MAX - 1 :]:
        drafts.remove_draft(unit.connection, old.id)
    drafts.add_draft(unit.connection, stored(draft))


def _decided(unit: UnitOfWork, *, draft: Draft, at: datetime, decisions: str) -> bool:
    return _change(unit.connection, draft, at, decisions=decisions)


def _change(connection: Session, draft: Draft, at: datetime, **values: str) -> bool:
    """Change the draft as it was seen; `False` when another was quicker."""
    return drafts.change_draft(connection, draft.id, draft.state.value, draft.version, at, **values)


def _closed() -> Conflict:
    return Conflict("draft_closed", "this import was booked, undone or changed already; look at it again")
