"""Negociação: one row per execution. Equal rows are real; fees are not in this report, so not known."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from fiel.copilot.importing.b3.forms import TABULAR, form_of, headers_of
from fiel.copilot.importing.b3.layouts import TRADES
from fiel.copilot.importing.codes import is_option, is_ticker, whole_lot
from fiel.copilot.importing.columns import Record, Sorting, style_under, table_under
from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.numbers import product_holds
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_FORMAT = "b3-negociacao"
_PRODUCT = ("quantity", "price", "amount")
_SIDES = {"compra": RowKind.BUY, "venda": RowKind.SELL}
_SPOT = frozenset({"mercado a vista", "mercado fracionario", "renda fixa"})
_ZERO = Decimal(0)
_OPTION_ACCEPT = "booked as an option contract, or reported as not supported; never as the underlying share"


def _read(source: Source) -> ReadFile:
    sorting = Sorting()
    headers = headers_of(source, TRADES)
    style = style_under(headers, _PRODUCT, _PRODUCT)
    tables = [table_under(header, ("day", "code"), style) for header in headers]
    for table in tables:
        sheet = table.header.sheet if len(tables) > 1 else ""
        sorting.each(table.records, partial(_place, sorting, sheet), table.header.width)
    sorting.sheets_left(source, {table.header.sheet for table in tables}, (TRADES,))
    layout = form_of(_FORMAT, source, tables, "quantity", "institution")
    return sorting.file(source, _FORMAT, layout, {"fees": "absent"})


def _place(sorting: Sorting, sheet: str, record: Record) -> None:
    code = record.need_text("code").upper()
    side = _SIDES.get(normalised(record.text("side") or ""))
    if side is None:
        raise InvalidInput(
            "side_unknown", f"{record.text('side')!r} is neither Compra nor Venda", field="side"
        )
    day, quantity = record.need_day("day"), record.need_positive("quantity")
    price, amount = record.need_positive("price"), record.need_positive("amount")
    market = record.text("market") or ""
    option = is_option(code) or normalised(market).startswith("opcao")
    expiry = _expiry(record) if option else None
    row = Row(
        record.number,
        side,
        day,
        ticker=None if option else whole_lot(code),
        raw_ticker=code,
        quantity=quantity,
        price=price,
        amount=amount,
        institution=record.text("institution"),
        extra={"market": market}
        | ({"sheet": sheet} if sheet else {})
        | ({"expiry": expiry} if expiry else {}),
    )
    if question := _question(row, option, market):
        sorting.review.append(question)
    else:
        sorting.booked.append(row)


def _expiry(record: Record) -> str | None:
    day = record.day("expiry")
    return day.isoformat() if day else None


def _question(row: Row, option: bool, market: str) -> Reasoned | None:
    """What has to be asked before the row is booked."""
    if option:
        return Reasoned(row, "option", _OPTION_ACCEPT)
    if normalised(market) not in _SPOT:
        return Reasoned(
            row, "market_unknown", "booked as a spot trade", f"the market {market!r} is not known"
        )
    if not is_ticker(row.ticker or ""):
        return Reasoned(row, "code_unknown", "the asset it is", f"{row.raw_ticker!r} is not a code of B3")
    if not product_holds(row.quantity or _ZERO, row.price or _ZERO, row.amount or _ZERO):
        return Reasoned(
            row, "value_differs", "the right figures", "quantity x price is not the value printed"
        )
    return None


READER = Reader(_FORMAT, TABULAR, lambda source: bool(headers_of(source, TRADES)), _read, (TRADES,))
