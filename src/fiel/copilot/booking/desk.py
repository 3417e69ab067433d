"""Files against the book: what is new in them, shown first, then booked in one transaction or not at all.

desk = BookingDesk(database, bookings, clock, zone)
prepared = desk.prepare("ana", files)        # writes nothing
desk.accept("ana", files)                    # all of it or none
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from fiel.copilot.booking.accounts import OWN
from fiel.copilot.booking.comparing import REPLACED, value_of
from fiel.copilot.booking.lines import TRADES, said_of
from fiel.copilot.booking.places import name_said
from fiel.copilot.booking.preparing import Checked, Planned, Prepared, Preparing
from fiel.copilot.booking.recosting import Recosted, recost_without
from fiel.copilot.booking.sorting import Said
from fiel.copilot.booking.tally import Shortage
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.store import booked
from fiel.copilot.store.accounts import add_accounts, owners
from fiel.copilot.store.booked import BookedFile, BookedRow
from fiel.copilot.store.remembered import TICKER, remember
from fiel.custody.accounts import QUANTITY_SCALE, units_text
from fiel.custody.bookings import Booked, Bookings
from fiel.custody.names import read_user_id
from fiel.infra.storage.database import Database, Session
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, InvalidInput, Refused

#: How often what was prepared is looked at again, when another booked at the same time.
_TRIES = 4
_CHANGED = "book_changed"
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was booked, and what a person must look at."""

    prepared: Prepared
    rows: int
    entries: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BookingDesk:
    """Books files and typed rows into the accounts of wallets; days are those of `zone`."""

    database: Database
    bookings: Bookings
    clock: Clock
    zone: tzinfo

    def prepare(self, wallet: str, files: Sequence[ReadFile], said: Said = Said()) -> Prepared:  # noqa: B008
        """What would be booked. Later files see what earlier ones bring.

        Raises `InvalidInput` for names (user_is_account: one of another wallet).
        """
        read_user_id(wallet)
        with self.database.reading() as connection:
            if owner := owners(connection, [wallet]).get(wallet):
                raise InvalidInput(
                    "user_is_account", f"{wallet} is an account of {owner}; name that one", field="--user"
                )
            return Preparing(connection, wallet, self.clock.now(), self.zone, said).prepared(files)

    def accept(
        self,
        wallet: str,
        files: Sequence[ReadFile],
        said: Said = Said(),  # noqa: B008 (frozen)
        *,
        allow_short: bool = False,
        also: Callable[[Session, Accepted], None] | None = None,
    ) -> Accepted:
        """Book what is new, in one transaction; compared again when another booked at the same time. `also`
        runs at its end: what it raises undoes all of it.

        Raises `Refused` (shares_missing) naming what must be brought first, unless selling short is allowed;
        what `prepare` and `Bookings.book_all` raise.
        """
        return _again(lambda: self._accept(wallet, files, said, also, allow_short=allow_short))

    def _accept(
        self,
        wallet: str,
        files: Sequence[ReadFile],
        said: Said,
        also: Callable[[Session, Accepted], None] | None,
        *,
        allow_short: bool,
    ) -> Accepted:
        prepared = self.prepare(wallet, files, said)
        if prepared.shortages and not allow_short:
            raise _missing(prepared)
        planned, now = prepared.planned, self.clock.now()
        back = [one.id for one in prepared.replaced]

        def beside(connection: Session, done: Booked) -> None:
            _unchanged(connection, wallet, prepared.state)
            add_accounts(connection, prepared.accounts_opened, now)
            booked.mark_replaced(connection, wallet, back, now, REPLACED)
            booked.add_rows(
                connection,
                [
                    _booked_row(wallet, checked.file.sha256, each, done, now)
                    for checked in prepared.files
                    for each in checked.planned
                ],
            )
            _set_entries(connection, wallet, prepared.recosted, done)
            for checked in prepared.files:
                if checked.file.sha256:
                    booked.add_file(connection, _booked_file(wallet, checked, now))
            remember(connection, wallet, TICKER, {name_said(k): v for k, v in said.tickers.items()}, now)
            if also is not None:
                also(connection, Accepted(prepared, len(planned), len(told), done.alerts))

        told = [each for one in planned for each in one.told]
        told += [each for one in prepared.recosted for each in one.told]
        done = self.bookings.book_all(told, prepared.modes, beside, reversing=prepared.undone)
        return Accepted(prepared, len(planned), len(told), done.alerts)

    def take_back(
        self, wallet: str, ids: Sequence[str], also: Callable[[Session], None] | None = None
    ) -> Booked:
        """Take rows back by their ids: what they booked is reversed, all or none. Transfers whose cost it
        changes are booked again. `also` runs at the end of the transaction, as in `accept`.

        Raises `Refused` (row_unknown) naming the first that the wallet has not.
        """
        return _again(lambda: self._take_back(wallet, ids, also))

    def _take_back(self, wallet: str, ids: Sequence[str], also: Callable[[Session], None] | None) -> Booked:
        now = self.clock.now()
        with self.database.reading() as connection:
            state = booked.state_of(connection, wallet)
            rows = booked.rows_of(connection, wallet, ids=ids)
            missing = sorted(set(ids) - {row.id for row in rows})
            if missing:
                raise Refused("row_unknown", f"{wallet} has no booked row {missing[0]}", field="ROW")
            entries = [each for row in rows for each in row.entries]
            recosted = recost_without(connection, wallet, entries, now, self.zone)

        def beside(connection: Session, done: Booked) -> None:
            _unchanged(connection, wallet, state)
            booked.mark_reversed(connection, wallet, ids, now)
            _set_entries(connection, wallet, recosted, done)
            if also is not None:
                also(connection)

        told = [each for one in recosted for each in one.told]
        undone = [each for one in recosted for each in one.undone]
        return self.bookings.book_all(told, beside=beside, reversing=[*entries, *undone])


