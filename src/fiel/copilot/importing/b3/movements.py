"""Movimentação: all that moved in the custody, sorted by type. The value is the fact, the price is rounded.

Trades of the exchange appear here only as settlement legs, which book nothing; trades of Tesouro and private
credit appear only here. Whether a day still lies ahead is for whoever books: reading knows no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from fiel.copilot.importing.b3.forms import TABULAR, form_of, headers_of
from fiel.copilot.importing.b3.layouts import MOVEMENTS
from fiel.copilot.importing.b3.movement_pairs import Movement, book_receipts, book_transfers
from fiel.copilot.importing.b3.movement_types import REASONS, Does, movement_type
from fiel.copilot.importing.codes import is_right, product_in
from fiel.copilot.importing.columns import Record, Sorting, printed, style_under, table_under
from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_FORMAT = "b3-movimentacao"
_PRODUCT = ("quantity", "price", "amount")
_SIDES = {"credito": "Credito", "debito": "Debito"}
_EXTRAS = {
    RowKind.JCP: {"amount_is": "net of IRRF"},
    RowKind.SPLIT: {"quantity_is": "new shares added"},
}


def _read(source: Source) -> ReadFile:
    sorting, movements = Sorting(), list[Movement]()
    headers = headers_of(source, MOVEMENTS)
    style = style_under(headers, _PRODUCT, _PRODUCT)
    tables = [table_under(header, ("day", "movement", "product"), style) for header in headers]
    for table in tables:
        sheet = table.header.sheet if len(tables) > 1 else ""
        sorting.each(table.records, partial(_take, sorting, movements, sheet), table.header.width)
    for movement in movements:
        _SORT[movement.type.does](sorting, movement)
    book_transfers(sorting, [m for m in movements if m.type.does is Does.TRANSFER])
    book_receipts(sorting, movements)
    sorting.in_file_order([movement.row for movement in movements])
    sorting.sheets_left(source, {table.header.sheet for table in tables}, (MOVEMENTS,))
    return sorting.file(source, _FORMAT, form_of(_FORMAT, source, tables, "quantity", "product"), {})


def _take(sorting: Sorting, movements: list[Movement], sheet: str, record: Record) -> None:
    """Read one row; what its type is not known for goes to the unknown at once."""
    words = record.need_text("movement")
    direction = _SIDES.get(normalised(record.text("direction") or ""))
    if direction is None:
        raise InvalidInput("direction_unknown", "neither Credito nor Debito", field="direction")
    product = product_in(record.need_text("product"))
    row = Row(
        record.number,
        None,
        record.need_day("day"),
        ticker=product.ticker,
        raw_ticker=product.raw_ticker,
        quantity=record.amount("quantity"),
        amount=record.amount("amount"),
        institution=record.text("institution"),
        extra={"movement": words, "direction": direction, "product": product.text}
        | ({"code": product.code} if product.code else {})
        | ({"sheet": sheet} if sheet else {}),
    )
    kind = movement_type(words)
    if kind is None:
        sorting.unknown.append(
            Reasoned(row, "movement_unknown", text=f"the type {words[:60]!r} is not known")
        )
        return
    shown = printed(record.cell("amount")) or "-"
    movements.append(Movement(row, kind, record.amount("price"), product, direction, shown))


def _skip(sorting: Sorting, movement: Movement, reason: str = "") -> None:
    code = reason or movement.type.reason
    sorting.not_booked.append(Reasoned(movement.row, code, text=REASONS[code]))


def _ask(sorting: Sorting, movement: Movement, reason: str = "") -> None:
    code = reason or movement.type.reason
    row = movement.row
    if row.amount is None:
        row = replace(row, extra={**row.extra, "amount": movement.shown})
    sorting.review.append(Reasoned(row, code, text=REASONS[code]))


def _book(sorting: Sorting, movement: Movement, kind: RowKind, extra: dict[str, str] | None = None) -> None:
    printed_price = {} if movement.price is None else {"unit_price_printed": f"{movement.price:f}"}
    row = movement.row
    said = {**row.extra, **printed_price, **_EXTRAS.get(kind, {}), **(extra or {})}
    sorting.booked.append(replace(row, kind=kind, extra=said))


def _doubt(movement: Movement, *, quantity: bool = False) -> str:
    """Why a row cannot simply be booked; empty when it can."""
    row, side = movement.row, movement.type.side
    if movement.product.future:
        return "future"
    if any(value is not None and value < 0 for value in (row.quantity, row.amount, movement.price)):
        return "value_negative"
    if side and normalised(movement.direction) != side:
        return "direction_unexpected"
    # A fraction may be printed as 0, rounded away; nothing else of quantity 0 happened.
    rounded_away = movement.type.kind is RowKind.FRACTION_OUT and row.quantity is not None
    if quantity and not row.quantity and not rounded_away:
        return "quantity_missing"
    return ""


def _trade(sorting: Sorting, movement: Movement) -> None:
    if movement.row.ticker:
        if movement.type.reason:
            _ask(sorting, movement)
        else:
            _skip(sorting, movement, "repeats_trade")
    elif doubt := _doubt(movement, quantity=True) or ("" if movement.row.amount else "value_missing"):
        _ask(sorting, movement, doubt)
    else:
        _book(sorting, movement, RowKind.BUY if movement.direction == "Credito" else RowKind.SELL)


def _exit(sorting: Sorting, movement: Movement) -> None:
    doubt = _doubt(movement) or ("" if movement.row.amount else "exit_without_value")
    if doubt:
        _ask(sorting, movement, doubt)
    else:
        _book(sorting, movement, RowKind.REDEMPTION)


def _cash(sorting: Sorting, movement: Movement) -> None:
    kind = movement.type.kind or RowKind.INTEREST
    if doubt := _doubt(movement):
        _ask(sorting, movement, doubt)
    elif movement.row.amount is None and kind is not RowKind.CUSTODY_FEE:
        _skip(sorting, movement, "provision_only")
    elif not movement.row.amount:
        _ask(sorting, movement, "value_missing")
    else:
        funds = kind is RowKind.INTEREST and movement.row.ticker is not None
        _book(sorting, movement, RowKind.RENDIMENTO if funds else kind)


def _bonus(sorting: Sorting, movement: Movement) -> None:
    cost = movement.price
    doubt = _doubt(movement, quantity=True) or ("" if cost else "bonus_without_cost")
    if doubt or cost is None:
        _ask(sorting, movement, doubt)
    else:
        _book(sorting, movement, RowKind.BONUS, {"unit_cost": f"{cost:f}"})


def _quantity(sorting: Sorting, movement: Movement) -> None:
    doubt = _doubt(movement, quantity=True)
    if doubt or movement.type.kind is None:
        _ask(sorting, movement, doubt)
    else:
        _book(sorting, movement, movement.type.kind)


def _cession(sorting: Sorting, movement: Movement) -> None:
    """With a value it is a sale when the code is a right's, else unclear; without, nothing is paid."""
    if not movement.row.amount:
        _skip(sorting, movement, "cession_without_value")
    elif doubt := _doubt(movement):
        _ask(sorting, movement, doubt)
    elif is_right(movement.row.ticker or ""):
        _book(sorting, movement, RowKind.RIGHTS_SALE)
    else:
        _ask(sorting, movement, "cession_kind")


def _later(_: Sorting, __: Movement) -> None:
    """Transfers and receipts need other rows: they are sorted when all have been read."""


_SORT: dict[Does, Callable[[Sorting, Movement], None]] = {
    Does.NOTHING: _skip,
    Does.ASKS: _ask,
    Does.TRADE: _trade,
    Does.EXIT: _exit,
    Does.CASH: _cash,
    Does.BONUS: _bonus,
    Does.QUANTITY: _quantity,
    Does.CESSION: _cession,
    Does.RECEIPT: _later,
    Does.TRANSFER: _later,
}


READER = Reader(_FORMAT, TABULAR, lambda source: bool(headers_of(source, MOVEMENTS)), _read, (MOVEMENTS,))
