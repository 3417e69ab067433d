"""Levels of yardsticks from what the market's store has: rates, inflation, symbols and mixes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from fiel.copilot.performing.asked import CDI, IBOV, IPCA, RATES, Part, Yardstick
from fiel.copilot.performing.pricing import RATE_SERIES, sync_command
from fiel.copilot.performing.scales import as_traded
from fiel.copilot.performing.share_changes import Event, told_events
from fiel.copilot.taxes.share_events import actions_of
from fiel.fixed_income.accrual.ipca import IpcaIndex, index_from_variations
from fiel.fixed_income.series import RateSeries
from fiel.infra.storage.database import Session
from fiel.kernel.calendars import anbima
from fiel.kernel.errors import Refused
from fiel.kernel.months import first_of, month_after, months_between
from fiel.market.queries import StoredCloses, closes_of, events_of, values_of
from fiel.performance.entries import PriceSeries
from fiel.performance.indices import inflation_index, mix, rate_index

#: Months of inflation that may be assumed at the end: the last one is told some ten days after its end.
PROJECTED_MAX = 3
_BEFORE = timedelta(days=15)
#: What stands for the index where it is not kept itself.
_IBOV = ("^BVSP", "BOVA11")


@dataclass(frozen=True, slots=True)
class Levels:
    """A yardstick over a period. `assumed`: the month from which inflation is assumed, and its percent."""

    name: str
    series: PriceSeries
    assumed: tuple[date, Decimal] | None = None


def levels_of(connection: Session, yardstick: Yardstick, days: Sequence[date]) -> Levels:
    """The levels over `days` (the first is the reference). A mix goes back to its weights every month's end.

    Raises `Refused` (benchmark_missing) with the command that fetches what lacks.
    """
    parts = [_of_part(connection, part, days[0], days[-1]) for part in yardstick.parts]
    if len(parts) == 1:
        return Levels(yardstick.name, parts[0].series, parts[0].assumed)
    named = {part.name: one.series for part, one in zip(yardstick.parts, parts, strict=True)}
    weights = {part.name: part.weight for part in yardstick.parts}
    ends = [day for day, other in pairwise(days) if first_of(day) != first_of(other)]
    told = _asking(yardstick.name, "", lambda: mix(named, weights, days, ends))
    assumed = next((one.assumed for one in parts if one.assumed), None)
    return Levels(yardstick.name, told, assumed)


def needed(yardsticks: Sequence[Yardstick]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The series and the symbols that they rest on; CDI, IPCA and exchange rates are of every report."""
    parts = [part.key for yardstick in yardsticks for part in yardstick.parts]
    series = dict.fromkeys((CDI, IPCA, *RATE_SERIES.values(), *(key for key in parts if key in RATES)))
    symbols = dict.fromkeys(key for key in parts if key not in series and key != IBOV)
    return tuple(series), (*symbols, *(_IBOV if IBOV in parts else ()))


def _of_part(connection: Session, part: Part, start: date, end: date) -> Levels:
    if part.key in RATES:
        return _rate(connection, part, start, end)
    if part.key == IPCA:
        return _inflation(connection, part, start, end)
    return _symbol(connection, part, end)


def _rate(connection: Session, part: Part, start: date, end: date) -> Levels:
    """As far as it is known; the days after that stand still and are told."""
    stored = values_of(connection, part.key, start, end)
    command = sync_command(part.key, start)
    if not stored.rows:
        raise missing(part.name, f"{part.key} is not kept from {start} on", command)
    calendar = anbima(end)
    known = min(end, calendar.next_business_day(stored.rows[-1][0]))
    rates = RateSeries.of(f"{part.name} ({part.key}, {', '.join(stored.sources)})", stored.rows)
    return Levels(
        part.name,
        _asking(part.name, command, lambda: rate_index(rates, start, known, calendar, percent=part.percent)),
    )


