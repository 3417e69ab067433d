"""Splits and bonuses that the book holds as movements of its own: the market's are not applied once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import localcontext

from fiel.copilot.income.announced import AnnouncedOf
from fiel.copilot.income.wallet import WalletBook
from fiel.income.holdings import Holdings
from fiel.income.values import Movement, ShareChange
from fiel.kernel.calendars import b3
from fiel.kernel.rounding import finance_context

#: Calendar days between the market's first session of an event and the day on which it was booked, or
#: between two accounts of a wallet that booked it.
NEAR = timedelta(days=20)


def settle(
    book: WalletBook, announced: Mapping[str, AnnouncedOf]
) -> tuple[WalletBook, dict[str, AnnouncedOf]]:
    """The book with booked events on the market's day, and the announcements with those marked as booked.

    Accounts that booked nothing get the market's units as a movement, where they held something.
    """
    if not book.changed:
        return book, dict(announced)
    movements, marked = list(book.movements), dict(announced)
    left = list(book.changed)
    for asset, told in announced.items():
        changes: list[ShareChange] = []
        for change in told.changes:
            mine = _booked(change, left)
            if mine:
                _apply(change, mine, movements, changes)
                left = [one for one in left if one not in mine]
            changes.append(replace(change, booked=True) if mine else change)
        marked[asset] = replace(told, changes=tuple(changes))
    return replace(book, movements=tuple(movements)), marked


def _booked(change: ShareChange, moved: Iterable[Movement]) -> list[Movement]:
    """The nearest of each account that is of the change: its asset, its direction, at most `NEAR` away."""
    day, grows = _first_session(change), change.new_per_old > 1
    found: dict[str, Movement] = {}
    for one in sorted(moved, key=lambda one: abs(one.day - day)):
        is_near = one.asset == change.asset and abs(one.day - day) <= NEAR
        if is_near and (one.quantity > 0) == grows:
            found.setdefault(one.account, one)
    return list(found.values())


def _apply(
    change: ShareChange, mine: list[Movement], movements: list[Movement], earlier: Iterable[ShareChange]
) -> None:
    """`earlier`: the changes of the asset before it, those that are booked marked."""
    day, booked = _first_session(change), {each.account for each in mine}
    for held in Holdings(movements, earlier).at_close(change.asset, change.com_date):
        if held.account not in booked:
            with localcontext(finance_context()):
                units = held.quantity * (change.new_per_old - 1)
            movements.append(Movement(day, held.account, change.asset, round(units, 9)))
    for one in mine:
        if one.day > day and not _sold_between(one, day, movements):
            movements[movements.index(one)] = replace(one, day=day)


def _sold_between(one: Movement, day: date, movements: Iterable[Movement]) -> bool:
    """Whether the account's units changed in between: then only the book knows what was there when."""
    return any(
        (each.asset, each.account) == (one.asset, one.account) and day <= each.day < one.day
        for each in movements
    )


def _first_session(change: ShareChange) -> date:
    return b3().next_business_day(change.com_date)