def _again(work: Callable[[], _Done]) -> _Done:
    """`work`, looked at again when another booked in the same wallet meanwhile."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except Conflict as conflict:
            if conflict.code != _CHANGED:
                raise
    return work()


def _unchanged(connection: Session, wallet: str, state: tuple[int, int]) -> None:
    booked.hold(connection, wallet)
    if booked.state_of(connection, wallet) != state:
        raise Conflict(_CHANGED, f"the book of {wallet} was changed meanwhile; try again")


def _set_entries(connection: Session, wallet: str, recosted: Sequence[Recosted], done: Booked) -> None:
    for one in recosted:
        entries = [done.entries[each.command.command_id] for each in one.told]
        booked.set_entries(connection, wallet, one.row_id, entries)


def _booked_row(wallet: str, sha256: str, each: Planned, done: Booked, at: datetime) -> BookedRow:
    line = each.line
    said = said_of(line.row) | ({"x_name": line.name} if line.name else {})
    if line.kind in TRADES:
        said["x_value"] = f"{value_of(line):f}"
    return BookedRow(
        wallet,
        each.id,
        sha256,
        line.row.row,
        line.family,
        line.user_id,
        line.day,
        line.identity,
        line.kind.value,
        line.asset or "",
        said,
        tuple(done.entries[told.command.command_id] for told in each.told),
        at,
    )


def _booked_file(wallet: str, checked: Checked, at: datetime) -> BookedFile:
    days = [row.day for row in checked.file.booked if row.day is not None]
    first, last = (min(days), max(days)) if days else (None, None)
    file = checked.file
    return BookedFile(wallet, file.sha256, file.name, file.layout, first, last, len(checked.planned), at)


def _missing(prepared: Prepared) -> Refused:
    """What must be brought first, in the form in which it can be said."""
    told = [
        f"{one.asset} ({prepared.accounts.label(one.user_id)}, {_text(one)}, {one.day})"
        for one in prepared.shortages
    ]
    first = prepared.shortages[0]
    return Refused(
        "shares_missing",
        f"more leaves than is held: {'; '.join(told[:20])}; say what was held before with "
        f"--opening {_opening(prepared, first)}, import the files that lack, or allow it: --short",
        field="--opening",
        details={
            "told": "; ".join(told[:20]),
            "opening": f"{first.asset}={_text(first)}@",
            "assets": ", ".join(sorted({one.asset for one in prepared.shortages})),
        },
    )


def _opening(prepared: Prepared, one: Shortage) -> str:
    label = prepared.accounts.label(one.user_id)
    return f"{one.asset}={_text(one)}@AVERAGE" + ("" if label == OWN else f"/{label}")


def _text(one: Shortage) -> str:
    return units_text(one.missing, QUANTITY_SCALE)
