"""Files against the book: what is new in them, shown first, then booked in one transaction or not at all.

desk = BookingDesk(database, bookings, clock, zone)
prepared = desk.prepare("ana", files)        # writes nothing
desk.accept("ana", files)                    # all of it or none
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from fiel.copilot.booking.accounts import Accounts
from fiel.copilot.booking.comparing import REPLACED, Compared, Known, NewLine, compare, known_of, value_of
from fiel.copilot.booking.facts_of import Context, facts_of, instant_of
from fiel.copilot.booking.lines import TRADES, Line, said_of
from fiel.copilot.booking.sorting import Said, sort_rows
from fiel.copilot.booking.tally import Shortage, Tally
from fiel.copilot.importing.rows import ReadFile, Reasoned, RowKind
from fiel.copilot.store import booked
from fiel.copilot.store.accounts import accounts_of, add_accounts, users_of
from fiel.copilot.store.booked import BookedFile, BookedRow
from fiel.copilot.store.remembered import TICKER, remember, remembered_of
from fiel.custody.accounts import AccountKey, CashMode
from fiel.custody.bookings import Booked, Bookings, Told
from fiel.custody.names import read_user_id
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Database, Session
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput, Refused

_CASH = frozenset({RowKind.DEPOSIT, RowKind.WITHDRAWAL, RowKind.FX_IN})


@dataclass(frozen=True, slots=True)
class Planned:
    """A line that will be booked, under the name of its row, as these facts."""

    id: str
    line: Line
    at: datetime
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file against the book. `before`: it was booked already, byte for byte, at that time."""

    file: ReadFile
    compared: Compared
    planned: tuple[Planned, ...]
    waiting: tuple[Reasoned, ...]
    before: BookedFile | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """All files against the book. Nothing is written of it yet."""

    wallet: str
    files: tuple[Checked, ...]
    shortages: tuple[Shortage, ...]
    accounts: Accounts
    modes: Mapping[AccountKey, CashMode]

    @property
    def planned(self) -> list[Planned]:
        """The lines of all files, in the order of their instants."""
        found = [each for checked in self.files for each in checked.planned]
        return sorted(found, key=lambda each: (each.at, each.id))

    @property
    def replaced(self) -> list[Known]:
        """Rows of the book whose place new lines take."""
        return [one for checked in self.files for one in checked.compared.replaced]


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
        """What would be booked. Later files see what earlier ones bring. Raises `InvalidInput` for names."""
        read_user_id(wallet)
        with self.database.reading() as connection:
            return _Preparing(self, connection, wallet, said).prepared(files)

    def accept(
        self,
        wallet: str,
        files: Sequence[ReadFile],
        said: Said = Said(),  # noqa: B008 (frozen)
        *,
        allow_short: bool = False,
    ) -> Accepted:
        """Book what is new, in one transaction. Raises `Refused` (shares_missing) naming what must be
        brought first, unless selling short is allowed; what `Bookings.book_all` raises.
        """
        prepared = self.prepare(wallet, files, said)
        if prepared.shortages and not allow_short:
            raise _missing(prepared)
        planned, now = prepared.planned, self.clock.now()
        back = [one.id for one in prepared.replaced]

        def beside(connection: Session, done: Booked) -> None:
            add_accounts(connection, prepared.accounts.new, now)
            booked.mark_replaced(connection, wallet, back, now, REPLACED)
            rows = [
                _booked_row(wallet, checked.file.sha256, each, done, now)
                for checked in prepared.files
                for each in checked.planned
            ]
            booked.add_rows(connection, rows)
            for checked in prepared.files:
                if checked.file.sha256:
                    booked.add_file(connection, _booked_file(wallet, checked, now))
            remember(connection, wallet, TICKER, said.tickers, now)

        with self.database.reading() as connection:
            undone = [each for row in booked.rows_of(connection, wallet, ids=back) for each in row.entries]
        told = [each for one in planned for each in one.told]
        done = self.bookings.book_all(told, prepared.modes, beside, reversing=undone)
        return Accepted(prepared, len(planned), len(told), done.alerts)

    def take_back(self, wallet: str, ids: Sequence[str]) -> Booked:
        """Take rows back by their ids: what they booked is reversed, all or none.

        Raises `Refused` (row_unknown) naming the first that the wallet has not.
        """
        with self.database.reading() as connection:
            rows = booked.rows_of(connection, wallet, ids=ids)
        missing = sorted(set(ids) - {row.id for row in rows})
        if missing:
            raise Refused("row_unknown", f"{wallet} has no booked row {missing[0]}", field="ROW")
        now = self.clock.now()

        def beside(connection: Session, _: Booked) -> None:
            booked.mark_reversed(connection, wallet, ids, now)

        return self.bookings.reverse([each for row in rows for each in row.entries], beside)


