"""HG Brasil indicators (IPCA, CDI ...), of the second version. Documented at hgbrasil.com/docs.

Periods are months (`2025-03`) or days; one that is not told yet has no value.
"""

from __future__ import annotations

from collections.abc import Iterator

from fiel.market.judgement import Judgement, then
from fiel.market.providers.bodies import Json
from fiel.market.providers.hg_envelopes import second_version
from fiel.market.providers.series_rows import Dialect, RawRow, gather
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.wire import Answer

_DIALECT = Dialect(iso_dates=True, text_numbers=False, json_numbers=True, in_order=False)
_MONTH = len("2025-03")


def read_indicator(answer: Answer, ticker: str) -> Verdict[SeriesReading]:
    """The rows of `ticker` (`IBGE:IPCA`) under that name; a month is its first day. Units are not judged."""
    judgement = Judgement()
    results = second_version(answer, judgement)
    if results.value is None:
        return Verdict(results.outcome, results.kind, None, results.reaction, results.findings, results.wait)
    named = [one for one in results.value if one.get("ticker") in (ticker, None)]
    if not named:
        return rejected(Kind.INCONSISTENT, f"{ticker} was asked, another indicator answered", place="results")
    rows = named[0].get("series")
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "a list is due", place="results[0].series")
    if not rows:
        return rejected(Kind.NO_DATA, "no rows", place="results[0].series")
    return then(judgement.verdict(rows), lambda found: gather(ticker, _raw(found), _DIALECT))


def _raw(rows: list[Json]) -> Iterator[RawRow]:
    for index, row in enumerate(rows):
        place = f"results[0].series[{index}]"
        if not isinstance(row, dict):
            yield RawRow(place, row, None)
            continue
        period = row.get("period")
        if isinstance(period, str) and len(period) == _MONTH:
            period = f"{period}-01"
        yield RawRow(place, period, row.get("value"))
