"""SGS of the central bank: ranges in JSON and CSV, the last N, and both spellings of its errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from fiel.market.simulator.series import BY_CODE, Days, Told
from fiel.market.simulator.sessions import local_day
from fiel.market.simulator.talk import HTML_TYPE, Json, Reply, Request, Route, html_page, json_reply
from fiel.market.simulator.view import View
from fiel.market.values import Observation

YEARS_MAX = 10
LAST_MAX = 20
CSV_TYPE = "text/csv; charset=utf-8"
_PATH = re.compile(r"/dados/serie/bcdata\.sgs\.(\d{1,6})/dados(?:/ultimos/(\d{1,6}))?/?")
_FIRST_DAY = date(1980, 1, 1)
_EXCEPTION = "br.gov.bcb.pec.sgs.comum.excecoes.SGSNegocioException"


def route(request: Request) -> Route | None:
    """`None` for a path that is not of SGS."""
    found = _PATH.fullmatch(request.path)
    if found is None:
        return None
    code, last = found.groups()
    told = BY_CODE.get(int(code))
    return Route("last" if last else "range", told.key if told else code, (code, last or ""))


def respond(request: Request, where: Route, view: View) -> Reply:
    """The answer to a routed request."""
    told = BY_CODE.get(int(where.parts[0]))
    if told is None:
        return throttle_page()
    if where.endpoint == "last":
        return _last(request, int(where.parts[1]), told, view)
    return _range(request, told, view)


def throttle_page() -> Reply:
    """What SGS answers when it has had enough, or does not know a code: XHTML with status 200."""
    text = (
        '<?xml version="1.0" encoding="pt-br"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="pt-br"><head>'
        "<title>Requisição inválida!</title></head><body><h1>Requisição inválida!</h1></body></html>"
    )
    return Reply(200, text.encode(), "text/html")


def no_values() -> Reply:
    """What SGS answers when a range has no row."""
    return _business_error(404, "Value(s) not found")


def outage_page() -> Reply:
    """A 404 that says nothing about the data."""
    return Reply(404, html_page("404 Not Found", "Not Found").encode(), HTML_TYPE)


def _last(request: Request, count: int, told: Told, view: View) -> Reply:
    if count > LAST_MAX:
        return _business_error(400, f"A quantidade máxima de valores deve ser {LAST_MAX}")
    today = local_day(view.at)
    months = told.days is Days.MONTHS
    start = today - timedelta(days=40 * count if months else 3 * count + 30)
    rows = view.rows(told.key, start, today + told.ahead)
    return _rows(request, rows[-count:] if count else [], told, view)


def _range(request: Request, told: Told, view: View) -> Reply:
    start, end = _date(request.value("dataInicial")), _date(request.value("dataFinal"))
    today = local_day(view.at)
    last = end or today + told.ahead
    if told.days is not Days.MONTHS and (start is None or _too_long(start, last)):
        return _too_long_reply()
    rows = view.rows(told.key, start or _FIRST_DAY, last)
    return _rows(request, rows, told, view)


def _too_long(start: date, end: date) -> bool:
    """More than ten years, counted from the same day of the month."""
    return (end.year - start.year, end.month, end.day) > (YEARS_MAX, start.month, start.day)


def _too_long_reply() -> Reply:
    return json_reply(
        {
            "error": "O sistema aceita uma janela de consulta de, no máximo, 10 anos em séries de "
            "periodicidade diária",
            "message": "Informe dataInicial e, se quiser, dataFinal, no formato dd/mm/aaaa",
            "syntax": "/dados/serie/bcdata.sgs.12/dados?dataInicial=01/01/2016&dataFinal=31/12/2025",
        },
        status=406,
    )


def _business_error(status: int, text: str) -> Reply:
    return json_reply({"erro": {"statusCode": status, "detail": f"{_EXCEPTION}: {text}"}}, status=status)


def _rows(request: Request, rows: Sequence[Observation], told: Told, view: View) -> Reply:
    if not rows:
        return json_reply([]) if view.empty else no_values()
    if request.value("formato", "json") == "csv":
        return Reply(200, _csv(rows, told).encode(), CSV_TYPE)
    return json_reply([_row(row, told, view) for row in rows])


def _csv(rows: Sequence[Observation], told: Told) -> str:
    lines = ["data;dataFim;valor" if told.periods else "data;valor"]
    for row in rows:
        cells = [
            _text(row.day),
            *([_text(row.until)] if row.until else []),
            _value(row.value, told, comma=True),
        ]
        lines.append(";".join(f'"{cell}"' for cell in cells))
    return "\r\n".join(lines) + "\r\n"


def _row(row: Observation, told: Told, view: View) -> Json:
    value = _value(row.value, told, comma=view.comma)
    if row.until is None:
        return {"data": _text(row.day), "valor": value}
    return {"data": _text(row.day), "dataFim": _text(row.until), "valor": value}


def _value(value: Decimal, told: Told, *, comma: bool) -> str:
    text = f"{value:.{told.decimals}f}" if -int(value.as_tuple().exponent) < told.decimals else f"{value:f}"
    return text.replace(".", ",") if comma else text


def _text(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _date(text: str) -> date | None:
    found = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", text)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
