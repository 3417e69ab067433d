"""Ticks and requests as they go over the bus.

| topic                   | key       | what                                                     |
|-------------------------|-----------|----------------------------------------------------------|
| `price-ticks-v1`        | ticker    | `QuoteAccepted`, as `market` (or an exchange) writes it  |
| `rebalance-requests-v1` | portfolio | `RebalanceRequested`                                     |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fiel.autobalance.reading import object_in, parsed, text_in
from fiel.autobalance.topics import PRICE_TICKS, REBALANCE_REQUESTS
from fiel.custody.accounts import PRICE_SCALE, units_text
from fiel.custody.names import read_currency, read_ticker, read_user_id
from fiel.infra.bus.port import Message
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import deterministic_id

BODY_MAX = 20_000
PRICE_MAX = Decimal(10) ** 9
VERSION = 1


@dataclass(frozen=True, slots=True)
class Tick:
    """A price that is believed, as of `at` (UTC). `None`: there is none any more (it was not above zero)."""

    ticker: str
    price: Decimal | None
    at: datetime
    currency: str = "BRL"


@dataclass(frozen=True, slots=True)
class Request:
    """A portfolio that should be looked at. `trigger` says what asked (`band`, `date`, `person`), `at` when.

    `id` is a pure function of the rest: the same request twice is one.
    """

    portfolio: str
    trigger: str
    at: datetime

    @property
    def id(self) -> str:
        """Its name."""
        return deterministic_id("request", self.portfolio, self.trigger, self.at.isoformat())


def read_tick(body: bytes) -> Tick:
    """A tick from its message. Raises `InvalidInput`; a price of zero or below is read as gone."""
    envelope = parsed(_text(body), BODY_MAX, "tick")
    _expect(envelope, "QuoteAccepted")
    payload = object_in(envelope, "payload", "tick")
    price = parse_decimal(payload.get("price"), field="payload.price")
    return Tick(
        read_ticker(payload.get("ticker")),
        price if 0 < price <= PRICE_MAX else None,
        _instant(envelope, "occurredAt"),
        read_currency(payload.get("currency")),
    )


def latest(ticks: Iterable[Tick]) -> dict[str, Tick]:
    """The last tick of each ticker: of a batch, no other matters. Equal times: the later in the batch."""
    found: dict[str, Tick] = {}
    for tick in ticks:
        before = found.get(tick.ticker)
        if before is None or before.at <= tick.at:
            found[tick.ticker] = tick
    return found


def tick_message(ticker: str, price: int, at: datetime, source: str, currency: str = "BRL") -> Message:
    """A price (billionths) as an exchange of ours tells it."""
    text = units_text(price, PRICE_SCALE)
    when = at.astimezone(UTC).isoformat()
    payload = {"ticker": ticker, "price": text, "currency": currency, "source": source}
    name = deterministic_id("tick", ticker, when, text, source)
    return _message(PRICE_TICKS, name, "QuoteAccepted", ticker, when, payload)


def request_message(request: Request) -> Message:
    """A request, keyed by its portfolio."""
    when = request.at.astimezone(UTC).isoformat()
    payload = {"portfolio": request.portfolio, "trigger": request.trigger}
    return _message(REBALANCE_REQUESTS, request.id, "RebalanceRequested", request.portfolio, when, payload)


def read_request(body: bytes) -> Request:
    """A request from its message. Raises `InvalidInput`."""
    envelope = parsed(_text(body), BODY_MAX, "request")
    _expect(envelope, "RebalanceRequested")
    payload = object_in(envelope, "payload", "request")
    return Request(
        read_user_id(payload.get("portfolio")),
        text_in(payload, "trigger", "payload", 40),
        _instant(envelope, "occurredAt"),
    )


def _message(topic: str, name: str, kind: str, key: str, when: str, payload: Mapping[str, object]) -> Message:
    body = {
        "id": name,
        "type": kind,
        "version": VERSION,
        "key": key,
        "occurredAt": when,
        "recordedAt": when,
        "payload": payload,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Message(topic, key.encode("utf-8"), text.encode("utf-8"))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("text_malformed", "the message is not UTF-8") from error


def _expect(envelope: Mapping[str, Any], kind: str) -> None:
    if envelope.get("type") != kind or envelope.get("version") != VERSION:
        raise InvalidInput("message_unknown", f"not a {kind} of version {VERSION}", field="type")


def _instant(envelope: Mapping[str, Any], key: str) -> datetime:
    try:
        found = datetime.fromisoformat(text_in(envelope, key, "message", 40))
    except ValueError as error:
        raise InvalidInput("time_malformed", f"{key} is no ISO time", field=key) from error
    if found.tzinfo is None:
        raise InvalidInput("time_zone_missing", f"{key} needs its zone", field=key)
    return found.astimezone(UTC)
