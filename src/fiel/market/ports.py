"""What market data needs from outside: a desk for notes, stores, and somewhere to tell last prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from fiel.infra.storage.outbox import OutboxMessage
from fiel.market.store.series import Span, StoredRow
from fiel.market.store.symbols import StoredQuote
from fiel.market.values import Observation


class Desk(Protocol):
    """Where it is noted how things went. Raises `Unavailable`."""

    def disbelieve(
        self,
        provider: str,
        topic: str,
        kind: str,
        detail: str,
        at: datetime,
        messages: Sequence[OutboxMessage] = (),
    ) -> None:
        """Something was read and not believed; messages go with the note."""

    def note(self, provider: str, topic: str, failure: str | None, at: datetime) -> None:
        """One call went well (`None`) or not."""


class QuoteStore(Protocol):
    """The last believed quotes. Raises `Unavailable`."""

    def quote(self, symbol: str) -> StoredQuote | None:
        """The last one."""

    def put_quote(self, quote: StoredQuote, messages: Sequence[OutboxMessage] = ()) -> bool:
        """Keep it unless a later one is held."""


class SeriesStore(Protocol):
    """Rows of series. Raises `Unavailable`."""

    def between(self, series: str, first: date, last: date) -> list[StoredRow]:
        """Rows, oldest first."""

    def spans(self, series: str) -> list[Span]:
        """What was answered for."""

    def save(
        self,
        series: str,
        found: Sequence[Observation],
        *,
        source: str,
        at: datetime,
        span: tuple[date, date] | None,
        messages: Sequence[OutboxMessage] = (),
    ) -> int:
        """Keep rows and span."""


class LastPrices(Protocol):
    """Where the other rooms look up last prices. Raises `Unavailable`."""

    async def tell(self, quote: StoredQuote) -> None:
        """A new one."""
