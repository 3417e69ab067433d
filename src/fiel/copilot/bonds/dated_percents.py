"""Small tables that people give: amortisations, and steps of an assumed rate. In a file or in one option."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from fiel.copilot.files.source import read_text
from fiel.kernel.calendars import FIRST_DAY, LAST_DAY
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import parse_day

ROWS_MAX = 1_200
BYTES_MAX = 100_000


def read_day(text: str, field: str) -> date:
    """A day from ISO 8601, within the calendars. Raises `InvalidInput` (day_malformed, day_outside)."""
    day = parse_day(text, field)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput(
            "day_outside",
            f"{day} lies outside the calendars, which go from {FIRST_DAY} to {LAST_DAY}",
            field=field,
            details={"first": FIRST_DAY.isoformat(), "last": LAST_DAY.isoformat()},
        )
    return day


def read_table(text: str, field: str, *, maximum: int) -> dict[date, Decimal]:
    """Percents by day, from `2027-01-15:25,2028-01-15:25` or from a file with a line `day,percent` each.

    A first line without digits is a heading; `#` starts a comment. Percents from 0 to `maximum`.
    Raises `InvalidInput` naming the line; `NotFound` for a file that is not there.
    """
    if ":" in text and text[:1].isdigit():
        rows = [(f"{field}", part.partition(":")) for part in text.split(",")]
    else:
        path = Path(text)
        lines = enumerate(read_text(path, bytes_max=BYTES_MAX).splitlines(), start=1)
        rows = [(f"{path}, line {number}", line.partition("#")[0].partition(",")) for number, line in lines]
        rows = [row for row in rows if any(letter.isdigit() for letter in row[1][0])]
    if not 1 <= len(rows) <= ROWS_MAX:
        raise InvalidInput(
            "table_rows", f"the table has {len(rows)} rows; it needs 1 to {ROWS_MAX}", field=field
        )
    found: dict[date, Decimal] = {}
    for place, (day_text, _, percent) in rows:
        day = read_day(day_text.strip(), place)
        if day in found:
            raise InvalidInput("table_day_twice", f"{day} is there twice; keep one", field=place)
        found[day] = parse_decimal(percent.strip(), field=place, minimum=0, maximum=maximum)
    return found
