"""The smaller services: olinda's PTAX, ipeadata and B3's CDI file."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.kernel.calendars import anbima
from fiel.kernel.rounding import Rounding, finance_context, round_to
from fiel.market.simulator.series import annual
from fiel.market.simulator.sessions import local_day
from fiel.market.simulator.talk import Json, Reply, Request, Route, json_reply
from fiel.market.simulator.view import View
from fiel.market.values import Observation

#: The dollar is bought six hundredths of a cent below its sale, as in most bulletins.
_SPREAD = Decimal("0.0006")
_PTAX = re.compile(r"(?:/olinda/servico/PTAX/versao/v1/odata)?/(Cotacao(?:Dolar|Moeda)(?:Dia|Periodo))\b.*")
_IPEA = re.compile(r".*/(?:ValoresSerie\(SERCODIGO='|Metadados\(')(\w{1,40})'\)(?:/Valores)?/?")
#: ipeadata's codes; GM366 is in % per year and has a row for every day, null where there is none.
IPEADATA = MappingProxyType(
    {
        "SGS366_CDI366": "cdi",
        "GM366_TJOVER366": "selic_annual",
        "BM366_TJOVER366": "selic_target",
        "PRECOS12_IPCAG12": "ipca",
        "PRECOS12_INPC12": "inpc",
        "IGP12_IGPMG12": "igpm",
        "GM366_ERV366": "usd_ptax",
    }
)
_EVERY_DAY = frozenset({"GM366_TJOVER366", "GM366_ERV366"})
#: The DI index of B3 on a day, from which it accumulates.
_INDEX_BASE, _INDEX_DAY = Decimal("34679.17"), date(2022, 4, 18)


def route_olinda(request: Request) -> Route | None:
    """`None` for a path that is not olinda's."""
    found = _PTAX.fullmatch(request.path)
    return None if found is None else Route(found.group(1), "usd_ptax")


def respond_olinda(request: Request, _where: Route, view: View) -> Reply:
    """PTAX of a day or a period; a day without rate gives an empty list."""
    start = _american(request.value("@dataCotacao") or request.value("@dataInicial"))
    end = _american(request.value("@dataFinalCotacao") or request.value("@dataCotacao"))
    currency = request.value("@moeda", "'USD'").strip("'")
    if start is None or end is None or currency != "USD":
        return Reply(400, b"Par\xc3\xa2metro inv\xc3\xa1lido", "text/plain; charset=utf-8")
    rows = view.rows("usd_ptax", start, end)
    coin = "Moeda" in request.path
    value = [told for row in rows for told in _bulletins(row, coin=coin)]
    context = "https://olinda.bcb.gov.br/olinda/servico/PTAX/versao/v1/odata$metadata"
    return json_reply({"@odata.context": context, "value": value}, comma=view.comma)


def _bulletins(row: Observation, *, coin: bool) -> list[Json]:
    """The closing bulletin; of a currency asked by name also an earlier one of the day."""
    stamp = f"{row.day.isoformat()} 13:08:25.{row.day.toordinal() % 1000:03d}"
    closing: dict[str, Json] = {
        "cotacaoCompra": row.value - _SPREAD,
        "cotacaoVenda": row.value,
        "dataHoraCotacao": stamp,
    }
    if not coin:
        return [closing]
    opening = dict(closing)
    opening["cotacaoVenda"] = row.value + Decimal("0.0100")
    opening["cotacaoCompra"] = row.value + Decimal("0.0094")
    opening["dataHoraCotacao"] = f"{row.day.isoformat()} 10:08:25.000"
    opening["tipoBoletim"], closing["tipoBoletim"] = "Abertura", "Fechamento"
    return [opening, closing]


def _american(text: str) -> date | None:
    found = re.fullmatch(r"'(\d{2})-(\d{2})-(\d{4})'", text)
    if found is None:
        return None
    month, day, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def route_ipeadata(request: Request) -> Route | None:
    """`None` for a path that is not ipeadata's."""
    found = _IPEA.fullmatch(request.path)
    if found is None:
        return None
    code = found.group(1)
    return Route("values", IPEADATA.get(code, code), (code,))


def respond_ipeadata(_request: Request, where: Route, view: View) -> Reply:
    """The whole series, as ipeadata gives it; an unknown code gives an empty list."""
    code = where.parts[0]
    key = IPEADATA.get(code)
    rows = [] if key is None else view.rows(key, date(1980, 1, 1), local_day(view.at))
    if code in _EVERY_DAY:
        value = [_ipea(code, day, number) for day, number in _every_day(rows)]
    else:
        value = [_ipea(code, row.day, row.value) for row in rows]
    context = "http://www.ipeadata.gov.br/api/odata4/$metadata#ValoresSerie"
    return json_reply({"@odata.context": context, "value": value}, comma=view.comma)


def _every_day(rows: list[Observation]) -> list[tuple[date, Decimal | None]]:
    """A row for each day: days between two rows are null."""
    told: list[tuple[date, Decimal | None]] = []
    for row in rows:
        while told and told[-1][0] < row.day - timedelta(days=1):
            told.append((told[-1][0] + timedelta(days=1), None))
        told.append((row.day, row.value))
    return told


def _ipea(code: str, day: date, value: Decimal | None) -> Json:
    # Summer time was in force on this day of every year until 2019; the date as written is what counts.
    offset = "-02:00" if day.year < 2019 and day.month in (1, 11, 12) else "-03:00"
    stamp = f"{day.isoformat()}T00:00:00{offset}"
    return {"SERCODIGO": code, "VALDATA": stamp, "VALVALOR": value, "NIVNOME": "", "TERCODIGO": ""}


def route_b3(request: Request) -> Route | None:
    """`None` for a path that is not of the CDI file."""
    return Route("cdi_index", "cdi") if "cdiidi" in request.path.lower() else None


def respond_b3(_request: Request, _where: Route, view: View) -> Reply:
    """The last rate, and the index of the day after it."""
    today = local_day(view.at)
    rows = view.rows("cdi", today - timedelta(days=15), today)
    if not rows:
        return Reply(200, b"", "text/plain; charset=utf-8")
    last = rows[-1]
    index = _index(view, last.day)
    following = anbima(last.day).next_business_day(last.day)
    body: Json = {
        "taxa": f"{annual(last.value):.2f}".replace(".", ","),
        "dataTaxa": f"{last.day:%d/%m/%Y}",
        "indice": f"{index:,.2f}".replace(",", " ").replace(".", ",").replace(" ", "."),
        "dataIndice": f"{following:%d/%m/%Y}",
    }
    return json_reply(body, content_type="text/plain; charset=utf-8")


def _index(view: View, day: date) -> Decimal:
    with localcontext(finance_context()):
        index = _INDEX_BASE
        for row in view.truth.published("cdi", _INDEX_DAY, day, view.at):
            index *= 1 + row.value / 100
        return round_to(index, 2, Rounding.HALF_EVEN)
