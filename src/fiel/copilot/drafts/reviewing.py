"""A draft against the book: what each of its rows would do, and what all of them do to what is held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from fiel.copilot.booking.accounts import OWN
from fiel.copilot.booking.lines import TRADES
from fiel.copilot.booking.preparing import Checked, Prepared
from fiel.copilot.booking.tally import Shortage
from fiel.copilot.drafts.applying import Applied, Keyed, rows_in
from fiel.copilot.drafts.draft import Choice, Decision, Draft
from fiel.copilot.importing.rows import Reasoned, Row, RowKind
from fiel.copilot.income.wallet import asset_of
from fiel.copilot.store.booked import BookedFile
from fiel.custody.accounts import QUANTITY_SCALE, Account, AccountKey, CashMode, Position
from fiel.custody.events import BookFact, Change, State
from fiel.custody.ledger.facts import book_fact

_ZERO = Decimal(0)
_CURRENCY = "BRL"


class RowState(StrEnum):
    """What becomes of a row: `new` is booked; `similar` is too, though an equal row stands beside it;
    `known` the book has already; `taken_back` it had, and a person took it back; `waiting` lacks something;
    `asked` needs a decision; `error` could not be read; `ignored` by choice; `left` books nothing."""

    NEW = "new"
    SIMILAR = "similar"
    KNOWN = "known"
    TAKEN_BACK = "taken_back"
    WAITING = "waiting"
    ASKED = "asked"
    ERROR = "error"
    IGNORED = "ignored"
    LEFT = "left"


#: States of which a person must say something before the row is booked.
OPEN_STATES = (RowState.ERROR, RowState.ASKED, RowState.WAITING)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row waits: a stable code, the column that it is about with the value found there, and words
    for what has no code of its own."""

    code: str
    column: str = ""
    value: str = ""
    text: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row. `twins`: rows of the same file that tell the same; `known_as`: the row of the book."""

    key: str
    file: int
    row: Row
    state: RowState
    asset: str | None
    account: str
    problem: Problem | None = None
    twins: tuple[int, ...] = ()
    known_as: str = ""
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file of the draft; `before` when the same bytes were booked already."""

    name: str
    format: str
    layout: str
    rows: int
    positions: int
    before: BookedFile | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What is held of an asset now and afterwards, units over all accounts."""

    asset: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Missing:
    """More leaves an account than it has: the asset, where, since when, and how many units."""

    asset: str
    account: str
    day: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Review:
    """All of a draft. Money is reais: `invested` buys less sales of the rows to be booked, `received` income.

    `importable` counts the facts that would be booked, typed openings among them.
    """

    draft: Draft
    files: tuple[FileSeen, ...]
    rows: tuple[ReviewRow, ...]
    moves: tuple[Moves, ...]
    invested: Decimal
    received: Decimal
    missing: tuple[Missing, ...]
    accounts_opened: tuple[str, ...]
    replaced: int
    gone: int
    importable: int
    has_foreign: bool = False

    def count(self, *states: RowState) -> int:
        """How many rows are in one of these states."""
        return sum(1 for row in self.rows if row.state in states)

    def named(self, key: str) -> ReviewRow | None:
        """The row of that name."""
        return next((row for row in self.rows if row.key == key), None)


def reviewed(draft: Draft, given: Applied, prepared: Prepared, held: Iterable[Position]) -> Review:
    """The draft as it stands against the book. `held`: the wallet's positions now."""
    said = draft.decisions.rows
    told = _told(given, prepared)
    twins = _twins(prepared)
    rows = tuple(_row(each, said.get(each.key), given, told, twins) for each in rows_in(draft))
    planned = prepared.planned
    reais = [each for each in planned if each.line.currency == _CURRENCY]
    own = prepared.files[len(prepared.files) - len(draft.files) :]
    return Review(
        draft,
        tuple(_file(each, sum(1 for row in rows if row.file == at)) for at, each in enumerate(own)),
        rows,
        moves_of(prepared, held),
        sum((_value(each.line.kind, each.line.row) for each in reais), _ZERO),
        sum((_income(each.line.kind, each.line.row) for each in reais), _ZERO),
        tuple(_missing(each, prepared) for each in prepared.shortages),
        tuple(each.name for each in prepared.accounts_opened),
        len(prepared.replaced),
        sum(len(each.compared.gone) for each in prepared.files),
        len(planned),
        len(reais) < len(planned),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What preparing said of a row."""

    state: RowState
    asset: str | None = None
    account: str = OWN
    why: Reasoned | None = None
    known_as: str = ""


def _told(given: Applied, prepared: Prepared) -> Mapping[str, _Told]:
    """By the name of the row."""
    found: dict[str, _Told] = {}

    def tell(row: Row, told: _Told) -> None:
        if key := given.keys.get(id(row)):
            found[key] = told

    for checked in prepared.files:
        for each in checked.planned:
            line = each.line
            account = prepared.accounts.label(line.user_id)
            tell(line.row, _Told(RowState.NEW, line.asset, account))
        pairs = ((RowState.KNOWN, checked.compared.known), (RowState.TAKEN_BACK, checked.compared.taken_back))
        for state, listed in pairs:
            for line, one in listed:
                account = prepared.accounts.label(line.user_id)
                tell(line.row, _Told(state, line.asset, account, known_as=one.id))
        for each_waiting in checked.waiting:
            tell(each_waiting.row, _Told(RowState.WAITING, each_waiting.row.ticker, why=each_waiting))
    return MappingProxyType(found)


def _twins(prepared: Prepared) -> Mapping[int, tuple[int, ...]]:
    """Rows to be booked that another of their file equals: by object, the numbers of the others."""
    found: dict[int, tuple[int, ...]] = {}
    for checked in prepared.files:
        equal: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for each in checked.planned:
            equal[each.line.user_id, each.line.identity].append(each.line.row)
        for rows in equal.values():
            if len(rows) > 1:
                for row in rows:
                    found[id(row)] = tuple(sorted(one.row for one in rows if one is not row))
    return MappingProxyType(found)


def _row(
    each: Keyed,
    decision: Decision | None,
    given: Applied,
    told: Mapping[str, _Told],
    twins: Mapping[int, tuple[int, ...]],
) -> ReviewRow:
    row = given.rows.get(each.key, each.row)
    asset, account = row.ticker or row.raw_ticker, row.institution or ""
    seen = partial(ReviewRow, each.key, each.file, row, decision=decision)
    if decision is not None and decision.choice is Choice.IGNORE:
        return seen(RowState.IGNORED, asset, account)
    said = told.get(each.key)
    if said is None:
        why = None if each.told is None else _problem(each.told)
        return seen(_STATES[each.letter], asset, account, why)
    if said.why is not None:
        return seen(said.state, asset, account, _problem(said.why))
    equal = twins.get(id(row), ()) if said.state is RowState.NEW else ()
    is_decided = decision is not None and decision.choice is Choice.KEEP
    state = RowState.SIMILAR if equal and not is_decided else said.state
    return seen(state, said.asset or asset, said.account, twins=equal, known_as=said.known_as)


_STATES: Mapping[str, RowState] = MappingProxyType(
    {"b": RowState.WAITING, "r": RowState.ASKED, "u": RowState.ERROR, "n": RowState.LEFT}
)


def _problem(why: Reasoned) -> Problem:
    """The column and value are told by the message of a reader: `quantity: "1.00,5" is no number`."""
    column, separator, _ = why.text.partition(": ")
    if not separator or not (column in why.row.extra or column.isidentifier()):
        column = ""
    return Problem(why.reason, column, why.row.extra.get(column, ""), why.text, why.accept)


def _file(checked: Checked, rows: int) -> FileSeen:
    file = checked.file
    return FileSeen(file.name, file.format, file.layout, rows, len(file.positions), checked.before)


def moves_of(prepared: Prepared, held: Iterable[Position]) -> tuple[Moves, ...]:
    """What is held of each asset that changes, now and afterwards."""
    before: defaultdict[str, int] = defaultdict(int)
    for each in held:
        before[asset_of(each.ticker)] += each.quantity
    change: defaultdict[str, int] = defaultdict(int)
    for planned in prepared.planned:
        for told in planned.told:
            if isinstance(told.command, BookFact):
                done = book_fact(State(_account(told.account)), told.command)
                for lot in done.lots if isinstance(done, Change) else ():
                    change[asset_of(lot.ticker)] += lot.quantity
    for one in prepared.replaced:
        units = int((one.quantity or _ZERO) * QUANTITY_SCALE)
        change[one.asset] -= units if one.kind in {RowKind.BUY, RowKind.SUBSCRIPTION} else -units
    return tuple(
        Moves(asset, _units(before[asset]), _units(before[asset] + moved))
        for asset, moved in sorted(change.items())
        if moved
    )


def _account(key: AccountKey) -> Account:
    return Account(key.user_id, key.currency, cash_mode=CashMode.EXTERNAL)


def _units(billionths: int) -> Decimal:
    return Decimal(billionths) / QUANTITY_SCALE


def _value(kind: RowKind, row: Row) -> Decimal:
    """What a trade puts in (+) or takes out (-)."""
    if kind not in TRADES:
        return _ZERO
    value = row.price * row.quantity if row.price is not None and row.quantity is not None else row.amount
    is_in = kind in {RowKind.BUY, RowKind.SUBSCRIPTION}
    return (value or _ZERO) if is_in else -(value or _ZERO)


_INCOME = frozenset({RowKind.DIVIDEND, RowKind.JCP, RowKind.RENDIMENTO, RowKind.INTEREST})


def _income(kind: RowKind, row: Row) -> Decimal:
    return row.amount or _ZERO if kind in _INCOME else _ZERO


def _missing(one: Shortage, prepared: Prepared) -> Missing:
    return Missing(
        one.asset, prepared.accounts.label(one.user_id), date.fromisoformat(one.day), _units(one.missing)
    )
