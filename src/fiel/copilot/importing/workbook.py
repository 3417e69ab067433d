"""An .xlsx workbook as sheets of cells, read from its XML.

Its numbers are taken from their literals, never through a binary float, and its `<dimension>` is not
looked at: the investor area of B3 writes a false one (`A1`). Formulas are refused, never computed.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass

from fiel.copilot.importing.limits import Budget, Limits, too_large
from fiel.copilot.importing.sheets import Sheet
from fiel.copilot.importing.xlsx_cells import CellReader
from fiel.copilot.importing.xlsx_parts import (
    Attributes,
    SheetPlace,
    chunks,
    elements,
    feed,
    local,
    open_archive,
    relations,
    workbook_part,
    xml_parser,
)

#: Number formats of dates that need no definition in the file (ECMA-376, 18.8.30).
_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, 27, 30, 36, 50, 57})
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class _Book:
    part: str
    sheets: tuple[SheetPlace, ...]
    strings_part: str | None
    styles_part: str | None
    starts_1904: bool


def read_workbook(data: bytes, limits: Limits, name: str) -> tuple[Sheet, ...]:
    """The sheets of a workbook, in its order, blank rows left out.

    Raises `InvalidInput`: `workbook_damaged`, `workbook_encrypted`, `zip_bomb`, `file_too_large`,
    `formula_in_cell` (with the cell as its field), `format_not_recognised` for another kind of archive.
    """
    with open_archive(data, limits, name) as archive:
        book = _outline(archive, limits, name)
        strings = _strings(archive, book.strings_part, limits, name)
        dates = _date_styles(archive, book.styles_part, name)
        sheets, budget = [], Budget(limits, name)
        for place in book.sheets:
            reader = CellReader(place.title, strings, dates, book.starts_1904, budget)
            parser = xml_parser(name)
            reader.attach(parser)
            feed(parser, chunks(archive, place.part, name), name)
            sheets.append(Sheet(place.title, tuple(reader.rows)))
    return tuple(sheets)


def _outline(archive: zipfile.ZipFile, limits: Limits, name: str) -> _Book:
    part = workbook_part(archive, name)
    related = relations(archive, part, name)
    places: list[SheetPlace] = []
    flags: list[str] = []

    def seen(tag: str, at: Attributes) -> None:
        if tag == "sheet":
            kind, target = related.get(at.get("id", ""), ("", ""))
            if kind == "worksheet":
                places.append(SheetPlace(at.get("name", ""), target))
        elif tag == "workbookPr":
            flags.append(at.get("date1904", "0"))

    elements(archive, part, name, seen)
    if len(places) > limits.sheets_max:
        raise too_large("sheets", f"the workbook has {len(places)}", limits.sheets_max, name)
    by_kind = dict(related.values())
    return _Book(
        part=part,
        sheets=tuple(places),
        strings_part=by_kind.get("sharedStrings"),
        styles_part=by_kind.get("styles"),
        starts_1904=any(flag in ("1", "true") for flag in flags),
    )


def _strings(archive: zipfile.ZipFile, part: str | None, limits: Limits, name: str) -> list[str]:
    """The texts that cells point to; of rich text the plain words, of readings (`rPh`) nothing."""
    found: list[str] = []
    if part is None or part not in archive.namelist():
        return found
    pieces: list[str] = []
    path: list[str] = []
    parser = xml_parser(name)

    def start(tag: str, _: dict[str, str]) -> None:
        path.append(local(tag))

    def end(tag: str) -> None:
        path.pop()
        if local(tag) == "si":
            text = "".join(pieces)
            if len(text) > limits.cell_length_max:
                raise too_large(
                    "characters in a cell", f"a text has {len(text):,}", limits.cell_length_max, name
                )
            found.append(text)
            if len(found) > limits.cells_max:
                raise too_large("texts", "the workbook has more", limits.cells_max, name)
            pieces.clear()

    def words(text: str) -> None:
        if path and path[-1] == "t" and "rPh" not in path:
            pieces.append(text)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, words
    feed(parser, chunks(archive, part, name), name)
    return found


def _date_styles(archive: zipfile.ZipFile, part: str | None, name: str) -> frozenset[int]:
    """The cell styles (by number) that show a day."""
    if part is None or part not in archive.namelist():
        return frozenset()
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside: list[bool] = [False]

    def seen(tag: str, at: Attributes) -> None:
        if tag == "numFmt":
            formats[at.get("numFmtId", "")] = at.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside[0] = tag == "cellXfs"
        elif tag == "xf" and inside[0]:
            styles.append(at.get("numFmtId", "0"))

    elements(archive, part, name, seen)
    return frozenset(number for number, code in enumerate(styles) if _shows_day(code, formats.get(code)))


def _shows_day(identifier: str, code: str | None) -> bool:
    if code is None:
        return identifier.isdigit() and int(identifier) in _DATE_FORMATS
    bare = _NOT_FORMAT.sub("", code).lower()
    return "d" in bare or "y" in bare
