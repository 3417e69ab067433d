"""The text of recorded figures: `fiel-prices/1`, `fiel-series/1` and `fiel-events/1`.

Lines of UTF-8: the schema, then `name value` lines (unit, scale, source...), then one line per column of
whole numbers separated by spaces, delta-coded. Prices and values are counted in units of 10^-decimals:

    fiel-prices/1               fiel-series/1          fiel-events/1
    symbol PETR4                key cdi                source ...
    unit BRL per share          unit % per day         symbol PETR4
    scale ...                   source ...             2024-04-25 2024-05-20 ...
    source ...                  decimals 6
    decimals 2                  rows 3
    rows 3                      day 728109 4 1
    day 738000 1 1              value 363667 34333 0
    close 2781 -90 12
    open -1 69 ...              (open, high, low: less the close of the row; volume: as it is, 0 unknown)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise

from fiel.kernel.errors import Corrupt, InvalidInput
from fiel.market.values import Bar, CashEvent, CashKind, Observation

PRICES = "fiel-prices/1"
SERIES = "fiel-series/1"
EVENTS = "fiel-events/1"
ROWS_MAX = 50_000
DECIMALS_MAX = 8
UNKNOWN = "-"

#: The words of B3 for what is paid. The recorded file has shares and units only, no fund: a RENDIMENTO
#: there is interest paid on a dividend that came late.
LABELS: tuple[tuple[str, CashKind], ...] = (
    ("DIVIDENDO", CashKind.DIVIDEND),
    ("JRS CAP PROPRIO", CashKind.JCP),
    ("RENDIMENTO", CashKind.INTEREST),
    ("REST CAP DIN", CashKind.AMORTIZATION),
)


@dataclass(frozen=True, slots=True)
class Recording:
    """The head of a recorded file: what the figures are, in which unit and scale, and where they are from."""

    name: str
    unit: str
    source: str
    scale: str = ""


def write_prices(head: Recording, bars: Sequence[Bar]) -> str:
    """Sessions of one symbol, oldest first. Every bar has all four prices, or `InvalidInput`."""
    for bar in bars:
        if bar.open is None or bar.high is None or bar.low is None:
            raise InvalidInput("recorded_price_missing", f"{head.name} lacks a price", field=str(bar.day))
    decimals = _decimals(price for bar in bars for price in (bar.close, bar.open, bar.high, bar.low) if price)
    closes = [_units(bar.close, decimals) for bar in bars]
    lines = [PRICES, f"symbol {head.name}", f"unit {head.unit}", f"scale {head.scale}"]
    lines += [f"source {head.source}", f"decimals {decimals}", f"rows {len(bars)}"]
    lines += [_line("day", _deltas([bar.day.toordinal() for bar in bars])), _line("close", _deltas(closes))]
    for name in ("open", "high", "low"):
        prices = (_units(getattr(bar, name), decimals) for bar in bars)
        lines.append(_line(name, (price - close for price, close in zip(prices, closes, strict=True))))
    lines.append(_line("volume", (bar.volume or 0 for bar in bars)))
    return "\n".join(lines) + "\n"


def read_prices(text: str, symbol: str) -> tuple[Recording, tuple[Bar, ...]]:
    """The head and the bars. Raises `Corrupt` when the text is not whole."""
    fields = _fields(text, PRICES)
    if fields.get("symbol") != symbol:
        raise _corrupt(symbol, "it is for another symbol")
    head = Recording(symbol, _field(fields, "unit"), _field(fields, "source"), _field(fields, "scale"))
    decimals, days = _decimals_and_days(fields, symbol)
    closes = list(accumulate(_column(fields, "close", len(days), symbol)))
    opens, highs, lows = (
        [
            close + offset
            for close, offset in zip(closes, _column(fields, name, len(days), symbol), strict=True)
        ]
        for name in ("open", "high", "low")
    )
    volumes = _column(fields, "volume", len(days), symbol)
    bars = tuple(
        Bar(
            day,
            _number(close, decimals),
            open=_number(first, decimals),
            high=_number(high, decimals),
            low=_number(low, decimals),
            volume=volume or None,
        )
        for day, volume, close, first, high, low in zip(
            days, volumes, closes, opens, highs, lows, strict=True
        )
    )
    if any(bar.close <= 0 for bar in bars):
        raise _corrupt(symbol, "a price is not positive")
    return head, bars


def write_series(head: Recording, rows: Sequence[Observation]) -> str:
    """Rows of one series, oldest first, without periods."""
    decimals = _decimals(row.value for row in rows)
    lines = [SERIES, f"key {head.name}", f"unit {head.unit}", f"source {head.source}"]
    lines += [f"decimals {decimals}", f"rows {len(rows)}"]
    lines.append(_line("day", _deltas([row.day.toordinal() for row in rows])))
    lines.append(_line("value", _deltas([_units(row.value, decimals) for row in rows])))
    return "\n".join(lines) + "\n"


def read_series(text: str, key: str) -> tuple[Recording, tuple[Observation, ...]]:
    """The head and the rows. Raises `Corrupt` when the text is not whole."""
    fields = _fields(text, SERIES)
    if fields.get("key") != key:
        raise _corrupt(key, "it is for another series")
    decimals, days = _decimals_and_days(fields, key)
    values = accumulate(_column(fields, "value", len(days), key))
    rows = tuple(
        Observation(day, _number(number, decimals)) for day, number in zip(days, values, strict=True)
    )
    return Recording(key, _field(fields, "unit"), _field(fields, "source")), rows


def write_events(source: str, events: Iterable[CashEvent]) -> str:
    """Cash events of all symbols: a `symbol` line, then `com payment approved isin rate label` lines."""
    lines, symbol = [EVENTS, f"source {source}"], ""
    for event in sorted(events, key=lambda event: (event.symbol, event.com_date or date.min)):
        if event.symbol != symbol:
            symbol = event.symbol
            lines.append(f"symbol {symbol}")
        dates = (_date_text(day) for day in (event.com_date, event.payment_date, event.approved_on))
        lines.append(" ".join((*dates, event.isin or UNKNOWN, f"{event.rate:f}", event.label)))
    return "\n".join(lines) + "\n"


def read_events(text: str, symbol: str, *, source: str) -> tuple[CashEvent, ...] | None:
    """The cash events of `symbol`, oldest com date first; `None` when the file says nothing of it."""
    _check_schema(text, EVENTS)
    _, found, rest = text.partition(f"\nsymbol {symbol}\n")
    if not found:
        return None
    block = rest.partition("\nsymbol ")[0]
    return tuple(_event(line, symbol, source) for line in block.splitlines())


def symbols_with_events(text: str) -> tuple[str, ...]:
    """The symbols of an events file, in order."""
    _check_schema(text, EVENTS)
    return tuple(line.removeprefix("symbol ") for line in text.splitlines() if line.startswith("symbol "))


def _event(line: str, symbol: str, source: str) -> CashEvent:
    parts = line.split(" ", 5)
    if len(parts) != 6:
        raise _corrupt(symbol, "an event has too few fields")
    com, payment, approved, isin, rate, label = parts
    kinds = dict(LABELS)
    return CashEvent(
        symbol,
        kinds.get(label, CashKind.OTHER),
        label,
        Decimal(rate),
        _date(com),
        _date(payment),
        source,
        approved_on=_date(approved),
        isin="" if isin == UNKNOWN else isin,
    )


def _date_text(day: date | None) -> str:
    return UNKNOWN if day is None else day.isoformat()


def _date(text: str) -> date | None:
    return None if text == UNKNOWN else date.fromisoformat(text)


def _check_schema(text: str, schema: str) -> None:
    if not text.startswith(f"{schema}\n"):
        raise Corrupt("recorded_unknown_schema", f"recorded figures are not {schema}", field="schema")


def _fields(text: str, schema: str) -> dict[str, str]:
    _check_schema(text, schema)
    fields: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        name, _, value = line.partition(" ")
        fields[name] = value
    return fields


def _field(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise _corrupt(name, "it is missing")
    return fields[name]


def _decimals_and_days(fields: Mapping[str, str], name: str) -> tuple[int, list[date]]:
    count, decimals = int(_field(fields, "rows")), int(_field(fields, "decimals"))
    if not 0 < count <= ROWS_MAX or not 0 <= decimals <= DECIMALS_MAX:
        raise _corrupt(name, "the number of rows or decimals is out of range")
    ordinals = list(accumulate(_column(fields, "day", count, name)))
    if any(later <= earlier for earlier, later in pairwise(ordinals)):
        raise _corrupt(name, "the days are not in order")
    return decimals, [date.fromordinal(ordinal) for ordinal in ordinals]


def _column(fields: Mapping[str, str], name: str, count: int, what: str) -> list[int]:
    numbers = [int(text) for text in _field(fields, name).split(" ")]
    if len(numbers) != count:
        raise _corrupt(what, f"column {name} has {len(numbers)} numbers, not {count}")
    return numbers


def _number(units: int, decimals: int) -> Decimal:
    return Decimal(units).scaleb(-decimals)


def _decimals(numbers: Iterable[Decimal]) -> int:
    most = 0
    for number in numbers:
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > DECIMALS_MAX:
            raise InvalidInput("recorded_decimals", f"{number} has more than {DECIMALS_MAX} decimals")
        most = max(most, -exponent)
    return most


def _units(number: Decimal, decimals: int) -> int:
    return int(number.scaleb(decimals))


def _deltas(numbers: Sequence[int]) -> Iterator[int]:
    if numbers:
        yield numbers[0]
    for earlier, later in pairwise(numbers):
        yield later - earlier


def _line(name: str, numbers: Iterable[int]) -> str:
    return f"{name} {' '.join(map(str, numbers))}"


def _corrupt(what: str, why: str) -> Corrupt:
    return Corrupt("recorded_corrupt", f"recorded figures of {what} cannot be read: {why}", field=what)
