"""Posição: what is held on one day, one sheet per class. It checks quantities; it books no trade."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from fiel.copilot.importing.b3.forms import TABULAR, form_of, headers_of, total_facts
from fiel.copilot.importing.b3.layouts import INCOME_SUMS, LISTED, POSITIONS, RECEIVED, TRADE_SUMS
from fiel.copilot.importing.codes import product_in, whole_lot
from fiel.copilot.importing.columns import Record, Sorting, Table, style_under, table_under
from fiel.copilot.importing.headers import Header, normalised
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.importing.source import Source

_FORMAT = "b3-posicao"
#: Columns that hold numbers, over the layouts of all classes.
POSITION_NUMBERS = frozenset(
    {
        "quantity",
        "available",
        "unavailable",
        "closing_price",
        "value",
        "invested",
        "gross",
        "net",
        "price_mtm",
        "value_mtm",
        "price_curve",
        "value_curve",
        "price_closing",
        "value_closing",
        "fee",
        "commission",
    }
)
_DAYS = ("maturity", "issued", "registered")
_DAY = re.compile(r"posicao[^0-9]*([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTHS = (
    "janeiro",
    "fevereiro",
    "marco",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
_MONTHLY = re.compile(rf"consolidado.*?([0-9]{{4}})[^a-z0-9]*({'|'.join(_MONTHS)})")
_YEARLY = re.compile(r"consolidado.*anual[^0-9]*([0-9]{4})")


def position_headers(source: Source) -> tuple[Header, ...]:
    """The headers of position tables, in the order of the sheets."""
    order = {sheet.title: index for index, sheet in enumerate(source.sheets)}
    found = [header for wanted in POSITIONS for header in headers_of(source, wanted)]
    return tuple(sorted(found, key=lambda header: order[header.sheet]))


def read_positions(
    sorting: Sorting, headers: Collection[Header], style: NumberStyle
) -> tuple[list[dict[str, str]], list[Table]]:
    """The holdings under these headers as texts by column name, numbers plain; and the tables."""
    held: list[dict[str, str]] = []
    tables = [table_under(header, ("product", "quantity"), style) for header in headers]
    for table in tables:
        sorting.each(table.records, partial(_hold, held, table), table.header.width)
    return held, tables


def _hold(held: list[dict[str, str]], table: Table, record: Record) -> None:
    product = product_in(record.need_text("product"))
    record.need_amount("quantity")
    said = {"sheet": table.header.sheet, "row": str(record.number)}
    for column in table.header.places:
        if column in POSITION_NUMBERS:
            number = record.amount(column)
            said |= {} if number is None else {column: f"{number:f}"}
        elif text := record.text(column):
            said[column] = text
            day = record.day(column) if column in _DAYS else None
            said |= {f"{column}_date": day.isoformat()} if day else {}
    if table.header.layout is LISTED:
        said["raw_ticker"] = record.need_text("ticker").upper()
        said["ticker"] = whole_lot(said["raw_ticker"])
    elif product.ticker:
        said["ticker"] = product.ticker
    held.append(said | {"product": product.text})


def day_of_name(name: str) -> date | None:
    """The day that only the name of a report tells: of a snapshot, or the last of its month or year.

    >>> day_of_name("relatorio-consolidado-mensal-2025-março.xlsx")
    datetime.date(2025, 3, 31)
    """
    plain = normalised(name)
    try:
        if match := _DAY.search(plain):
            return date(*(int(part) for part in match.groups()))
        if match := _MONTHLY.search(plain):
            month = _MONTHS.index(match.group(2)) + 1
            return date(int(match.group(1)) + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        if match := _YEARLY.search(plain):
            return date(int(match.group(1)), 12, 31)
    except ValueError:
        return None
    return None


def as_of_facts(name: str) -> dict[str, str]:
    """`as_of`, when the name tells it: no sheet does."""
    day = day_of_name(name)
    return {"as_of": day.isoformat()} if day else {}


def _read(source: Source) -> ReadFile:
    sorting, headers = Sorting(), position_headers(source)
    held, tables = read_positions(sorting, headers, style_under(headers, POSITION_NUMBERS))
    sorting.sheets_left(source, {header.sheet for header in headers}, POSITIONS)
    facts = as_of_facts(source.name) | total_differences(tables)
    layout = form_of(_FORMAT, source, tables, "quantity", "product")
    return replace(sorting.file(source, _FORMAT, layout, facts), positions=tuple(held))


def total_differences(tables: Collection[Table]) -> dict[str, str]:
    """The sheets whose rows do not add up to the sum printed below them, with the difference."""
    differing = {
        table.header.sheet: facts["total_difference"]
        for table in tables
        if "total_difference" in (facts := total_facts(table, "value"))
    }
    text = "; ".join(f"{sheet}: {difference}" for sheet, difference in differing.items())
    return {"total_difference": text} if text else {}


def _claims(source: Source) -> bool:
    others = (RECEIVED, TRADE_SUMS, INCOME_SUMS)
    return (
        bool(position_headers(source))
        and not has_report_titles(source)
        and not any(headers_of(source, other) for other in others)
    )


def has_report_titles(source: Source) -> bool:
    """Whether sheets are titled as in the consolidated report (`Posição - Fundos`)."""
    return any(normalised(sheet.title).startswith("posicao - ") for sheet in source.sheets)


READER = Reader(_FORMAT, TABULAR, _claims, _read, POSITIONS)
