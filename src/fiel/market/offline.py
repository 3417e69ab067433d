"""Recorded figures as a source of last resort: nothing is asked of anybody, and everything says its age."""

from __future__ import annotations

from fiel.infra.resilience.attempts import Event, How, Step
from fiel.kernel.clock import Clock
from fiel.kernel.errors import NotFound
from fiel.market.providers.recorded import recorded_quote, recorded_symbols
from fiel.market.quotes import QuoteAnswer, read_symbol
from fiel.market.values import Quality, Served
from fiel.market.wire import Provider


def recorded_answer(symbol: str, clock: Clock) -> QuoteAnswer:
    """The last recorded close of a symbol, as a stale value. Raises `NotFound` naming those recorded."""
    name, now = read_symbol(symbol), clock.now()
    reading = recorded_quote(name, now) if name in recorded_symbols() else None
    if reading is None or reading.as_of is None:
        raise NotFound(
            "symbol_not_recorded",
            f"{name} is not recorded; recorded are {', '.join(recorded_symbols())}",
            field="symbol",
        )
    source = Provider.RECORDED.value
    served = Served(
        reading, f"{reading.currency} per unit", reading.as_of, reading.as_of, source, Quality.STALE
    )
    return QuoteAnswer(name, served, How.STALE, (Step(source, Event.TAKEN, now, "recorded"),))
