"""A symbol that an answer tells twice: a repeat is left out, a contradiction is not believed."""

from __future__ import annotations

from collections.abc import Sequence

from fiel.market.judgement import Judgement
from fiel.market.symbols import SymbolReading
from fiel.market.verdicts import REACTIONS, Kind


def each_once(readings: Sequence[SymbolReading], judgement: Judgement) -> list[SymbolReading]:
    """One reading a symbol: repeats are left out, and of two that differ neither is believed."""
    kept: dict[str, SymbolReading] = {}
    disputed: set[str] = set()
    for reading in readings:
        first = kept.setdefault(reading.requested, reading)
        if first is reading or reading.requested in disputed:
            continue
        if first == reading:
            judgement.repair(Kind.DUPLICATE, reading.requested, "told twice", "second_result_dropped")
        else:
            disputed.add(reading.requested)
            judgement.drop(
                Kind.CONFLICT, reading.requested, "told twice, differently", reaction=REACTIONS[Kind.CONFLICT]
            )
    return [reading for name, reading in kept.items() if name not in disputed]
