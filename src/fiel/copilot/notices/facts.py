"""Facts worth a message, from what was looked at. Pure: nothing is asked and nothing is sent in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from fiel.income.values import IncomeRecord, State
from fiel.kernel.errors import InvalidInput

#: Of one kind about one wallet at once; the rest is told with the next look.
FACTS_MAX = 20
AHEAD_MIN, AHEAD_MAX = timedelta(days=1), timedelta(days=31)
EVERY_MIN, EVERY_MAX = timedelta(hours=1), timedelta(days=31)
_COMING = frozenset({State.ANNOUNCED, State.CONFIRMED})
_LATE = frozenset({State.LATE, State.MISSING})


class Kind(StrEnum):
    """What a message is about."""

    DRIFT = "drift"
    PAYMENTS = "payments"
    LATE = "late"
    STALE = "stale"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class NoticesConfig:
    """Which kinds are told, how far ahead payments are, and the rest between two messages about one thing.

    Raises `InvalidInput` naming the field.
    """

    kinds: frozenset[Kind] = field(default_factory=lambda: frozenset(Kind))
    ahead: timedelta = timedelta(days=3)
    every: timedelta = timedelta(days=1)

    def __post_init__(self) -> None:
        if not AHEAD_MIN <= self.ahead <= AHEAD_MAX:
            raise InvalidInput("notices_ahead", "tell of payments 1d to 31d ahead", field="ahead")
        if not EVERY_MIN <= self.every <= EVERY_MAX:
            raise InvalidInput("notices_every", "rest 1h to 31d between two messages", field="every")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message's body: an asset or a group, its amount or share, and a day, as far as known."""

    name: str
    amount: Decimal | None = None
    currency: str = "BRL"
    day: date | None = None
    share: Decimal | None = None
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to tell. `about` tells it from others of its kind and wallet: the same fact is told once in
    a while, another one at once. `wallet` is empty for what concerns everybody.
    """

    kind: Kind
    wallet: str
    about: str
    lines: tuple[Line, ...] = ()
    reason: str = ""

    @property
    def key(self) -> str:
        """The same for the same fact, however often it is seen."""
        return f"{self.kind}/{self.wallet}/{self.about}"


def payments(wallet: str, records: Iterable[IncomeRecord], today: date, ahead: timedelta) -> Iterator[Fact]:
    """A fact per day on which money comes, from tomorrow's view: what is paid from today to `ahead`."""
    days: dict[date, list[Line]] = {}
    for each in records:
        day = each.payment_date
        if each.state in _COMING and day is not None and today <= day <= today + ahead and each.net > 0:
            days.setdefault(day, []).append(Line(each.asset, each.net, each.currency, day))
    for day, lines in sorted(days.items())[:FACTS_MAX]:
        yield Fact(Kind.PAYMENTS, wallet, day.isoformat(), tuple(lines[:FACTS_MAX]))


def late(wallet: str, records: Iterable[IncomeRecord]) -> Iterator[Fact]:
    """One fact for all payments that should have come; another payment makes it another fact."""
    found = [each for each in records if each.state in _LATE]
    if not found:
        return
    found.sort(key=lambda each: (each.payment_date or date.max, each.asset))
    lines = tuple(Line(each.asset, each.net, each.currency, each.payment_date) for each in found[:FACTS_MAX])
    yield Fact(Kind.LATE, wallet, "+".join(sorted(each.record_id[:12] for each in found))[:200], lines)


def drift(wallet: str, out: Iterable[Line]) -> Iterator[Fact]:
    """One fact for all groups out of their band; another set of groups makes it another fact."""
    lines = tuple(out)[:FACTS_MAX]
    if lines:
        yield Fact(Kind.DRIFT, wallet, "+".join(sorted(each.name for each in lines))[:200], lines)


def stale(portfolio: str, saga: str | None, reason: str | None) -> Fact:
    """A portfolio that waits for a person."""
    return Fact(Kind.STALE, portfolio, saga or "-", reason=reason or "")


def provider(name: str, topic: str) -> Fact:
    """A provider that has not answered since it failed."""
    return Fact(Kind.PROVIDER, "", name, (Line(name),), topic)
