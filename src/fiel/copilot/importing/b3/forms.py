"""The forms in which one report of B3 is met: workbook with numbers or with texts, CSV, rows as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.columns import Table
from fiel.copilot.importing.headers import Header, Layout, find_header
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context

#: Where a table of B3 is looked for.
TABULAR = frozenset({Content.WORKBOOK, Content.DELIMITED, Content.JSON})


def headers_of(source: Source, wanted: Layout) -> tuple[Header, ...]:
    """The headers of this layout in all sheets of a file."""
    found = (find_header(sheet, wanted) for sheet in source.sheets)
    return tuple(header for header in found if header)


def form_of(base: str, source: Source, tables: Sequence[Table], number: str, words: str) -> str:
    """The name of the form: `base`, `base-csv`, `base-json`, or with text cells told.

    `number` and `words` are the columns whose cells show how numbers are kept and texts are padded.
    """
    if source.content is Content.DELIMITED:
        return f"{base}-csv"
    if source.content is Content.JSON:
        return f"{base}-json"
    records = [record for table in tables for record in table.records]
    cells = [record.cell(number) for record in records]
    if not any(isinstance(cell, str) for cell in cells) or any(isinstance(cell, Decimal) for cell in cells):
        return base
    padded = any("  " in cell for record in records if isinstance(cell := record.cell(words), str))
    style = tables[0].style.value
    return f"{base} (text cells, decimal {style}{f', padded {words}' if padded else ''})"


def total_facts(table: Table, column: str) -> dict[str, str]:
    """The last sum printed below a table, and by how much its rows differ from it when they do."""
    if not table.totals:
        return {}
    context = exact_context()
    total, found = table.totals[-1], Decimal(0)
    for record in table.records:
        try:
            found = context.add(found, record.amount(column) or Decimal(0))
        except InvalidInput:
            continue
    facts = {"total_printed": f"{total:f}"}
    difference = context.subtract(total, found)
    return facts | ({"total_difference": f"{difference:f}"} if difference else {})
