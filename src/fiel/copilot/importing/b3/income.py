"""Proventos recebidos and eventos provisionados: what was paid, and what was only announced."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

from fiel.copilot.importing.b3.forms import TABULAR, form_of, headers_of, total_facts
from fiel.copilot.importing.b3.layouts import INCOME_SUMS, POSITIONS, PROVISIONED, RECEIVED, TRADE_SUMS
from fiel.copilot.importing.b3.movement_types import REASONS, Does, movement_type
from fiel.copilot.importing.codes import product_in
from fiel.copilot.importing.columns import Record, Sorting, Table, style_under, table_under
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

RECEIVED_FORMAT = "b3-proventos-recebidos"
_PROVISIONED_FORMAT = "b3-eventos-provisionados"
_PRODUCT = ("quantity", "price", "amount")


def income_kind(event: str, ticker: str | None) -> RowKind | None:
    """The kind of a `Tipo de Evento`; `None` when it is not income of a known type."""
    known = movement_type(event)
    if known is None or known.does is not Does.CASH or known.kind is RowKind.CUSTODY_FEE:
        return None
    return RowKind.RENDIMENTO if known.kind is RowKind.INTEREST and ticker else known.kind


def place_received(sorting: Sorting, sheet: str, record: Record) -> None:
    """Sort one row of the seven columns; `sheet` is kept where a file has several."""
    product = product_in(record.need_text("product"))
    event = record.need_text("event")
    row = Row(
        record.number,
        income_kind(event, product.ticker),
        record.need_day("day"),
        ticker=product.ticker,
        raw_ticker=product.raw_ticker,
        quantity=record.amount("quantity"),
        amount=record.amount("amount"),
        institution=record.text("institution"),
        extra=_extras(record, product.text, event, product.code) | ({"sheet": sheet} if sheet else {}),
    )
    known = movement_type(event)
    if row.kind is not None:
        _place_known(sorting, row)
    elif known and known.does in (Does.NOTHING, Does.ASKS):
        lists = sorting.not_booked if known.does is Does.NOTHING else sorting.review
        lists.append(Reasoned(row, known.reason, text=REASONS[known.reason]))
    else:
        raise InvalidInput("event_unknown", f"the event {event[:60]!r} is not known", field="event")


def _extras(record: Record, product: str, event: str, code: str | None) -> dict[str, str]:
    price = record.amount("price")
    return (
        {"product": product, "event": event, "amount_is": "net"}
        | ({"code": code} if code else {})
        | ({} if price is None else {"unit_price_printed": f"{price:f}"})
    )


def _place_known(sorting: Sorting, row: Row) -> None:
    if row.amount is None:
        sorting.not_booked.append(Reasoned(row, "provision_only", text=REASONS["provision_only"]))
    elif row.amount <= 0:
        code = "value_negative" if row.amount < 0 else "value_missing"
        sorting.review.append(Reasoned(row, code, text=REASONS[code]))
    else:
        sorting.booked.append(row)


def _read_received(source: Source) -> ReadFile:
    sorting, facts = Sorting(), dict[str, str]()
    headers = headers_of(source, RECEIVED)
    style = style_under(headers, _PRODUCT, _PRODUCT)
    tables = [table_under(header, ("product", "day"), style) for header in headers]
    for table in tables:
        sheet = table.header.sheet if len(tables) > 1 else ""
        sorting.each(table.records, partial(place_received, sorting, sheet), table.header.width)
        facts |= total_facts(table, "amount")
    sorting.sheets_left(source, {header.sheet for header in headers}, (RECEIVED,))
    layout = form_of(RECEIVED_FORMAT, source, tables, "quantity", "product")
    return sorting.file(source, RECEIVED_FORMAT, layout, facts)


def _read_provisioned(source: Source) -> ReadFile:
    sorting, facts, coming = Sorting(), dict[str, str](), list[dict[str, str]]()
    headers = headers_of(source, PROVISIONED)
    style = style_under(headers, _PRODUCT, _PRODUCT)
    tables: list[Table] = [table_under(header, ("product", "event"), style) for header in headers]
    for table in tables:
        sorting.each(table.records, partial(_announce, coming), table.header.width)
        facts |= total_facts(table, "amount")
    sorting.sheets_left(source, {header.sheet for header in headers}, (PROVISIONED,))
    layout = form_of(_PROVISIONED_FORMAT, source, tables, "quantity", "product")
    return replace(sorting.file(source, _PROVISIONED_FORMAT, layout, facts), provisioned=tuple(coming))


def _announce(coming: list[dict[str, str]], record: Record) -> None:
    product = product_in(record.need_text("product"))
    day = record.day("day")
    said: dict[str, str | Decimal | None] = {
        "row": str(record.number),
        "ticker": product.ticker,
        "product": product.text,
        "class": record.text("class"),
        "event": record.need_text("event"),
        "expected_date": day.isoformat() if day else None,
        "quantity": record.amount("quantity"),
        "unit_price_printed": record.amount("price"),
        "amount": record.amount("amount"),
        "institution": record.text("institution"),
    }
    coming.append({name: _words(value) for name, value in said.items() if value is not None})


def _words(value: str | Decimal) -> str:
    return value if isinstance(value, str) else f"{value:f}"


def _claims_received(source: Source) -> bool:
    """Alone in its file: beside positions or sums it is a part of the consolidated report."""
    return bool(headers_of(source, RECEIVED)) and not any(
        headers_of(source, other) for other in (*POSITIONS, TRADE_SUMS, INCOME_SUMS)
    )


RECEIVED_READER = Reader(RECEIVED_FORMAT, TABULAR, _claims_received, _read_received, (RECEIVED,))
PROVISIONED_READER = Reader(
    _PROVISIONED_FORMAT,
    TABULAR,
    lambda source: bool(headers_of(source, PROVISIONED)),
    _read_provisioned,
    (PROVISIONED,),
)
