"""The series that an answer needs: from the market's desk, or the recorded ones when nobody may be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from fiel.copilot.bonds.series import SeriesTold
from fiel.copilot.plan_view.words import Words
from fiel.entrypoints.cli.failures import show_note
from fiel.entrypoints.cli.surroundings import settings_here
from fiel.entrypoints.words.bond import bond_note
from fiel.entrypoints.words.notes import note
from fiel.infra.system import SystemClock

if TYPE_CHECKING:
    from fiel.market.series_answer import SeriesAnswer
    from fiel.settings import Settings


def today_here() -> date:
    """Today in Brasilia."""
    from fiel.market.sanitizer.context import local_day

    return local_day(SystemClock().now())


def series_told(
    spans: Mapping[str, date], today: date, words: Words, *, offline: bool, database: str | None
) -> tuple[SeriesTold, ...]:
    """Each series from its first day to today; without rows where nobody has any.

    Nothing is opened when no series is needed.
    """
    if not spans:
        return ()
    settings = settings_here()
    if offline or settings.market.offline:
        return _recorded(spans, today)
    return asyncio.run(_asked(spans, today, words, settings, database))


def _recorded(spans: Mapping[str, date], today: date) -> tuple[SeriesTold, ...]:
    from fiel.market.offline import recorded_rows
    from fiel.market.providers.recorded import recorded_series_keys, recorded_source

    clock, found = SystemClock(), []
    for key, first in spans.items():
        told = _told(recorded_rows(key, first, today, clock))
        if key in recorded_series_keys():
            told = replace(told, sources=(f"recorded ({recorded_source(key).source})",))
        found.append(told)
    return tuple(found)


async def _asked(
    spans: Mapping[str, date], today: date, words: Words, settings: Settings, database: str | None
) -> tuple[SeriesTold, ...]:
    from fiel.bootstrap.market import open_market

    async with open_market(settings, database) as market:
        if market.degraded:
            show_note(note("market_degraded", words, reason=market.degraded), "yellow")
        found = []
        for key, first in spans.items():
            told = _told(await market.rates.get(key, first, today))
            if not told.rows:
                show_note(bond_note("series_unheard", words, series=key), "yellow")
            found.append(told)
        return tuple(found)


def _told(answer: SeriesAnswer) -> SeriesTold:
    rows = tuple((row.day, row.value) for row in answer.observations)
    return SeriesTold(
        answer.spec.key, rows, tuple(f"{source}, SGS {answer.spec.code}" for source in answer.sources)
    )
