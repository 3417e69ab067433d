"""What the journal says of a wallet's lots: why each of them is there, and the money that has no lot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.income.wallet import asset_of, local_day
from fiel.custody.accounts import money_of
from fiel.custody.events import BookedEntry, FactKind
from fiel.custody.ledger.facts import FactCause

#: Money of an asset that is a gain of its own, without a lot.
_SALES = frozenset({FactKind.FRACTION_SALE, FactKind.RIGHTS_SALE})


@dataclass(frozen=True, slots=True)
class MoneyFact:
    """What a fraction's auction or a sale of rights brought, in reais."""

    id: str
    kind: FactKind
    day: date
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """`causes` by entry, which is the lot's name too; entries that were taken back are left out of both."""

    causes: Mapping[str, FactCause] = field(default_factory=lambda: MappingProxyType({}))
    money: tuple[MoneyFact, ...] = ()

    def kind_of(self, lot_id: str) -> FactKind | None:
        """The kind of fact that a lot is of; `None` for what orders and people did in custody."""
        cause = self.causes.get(lot_id)
        return None if cause is None else cause.kind

    def stem_of(self, lot_id: str) -> str:
        """What the legs of one event have in common."""
        cause = self.causes.get(lot_id)
        return lot_id if cause is None else cause.stem


def read_facts(entries: Iterable[BookedEntry], zone: tzinfo, currency: str) -> Facts:
    """The facts among the entries of a wallet. Raises `Corrupt` (fact_cause_unreadable)."""
    told = [(entry, cause) for entry in entries if (cause := FactCause.parse(entry.cause)) is not None]
    taken_back = {cause.reverses for _, cause in told}
    kept = [(entry, cause) for entry, cause in told if not cause.reverses and entry.id not in taken_back]
    money = tuple(
        MoneyFact(
            entry.id,
            cause.kind,
            local_day(entry.occurred_at, zone),
            asset_of(cause.ticker or ""),
            money_of(entry.gross, currency),
        )
        for entry, cause in kept
        if cause.kind in _SALES and entry.currency == currency and entry.gross > 0
    )
    return Facts(MappingProxyType({entry.id: cause for entry, cause in kept}), money)
