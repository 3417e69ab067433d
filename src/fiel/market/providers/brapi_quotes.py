"""BRAPI quotes and price histories, of the first version (`/api/quote`) and the second (`/api/v2/stocks`).

Documented at brapi.dev/docs. Everything but the symbol may be absent or null. A symbol that was renamed is
answered under its successor. Histories are in the scale of the service (`adjustedClose` beside it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json, load_json, no_object
from fiel.market.providers.brapi_candles import read_candles, span_of_range
from fiel.market.providers.brapi_events import LISTS, read_events
from fiel.market.providers.complaints import Complaint, complaint_in, kind_of_text
from fiel.market.providers.fields import Fields
from fiel.market.providers.repeats import each_once
from fiel.market.symbols import BatchReading, SymbolReading
from fiel.market.values import QuoteReading
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.wire import Answer, Ask, Provider

SYMBOLS_MAX = 20
RESULTS_MAX = 200
_TICKER = re.compile(r"\^?[A-Z][A-Z0-9]{3}[0-9]{1,2}[BFL]?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked about the symbols, so that an answer without it is noticed."""

    quote: bool = True
    history: bool = False
    events: bool = False
    generic: bool = False


def ask_quotes(symbols: Sequence[str], *, range_: str = "", events: bool = False) -> Ask:
    """First version: prices, with the days of `range_` (1mo, 1y, ...) and the events if wanted."""
    names = ",".join(symbols)
    parameters: tuple[tuple[str, str], ...] = (("range", range_), ("interval", "1d")) if range_ else ()
    parameters += (("dividends", "true"),) if events else ()
    return Ask(Provider.BRAPI, "quote_v1", f"/api/quote/{names}", parameters, topic=names)


def ask_stocks(
    what: str, symbols: Sequence[str], *, start: date | None = None, end: date | None = None
) -> Ask:
    """Second version: `what` is quote, historical or dividends. The dates bound payments for cash events."""
    names = ",".join(symbols)
    parameters: tuple[tuple[str, str], ...] = (("symbols", names),)
    parameters += (("startDate", start.isoformat()),) if start else ()
    parameters += (("endDate", end.isoformat()),) if end else ()
    return Ask(Provider.BRAPI, f"stocks_{what}", f"/api/v2/stocks/{what}", parameters, topic=names)


def read_quotes(
    answer: Answer, requested: Sequence[str], wanted: Wanted | None = None
) -> Verdict[BatchReading]:
    """The symbols that could be read; others are findings. Refused when none could."""
    wanted = wanted or Wanted()
    body = load_json(answer)
    if not isinstance(body.value, dict):
        return no_object(body)
    judgement = Judgement()
    judgement.take_over(body)
    results = body.value.get("results")
    if not isinstance(results, list):
        return rejected(Kind.SCHEMA, "a list is due", place="results")
    if not results:
        return rejected(Kind.NO_DATA, "no results", place="results")
    top = Fields(body.value, "", Judgement())
    readings = []
    for position, result in enumerate(results[:RESULTS_MAX]):
        reading = _read_result(result, f"results[{position}]", requested, wanted, judgement, len(results))
        if reading is not None:
            readings.append(reading)
    readings = each_once(readings, judgement)
    if requested and readings:
        _note_missing(requested, readings, judgement)
    return _batch(BatchReading(tuple(readings), top.instant("requestedAt")), judgement)


def _batch(batch: BatchReading, judgement: Judgement) -> Verdict[BatchReading]:
    """Nothing readable at all is a rejection for the reason of the first part that failed."""
    if batch.symbols:
        return judgement.verdict(batch)
    verdict = judgement.verdict(batch)
    kind = verdict.kind or Kind.NO_DATA
    first = verdict.findings[0] if verdict.findings else None
    refused: Verdict[BatchReading] = rejected(
        kind, first.detail if first else "nothing could be read", place=first.place if first else ""
    )
    return replace(refused, findings=verdict.findings or refused.findings)


def _note_missing(requested: Sequence[str], readings: list[SymbolReading], judgement: Judgement) -> None:
    told = {reading.requested for reading in readings}
    told |= {finding.place for finding in judgement.verdict(None).findings}
    for symbol in requested:
        if symbol not in told:
            judgement.drop(Kind.NOT_FOUND, symbol, "asked, but not in the answer")