def inflation_of(connection: Session, start: date, end: date) -> tuple[Decimal, tuple[date, Decimal] | None]:
    """The IPCA from one day to another, a fraction (T-8), and what of it is assumed (as of `Levels`).

    Raises `Refused` (benchmark_missing).
    """
    part = Part(IPCA)
    index, assumed, command = _ipca(connection, part, start, end)
    try:
        factor = index.factor(start, end, anbima(end), anniversary=1)
    except Refused as refusal:
        raise missing(part.name, refusal.message, command) from refusal
    return factor - 1, assumed


def _inflation(connection: Session, part: Part, start: date, end: date) -> Levels:
    index, assumed, command = _ipca(connection, part, start, end)
    told = _asking(
        part.name, command, lambda: inflation_index(index, start, end, anbima(end), spread=part.spread)
    )
    return Levels(part.name, told, assumed)


def _ipca(
    connection: Session, part: Part, start: date, end: date
) -> tuple[IpcaIndex, tuple[date, Decimal] | None, str]:
    """The index, what of it is assumed, and the command that fetches it.

    Months that nobody told yet are taken to be like the last one that is.
    """
    first = first_of(start)
    stored = values_of(connection, part.key, month_after(first, -PROJECTED_MAX), end)
    command = sync_command(part.key, first)
    if not stored.rows or stored.rows[0][0] > first:
        raise missing(part.name, f"{part.key} is not kept from {first} on", command)
    last, percent = stored.rows[-1]
    if months_between(last, first_of(end)) > PROJECTED_MAX:
        raise missing(part.name, f"{part.key} is kept until {last:%Y-%m} only", command)
    name = f"{part.name} ({part.key}, {', '.join(stored.sources)})"
    try:
        numbers = index_from_variations(name, RateSeries.of(name, stored.rows))
    except Refused as refusal:
        raise missing(part.name, refusal.message, command) from refusal
    assumed = (month_after(last), percent) if first_of(end) > last else None
    return IpcaIndex(numbers, percent, flat=True), assumed, command


def _symbol(connection: Session, part: Part, end: date) -> Levels:
    """With dividends where the source tells closes adjusted for them, else the price with splits held."""
    names = _IBOV if part.key == IBOV else (part.key,)
    kept = closes_of(connection, names, end)
    stored = next((kept[name] for name in names if name in kept), None)
    if stored is None or stored.days[0] > end:
        command = f"fiel performance --fetch --benchmark {names[-1]}"
        raise missing(part.name, f"no close of {names[-1]} is kept", command)
    adjusted = _adjusted(stored)
    if adjusted is not None:
        return Levels(part.name, adjusted)
    events = events_of(connection, [stored.symbol]).get(stored.symbol)
    actions, _ = actions_of(events.shares if events is not None else ())
    found: list[Event] = told_events(actions)
    return Levels(part.name, _renamed(as_traded(stored, found).levels, f"{stored.symbol} ({stored.source})"))


def _adjusted(stored: StoredCloses) -> PriceSeries | None:
    if not stored.adjusted:
        return None
    source = f"{stored.symbol} ({stored.source}, adjusted for dividends)"
    return PriceSeries.of(dict(zip(stored.days, stored.adjusted, strict=True)), source)


def _renamed(series: PriceSeries, source: str) -> PriceSeries:
    return PriceSeries(series.days, series.units, series.decimals, source)


def _asking(name: str, command: str, made: Callable[[], PriceSeries]) -> PriceSeries:
    """The series, or what to type to have what lacks."""
    try:
        return made()
    except Refused as refusal:
        raise missing(name, refusal.message, command) from refusal


def missing(name: str, why: str, command: str) -> Refused:
    """A yardstick that cannot be told, and the command that fetches what lacks."""
    return Refused(
        "benchmark_missing",
        f"{name}: {why}" + (f"; run: {command}" if command else ""),
        field="--benchmark",
        details={"name": name, "why": why, "command": command},
    )
