"""SGS, the series of the central bank: ranges and the last N rows, in JSON and CSV.

Its ways: a refusal may be `error` (text) or `erro` (object); throttling is a web page with status 200; a
range without rows is 404 with JSON, while 404 with a page is an outage; daily series take ten years at
most per question (406), `ultimos` twenty rows at most (400). Sources: answers seen by public clients.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from fiel.kernel.errors import InvalidInput
from fiel.market.catalogue import Periodicity, SeriesSpec
from fiel.market.providers.bodies import Json, load_json
from fiel.market.providers.complaints import Complaint, plain_words
from fiel.market.providers.series_rows import Dialect, RawRow, gather
from fiel.market.providers.series_verdicts import and_then, said_empty
from fiel.market.values import SeriesReading
from fiel.market.verdicts import Kind, Verdict, rejected
from fiel.market.windows import DAILY_YEARS_MAX, MONTHLY_YEARS_MAX, Window
from fiel.market.wire import Answer, Ask, Provider

LAST_MAX = 20
CSV_BYTES_MAX = 8 * 2**20
_JSON_DIALECT = Dialect()
_CSV_DIALECT = Dialect(comma=True)
_CSV_HEAD = re.compile(rb'\s*"?data"?\s*;', re.IGNORECASE)
_CSV_CODE = re.compile(r"\s*\"?([0-9]{1,6}) - ")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def ask_range(spec: SeriesSpec, window: Window, *, csv: bool = False) -> Ask:
    """Rows of the window, both days included. Raises `InvalidInput` for more years than SGS answers."""
    years = MONTHLY_YEARS_MAX if spec.periodicity is Periodicity.MONTHS else DAILY_YEARS_MAX
    first, last = window.first, window.last
    if (last.year - first.year, last.month, last.day) >= (years, first.month, first.day):
        raise InvalidInput(
            "window_too_long", f"SGS answers less than {years} years at once; split it", field="window"
        )
    parameters = (
        ("formato", "csv" if csv else "json"),
        ("dataInicial", f"{first:%d/%m/%Y}"),
        ("dataFinal", f"{last:%d/%m/%Y}"),
    )
    path = f"/dados/serie/bcdata.sgs.{spec.code}/dados"
    return Ask(Provider.SGS, "sgs_range", path, parameters, spec.key)


def ask_last(spec: SeriesSpec, count: int) -> Ask:
    """The last `count` rows. Of a series published ahead these lie in the future: ask a range instead.

    Raises `InvalidInput` for less than 1 or more than 20, which SGS refuses.
    """
    if not 1 <= count <= LAST_MAX:
        raise InvalidInput("last_count", f"1 to {LAST_MAX} rows are answered; ask a range", field="count")
    path = f"/dados/serie/bcdata.sgs.{spec.code}/dados/ultimos/{count}"
    return Ask(Provider.SGS, "sgs_last", path, (("formato", "json"),), spec.key)


def read_sgs(answer: Answer, spec: SeriesSpec) -> Verdict[SeriesReading]:
    """The rows of a range or of the last N, in JSON or CSV, whichever it is.

    No rows at all is accepted here with the remark `no_data` if the service says so: only the calendar
    knows whether there should be some (`judge_series`).
    """
    body = answer.body.removeprefix(_BYTE_ORDER_MARK)
    if answer.status == 200 and _CSV_HEAD.match(body):
        return _read_csv(body, spec)
    loaded = load_json(answer, page=Kind.RATE_LIMITED, refusal=_refusal)
    return and_then(loaded, lambda value: _read_rows(value, spec))


def _refusal(complaint: Complaint) -> Verdict[Json] | None:
    """What only SGS says: that a range has no values."""
    words = plain_words(complaint.message)
    if complaint.is_json and complaint.status == 404 and "value(s) not found" in words:
        return said_empty([], "the service says that the range has no values")
    return None


def _read_rows(value: Json, spec: SeriesSpec) -> Verdict[SeriesReading]:
    if not isinstance(value, list):
        return rejected(Kind.SCHEMA, "an object where a list of rows is due")
    periods = spec.periodicity is Periodicity.PERIODS
    return gather(spec.key, _json_rows(value, periods=periods), _JSON_DIALECT)


def _json_rows(rows: list[Json], *, periods: bool) -> Iterator[RawRow]:
    for index, row in enumerate(rows):
        place = f"[{index}]"
        if not isinstance(row, dict):
            yield RawRow(place, row, None)
            continue
        until = row.get("dataFim", row.get("datafim")) if periods else None
        yield RawRow(place, row.get("data"), row.get("valor"), until)


def _read_csv(body: bytes, spec: SeriesSpec) -> Verdict[SeriesReading]:
    """`data;valor` with commas; also the export of the site, with the unit in its head and a footer."""
    if len(body) > CSV_BYTES_MAX:
        return rejected(Kind.MALFORMED, f"the body has {len(body)} bytes; at most {CSV_BYTES_MAX} are read")
    text = body.decode("utf-8", errors="replace")
    lines = text.splitlines()
    head = [name.strip(' "') for name in lines[0].split(";")]
    named = _CSV_CODE.match(lines[0].partition(";")[2])
    if named is not None and int(named[1]) != spec.code:
        return rejected(Kind.INCONSISTENT, f"series {named[1]} where {spec.code} was asked")
    rows = [line for line in lines[1:] if line.strip() and not plain_words(line).startswith("fonte")]
    if not text.endswith(("\n", "\r")) and rows and _cut(rows):
        return rejected(Kind.MALFORMED, "the last line is cut off")
    period = len(head) == 3
    return gather(spec.key, _csv_rows(rows, period=period), _CSV_DIALECT)


def _csv_rows(rows: list[str], *, period: bool) -> Iterator[RawRow]:
    for index, line in enumerate(rows):
        cells: list[str | None] = [_cell(text) for text in line.split(";")]
        cells += [None] * (3 - len(cells))
        day, value = cells[0], cells[2] if period else cells[1]
        yield RawRow(f"line {index + 2}", day, value, cells[1] if period else None)


def _cell(text: str) -> str:
    """Without its quotes; one that is quoted at one end only stays so, and is no number."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _cut(rows: list[str]) -> bool:
    """Whether a last line without its end is shorter than others: quotes tell, else the decimals."""
    last = rows[-1].strip()
    if last.count('"') % 2:
        return True
    if last.endswith('"'):
        return False
    most = max((_decimals(row) for row in rows[:-1]), default=0)
    return ";" not in last or last.endswith((";", ",")) or _decimals(last) < most


def _decimals(line: str) -> int:
    return len(line.strip(' "').rpartition(";")[2].partition(",")[2])


def asked_days(parameters: tuple[tuple[str, str], ...]) -> tuple[date, date] | None:
    """The days of a range that was asked; `None` when it names none."""
    given = dict(parameters)
    found = []
    for name in ("dataInicial", "dataFinal"):
        parts = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", given.get(name, ""))
        if parts is None:
            return None
        try:
            found.append(date(int(parts[3]), int(parts[2]), int(parts[1])))
        except ValueError:
            return None
    return found[0], found[1]
