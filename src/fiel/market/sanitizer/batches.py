"""Whether what an answer says of its symbols is believed: each symbol by its parts, together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TypeAlias

from fiel.market.judgement import Judgement
from fiel.market.providers.fields import BRASILIA
from fiel.market.sanitizer.bars import check_bars
from fiel.market.sanitizer.context import CLOSING, Context
from fiel.market.sanitizer.events import check_events
from fiel.market.sanitizer.quotes import check_quote
from fiel.market.symbols import BatchReading, SymbolReading
from fiel.market.values import PriceHistory
from fiel.market.verdicts import Kind, Outcome, Verdict

Contexts: TypeAlias = "Callable[[SymbolReading], Context]"


def check_batch(batch: BatchReading, contexts: Contexts) -> Verdict[BatchReading]:
    """The symbols that are believed. One that is not makes the answer partial; none at all refuses it."""
    judgement = Judgement()
    kept: list[SymbolReading] = []
    lost: list[Verdict[SymbolReading]] = []
    for reading in batch.symbols:
        verdict = check_symbol(reading, contexts(reading))
        if verdict.taken and verdict.value is not None:
            kept.append(verdict.value)
            judgement.take_over(verdict, place=_place(batch, reading))
        else:
            lost.append(verdict)
    if not kept and lost:
        first = lost[0]
        value = None if first.outcome is Outcome.REJECT else batch
        return Verdict(first.outcome, first.kind, value, first.reaction, first.findings, first.wait)
    for verdict in lost:
        judgement.take_over(verdict, as_part=True)
    return judgement.verdict(replace(batch, symbols=tuple(kept)))


def check_symbol(reading: SymbolReading, context: Context) -> Verdict[SymbolReading]:
    """A price that is not believed takes its history along; bad events leave the price alone."""
    judgement = Judgement()
    if reading.events is not None and reading.events.shares:
        context = replace(context, events=context.events + reading.events.shares)
    price = None
    if reading.quote is not None:
        quote = check_quote(reading.quote, reading.history, context)
        judgement.take_over(quote)
        if not quote.taken:
            return judgement.verdict(reading)
        reading = replace(reading, quote=quote.value)
        price = quote.value.price if quote.value else None
    if reading.history is not None:
        history = check_bars(reading.history, context)
        reading = _with_bars(reading, history, judgement)
    if reading.events is not None:
        events = check_events(reading.events, context, price)
        alone = reading.quote is None and reading.history is None
        judgement.take_over(events, as_part=not alone)
        if alone and events.kind is Kind.SUSPICIOUS_EMPTY:
            judgement.refuse(Kind.SUSPICIOUS_EMPTY, "events", "nothing is told of a symbol that pays")
        reading = replace(reading, events=events.value)
    return judgement.verdict(reading)


def _with_bars(reading: SymbolReading, verdict: Verdict[PriceHistory], judgement: Judgement) -> SymbolReading:
    judgement.take_over(verdict, as_part=reading.quote is not None)
    history = verdict.value if verdict.taken else None
    if reading.history is None:
        return reading
    days = {bar.day for bar in history.bars} if history else set()
    stamps: list[int] = []
    dropped = list(reading.dropped)
    for bar, stamp in zip(reading.history.bars, reading.stamps, strict=False):
        (stamps if bar.day in days else dropped).append(stamp)
    return replace(reading, history=history, stamps=tuple(stamps), dropped=tuple(dropped))


def latest_instant(reading: SymbolReading) -> datetime | None:
    """The latest instant that the reading itself speaks of: its price's, or the close of its last session."""
    instants = [reading.quote.as_of] if reading.quote and reading.quote.as_of else []
    if reading.history is not None:
        last = reading.history.bars[-1].day
        close = CLOSING if instants and instants[0].astimezone(BRASILIA).date() < last else time(0)
        instants.append(datetime.combine(last, close, BRASILIA).astimezone(UTC))
    return max(instants, default=None)


def _place(batch: BatchReading, reading: SymbolReading) -> str:
    return reading.requested if len(batch.symbols) > 1 else ""
