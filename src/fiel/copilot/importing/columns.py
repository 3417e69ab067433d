"""A table that was found, row by row: texts, numbers and days by column name, with rows sorted into lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NoReturn

from fiel.copilot.importing.codes import collapsed
from fiel.copilot.importing.days import day_in
from fiel.copilot.importing.headers import Header, Layout, layout_changed, nearest, normalised
from fiel.copilot.importing.numbers import NumberStyle, bare_number, number_in, style_of_file
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row
from fiel.copilot.importing.sheets import Cell, SheetRow, is_blank
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

_TOTAL = re.compile(r"(sub)?total( (liquido|bruto|geral))?:?")


@dataclass(frozen=True, slots=True)
class Record:
    """One row under a header. A cell with nothing or `-` is `None`, whatever its kind."""

    number: int
    cells: tuple[Cell, ...]
    places: Mapping[str, int]
    style: NumberStyle

    def cell(self, column: str) -> Cell:
        """The cell of a column; `None` when the table or the row does not have it."""
        place = self.places.get(column, -1)
        return self.cells[place] if 0 <= place < len(self.cells) else None

    def text(self, column: str) -> str | None:
        """The words of a cell with single blanks."""
        words = printed(self.cell(column))
        return None if words in ("", "-") else words

    def amount(self, column: str) -> Decimal | None:
        """The number of a cell. Raises `InvalidInput` `number_malformed` with the column as its field."""
        cell = self.cell(column)
        if isinstance(cell, Decimal):
            return cell
        try:
            if isinstance(cell, date):
                raise InvalidInput("number_malformed", f"{cell} is a day, and a number is expected")
            bare = bare_number(cell or "")
            return number_in(bare, self.style) if bare else None
        except InvalidInput as problem:
            raise InvalidInput(problem.code, problem.message, field=column) from None

    def day(self, column: str) -> date | None:
        """The day of a cell. Raises `InvalidInput` `date_malformed` with the column as its field."""
        try:
            return day_in(self.cell(column))
        except InvalidInput as problem:
            raise InvalidInput(problem.code, problem.message, field=column) from None

    def need_text(self, column: str) -> str:
        """The words of a cell that must say something. Raises `InvalidInput` `value_missing`."""
        return self.text(column) or self._missing(column)

    def need_day(self, column: str) -> date:
        """The day of a cell that must say one. Raises `InvalidInput`."""
        return self.day(column) or self._missing(column)

    def need_amount(self, column: str) -> Decimal:
        """The number of a cell that must say one. Raises `InvalidInput`."""
        number = self.amount(column)
        return self._missing(column) if number is None else number

    def need_positive(self, column: str) -> Decimal:
        """A number above zero. Raises `InvalidInput` `value_not_positive`, or as `need_amount`."""
        number = self.need_amount(column)
        if number <= 0:
            raise InvalidInput("value_not_positive", f"{number} is not above zero", field=column)
        return number

    def need_unsigned(self, column: str) -> Decimal:
        """A number that is not negative. Raises `InvalidInput` `value_negative`, or as `need_amount`."""
        number = self.need_amount(column)
        if number < 0:
            raise InvalidInput("value_negative", f"{number} is negative", field=column)
        return number

    def _missing(self, column: str) -> NoReturn:
        raise InvalidInput(
            "value_missing", "the cell is empty, and the row cannot be read without it", field=column
        )

    def texts(self) -> dict[str, str]:
        """Every cell that says something, as text, by column name: what a report of the row shows."""
        return {name: words for name in self.places if (words := self.text(name))}


def printed(cell: Cell) -> str:
    """A cell as text: days in ISO, numbers plain, texts with single blanks."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return collapsed(cell)
    return cell.isoformat() if isinstance(cell, date) else f"{cell:f}"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a found header. `totals` are the printed sums below it, which are no data."""

    header: Header
    style: NumberStyle
    records: tuple[Record, ...]
    totals: tuple[Decimal, ...]


def table_under(header: Header, keys: Iterable[str], style: NumberStyle) -> Table:
    """The records under a header, their texts read in the style of the file (see `style_under`).

    `keys` are columns of which a data row has at least one; rows with none of them, and with no more than a
    label and a number, are totals.
    """
    keyed = tuple(header.places[name] for name in keys if name in header.places)
    data: list[SheetRow] = []
    rest: list[SheetRow] = []
    for row in header.rows:
        (rest if _is_total(row, keyed) else data).append(row)
    records = tuple(Record(row.number, row.cells, header.places, style) for row in data)
    return Table(header, style, records, tuple(_totals(rest, style)))


def style_under(
    headers: Iterable[Header],
    numbers: Collection[str],
    product: tuple[str, str, str] | None = None,
    documented: NumberStyle | None = None,
) -> NumberStyle:
    """The number style of a whole file, over the number columns of all its tables (see `style_of_file`).

    `product` names the three columns of quantity x price = value, `documented` the style that the program
    is known to write.
    """
    texts: set[str] = set()
    triples: set[tuple[str, str, str]] = set()
    place = "file"
    for header in headers:
        places = [header.places[name] for name in numbers if name in header.places]
        texts.update(_text_at(row, at) for row in header.rows for at in places)
        if product and all(name in header.places for name in product):
            first, second, third = (header.places[name] for name in product)
            triples.update((_text_at(r, first), _text_at(r, second), _text_at(r, third)) for r in header.rows)
        place = header.sheet or place
    return style_of_file(texts, tuple(triples), field=place, documented=documented)


def _is_total(row: SheetRow, keyed: tuple[int, ...]) -> bool:
    filled = [(place, cell) for place, cell in enumerate(row.cells) if not is_blank(cell)]
    return len(filled) <= 2 and not any(
        place in keyed and not _TOTAL.fullmatch(normalised(str(cell))) for place, cell in filled
    )


def _text_at(row: SheetRow, place: int) -> str:
    cell = row.cells[place] if place < len(row.cells) else None
    return cell if isinstance(cell, str) else ""


def _totals(rows: Iterable[SheetRow], style: NumberStyle) -> Iterator[Decimal]:
    """The last number of each row below the data: `Total | 6438.6`, or the sum in a row of its own."""
    for row in rows:
        for cell in reversed(row.cells):
            if isinstance(cell, Decimal):
                yield cell
                break
            if isinstance(cell, str) and (bare := bare_number(cell)):
                try:
                    yield number_in(bare, style)
                except InvalidInput:
                    continue
                break


@dataclass(slots=True)
class Sorting:
    """The lists that rows go to, each row exactly once."""

    booked: list[Row] = field(default_factory=list)
    not_booked: list[Reasoned] = field(default_factory=list)
    review: list[Reasoned] = field(default_factory=list)
    unknown: list[Reasoned] = field(default_factory=list)

    def file(self, source: Source, kind: str, layout: str, facts: Mapping[str, str]) -> ReadFile:
        """What was sorted, as the file that it came from; `kind` is the format, `layout` its exact form."""
        return ReadFile(
            name=source.name,
            sha256=source.sha256,
            format=kind,
            layout=layout,
            booked=tuple(self.booked),
            not_booked=tuple(self.not_booked),
            review=tuple(self.review),
            unknown=tuple(self.unknown),
            facts=dict(facts),
        )

    def in_file_order(self, rows: Sequence[Row]) -> None:
        """Put booked, not booked and asked rows in the order of these, however they were sorted."""
        order = {_place_of(row): index for index, row in enumerate(rows)}
        self.booked.sort(key=lambda row: order[_place_of(row)])
        for reasoned in (self.not_booked, self.review):
            reasoned.sort(key=lambda entry: order[_place_of(entry.row)])

    def sheets_left(self, source: Source, read: Collection[str], layouts: Sequence[Layout]) -> None:
        """Tell the sheets that were not read; of a cover or preamble nothing but the title is kept.

        Raises `InvalidInput` `layout_changed` for one that resembles a table of these layouts.
        """
        for sheet in source.sheets:
            if sheet.rows and sheet.title not in read:
                if changed := nearest([sheet], layouts):
                    raise layout_changed(changed, source.name)
                row = Row(sheet.rows[0].number, extra={"sheet": sheet.title})
                self.unknown.append(
                    Reasoned(row, "sheet_not_recognised", text=f"the sheet {sheet.title!r} was not read")
                )

    def each(self, records: Iterable[Record], place: Callable[[Record], None], width: int = 0) -> None:
        """Place every record; one with a malformed cell, or with cells beyond the header, is unknown."""
        for record in records:
            try:
                if width and any(not is_blank(cell) for cell in record.cells[width:]):
                    raise InvalidInput("cells_beyond_header", "the row has more cells than the header")
                place(record)
            except InvalidInput as problem:
                self.unknown.append(
                    Reasoned(Row(record.number, extra=record.texts()), problem.code, text=str(problem))
                )


def _place_of(row: Row) -> tuple[str, int]:
    return row.extra.get("sheet", ""), row.row
