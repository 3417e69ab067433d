"""Tables are found by the words of their header, wherever it stands; a changed one is told, not guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from fiel.copilot.importing.sheets import Cell, Sheet, SheetRow, is_blank
from fiel.kernel.errors import InvalidInput

#: Rows of a sheet among which its header is looked for: titles and preambles stand above it.
SEARCH_ROWS = 40
#: Share of a layout's columns, and of the row's own, that must agree to call it a changed form of it.
_RESEMBLES = Decimal("0.6")
_SPACES = re.compile(r"\s+")
_SLASH = re.compile(r" ?/ ?")


@lru_cache(maxsize=4_096)
def normalised(text: str) -> str:
    """Lower case, without accents, single blanks, none around `/`: how words are compared.

    >>> normalised("  Código ISIN /  Distribuição ")
    'codigo isin/distribuicao'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _SLASH.sub("/", _SPACES.sub(" ", plain).strip().lower())


@dataclass(frozen=True, slots=True)
class Column:
    """A column by our name, with the headers it is printed under."""

    name: str
    headers: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """A table that some program writes: what its columns are called, and which are always there."""

    name: str
    columns: tuple[Column, ...]

    def names(self) -> dict[str, str]:
        """Normalised header -> our name of the column."""
        return {normalised(header): column.name for column in self.columns for header in column.headers}

    def required(self) -> frozenset[str]:
        """Our names of the columns without which it is another table."""
        return frozenset(column.name for column in self.columns if column.required)

    def printed(self, name: str) -> str:
        """How a column's header is usually written."""
        return next(column.headers[0] for column in self.columns if column.name == name)


def layout(name: str, columns: Iterable[tuple[str, str]], optional: Iterable[tuple[str, str]] = ()) -> Layout:
    """A layout of (our name, headers separated by `|`) pairs.

    >>> layout("sums", [("ticker", "Produto"), ("value", "Valor líquido|Valor")]).printed("value")
    'Valor líquido'
    """
    return Layout(
        name,
        tuple(
            Column(ours, tuple(header.strip() for header in headers.split("|")), required)
            for pairs, required in ((columns, True), (optional, False))
            for ours, headers in pairs
        ),
    )


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was found: `places` maps our column names to positions; `rows` are those below it."""

    layout: Layout
    sheet: str
    row: int
    places: dict[str, int]
    width: int
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How the header row nearest to a layout differs from it; headers as printed."""

    layout: Layout
    sheet: str
    row: int
    missing: tuple[str, ...]
    new: tuple[str, ...]
    repeated: tuple[str, ...]
    share: Decimal

    def resembles(self) -> bool:
        """Whether it is likely the same report, changed."""
        return self.share >= _RESEMBLES


def find_header(sheet: Sheet, wanted: Layout) -> Header | None:
    """The header of this layout in the first rows of a sheet: all its columns, none unknown, none twice."""
    for index, row in enumerate(sheet.rows[:SEARCH_ROWS]):
        found = _differs(row, sheet.title, wanted)
        if found and not (found.missing or found.new or found.repeated):
            names = wanted.names()
            places = {names[_word(cell)]: i for i, cell in enumerate(row.cells) if not is_blank(cell)}
            width = max(places.values()) + 1
            return Header(wanted, sheet.title, row.number, places, width, sheet.rows[index + 1 :])
    return None


def nearest(sheets: Iterable[Sheet], layouts: Sequence[Layout]) -> Difference | None:
    """The row and layout that differ least, when any resemble each other."""
    candidates = [
        found
        for sheet in sheets
        for row in sheet.rows[:SEARCH_ROWS]
        for wanted in layouts
        if (found := _differs(row, sheet.title, wanted)) and found.resembles()
    ]
    return max(candidates, key=lambda found: (found.share, -len(found.new)), default=None)


def _word(cell: Cell) -> str:
    return normalised(cell) if isinstance(cell, str) else ""


def _differs(row: SheetRow, title: str, wanted: Layout) -> Difference | None:
    words = [(_word(cell), str(cell).strip()) for cell in row.cells if not is_blank(cell)]
    names, required = wanted.names(), wanted.required()
    known = [names[word] for word, _ in words if word in names]
    if not known:
        return None
    return Difference(
        layout=wanted,
        sheet=title,
        row=row.number,
        missing=tuple(wanted.printed(name) for name in sorted(required - set(known))),
        new=tuple(printed[:60] for word, printed in words if word not in names),
        repeated=tuple(sorted({wanted.printed(name) for name in known if known.count(name) > 1})),
        share=Decimal(len(required & set(known))) / (len(required) + len(words) - len(known)),
    )


def layout_changed(found: Difference, name: str) -> InvalidInput:
    """The refusal of a table that resembles a known one: what is missing, new or there twice."""
    parts = [
        f"{label}: {', '.join(columns)}"
        for label, columns in (("missing", found.missing), ("new", found.new), ("twice", found.repeated))
        if columns
    ]
    place = f"{found.sheet}!{found.row}" if found.sheet else f"{name}:{found.row}"
    return InvalidInput(
        "layout_changed",
        f"the header resembles {found.layout.name}, but its columns differ ({'; '.join(parts)}): nothing was "
        "read. Import the file as it was exported; if it is, its layout is new and has to be taught",
        field=place,
        details={
            "resembles": found.layout.name,
            "missing": ", ".join(found.missing),
            "new": ", ".join(found.new),
            "repeated": ", ".join(found.repeated),
        },
    )
