"""Fields of a JSON object, read with the form repairs that have names. What is absent or null is `None`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from fiel.kernel.decimals import plain
from fiel.kernel.rounding import Rounding, round_to
from fiel.market.judgement import Judgement
from fiel.market.providers.bodies import Json
from fiel.market.verdicts import Kind

#: Brasília has had no summer time since 2019; the local times of services are of later years.
BRASILIA = timezone(timedelta(hours=-3))
TEXT_MAX = 400
#: Prices of shares, funds and indexes have fewer.
DECIMALS_MAX = 6
#: Sentinels such as 31/12/9999 and 0001-01-01 mean "no date".
FIRST_YEAR, LAST_YEAR = 1960, 2150

_PLAIN = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_EXPONENT = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,30})?[eE][+-]?[0-9]{1,2}")
_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]{1,30})(,[0-9]{1,30})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_SLASHED = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?![0-9])")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


class Fields:
    """One object at `place`; findings go to `judgement`. `loose`: numbers are texts by design here."""

    def __init__(
        self, values: dict[str, Json], place: str, judgement: Judgement, *, loose: bool = False
    ) -> None:
        self.values = values
        self.place = place
        self._judgement = judgement
        self._loose = loose

    def at(self, name: str) -> str:
        """The place of a field."""
        return f"{self.place}.{name}" if self.place else name

    def has(self, name: str) -> bool:
        """Whether it is there and not null."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """At most 400 characters, trimmed; empty when it is not a text."""
        value = self.values.get(name)
        return value[:TEXT_MAX].strip() if isinstance(value, str) else ""

    def number(self, name: str) -> Decimal | None:
        """A number, or one written as text. Something else is left out, with a finding."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, Decimal):
            return value
        number = number_in(value) if isinstance(value, str) else None
        if number is None:
            self._judgement.repair(Kind.SCHEMA, self.at(name), "not a number", "field_dropped")
            return None
        if not self._loose:
            comma = isinstance(value, str) and "," in value
            repair = "decimal_comma" if comma else "number_as_text"
            self._judgement.repair(Kind.FORMAT, self.at(name), "a number written as text", repair)
        return number

    def price(self, name: str) -> Decimal | None:
        """A number; noise of binary fractions (30.100000381469727) is rounded to 4 decimals, half even."""
        number = self.number(name)
        if number is None or abs(number) < 1:
            return number
        if number == round_to(number, DECIMALS_MAX, Rounding.HALF_EVEN):
            return number
        self._judgement.repair(Kind.FORMAT, self.at(name), "more decimals than prices have", "float_noise")
        return plain(round_to(number, 4, Rounding.HALF_EVEN))

    def whole(self, name: str) -> int | None:
        """A count; decimals of zero are fine, others are cut off."""
        number = self.number(name)
        return None if number is None else int(number)

    def day(self, name: str, *, usual: tuple[str, ...] = ("iso_instant",)) -> tuple[date | None, bool]:
        """The calendar date as written, without a shift of time zone; and whether it could be understood.

        Forms other than `usual` (iso_instant, iso_date, slashed, compact) are repairs.
        """
        value = self.values.get(name)
        if value is None or value == "":
            return None, True
        found = day_in(value) if isinstance(value, str) else None
        if found is None:
            return None, isinstance(value, str) and _is_sentinel(value)
        day, form = found
        if form not in usual:
            self._judgement.repair(Kind.FORMAT, self.at(name), f"a date as {form}", "date_form")
        return day, True

    def instant(self, name: str, *, local: tzinfo = UTC, bare_is_usual: bool = False) -> datetime | None:
        """An instant in UTC. Without a zone it is in `local`; Unix seconds or milliseconds are repairs."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, Decimal) or (isinstance(value, str) and value.strip().isdigit()):
            instant = _unix(Decimal(value) if len(str(value)) < 20 else Decimal(0))
            repair = "unix_seconds"
        else:
            instant, bare = _instant(value, local) if isinstance(value, str) else (None, False)
            repair = "" if not bare or bare_is_usual else "no_time_zone"
        if instant is None:
            self._judgement.repair(Kind.SCHEMA, self.at(name), "not an instant", "field_dropped")
        elif repair:
            self._judgement.repair(Kind.FORMAT, self.at(name), "an instant in another form", repair)
        return instant


def number_in(text: str) -> Decimal | None:
    """A number with a dot, or with a Brazilian comma and thousands dots; `None` when it is neither."""
    text = text.strip().removeprefix("R$").removesuffix("%").strip()
    if _PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text):
        return Decimal(text)
    if _COMMA.fullmatch(text) and "," in text:
        return Decimal(text.replace(".", "").replace(",", "."))
    return None


def day_in(text: str) -> tuple[date, str] | None:
    """The date as written, and the form: iso_instant, iso_date, iso_space, slashed or compact."""
    text = text.strip()
    if len(text) > 40:
        return None
    if found := _ISO.match(text):
        year, month, day = (int(part) for part in found.groups())
        rest = text[10:]
        form = "iso_date" if not rest else "iso_instant" if rest.startswith("T") else "iso_space"
    elif found := _SLASHED.match(text):
        day, month, year = (int(part) for part in found.groups())
        form = "slashed"
    elif found := _COMPACT.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        form = "compact"
    else:
        return None
    try:
        written = date(year, month, day)
    except ValueError:
        return None
    return (written, form) if FIRST_YEAR <= year <= LAST_YEAR else None


def day_of_stamp(seconds: int) -> date | None:
    """The session of a candle's Unix seconds (or milliseconds).

    A stamp at midnight of UTC names that date, as does 02:00, midnight in Brasília's summer time; others
    are instants of the day in Brasília.
    """
    instant = _unix(Decimal(seconds))
    if instant is None:
        return None
    if (instant.minute, instant.second) == (0, 0) and instant.hour in (0, 2):
        return instant.date()
    return instant.astimezone(BRASILIA).date()


def _unix(value: Decimal) -> datetime | None:
    seconds = int(value)
    if seconds > 100_000_000_000:
        seconds //= 1000
    # 1980 to 2100: anything else is no stamp of a session.
    if not 315_532_800 <= seconds <= 4_102_444_800:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _instant(text: str, local: tzinfo) -> tuple[datetime | None, bool]:
    """The instant, and whether it was without a zone."""
    text = text.strip()
    if found := _SLASHED.match(text):
        day, month, year = found.groups()
        text = f"{year}-{month}-{day}{text[10:]}"
    if len(text) < 16 or len(text) > 40:
        return None, False
    try:
        instant = datetime.fromisoformat(text)
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            return None, False
        bare = instant.tzinfo is None
        return (instant.replace(tzinfo=local) if bare else instant).astimezone(UTC), bare
    except (ValueError, OverflowError):
        return None, False


def _is_sentinel(text: str) -> bool:
    found = _ISO.match(text) or _SLASHED.match(text)
    return found is not None and any(part in ("9999", "0001", "1900", "0000") for part in found.groups())
