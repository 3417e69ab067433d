"""What companies did to the shares of a wallet, as it was booked: legs and accounts put together again.

One event is booked once in every account; here it is one. Where the market tells it too, its day and its
ratio count as long as what was booked agrees with them up to fractions; it never counts twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from fiel.copilot.income.booked_changes import NEAR
from fiel.custody.events import FactKind
from fiel.kernel.rounding import Rounding, finance_context, round_to
from fiel.portfolio.corporate_actions import (
    Action,
    Bonus,
    Left,
    Merger,
    Opening,
    RightsExercised,
    SpinOff,
    Split,
)

_ZERO, _ONE = Decimal(0), Decimal(1)
#: Percents that are derived from quantities are cut upwards here, so that the quantity comes out again.
_FINE = 30


@dataclass(frozen=True, slots=True)
class Leg:
    """One CHANGE lot: what an account's position gained in units and in cost (reais), of either sign."""

    id: str
    stem: str
    user: str
    kind: FactKind
    day: date
    asset: str
    quantity: Decimal
    cost: Decimal


@dataclass(slots=True)
class Change:
    """One event over all accounts that booked it: legs, the first of their days, and the market's event."""

    id: str
    kind: FactKind
    day: date
    legs: list[Leg]
    market: Split | Bonus | None = None
    #: Accounts that booked the market's event under another name: its ratio is not theirs once more.
    others: frozenset[str] = frozenset()

    @property
    def asset(self) -> str:
        """What it is of (for a conversion: its first leg)."""
        return self.legs[0].asset

    @property
    def users(self) -> frozenset[str]:
        """The accounts that booked it."""
        return frozenset(leg.user for leg in self.legs)

    @property
    def quantity(self) -> Decimal:
        """Units gained in all."""
        return sum((leg.quantity for leg in self.legs), _ZERO)

    @property
    def cost(self) -> Decimal:
        """Cost gained in all, in reais."""
        return sum((leg.cost for leg in self.legs), _ZERO)

    def of_user(self, user: str) -> Decimal:
        """Units gained in one account."""
        return sum((leg.quantity for leg in self.legs if leg.user == user), _ZERO)

    def net(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Units and cost gained by asset."""
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for leg in self.legs:
            units, cost = found.get(leg.asset, (_ZERO, _ZERO))
            found[leg.asset] = units + leg.quantity, cost + leg.cost
        return found


def changes_of(legs: Iterable[Leg]) -> list[Change]:
    """The events of the legs, by day: those of one command, then the same event of other accounts."""
    by_stem: defaultdict[tuple[object, ...], list[Leg]] = defaultdict(list)
    for leg in sorted(legs, key=lambda one: (one.day, one.stem, one.id)):
        by_stem[leg.user, leg.stem, leg.kind].append(leg)
    done: defaultdict[tuple[object, ...], list[Change]] = defaultdict(list)
    for group in sorted(by_stem.values(), key=lambda one: (one[0].day, one[0].id)):
        head = group[0]
        alike = done[head.kind, _shape(group)]
        twin = next((one for one in alike if _is_twin(one, head)), None)
        if twin is None:
            alike.append(Change(head.id, head.kind, head.day, list(group)))
        else:
            twin.legs.extend(group)
    return sorted((one for alike in done.values() for one in alike), key=lambda one: (one.day, one.id))


def _is_twin(change: Change, head: Leg) -> bool:
    """Whether another account booked the same event, at most `NEAR` apart."""
    return head.day - change.day <= NEAR and head.user not in change.users


def _shape(legs: Iterable[Leg]) -> frozenset[tuple[str, bool]]:
    return frozenset((leg.asset, leg.quantity > 0) for leg in legs)


def pair_with_market(changes: Sequence[Change], told: Iterable[Action]) -> list[Action]:
    """Gives each booked event the market's nearest one; the market's that are left, which nobody booked."""
    free: defaultdict[str, list[Split | Bonus]] = defaultdict(list)
    for one in told:
        if isinstance(one, Split | Bonus):
            free[one.asset].append(one)
    booked: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        booked[change.asset].append(change)
    for asset in booked.keys() & free.keys():
        for change in booked[asset]:
            _pair(change, free[asset])
        for change in booked[asset]:
            change.others = _others(change, booked[asset])
    return sorted((one for left in free.values() for one in left), key=lambda one: (one.day, one.id))


def _pair(change: Change, free: list[Split | Bonus]) -> None:
    if change.kind is FactKind.CONVERSION:
        return
    grows = change.quantity > 0
    near = [one for one in free if abs(one.day - change.day) <= NEAR and (ratio_of(one) > 1) == grows]
    if near:
        change.market = min(near, key=lambda one: (abs(one.day - change.day), one.day))
        free.remove(change.market)


def _others(change: Change, booked: Iterable[Change]) -> frozenset[str]:
    if change.market is None:
        return frozenset()
    day = change.market.day
    near = (one for one in booked if one is not change and abs(one.day - day) <= NEAR)
    return frozenset(user for one in near for user in one.users)


def ratio_of(action: Split | Bonus) -> Decimal:
    """Units after the event for each unit before it."""
    with localcontext(finance_context()):
        return action.new / action.old if isinstance(action, Split) else _ONE + action.percent / 100


@dataclass(slots=True)
class Quantities:
    """Units held, by asset and account, as the days go by; exact, also below zero."""

    held: defaultdict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, asset: str, user: str, units: Decimal) -> None:
        """Units that came to an account, or left it."""
        of_asset = self.held[asset]
        of_asset[user] = of_asset.get(user, _ZERO) + units

    def of(self, asset: str, user: str) -> Decimal:
        """What an account holds."""
        return self.held[asset].get(user, _ZERO)

    def scale(self, asset: str, ratio: Decimal, but: frozenset[str] = frozenset()) -> None:
        """Every account's units times a ratio, but those of some."""
        with localcontext(finance_context()):
            self.held[asset].update(
                {user: units * ratio for user, units in self.held[asset].items() if user not in but}
            )

    def rename(self, old: str, new: str) -> None:
        """All of one asset become as many of another."""
        for user, units in self.held.pop(old, {}).items():
            self.add(new, user, units)


def agrees(change: Change, held: Quantities) -> bool:
    """Whether each account that booked the event has, up to a unit, what the market's ratio gives."""
    if change.market is None:
        return False
    ratio = ratio_of(change.market)
    with localcontext(finance_context()):
        return all(
            held.of(change.asset, user) > 0
            and abs(held.of(change.asset, user) * (ratio - 1) - change.of_user(user)) < 1
            for user in change.users
        )


def share_action(change: Change, day: date, total: Decimal, held: Quantities, *, agreed: bool) -> Action:
    """A split or bonus as an action on the `total` that is held. `agreed`: with the market, whose ratio then
    also counts for the accounts that booked nothing. Where nothing is held it comes as it was booked."""
    market = change.market if agreed else None
    gained, more = change.quantity, _ZERO
    with localcontext(finance_context()):
        if market is not None:
            mine = sum((held.of(change.asset, user) for user in change.users | change.others), _ZERO)
            if total > mine:
                more = round_to((total - mine) * (ratio_of(market) - 1), 0, Rounding.DOWN)
        after = total + gained + more
        name = change.id if market is None else market.id
        if total <= 0 or after <= 0:
            return Opening(change.id, day, change.asset, gained, change.cost)
        if change.kind is FactKind.BONUS and gained > 0:
            return _bonus(change, name, day, total, gained + more)
        if isinstance(market, Split):
            return Split(name, day, change.asset, market.new, market.old, whole=False, quantity_after=after)
        return Split(name, day, change.asset, after, total, whole=False, quantity_after=after)


def _bonus(change: Change, name: str, day: date, total: Decimal, gained: Decimal) -> Bonus:
    """The market's percent when it gives the booked units and only leaves a fraction; else the book's."""
    cost, market = change.cost / change.quantity, change.market
    if isinstance(market, Bonus) and name == market.id:
        fresh = total * market.percent / 100
        if round_to(fresh, 0, Rounding.DOWN) == gained:
            return Bonus(name, day, change.asset, market.percent, cost)
    return Bonus(name, day, change.asset, _percent(gained, total), cost, whole=False)


def conversion_actions(change: Change, day: date, totals: Mapping[str, Decimal]) -> list[Action]:
    """The legs of a merger, spin-off or exercise as one action where they have its shape, else one by one."""
    net = change.net()
    losing = [asset for asset, (units, cost) in net.items() if units < 0 or (not units and cost < 0)]
    gaining = [asset for asset, (units, _) in net.items() if units > 0]
    with localcontext(finance_context()):
        if len(losing) == len(gaining) == 1 and len(net) == 2:
            found = _exchange(change, day, losing[0], gaining[0], totals.get(losing[0], _ZERO))
            if found is not None:
                return [found]
        return [
            one for asset, (units, cost) in net.items() for one in _apart(change, day, asset, units, cost)
        ]


def _exchange(change: Change, day: date, old: str, new: str, total: Decimal) -> Action | None:
    (gone, cost_gone), (came, cost_came) = change.net()[old], change.net()[new]
    head = change.id, day, old
    if total <= 0 or cost_came < 0:
        return None
    if not gone:
        before = -sum((leg.cost for leg in change.legs if leg.asset == old and leg.quantity < 0), _ZERO)
        if not 0 < -cost_gone <= before or cost_came != -cost_gone:
            return None
        return SpinOff(*head, new, _percent(came, total), -cost_gone * 100 / before, whole=False)
    if -gone == total and cost_came == -cost_gone:
        return Merger(*head, new, came, total, whole=False)
    if came == -gone and came <= total and cost_came >= -cost_gone:
        return RightsExercised(*head, new, came, (cost_came + cost_gone) / came)
    return None


def _apart(change: Change, day: date, asset: str, units: Decimal, cost: Decimal) -> Iterator[Action]:
    """A leg by itself: what goes takes its share of the cost, what comes brings what was told."""
    name = f"{change.id}/{asset}"
    if units < 0:
        yield Left(name, day, asset, -units)
    elif units or cost:
        yield Opening(name, day, asset, units, cost)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return round_to(part * 100 / whole, _FINE, Rounding.UP)
