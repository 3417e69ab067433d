"""B3's CDI file: the last DI rate (% per year of 252 days) and the accumulated index.

Rate and index carry different dates, numbers have commas, and the type is often text/plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.kernel.errors import NotFound
from fiel.market.catalogue import SeriesSpec
from fiel.market.providers.bodies import Json, load_json
from fiel.market.providers.rate_units import daily_from_yearly
from fiel.market.providers.series_rows import Dialect, read_day, read_value
from fiel.market.providers.series_verdicts import and_then
from fiel.market.values import Observation, SeriesReading
from fiel.market.verdicts import Finding, Kind, Verdict, accept, partial, rejected, repaired
from fiel.market.wire import Answer, Ask, Provider

PATH = "/CDIIDI.json"
_DIALECT = Dialect(comma=True)


@dataclass(frozen=True, slots=True)
class CdiFile:
    """The rate of `rate_day` in % per year, and the index of `index_day` when it could be read."""

    rate_day: date
    rate: Decimal
    index_day: date | None = None
    index: Decimal | None = None


def ask_cdi_file(path: str = PATH) -> Ask:
    """The latest file; it cannot be asked for another day."""
    return Ask(Provider.B3, "cdi_file", path, (), "cdi")


def read_cdi_file(answer: Answer) -> Verdict[CdiFile]:
    """Rate and index with their own dates. A file without a readable index is partial."""
    loaded = load_json(answer, empty=Kind.NOT_FOUND, page=Kind.UPSTREAM_DOWN)
    return and_then(loaded, _read)


def read_cdi_rate(answer: Answer, spec: SeriesSpec) -> Verdict[SeriesReading]:
    """The one rate, as a row of `cdi` (% per day) or `cdi_annual` (% per year).

    Raises `NotFound` for other series.
    """
    source = spec.second(Provider.B3)
    if source is None:
        raise NotFound("no_second_source", f"B3's CDI file does not tell {spec.key}", field="series")

    def row(file: CdiFile) -> Verdict[SeriesReading]:
        value = daily_from_yearly(file.rate) if source.yearly else file.rate
        reading = SeriesReading(spec.key, (Observation(file.rate_day, value),))
        if not source.yearly:
            return accept(reading)
        return accept(reading, Finding(Kind.SHAPE_VARIANT, "", "from % per year of 252 days to % per day"))

    return and_then(read_cdi_file(answer), row)


def _read(value: Json) -> Verdict[CdiFile]:
    if not isinstance(value, dict):
        return rejected(Kind.SCHEMA, "a list where an object is due")
    rate, odd_rate = read_value(value.get("taxa"), _DIALECT)
    rate_day, odd_day = read_day(value.get("dataTaxa"), iso=False)
    if rate is None or rate_day is None:
        place = "taxa" if rate is None else "dataTaxa"
        return rejected(Kind.SCHEMA, "rate or its date cannot be read", place=place)
    index, _ = read_value(value.get("indice"), _DIALECT)
    index_day, _ = read_day(value.get("dataIndice"), iso=False)
    odd = tuple(Finding(Kind.FORMAT, "taxa", "another form", name) for name in (odd_rate, odd_day) if name)
    if index is None or index_day is None or index <= 0:
        finding = Finding(Kind.SCHEMA, "indice", "no index that can be read")
        return partial(CdiFile(rate_day, rate), finding, *odd)
    file = CdiFile(rate_day, rate, index_day, index)
    return repaired(file, *odd) if odd else accept(file)
