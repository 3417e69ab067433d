"""What actions stand on: the lots of a wallet, what was booked before, and what is planned beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from fiel.copilot.booking.tally import Tally
from fiel.copilot.income.wallet import asset_of, local_day
from fiel.copilot.store.accounts import accounts_of
from fiel.copilot.taxes.changes import Change, changes_of
from fiel.copilot.taxes.facts import read_facts
from fiel.copilot.taxes.lots import CURRENCY, legs_of
from fiel.custody.accounts import AccountKey, Lot, LotKind, PositionKey, money_of, units_of
from fiel.custody.bookings import Told
from fiel.custody.events import BookFact, BookIncome, FactKind
from fiel.custody.ledger.facts import FactCause, stem_of
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Session
from fiel.kernel.errors import NotFound

_NINE = time(9)
_MICRO = timedelta(microseconds=1)
#: How long after an event its fraction's auction is looked for.
AUCTION_MAX = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does to one position: units, cost in reais, and the money that comes (or goes, < 0)."""

    account: str
    asset: str
    quantity_before: Decimal
    quantity_after: Decimal
    cost_before: Decimal
    cost_after: Decimal
    cash: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Proposed:
    """An action that can be booked: `told` are its facts, none where a person must say more (`lacks`).

    `terms` are the numbers that it follows, `source` who tells it. `is_booked`: the book has it already.
    """

    id: str
    kind: str
    asset: str
    day: date
    terms: tuple[tuple[str, str], ...]
    source: str
    effects: tuple[Effect, ...] = ()
    told: tuple[Told, ...] = ()
    lacks: str = ""
    is_booked: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One position of one account; `asset` is what events call it (PETR4 for PETR4F)."""

    account: AccountKey
    ticker: str

    @property
    def asset(self) -> str:
        """What events call it."""
        return asset_of(self.ticker)


@dataclass(slots=True)
class Ground:
    """A wallet's positions through time, in reais, with what is planned on top of them."""

    zone: tzinfo
    now: datetime
    tally: Tally
    places: list[Place]
    changes: list[Change]
    labels: dict[str, str]
    commands: frozenset[str]
    undone: frozenset[str]
    auctions: dict[tuple[str, str], list[date]]

    @classmethod
    def of(cls, connection: Session, wallet: str, zone: tzinfo, now: datetime) -> Ground:
        """What the book has of a wallet. Raises `Unavailable`, `Corrupt`."""
        book = Snapshot(connection)
        labels = {wallet: "-", **{each.user_id: each.label for each in accounts_of(connection, wallet)}}
        lots = [lot for lot in book.lots_together(labels) if lot.currency == CURRENCY]
        entries = book.entries_of(labels)
        facts = read_facts(entries, zone, CURRENCY)
        causes = [cause for entry in entries if (cause := FactCause.parse(entry.cause)) is not None]
        by_entry = {entry.id: entry for entry in entries}
        gone = [by_entry[each] for cause in causes if (each := cause.reverses) in by_entry]
        auctions: dict[tuple[str, str], list[date]] = {}
        for one in facts.money:
            if one.kind is FactKind.FRACTION_SALE:
                auctions.setdefault((by_entry[one.id].user_id, one.asset), []).append(one.day)
        return cls(
            zone,
            now,
            Tally.of(lots, zone),
            _places(lots),
            changes_of(legs_of(lots, facts, zone)),
            labels,
            frozenset(cause.command_id for cause in causes),
            frozenset(cause.stem for each in gone if (cause := FactCause.parse(each.cause))),
            auctions,
        )

    def account(self, label: str) -> str:
        """The book's name of an account. Raises `NotFound` (account_unknown)."""
        for user, name in self.labels.items():
            if label in (name, user):
                return user
        known = ", ".join(sorted(self.labels.values()))
        raise NotFound(
            "account_unknown", f"there is no account {label}; there are: {known}", field="--account"
        )

    def held_by(self, asset: str, but: frozenset[str] = frozenset()) -> list[Place]:
        """The positions that ever were of an asset, but those of some accounts."""
        return [each for each in self.places if each.asset == asset and each.account.user_id not in but]

    def quantity(self, place: Place, at: datetime) -> int:
        """Units before an instant, in billionths."""
        return self.tally.held_at(place.account, place.ticker, at)[0]

    def morning(self, day: date, place: int = 0) -> datetime:
        """When corporate actions of a day happen; `place` orders the facts of one."""
        return datetime.combine(day, _NINE, self.zone) + place * _MICRO

    def midnight(self, day: date) -> datetime:
        """When the day begins: what came since is in new units."""
        return datetime.combine(day, time(0), self.zone)

    def name(self, action: str, place: Place) -> str:
        """The command of an action in one position: the same every time, unless it was taken back."""
        base = name = f"action:{action}:{place.account.user_id}:{place.ticker}"
        again = 1
        while stem_of(name) in self.undone:
            again += 1
            name = f"{base}~{again}"
        return name

    def auction_after(self, place: Place, day: date) -> date | None:
        """When a fraction of the asset was sold in the account, soon after a day."""
        known = self.auctions.get((place.account.user_id, place.asset), ())
        return min((each for each in known if day <= each <= day + AUCTION_MAX), default=None)

    def has_left(self, place: Place, day: date, until: date) -> bool:
        """Whether a fraction left the account since: what is below one unit then is booked."""
        lots = self.tally.lots[PositionKey(*place.account, place.ticker)]
        return any(
            day <= local_day(lot.occurred_at, self.zone) <= until and -1 < units_of(lot.quantity) < 0
            for lot in lots
        )

    def propose(self, head: Proposed, told: Sequence[Told]) -> Proposed:
        """The action with its facts and what they do, which later ones then see."""
        if not told:
            return head
        done = all(each.command.command_id in self.commands for each in told)
        touched = list(dict.fromkeys(place for each in told if (place := _place(each)) is not None))
        first = min(_at(each) for each in told)
        last = max(_at(each) for each in told) + _MICRO
        before = {each: self.tally.held_at(each.account, each.ticker, first) for each in touched}
        if not done:
            for each in told:
                self._plan(each)
        effects = []
        for place in touched:
            quantity, cost = self.tally.held_at(place.account, place.ticker, last)
            was, had = before[place]
            cash = sum(_cash(each) for each in told if _place(each) == place)
            money = (money_of(amount, CURRENCY) for amount in (had, cost, cash))
            effects.append(
                Effect(place.account.user_id, place.ticker, units_of(was), units_of(quantity), *money)
            )
        return Proposed(
            head.id,
            head.kind,
            head.asset,
            head.day,
            head.terms,
            head.source,
            tuple(effects),
            tuple(told),
            is_booked=done,
        )

    def _plan(self, told: Told) -> None:
        """One more fact; of income only capital changes what is held: its cost."""
        self.tally.plan(told)
        command, place = told.command, _place(told)
        if isinstance(command, BookIncome) and command.kind.is_capital and place is not None:
            head = (command.command_id, *place.account, place.ticker, 0, 0, LotKind.RETURN)
            lot = Lot(*head, 0, 0, command.amount, 0, _at(told), command.command_id)
            self.tally.planned[PositionKey(*place.account, place.ticker)].append(lot)


def _places(lots: Iterable[Lot]) -> list[Place]:
    found = dict.fromkeys(Place(AccountKey(lot.user_id, lot.currency), lot.ticker) for lot in lots)
    return sorted(found, key=lambda one: (one.account, one.ticker))


def _place(told: Told) -> Place | None:
    ticker = told.command.ticker
    return None if ticker is None else Place(told.account, ticker)


def _at(told: Told) -> datetime:
    return told.command.occurred_at or told.command.at


def _cash(told: Told) -> int:
    command: BookFact | BookIncome = told.command
    return command.amount - (command.fee if isinstance(command, BookFact) else 0)
