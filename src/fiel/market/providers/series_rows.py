"""Rows of a series as text and numbers of all spellings, made into observations, with what was repaired.

Unknown is never zero: a row without a readable value is left out and said. Dates are taken as written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fiel.kernel.decimals import plain
from fiel.market.values import Observation, SeriesReading
from fiel.market.verdicts import Finding, Keep, Kind, Reaction, Verdict, accept, partial, rejected, repaired

ROWS_MAX = 40_000
#: Rows without a value: the others are good, another source may know these.
SOME_ROWS = Reaction(retry=False, fallback=True, breaker_failure=False, keep=Keep.OK)

_BRAZILIAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[ T][0-9:.]{2,15})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]{2,18}(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?")
_DOT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,18})?")
_COMMA = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}(\.[0-9]{3}){1,4}),[0-9]{1,18}")
_EXPONENT = re.compile(r"-?[0-9](\.[0-9]{1,18})?[eE][+-]?[0-9]{1,2}")
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a service writes; anything else that can be read is a repair. `in_order`: oldest first."""

    iso_dates: bool = False
    comma: bool = False
    text_numbers: bool = True
    json_numbers: bool = False
    in_order: bool = True


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row before it is understood; `place` is where it stands in the answer.

    `wrong`: why it cannot be believed, when the provider sees that it contradicts itself.
    """

    place: str
    day: object
    value: object
    until: object = None
    wrong: str = ""


@dataclass(slots=True)
class _Gathered:
    rows: dict[date, Observation] = field(default_factory=dict)
    dropped: list[Finding] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    duplicates: list[Finding] = field(default_factory=list)
    conflict: str = ""
    last: date = date.min

    def add(self, row: Observation, *, in_order: bool) -> None:
        known = self.rows.get(row.day)
        if known is not None and known != row:
            self.conflict = f"{row.day} is told twice: {known.value:f} and {row.value:f}"
        elif known is not None:
            detail = f"{row.day} is told twice with the same value"
            self.duplicates.append(Finding(Kind.DUPLICATE, row.day.isoformat(), detail, "duplicate_dropped"))
        elif in_order and row.day < self.last:
            self.repairs["sorted"] += 1
        self.rows[row.day] = row
        self.last = max(self.last, row.day)


def gather(series: str, raws: Iterable[RawRow], dialect: Dialect) -> Verdict[SeriesReading]:
    """The rows, oldest first, one a day. Rows that cannot be read are left out (partial, `schema`), the
    same day with two values rejects the answer (`conflict`).

    The place of a finding is the day (ISO) as soon as it is known.
    """
    found = _Gathered()
    for count, raw in enumerate(raws):
        if count >= ROWS_MAX:
            return rejected(Kind.SCHEMA, f"more than {ROWS_MAX} rows")
        _take(found, raw, dialect)
    if found.conflict:
        return rejected(Kind.CONFLICT, found.conflict)
    if found.dropped and not found.rows:
        first = found.dropped[0]
        return rejected(first.kind, f"no row can be read: {first.detail}", place=first.place)
    reading = SeriesReading(series, tuple(found.rows[day] for day in sorted(found.rows)))
    repairs = [*_repairs(found.repairs), *found.duplicates]
    if found.dropped:
        return partial(reading, *found.dropped, *repairs, reaction=SOME_ROWS)
    return repaired(reading, *repairs) if repairs else accept(reading)


def _take(found: _Gathered, raw: RawRow, dialect: Dialect) -> None:
    day, odd_day = read_day(raw.day, iso=dialect.iso_dates)
    if day is None:
        found.dropped.append(Finding(Kind.SCHEMA, raw.place, f"{_shown(raw.day)} is no date"))
        return
    if raw.wrong:
        found.dropped.append(Finding(Kind.INCONSISTENT, day.isoformat(), raw.wrong))
        return
    value, odd_value = read_value(raw.value, dialect)
    until, odd_until = read_day(raw.until, iso=dialect.iso_dates)
    if value is None:
        detail = f"{_shown(raw.value)} is no value"
        found.dropped.append(Finding(Kind.SCHEMA, day.isoformat(), detail))
        return
    if raw.until not in (None, "") and (until is None or not 0 < (until - day).days <= 45):
        detail = f"{_shown(raw.until)} is no end of its period"
        found.dropped.append(Finding(Kind.SCHEMA, day.isoformat(), detail))
        return
    found.repairs.update(odd for odd in (odd_day, odd_value, odd_until) if odd)
    found.add(Observation(day, value, until), in_order=dialect.in_order)


def read_day(value: object, *, iso: bool) -> tuple[date | None, str]:
    """A date as written (no time zone moves it), and the name of the repair if it is not in that form."""
    if not isinstance(value, str):
        return None, ""
    text = value.strip()
    if found := _ISO.fullmatch(text):
        return _date(found[1], found[2], found[3]), "" if iso else "iso_date"
    if found := _BRAZILIAN.fullmatch(text):
        exact = text == value and len(text) == 10
        return _date(found[3], found[2], found[1]), "brazilian_date" if iso else "" if exact else "date_form"
    return None, ""


def read_value(value: object, dialect: Dialect) -> tuple[Decimal | None, str]:
    """A number, and the name of the repair if it is not written as that service writes. Never a float."""
    if isinstance(value, Decimal):
        if not value.is_finite() or (value and not -18 <= value.adjusted() < 15):
            return None, ""
        return _exact(value, "" if dialect.json_numbers else "number_where_text_is_due")
    if not isinstance(value, str):
        return None, ""
    text = value.strip()
    unlike = "" if dialect.text_numbers else "text_where_number_is_due"
    if text != value:
        unlike = unlike or "spaces"
    if _DOT.fullmatch(text):
        return _exact(Decimal(text), unlike or ("decimal_point" if dialect.comma and "." in text else ""))
    if _COMMA.fullmatch(text):
        number = Decimal(text.replace(".", "").replace(",", "."))
        return _exact(number, unlike or ("" if dialect.comma else "decimal_comma"))
    if _EXPONENT.fullmatch(text):
        return read_value(Decimal(text), dialect)[0], "exponent"
    return None, ""


def _exact(value: Decimal, repair: str) -> tuple[Decimal | None, str]:
    number = plain(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -18:
        return None, ""
    return number, repair


def _date(year: str, month: str, day: str) -> date | None:
    if int(year) not in _YEARS:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _repairs(counted: Counter[str]) -> Iterable[Finding]:
    for name, count in sorted(counted.items()):
        yield Finding(Kind.FORMAT, "", f"{count} time{'s' if count != 1 else ''}", name)


def _shown(value: object) -> str:
    """A piece of foreign text, short enough to be repeated."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else "true or false"
    if isinstance(value, str):
        return repr(value[:40]) if value.strip() else "an empty text"
    return f"the number {value:.10}" if isinstance(value, Decimal) else f"a {type(value).__name__}"
