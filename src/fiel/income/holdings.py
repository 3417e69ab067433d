"""How many units of an asset each account held at the close of a day, by trade date.

One sorted pass per asset, then a bisection per question: a wallet asks about every payment it ever had.
Quantities are exact: the fraction that an event leaves stays until its auction is booked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, Inexact, localcontext
from operator import itemgetter

from fiel.income.values import AccountShare, Holding, Movement, ShareChange
from fiel.kernel.decimals import plain
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context

#: More than a wallet ever has; above it the input is a mistake.
MOVEMENTS_MAX = 1_000_000
CHANGES_MAX = 10_000

_DAY = timedelta(days=1)


class Holdings:
    """What a wallet held, asked by asset and day. Never changes after it was made.

    A movement counts from the close of its day. A change counts for what is held at the close of its com
    date, from the next day on; those `booked` in the journal come as movements and are not applied again.
    """

    __slots__ = ("_changes", "_movements", "_timelines")

    def __init__(self, movements: Iterable[Movement], share_changes: Iterable[ShareChange] = ()) -> None:
        self._movements = _by_asset(movements)
        self._changes = _effective(share_changes)
        #: Filled when asked: most wallets have assets that pay nothing.
        self._timelines: dict[str, tuple[_Timeline, ...]] = {}

    @property
    def assets(self) -> frozenset[str]:
        """Every asset that ever moved."""
        return frozenset(self._movements)

    def at_close(self, asset: str, day: date) -> tuple[Holding, ...]:
        """What each account held at the close of `day`, ordered by account, without zeros.

        Negative: sold without being there. Raises `InvalidInput` (`share_changes_too_fine`) when the changes
        of the asset multiply to more digits than can be kept.
        """
        held = []
        for timeline in self._of(asset):
            quantity = timeline.at_close(day)
            if quantity:
                held.append(Holding(timeline.account, quantity))
        return tuple(held)

    def is_as(self, asset: str, day: date, shares: Sequence[AccountShare]) -> bool:
        """Whether at the close of `day` the accounts held exactly the units of these shares."""
        index, count = 0, len(shares)
        for timeline in self._timelines.get(asset) or self._of(asset):
            quantity = timeline.at_close(day)
            if quantity:
                if index == count:
                    return False
                share = shares[index]
                if share.quantity != quantity or share.account != timeline.account:
                    return False
                index += 1
        return index == count

    def quantity(self, asset: str, day: date) -> Decimal:
        """The units of all accounts together at the close of `day`."""
        with localcontext(exact_context()):
            return sum((held.quantity for held in self.at_close(asset, day)), Decimal(0))

    def _of(self, asset: str) -> tuple[_Timeline, ...]:
        timelines = self._timelines.get(asset)
        if timelines is None:
            timelines = self._timelines[asset] = self._make(asset)
        return timelines

    def _make(self, asset: str) -> tuple[_Timeline, ...]:
        accounts = self._movements.get(asset)
        if not accounts:
            return ()
        changes = self._changes.get(asset, [])
        try:
            with localcontext(exact_context()):
                return tuple(_Timeline(account, accounts[account], changes) for account in sorted(accounts))
        except Inexact:
            raise InvalidInput(
                "share_changes_too_fine",
                f"the changes of {asset} multiply to more digits than can be kept; shorten their ratios",
                field=asset,
            ) from None


class _Timeline:
    """The quantity of one account from each day on which it changed."""

    __slots__ = ("_days", "_quantities", "account")

    def __init__(
        self, account: str, movements: list[tuple[date, Decimal]], changes: list[tuple[date, Decimal]]
    ) -> None:
        self.account = account
        self._days: list[date] = []
        self._quantities: list[Decimal] = []
        held, waiting = Decimal(0), iter([*changes, (date.max, Decimal(1))])
        start, ratio = next(waiting)
        for day, quantity in sorted(movements, key=itemgetter(0)):
            # The change is of what was held the evening before: it goes ahead of the trades of its day.
            while start <= day and start < date.max:
                held = self._set(start, held * ratio)
                start, ratio = next(waiting)
            held = self._set(day, held + quantity)
        while start < date.max:
            held = self._set(start, held * ratio)
            start, ratio = next(waiting)

    def at_close(self, day: date) -> Decimal:
        index = bisect_right(self._days, day)
        return self._quantities[index - 1] if index else Decimal(0)

    def _set(self, day: date, quantity: Decimal) -> Decimal:
        if self._days and self._days[-1] == day:
            self._quantities[-1] = quantity
        else:
            self._days.append(day)
            self._quantities.append(quantity)
        return quantity


def _by_asset(movements: Iterable[Movement]) -> dict[str, dict[str, list[tuple[date, Decimal]]]]:
    assets: dict[str, dict[str, list[tuple[date, Decimal]]]] = defaultdict(lambda: defaultdict(list))
    count = 0
    for movement in movements:
        count += 1
        assets[movement.asset][movement.account].append((movement.day, movement.quantity))
    if count > MOVEMENTS_MAX:
        raise InvalidInput("too_many_movements", f"a wallet has at most {MOVEMENTS_MAX} movements")
    return assets


def _effective(changes: Iterable[ShareChange]) -> dict[str, list[tuple[date, Decimal]]]:
    """The changes to apply, by the first day on which they count; a ratio below 0 is refused."""
    assets: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    count = 0
    for change in changes:
        count += 1
        if change.booked:
            continue
        if change.new_per_old < 0:
            raise InvalidInput(
                "share_change_negative", f"{change.new_per_old} units for one cannot be", field=change.asset
            )
        assets[change.asset].append((change.com_date + _DAY, plain(change.new_per_old)))
    if count > CHANGES_MAX:
        raise InvalidInput("too_many_share_changes", f"a wallet has at most {CHANGES_MAX} share changes")
    for days in assets.values():
        days.sort()
    return assets
