"""Relatório consolidado, monthly and yearly: positions, income, and trades summed by code, never trades."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from fiel.copilot.importing.b3.forms import TABULAR, headers_of
from fiel.copilot.importing.b3.income import income_kind, place_received
from fiel.copilot.importing.b3.layouts import INCOME_SUMS, POSITIONS, RECEIVED, TRADE_SUMS
from fiel.copilot.importing.b3.positions import (
    POSITION_NUMBERS,
    as_of_facts,
    has_report_titles,
    position_headers,
    read_positions,
    total_differences,
)
from fiel.copilot.importing.codes import product_in, whole_lot
from fiel.copilot.importing.columns import Record, Sorting, style_under, table_under
from fiel.copilot.importing.headers import normalised
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_FORMAT = "b3-consolidado"
_SUMS = ("bought", "sold", "net", "avg_buy", "avg_sell")
_NUMBERS = POSITION_NUMBERS | {"price", "amount", *_SUMS}
_LAYOUTS = (*POSITIONS, RECEIVED, TRADE_SUMS, INCOME_SUMS)


def _read(source: Source) -> ReadFile:
    sorting = Sorting()
    held_under = position_headers(source)
    others = [header for wanted in _LAYOUTS[len(POSITIONS) :] for header in headers_of(source, wanted)]
    style = style_under([*held_under, *others], _NUMBERS)
    held, tables = read_positions(sorting, held_under, style)
    trades, sums = list[dict[str, str]](), list[dict[str, str]]()
    for header in others:
        if header.layout is RECEIVED:
            place, keys = partial(place_received, sorting, header.sheet), ("product", "day")
        elif header.layout is TRADE_SUMS:
            place, keys = partial(_sum_trades, trades), ("ticker", "period_from")
        else:
            place, keys = partial(_sum_income, sums, header.sheet), ("product", "event")
        sorting.each(table_under(header, keys, style).records, place, header.width)
    sorting.sheets_left(source, {header.sheet for header in (*held_under, *others)}, _LAYOUTS)
    facts = as_of_facts(source.name) | total_differences(tables)
    read = sorting.file(source, _FORMAT, f"{_FORMAT}-{_period(source)}", facts)
    return replace(read, positions=tuple(held), aggregated=tuple(trades), income_sums=tuple(sums))


def _period(source: Source) -> str:
    """By what only one of the two holds, else by the name: positions alone look the same in both."""
    if headers_of(source, RECEIVED) or headers_of(source, TRADE_SUMS):
        return "mensal"
    income = [h for h in headers_of(source, INCOME_SUMS) if "proventos" in normalised(h.sheet)]
    return "anual" if income or "anual" in normalised(source.name) else "mensal"


def _sum_trades(trades: list[dict[str, str]], record: Record) -> None:
    raw = record.need_text("ticker").upper()
    said = {"row": str(record.number), "ticker": whole_lot(raw), "raw_ticker": raw}
    for column in ("period_from", "period_to"):
        day = record.day(column)
        said |= {column: day.isoformat()} if day else {}
    if institution := record.text("institution"):
        said["institution"] = institution
    for column in _SUMS:
        number = record.amount(column)
        said |= {} if number is None else {column: f"{number:f}"}
    trades.append(said)


def _sum_income(sums: list[dict[str, str]], sheet: str, record: Record) -> None:
    product, event = product_in(record.need_text("product")), record.need_text("event")
    kind = income_kind(event, product.ticker)
    if kind is None:
        raise InvalidInput("event_unknown", f"the event {event[:60]!r} is not known", field="event")
    said = {"sheet": sheet, "row": str(record.number), "kind": kind.value, "product": product.text}
    if product.ticker:
        said["ticker"] = product.ticker
    sums.append(said | {"amount": f"{record.need_amount('amount'):f}"})


def _claims(source: Source) -> bool:
    if headers_of(source, TRADE_SUMS) or headers_of(source, INCOME_SUMS):
        return True
    return bool(position_headers(source)) and (
        has_report_titles(source) or bool(headers_of(source, RECEIVED))
    )


READER = Reader(_FORMAT, TABULAR, _claims, _read, _LAYOUTS)
