"""Average cost: one lot after the other, by order of execution.

The Brazilian rule (IN RFB 1585/2015 art. 58): a buy moves the weighted average, a sale does not. Kept
exact as total cost in minor units and quantity; a sale takes its share of the cost, half to even, and
the last share takes all that is left: at quantity zero the cost is exactly zero. A position sold below
zero (facts may do that) carries its proceeds as negative cost until it is bought back.

Capital that an asset gives back (amortisation) lowers the cost of what is held down to zero; what goes
beyond is profit.
"""

from __future__ import annotations

from collections.abc import Iterable

from fiel.custody.accounts import Lot, LotKind, Position

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them
_MOVE, _RETURN, _CHANGE = LotKind.MOVE, LotKind.RETURN, LotKind.CHANGE


def share_of(cost: int, part: int, whole: int) -> int:
    """`cost` x `part` / `whole`, half to even; `part` = `whole` gives `cost` exactly."""
    quotient, rest = divmod(cost * part, whole)
    twice = 2 * rest - whole
    return quotient + (twice > 0 or (twice == 0 and quotient % 2 == 1))


def cost_after(quantity: int, cost: int, lot: Lot) -> tuple[int, int, int]:
    """(quantity, cost, profit realised) after a lot. Pure arithmetic on whole numbers.

    A MOVE that leaves takes its share of the cost along; `gross` has the other sign than its quantity then.
    """
    moved = lot.quantity
    if lot.kind is _CHANGE:
        return quantity + moved, cost + lot.gross, 0
    if not moved:
        return _given_back(quantity, cost, lot.gross) if lot.kind is _RETURN else (quantity, cost, 0)
    after, size, held = quantity + moved, abs(moved), abs(quantity)
    if lot.kind is not _MOVE:
        signed = lot.gross + lot.fee if moved > 0 else lot.fee - lot.gross
    elif (moved > 0) == (lot.gross >= 0):
        # It comes with its cost (a short one with its proceeds, below zero). Where that covers a sale
        # told before, the sale's profit is known now.
        signed = lot.gross
    else:
        gone = share_of(cost, min(size, held), held) if held and (quantity > 0) != (moved > 0) else 0
        return after, cost - gone, 0
    if quantity == 0 or (quantity > 0) == (moved > 0):
        return after, cost + signed, 0
    closed = min(size, held)
    cost_gone = share_of(cost, closed, held)
    money_of_closed = share_of(signed, closed, size)
    # What the lot moves beyond zero opens the position anew on the other side.
    return after, cost - cost_gone + (signed - money_of_closed), -money_of_closed - cost_gone


def _given_back(quantity: int, cost: int, capital: int) -> tuple[int, int, int]:
    """Capital lowers the cost, and taken back (below zero) raises it; where nothing is held it is profit."""
    off_cost = min(capital, max(0, cost)) if quantity > 0 else 0
    return quantity, cost - off_cost, capital - off_cost


def with_lot(position: Position, lot: Lot) -> Position:
    """The position after one lot that is later, by order of execution, than all before it."""
    quantity, cost, profit = cost_after(position.quantity, position.cost, lot)
    return _new(
        Position,
        (
            position.user_id,
            position.currency,
            position.ticker,
            quantity,
            position.reserved,
            cost,
            position.realised + profit,
            lot.occurred_at,
            lot.order_id,
            lot.upto,
            lot.id,
            position.restate,
        ),
    )


def follows(position: Position, lot: Lot) -> bool:
    """Whether the lot is later than everything the position has counted."""
    if position.restate:
        return False
    last_at = position.last_at
    if last_at is None or lot.occurred_at > last_at:
        return True
    return lot.sort_key > (last_at, position.last_order, position.last_upto, position.last_lot)


def restated(position: Position, lots: Iterable[Lot]) -> Position:
    """The position with cost and profit counted anew from all its lots, in order of execution."""
    fresh = position._replace(quantity=0, cost=0, realised=0, last_at=None, last_order=0, last_upto=0)
    fresh = fresh._replace(last_lot="", restate=False)
    for lot in sorted(lots, key=lambda lot: lot.sort_key):
        fresh = with_lot(fresh, lot)
    return fresh
