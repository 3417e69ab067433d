"""What of a file is new to the book: rows as multisets per day, never added up and never merged.

A file tells n equal rows and the book has m: n - m are new, if any, whichever file the m came from. Two
reports of one kind are told apart by their institution; between reports of different kinds it is only
preferred, because they spell it differently. Trades that another report tells in other pieces are known
when the day's quantity and value of the asset agree.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from fiel.copilot.booking.lines import TOLD_TWICE, TRADES, TYPED, Line, row_id

_Group: TypeAlias = tuple[str, str, str, date, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the book as comparing sees it; `value` of trades is quantity x price, of others the amount.
    `is_back`: it was taken back, and counts as told still."""

    id: str
    user_id: str
    family: str
    identity: str
    day: date
    kind: str
    asset: str
    quantity: Decimal | None = None
    value: Decimal | None = None
    has_costs: bool = False
    is_back: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line that the book does not have, under the name that its row will have."""

    id: str
    line: Line


@dataclass(slots=True)
class Compared:
    """`replaced`: rows of the book that told no costs, whose place new lines take. `gone`: rows that came
    from an earlier file of this kind, on days of this one, and are not in it."""

    new: list[NewLine] = field(default_factory=list)
    known: list[tuple[Line, Known]] = field(default_factory=list)
    taken_back: list[tuple[Line, Known]] = field(default_factory=list)
    replaced: list[Known] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)


_Finder: TypeAlias = Callable[[Line], Known | None]


def compare(wallet: str, lines: Sequence[Line], known: Iterable[Known]) -> Compared:
    """The lines of one file against the rows of the book on its days."""
    return _Comparing(wallet, lines, list(known)).compared()


class _Comparing:
    """One file on its way."""

    def __init__(self, wallet: str, lines: Sequence[Line], known: list[Known]) -> None:
        self._wallet, self._lines, self._all = wallet, lines, known
        self._free: dict[str, Known] = {one.id: one for one in known}
        self._by_identity: defaultdict[str, deque[Known]] = defaultdict(deque)
        for one in sorted(known, key=lambda one: (one.is_back, one.id)):
            self._by_identity[one.identity].append(one)
        #: Lines that take the place of a row: matched already.
        self._taking: set[int] = set()
        self._done = Compared()

    def compared(self) -> Compared:
        left = self._match(self._lines, self._same_account)
        left = self._match(left, self._other_report)
        left = self._match_totals(left)
        counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        for one in self._all:
            counts[one.user_id, one.identity.removeprefix(REPLACED)] += 1
        taken = {one.id for one in self._all}
        for line in left:
            key = line.user_id, line.identity
            while (name := row_id(self._wallet, *key, counts[key])) in taken:
                counts[key] += 1
            self._done.new.append(NewLine(name, line))
            counts[key] += 1
        self._done.gone = list(self._gone())
        return self._done

    def _match(self, lines: Sequence[Line], find: _Finder) -> list[Line]:
        """Lines that the book does not have by this rule."""
        left: list[Line] = []
        for line in lines:
            one = None if id(line) in self._taking else find(line)
            if one is None:
                left.append(line)
                continue
            del self._free[one.id]
            if line.has_costs and line.row.fees and not one.has_costs and not one.is_back:
                # The note is the authority for costs: its line takes the place of the row without them.
                self._done.replaced.append(one)
                self._taking.add(id(line))
                left.append(line)
            else:
                self._settle(line, one)
        return left

    def _settle(self, line: Line, one: Known) -> None:
        (self._done.taken_back if one.is_back else self._done.known).append((line, one))

    def _same_account(self, line: Line) -> Known | None:
        return next((one for one in self._equals(line) if one.user_id == line.user_id), None)

    def _other_report(self, line: Line) -> Known | None:
        if line.kind not in TOLD_TWICE:
            return None
        return next((one for one in self._equals(line) if one.family != line.family), None)

    def _equals(self, line: Line) -> Iterable[Known]:
        """Rows like the line. What a person types again after taking it back is meant: it is new."""
        equal = self._by_identity.get(line.identity, deque())
        while equal and equal[0].id not in self._free:
            equal.popleft()
        for one in equal:
            if one.id in self._free and not (one.is_back and line.family == TYPED):
                yield one

    def _match_totals(self, lines: list[Line]) -> list[Line]:
        """Trades of a day that another report tells in other pieces."""
        told: defaultdict[_Group, list[Line]] = defaultdict(list)
        for line in lines:
            if line.kind in TRADES and id(line) not in self._taking:
                told[line.user_id, line.kind.value, line.asset or "", line.day, line.currency].append(line)
        free: defaultdict[tuple[str, str, str, date], list[Known]] = defaultdict(list)
        for one in self._free.values():
            free[one.user_id, one.kind, one.asset, one.day].append(one)
        same: set[int] = set()
        for group, own in told.items():
            currency = f"|{group[4]}|"
            family = own[0].family
            others = [
                one
                for one in free[group[:4]]
                if one.family != family and currency in one.identity and not (one.is_back and family == TYPED)
            ]
            if others and _totals_of_lines(own) == _totals(others):
                same |= self._same_pieces(own, others)
        return [line for line in lines if id(line) not in same]

    def _same_pieces(self, own: Sequence[Line], others: Sequence[Known]) -> set[int]:
        for one in others:
            del self._free[one.id]
        wants = all(line.has_costs for line in own) and not any(one.has_costs for one in others)
        if wants and not any(one.is_back for one in others):
            self._done.replaced += others
            return set()
        for line, one in zip(own, [*others, *[others[-1]] * len(own)], strict=False):
            self._settle(line, one)
        return {id(line) for line in own}

    def _gone(self) -> Iterable[Known]:
        """Rows of earlier files of this kind that this one should have and has not."""
        if not self._lines:
            return
        first = min(line.day for line in self._lines)
        last = max(line.day for line in self._lines)
        families = {line.family for line in self._lines}
        accounts = {line.user_id for line in self._lines}
        # An export of the same thing shares rows with the one before it; another broker's does not.
        files = {one.sha256 for _, one in (*self._done.known, *self._done.taken_back)} - {""}
        for one in self._free.values():
            is_old = one.family in families and one.user_id in accounts and one.sha256 in files
            if is_old and not one.is_back and first < one.day < last:
                yield one


#: Before the identity of a row whose place another took: it is told nowhere else.
REPLACED = "replaced|"


def _totals_of_lines(lines: Sequence[Line]) -> tuple[Decimal, Decimal]:
    quantity = sum((line.row.quantity or Decimal(0) for line in lines), Decimal(0))
    return quantity, sum((value_of(line) for line in lines), Decimal(0))


def _totals(known: Sequence[Known]) -> tuple[Decimal, Decimal]:
    quantity = sum((one.quantity or Decimal(0) for one in known), Decimal(0))
    return quantity, sum((one.value or Decimal(0) for one in known), Decimal(0))


def value_of(line: Line) -> Decimal:
    """Quantity times price of a trade, or its amount."""
    row = line.row
    if row.price is not None and row.quantity is not None:
        return row.price * row.quantity
    return row.amount or Decimal(0)


def known_of(new: NewLine) -> Known:
    """A new line as the files after it see it."""
    line = new.line
    return Known(
        new.id,
        line.user_id,
        line.family,
        line.identity,
        line.day,
        line.kind.value,
        line.asset or "",
        line.row.quantity if line.kind in TRADES else None,
        value_of(line) if line.kind in TRADES else line.row.amount,
        line.has_costs,
    )
