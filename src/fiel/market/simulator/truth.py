"""What the right answer is at a simulated instant: for tests that compare what was served with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from fiel.kernel.clock import in_utc
from fiel.kernel.errors import NotFound
from fiel.kernel.rounding import Rounding, round_to
from fiel.market.providers.recorded import recorded_event_symbols, recorded_events
from fiel.market.simulator.series import TOLD, SeriesWorld, comes_out
from fiel.market.simulator.sessions import Hours, hours_of, last_session, local_day
from fiel.market.simulator.world import World, scaled
from fiel.market.values import Bar, CashEvent, EventsReading, Observation, QuoteReading, ShareEvent

#: The closing price is told some minutes after the closing, with that time.
_CLOSE_TOLD = timedelta(minutes=7)
_LOOK_AHEAD = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Truth:
    """The world, asked about an instant: nothing later than it is told."""

    world: World
    figures: SeriesWorld

    @classmethod
    def of(cls, seed: int = 0, *, made_up: int = 0, share_events: Iterable[ShareEvent] = ()) -> Truth:
        """A world of that seed: `made_up` symbols next to the recorded ones, and made-up share events."""
        return cls(World(seed, made_up=made_up, share_events=share_events), SeriesWorld(seed))

    def quote(self, symbol: str, at: datetime) -> QuoteReading:
        """The last price at `at`: a minute of the session that is open, or the last close.

        Raises `NotFound` for an unknown symbol, or one that did not trade yet.
        """
        hours = last_session(in_utc(at, field="at"))
        bars = self.world.last_bars(symbol, hours.day, 2)
        if not bars or bars[-1].day != hours.day:
            # The symbol has no session of that day: the last one it has is over.
            hours = hours_of(bars[-1].day) if bars else hours
        if len(bars) < 2:
            raise NotFound("symbol_not_traded", f"{symbol} has no price before {at:%Y-%m-%d}", field=symbol)
        before, bar = bars
        factor = self.world.factor(symbol, before.day, bar.day)
        before = scaled(before, factor) if factor != 1 else before
        return self._quote(symbol, hours, before.close, bar, at)

    def _quote(self, symbol: str, hours: Hours, previous: Decimal, bar: Bar, at: datetime) -> QuoteReading:
        if at >= hours.closing:
            as_of, done = min(at, hours.closing + _CLOSE_TOLD), bar
        else:
            as_of = at.replace(second=0, microsecond=0)
            done = self.world.path(symbol, hours, bar).so_far(as_of)
        change = done.close - previous
        return QuoteReading(
            symbol,
            done.close,
            "BRL",
            as_of,
            requested=symbol,
            previous_close=previous,
            open=done.open,
            high=done.high,
            low=done.low,
            volume=done.volume,
            change=change,
            change_percent=round_to(100 * change / previous, 3, Rounding.HALF_EVEN),
            name=f"{symbol} (simulated)",
        )

    def history(self, symbol: str, start: date, end: date, at: datetime) -> tuple[Bar, ...]:
        """Finished sessions from `start` to `end`, in the scale of the last session before `at`."""
        today = last_session(at)
        last = today.day if at >= today.closing else today.day - timedelta(days=1)
        bars = self.world.bars(symbol, start, min(end, last))
        factors = (self.world.factor(symbol, bar.day, today.day) for bar in bars)
        return tuple(
            bar if factor == 1 else scaled(bar, factor) for bar, factor in zip(bars, factors, strict=True)
        )

    def series(self, key: str, day: date) -> Decimal | None:
        """The value of the row of `day`, whether told yet or not; `None` on a day without a row."""
        row = self.figures.rows(key).get(day)
        return None if row is None else row.value

    def published(self, key: str, start: date, end: date, at: datetime) -> tuple[Observation, ...]:
        """The rows from `start` to `end` that have come out at `at`, oldest first."""
        told = TOLD.get(key)
        rows = self.figures.rows(key)
        if told is None:
            raise NotFound("series_unknown", f"series {key} is not simulated", field=key)
        end = min(end, local_day(at) + _LOOK_AHEAD)
        if (end - start).days < 4_000:
            days = (start + timedelta(days=n) for n in range((end - start).days + 1))
            chosen = [rows[day] for day in days if day in rows]
        else:
            chosen = [row for row in rows.values() if start <= row.day <= end]
        while chosen and comes_out(told, chosen[-1].day) > at:
            chosen.pop()
        return tuple(chosen)

    def events(self, symbol: str, at: datetime) -> EventsReading:
        """What was announced until `at`: recorded cash events, and the made-up share events.

        Raises `NotFound` for an unknown symbol; one without recorded events has none.
        """
        if symbol not in self.world.symbols:
            raise NotFound("symbol_unknown", f"{symbol} is not simulated", field=symbol)
        today = local_day(at)
        cash = recorded_events(symbol).cash if symbol in recorded_event_symbols() else ()
        shares = (event for event in self.world.share_events if event.symbol == symbol)
        return EventsReading(
            symbol,
            tuple(event for event in cash if _announced(event) <= today),
            tuple(event for event in shares if event.com_date and event.com_date <= today),
            requested=symbol,
        )


def _announced(event: CashEvent) -> date:
    return event.approved_on or event.com_date or date.min
