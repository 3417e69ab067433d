"""Moves of the book as entries of performance: each kind with its amount, and legs put together.

Amounts are exact. What the entries cannot say, as income that was taken back, becomes what moves
the same money: the identity holds to the cent whatever the book has in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

from fiel.copilot.performing.conversions import converted
from fiel.copilot.performing.making import Happened, Making, worth
from fiel.copilot.performing.moves import Move, What
from fiel.copilot.performing.share_changes import Changed
from fiel.custody.accounts import money_of, units_of
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.performance.entries import Entry, EntryKind, Transfer

_ZERO = Decimal(0)


def entries_of(moves: Sequence[Move], changes: Iterable[Changed], making: Making) -> list[Happened]:
    """Everything that happened, in no order. Splits and bonuses come from `changes`, not from the moves."""
    stems: defaultdict[tuple[What, str], list[Move]] = defaultdict(list)
    fractions: defaultdict[tuple[str, str, str | None], list[Move]] = defaultdict(list)
    for move in _settled(moves):
        if move.what in (What.MOVE, What.CONVERSION):
            stems[move.what, move.stem].append(move)
        elif move.what is What.FRACTION:
            fractions[move.account, move.currency, move.asset].append(move)
        elif move.what is What.TRADE and not move.quantity:
            _sold_whole(move, fractions.pop((move.account, move.currency, move.asset), []), making)
        elif move.what is not What.SPLIT:
            _plain(move, making)
    for (what, _), legs in stems.items():
        (_moved if what is What.MOVE else converted)(legs, making)
    for left in fractions.values():
        for move in left:
            making.add(move, EntryKind.QUANTITY, None, quantity=units_of(move.quantity))
    for change in changes:
        making.made.append(_changed(change, making))
    return making.made


def _settled(moves: Sequence[Move]) -> list[Move]:
    """Without income that was taken back by a booking of its own, and that booking."""
    open_income: defaultdict[tuple[object, ...], list[Move]] = defaultdict(list)
    gone: set[str] = set()
    for move in moves:
        if move.what not in (What.INCOME, What.CAPITAL):
            continue
        own = (move.account, move.currency, move.asset, move.what)
        if move.gross > 0:
            open_income[*own, move.gross, move.withheld].append(move)
            continue
        earlier = open_income[*own, -move.gross, -move.withheld]
        if earlier:
            gone |= {earlier.pop().entry, move.entry}
    return [move for move in moves if move.entry not in gone or move.what not in (What.INCOME, What.CAPITAL)]


def _plain(move: Move, making: Making) -> None:
    """What stands alone."""
    match move.what:
        case What.CASH:
            kind = EntryKind.CONTRIBUTION if move.gross > 0 else EntryKind.WITHDRAWAL
            making.add(move._replace(asset=None), kind, money_of(abs(move.gross), move.currency))
        case What.TRADE:
            _trade(move, making)
        case What.INCOME | What.CAPITAL:
            _paid(move, making)
        case What.FEE | What.TAX:
            if move.gross > 0:
                making.add(move, EntryKind.INCOME, money_of(move.gross, move.currency))
            else:
                kind = EntryKind.FEE if move.what is What.FEE else EntryKind.TAX
                making.add(move, kind, money_of(-move.gross, move.currency))
        case _:
            _delivered(move, making)


def _trade(move: Move, making: Making, quantity: int = 0) -> None:
    """A buy or a sale; money without shares is a sale of nothing, or a cost of what is held."""
    count = move.quantity or -quantity
    is_buy = count > 0 or (not count and move.gross < 0)
    numbers = {"quantity": abs(units_of(count)), "fees": money_of(move.fee, move.currency)}
    kind = EntryKind.BUY if is_buy else EntryKind.SELL
    making.add(move, kind, money_of(abs(move.gross), move.currency), **numbers)


def _sold_whole(move: Move, fractions: list[Move], making: Making) -> None:
    """The auction's money for the fractions that left for it: they stay until then, and are sold."""
    _trade(move, making, quantity=-sum(one.quantity for one in fractions))


def _paid(move: Move, making: Making) -> None:
    """Income gross with what was withheld; what is taken back and has no match costs the asset."""
    gross, withheld = move.gross + move.withheld, move.withheld
    is_capital = move.what is What.CAPITAL
    if gross >= 0 and withheld >= 0:
        kind = EntryKind.CAPITAL if is_capital else EntryKind.INCOME
        making.add(move, kind, money_of(gross, move.currency), taxes=money_of(withheld, move.currency))
    elif move.gross < 0:
        kind = EntryKind.BUY if is_capital else EntryKind.FEE
        making.add(move, kind, money_of(-move.gross, move.currency))
    else:
        kind = EntryKind.CAPITAL if is_capital else EntryKind.INCOME
        making.add(move, kind, money_of(move.gross, move.currency))


def _delivered(move: Move, making: Making) -> None:
    """Shares from outside at the price of the day, else at their cost; to outside at the price of the day."""
    asset = making.id_of(move)
    if asset is None:
        return
    amount = None
    if move.quantity > 0 and move.cost > 0 and making.price_on(asset, move.day) is None:
        making.at_cost.append((asset, move.day))
        amount = money_of(move.cost, move.currency)
    kind = EntryKind.DELIVERY_IN if move.quantity > 0 else EntryKind.DELIVERY_OUT
    making.add(move, kind, amount, quantity=abs(units_of(move.quantity)))


def _moved(legs: list[Move], making: Making) -> None:
    """Legs between accounts, or from an old name to a new one; a leg alone came from or went outside."""
    out = [leg for leg in legs if leg.quantity < 0]
    into = [leg for leg in legs if leg.quantity > 0]
    while out and into:
        source, target = out.pop(0), into.pop(0)
        old, new = making.id_of(source), making.id_of(target)
        if (source.account, old) == (target.account, new) or old is None or new is None:
            continue
        making.made.append(
            Transfer(
                source.day,
                source.account,
                target.account,
                old,
                new,
                units_of(-source.quantity),
                units_of(target.quantity),
                amount=_worth_of_new(old, new, target, making),
                currency=source.currency,
                to_currency=target.currency,
            )
        )
    for leg in (*out, *into):
        _delivered(leg, making)


def _worth_of_new(old: str, new: str, target: Move, making: Making) -> Decimal | None:
    """The worth by the new name where the old one has no price; `None` leaves it to the old one's."""
    if old == new or making.price_on(old, target.day) is not None:
        return None
    return worth(making, new, target)


def _changed(change: Changed, making: Making) -> Entry:
    with localcontext(finance_context()):
        ratio = Decimal(change.ratio.numerator) / Decimal(change.ratio.denominator)
    ratio = round_half_up(ratio, 12)
    is_ratio = change.ratio != 1 and Decimal("0.000001") <= ratio <= 1_000_000
    asset = making.ids[change.currency, change.asset]
    head = (change.day, EntryKind.QUANTITY, change.account, asset)
    return Entry(*head, quantity=units_of(change.quantity), ratio=ratio if is_ratio else None)
