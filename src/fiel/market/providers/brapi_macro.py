"""BRAPI's copies of the central bank's series: `/api/v2/macro`, and the older inflation and prime rate.

Macro numbers are JSON numbers with ISO dates; the older tables write text and DD/MM/YYYY. Inflation is the
change over twelve months: it is no second source of the monthly IPCA.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from fiel.kernel.errors import NotFound
from fiel.market.catalogue import SeriesSpec
from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json, load_json
from fiel.market.providers.complaints import Complaint, kind_of_text
from fiel.market.providers.series_rows import Dialect, RawRow, gather
from fiel.market.providers.series_verdicts import and_then
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Kind, Verdict, accept, rejected
from fiel.market.windows import Window
from fiel.market.wire import Answer, Ask, Provider

#: The key of what `/inflation` tells, which no series of the catalogue is.
TWELVE_MONTHS = "ipca_12m"
_ROWS_MAX = 5000
_MACRO = Dialect(iso_dates=True, text_numbers=False, json_numbers=True, in_order=False)
_OLDER = Dialect(in_order=False)


def ask_macro(spec: SeriesSpec, window: Window) -> Ask:
    """One series. Raises `NotFound` when BRAPI does not tell it."""
    parameters = (
        ("symbols", _slug(spec)),
        ("startDate", window.first.isoformat()),
        ("endDate", window.last.isoformat()),
        ("limit", str(_ROWS_MAX)),
    )
    return Ask(Provider.BRAPI, "macro", "/api/v2/macro", parameters, spec.key)


def ask_inflation(window: Window) -> Ask:
    """IPCA over twelve months, as an older table."""
    return Ask(Provider.BRAPI, "inflation", "/api/v2/inflation", _older(window), TWELVE_MONTHS)


def ask_prime_rate(window: Window) -> Ask:
    """The Selic target, as an older table."""
    return Ask(Provider.BRAPI, "prime_rate", "/api/v2/prime-rate", _older(window), "selic_target")


def read_macro(
    answer: Answer, spec: SeriesSpec, asked: tuple[date, date] | None = None
) -> Verdict[SeriesReading]:
    """The rows of one series, cut to the days asked. Raises `NotFound` when BRAPI does not tell it.

    The unit is not said: the plausible range of the catalogue has the last word, nothing is scaled.
    """
    slug = _slug(spec)
    return and_then(load_json(answer), lambda value: _read_macro(value, spec, slug, asked))


def read_inflation(answer: Answer) -> Verdict[SeriesReading]:
    """IPCA over twelve months (%), under the key `ipca_12m`."""
    return and_then(load_json(answer), lambda value: _read_table(value, "inflation", TWELVE_MONTHS))


def read_prime_rate(answer: Answer) -> Verdict[SeriesReading]:
    """The Selic target (% per year)."""
    return and_then(load_json(answer), lambda value: _read_table(value, "prime-rate", "selic_target"))


def check_slugs(answer: Answer, slugs: Sequence[str]) -> Verdict[Json]:
    """The JSON of an answer, and which of the series asked (small letters) it does not tell.

    Partial when some are not there, rejected when none is.
    """
    return and_then(load_json(answer), lambda value: _check_slugs(value, slugs))


def _check_slugs(value: Json, slugs: Sequence[str]) -> Verdict[Json]:
    results = value.get("results") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(results, list):
        return rejected(Kind.SCHEMA, "no list of results", place="results")
    told = {_named(one) for one in results if isinstance(one, dict)}
    refused = [(slug, _without(value, slug)) for slug in slugs if slug not in told]
    if refused and len(refused) == len(slugs):
        return rejected(refused[0][1].kind or Kind.NOT_FOUND, refused[0][1].findings[0].detail)
    judgement = Judgement()
    for slug, verdict in refused:
        judgement.drop(verdict.kind or Kind.NOT_FOUND, slug, verdict.findings[0].detail)
    return judgement.verdict(value)


def _read_macro(
    value: Json, spec: SeriesSpec, slug: str, asked: tuple[date, date] | None
) -> Verdict[SeriesReading]:
    results = value.get("results") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(results, list):
        return rejected(Kind.SCHEMA, "no list of results", place="results")
    named = [one for one in results if isinstance(one, dict) and _named(one) == slug]
    if not named:
        return _without(value, slug)
    rows = named[0].get("observations")
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "no list of observations", place="results[0].observations")
    return and_then(gather(spec.key, _rows(rows), _MACRO), lambda reading: _cut(reading, asked))


def _cut(reading: SeriesReading, asked: tuple[date, date] | None) -> Verdict[SeriesReading]:
    rows = tuple(row for row in reading.rows if asked is None or asked[0] <= row.day <= asked[1])
    return accept(SeriesReading(reading.series, rows))


def _without(value: dict[str, Json], slug: str) -> Verdict[SeriesReading]:
    """Why the series is not among the results: the service says it per slug."""
    errors = value.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict) and _named(error) == slug:
            message, code = error.get("message"), error.get("code")
            said = Complaint(
                200,
                is_json=True,
                message=message if isinstance(message, str) else "",
                code=code.upper() if isinstance(code, str) else "",
            )
            return rejected(kind_of_text(said) or Kind.UPSTREAM_DOWN, "the service names no such series")
    return rejected(Kind.NOT_FOUND, "the series is not among the results", place="results")


def _named(entry: dict[str, Json]) -> str:
    name = entry.get("slug") or entry.get("symbol")
    return name.lower() if isinstance(name, str) else ""


def _read_table(value: Json, name: str, series: str) -> Verdict[SeriesReading]:
    rows = value.get(name) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "no list of values", place=name)
    return gather(series, _rows(rows), _OLDER)


def _rows(rows: list[Json]) -> Iterator[RawRow]:
    for index, row in enumerate(rows):
        place = f"[{index}]"
        if isinstance(row, dict):
            yield RawRow(place, row.get("date"), row.get("value"))
        else:
            yield RawRow(place, row, None)


def _older(window: Window) -> tuple[tuple[str, str], ...]:
    return (
        ("country", "brazil"),
        ("start", f"{window.first:%d/%m/%Y}"),
        ("end", f"{window.last:%d/%m/%Y}"),
        ("sortOrder", "asc"),
    )


def _slug(spec: SeriesSpec) -> str:
    source = spec.second(Provider.BRAPI)
    if source is None:
        raise NotFound("no_second_source", f"BRAPI does not tell {spec.key}", field="series")
    return source.code
