"""The sessions of the simulated exchange: recorded ones, then a seeded walk that never ends.

Prices are in whole cents. After the recorded sessions every symbol goes on by at most 3 % a day, so that a
simulation may stand on any day. Made-up symbols (FIAA3, FIAB3...) walk from their first day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from fiel.kernel.calendars import b3
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.kernel.rounding import Rounding, round_to
from fiel.market.providers.recorded import recorded_history, recorded_symbols
from fiel.market.simulator.draws import between, draw
from fiel.market.simulator.path import Path
from fiel.market.simulator.sessions import Hours
from fiel.market.values import Bar, ShareEvent

MADE_UP_MAX = 676
MADE_UP_SINCE = date(2024, 1, 2)
_CENT = Decimal("0.01")
_ONE_DAY = timedelta(days=1)
_FIRST_MEANINGFUL = date(2015, 1, 1)


class World:
    """What happened. `share_events` are made-up splits, groupings or bonuses; only their symbol, com date
    and `new_per_old` count: from the next session on prices are divided by it."""

    def __init__(self, seed: int = 0, *, made_up: int = 0, share_events: Iterable[ShareEvent] = ()) -> None:
        if not 0 <= made_up <= MADE_UP_MAX:
            raise InvalidInput("made_up", f"from 0 to {MADE_UP_MAX} made-up symbols", field="made_up")
        self.seed = seed
        self.share_events = tuple(share_events)
        self.made_up = tuple(f"FI{chr(65 + n // 26)}{chr(65 + n % 26)}3" for n in range(made_up))
        self.symbols = tuple(sorted({*recorded_symbols(), *self.made_up}))
        self._walked: dict[str, list[Bar]] = {}
        self._paths: dict[str, Path] = {}
        self._years: dict[str, tuple[date, Decimal, Decimal]] = {}

    def bars(self, symbol: str, start: date, end: date) -> tuple[Bar, ...]:
        """Sessions from `start` to `end`, both included, as they were traded. Raises `NotFound`."""
        recorded, walked = self._until(symbol, end)
        chosen = [_in_cents(bar) for bar in _between(recorded, start, end)]
        chosen += _between(walked, start, end)
        return tuple(self._traded(bar, symbol) for bar in chosen) if self.share_events else tuple(chosen)

    def bar(self, symbol: str, day: date) -> Bar | None:
        """The session of `day`, or `None` when there was none."""
        return next(iter(self.bars(symbol, day, day)), None)

    def last_bars(self, symbol: str, day: date, count: int) -> tuple[Bar, ...]:
        """The last `count` sessions up to `day`, oldest first, as they were traded."""
        recorded, walked = self._until(symbol, day)
        late = walked[: bisect_right(walked, day, key=_day)][-count:]
        end = bisect_right(recorded, day, key=_day)
        early = [_in_cents(bar) for bar in recorded[max(end - count + len(late), 0) : end]]
        return tuple(self._traded(bar, symbol) for bar in (*early, *late))

    def year(self, symbol: str, day: date) -> tuple[Decimal, Decimal]:
        """Lowest low and highest high of the 52 weeks before `day`; kept for the last day asked."""
        kept = self._years.get(symbol)
        if kept is None or kept[0] != day:
            recorded, walked = self._until(symbol, day)
            start, end = day - timedelta(days=365), day - _ONE_DAY
            bars = [*_between(recorded, start, end), *_between(walked, start, end)]
            factor = self.factor(symbol, _FIRST_MEANINGFUL, day)
            lows = (_price(bar.low) / factor for bar in bars)
            highs = (_price(bar.high) / factor for bar in bars)
            low, high = _cents(min(lows, default=_CENT)), _cents(max(highs, default=_CENT))
            kept = self._years[symbol] = (day, low, high)
        return kept[1], kept[2]

    def path(self, symbol: str, hours: Hours, bar: Bar) -> Path:
        """The minutes of a session; that of the last session asked is kept for each symbol."""
        path = self._paths.get(symbol)
        if path is None or path.bar != bar:
            path = self._paths[symbol] = Path(self.seed, symbol, hours, bar)
        return path

    def factor(self, symbol: str, before: date, day: date) -> Decimal:
        """How many shares of `day` one share of `before` has become by the made-up events."""
        factor = Decimal(1)
        for event in self.share_events:
            if event.symbol == symbol and event.com_date and before <= event.com_date < day:
                factor *= event.new_per_old
        return factor

    def _traded(self, bar: Bar, symbol: str) -> Bar:
        factor = self.factor(symbol, _FIRST_MEANINGFUL, bar.day) if self.share_events else Decimal(1)
        return bar if factor == 1 else scaled(bar, factor)

    def _until(self, symbol: str, day: date) -> tuple[Sequence[Bar], list[Bar]]:
        """The recorded and the walked sessions, walked at least until `day`."""
        recorded = self._recorded(symbol)
        walked = self._walked.setdefault(symbol, [])
        last = walked[-1] if walked else _in_cents(recorded[-1])
        if last.day < day:
            sessions = b3().sessions(last.day + _ONE_DAY, day + _ONE_DAY)
            usual = max(recorded[-1].volume or 0, 1_000)
            for session in sessions:
                last = self._step(symbol, last, session, usual)
                walked.append(last)
        return recorded, walked

    def _recorded(self, symbol: str) -> Sequence[Bar]:
        if symbol in self.made_up:
            price = Decimal(between(500, 12_000, self.seed, symbol, "first")).scaleb(-2)
            return (Bar(MADE_UP_SINCE, price, price, price, price, volume=100_000),)
        if symbol not in self.symbols:
            raise NotFound("symbol_unknown", f"{symbol} is not simulated", field=symbol)
        return recorded_history(symbol).bars

    def _step(self, symbol: str, before: Bar, day: date, usual: int) -> Bar:
        """The next session: the close moves by up to 3 %, most often by less than 1.5 %. In whole cents."""
        chance = draw(self.seed, symbol, day)
        one, two, three, four, five = ((chance >> shift) & 0xFFF for shift in (0, 12, 24, 36, 48))
        was = int(before.close * 100)
        close = max(was * (1_000_000 + (one + two - 4095) * 30_000 // 4095) // 1_000_000, 1)
        first = max(was * (10_000 + three * 120 // 4095 - 60) // 10_000, 1)
        high = max(close, first) * (10_000 + four * 80 // 4095) // 10_000
        low = max(min(close, first) * (10_000 - five * 80 // 4095) // 10_000, 1)
        volume = usual * (60 + (chance >> 60) * 100 // 15) // 100
        return Bar(day, _reais(close), _reais(first), _reais(high), _reais(low), volume=volume)


def _reais(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _between(bars: Sequence[Bar], start: date, end: date) -> Sequence[Bar]:
    return bars[bisect_left(bars, start, key=_day) : bisect_right(bars, end, key=_day)]


def scaled(bar: Bar, factor: Decimal) -> Bar:
    """The bar in the scale after an event: prices divided by `factor`, volume multiplied."""
    return _in_cents(
        replace(
            bar,
            close=bar.close / factor,
            open=_price(bar.open) / factor,
            high=_price(bar.high) / factor,
            low=_price(bar.low) / factor,
            volume=None if bar.volume is None else int(bar.volume * factor),
        )
    )


def _in_cents(bar: Bar) -> Bar:
    close, first = _cents(bar.close), _cents(_price(bar.open))
    high, low = _cents(_price(bar.high)), _cents(_price(bar.low))
    return replace(bar, close=close, open=first, high=max(high, close, first), low=min(low, close, first))


def _price(price: Decimal | None) -> Decimal:
    if price is None:
        raise InvalidInput("price_missing", "a simulated session has four prices")
    return price


def _cents(price: Decimal) -> Decimal:
    return max(round_to(price, 2, Rounding.HALF_EVEN), _CENT)


def _day(bar: Bar) -> date:
    return bar.day
