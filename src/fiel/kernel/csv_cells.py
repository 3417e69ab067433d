"""CSV files that spreadsheets open as a table and never run: one rule for all that the product writes.

Names of assets, notes and reasons come from files and people; `=HYPERLINK(...)` in one of them would be
run by the spreadsheet of whoever opens the file. Numbers stay numbers, also below zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

CsvCell: TypeAlias = str | int | Decimal | date | None

#: What begins a formula in Excel, LibreOffice or Google Sheets; the wide forms too.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*%?")


@dataclass(frozen=True, slots=True)
class CsvForm:
    """What stands between cells, within numbers, and before everything."""

    separator: str
    decimal_mark: str
    beginning: str = ""


#: For programs, and spreadsheets set to English.
PLAIN = CsvForm(",", ".")
#: For spreadsheets set to Portuguese: the comma belongs to the numbers. Excel knows UTF-8 by the mark.
PORTUGUESE = CsvForm(";", ",", "\ufeff")


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[CsvCell]], form: CsvForm = PLAIN) -> str:
    """A heading and the rows, each line ended by LF. Raises what `csv_cell` raises.

    >>> csv_text(["ativo", "valor"], [["=1+1", Decimal("-2.50")], [None, "x,y"]])
    'ativo,valor\\n\\'=1+1,-2.50\\n,"x,y"\\n'
    """
    return form.beginning + "".join(csv_line(row, form) for row in (heads, *rows))


def csv_line(cells: Sequence[CsvCell], form: CsvForm = PLAIN) -> str:
    """One row, ended by LF. Raises what `csv_cell` raises."""
    return form.separator.join(csv_cell(cell, form) for cell in cells) + "\n"


def csv_cell(value: CsvCell, form: CsvForm = PLAIN) -> str:
    """A cell: numbers with all their digits, days as ISO, text quoted where needed, nothing for `None`.

    Raises `TypeError` for anything else: a float would write digits that nobody meant.

    >>> [csv_cell(each) for each in (Decimal("-1.50"), None, "x,y", "=1")]
    ['-1.50', '', '"x,y"', "'=1"]
    >>> csv_cell(Decimal("-1234.50"), PORTUGUESE)
    '-1234,50'
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", form.decimal_mark)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise TypeError(f"a {type(value).__name__} has no place in a table; give text or a Decimal")
    text = no_formula(value)
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(mark in text for mark in (form.separator, '"', "\n", "\r")) else text


def no_formula(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run.

    >>> [no_formula(each) for each in ("=cmd|' /C calc'!A0", " @x", "-1.234,56", "PETR4")]
    ["'=cmd|' /C calc'!A0", "' @x", '-1.234,56', 'PETR4']
    """
    text = text.replace("\x00", "")
    if _NUMBER.fullmatch(text):
        return text
    risky = text.startswith(_RISKY) or text.lstrip().startswith(_RISKY)
    return f"'{text}" if risky else text
