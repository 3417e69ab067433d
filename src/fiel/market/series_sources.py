"""Who is asked for a window of a series, in order: the central bank, then those who tell the same.

A second host is believed on new rows only while it agrees with the central bank on those that are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fiel.infra.resilience.attempts import Source
from fiel.market.asking import Asker, Told
from fiel.market.catalogue import SecondSource, SeriesSpec
from fiel.market.providers import b3_index, bcb_olinda, bcb_sgs, brapi_macro, ipeadata
from fiel.market.sanitizer.context import local_day
from fiel.market.sanitizer.series import disagreements, judge_series
from fiel.market.store.series import StoredRow
from fiel.market.values import Observation, SeriesReading
from fiel.market.verdicts import Finding, Verdict, quarantined
from fiel.market.windows import Window
from fiel.market.wire import Answer, Ask, Provider

#: Sources that tell the central bank's own numbers; what they told is not overwritten by others.
FIRST_HAND = frozenset({Provider.SGS.value, Provider.RECORDED.value})
#: Second hosts are asked for some rows before those wanted, to be compared with what is known.
_OVERLAP = timedelta(days=15)

Source_ = Source[Told[SeriesReading]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One window of a series. `held`: rows from some days before it on; `missing`: days due without a row."""

    spec: SeriesSpec
    window: Window
    today: date
    held: Sequence[StoredRow] = ()
    missing: tuple[date, ...] = ()

    @property
    def asked(self) -> tuple[date, date]:
        """Both days of the window."""
        return self.window.first, self.window.last


def series_sources(asker: Asker, wanted: Wanted) -> tuple[Source_, ...]:
    """The sources that can tell the window, the preferred first."""
    spec = wanted.spec
    found = [asker.source(bcb_sgs.ask_range(spec, wanted.window), _first_judge(wanted))]
    for second in spec.second_sources:
        source = _SECONDS[second.provider](asker, wanted, second)
        if source is not None:
            found.append(source)
    return tuple(found)


def _first_judge(wanted: Wanted) -> Callable[[Answer], Verdict[SeriesReading]]:
    """The publisher is compared with what it told before; what others told of those days does not bind it."""
    known = {each.row.day: each.row.value for each in wanted.held if _binding(each, wanted)}

    def judge(answer: Answer) -> Verdict[SeriesReading]:
        read = bcb_sgs.read_sgs(answer, wanted.spec)
        return judge_series(read, wanted.spec, asked=wanted.asked, today=wanted.today, known=known)

    return judge


def _binding(held: StoredRow, wanted: Wanted) -> bool:
    """Whether a row may be held against the publisher; not one that is final now but was not when read."""
    day, spec = held.row.day, wanted.spec
    if day < wanted.window.first:
        return True
    revisable = not spec.final(day, wanted.today)
    return held.source in FIRST_HAND and (revisable or spec.final(day, local_day(held.fetched_at)))


def _ipeadata(asker: Asker, wanted: Wanted, second: SecondSource) -> Source_ | None:
    window = _wider(wanted)

    def read(answer: Answer) -> Verdict[SeriesReading]:
        return ipeadata.read_ipeadata(answer, wanted.spec, (window.first, window.last))

    return asker.source(ipeadata.ask_ipeadata(wanted.spec), _second_judge(read, wanted, second, window))


def _brapi(asker: Asker, wanted: Wanted, second: SecondSource) -> Source_ | None:
    window = _wider(wanted)

    def read(answer: Answer) -> Verdict[SeriesReading]:
        return brapi_macro.read_macro(answer, wanted.spec, (window.first, window.last))

    ask = brapi_macro.ask_macro(wanted.spec, window)
    return asker.source(ask, _second_judge(read, wanted, second, window))


def _olinda(asker: Asker, wanted: Wanted, second: SecondSource) -> Source_ | None:
    window = _wider(wanted)

    def read(answer: Answer) -> Verdict[SeriesReading]:
        return bcb_olinda.read_ptax(answer, wanted.spec)

    ask = bcb_olinda.ask_dollar_period(window)
    return asker.source(ask, _second_judge(read, wanted, second, window))


def _b3(asker: Asker, wanted: Wanted, second: SecondSource) -> Source_ | None:
    """B3 tells one day only: asked when nothing but the last row is missing."""
    if len(wanted.missing) != 1:
        return None
    window = Window(wanted.missing[0], wanted.missing[0])

    def read(answer: Answer) -> Verdict[SeriesReading]:
        return b3_index.read_cdi_rate(answer, wanted.spec)

    ask: Ask = b3_index.ask_cdi_file()
    return asker.source(ask, _second_judge(read, wanted, second, window))


_Maker = Callable[[Asker, Wanted, SecondSource], "Source_ | None"]
_SECONDS: Mapping[Provider, _Maker] = {
    Provider.IPEADATA: _ipeadata,
    Provider.BRAPI: _brapi,
    Provider.OLINDA: _olinda,
    Provider.B3: _b3,
}


def _wider(wanted: Wanted) -> Window:
    """The window with some known rows before it, when there are any."""
    spec, window = wanted.spec, wanted.window
    early = [each.row.day for each in wanted.held if each.row.day < window.first]
    first = max(min(early, default=window.first), window.first - _OVERLAP, spec.first_day)
    return Window(min(first, window.first), window.last)


def _second_judge(
    read: Callable[[Answer], Verdict[SeriesReading]], wanted: Wanted, second: SecondSource, window: Window
) -> Callable[[Answer], Verdict[SeriesReading]]:
    spec = wanted.spec
    before: dict[date, Decimal] = {
        each.row.day: each.row.value for each in wanted.held if each.row.day < window.first
    }
    first_hand = tuple(each.row for each in wanted.held if each.source in FIRST_HAND)

    def judge(answer: Answer) -> Verdict[SeriesReading]:
        asked = (window.first, min(window.last, wanted.today) if not spec.ahead else window.last)
        verdict = judge_series(read(answer), spec, asked=asked, today=wanted.today, known=before)
        if verdict.value is None or not verdict.taken:
            return verdict
        found = _contradictions(verdict.value, first_hand, spec, converted=second.yearly)
        return quarantined(verdict.value, *found) if found else verdict

    return judge


def _contradictions(
    reading: SeriesReading, rows: Sequence[Observation], spec: SeriesSpec, *, converted: bool
) -> tuple[Finding, ...]:
    """Where the reading says something else than the central bank did, beyond rounding."""
    return disagreements(SeriesReading(spec.key, tuple(rows)), reading, spec, converted=converted)
