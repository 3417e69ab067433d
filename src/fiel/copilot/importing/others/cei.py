"""Trades of CEI, the portal before B3's investor area, in its old workbook (.xls).

Blocks of trades stand under a title block per broker. Monthly statements of CEI (balances, income) have no
daily trades and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.codes import collapsed, is_option, is_ticker, whole_lot
from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.limits import too_large
from fiel.copilot.importing.numbers import NumberStyle, bare_number, fits, number_in, product_holds
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.figures import trimmed
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput, Unavailable

LAYOUT = "cei-trades-xls"
_COLUMNS = {
    "data negocio": "date",
    "data do negocio": "date",
    "c/v": "side",
    "compra/venda": "side",
    "mercado": "market",
    "prazo": "expiry",
    "prazo/vencimento": "expiry",
    "codigo": "code",
    "codigo negociacao": "code",
    "especificacao do ativo": "name",
    "quantidade": "quantity",
    "preco (r$)": "price",
    "valor total (r$)": "value",
    "valor total(r$)": "value",
}
_NEEDED = frozenset({"date", "side", "code", "quantity", "price", "value"})
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4}|\d{2})")
_BROKER = "instituicao intermediadora"
_OPTION_ANSWER = "booked as an option contract, or reported as not supported; never as the underlying share"


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: tuple[str, ...]


def claims(source: Source) -> bool:
    """Any old workbook: what it holds is seen when it is opened."""
    return source.content is Content.OLD_WORKBOOK


def read(source: Source) -> ReadFile:
    """Trades of every sheet. Days with two digits are of this century.

    Raises `InvalidInput`: `workbook_damaged`, `cei_layout_unknown`, `file_too_large`; `Unavailable` without
    xlrd.
    """
    collected = Collected()
    found = False
    offset = 0
    for sheet in _workbook(source).sheets():
        lines = tuple(_lines(sheet, offset, source))
        offset += int(sheet.nrows)
        found |= _read_sheet(collected, lines)
    if not found:
        raise InvalidInput(
            "cei_layout_unknown",
            "this .xls is not the list of trades of CEI (Data Negócio, C/V, Código...): monthly statements "
            "and other tables are not read; open it in a spreadsheet and import it as CSV with a mapping",
            field=source.name,
        )
    return collected.finished(source, LAYOUT)


def _workbook(source: Source) -> Any:
    try:
        import xlrd
    except ImportError:
        raise Unavailable(
            "driver_missing", "reading .xls needs xlrd: install fiel[xls]", field=source.name
        ) from None
    try:
        return xlrd.open_workbook(file_contents=source.data, logfile=_Silent(), on_demand=False)
    except Exception:  # noqa: BLE001 - a damaged file breaks that library in any place
        raise InvalidInput(
            "workbook_damaged",
            "this .xls is cut short, damaged or protected; export it again",
            field=source.name,
        ) from None


class _Silent:
    """xlrd tells of damages on a stream; the refusal says it instead."""

    def write(self, _text: str) -> int:
        return 0

    def flush(self) -> None:
        """Nothing is kept."""


def _lines(sheet: Any, offset: int, source: Source) -> Iterator[_Line]:
    if offset + sheet.nrows > source.limits.rows_max:
        raise too_large("rows", f"the file has {offset + sheet.nrows:,}", source.limits.rows_max, source.name)
    for at in range(sheet.nrows):
        yield _Line(offset + at + 1, tuple(_text(cell.value) for cell in sheet.row(at)))


def _text(value: object) -> str:
    """Numbers of the old format are binary; their shortest text is what the person saw."""
    if isinstance(value, float):
        return f"{trimmed(Decimal(repr(value))):f}" if abs(value) < 1e18 else ""
    return collapsed(value) if isinstance(value, str) else ""


def _read_sheet(collected: Collected, lines: Sequence[_Line]) -> bool:
    places: Mapping[str, int] = {}
    broker: str | None = None
    found = False
    for before, line in zip((None, *lines), lines, strict=False):
        header = _header(line)
        if header:
            places, found = header, True
        elif before is not None and any(_BROKER in normalised(cell) for cell in before.cells):
            broker = next((cell for cell in line.cells if cell), None)
        elif places and _cell(line, places, "code") and _cell(line, places, "date"):
            _place_safely(collected, line, places, broker)
    return found


def _header(line: _Line) -> dict[str, int]:
    places = {
        _COLUMNS[word]: at for at, cell in enumerate(line.cells) if (word := normalised(cell)) in _COLUMNS
    }
    return places if places.keys() >= _NEEDED else {}


def _cell(line: _Line, places: Mapping[str, int], name: str) -> str:
    at = places.get(name, -1)
    return line.cells[at] if 0 <= at < len(line.cells) else ""


def _place_safely(collected: Collected, line: _Line, places: Mapping[str, int], broker: str | None) -> None:
    try:
        _place(collected, _row(line, places, broker))
    except InvalidInput as problem:
        collected.wonder(Row(line.number), problem.code, str(problem), " | ".join(line.cells))


def _place(collected: Collected, row: Row) -> None:
    code = row.raw_ticker or ""
    if row.quantity is None or row.price is None or row.amount is None:
        raise InvalidInput("number_malformed", "quantity, price or value is missing")
    if is_option(code) or "opc" in normalised(row.extra.get("market", "")):
        collected.ask(row, "option", "option", _OPTION_ANSWER)
    elif row.ticker is None:
        collected.ask_ticker(row)
    elif not product_holds(row.quantity, row.price, row.amount):
        collected.ask(row, "figures_differ", f"quantity x price is not {row.amount} (price per lot?)")
    else:
        collected.book(row)


def _row(line: _Line, places: Mapping[str, int], broker: str | None) -> Row:
    code = _cell(line, places, "code").upper()
    side = _cell(line, places, "side").upper()[:1]
    if side not in {"C", "V"}:
        raise InvalidInput("side_unknown", f"{side!r} is neither C nor V")
    told = {name: _cell(line, places, name) for name in ("market", "expiry", "name")}
    return Row(
        row=line.number,
        kind=RowKind.BUY if side == "C" else RowKind.SELL,
        day=_day(_cell(line, places, "date")),
        ticker=whole_lot(code) if is_ticker(whole_lot(code)) else None,
        raw_ticker=code,
        quantity=_number(_cell(line, places, "quantity")),
        price=_number(_cell(line, places, "price")),
        amount=_number(_cell(line, places, "value")),
        institution=broker,
        currency="BRL",
        extra={key: text for key, text in told.items() if text},
    )


def _number(text: str) -> Decimal | None:
    bare = bare_number(text)
    if not bare:
        return None
    style = NumberStyle.POINT if fits(bare, NumberStyle.POINT) else NumberStyle.COMMA
    return number_in(bare, style)


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        if found:
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            return date(year, int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise InvalidInput("date_malformed", f"{text[:40]!r} is not a day like 01/12/21")


READERS = (Reader(LAYOUT, frozenset({Content.OLD_WORKBOOK}), claims, read),)
