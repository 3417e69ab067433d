"""What market data says to the other rooms, through the outbox. Decimals and dates travel as text.

| topic                | key    | type             |
|----------------------|--------|------------------|
| `price-ticks-v1`     | ticker | `QuoteAccepted`  |
| `market-quality-v1`  | ticker | `QuoteRejected`  |
| `market-series-v1`   | series | `SeriesUpdated`  |
| `market-events-v1`   | ticker | `EventsChanged`  |
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from fiel.infra.storage.outbox import OutboxMessage
from fiel.kernel.ids import deterministic_id
from fiel.market.values import Observation, QuoteReading
from fiel.market.verdicts import Finding

TICKS = "price-ticks-v1"
QUALITY = "market-quality-v1"
SERIES = "market-series-v1"
EVENTS = "market-events-v1"
VERSION = 1


def quote_accepted(
    reading: QuoteReading, as_of: datetime, fetched_at: datetime, source: str
) -> OutboxMessage:
    """A price that is believed."""
    body = {
        "ticker": reading.symbol,
        "price": f"{reading.price:f}",
        "currency": reading.currency,
        "source": source,
        "volume": reading.volume,
        "previousClose": None if reading.previous_close is None else f"{reading.previous_close:f}",
    }
    name = deterministic_id(
        "tick", reading.symbol, as_of.isoformat(), fetched_at.isoformat(), f"{reading.price:f}", source
    )
    return _message(name, TICKS, "QuoteAccepted", reading.symbol, as_of, fetched_at, body)


def quote_rejected(symbol: str, provider: str, findings: Sequence[Finding], at: datetime) -> OutboxMessage:
    """An answer that was not believed, with the reasons."""
    told = [{"kind": each.kind.value, "place": each.place, "detail": each.detail} for each in findings]
    name = deterministic_id("doubt", symbol, provider, at.isoformat(), json.dumps(told, sort_keys=True))
    return _message(name, QUALITY, "QuoteRejected", symbol, at, at, {"provider": provider, "findings": told})


def series_updated(series: str, rows: Sequence[Observation], source: str, at: datetime) -> OutboxMessage:
    """New or changed rows: how many, and the last of them."""
    last = max(rows, key=lambda row: row.day)
    body = {
        "series": series,
        "rows": len(rows),
        "firstDay": min(row.day for row in rows).isoformat(),
        "lastDay": last.day.isoformat(),
        "lastValue": f"{last.value:f}",
        "source": source,
    }
    days = f"{body['firstDay']}/{body['lastDay']}/{body['lastValue']}/{len(rows)}"
    name = deterministic_id("series", series, source, at.isoformat(), days)
    return _message(name, SERIES, "SeriesUpdated", series, at, at, body)


def events_changed(
    symbol: str, event_ids: Sequence[str], com_dates: Sequence[date], at: datetime
) -> OutboxMessage:
    """Dividends or corporate actions of a symbol are new or other than before."""
    body = {
        "ticker": symbol,
        "events": list(event_ids),
        "firstComDate": min(com_dates).isoformat() if com_dates else None,
    }
    name = deterministic_id("events", symbol, at.isoformat(), *event_ids)
    return _message(name, EVENTS, "EventsChanged", symbol, at, at, body)


def _message(
    name: str,
    topic: str,
    kind: str,
    key: str,
    occurred_at: datetime,
    recorded_at: datetime,
    payload: Mapping[str, object],
) -> OutboxMessage:
    body = {
        "id": name,
        "type": kind,
        "version": VERSION,
        "key": key,
        "occurredAt": occurred_at.isoformat(),
        "recordedAt": recorded_at.isoformat(),
        "payload": payload,
    }
    return OutboxMessage(name, topic, key, json.dumps(body, ensure_ascii=False, separators=(",", ":")))
