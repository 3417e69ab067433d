"""Splits, groupings and bonus shares: as the book has them, and as the market tells them where it has not.

Prices fall on the first session of an event, and the new shares are often booked days later. What is booked
is therefore dated by the market's event, where there is one, so that quantities and prices as traded fit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from fiel.copilot.performing.moves import Move, What
from fiel.custody.accounts import QUANTITY_SCALE
from fiel.portfolio.corporate_actions import Action, Bonus, Split

#: Booked from so long before the market's first session to so long after it, a change is that event.
_EARLY, _LATE = timedelta(days=7), timedelta(days=60)
#: A told change of less than this part of a share is what whole shares leave over.
_ONE = Fraction(QUANTITY_SCALE)


@dataclass(frozen=True, slots=True)
class Event:
    """`ratio` new shares for one from `day` on; `is_told`: by the market, else it is known from the book."""

    asset: str
    day: date
    ratio: Fraction
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Changed:
    """So many billionths more (or fewer) in an account from the first session on; `is_booked`, or told."""

    account: str
    currency: str
    asset: str
    day: date
    quantity: int
    ratio: Fraction
    is_booked: bool


@dataclass(frozen=True, slots=True)
class ShareChanges:
    """The changes of all accounts, and the events by asset, which prices follow too."""

    changed: tuple[Changed, ...]
    events: Mapping[str, tuple[Event, ...]]


def told_events(actions: Iterable[Action]) -> list[Event]:
    """The market's splits and bonuses; others change no price by a factor."""
    found = []
    for one in actions:
        if isinstance(one, Split):
            found.append(Event(one.asset, one.day, Fraction(one.new) / Fraction(one.old)))
        elif isinstance(one, Bonus) and one.percent:
            found.append(Event(one.asset, one.day, 1 + Fraction(one.percent) / 100))
    return found


def share_changes(moves: Sequence[Move], told: Iterable[Event]) -> ShareChanges:
    """What every account gained or lost by events. `moves` in order of occurrence.

    Whole shares stay whole: the rest of what the market tells is left to the auction. Shares that came on the
    first session itself are new ones already.
    """
    walk = _Walk(moves, sorted(told, key=lambda one: one.day))
    for move in moves:
        walk.until(move.day)
        walk.take(move)
    walk.until(date.max)
    return ShareChanges(tuple(walk.changed), {asset: tuple(found) for asset, found in walk.events.items()})


_Key = tuple[str, str, str]


class _Walk:
    """Holdings by account, currency and asset on their way through the days."""

    def __init__(self, moves: Sequence[Move], told: list[Event]) -> None:
        self.changed: list[Changed] = []
        self.events: defaultdict[str, list[Event]] = defaultdict(list)
        self._held: defaultdict[_Key, int] = defaultdict(int)
        self._left = told[::-1]
        self._booked: defaultdict[_Key, list[Move]] = defaultdict(list)
        self._done: set[str] = set()
        for event in told:
            self.events[event.asset].append(event)
        for move in moves:
            if move.what is What.SPLIT and move.asset is not None:
                self._booked[move.account, move.currency, move.asset].append(move)

    def until(self, day: date) -> None:
        """Everything that the market tells up to the morning of a day."""
        while self._left and self._left[-1].day <= day:
            event = self._left.pop()
            keys = {key for key in (*self._held, *self._booked) if key[2] == event.asset}
            for key in sorted(keys):
                self._apply(event, key)

    def take(self, move: Move) -> None:
        """One move of the book."""
        if move.asset is None or not move.quantity or move.entry in self._done:
            return
        key = (move.account, move.currency, move.asset)
        if move.what is What.SPLIT:
            held = self._held[key]
            ratio = told_ratio(held, held + move.quantity)
            same = [one for one in self.events[move.asset] if _is_near(one, move)]
            if not same and ratio != 1:
                self.events[move.asset].append(Event(move.asset, move.day, ratio, is_told=False))
            self._change(key, move.day, move.quantity, same[0].ratio if same else ratio, is_booked=True)
        else:
            self._held[key] += move.quantity

    def _apply(self, event: Event, key: _Key) -> None:
        held = self._held[key]
        more = after_event(held, event.ratio) - held
        if not held:
            return
        near = [one for one in self._booked[key] if one.entry not in self._done and _is_near(event, one)]
        if near:
            booked = min(near, key=lambda one: abs(one.quantity - more))
            self._done.add(booked.entry)
            self._change(key, event.day, booked.quantity, event.ratio, is_booked=True)
        elif more:
            self._change(key, event.day, more, event.ratio, is_booked=False)

    def _change(self, key: _Key, day: date, quantity: int, ratio: Fraction, *, is_booked: bool) -> None:
        self._held[key] += quantity
        self.changed.append(Changed(*key, day, quantity, ratio, is_booked))


def _is_near(event: Event, booked: Move) -> bool:
    """Whether a booked change may be that event: about then, and in the same direction."""
    is_then = event.day - _EARLY <= booked.day <= event.day + _LATE
    return is_then and (booked.quantity > 0) == (event.ratio > 1)


def after_event(held: int, ratio: Fraction) -> int:
    """Billionths after an event: whole shares where they were whole, the rest cut off.

    >>> after_event(105 * 10**9, Fraction(1, 10)) // 10**9
    10
    """
    after = held * ratio
    unit = QUANTITY_SCALE if held % QUANTITY_SCALE == 0 else 1
    return int(after / unit) * unit


def told_ratio(before: int, after: int) -> Fraction:
    """The simplest ratio that explains two quantities but for a part of a share: 105 to 10 is 1 for 10.

    >>> told_ratio(105 * 10**9, 10 * 10**9), told_ratio(100 * 10**9, 110 * 10**9)
    (Fraction(1, 10), Fraction(11, 10))
    """
    if before <= 0 or after <= 0:
        return Fraction(1)
    exact = Fraction(after, before)
    whole = round(exact) if exact >= 1 else round(1 / exact)
    simple = Fraction(whole) if exact >= 1 else Fraction(1, whole)
    if simple != 1 and abs(before * simple - after) < _ONE:
        return simple
    return exact
