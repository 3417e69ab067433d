"""The figures as a faulty service tells them: the truth at an instant, bent by the faults of one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from fiel.kernel.calendars import b3
from fiel.kernel.rounding import Rounding, round_to
from fiel.market.simulator.draws import between
from fiel.market.simulator.faults import Fault, Hit
from fiel.market.simulator.series import annual, daily
from fiel.market.simulator.sessions import sessions_ago
from fiel.market.simulator.truth import Truth
from fiel.market.values import Bar, CashEvent, EventsReading, Observation, QuoteReading

Row = TypeVar("Row", Bar, Observation, CashEvent)

_SCALES = {
    Fault.TIMES_10: Decimal(10),
    Fault.TIMES_100: Decimal(100),
    Fault.TENTH: Decimal("0.1"),
    Fault.HUNDREDTH: Decimal("0.01"),
    Fault.UNIT: Decimal(100),
}
_SINGLE = frozenset(
    {Fault.RANDOM, Fault.ZERO, Fault.NEGATIVE, Fault.LAST_DIGIT, Fault.DISAGREE, Fault.CONFLICT}
)
_DAILY, _ANNUAL = frozenset({"cdi", "selic"}), frozenset({"cdi_annual", "selic_annual", "selic_target"})


@dataclass(frozen=True, slots=True)
class View:
    """What one call is told. Without faults it is the truth."""

    truth: Truth
    now: datetime
    hits: tuple[Hit, ...] = ()

    @property
    def at(self) -> datetime:
        """The instant whose figures are told: earlier than `now` when they are stale."""
        hit = self._hit(Fault.STALE) or self._hit(Fault.FROZEN)
        return sessions_ago(self.now, hit.amount_or(3)) if hit else self.now

    @property
    def comma(self) -> bool:
        """Whether numbers are written with a decimal comma."""
        return self._hit(Fault.COMMA) is not None

    @property
    def empty(self) -> bool:
        """Whether lists are empty."""
        return self._hit(Fault.EMPTY) is not None

    def knows(self, symbol: str) -> bool:
        """Whether the symbol exists."""
        return symbol in self.truth.world.symbols

    def named(self, symbol: str) -> str:
        """The symbol that the answer names: another one when swapped."""
        hit = self._hit(Fault.SWAPPED)
        return self._other(symbol, hit) if hit else symbol

    def quote(self, symbol: str) -> QuoteReading:
        """The quote, bent. Raises `NotFound`."""
        quote = self.truth.quote(self._asked(symbol), self.at)
        quote = replace(quote, symbol=self.named(symbol), requested=symbol)
        if self._hit(Fault.FROZEN):
            quote = replace(quote, as_of=self.truth.quote(symbol, self.now).as_of)
        for hit in self.hits:
            quote = self._bent_quote(quote, hit)
        return quote

    def history(self, symbol: str, start: date, end: date) -> list[Bar]:
        """The sessions, bent; newest last, except where rows are doubled."""
        if self.empty:
            return []
        bars = list(self.truth.history(self._asked(symbol), start, end, self.at))
        for hit in self.hits:
            if hit.fault is Fault.PHANTOM and bars:
                bars = _with_phantom(bars, hit)
            else:
                bars = _bent_rows(bars, hit, _bent_bar)
        return bars

    def rows(self, key: str, start: date, end: date) -> list[Observation]:
        """The rows of a series, bent."""
        if self.empty:
            return []
        rows = list(self.truth.published(key, start, end, self.at))
        for hit in self.hits:
            if hit.fault is Fault.PHANTOM and rows:
                rows = [*rows, replace(rows[-1], day=_closed_day_after(rows[-1].day))]
            elif hit.fault is Fault.UNIT:
                rows = [replace(row, value=_other_unit(key, row.value)) for row in rows]
            else:
                rows = _bent_rows(rows, hit, _bent_observation)
        return rows

    def events(self, symbol: str) -> EventsReading:
        """What was announced, bent. Raises `NotFound`."""
        if self.empty:
            return EventsReading(self.named(symbol), requested=symbol)
        reading = self.truth.events(self._asked(symbol), self.at)
        cash: Sequence[CashEvent] = reading.cash
        for hit in self.hits:
            cash = _bent_rows(list(cash), hit, _bent_event)
        return replace(reading, symbol=self.named(symbol), requested=symbol, cash=tuple(cash))

    def _asked(self, symbol: str) -> str:
        hit = self._hit(Fault.SWAPPED) or self._hit(Fault.IMPOSTOR)
        return self._other(symbol, hit) if hit else symbol

    def _other(self, symbol: str, hit: Hit) -> str:
        others = [name for name in self.truth.world.symbols if name != symbol]
        return others[between(0, len(others) - 1, hit.chance, "other")]

    def _hit(self, fault: Fault) -> Hit | None:
        return next((hit for hit in self.hits if hit.fault is fault), None)

    def _bent_quote(self, quote: QuoteReading, hit: Hit) -> QuoteReading:
        """Scale faults bend every price of the quote alike; the others only the last price."""
        scale = _SCALES.get(hit.fault)
        if scale is None:
            return replace(quote, price=bent(quote.price, hit))
        prices = (quote.previous_close, quote.open, quote.high, quote.low, quote.change)
        previous, first, high, low, change = (None if one is None else one * scale for one in prices)
        return replace(
            quote,
            price=quote.price * scale,
            previous_close=previous,
            open=first,
            high=high,
            low=low,
            change=change,
        )


def bent(number: Decimal, hit: Hit) -> Decimal:
    """The number under a fault of figures; the same number when the fault is of another kind."""
    if hit.fault in _SCALES:
        return number * _SCALES[hit.fault]
    last = Decimal(1).scaleb(int(number.as_tuple().exponent))
    sign = 1 if hit.chance % 2 else -1
    if hit.fault is Fault.ZERO:
        return number * 0
    if hit.fault is Fault.NEGATIVE:
        return -abs(number)
    if hit.fault is Fault.LAST_DIGIT:
        return number + sign * last
    if hit.fault is Fault.RANDOM:
        percent = between(min(5, hit.amount_or(30)), hit.amount_or(30), hit.chance, "percent")
        return _to_places(number * (100 + sign * percent) / 100, number)
    if hit.fault in (Fault.DISAGREE, Fault.CONFLICT):
        off = hit.amount if hit.amount is not None else Decimal(1)
        return _to_places(number * (100 + sign * off) / 100, number) + sign * last
    return number


def _to_places(number: Decimal, like: Decimal) -> Decimal:
    return round_to(number, max(-int(like.as_tuple().exponent), 0), Rounding.HALF_EVEN)


def _other_unit(key: str, value: Decimal) -> Decimal:
    if key in _DAILY:
        return annual(value)
    return daily(value) if key in _ANNUAL else value * 100


def _bent_bar(bar: Bar, hit: Hit) -> Bar:
    if hit.fault not in _SCALES:
        return replace(bar, close=bent(bar.close, hit))
    first, high, low = (None if one is None else bent(one, hit) for one in (bar.open, bar.high, bar.low))
    return replace(bar, close=bent(bar.close, hit), open=first, high=high, low=low)


def _bent_observation(row: Observation, hit: Hit) -> Observation:
    return replace(row, value=bent(row.value, hit))


def _bent_event(event: CashEvent, hit: Hit) -> CashEvent:
    return replace(event, rate=bent(event.rate, hit))


def _bent_rows(rows: list[Row], hit: Hit, bend: Callable[[Row, Hit], Row]) -> list[Row]:
    """Scale faults bend every row, the others one drawn row; doubling and gaps change which there are."""
    if not rows:
        return rows
    if hit.fault in _SCALES:
        return [bend(row, hit) for row in rows]
    if hit.fault is Fault.GAPS:
        return _with_gaps(rows, hit)
    index = between(0, len(rows) - 1, hit.chance, "row")
    doubled = hit.fault in (Fault.DUPLICATE, Fault.CONFLICT)
    told = rows.copy()
    if doubled:
        told.insert(index + 1, bend(rows[index], hit))
    elif hit.fault in _SINGLE:
        told[index] = bend(rows[index], hit)
    return told


def _with_gaps(rows: list[Row], hit: Hit) -> list[Row]:
    """Some rows left out, never the first nor the last."""
    inner = len(rows) - 2
    gone = {between(1, inner, hit.chance, n) for n in range(hit.amount_or(2))} if inner > 0 else set()
    return [row for index, row in enumerate(rows) if index not in gone]


def _with_phantom(bars: list[Bar], hit: Hit) -> list[Bar]:
    """A session on a day without one: the previous close and no volume."""
    drawn = bars[between(0, len(bars) - 1, hit.chance, "phantom")]
    day = _closed_day_after(drawn.day)
    close = max((bar for bar in bars if bar.day < day), key=lambda bar: bar.day).close
    phantom = Bar(day, close, close, close, close, volume=0)
    return sorted([*bars, phantom], key=lambda bar: bar.day)


def _closed_day_after(day: date) -> date:
    day += timedelta(days=1)
    while b3().is_business_day(day):
        day += timedelta(days=1)
    return day
