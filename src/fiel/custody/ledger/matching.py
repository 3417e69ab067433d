"""Executions told by another source (a broker's statement, a drop copy) against the lots of an order.

The stream names a fill by its cumulative quantity, other sources by an execution id, or only by quantity,
price and time. Each lot stands for one execution and the other way round, so that two equal fills are two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from fiel.custody.accounts import Lot

#: Clocks of two sources differ; executions of one order at one price this close are the same.
WITHIN = timedelta(seconds=5)


class Execution(NamedTuple):
    """An execution as another source tells it. Quantity (above zero) and price in billionths, time in UTC."""

    quantity: int
    price: int
    occurred_at: datetime
    execution_id: str | None = None


class Matching(NamedTuple):
    """`booked` are the pairs; `missing` are executions without a lot, `unknown` lots without an execution."""

    booked: tuple[tuple[Execution, Lot], ...]
    missing: tuple[Execution, ...]
    unknown: tuple[Lot, ...]


def match_executions(
    executions: Iterable[Execution], lots: Sequence[Lot], within: timedelta = WITHIN
) -> Matching:
    """Which executions are booked already: by execution id, else by quantity, price and the nearest time.

    Busted lots (quantity zero) match nothing. The outcome does not depend on the order of the arguments.
    """
    left = {lot.id: lot for lot in sorted(lots, key=lambda lot: lot.sort_key) if lot.quantity}
    told = sorted(executions, key=lambda each: (each.occurred_at, each.quantity, each.price, str(each[3])))
    pairs: dict[int, Lot] = {}
    for index, execution in enumerate(told):
        by_id = [lot for lot in left.values() if _same_id(execution, lot)]
        if by_id:
            pairs[index] = left.pop(by_id[0].id)
    for index, execution in enumerate(told):
        if index not in pairs:
            near = [lot for lot in left.values() if _same_terms(execution, lot, within)]
            if near:
                nearest = min(near, key=lambda lot: abs(lot.occurred_at - execution.occurred_at))
                pairs[index] = left.pop(nearest.id)
    return Matching(
        tuple((told[index], pairs[index]) for index in sorted(pairs)),
        tuple(execution for index, execution in enumerate(told) if index not in pairs),
        tuple(left.values()),
    )


def _same_id(execution: Execution, lot: Lot) -> bool:
    told = execution.execution_id
    return told is not None and lot.event_id in (told, f"producer:{told}")


def _same_terms(execution: Execution, lot: Lot, within: timedelta) -> bool:
    return (
        abs(lot.quantity) == execution.quantity
        and lot.price == execution.price
        and abs(lot.occurred_at - execution.occurred_at) <= within
    )
