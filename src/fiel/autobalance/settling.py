"""What a step tells the book, folded in the step's own transaction, until nothing more is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeAlias

from fiel.autobalance.order_events import prepared_by
from fiel.autobalance.saga.events import Happened, ReservationsRefused, Step
from fiel.autobalance.saga.model import Patience, Saga
from fiel.custody.joint import Folded
from fiel.infra.storage.database import Session
from fiel.kernel.errors import Corrupt

#: How a saga goes on: `saga.step.step`.
Stepping: TypeAlias = Callable[[Saga, Happened, Patience], Step]
#: A refused order may lead to others (the stage is undone: sales back, then buys back), each refused in turn.
_ROUNDS_MAX = 16


class Folds(Protocol):
    """The book, as far as it is told of orders (`custody.joint.JointBook`)."""

    def fold(self, session: Session, events: Sequence[Mapping[str, object]], at: datetime) -> list[Folded]:
        """An answer for each event."""


def settled(
    session: Session,
    steps: Sequence[Step],
    book: Folds,
    stepping: Stepping,
    patience: Patience,
    at: datetime,
) -> list[Step]:
    """The steps after the book has taken what they tell: all of them in one batch.

    Orders that custody refuses to reserve for are fed back; what follows from that is told in turn.
    Raises `Corrupt` (saga_refusals_endless) when there is no end of it.
    """
    found = [*steps]
    told = [(place, event) for place, step in enumerate(steps) for event in step.told]
    for _ in range(_ROUNDS_MAX):
        answers = book.fold(session, [event for _, event in told], at) if told else []
        refused: dict[int, list[tuple[str, str]]] = {}
        for (place, event), answer in zip(told, answers, strict=True):
            if answer.refusal is not None:
                refused.setdefault(place, []).append((str(prepared_by(event)), answer.refusal))
        if not refused:
            return found
        again: list[tuple[int, dict[str, object]]] = []
        for place, codes in refused.items():
            prepared = tuple(name for owner, event in told if owner == place and (name := prepared_by(event)))
            news = ReservationsRefused(tuple(codes), prepared, at)
            step = stepping(found[place].saga, news, patience)
            found[place] = _joined(found[place], step, prepared)
            again += [(place, event) for event in step.told]
        told = again
    raise Corrupt("saga_refusals_endless", "the book goes on refusing what follows from its refusals")


def _joined(first: Step, second: Step, unsent: Sequence[str]) -> Step:
    """Both steps as one: nothing is asked for the orders that the second says were never sent."""
    kept = tuple(command for command in first.commands if command.attempt not in unsent)
    return replace(
        second,
        told=first.told + second.told,
        alerts=first.alerts + second.alerts,
        commands=kept + second.commands,
    )
