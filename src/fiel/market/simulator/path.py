"""The minutes of one simulated session, from its open to its close, inside its low and high."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from fiel.kernel.rounding import Rounding, round_to
from fiel.market.simulator.draws import between
from fiel.market.simulator.sessions import Hours
from fiel.market.values import Bar


class Path:
    """Prices minute by minute, made as far as they are asked; high and low are of the minutes so far."""

    def __init__(self, seed: int, symbol: str, hours: Hours, bar: Bar) -> None:
        self.bar = bar
        self._names = (seed, symbol, hours.day)
        self._opening = hours.opening
        self._minutes = (hours.closing - hours.opening).seconds // 60
        first = bar.open or bar.close
        self._prices, self._highs, self._lows = [first], [first], [first]

    def so_far(self, at: datetime) -> Bar:
        """The session as it stands at an instant within it."""
        minute = min((at - self._opening).seconds // 60, self._minutes)
        while len(self._prices) <= minute:
            price = self._price(len(self._prices))
            self._prices.append(price)
            self._highs.append(max(price, self._highs[-1]))
            self._lows.append(min(price, self._lows[-1]))
        volume = None if self.bar.volume is None else self.bar.volume * minute // self._minutes
        return replace(
            self.bar,
            close=self._prices[minute],
            high=self._highs[minute],
            low=self._lows[minute],
            volume=volume,
        )

    def _price(self, minute: int) -> Decimal:
        """On a line from open to close, with noise that fades at both ends."""
        bar, whole = self.bar, self._minutes
        first, high, low = bar.open or bar.close, bar.high or bar.close, bar.low or bar.close
        line = first + (bar.close - first) * minute / whole
        noise = (high - low) * between(-500, 500, *self._names, minute) / 1000
        noisy = line + noise * 4 * minute * (whole - minute) / (whole * whole)
        return min(max(round_to(noisy, 2, Rounding.HALF_EVEN), low), high)
