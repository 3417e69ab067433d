"""Prices for a market that is not there: seeded walks with jumps and crashes, and recorded days again.

Whole numbers throughout (billionths of the currency, moves in millionths), and every draw depends on the
seed, the ticker and the step alone: the same on every machine, whatever other tickers there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from itertools import count, groupby

from fiel.custody.accounts import INT64_MAX, PRICE_SCALE
from fiel.kernel.errors import InvalidInput

#: No walk goes below: one cent, in billionths.
FLOOR = 10**7
#: Nor above: a million.
CEILING = 10**15
_MILLION = 1_000_000
_DRAW_BYTES = 32


@dataclass(frozen=True, slots=True)
class Weather:
    """How prices move from one step to the next; all in millionths.

    `drift` and `volatility` (one standard deviation) of a usual step. A share `jumps` of steps moves by up
    to `jump_size` more, either way. A share `extremes` is one of: five times the price, a tenth of it, a
    gap to one cent. With the chance `crashes` a step is a crash: every ticker falls by up to `crash_depth`.
    """

    drift: int = 0
    volatility: int = 10_000
    jumps: int = 5_000
    jump_size: int = 150_000
    extremes: int = 0
    crashes: int = 0
    crash_depth: int = 400_000

    def __post_init__(self) -> None:
        for each in fields(self):
            lowest = -_MILLION if each.name == "drift" else 0
            if not lowest <= getattr(self, each.name) <= _MILLION:
                raise InvalidInput("rate_out_of_range", f"from {lowest} to {_MILLION}", field=each.name)


def walk(
    seed: int, start: Mapping[str, int], weather: Weather | None = None, steps: int | None = None
) -> Iterator[dict[str, int]]:
    """Prices after each step, of every ticker; the start itself is not among them. Without end if no
    `steps` are given. Raises `InvalidInput` for a start that is no price."""
    for ticker, price in start.items():
        if not FLOOR <= price <= CEILING:
            raise InvalidInput("price_out_of_range", f"from {FLOOR} to {CEILING}", field=f"start.{ticker}")
    weather, prices = weather or Weather(), dict(start)
    for step in count(1) if steps is None else range(1, steps + 1):
        crash = _Draws(seed, "", step)
        falls = crash.chance(weather.crashes)
        for ticker, price in prices.items():
            prices[ticker] = _stepped(price, _Draws(seed, ticker, step), weather, falls=falls)
        yield dict(prices)


def some_of(seed: int, prices: Mapping[str, int], how_many: int, step: int) -> dict[str, int]:
    """`how_many` of the tickers' prices, drawn for a step: a wave that moves these and leaves the rest."""
    ranked = sorted(prices, key=lambda ticker: (_Draws(seed, f"wave:{ticker}", step).below(2**32), ticker))
    return {ticker: prices[ticker] for ticker in ranked[:how_many]}


def replay(rows: Iterable[tuple[date, str, Decimal]]) -> Iterator[tuple[date, dict[str, int]]]:
    """Days in order, each with the last close known of every ticker seen so far, in billionths.

    Rows may come in any order. Raises `InvalidInput` for a close that is not above zero or has more than
    nine decimals, and for two closes of one day and ticker that differ.
    """
    prices: dict[str, int] = {}
    for day, closes in groupby(sorted(rows, key=lambda row: row[:2]), key=lambda row: row[0]):
        today: dict[str, int] = {}
        for _, ticker, close in closes:
            price = _nanos(close, f"{day}.{ticker}")
            if today.setdefault(ticker, price) != price:
                raise InvalidInput("closes_differ", "two closes of one day", field=f"{day}.{ticker}")
        prices |= today
        yield day, dict(prices)


def _stepped(price: int, draws: _Draws, weather: Weather, *, falls: bool) -> int:
    if draws.chance(weather.extremes):
        return _within((price * 5, price // 10, FLOOR)[draws.below(3)])
    move = weather.drift + draws.normal(weather.volatility)
    if draws.chance(weather.jumps):
        move += draws.below(2 * weather.jump_size + 1) - weather.jump_size
    if falls:
        move -= draws.below(weather.crash_depth + 1)
    return _within(price * max(_MILLION + move, 0) // _MILLION)


def _within(price: int) -> int:
    return max(FLOOR, min(CEILING, price))


def _nanos(close: Decimal, field: str) -> int:
    scaled = close * PRICE_SCALE if close.is_finite() else Decimal(0)
    if not 0 < scaled <= INT64_MAX or scaled != scaled.to_integral_value():
        raise InvalidInput("price_out_of_range", "above zero, at most 9 decimals", field=field)
    return int(scaled)


class _Draws:
    """A few numbers that depend on their names only."""

    def __init__(self, seed: int, name: str, step: int) -> None:
        text = f"{seed}\x1f{name}\x1f{step}".encode()
        self._pool = int.from_bytes(blake2b(text, digest_size=_DRAW_BYTES).digest(), "big")

    def below(self, bound: int) -> int:
        """From 0 to `bound` - 1."""
        self._pool, drawn = divmod(self._pool, max(1, bound))
        return drawn

    def chance(self, millionths: int) -> bool:
        return self.below(_MILLION) < millionths

    def normal(self, deviation: int) -> int:
        """About normal, with this standard deviation: a sum of twelve even draws (Irwin-Hall)."""
        total = sum(self.below(1 << 8) for _ in range(12))
        # Twelve draws from 0 to 255 have the mean 1530 and the standard deviation 255.99.
        return (total - 1530) * deviation // 256
