"""One preparation: every file compared with the book and the files before it, then all planned in time.

Comparing comes first for all files, planning after: what a transfer costs, or whether a sale has its shares,
may be told by a file that comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal

from fiel.copilot.booking.accounts import Accounts
from fiel.copilot.booking.comparing import REPLACED, Compared, Known, NewLine, compare, known_of
from fiel.copilot.booking.facts_of import Context, check_line, facts_of, instant_of
from fiel.copilot.booking.lines import CASH, TRADES, TYPED, Line
from fiel.copilot.booking.places import name_said
from fiel.copilot.booking.recosting import Moved, Recosted, moved_later, recost
from fiel.copilot.booking.sorting import Said, sort_rows
from fiel.copilot.booking.tally import Shortage, Tally
from fiel.copilot.importing.rows import ReadFile, Reasoned, RowKind
from fiel.copilot.store import booked
from fiel.copilot.store.accounts import WalletAccount, accounts_of, users_of
from fiel.copilot.store.booked import BookedFile, BookedRow
from fiel.copilot.store.remembered import TICKER, remembered_of
from fiel.custody.accounts import AccountKey, CashMode, units_of
from fiel.custody.bookings import Told
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Session
from fiel.kernel.errors import InvalidInput

#: Statements that tell every movement of their cash, whether this file has a deposit or not.
_STATEMENTS = frozenset({"ofx", "avenue-csv-br"})


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
    """All files against the book, as it was at `state`. Nothing is written of it yet.

    `replaced`: rows of the book whose place new lines take; `recosted`: transfers whose cost they change;
    `undone`: the journal entries that both had.
    """

    wallet: str
    files: tuple[Checked, ...]
    shortages: tuple[Shortage, ...]
    accounts: Accounts
    modes: Mapping[AccountKey, CashMode]
    replaced: tuple[Known, ...] = ()
    recosted: tuple[Recosted, ...] = ()
    undone: tuple[str, ...] = ()
    state: tuple[int, int] = (0, 0)

    @property
    def planned(self) -> list[Planned]:
        """The lines of all files, in the order of their instants."""
        found = [each for checked in self.files for each in checked.planned]
        return sorted(found, key=lambda each: (each.at, each.id))

    @property
    def accounts_opened(self) -> list[WalletAccount]:
        """Accounts that the wallet has not, and into which something is booked."""
        used = {told.account.user_id for each in self.planned for told in each.told}
        return [each for each in self.accounts.new if each.user_id in used]


@dataclass(slots=True)
class _OnItsWay:
    """One file, compared and not yet planned."""

    file: ReadFile
    compared: Compared
    waiting: list[Reasoned]
    planned: list[Planned] = field(default_factory=list)


@dataclass(slots=True)
class Preparing:
    """The accounts and rows of the book, and what the files add to them."""

    connection: Session
    wallet: str
    now: datetime
    zone: tzinfo
    said: Said
    accounts: Accounts = field(init=False)
    there: Mapping[AccountKey, CashMode] = field(default_factory=dict)
    modes: dict[AccountKey, CashMode] = field(default_factory=dict)
    added: dict[str, Known] = field(default_factory=dict)
    replaced: dict[str, Known] = field(default_factory=dict)
    on_their_way: list[_OnItsWay] = field(default_factory=list)

    def prepared(self, files: Sequence[ReadFile]) -> Prepared:
        """All of them. Raises `InvalidInput` for the name of an institution."""
        state = booked.state_of(self.connection, self.wallet)
        users = users_of(self.connection, self.wallet)
        self.accounts = Accounts.of(self.wallet, accounts_of(self.connection, self.wallet))
        said = {name_said(name): ticker for name, ticker in self.said.tickers.items()}
        known = remembered_of(self.connection, self.wallet, TICKER)
        self.said = replace(self.said, tickers={**known, **said})
        book = Snapshot(self.connection)
        self.there = {each.key: each.cash_mode for user in users for each in book.accounts(user)}
        for file in files:
            self._compare(file)
        rows = booked.rows_of(self.connection, self.wallet, ids=self.replaced)
        undone = tuple(each for row in rows for each in row.entries)
        tally = Tally.of(book.lots_together(users), self.zone)
        tally.forget(undone)
        recosted = self._plan_all(tally)
        before = {each.sha256: each for each in booked.files_of(self.connection, self.wallet)}
        return Prepared(
            self.wallet,
            tuple(
                Checked(
                    one.file,
                    one.compared,
                    tuple(one.planned),
                    tuple(one.waiting),
                    before.get(one.file.sha256),
                )
                for one in self.on_their_way
            ),
            tuple(tally.shortages()),
            self.accounts,
            {key: mode for key, mode in self.modes.items() if key not in self.there},
            tuple(self.replaced.values()),
            tuple(recosted),
            (*undone, *(each for one in recosted for each in one.undone)),
            state,
        )

    def _compare(self, file: ReadFile) -> None:
        today = self.now.astimezone(self.zone).date()
        done = sort_rows(file, self.accounts, self.said, today)
        lines, waiting = self._bookable(done.lines, done.with_cash)
        compared = compare(self.wallet, lines, self._known(lines))
        waiting += _openings_that_differ(compared)
        self._replace(compared)
        self.added |= {new.id: known_of(new) for new in compared.new}
        self.on_their_way.append(_OnItsWay(file, compared, [*done.waiting, *waiting]))

    def _replace(self, compared: Compared) -> None:
        """Rows whose place lines take: taken back, or not booked at all where an earlier file brings them."""
        just_brought = {one.id for one in compared.replaced if self.added.pop(one.id, None)}
        compared.replaced = [one for one in compared.replaced if one.id not in just_brought]
        self.replaced |= {one.id: one for one in compared.replaced}
        if not just_brought:
            return
        taking = {_of_day(new.line): known_of(new) for new in compared.new}
        for earlier in self.on_their_way:
            told = earlier.compared
            told.known += [
                (new.line, taking[_of_day(new.line)]) for new in told.new if new.id in just_brought
            ]
            told.new = [new for new in told.new if new.id not in just_brought]

    def _bookable(
        self, lines: Iterable[Line], with_cash: frozenset[tuple[str, str]]
    ) -> tuple[list[Line], list[Reasoned]]:
        """Lines that custody can book, as far as they tell by themselves, and those that wait."""
        kept, waiting = [], []
        for line in lines:
            key = AccountKey(line.user_id, line.currency)
            tells_cash = line.family in _STATEMENTS or tuple(key) in with_cash
            wanted = CashMode.TRACKED if tells_cash else CashMode.EXTERNAL
            mode = self.there.get(key) or self.modes.setdefault(key, wanted)
            if line.kind in CASH and mode is CashMode.EXTERNAL:
                waiting.append(Reasoned(line.row, "cash_kept_elsewhere"))
                continue
            try:
                check_line(line, self.now, self.zone)
            except InvalidInput as reason:
                waiting.append(Reasoned(line.row, reason.code, text=reason.message))
                continue
            kept.append(line)
            if line.to_user_id is not None:
                self.modes.setdefault(AccountKey(line.to_user_id, line.currency), CashMode.EXTERNAL)
        return kept, waiting

    def _known(self, lines: Sequence[Line]) -> list[Known]:
        if not lines:
            return []
        first, last = min(line.day for line in lines), max(line.day for line in lines)
        rows = booked.rows_of(self.connection, self.wallet, first=first, last=last)
        found = [_as_replaced(row) if row.id in self.replaced else _known_row(row) for row in rows]
        return [*found, *(one for one in self.added.values() if first <= one.day <= last)]

    def _plan_all(self, tally: Tally) -> list[Recosted]:
        """In the order of time, whichever file tells them; transfers of the book that cost otherwise now."""
        steps: list[tuple[datetime, str, _OnItsWay | None, NewLine | Moved]] = [
            (instant_of(new.line, new.id, self.zone), new.id, one, new)
            for one in self.on_their_way
            for new in one.compared.new
        ]
        moved = self._moved(tally, steps)
        tally.forget(each for one in moved for each in one.row.entries)
        steps += [(one.at, one.row.id, None, one) for one in moved]
        recosted = []
        for at, _, one, what in sorted(steps, key=lambda step: step[:2]):
            if isinstance(what, Moved):
                recosted.append(recost(what, tally, self.now))
            elif one is not None:
                try:
                    one.planned.append(self._plan(what, at, tally))
                except InvalidInput as reason:
                    one.waiting.append(Reasoned(what.line.row, reason.code, text=reason.message))
        return [each for each in recosted if each is not None]

    def _moved(
        self, tally: Tally, steps: Sequence[tuple[datetime, str, _OnItsWay | None, NewLine | Moved]]
    ) -> list[Moved]:
        """Transfers of the book after something new about their asset."""
        since: dict[str, datetime] = {}
        told = [(what.line.asset, at) for at, _, _, what in steps if isinstance(what, NewLine)]
        for asset, at in told:
            if asset is not None:
                since[asset] = min(at, since.get(asset, at))
        if not since:
            return []
        first = min(since.values()).astimezone(self.zone).date()
        return moved_later(booked.rows_of(self.connection, self.wallet, first=first), tally, since)

    def _plan(self, new: NewLine, at: datetime, tally: Tally) -> Planned:
        line = new.line
        if line.kind is RowKind.FRACTION_OUT and not line.row.quantity:
            # B3 prints 0 where it rounded the fraction away: what is held says how much it is.
            units = tally.fraction_at(AccountKey(line.user_id, line.currency), line.asset or "", at)
            line = replace(line, row=replace(line.row, quantity=units_of(units)))
        context = Context(
            self.zone,
            self.now,
            lambda account, asset, units: tally.share_cost(account, asset, units, at),
        )
        told = tuple(facts_of(line, new.id, context))
        for each in told:
            tally.plan(each)
        return Planned(new.id, new.line, at, told)


def _openings_that_differ(compared: Compared) -> list[Reasoned]:
    """Typed shares that the book has with another cost: neither known nor new, the person must say."""
    found = [
        (line, one)
        for line, one in compared.known
        if line.family == TYPED and line.kind is RowKind.DELIVERY_IN and line.row.amount != one.value
    ]
    compared.known = [each for each in compared.known if each not in found]
    return [
        Reasoned(
            line.row,
            "opening_differs",
            text=f"{line.asset} has another cost in the book; first `fiel book undo {one.id[:10]}`",
        )
        for line, one in found
    ]


def _of_day(line: Line) -> tuple[str, str, date]:
    return line.kind.value, line.asset or "", line.day


def _known_row(row: BookedRow) -> Known:
    is_trade = RowKind(row.kind) in TRADES
    said = row.said
    quantity = Decimal(said["quantity"]) if is_trade and "quantity" in said else None
    told = "x_value" if is_trade else "amount"
    value = Decimal(said[told]) if told in said else None
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
        row.sha256,
    )


def _as_replaced(row: BookedRow) -> Known:
    """A row whose place a file before this one takes: as it will be then."""
    return replace(_known_row(row), identity=REPLACED + row.identity, is_back=True)
