"""Movements that only make sense with another row: transfers with two ends, receipts with their exercise."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from fiel.copilot.importing.b3.movement_types import REASONS, Does, MovementType
from fiel.copilot.importing.codes import Product
from fiel.copilot.importing.columns import Sorting
from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.rows import Reasoned, Row, RowKind
from fiel.kernel.rounding import exact_context

_ROOT = 4
#: Root of the code, institution, quantity.
_Key: TypeAlias = tuple[str, str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Movement:
    """A row with what its type does. `price` as printed; `shown` is the value's cell as it stands."""

    row: Row
    type: MovementType
    price: Decimal | None
    product: Product
    direction: str
    shown: str


def book_transfers(sorting: Sorting, transfers: Sequence[Movement]) -> None:
    """A debit and a credit of one day, product and quantity at two institutions are one move, cost kept.

    The debit is booked with `to_institution`; the credit is its other end. An end alone is asked about.
    """
    groups: dict[tuple[date | None, str, Decimal | None], list[Movement]] = defaultdict(list)
    for movement in transfers:
        groups[movement.row.day, movement.product.text, movement.row.quantity].append(movement)
    for group in groups.values():
        _pair(sorting, group)


def _pair(sorting: Sorting, group: Sequence[Movement]) -> None:
    """Pair within one group, first come first served, each debit with a credit at another institution."""
    waiting: dict[str, deque[Movement]] = defaultdict(deque)
    for movement in group:
        if movement.direction == "Credito" and _moves(movement):
            waiting[normalised(movement.row.institution or "")].append(movement)
        elif movement.direction == "Credito":
            sorting.review.append(_one_end(movement))
    for debit in (movement for movement in group if movement.direction == "Debito"):
        here = normalised(debit.row.institution or "")
        there = next((queue for place, queue in waiting.items() if queue and place != here), None)
        if there and _moves(debit):
            _book_pair(sorting, debit.row, there.popleft().row)
        else:
            sorting.review.append(_one_end(debit))
    sorting.review.extend(_one_end(movement) for queue in waiting.values() for movement in queue)


def _book_pair(sorting: Sorting, debit: Row, credit: Row) -> None:
    extra = {"to_institution": credit.institution or "", "counterpart_row": str(credit.row)}
    sorting.booked.append(replace(debit, kind=RowKind.TRANSFER, extra={**debit.extra, **extra}))
    other = replace(credit, extra={**credit.extra, "counterpart_row": str(debit.row)})
    code = "transfer_counterpart"
    sorting.not_booked.append(Reasoned(other, code, text=REASONS[code]))


def _one_end(movement: Movement) -> Reasoned:
    return Reasoned(movement.row, "transfer_one_end", text=REASONS["transfer_one_end"])


def book_receipts(sorting: Sorting, movements: Sequence[Movement]) -> None:
    """A subscription's receipt costs what its exercise row prints; each exercise serves one receipt.

    They are matched by the root of the code, institution and quantity, the nearest exercise not after the
    receipt first. A receipt without one is asked about.
    """
    open_exercises: dict[_Key, list[Movement]] = defaultdict(list)
    due = [m for m in movements if m.type.does is Does.RECEIPT or _is_exercise(m)]
    for movement in sorted(due, key=lambda m: (m.row.day or date.min, m.type.does is Does.RECEIPT)):
        fitting = open_exercises[_key(movement.row)]
        if _is_exercise(movement):
            fitting.append(movement)
        elif fitting and movement.direction == "Credito" and _moves(movement):
            sorting.booked.append(_receipt(movement.row, fitting.pop()))
        else:
            expected = movement.direction == "Credito"
            code = "receipt_without_price" if expected else "direction_unexpected"
            sorting.review.append(Reasoned(movement.row, code, text=REASONS[code]))


def _moves(movement: Movement) -> bool:
    return movement.row.quantity is not None and movement.row.quantity > 0


def _is_exercise(movement: Movement) -> bool:
    return movement.type.reason == "right_exercised" and movement.price is not None and movement.price > 0


def _key(row: Row) -> _Key:
    return (row.ticker or "")[:_ROOT], normalised(row.institution or ""), row.quantity


def _receipt(row: Row, exercise: Movement) -> Row:
    price, printed = exercise.price or Decimal(0), exercise.row.amount
    made = exact_context().multiply(row.quantity or Decimal(0), price)
    paid = printed if printed is not None and printed > 0 else made
    extra = {**row.extra, "price_from_row": str(exercise.row.row)}
    return replace(row, kind=RowKind.SUBSCRIPTION, price=price, amount=paid, extra=extra)
