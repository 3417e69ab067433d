"""What the market announced, as income's values; kept in memory per symbol while nothing changes.

Ten thousand wallets hold the same few hundred assets: their events are read and turned once, and asked
again only when the database says that one of them changed.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fiel.income.share_events import ShareAnnouncement, ShareEventKind
from fiel.income.values import Announcement, IncomeKind, ShareChange, Standing
from fiel.infra.storage.database import Session
from fiel.market import queries
from fiel.market.symbol_events import SymbolEvents
from fiel.market.values import CashKind

#: Symbols kept; beyond it the oldest are forgotten and read again when they are asked for.
KEPT_MAX = 5_000
_KINDS: Mapping[CashKind, IncomeKind] = MappingProxyType(
    {
        CashKind.DIVIDEND: IncomeKind.DIVIDEND,
        CashKind.JCP: IncomeKind.JCP,
        CashKind.FII_INCOME: IncomeKind.FII_INCOME,
        CashKind.INTEREST: IncomeKind.INTEREST,
        CashKind.AMORTIZATION: IncomeKind.AMORTISATION,
        CashKind.REDEMPTION: IncomeKind.REDEMPTION,
        CashKind.OTHER: IncomeKind.OTHER,
    }
)


@dataclass(frozen=True, slots=True)
class AnnouncedOf:
    """Of one symbol: payments by com date, and what became of its shares."""

    symbol: str
    payments: tuple[Announcement, ...] = ()
    changes: tuple[ShareChange, ...] = ()
    actions: tuple[ShareAnnouncement, ...] = ()


@dataclass(slots=True)
class AnnouncedEvents:
    """Events by symbol, for any number of threads."""

    _kept: dict[str, tuple[tuple[int, int], AnnouncedOf]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, connection: Session, symbols: Collection[str]) -> dict[str, AnnouncedOf]:
        """What is announced of each symbol, as the connection's transaction sees it.

        Raises `Corrupt` for an event that cannot be read.
        """
        versions = queries.event_versions(connection, symbols)
        with self._lock:
            known = {name: self._kept.get(name) for name in versions}
        wanted = [name for name, held in known.items() if held is None or held[0] != versions[name]]
        fresh = {name: announced_of(events) for name, events in queries.events_of(connection, wanted).items()}
        found = {name: held[1] for name, held in known.items() if held is not None} | fresh
        with self._lock:
            for name, announced in fresh.items():
                self._kept.pop(name, None)
                self._kept[name] = (versions[name], announced)
            while len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]
        return {name: found.get(name) or AnnouncedOf(name) for name in symbols}


def announced_of(events: SymbolEvents) -> AnnouncedOf:
    """The market's events of a symbol in the words of income. Share events without a com date are left out:
    nobody can say what they apply to."""
    payments = tuple(
        Announcement(
            each.event_id,
            each.event.symbol,
            _KINDS[each.event.kind],
            each.event.rate,
            each.event.com_date,
            each.event.payment_date,
            "+".join(sorted({told.source for told in each.told})) or each.event.source,
            Standing(each.standing.value),
            decided_on=each.event.approved_on,
            deadline=each.event.deadline,
            currency=each.event.currency,
            differences=each.differences,
        )
        for each in events.cash
    )
    changes = tuple(
        ShareChange(each.symbol, each.com_date, each.new_per_old)
        for each in events.shares
        if each.com_date is not None
    )
    return AnnouncedOf(events.symbol, payments, changes, _actions(events))


def _actions(events: SymbolEvents) -> tuple[ShareAnnouncement, ...]:
    """Splits, bonuses and rights with a com date; a right whose percent nobody told is left out."""
    shares = [
        ShareAnnouncement(
            each.symbol, ShareEventKind(each.kind.value), each.com_date, each.new_per_old, each.source
        )
        for each in events.shares
        if each.com_date is not None
    ]
    rights = [
        ShareAnnouncement(
            each.symbol,
            ShareEventKind.SUBSCRIPTION,
            each.com_date,
            each.percent.scaleb(-2),
            each.source,
            each.price,
            each.subscription_until,
        )
        for each in events.subscriptions
        if each.com_date is not None and each.percent
    ]
    return (*shares, *rights)
