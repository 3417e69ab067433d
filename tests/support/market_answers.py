"""Answers of market data services as tests need them."""

from __future__ import annotations

import json
from decimal import Decimal

from fiel.market.wire import Answer


def answer(body: object, status: int = 200, **headers: str) -> Answer:
    """Text and bytes as they are; anything else as JSON."""
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False, default=_number).encode()
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def quote_body(symbol: str = "WEGE3", **values: object) -> dict[str, object]:
    """A good answer of BRAPI's first version; `values` are set over it."""
    result: dict[str, object] = {
        "symbol": symbol,
        "currency": "BRL",
        "regularMarketPrice": 41.87,
        "regularMarketTime": "2026-09-15T15:20:00.000Z",
        "regularMarketPreviousClose": 41.5,
        "regularMarketChange": 0.37,
        "regularMarketChangePercent": 0.89,
        "regularMarketDayHigh": 42.1,
        "regularMarketDayLow": 41.2,
        "regularMarketOpen": 41.6,
        "regularMarketVolume": 5_000_000,
    }
    return {"results": [result | values], "requestedAt": "2026-09-15T15:30:00.000Z", "took": 12}


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
