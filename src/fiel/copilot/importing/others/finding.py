"""The one table of a CSV file: its header, and every row below it, totals too."""

from __future__ import annotations

from collections.abc import Sequence

from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import SEARCH_ROWS, Header, Layout, find_header, normalised
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.sheets import Sheet
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput


def find_among(sheet: Sheet, wanted: Layout) -> Header | None:
    """The header with every required column, each known column once, and any number of other columns."""
    names = wanted.names()
    for index, row in enumerate(sheet.rows[:SEARCH_ROWS]):
        words = [normalised(cell) if isinstance(cell, str) else "" for cell in row.cells]
        known = [names[word] for word in words if word in names]
        if wanted.required() <= set(known) and len(known) == len(set(known)):
            places = {names[word]: at for at, word in enumerate(words) if word in names}
            return Header(wanted, sheet.title, row.number, places, len(row.cells), sheet.rows[index + 1 :])
    return None


def has_table(source: Source, wanted: Layout) -> bool:
    """Whether the file is one table with exactly the columns of the layout."""
    return bool(source.sheets) and find_header(source.sheets[0], wanted) is not None


def table_of(source: Source, wanted: Layout) -> Header:
    """The header of the one table of a file. Raises `InvalidInput` `format_not_recognised`."""
    header = find_header(source.sheets[0], wanted) if source.sheets else None
    if header is None:
        raise InvalidInput(
            "format_not_recognised", f"there is no table of {wanted.name} in it", field=source.name
        )
    return header


def records_under(header: Header, style: NumberStyle) -> Sequence[Record]:
    """Every row below the header."""
    return tuple(Record(row.number, row.cells, header.places, style) for row in header.rows)
