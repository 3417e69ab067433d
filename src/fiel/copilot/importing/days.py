"""Days as files write them: `31/03/2025`, ISO, or a spreadsheet's serial number in a date column."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from fiel.copilot.importing.sheets import Cell
from fiel.copilot.importing.xlsx_cells import serial_day
from fiel.kernel.errors import InvalidInput

_BRAZILIAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})([ T].*)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([ T].*)?")


def day_in(cell: Cell) -> date | None:
    """The day of a cell; `None` when it holds nothing or `-`. Raises `InvalidInput` `date_malformed`.

    >>> day_in("31/03/2025"), day_in(" - ")
    (datetime.date(2025, 3, 31), None)
    """
    if cell is None or isinstance(cell, date):
        return cell
    if isinstance(cell, Decimal):
        return serial_day(cell) or _refuse(str(cell))
    text = cell.strip()
    if text in ("", "-"):
        return None
    return _parsed(text) or _refuse(text)


def _parsed(text: str) -> date | None:
    if match := _BRAZILIAN.fullmatch(text):
        day, month, year = match.group(1, 2, 3)
    elif match := _ISO.fullmatch(text):
        year, month, day = match.group(1, 2, 3)
    else:
        return serial_day(Decimal(text)) if re.fullmatch("[0-9]{5}", text) else None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _refuse(text: str) -> date:
    raise InvalidInput("date_malformed", f"{text[:40]!r} is not a day like 31/03/2025")
