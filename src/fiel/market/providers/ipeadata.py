"""ipeadata: whole series from a third host, as a second source of the central bank's.

It has no filter by date: the whole series comes. Days without value are null, an unknown code gives an
empty list with status 200, dates carry an offset that must not move them. Units may differ from SGS.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fiel.kernel.errors import NotFound
from fiel.market.catalogue import SecondSource, SeriesSpec, catalogue
from fiel.market.providers.bodies import Json, load_json
from fiel.market.providers.rate_units import converted, rounded
from fiel.market.providers.series_rows import Dialect, RawRow, gather, read_day
from fiel.market.providers.series_verdicts import and_then
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Finding, Keep, Kind, Reaction, Verdict, accept, rejected
from fiel.market.wire import Answer, Ask, Provider

_DIALECT = Dialect(iso_dates=True, text_numbers=False, json_numbers=True)
_UNKNOWN = Reaction(retry=False, fallback=True, breaker_failure=False, keep=Keep.NEVER)


def series_of_ipeadata(code: str) -> SeriesSpec | None:
    """The first series that ipeadata tells under that code."""
    for spec in catalogue().values():
        source = spec.second(Provider.IPEADATA)
        if source is not None and source.code == code:
            return spec
    return None


def ask_ipeadata(spec: SeriesSpec) -> Ask:
    """All values of the series. Raises `NotFound` when ipeadata does not tell it."""
    path = f"/api/odata4/ValoresSerie(SERCODIGO='{_source(spec).code}')"
    return Ask(Provider.IPEADATA, "ipeadata_values", path, (), spec.key)


def read_ipeadata(
    answer: Answer,
    spec: SeriesSpec,
    asked: tuple[date, date] | None = None,
    source: SecondSource | None = None,
) -> Verdict[SeriesReading]:
    """The rows of the days asked (both included; all when `None`), in the unit of the catalogue.

    `source`: the code that was asked, when it is not that of the catalogue. Raises `NotFound` when
    ipeadata does not tell the series.
    """
    told = source or _source(spec)
    loaded = load_json(answer, page=Kind.UPSTREAM_DOWN)
    return and_then(loaded, lambda value: _read_values(value, spec, told, asked))


def _read_values(
    value: Json, spec: SeriesSpec, source: SecondSource, asked: tuple[date, date] | None
) -> Verdict[SeriesReading]:
    rows = value.get("value") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "no list of values", place="value")
    if not rows:
        return rejected(Kind.NOT_FOUND, "an empty list: the code is not known", reaction=_UNKNOWN)
    other = next((code for row in rows if (code := _code(row)) not in (None, source.code)), None)
    if other is not None:
        return rejected(Kind.INCONSISTENT, "values of another series than asked", place="SERCODIGO")
    found = gather(spec.key, _raw(rows, asked, spec), _DIALECT)
    return and_then(found, lambda reading: _in_unit(reading, spec, source))


def _in_unit(reading: SeriesReading, spec: SeriesSpec, source: SecondSource) -> Verdict[SeriesReading]:
    if not source.yearly:
        return accept(rounded(reading, spec.decimals))
    remark = Finding(Kind.SHAPE_VARIANT, "", "from % per year of 252 days to % per day")
    return accept(converted(reading), remark)


def _raw(rows: list[Json], asked: tuple[date, date] | None, spec: SeriesSpec) -> Iterator[RawRow]:
    """Rows without value are left out in silence on days that have none, and after the last value."""
    last = max((index for index, row in enumerate(rows) if not _is_blank(row)), default=-1)
    for index, row in enumerate(rows):
        place = f"value[{index}]"
        if not isinstance(row, dict):
            yield RawRow(place, row, None)
            continue
        day, _ = read_day(row.get("VALDATA"), iso=True)
        if _is_blank(row) and (index > last or day is None or not _is_due(spec, day)):
            continue
        if day is None or asked is None or asked[0] <= day <= asked[1]:
            yield RawRow(place, row.get("VALDATA"), row.get("VALVALOR"))


def _is_blank(row: Json) -> bool:
    return isinstance(row, dict) and "VALVALOR" in row and row["VALVALOR"] is None


def _is_due(spec: SeriesSpec, day: date) -> bool:
    """Whether a row with a value is known to exist on that day."""
    return spec.gaps_from is not None and day >= spec.gaps_from and spec.may_have_row(day)


def _code(row: Json) -> Json:
    return row.get("SERCODIGO") if isinstance(row, dict) else None


def _source(spec: SeriesSpec) -> SecondSource:
    source = spec.second(Provider.IPEADATA)
    if source is None:
        raise NotFound("no_second_source", f"ipeadata does not tell {spec.key}", field="series")
    return source
