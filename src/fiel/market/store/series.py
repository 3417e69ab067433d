"""Rows of series and the spans that were asked for. A final row is written once.

`save` is the only way in: rows, coverage and the message to others stand in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, delete, func, or_, select

from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.upserts import insert_into
from fiel.market.tables import market_coverage as coverage
from fiel.market.tables import market_rows as rows
from fiel.market.values import Observation

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as it stands, with its origin."""

    row: Observation
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both ends included, that were answered for; `checked_at`: the last look at the latest."""

    first: date
    last: date
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class SeriesTotals:
    """What is held of one series."""

    rows: int
    first: date | None
    last: date | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """The truth about the past: series as they were believed."""

    database: Database

    def between(self, series: str, first: date, last: date) -> list[StoredRow]:
        """The rows of those days, oldest first."""
        asked = (
            select(rows)
            .where(rows.c.series == series, rows.c.day >= first.isoformat(), rows.c.day <= last.isoformat())
            .order_by(rows.c.day)
        )
        with self.database.reading() as connection:
            return [_stored(row) for row in connection.execute(asked)]

    def latest(self, series: str, until: date) -> StoredRow | None:
        """The last row of a day not after `until`."""
        asked = (
            select(rows)
            .where(rows.c.series == series, rows.c.day <= until.isoformat())
            .order_by(rows.c.day.desc())
            .limit(1)
        )
        with self.database.reading() as connection:
            row = connection.execute(asked).first()
            return None if row is None else _stored(row)

    def spans(self, series: str) -> list[Span]:
        """The spans answered for, in order, apart from each other."""
        with self.database.reading() as connection:
            return _spans(connection, series)

    def totals(self, series: str) -> SeriesTotals:
        """How much is held."""
        asked = select(
            func.count(), func.min(rows.c.day), func.max(rows.c.day), func.max(rows.c.fetched_at)
        ).where(rows.c.series == series)
        with self.database.reading() as connection:
            count, first, last, fetched_at = connection.execute(asked).one()
        return SeriesTotals(count, _day(first), _day(last), fetched_at)

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
        """Keep rows that are new, other or read anew, and the span as answered for; how many were written.

        The caller has judged which rows may change (the sanitizer). Nothing is ever deleted.
        """

        def write(connection: Connection) -> int:
            written = _write_rows(connection, series, found, source, at)
            if span is not None:
                _cover(connection, series, Span(*span, at))
            if messages:
                outbox.append(connection, messages, at=at)
            return written

        return self.database.transact(lambda unit: write(unit.connection))


def _write_rows(
    connection: Connection, series: str, found: Sequence[Observation], source: str, at: datetime
) -> int:
    written = 0
    for start in range(0, len(found), _CHUNK):
        given = insert_into(rows, connection).values(
            [
                {
                    "series": series,
                    "day": each.day.isoformat(),
                    "value": f"{each.value:f}",
                    "until": None if each.until is None else each.until.isoformat(),
                    "source": source,
                    "fetched_at": at,
                }
                for each in found[start : start + _CHUNK]
            ]
        )
        put = given.on_conflict_do_update(
            index_elements=[rows.c.series, rows.c.day],
            set_={name: given.excluded[name] for name in ("value", "until", "source", "fetched_at")},
            where=or_(
                rows.c.value != given.excluded.value,
                rows.c.source != given.excluded.source,
                rows.c.fetched_at < given.excluded.fetched_at,
            ),
        ).returning(rows.c.day)
        written += len(connection.execute(put).all())
    return written


def _cover(connection: Connection, series: str, new: Span) -> None:
    """Join the span with those it touches, so that few are kept."""
    touching = [
        span
        for span in _spans(connection, series)
        if span.first <= new.last + timedelta(days=1) and new.first <= span.last + timedelta(days=1)
    ]
    joined = _joined([new, *touching])
    for span in touching:
        connection.execute(
            delete(coverage).where(
                coverage.c.series == series, coverage.c.first_day == span.first.isoformat()
            )
        )
    connection.execute(
        insert_into(coverage, connection)
        .values(
            series=series,
            first_day=joined.first.isoformat(),
            last_day=joined.last.isoformat(),
            checked_at=joined.checked_at,
        )
        .on_conflict_do_nothing()
    )


def _joined(spans: Iterable[Span]) -> Span:
    together = list(spans)
    last = max(span.last for span in together)
    return Span(
        min(span.first for span in together),
        last,
        max(span.checked_at for span in together if span.last == last),
    )


def _spans(connection: Connection, series: str) -> list[Span]:
    asked = select(coverage).where(coverage.c.series == series).order_by(coverage.c.first_day)
    return [
        Span(date.fromisoformat(row.first_day), date.fromisoformat(row.last_day), row.checked_at)
        for row in connection.execute(asked)
    ]


def _stored(row: object) -> StoredRow:
    day, value, until = row.day, row.value, row.until  # type: ignore[attr-defined]
    found = Observation(date.fromisoformat(day), Decimal(value), _day(until))
    return StoredRow(found, row.source, row.fetched_at)  # type: ignore[attr-defined]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
