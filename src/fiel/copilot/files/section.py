"""A table of a document being read: typed getters that record problems instead of raising them.

`Section` never stops at the first problem: a getter that finds one records it with its place and
answers `None`, as if the key were absent, so that one reading tells everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Rejected

Path = tuple[str, ...]
Choice = TypeVar("Choice", bound=StrEnum)

DECIMALS_MAX = 12
INTEGER_DIGITS_MAX = 15
TEXT_LENGTH_MAX = 200
#: Brazil keeps one offset all year since 2019; a time written without a zone is meant in it.
BRASILIA = timezone(timedelta(hours=-3))
#: A day without an hour is a day of trading: its prices are those of the close.
CLOSE = time(18, tzinfo=BRASILIA)


@dataclass(frozen=True, slots=True)
class FloatText:
    """A number that the document wrote as a float, kept as written so that the message can quote it."""

    text: str

    @property
    def is_number(self) -> bool:
        return self.text.lower().lstrip("+-") not in {"nan", "inf", "infinity"}


@dataclass(slots=True)
class Findings:
    """The problems of one document, each with its path; `assign` is how the format writes key = "value"."""

    assign: str = '{key} = "{value}"'
    found: list[tuple[Path, Rejected]] = field(default_factory=list)

    def add(self, path: Path, problem: Rejected) -> None:
        """Record a problem at a path of the document."""
        self.found.append((path, problem))

    def any_at(self, path: Path) -> bool:
        """Whether something is already recorded at this very path or inside it."""
        return any(at[: len(path)] == path for at, _ in self.found)


class Section:
    """One table. `place` is how errors name it, `path` where it stands in the document.

    Keys that nobody asked for are found by `finish`: all of them when `strict`, else only those
    that look like a misspelling of a key that was asked for.
    """

    def __init__(
        self, table: Mapping[str, object], path: Path, findings: Findings, *, place: str, strict: bool = True
    ) -> None:
        self.path = path
        self.place = place
        self.findings = findings
        self._table = table
        self._strict = strict
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return self._table.get(key) is not None

    def knows(self, *keys: str) -> None:
        """Declare keys that are read elsewhere or not at all."""
        self._known.extend(keys)

    def raw(self, key: str) -> object:
        """The value as it stands, `None` when absent."""
        self._known.append(key)
        return self._table.get(key)

    def others(self) -> Iterator[tuple[str, object]]:
        """Keys and values that nobody asked for yet, in document order."""
        return ((key, value) for key, value in self._table.items() if key not in self._known)

    def add(self, code: str, message: str, key: str | None = None) -> None:
        """Record a problem of this table, or of one of its keys."""
        self.findings.add(self._at(key), InvalidInput(code, message, field=self.named(key)))

    def named(self, key: str | None) -> str:
        """How errors name a key of this table."""
        if key is None:
            return self.place
        return f"{self.place}.{key}" if self.place else key

    def text(self, key: str, *, required: bool = False, length_max: int = TEXT_LENGTH_MAX) -> str | None:
        """A line of printable text."""
        value = self.raw(key)
        if value is None:
            if required:
                self.add("key_missing", f"give its {key}: {self._example(key, '...')}", key)
            return None
        if not isinstance(value, str):
            self.add("text_expected", f"{key} must be text between quotes", key)
            return None
        if not value or not value.isprintable() or len(value) > length_max:
            self.add("text_not_plain", f"{key} must be 1 to {length_max} printable characters", key)
            return None
        return value

    def decimal(self, key: str, *, decimals_max: int = DECIMALS_MAX) -> Decimal | None:
        """A number written as text or as a whole number, never as a float."""
        value = self.raw(key)
        return None if value is None else self.number(key, value, decimals_max=decimals_max)

    def number(self, key: str, value: object, *, decimals_max: int = DECIMALS_MAX) -> Decimal | None:
        """The number that a value of this table states."""
        if isinstance(value, FloatText):
            self._refuse_float(key, value)
            return None
        try:
            return parse_decimal(value, decimals_max=decimals_max, integer_digits_max=INTEGER_DIGITS_MAX)
        except InvalidInput as error:
            self.add(error.code, f"{key}: {error.message}", key)
            return None

    def percent(self, key: str, *, at_most: int | None = None) -> Decimal | None:
        """A percentage, zero or more, as a fraction: "2.5" is 0.025."""
        value = self.raw(key)
        if value is None:
            return None
        number = self.number(key, value, decimals_max=DECIMALS_MAX - 2)
        if number is None:
            return None
        if number < 0 or (at_most is not None and number > at_most):
            limits = "zero or more" if at_most is None else f"from 0 to {at_most}"
            self.add("percent_out_of_range", f"{key} is {number} percent and must be {limits}", key)
            return None
        return number.scaleb(-2)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false, without quotes."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.add("flag_expected", f"{key} must be true or false, without quotes", key)
            return default
        return value

    def choice(self, key: str, options: type[Choice]) -> Choice | None:
        """One word of a list."""
        value = self.raw(key)
        if value is None:
            return None
        words = [str(option) for option in options]
        if isinstance(value, str) and value in words:
            return options(value)
        hint = _did_you_mean(value, words)
        self.add("choice_unknown", f"{key} must be one of {', '.join(words)}{hint}", key)
        return None

    def day(self, key: str) -> date | None:
        """A date, such as 2026-01-31, with or without quotes."""
        value = self.raw(key)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = ""
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.add("date_expected", f"{key} must be a date such as 2026-01-31", key)
        return None

    def moment(self, key: str) -> datetime | None:
        """An instant; a day alone is its close in Brasilia (18:00), a time without zone is Brasilia's."""
        value = self.raw(key)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value) if len(value) == len("2026-01-31") else _instant(value)
            except ValueError:
                value = ""
        if isinstance(value, datetime):
            return value if value.tzinfo is not None else value.replace(tzinfo=BRASILIA)
        if isinstance(value, date):
            return datetime.combine(value, CLOSE)
        if value is not None:
            self.add("date_expected", f"{key} must be a date or time such as 2026-01-31T17:00:00-03:00", key)
        return None

    def section(self, key: str, *, place: str | None = None) -> Section | None:
        """A table inside this one."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.add("table_expected", f"{key} must be a table with keys of its own", key)
            return None
        return self.inner(key, value, place=place)

    def inner(self, key: str, value: Mapping[str, object], *, place: str | None = None) -> Section:
        """A table found under `key`, which the caller has in hand."""
        at = self.named(key) if place is None else place
        return Section(value, self._at(key), self.findings, place=at, strict=self._strict)

    def sections(self, key: str) -> list[Section]:
        """A list of tables."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self.add("list_expected", f"{key} must be a list of tables", key)
            return []
        return [
            Section(
                item,
                (*self._at(key), str(index)),
                self.findings,
                place=f"{self.named(key)}[{index}]",
                strict=self._strict,
            )
            for index, item in enumerate(value)
        ]

    def finish(self) -> None:
        """Record the keys that nobody asked for, with the key that was perhaps meant."""
        for key in [key for key in self._table if key not in self._known]:
            hint = _did_you_mean(key, self._known)
            if self._strict or hint:
                shown = repr(key[:64])
                known = "" if hint else f"; known here: {', '.join(dict.fromkeys(self._known)) or 'none'}"
                self.add("key_unknown", f"{shown} means nothing here{hint}{known}", key)

    def _at(self, key: str | None) -> Path:
        return self.path if key is None else (*self.path, key)

    def _refuse_float(self, key: str, value: FloatText) -> None:
        if value.is_number:
            message = (
                f"{value.text} is a float, which loses cents; quote it: {self._example(key, value.text)}"
            )
            self.add("float_refused", message, key)
        else:
            self.add("not_a_number", f"{key} is {value.text}, not a number; leave it out if unknown", key)

    def _example(self, key: str, value: str) -> str:
        return self.findings.assign.format(key=key, value=value)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _did_you_mean(word: object, known: list[str]) -> str:
    if not isinstance(word, str) or len(word) > TEXT_LENGTH_MAX:
        return ""
    close = get_close_matches(word, known, n=1, cutoff=0.7)
    return f"; did you mean {close[0]!r}?" if close else ""