def _read_result(
    result: Json, place: str, requested: Sequence[str], wanted: Wanted, judgement: Judgement, count: int
) -> SymbolReading | None:
    if not isinstance(result, dict):
        judgement.drop(Kind.SCHEMA, place, "an object is due")
        return None
    asked = _requested(result, requested, count)
    complaint = complaint_in(result, 200)
    if complaint is not None:
        judgement.drop(kind_of_text(complaint) or Kind.NOT_FOUND, asked or place, _short(complaint))
        return None
    data = result.get("data")
    fields = Fields(data if isinstance(data, dict) else result, place, judgement)
    symbol = _symbol(result, asked)
    if "data" in result and not isinstance(data, dict):
        judgement.drop(Kind.SCHEMA, f"{place}.data", "an object is due")
        return None
    if not symbol:
        judgement.drop(Kind.SCHEMA, f"{place}.symbol", "a result without its symbol")
        return None
    if not _same(result, symbol, asked, place, judgement):
        return None
    reading = SymbolReading(asked or symbol, symbol)
    if wanted.generic:
        return replace(reading, details=dict(fields.values))
    return _parts(reading, fields, wanted, judgement)


def _parts(
    reading: SymbolReading, fields: Fields, wanted: Wanted, judgement: Judgement
) -> SymbolReading | None:
    if wanted.quote:
        reading = replace(reading, quote=read_quote(fields, reading, judgement))
    if "historicalDataPrice" in fields.values or wanted.history:
        reading = read_candles(fields, reading, judgement)
        _check_range(fields, reading, judgement)
    if "dividendsData" in fields.values:
        place = fields.at("dividendsData")
        value = fields.values["dividendsData"]
        events = read_events(value, reading.symbol, reading.requested, place, judgement)
        reading = replace(reading, events=events)
    elif wanted.events:
        reading = _second_version_events(fields, reading, judgement)
    return reading if reading.quote or reading.history or reading.events else None


def _second_version_events(fields: Fields, reading: SymbolReading, judgement: Judgement) -> SymbolReading:
    if not fields.values or any(name in fields.values for name in LISTS):
        value: Json = fields.values
    else:
        judgement.drop(Kind.SCHEMA, fields.at("dividendsData"), "events were asked, and there are none")
        return reading
    events = read_events(value, reading.symbol, reading.requested, fields.place, judgement)
    return replace(reading, events=events)


def read_quote(fields: Fields, reading: SymbolReading, judgement: Judgement) -> QuoteReading | None:
    """The fields of a quote; `None`, with a finding, when there is no price."""
    price = fields.price("regularMarketPrice")
    if price is None:
        judgement.drop(Kind.SCHEMA, fields.at("regularMarketPrice"), "no price")
        return None
    return QuoteReading(
        symbol=reading.symbol,
        price=price,
        currency=fields.text("currency").upper() or "BRL",
        as_of=fields.instant("regularMarketTime"),
        requested=reading.requested,
        previous_close=fields.number("regularMarketPreviousClose"),
        open=fields.number("regularMarketOpen"),
        high=fields.number("regularMarketDayHigh"),
        low=fields.number("regularMarketDayLow"),
        volume=fields.whole("regularMarketVolume"),
        change=fields.number("regularMarketChange"),
        change_percent=fields.number("regularMarketChangePercent"),
        name=fields.text("longName") or fields.text("shortName"),
    )


def _requested(result: dict[str, Json], requested: Sequence[str], count: int) -> str:
    """Which of the symbols asked this result is for."""
    told = result.get("requestedSymbol")
    if isinstance(told, str) and told:
        return told.strip().upper()
    symbol = _symbol(result, "")
    if symbol in requested:
        return symbol
    if len(requested) == 1 and count == 1:
        return requested[0]
    return ""


def _symbol(result: dict[str, Json], otherwise: str) -> str:
    symbol = result.get("symbol")
    text = symbol.strip().upper() if isinstance(symbol, str) else ""
    return text.removesuffix(".SA")[:20] or otherwise


def _same(result: dict[str, Json], symbol: str, asked: str, place: str, judgement: Judgement) -> bool:
    """Whether the result is for what was asked, maybe under the name of a successor."""
    if not asked or symbol == asked:
        return True
    said = isinstance(result.get("requestedSymbol"), str) or isinstance(result.get("historicalSymbol"), str)
    if not said and _TICKER.fullmatch(asked):
        judgement.drop(Kind.INCONSISTENT, place, f"{asked} was asked, {symbol} answered without a reason")
        return False
    judgement.remark(Kind.RENAMED, place, f"{asked} is answered as {symbol}")
    return True


def _check_range(fields: Fields, reading: SymbolReading, judgement: Judgement) -> None:
    """`usedRange` may say less than what came; the dates of the candles are what counts."""
    longest = span_of_range(fields.text("usedRange"))
    bars = reading.history.bars if reading.history else ()
    if longest is not None and len(bars) > 1 and (bars[-1].day - bars[0].day).days > longest:
        detail = f"says {fields.text('usedRange')}, but the candles span more"
        judgement.remark(Kind.METADATA_MISMATCH, fields.at("usedRange"), detail)


def _short(complaint: Complaint) -> str:
    return complaint.message[:160] or "the service has no data for it"
