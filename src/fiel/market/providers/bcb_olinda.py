"""olinda, the open data of the central bank: PTAX of the dollar, on another host than SGS.

Dates are asked as MM-DD-YYYY and told as `YYYY-MM-DD HH:MM:SS.mmm`; numbers are JSON numbers. A day
without rate gives an empty list. By currency there are several bulletins a day: the closing one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from fiel.kernel.errors import InvalidInput
from fiel.market.catalogue import SeriesSpec
from fiel.market.providers.bodies import Json, load_json
from fiel.market.providers.series_rows import Dialect, RawRow, gather, read_value
from fiel.market.providers.series_verdicts import and_then
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.windows import Window
from fiel.market.wire import Answer, Ask, Provider

_BASE = "/olinda/servico/PTAX/versao/v1/odata"
_DIALECT = Dialect(iso_dates=True, text_numbers=False, json_numbers=True)
_FORMAT = ("$format", "json")


def ask_dollar_day(day: date) -> Ask:
    """The closing PTAX of one day."""
    path = f"{_BASE}/CotacaoDolarDia(dataCotacao=@dataCotacao)"
    return Ask(Provider.OLINDA, "ptax_day", path, (("@dataCotacao", _american(day)), _FORMAT), "usd_ptax")


def ask_dollar_period(window: Window) -> Ask:
    """The closing PTAX of each business day of the window."""
    path = f"{_BASE}/CotacaoDolarPeriodo(dataInicial=@dataInicial,dataFinalCotacao=@dataFinalCotacao)"
    return Ask(Provider.OLINDA, "ptax_period", path, (*_days(window), _FORMAT), "usd_ptax")


def ask_currency_period(currency: str, window: Window) -> Ask:
    """All bulletins of a currency (`USD`). Raises `InvalidInput` for a code that is not three letters."""
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise InvalidInput("currency_malformed", "three capital letters, such as USD", field="currency")
    names = "moeda=@moeda,dataInicial=@dataInicial,dataFinalCotacao=@dataFinalCotacao"
    parameters = (("@moeda", f"'{currency}'"), *_days(window), _FORMAT)
    path = f"{_BASE}/CotacaoMoedaPeriodo({names})"
    return Ask(Provider.OLINDA, "ptax_currency", path, parameters, "usd_ptax")


def read_ptax(answer: Answer, spec: SeriesSpec) -> Verdict[SeriesReading]:
    """The closing sale rate of each day, in BRL. No rows is accepted here: see `judge_series`."""
    return and_then(load_json(answer, page=Kind.RATE_LIMITED), lambda value: _read(value, spec))


def _read(value: Json, spec: SeriesSpec) -> Verdict[SeriesReading]:
    rows = value.get("value") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        return rejected(Kind.SCHEMA, "no list of rates", place="value")
    return gather(spec.key, _closing(rows), _DIALECT)


def _closing(rows: list[Json]) -> Iterator[RawRow]:
    for index, row in enumerate(rows):
        place = f"value[{index}]"
        if not isinstance(row, dict):
            yield RawRow(place, row, None)
            continue
        bulletin = row.get("tipoBoletim")
        if isinstance(bulletin, str) and not _is_closing(bulletin):
            continue
        value, wrong = row.get("cotacaoVenda"), _contradiction(row)
        yield RawRow(place, row.get("dataHoraCotacao"), value, wrong=wrong)


def _is_closing(bulletin: str) -> bool:
    """`Fechamento`, also `Fechamento PTAX`; the interbank close is another rate."""
    return bulletin.strip().lower() in {"fechamento", "fechamento ptax"}


def _contradiction(row: dict[str, Json]) -> str:
    """A purchase rate above the sale rate: one of both is wrong."""
    bought, sold = (read_value(row.get(name), _DIALECT)[0] for name in ("cotacaoCompra", "cotacaoVenda"))
    if bought is None or sold is None or bought <= sold:
        return ""
    return f"sold at {sold:f}, below the purchase rate of {bought:f}"


def asked_days(parameters: tuple[tuple[str, str], ...]) -> tuple[date, date] | None:
    """The days that were asked, both included; `None` when the parameters do not say."""
    given = dict(parameters)
    first = given.get("@dataInicial") or given.get("@dataCotacao", "")
    last = given.get("@dataFinalCotacao") or given.get("@dataCotacao", "")
    found = [_day_of(text) for text in (first, last)]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _day_of(text: str) -> date | None:
    parts = re.fullmatch(r"'?([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})'?", text)
    try:
        return date(int(parts[3]), int(parts[1]), int(parts[2])) if parts else None
    except ValueError:
        return None


def _days(window: Window) -> tuple[tuple[str, str], ...]:
    return ("@dataInicial", _american(window.first)), ("@dataFinalCotacao", _american(window.last))


def _american(day: date) -> str:
    return f"'{day:%m-%d-%Y}'"
