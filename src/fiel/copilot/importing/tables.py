"""A table that was found, row by row: texts, numbers and days by column name, with rows sorted into lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fiel.copilot.importing.codes import collapsed
from fiel.copilot.importing.days import day_in
from fiel.copilot.importing.headers import Header, normalised
from fiel.copilot.importing.numbers import NumberStyle, bare_number, number_in, style_of_file
from fiel.copilot.importing.rows import Reasoned, Row
from fiel.copilot.importing.sheets import Cell, SheetRow, is_blank
from fiel.kernel.errors import InvalidInput


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


def table_under(
    header: Header,
    *,
    keys: Iterable[str],
    numbers: Iterable[str],
    product: tuple[str, str, str] | None = None,
    documented: NumberStyle | None = None,
    style: NumberStyle | None = None,
) -> Table:
    """The records under a header, its number style decided over all of them (see `style_of_file`).

    `keys` are columns of which a data row has at least one; rows with none of them are totals. `numbers` are
    the number columns; `product` the three of quantity x price = value. `style` skips the decision.
    """
    keyed = tuple(header.places[name] for name in keys if name in header.places)
    data = [row for row in header.rows if any(_says(row, place) for place in keyed)]
    rest = [row for row in header.rows if not any(_says(row, place) for place in keyed)]
    chosen = style or _style(header, data, tuple(numbers), product, documented)
    records = tuple(Record(row.number, row.cells, header.places, chosen) for row in data)
    return Table(header, chosen, records, tuple(_totals(rest, chosen)))


def _says(row: SheetRow, place: int) -> bool:
    cell = row.cells[place] if place < len(row.cells) else None
    return not is_blank(cell) and not normalised(str(cell)).startswith("total")


def _style(
    header: Header,
    rows: list[SheetRow],
    numbers: tuple[str, ...],
    product: tuple[str, str, str] | None,
    documented: NumberStyle | None,
) -> NumberStyle:
    places = [header.places[name] for name in numbers if name in header.places]
    texts = [cell for row in rows for place in places if (cell := _text_at(row, place))]
    triples: list[tuple[str, str, str]] = []
    if product and all(name in header.places for name in product):
        first, second, third = (header.places[name] for name in product)
        triples = [(_text_at(r, first), _text_at(r, second), _text_at(r, third)) for r in rows]
    return style_of_file(texts, triples, field=header.sheet or "file", documented=documented)


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

    def each(self, records: Iterable[Record], place: Callable[[Record], None], width: int = 0) -> None:
        """Place every record; one with a malformed cell, or with cells beyond the header, is unknown."""
        for record in records:
            try:
                if width and any(not is_blank(cell) for cell in record.cells[width:]):
                    raise InvalidInput("cells_beyond_header", "the row has more cells than the header")
                place(record)
            except InvalidInput as problem:
                self.unknown.append(
                    Reasoned(
                        Row(record.number, extra=record.texts()), problem.code, text=str(problem)
                    )
                )
