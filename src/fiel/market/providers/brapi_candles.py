"""BRAPI's `historicalDataPrice`: one bar for each session, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from types import MappingProxyType

from fiel.market.judgement import ASK_ANOTHER, Judgement
from fiel.market.providers.fields import Fields, day_in, day_of_stamp
from fiel.market.symbols import SymbolReading
from fiel.market.values import Bar, PriceHistory
from fiel.market.verdicts import Kind

CANDLES_MAX = 20_000
_MILLISECONDS = 100_000_000_000
#: Calendar days that a range can cover at most, holidays and a late start included.
_SPANS: Mapping[str, int] = MappingProxyType(
    {"1d": 5, "2d": 6, "5d": 12, "7d": 14, "1mo": 40, "3mo": 105, "6mo": 200, "1y": 380, "2y": 750}
    | {"5y": 1850, "10y": 3680}
)


def span_of_range(name: str) -> int | None:
    """At most so many days lie between the first and the last candle of a range; `None` when unknown."""
    return _SPANS.get(name)


@dataclass(frozen=True, slots=True)
class _Candle:
    stamp: int
    bar: Bar
    place: str


def read_candles(fields: Fields, reading: SymbolReading, judgement: Judgement) -> SymbolReading:
    """The reading with its history. Candles without a close are left out, never zero."""
    rows = fields.values.get("historicalDataPrice")
    place = fields.at("historicalDataPrice")
    if not isinstance(rows, list):
        judgement.drop(Kind.SCHEMA, place, "a list of candles is due")
        return reading
    if not rows:
        judgement.drop(Kind.NO_DATA, place, "no candles")
        return reading
    candles: list[_Candle] = []
    dropped: list[int] = []
    for position, row in enumerate(rows[:CANDLES_MAX]):
        where = f"{place}[{position}]"
        if not isinstance(row, dict):
            judgement.drop(Kind.SCHEMA, where, "an object is due")
            continue
        candle = _candle(Fields(row, where, judgement), dropped, judgement)
        if candle is not None:
            candles.append(candle)
    stamps = [candle.stamp for candle in candles]
    if stamps != sorted(stamps):
        judgement.repair(Kind.FORMAT, place, "candles out of order", "sorted")
        candles.sort(key=lambda candle: candle.stamp)
    kept = _one_a_session(candles, _told_at(fields), dropped, judgement)
    if not kept:
        return replace(reading, dropped=tuple(dropped))
    bars = tuple(candle.bar for candle in kept)
    history = PriceHistory(reading.symbol, bars, reading.requested)
    stamps = [candle.stamp for candle in kept]
    return replace(reading, history=history, stamps=tuple(stamps), dropped=tuple(dropped))


def _candle(row: Fields, dropped: list[int], judgement: Judgement) -> _Candle | None:
    stamp = _stamp(row, judgement)
    if stamp is None:
        judgement.drop(Kind.SCHEMA, row.at("date"), "a candle without its date")
        return None
    if stamp > _MILLISECONDS:
        judgement.repair(Kind.FORMAT, row.at("date"), "milliseconds where seconds are due", "milliseconds")
        stamp //= 1000
    day = day_of_stamp(stamp)
    close = row.number("close")
    if day is None or close is None:
        judgement.drop(Kind.SCHEMA, row.place, "not a date" if day is None else "no close")
        dropped.append(stamp)
        return None
    if close <= 0:
        judgement.drop(
            Kind.IMPLAUSIBLE, row.at("close"), "a close that is not positive", reaction=ASK_ANOTHER
        )
        dropped.append(stamp)
        return None
    return _Candle(stamp, _bar(row, day_bar=Bar(day, close)), row.place)


def _stamp(row: Fields, judgement: Judgement) -> int | None:
    """Unix seconds; a date written out is midnight of UTC on that day."""
    value = row.values.get("date")
    written = day_in(value) if isinstance(value, str) else None
    if written is None:
        return row.whole("date")
    judgement.repair(Kind.FORMAT, row.at("date"), "a date where Unix seconds are due", "date_form")
    return int(datetime.combine(written[0], time(0), UTC).timestamp())


def _bar(row: Fields, *, day_bar: Bar) -> Bar:
    return replace(
        day_bar,
        open=row.number("open"),
        high=row.number("high"),
        low=row.number("low"),
        adjusted_close=row.number("adjustedClose"),
        volume=row.whole("volume"),
    )


def _told_at(fields: Fields) -> int | None:
    """The second of the quote's own time: a candle with that stamp is made of the quote, not of a session."""
    # Its own findings were made when the quote was read.
    told = Fields(fields.values, fields.place, Judgement()).instant("regularMarketTime")
    return None if told is None else int(told.timestamp())


def _one_a_session(
    candles: list[_Candle], told_at: int | None, dropped: list[int], judgement: Judgement
) -> list[_Candle]:
    kept: list[_Candle] = []
    disputed: set[date] = set()
    for candle in candles:
        before = kept[-1] if kept else None
        if before is None or before.bar.day != candle.bar.day:
            kept.append(candle)
            continue
        dropped.append(candle.stamp)
        if candle.bar == before.bar or candle.stamp == told_at or _is_synthetic(candle.bar):
            judgement.repair(
                Kind.DUPLICATE, candle.place, f"a second bar for {candle.bar.day}", "second_bar_dropped"
            )
        elif before.stamp == told_at or _is_synthetic(before.bar):
            judgement.repair(
                Kind.DUPLICATE, before.place, f"a second bar for {before.bar.day}", "second_bar_dropped"
            )
            dropped[-1] = before.stamp
            kept[-1] = candle
        elif candle.bar.close == before.bar.close:
            judgement.repair(
                Kind.DUPLICATE, candle.place, f"a second bar for {candle.bar.day}", "second_bar_dropped"
            )
        else:
            judgement.drop(Kind.CONFLICT, candle.place, f"two different bars for {candle.bar.day}")
            disputed.add(candle.bar.day)
            dropped.append(before.stamp)
    return [candle for candle in kept if candle.bar.day not in disputed]


def _is_synthetic(bar: Bar) -> bool:
    """Flat and without volume: the last price dressed as a session."""
    return not bar.volume and bar.open == bar.high == bar.low == bar.close
