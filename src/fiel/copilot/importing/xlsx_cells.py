"""The cells of one worksheet as expat meets them: text, exact numbers, days; formulas and errors refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from xml.parsers import expat

from fiel.copilot.importing.limits import Budget, too_large
from fiel.copilot.importing.sheets import Cell, SheetRow, formula_refused, is_blank
from fiel.copilot.importing.xlsx_parts import damaged, local
from fiel.kernel.rounding import exact_context

#: A spreadsheet keeps 15 digits; what it writes beyond them is noise of its binary floats.
_SPREADSHEET = Context(prec=15)
_DIGITS = 15
#: A number of more digits before or after the point is no amount, and takes memory to write out.
_EXPONENT_MAX = 30
#: Rows of a sheet by the format.
_ROW_MAX = 1_048_576
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
#: Serial numbers that can be the day of a report: 1954 to 2119, or the same by the 1904 count.
SERIAL_MIN, SERIAL_MAX = 18_000, 80_000


def serial_day(number: Decimal, *, starts_1904: bool = False) -> date | None:
    """The day of a spreadsheet's serial number, its time of day dropped; `None` out of range.

    >>> serial_day(Decimal("45747"))
    datetime.date(2025, 3, 31)
    """
    if not SERIAL_MIN <= number <= SERIAL_MAX:
        return None
    return (_EPOCH_1904 if starts_1904 else _EPOCH_1900) + timedelta(days=int(number))


@lru_cache(maxsize=8_192)
def literal_number(literal: str) -> Decimal:
    """The number of a literal, to the 15 digits of a spreadsheet; raises `decimal.InvalidOperation`.

    >>> literal_number("0.050000000000000003"), literal_number("1.5E3")
    (Decimal('0.05'), Decimal('1500'))
    """
    number = Decimal(literal)
    if not number.is_finite() or abs(number.adjusted()) > _EXPONENT_MAX:
        raise InvalidOperation(literal)
    if len(number.as_tuple().digits) > _DIGITS:
        number = _SPREADSHEET.plus(number).normalize(_SPREADSHEET)
    exponent = number.as_tuple().exponent
    whole = isinstance(exponent, int) and exponent > 0
    return number.quantize(Decimal(1), context=exact_context()) if whole else number


def column_of(reference: str) -> int:
    """The column of a cell reference from 0: `AB12` is 27; -1 when it has none."""
    return _column(reference.rstrip("0123456789"))


@lru_cache(maxsize=1_024)
def _column(letters: str) -> int:
    column = 0
    for sign in letters:
        if not "A" <= sign <= "Z":
            return -1
        column = column * 26 + ord(sign) - 64
    return column - 1


class CellReader:
    """Handlers for the XML of one worksheet; `rows` holds the rows that are not blank."""

    def __init__(
        self,
        title: str,
        strings: Sequence[str],
        date_styles: frozenset[int],
        starts_1904: bool,
        budget: Budget,
    ) -> None:
        self.rows: list[SheetRow] = []
        self._title, self._strings, self._dates, self._1904 = title, strings, date_styles, starts_1904
        self._budget, self._limits, self._name = budget, budget.limits, budget.name
        self._row, self._cells = 0, list[Cell]()
        self._column, self._type, self._style = -1, "n", 0
        self._pieces: list[str] = []
        self._keeps = self._in_reading = False

    def attach(self, parser: expat.XMLParserType) -> None:
        """Read with this parser."""
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._words

    def _start(self, tag: str, at: dict[str, str]) -> None:
        element = local(tag)
        if element == "c":
            reference = at.get("r")
            self._column = column_of(reference) if reference else self._column + 1
            style = at.get("s", "0")
            self._type, self._style = at.get("t", "n"), int(style) if style.isdecimal() else 0
            self._pieces = []
        elif element in ("v", "t"):
            self._keeps = not self._in_reading
        elif element == "row":
            self._open_row(at.get("r"))
        elif element == "f":
            raise formula_refused(self._place())
        elif element == "rPh":
            self._in_reading = True

    def _open_row(self, number: str | None) -> None:
        self._row = int(number) if number and number.isdigit() else self._row + 1
        self._budget.take_row()
        if self._row > _ROW_MAX:
            raise damaged(self._name, f"{self._title} has a row {self._row}")
        self._cells, self._column = [], -1

    def _words(self, text: str) -> None:
        if self._keeps:
            self._pieces.append(text)

    def _end(self, tag: str) -> None:
        element = local(tag)
        if element in ("v", "t"):
            self._keeps = False
        elif element == "c":
            self._close_cell()
        elif element == "rPh":
            self._in_reading = False
        elif element == "row" and any(not is_blank(cell) for cell in self._cells):
            self.rows.append(SheetRow(self._row, tuple(self._cells)))

    def _close_cell(self) -> None:
        if not self._pieces:
            return
        if not 0 <= self._column < self._limits.columns_max:
            raise too_large("columns", "the sheet has more", self._limits.columns_max, self._place())
        self._budget.take_cells(1, self._title)
        self._cells.extend([None] * (self._column + 1 - len(self._cells)))
        self._cells[self._column] = self._value("".join(self._pieces))

    def _value(self, text: str) -> Cell:
        try:
            if self._type == "n":
                number = literal_number(text)
                day = serial_day(number, starts_1904=self._1904) if self._style in self._dates else None
                return day or number
            if self._type == "s":
                return self._strings[int(text)]
            if self._type == "d":
                return date.fromisoformat(text[:10])
        except (InvalidOperation, IndexError, ValueError):
            raise damaged(self._name, f"{self._place()} holds {text[:40]!r}") from None
        if len(text) > self._limits.cell_length_max:
            raise too_large(
                "characters in a cell", f"it has {len(text):,}", self._limits.cell_length_max, self._place()
            )
        if text.startswith("=") and len(text) > 1:
            raise formula_refused(self._place())
        return text

    def _place(self) -> str:
        letters, column = "", self._column + 1
        while column > 0:
            column, rest = divmod(column - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{self._title}!{letters}{self._row}"
