"""What companies and funds do to a holding: dated events on quantity and total cost, each applied once.

An event is dated by the first day of the new state, and takes effect before that day's trades; several of
one day follow `ORDER`. Positions are derived again from all events, so an event that becomes known late
also corrects what was sold since. Holdings keep their total cost, not an average: nothing here loses a cent.

Sources: IN RFB 1585/2015 art. 58 (bonus shares at the value that the company declares; average cost). Cost
split by the proportion the company discloses, amortisation lowering the cost of a fund and rights received
at zero cost are the practice of the Receita's answers to the public, not read in a law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext
from enum import StrEnum
from typing import TypeAlias

from fiel.kernel.errors import Conflict, InvalidInput, Refused
from fiel.kernel.rounding import Rounding, finance_context, round_to
from fiel.portfolio.holdings import COST_DECIMALS, Holding, sum_costs

QUANTITY_DECIMALS = 9
_ZERO = Decimal(0)
_NUMBER_MAX = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Event:
    """`id` is unique for ever; `day` the first session of the new state; `asset` what is held before it."""

    id: str
    day: date
    asset: str


@dataclass(frozen=True, slots=True)
class Opening(Event):
    """Units that enter without a trade known here: a start balance, a gift. `cost` `None` = unknown."""

    quantity: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Renamed(Event):
    """All units become as many of `into`: a new ticker, or a subscription receipt turning into the share."""

    into: str


@dataclass(frozen=True, slots=True)
class Split(Event):
    """`old` units become `new` (split when more, grouping when less); the cost stays.

    `whole`: only whole units stay, the rest waits for the auction. `quantity_after` (units) when known.
    """

    new: Decimal
    old: Decimal = Decimal(1)
    whole: bool = True
    quantity_after: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bonus(Event):
    """`percent` new units per 100 held, each at the cost that the company declares (money per unit)."""

    percent: Decimal
    declared_cost: Decimal
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Amortisation(Event):
    """Capital given back, money per unit: it lowers the cost; what exceeds the cost is a gain."""

    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class RightsIssued(Event):
    """`percent` rights per 100 units held, whole ones, at zero cost, under the ticker `right`."""

    right: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class RightsExercised(Event):
    """`quantity` rights (`asset`) become `into` at `price` per unit; what the rights cost is added."""

    into: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class RightsLapsed(Event):
    """The rights left end without value: what was paid for them is a loss."""


@dataclass(frozen=True, slots=True)
class SpinOff(Event):
    """`percent` units of `into` per 100 held; they take `cost_percent` of the cost with them."""

    into: str
    percent: Decimal
    cost_percent: Decimal
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Merger(Event):
    """`old` units become `new` of `into`, and `cash` (money in all) for `cash_cost_percent` of the cost."""

    into: str
    new: Decimal
    old: Decimal = Decimal(1)
    cash: Decimal = _ZERO
    cash_cost_percent: Decimal = _ZERO
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Left(Event):
    """`quantity` units leave without a sale, with their share of the cost; `waits`: for their auction."""

    quantity: Decimal
    waits: bool = False


@dataclass(frozen=True, slots=True)
class FractionAuction(Event):
    """The waiting fraction is sold for `proceeds` (money in all)."""

    proceeds: Decimal


Action: TypeAlias = (
    Opening
    | Renamed
    | Merger
    | SpinOff
    | Split
    | Bonus
    | Amortisation
    | RightsIssued
    | RightsExercised
    | RightsLapsed
    | Left
    | FractionAuction
)
#: Which comes first on one day: names, then exchanges, then units, then what leaves, then money.
ORDER: tuple[type[Event], ...] = (
    Opening,
    Renamed,
    Merger,
    SpinOff,
    Split,
    Bonus,
    Amortisation,
    RightsIssued,
    RightsExercised,
    RightsLapsed,
    Left,
    FractionAuction,
)


class OutcomeKind(StrEnum):
    """What an event meant for income. GAIN may be a loss; BONUS is exempt income; CAPITAL is none."""

    GAIN = "gain"
    FRACTION = "fraction"
    BONUS = "bonus"
    CAPITAL = "capital"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Money of an event: `proceeds` received (or declared value of a bonus), and the `cost` they used up."""

    action: str
    day: date
    asset: str
    kind: OutcomeKind
    quantity: Decimal
    proceeds: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Applied:
    """The holdings an event changed, each whole as it is after it, and its money."""

    changed: tuple[Holding, ...]
    outcomes: tuple[Outcome, ...] = ()


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The events by day, `ORDER`, asset and id; one given twice counts once.

    Raises `Conflict` (`action_changed`) when one id stands for two different events; the correction of an
    event takes its place before it comes here.
    """
    by_id: dict[str, Action] = {}
    for action in actions:
        if by_id.setdefault(action.id, action) != action:
            raise Conflict("action_changed", f"the event {action.id} was given twice with different content")
    return tuple(sorted(by_id.values(), key=lambda one: (one.day, ORDER.index(type(one)), one.asset, one.id)))


def apply_action(holdings: Mapping[str, Holding], action: Action) -> Applied:
    """What one event does to what is held before it. An asset that is not held is not touched.

    Whole units are cut towards zero, the rest waits as `fraction`. Money is exact; a cost that is divided
    is cut at 12 decimals half to even and its parts sum to it. Raises `InvalidInput` for a number that is
    out of range or an asset that becomes itself, `Refused` (`rights_not_held`) for rights that are not there.

    >>> before = {"EZTC3": Holding("EZTC3", Decimal(100), Decimal(1000))}
    >>> bonus = Bonus("b", date(2021, 5, 3), "EZTC3", Decimal("21.21"), Decimal("15.82"))
    >>> after = apply_action(before, bonus).changed[0]
    >>> after.quantity, after.cost, after.fraction
    (Decimal('121'), Decimal('1332.22'), Decimal('0.21'))
    """
    _check(action)
    held = holdings.get(action.asset, Holding(action.asset))
    if isinstance(action, Opening):
        return Applied((held.plus(action.quantity, action.cost),))
    if not held.quantity and not isinstance(action, FractionAuction | RightsExercised | Left):
        return Applied(())
    with localcontext(finance_context()):
        return _apply(holdings, held, action)


def _apply(holdings: Mapping[str, Holding], held: Holding, action: Action) -> Applied:
    match action:
        case Renamed(into=into):
            return Applied((Holding(held.asset), _joined(_other(holdings, into), held)))
        case Split(new=new, old=old):
            return Applied((_resized(held, held.quantity * new / old, action.whole, action.quantity_after),))
        case Bonus():
            return _bonus(held, action)
        case Amortisation(per_unit=per_unit):
            return _amortised(held, action, held.quantity * per_unit)
        case RightsIssued(right=right, percent=percent):
            issued = _whole(held.quantity * percent / 100) if held.quantity > 0 else _ZERO
            return Applied((_other(holdings, right).plus(issued, _ZERO),) if issued else ())
        case RightsExercised():
            return _exercised(holdings, held, action)
        case RightsLapsed():
            lost = _outcome(action, OutcomeKind.GAIN, held.quantity, _ZERO, held.cost)
            return Applied((Holding(held.asset),), (lost,))
        case SpinOff():
            return _spun_off(holdings, held, action)
        case Merger():
            return _merged(holdings, held, action)
        case Left(quantity=quantity, waits=waits):
            return Applied((_without(held, quantity, waits=waits),))
        case FractionAuction(proceeds=proceeds):
            sold = _outcome(action, OutcomeKind.FRACTION, held.fraction, proceeds, held.fraction_cost)
            return Applied((replace(held, fraction=_ZERO, fraction_cost=_ZERO),), (sold,))
    raise InvalidInput("action_unknown", f"{type(action).__name__} is no event known here")


def _without(held: Holding, quantity: Decimal, *, waits: bool) -> Holding:
    """More than is held leaves a short position that cost nothing."""
    part = min(quantity, max(held.quantity, _ZERO))
    apart = held.cost_of(part) if part else _ZERO
    left = replace(held.minus(part) if part else held, quantity=held.quantity - quantity)
    if not waits:
        return left
    cost = sum_costs(held.fraction_cost, apart)
    return replace(left, fraction=held.fraction + quantity, fraction_cost=cost)


def _bonus(held: Holding, action: Bonus) -> Applied:
    fresh = _units(held.quantity * action.percent / 100)
    given = _whole(fresh) if action.whole else fresh
    part = fresh - given
    grown = held.plus(given, given * action.declared_cost)
    waiting = sum_costs(held.fraction_cost, part * action.declared_cost)
    after = replace(grown, fraction=held.fraction + part, fraction_cost=waiting)
    income = _outcome(action, OutcomeKind.BONUS, given, given * action.declared_cost, _ZERO)
    return Applied((after,), (income,))


def _amortised(held: Holding, action: Amortisation, amount: Decimal) -> Applied:
    if held.cost is None or held.quantity < 0:
        left = None if held.cost is None else held.cost - amount
        used: Decimal | None = None if left is None else amount
    else:
        left = max(held.cost - amount, _ZERO)
        used = held.cost - left
    outcomes = [_outcome(action, OutcomeKind.CAPITAL, held.quantity, amount if used is None else used, used)]
    if used is not None and amount != used:
        outcomes.append(_outcome(action, OutcomeKind.GAIN, held.quantity, amount - used, _ZERO))
    return Applied((replace(held, cost=left),), tuple(outcomes))


def _exercised(holdings: Mapping[str, Holding], held: Holding, action: RightsExercised) -> Applied:
    if action.quantity > held.quantity:
        missing = action.quantity - held.quantity
        raise Refused(
            "rights_not_held",
            f"{action.quantity} rights {action.asset} cannot be exercised: {missing} are missing",
            field=f"actions.{action.id}.quantity",
        )
    paid = sum_costs(held.cost_of(action.quantity), action.quantity * action.price)
    return Applied((held.minus(action.quantity), _other(holdings, action.into).plus(action.quantity, paid)))


def _spun_off(holdings: Mapping[str, Holding], held: Holding, action: SpinOff) -> Applied:
    moved = None if held.cost is None else _cost(held.cost * action.cost_percent / 100)
    stays = None if held.cost is None or moved is None else held.cost - moved
    born = _resized(
        Holding(action.into, held.quantity, moved), held.quantity * action.percent / 100, action.whole
    )
    return Applied((replace(held, cost=stays), _joined(_other(holdings, action.into), born)))


def _merged(holdings: Mapping[str, Holding], held: Holding, action: Merger) -> Applied:
    for_cash = None if held.cost is None else _cost(held.cost * action.cash_cost_percent / 100)
    rest = None if held.cost is None or for_cash is None else held.cost - for_cash
    moved = replace(held, asset=action.into, cost=rest)
    born = _resized(moved, held.quantity * action.new / action.old, action.whole)
    outcomes = (
        (_outcome(action, OutcomeKind.GAIN, held.quantity, action.cash, for_cash),) if action.cash else ()
    )
    return Applied((Holding(held.asset), _joined(_other(holdings, action.into), born)), outcomes)


def _resized(held: Holding, exact: Decimal, whole: bool, after: Decimal | None = None) -> Holding:
    """The same cost on `exact` units; with `whole`, what is below one unit waits with its share."""
    total = _units(exact)
    kept = after if after is not None else _whole(total) if whole else total
    part = max(total - kept, _ZERO) if total > 0 else _ZERO
    sized = replace(held, quantity=kept + part)
    apart = sized.cost_of(part) if part else _ZERO
    left = replace(sized.minus(part), quantity=kept) if part else sized
    waiting = sum_costs(held.fraction_cost, apart)
    return replace(left, fraction=held.fraction + part, fraction_cost=waiting)


def _joined(into: Holding, held: Holding) -> Holding:
    grown = into.plus(held.quantity, held.cost)
    waiting = sum_costs(into.fraction_cost, held.fraction_cost)
    return replace(grown, fraction=into.fraction + held.fraction, fraction_cost=waiting)


def _other(holdings: Mapping[str, Holding], asset: str) -> Holding:
    return holdings.get(asset, Holding(asset))


def _outcome(
    action: Action, kind: OutcomeKind, quantity: Decimal, proceeds: Decimal, cost: Decimal | None
) -> Outcome:
    return Outcome(action.id, action.day, action.asset, kind, quantity, proceeds, cost)


def _whole(quantity: Decimal) -> Decimal:
    return quantity.quantize(Decimal(1), rounding=ROUND_DOWN)


def _units(quantity: Decimal) -> Decimal:
    return round_to(quantity, QUANTITY_DECIMALS, Rounding.DOWN).normalize() + 0


def _cost(cost: Decimal) -> Decimal:
    return round_to(cost, COST_DECIMALS, Rounding.HALF_EVEN)


def _check(action: Action) -> None:
    """Every number of an event is a finite Decimal from 0 to 10**15; those divided by are above zero."""
    if action.asset in (getattr(action, "into", None), getattr(action, "right", None)):
        raise InvalidInput(
            "same_asset", f"{action.asset} cannot become itself", field=f"actions.{action.id}.into"
        )
    for name in type(action).__dataclass_fields__:
        value = getattr(action, name)
        place = f"actions.{action.id}.{name}"
        if isinstance(value, float):
            raise InvalidInput("float_refused", f"{name} must be a Decimal", field=place)
        if isinstance(value, Decimal):
            least = -_NUMBER_MAX if isinstance(action, Opening) else _ZERO
            if (
                not value.is_finite()
                or not least <= value <= _NUMBER_MAX
                or (name in _DIVISORS and not value)
            ):
                raise InvalidInput(f"{name}_out_of_range", f"{name} {value} is out of range", field=place)
            if name in _PERCENTS and value > 100:
                raise InvalidInput(f"{name}_out_of_range", f"{name} {value} is above 100", field=place)


_DIVISORS = frozenset({"new", "old"})
_PERCENTS = frozenset({"cost_percent", "cash_cost_percent"})
