"""Mergers, spin-offs and exercises: the legs of one happening as transfers inside the wallet."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from fiel.copilot.performing.making import Making, worth
from fiel.copilot.performing.moves import Move
from fiel.custody.accounts import money_of, units_of
from fiel.performance.entries import EntryKind, Transfer


def converted(legs: list[Move], making: Making) -> None:
    """What left becomes what came, at the worth of what left; nobody gains by it.

    A parent that is taken out and put in again (a spin-off) only gives: what came is taken from it at its own
    worth, by its price or else by the cost it brought.
    """
    net = _net(legs)
    given = [leg for leg in net if leg.quantity < 0]
    came = [leg for leg in net if leg.quantity > 0]
    parents = given or [leg for leg in net if not leg.quantity]
    if not came or not parents:
        for leg in (*given, *came):
            making.add(leg, EntryKind.QUANTITY, None, quantity=units_of(leg.quantity))
        return
    first, *others = parents
    beside = [_by_itself(leg, making) for leg in came[1:]]
    # A parent that stays whole gives each its worth; one that goes gives the first what the others leave.
    is_known = bool(first.quantity) and _worth(first, making) is not None
    lead = _rest(first, beside, making) if is_known else _by_itself(came[0], making)
    for leg, amount in zip(came, (lead, *beside), strict=True):
        out = units_of(-first.quantity) if leg is came[0] else Decimal(0)
        making.made.append(_transfer(first, leg, out, units_of(leg.quantity), amount, making))
    for leg in others:
        if leg.quantity:
            making.made.append(_transfer(leg, came[0], units_of(-leg.quantity), Decimal(0), None, making))


def _net(legs: list[Move]) -> list[Move]:
    """One leg for each account and asset, quantities and costs added up, in the order of the book."""
    sums: defaultdict[tuple[str, str | None], list[Move]] = defaultdict(list)
    for leg in legs:
        sums[leg.account, leg.asset].append(leg)
    return [
        each[0]._replace(quantity=sum(one.quantity for one in each), cost=sum(one.cost for one in each))
        for each in sums.values()
    ]


def _by_itself(leg: Move, making: Making) -> Decimal | None:
    """What came at its price (told as `None`), or at the cost that it brought."""
    asset = making.id_of(leg)
    if asset is None or making.price_on(asset, leg.day) is not None or leg.cost <= 0:
        return None if asset is None else _worth(leg, making)
    return money_of(leg.cost, leg.currency)


def _rest(parent: Move, beside: list[Decimal | None], making: Making) -> Decimal | None:
    """The parent's worth without what the others take; `None` where something is not known."""
    whole = _worth(parent, making)
    if not beside or whole is None:
        return None
    known = [one for one in beside if one is not None]
    rest = whole - sum(known, Decimal(0))
    return rest if len(known) == len(beside) and rest >= 0 else None


def _worth(leg: Move, making: Making) -> Decimal | None:
    asset = making.id_of(leg)
    return None if asset is None else worth(making, asset, leg)


def _transfer(
    source: Move, target: Move, out: Decimal, into: Decimal, amount: Decimal | None, making: Making
) -> Transfer:
    return Transfer(
        target.day,
        source.account,
        target.account,
        making.id_of(source),
        making.id_of(target),
        out,
        into,
        amount,
        source.currency,
        target.currency,
    )