@dataclass(slots=True)
class _Preparing:
    """One preparation: the accounts and rows of the book, and what the files add to them."""

    desk: BookingDesk
    connection: Session
    wallet: str
    said: Said
    accounts: Accounts = field(init=False)
    tally: Tally = field(init=False)
    modes: dict[AccountKey, CashMode] = field(default_factory=dict)
    added: list[Known] = field(default_factory=list)

    def prepared(self, files: Sequence[ReadFile]) -> Prepared:
        users = users_of(self.connection, self.wallet)
        self.accounts = Accounts.of(self.wallet, accounts_of(self.connection, self.wallet))
        known = remembered_of(self.connection, self.wallet, TICKER)
        self.said = replace(self.said, tickers={**known, **self.said.tickers})
        book = Snapshot(self.connection)
        self.tally = Tally.of((lot for lots in book.lots_of(users).values() for lot in lots), self.desk.zone)
        there = {each.key: each.cash_mode for user in users for each in book.accounts(user)}
        before = {each.sha256: each for each in booked.files_of(self.connection, self.wallet)}
        checked = tuple(self._check(file, before.get(file.sha256), there) for file in files)
        new = {key: mode for key, mode in self.modes.items() if key not in there}
        return Prepared(self.wallet, checked, tuple(self.tally.shortages()), self.accounts, new)

    def _check(
        self, file: ReadFile, before: BookedFile | None, there: Mapping[AccountKey, CashMode]
    ) -> Checked:
        today = self.desk.clock.now().astimezone(self.desk.zone).date()
        done = sort_rows(file, self.accounts, self.said, today)
        lines, waiting = self._with_cash(done.lines, done.with_cash, there)
        compared = compare(self.wallet, lines, self._known(lines))
        self.added = [one for one in self.added if one not in compared.replaced]
        self._forget(compared.replaced)
        planned = []
        for new in sorted(compared.new, key=lambda new: instant_of(new.line, new.id, self.desk.zone)):
            try:
                planned.append(self._plan(new))
            except InvalidInput as reason:
                waiting.append(Reasoned(new.line.row, reason.code, text=reason.message))
        self.added += [known_of(NewLine(each.id, each.line)) for each in planned]
        return Checked(file, compared, tuple(planned), (*done.waiting, *waiting), before)

    def _with_cash(
        self,
        lines: Iterable[Line],
        with_cash: frozenset[tuple[str, str]],
        there: Mapping[AccountKey, CashMode],
    ) -> tuple[list[Line], list[Reasoned]]:
        """Deposits have no place in an account whose cash is kept elsewhere."""
        kept, waiting = [], []
        for line in lines:
            key = AccountKey(line.user_id, line.currency)
            mode = CashMode.TRACKED if tuple(key) in with_cash else CashMode.EXTERNAL
            mode = there.get(key) or self.modes.setdefault(key, mode)
            if line.kind in _CASH and mode is CashMode.EXTERNAL:
                waiting.append(Reasoned(line.row, "cash_kept_elsewhere"))
            else:
                kept.append(line)
            if line.to_user_id is not None:
                other = AccountKey(line.to_user_id, line.currency)
                if other not in there:
                    self.modes.setdefault(other, CashMode.EXTERNAL)
        return kept, waiting

    def _known(self, lines: Sequence[Line]) -> list[Known]:
        if not lines:
            return []
        first, last = min(line.day for line in lines), max(line.day for line in lines)
        rows = booked.rows_of(self.connection, self.wallet, first=first, last=last)
        gone = {one.id for one in self.added}
        found = [_known_row(row) for row in rows if row.id not in gone]
        return [*found, *(one for one in self.added if first <= one.day <= last)]

    def _forget(self, replaced: Sequence[Known]) -> None:
        """What replaced rows booked counts no more for the tally."""
        if replaced:
            rows = booked.rows_of(self.connection, self.wallet, ids=[one.id for one in replaced])
            self.tally.forget(each for row in rows for each in row.entries)

    def _plan(self, new: NewLine) -> Planned:
        line, zone = new.line, self.desk.zone
        at = instant_of(line, new.id, zone)
        if line.kind is RowKind.FRACTION_OUT and not line.row.quantity:
            # B3 prints 0 where it rounded the fraction away: what is held says how much it is.
            units = self.tally.fraction_at(AccountKey(line.user_id, line.currency), line.asset or "", at)
            line = replace(line, row=replace(line.row, quantity=Decimal(units).scaleb(-9)))
        context = Context(
            zone,
            self.desk.clock.now(),
            lambda account, asset, units: self.tally.share_cost(account, asset, units, at),
        )
        told = tuple(facts_of(line, new.id, context))
        for each in told:
            self.tally.plan(each)
        return Planned(new.id, new.line, at, told)


def _known_row(row: BookedRow) -> Known:
    is_trade = RowKind(row.kind) in TRADES
    said = row.said
    quantity = Decimal(said["quantity"]) if is_trade and "quantity" in said else None
    value = Decimal(said["x_value"]) if is_trade and "x_value" in said else None
    return Known(
        row.id,
        row.user_id,
        row.family,
        row.identity,
        row.day,
        row.kind,
        row.asset,
        quantity,
        value,
        "fees" in said,
        row.reversed_at is not None,
    )


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
        f"--opening {first.asset}={_text(first)}@AVERAGE, import the files that lack, or allow it: --short",
        field="--opening",
        details={
            "told": "; ".join(told[:20]),
            "opening": f"{first.asset}={_text(first)}@",
            "assets": ", ".join(sorted({one.asset for one in prepared.shortages})),
        },
    )


def _text(one: Shortage) -> str:
    return f"{Decimal(one.missing).scaleb(-9).normalize() + 0:f}"
