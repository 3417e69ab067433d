"""Corporate actions that touch what a wallet held: what the market tells and the book lacks, and booking.

desk = ActionsDesk(database, bookings, clock, zone)
desk.open("ana")                      # what could be booked, and what it would change; writes nothing
desk.accept("ana", ["PETR4:split:2008-04-28"])
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.actions import building
from fiel.copilot.actions.building import Building
from fiel.copilot.actions.ground import Ground, Proposed
from fiel.copilot.actions.manual import Typed, propose
from fiel.copilot.taxes.changes import pair_with_market
from fiel.copilot.taxes.share_events import actions_of, first_session
from fiel.custody.bookings import Bookings, Told
from fiel.infra.storage.database import Database, Session
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.queries import events_of
from fiel.market.values import ShareEvent, ShareKind
from fiel.portfolio.corporate_actions import Action, Bonus, Split

_NONE: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was booked: the actions, how many journal entries are theirs, what a person must look at."""

    actions: tuple[Proposed, ...]
    entries: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """An event of the market: who tells it, and the accounts that booked it."""

    action: Split | Bonus
    source: str
    booked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ActionsDesk:
    """The actions of the wallets in a database; days are those of `zone`."""

    database: Database
    bookings: Bookings
    clock: Clock
    zone: tzinfo

    def open(
        self, wallet: str, only: Collection[str] | None = None, declared: Mapping[str, Decimal] = _NONE
    ) -> tuple[Proposed, ...]:
        """What the market tells of the past and the book lacks, by day; later actions see earlier ones.

        `only`: those of these ids. `declared`: reais per unit that companies declared, by id of a bonus.
        Raises `NotFound` (action_unknown), `InvalidInput` (action_no_bonus), `Unavailable`, `Corrupt`.
        """
        with self.database.reading() as connection:
            ground = Ground.of(connection, wallet, self.zone, self.clock.now())
            return _open(connection, ground, only, declared)

    def accept(
        self, wallet: str, only: Collection[str] | None = None, declared: Mapping[str, Decimal] = _NONE
    ) -> Accepted:
        """Book them, in one transaction; what was sold since is reckoned anew. `None`: all that can be.

        Raises what `open` and `Bookings.book_all` raise, and `InvalidInput` (action_lacks) for one that is
        named and of which a person must say more.
        """
        found = self.open(wallet, only, declared)
        for one in found:
            if only is not None and one.lacks:
                raise InvalidInput(
                    "action_lacks", f"nobody tells the ratio of {one.id}; `fiel actions add` can", field="ID"
                )
        return self._book([one for one in found if one.told])

    def add(self, wallet: str, typed: Typed, *, accept: bool = False) -> Accepted:
        """An action that a person tells: what it changes, and booked when asked.

        Raises what `manual.propose` and `Bookings.book_all` raise.
        """
        with self.database.reading() as connection:
            ground = Ground.of(connection, wallet, self.zone, self.clock.now())
        found = propose(ground, typed)
        return self._book([found]) if accept else Accepted((found,), 0, ())

    def _book(self, actions: Sequence[Proposed]) -> Accepted:
        told: list[Told] = [each for one in actions if not one.is_booked for each in one.told]
        if not told:
            return Accepted(tuple(actions), 0, ())
        done = self.bookings.book_all(told)
        return Accepted(tuple(actions), len(done.entries), done.alerts)


def _open(
    connection: Session, ground: Ground, only: Collection[str] | None, declared: Mapping[str, Decimal]
) -> tuple[Proposed, ...]:
    held = {place.asset for place in ground.places}
    events = [event for one in events_of(connection, held).values() for event in one.shares]
    today = ground.now.astimezone(ground.zone).date()
    found = [
        *(_factless(ground, event) for event in events if event.kind is ShareKind.OTHER),
        *(_known(ground, events)),
    ]
    ids = {one.action.id if isinstance(one, _Known) else one.id for one in found if one is not None}
    bonuses = {one.action.id for one in found if isinstance(one, _Known) and isinstance(one.action, Bonus)}
    for name in sorted({*(only or ()), *declared} - ids):
        raise NotFound("action_unknown", f"no open action is called {name}", field="ID")
    for name in sorted(declared.keys() - bonuses):
        raise InvalidInput("action_no_bonus", f"{name} is no bonus; it has no declared cost", field="ID")
    proposed = []
    for one in sorted((each for each in found if each is not None), key=_order):
        if only is not None and _order(one)[1] not in only:
            continue
        made = _proposed(ground, one, declared) if isinstance(one, _Known) else one
        if (made.effects or made.lacks) and made.day <= today:
            proposed.append(made)
    return tuple(proposed)


def _order(one: _Known | Proposed) -> tuple[str, str]:
    day, name = (one.action.day, one.action.id) if isinstance(one, _Known) else (one.day, one.id)
    return day.isoformat(), name


def _known(ground: Ground, events: Sequence[ShareEvent]) -> list[_Known]:
    """Splits and bonuses that no account booked, and those that only some did."""
    sources: dict[str, str] = {}
    told: list[Action] = []
    for event in events:
        for action in actions_of([event])[0]:
            sources[action.id] = event.source
            told.append(action)
    free = pair_with_market(ground.changes, list({one.id: one for one in told}.values()))
    found = [_Known(one, sources[one.id]) for one in free if isinstance(one, Split | Bonus)]
    for change in ground.changes:
        if change.market is not None:
            booked = change.users | change.others
            found.append(_Known(change.market, sources[change.market.id], booked))
    return found


def _proposed(ground: Ground, known: _Known, declared: Mapping[str, Decimal]) -> Proposed:
    action, told = known.action, []
    for place in ground.held_by(action.asset, known.booked):
        build = Building(ground, action.id, action.day, place)
        if isinstance(action, Split):
            building.split(build, action.new, action.old)
        else:
            building.bonus(build, action.percent, declared.get(action.id, action.declared_cost))
        told += build.told
    if isinstance(action, Split):
        kind, terms = "split", {"ratio": f"{_text(action.old)}:{_text(action.new)}"}
    else:
        cost = declared.get(action.id)
        kind, terms = "bonus", {"percent": _text(action.percent)}
        terms["declared_cost"] = "?" if cost is None else _text(cost)
    head = Proposed(action.id, kind, action.asset, action.day, tuple(terms.items()), known.source)
    return ground.propose(head, told)


def _factless(ground: Ground, event: ShareEvent) -> Proposed | None:
    """An event whose ratio nobody tells, where the wallet held the asset: a person must say it."""
    day = first_session(event)
    if day is None:
        return None
    at = ground.midnight(day)
    if not any(ground.quantity(place, at) for place in ground.held_by(event.symbol)):
        return None
    name = f"{event.symbol}:{event.kind.value}:{day.isoformat()}"
    terms = (("label", event.label),)
    return Proposed(name, event.kind.value, event.symbol, day, terms, event.source, lacks="ratio_unknown")


def _text(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"
